/** Cycles without an anchor: they begin a turn after the exchange, and keep its day of the month. */
import { describe, expect, it } from 'vitest';
import { formatDay } from '../../../src/kernel/values/dates.ts';
import { Refusal } from '../../../src/kernel/values/refusals.ts';
import { contractEvents } from '../../../src/lending/schedule/contract/contract.ts';
import { parseTerms } from '../../../src/lending/schedule/contract/parse.ts';

// Dates are worked out here with tables of months alone, as one would on paper.
type Date3 = readonly [year: number, month: number, date: number];
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengthOf = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
const text = ([year, month, date]: Date3): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;

function tomorrow([year, month, date]: Date3): Date3 {
  if (date < lengthOf(year, month)) return [year, month, date + 1];
  return month < 12 ? [year, month + 1, 1] : [year + 1, 1, 1];
}

function daysLater(day: Date3, days: number): Date3 {
  let found = day;
  for (let at = 0; at < days; at++) found = tomorrow(found);
  return found;
}

/** Some months on: the date of the month, the month's last day where it has none, or always the last from a last. */
function monthsLater([year, month, date]: Date3, months: number, lasts: boolean): Date3 {
  let [y, m] = [year, month + months];
  while (m > 12) [y, m] = [y + 1, m - 12];
  const isLast = date === lengthOf(year, month);
  return [y, m, lasts && isLast ? lengthOf(y, m) : Math.min(date, lengthOf(y, m))];
}

const cycles: readonly (readonly [text: string, unit: 'days' | 'months', count: number])[] = [
  ['P1D', 'days', 1],
  ['P10D', 'days', 10],
  ['P2W', 'days', 14],
  ['P1M', 'months', 1],
  ['P2M', 'months', 2],
  ['P5M', 'months', 5],
  ['P1Q', 'months', 3],
  ['P1H', 'months', 6],
  ['P1Y', 'months', 12],
];
const turns = 5;

function* fourYears(): Generator<Date3> {
  for (let day: Date3 = [2023, 3, 1]; text(day) !== '2027-03-01'; day = tomorrow(day)) yield day;
}

/** The dates on which a loan pays interest by the engine. */
function paid(exchange: string, cycle: string, endOfMonth: string, maturity: string): readonly string[] {
  const terms = parseTerms({
    contractType: 'PAM',
    contractRole: 'RPA',
    statusDate: exchange,
    initialExchangeDate: exchange,
    maturityDate: maturity,
    notionalPrincipal: '100',
    nominalInterestRate: '0.1',
    dayCountConvention: 'A365',
    endOfMonthConvention: endOfMonth,
    cycleOfInterestPayment: `${cycle}L1`,
  });
  if (terms instanceof Refusal) throw new Error(terms.message);
  return contractEvents(terms).flatMap(({ type, date }) => (type === 'IP' ? [formatDay(date.day)] : []));
}

describe.each(cycles)('%s from every day of four years', (cycle, unit, count) => {
  it.each(['SD', 'EOM'])('%s', (endOfMonth) => {
    for (const exchange of fourYears()) {
      const dates = Array.from({ length: turns }, (_, turn) =>
        unit === 'days'
          ? daysLater(exchange, (turn + 1) * count)
          : monthsLater(exchange, (turn + 1) * count, endOfMonth === 'EOM'),
      );
      const last = dates.at(-1) ?? exchange;
      expect(paid(text(exchange), cycle, endOfMonth, text(last)), text(exchange)).toEqual(dates.map(text));
    }
  });
});

it.each([
  // As a lender's calendar says it.
  ['2025-01-31', 'P1ML1', 'SD', '2025-05-01', '2025-02-28 2025-03-31 2025-04-30 2025-05-01'],
  ['2025-01-29', 'P1ML0', 'EOM', '2025-04-29', '2025-02-28 2025-03-29 2025-04-29'],
  ['2024-01-31', 'P1ML0', 'EOM', '2024-04-30', '2024-02-29 2024-03-31 2024-04-30'],
])('lent on %s, %s, %s, until %s', (exchange, cycle, endOfMonth, maturity, expected) => {
  for (const contractType of ['ANN', 'LAM']) {
    const terms = parseTerms({
      contractType,
      contractRole: 'RPA',
      statusDate: exchange,
      initialExchangeDate: exchange,
      maturityDate: maturity,
      notionalPrincipal: '1200',
      nominalInterestRate: '0.1',
      dayCountConvention: 'A365',
      endOfMonthConvention: endOfMonth,
      cycleOfPrincipalRedemption: cycle,
      cycleOfInterestPayment: cycle,
    });
    if (terms instanceof Refusal) throw new Error(terms.message);
    const days = contractEvents(terms).flatMap(({ type, date }) =>
      type === 'PR' || type === 'MD' ? [formatDay(date.day)] : [],
    );
    expect(days.join(' ')).toBe(expected);
  }
});
