/**
 * Interest and late fees at a close: exact over all debts of a line, from what bears interest at each rate, so that its cost
 * doesn't grow with the number of debts.
 *
 * @module
 */
import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { type CloseRule, draft } from '../../kernel/contract/rule.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { exact, figure } from '../../kernel/values/fields.ts';
import {
  addFractions,
  compareFractions,
  type Fraction,
  fraction,
  fractionText,
  zeroFraction,
} from '../../kernel/values/rates.ts';
import type { BearingRow, Lender } from '../lender/lender.ts';
import { isNothing, minus, noParts, plus } from '../lender/parts.ts';
import type { BearingChange } from './debt.ts';

/** Lines of the accrual: interest of each part, and late fees. */
const accruedLines = ['own', 'partner', 'vehicle', 'late'] as const;
type AccruedLine = (typeof accruedLines)[number];

const keyOf = (kind: string, rate: Fraction): string => `${kind}|${fractionText(rate)}`;

/** Writes down changes of what bears interest, for the closes of the days after. */
export function noteChanges(lender: Lender, s: Writing, changes: readonly BearingChange[]): void {
  const { changes: table } = lender.tables;
  for (const { kind, on, rate, bearing, dropped } of changes) {
    const key = `${keyOf(kind, rate)}|${formatDay(on)}`;
    const before = s.row(table, key);
    const row: BearingRow = {
      on,
      rate,
      bearing: plus(before?.bearing ?? noParts, bearing),
      dropped: plus(before?.dropped ?? noParts, dropped),
    };
    if (isNothing(row.bearing) && isNothing(row.dropped)) s.delete(table, key);
    else s.set(table, key, row);
  }
}

/** Keys of the changes of days before one. */
const changesBefore = (lender: Lender, s: Reading, day: Day): readonly string[] =>
  s
    .buckets(lender.tables.changes)
    .filter((on) => on < day)
    .flatMap((on) => s.bucket(lender.tables.changes, on));

/** What bears interest on a day, by kind and rate, with what is dropped on it. */
function bearingOn(lender: Lender, s: Reading, day: Day): ReadonlyMap<string, BearingRow> {
  const { bearing, changes } = lender.tables;
  const found = new Map<string, BearingRow>();
  for (const key of s.bucket(bearing, 0)) {
    const row = s.row(bearing, key);
    if (row !== undefined) found.set(key, row);
  }
  for (const key of changesBefore(lender, s, day)) {
    const change = s.row(changes, key);
    if (change === undefined) continue;
    const at = key.slice(0, key.lastIndexOf('|'));
    const before = found.get(at);
    found.set(at, {
      on: day,
      rate: change.rate,
      bearing: plus(before?.bearing ?? noParts, change.bearing),
      dropped: plus(before?.dropped ?? noParts, change.dropped),
    });
  }
  return found;
}

/** The rule by which a line accrues. */
export function accrual(lender: Lender): CloseRule<'interest'> {
  const { books, tables, prefix, id } = lender;
  const type = lender.line.derivedEvent(`${prefix}InterestAccrued`, {
    doc: 'A day’s interest on each part of what is lent, and late fees.',
    fields: {
      own: figure('interest of the own part'),
      partner: figure('interest of partner banks’ part'),
      vehicle: figure('interest of the vehicle’s part'),
      late: figure('late fees'),
      ownCarry: exact('fraction carried on'),
      partnerCarry: exact('fraction carried on'),
      vehicleCarry: exact('fraction carried on'),
      lateCarry: exact('fraction carried on'),
    },
    subject: () => `lending/${id}`,
    evolve: ({ data, on }, s) => {
      for (const [key, row] of bearingOn(lender, s, on)) {
        if (isNothing(row.bearing)) s.delete(tables.bearing, key);
        else s.set(tables.bearing, key, { ...row, dropped: noParts });
      }
      for (const key of changesBefore(lender, s, on)) s.delete(tables.changes, key);
      const carries = {
        own: data.ownCarry,
        partner: data.partnerCarry,
        vehicle: data.vehicleCarry,
        late: data.lateCarry,
      };
      for (const line of accruedLines) carry(lender, s, line, carries[line]);
    },
  });
  return lender.line.rule<'interest'>('interestAccrued', {
    doc: 'Interest and late fees of the day, exact over all debts, booked floored; the fraction is carried.',
    phase: 'accruals',
    items: () => ['interest'],
    derive: (_, s, entry) => {
      const day = dayOf(lender, s);
      const { own, partner, vehicle, late } = day;
      if (![own, partner, vehicle, late].some(({ changed }) => changed)) return undefined;
      const data = {
        own: own.booked,
        partner: partner.booked,
        vehicle: vehicle.booked,
        late: late.booked,
        ownCarry: own.carry,
        partnerCarry: partner.carry,
        vehicleCarry: vehicle.carry,
        lateCarry: late.carry,
      };
      entry.debit(books.own.interest, own.booked);
      entry.credit(books.own.interestIncome, own.booked);
      entry.debit(books.own.lateFees, late.booked);
      entry.credit(books.own.lateFeeIncome, late.booked);
      entry.debit(books.partner.interest, partner.booked);
      entry.credit(books.partner.interestIncome, partner.booked);
      entry.debit(books.vehicle.interest, vehicle.booked);
      entry.credit(books.vehicle.interestIncome, vehicle.booked);
      return draft(type, data);
    },
  });
}

interface Accrued {
  readonly booked: bigint;
  readonly carry: Fraction;
  readonly changed: boolean;
}

/** A day's accrual of every line. */
function dayOf(lender: Lender, s: Reading): Readonly<Record<AccruedLine, Accrued>> {
  const bearing = bearingOn(lender, s, s.day);
  const sums = { own: zeroFraction, partner: zeroFraction, vehicle: zeroFraction, late: zeroFraction };
  for (const [key, row] of bearing) {
    const { num, den } = row.rate;
    const [own, partner, vehicle] = minus(
      [row.bearing[0] * num, row.bearing[1] * num, row.bearing[2] * num],
      row.dropped,
    );
    if (key.startsWith('late|')) sums.late = add(sums.late, own, den);
    else {
      sums.own = add(sums.own, own, den);
      sums.partner = add(sums.partner, partner, den);
      sums.vehicle = add(sums.vehicle, vehicle, den);
    }
  }
  const accrued = (line: AccruedLine): Accrued => {
    const before = s.row(lender.tables.carried, line) ?? zeroFraction;
    const sum = addFractions(before, sums[line]);
    const booked = floored(sum);
    const carry = fraction(sum.num - booked * sum.den, sum.den);
    return { booked, carry, changed: booked !== 0n || compareFractions(carry, before) !== 0 };
  };
  return {
    own: accrued('own'),
    partner: accrued('partner'),
    vehicle: accrued('vehicle'),
    late: accrued('late'),
  };
}

const add = (sum: Fraction, num: bigint, den: bigint): Fraction =>
  num === 0n ? sum : addFractions(sum, { num, den });

/** The whole part, toward minus infinity. */
const floored = ({ num, den }: Fraction): bigint => {
  const whole = num / den;
  return num < 0n && whole * den !== num ? whole - 1n : whole;
};

/** Notes a fraction to carry. */
export function carry(lender: Lender, s: Writing, name: string, carried: Fraction): void {
  if (carried.num === 0n) s.delete(lender.tables.carried, name);
  else s.set(lender.tables.carried, name, carried);
}
