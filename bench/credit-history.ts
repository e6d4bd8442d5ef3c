/**
 * Two years of credit: borrowers who pay on huabei, repay statements, take and repay loans of jiebei, some of them late, some
 * never. Made by a seeded generator, so that it is the same everywhere.
 *
 * @module
 */
import type { Command } from '../src/kernel/commands.ts';
import { dayOf, formatDay } from '../src/kernel/dates.ts';
import { random, yuan } from './dice.ts';

/** How large the history is. */
export interface CreditSize {
  readonly borrowers: number;
  readonly months: number;
  /** Share of borrowers who stop paying in a month. */
  readonly defaultRate: number;
}

export const creditSize: CreditSize = { borrowers: 10_000, months: 24, defaultRate: 0.001 };

const firstYear = 2016;
const everyone = (amount: string): Record<string, string> =>
  Object.fromEntries(
    ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'].map((tier) => [tier, amount]),
  );

/** What a borrower does in a month, by its day. */
interface Habits {
  readonly salaryDay: number;
  readonly payDay: number;
  readonly shopping: readonly number[];
}

/** Commands in order of dates, without the closes: `close: daily` puts them in. */
export function* creditHistory(
  size: CreditSize = creditSize,
  seed = 20160101,
): Generator<Command, void, void> {
  const next = random(seed);
  const upTo = (most: number): number => Math.floor(next() * most);
  const first = dayOf(`${firstYear}-01-01`);
  const at = (day: number, command: string, inputs: Command['with']): Command => ({
    on: formatDay(day),
    command,
    with: inputs,
  });
  yield at(first, 'contributeCapital', { entity: 'platform', amount: '1000000.00 CNY' });
  for (const entity of ['huabei', 'jiebei', 'mybank'])
    yield at(first, 'contributeCapital', { entity, amount: '10000000.00 CNY' });
  for (const parameter of ['huabei.limits', 'jiebei.limits'])
    yield at(first, 'changePolicy', {
      parameter,
      from: formatDay(first),
      value: everyone('50000.00 CNY'),
      reason: 'bench',
    });
  const habits: Habits[] = [];
  const stopped = new Set<number>();
  for (let who = 0; who < size.borrowers; who++) {
    habits.push({
      salaryDay: 1 + upTo(5),
      // Some pay on the due day, some before it.
      payDay: 6 + upTo(5),
      shopping: [11 + upTo(8), 19 + upTo(9)],
    });
    yield at(first, 'openCreditLine', { holder: `user-${who}` });
  }
  let paid = 0;
  for (let month = 0; month < size.months; month++) {
    for (let who = 0; who < size.borrowers; who++) if (next() < size.defaultRate) stopped.add(who);
    const year = firstYear + Math.floor(month / 12);
    for (let date = 1; date <= 28; date++) {
      const day = dayOf(
        `${year}-${String((month % 12) + 1).padStart(2, '0')}-${String(date).padStart(2, '0')}`,
      );
      for (let who = 0; who < size.borrowers; who++) {
        const habit = habits[who];
        if (habit === undefined || stopped.has(who)) continue;
        const holder = `user-${who}`;
        if (date === habit.salaryDay)
          yield at(day, 'topUp', { holder, amount: yuan(1_000_000 + upTo(500_000)) });
        if (date === habit.payDay && month > 0) {
          yield at(day, 'repayCredit', { holder, amount: next() < 0.1 ? 'minimum' : 'due' });
          if (who % 2 === 0)
            yield at(day, 'repayLoan', { loan: `L-${who}`, product: 'jiebei', amount: 'due' });
        }
        if (habit.shopping.includes(date)) {
          yield at(day, 'initiatePayment', {
            payment: `P-${paid++}`,
            payer: holder,
            payee: `merchant-${upTo(200)}`,
            amount: yuan(100 + upTo(80_000)),
            method: 'huabei',
            escrow: false,
          });
        }
        if (date === 5 && month === 0 && who % 2 === 0) {
          const loan = { loan: `L-${who}`, product: 'jiebei' };
          yield at(day, 'applyForLoan', {
            ...loan,
            holder,
            principal: yuan(200_000 + upTo(2_000_000)),
            term: 36,
            method: 'annuity',
          });
          yield at(day, 'disburseLoan', loan);
        }
      }
    }
  }
}
