/**
 * Pools of the vehicle: the month's waterfall of what was collected, and the end of a pool that has lost.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Reading } from '../../kernel/contract/reading.ts';
import { type CloseRule, draft } from '../../kernel/contract/rule.ts';
import { type Day, dayMax, periodBounds } from '../../kernel/values/dates.ts';
import { exact, figure, id } from '../../kernel/values/fields.ts';
import { type Fraction, fraction, share } from '../../kernel/values/rates.ts';
import type { Lender, PoolRow } from '../lender/lender.ts';
import { owedToPool } from './funding.ts';

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const aboveZero = (minor: bigint): bigint => (minor > 0n ? minor : 0n);

/** Whether a day is the last of its month. */
const isMonthEnd = (day: Day): boolean => periodBounds(day, 'MONTH').to === day;

/** Balances at the end of the day before each day of a day's month up to it, summed. */
function balanceDays(s: Reading, kind: AccountKind, holder: string): bigint {
  let sum = 0n;
  for (let { from: day } = periodBounds(s.day, 'MONTH'); day <= s.day; day++)
    sum += s.balanceOn(kind, day - 1, holder);
  return sum;
}

/** A month's fee or interest: balance days × rate a year / 365 and what was carried, floored. */
function accrued(
  days: bigint,
  { num, den }: Fraction,
  before: Fraction,
): { readonly booked: bigint; readonly carry: Fraction } {
  const sum = days * num * before.den + before.num * den * 365n;
  const whole = den * 365n * before.den;
  const booked = sum / whole;
  return { booked, carry: fraction(sum - booked * whole, whole) };
}

/** What a waterfall pays. */
interface Waterfall {
  readonly service: bigint;
  readonly seniorInterest: bigint;
  readonly senior: bigint;
  readonly subordinated: bigint;
  readonly excess: bigint;
  /** The pool's row after it. */
  readonly owed: Pick<PoolRow, 'serviceOwed' | 'seniorOwed' | 'serviceCarry' | 'seniorCarry'>;
}

/**
 * Notes that are repaid of what is left: as far as they exceed what borrowers owe to the pool; senior ones down to their share of
 * that first, so that it is the subordinated ones that are short of cash.
 */
function repaid(
  { books: { vehicle }, policy }: Lender,
  s: Reading,
  pool: string,
  row: PoolRow,
  cash: bigint,
): { readonly senior: bigint; readonly subordinated: bigint } {
  const senior = s.balanceOn(vehicle.senior, s.day, pool);
  const subordinated = s.balanceOn(vehicle.subordinated, s.day, pool);
  const owed = owedToPool(row, s.day);
  const due = least(cash, aboveZero(senior + subordinated - owed));
  const seniorStays = owed - share(owed, s.policy(policy.subordinatedShare));
  // Notes that a reversal of a later date takes back are there today, but can't be repaid any more.
  const spare = (kind: AccountKind): bigint => aboveZero(s.available(kind, pool));
  const first = least(least(due, aboveZero(senior - seniorStays)), spare(vehicle.senior));
  return { senior: first, subordinated: least(due - first, spare(vehicle.subordinated)) };
}

function waterfall(lender: Lender, s: Reading, pool: string, row: PoolRow): Waterfall {
  const { books, policy } = lender;
  const { vehicle } = books;
  const seniorDays = balanceDays(s, vehicle.senior, pool);
  const noteDays = seniorDays + balanceDays(s, vehicle.subordinated, pool);
  const fee = accrued(noteDays, s.policy(policy.serviceFeeRate), row.serviceCarry);
  const interest = accrued(seniorDays, s.policy(policy.seniorRate), row.seniorCarry);
  let cash = aboveZero(s.available(vehicle.cash, pool));
  const pay = (due: bigint): bigint => {
    const paid = least(cash, due);
    cash -= paid;
    return paid;
  };
  const serviceDue = row.serviceOwed + fee.booked;
  const service = pay(serviceDue);
  const seniorDue = row.seniorOwed + interest.booked;
  const seniorInterest = pay(seniorDue);
  const { senior, subordinated } = repaid(lender, s, pool, row, cash);
  cash -= senior + subordinated;
  return {
    service,
    seniorInterest,
    senior,
    subordinated,
    excess: cash,
    owed: {
      serviceOwed: serviceDue - service,
      seniorOwed: seniorDue - seniorInterest,
      serviceCarry: fee.carry,
      seniorCarry: interest.carry,
    },
  };
}

const monthEnd = ({ tables }: Lender, s: Reading): readonly string[] =>
  isMonthEnd(s.day) ? s.bucket(tables.pools, 0) : [];

/** The rules of pools. */
export function pools(lender: Lender): void {
  declareEnding(lender, declareSettling(lender));
}

/** Each month's waterfall. */
function declareSettling(lender: Lender): CloseRule<string> {
  const { books, tables, prefix } = lender;
  const { own, vehicle } = books;
  const settled = lender.line.derivedEvent(`${prefix}PoolSettled`, {
    doc: 'A month’s waterfall: service fee, senior interest, senior notes, subordinated notes, excess.',
    fields: {
      pool: id('the pool'),
      service: figure('service fee paid'),
      seniorInterest: figure('interest paid on senior notes'),
      senior: figure('senior notes repaid'),
      subordinated: figure('subordinated notes repaid'),
      excess: figure('what was left'),
      serviceOwed: figure('service fee still owed'),
      seniorOwed: figure('senior interest still owed'),
      serviceCarry: exact('fraction carried on'),
      seniorCarry: exact('fraction carried on'),
    },
    subject: (data) => `pool/${data.pool}`,
    evolve: ({ data, on: day }, s) => {
      const row = s.row(tables.pools, data.pool);
      if (row === undefined) return;
      const { serviceOwed, seniorOwed, serviceCarry, seniorCarry } = data;
      const since = row.since.filter(({ on }) => on > day);
      s.set(tables.pools, data.pool, { ...row, since, serviceOwed, seniorOwed, serviceCarry, seniorCarry });
    },
  });
  return lender.line.rule<string>('poolSettled', {
    doc: 'On the last day of a month each pool pays out what it has collected.',
    phase: 'settlements',
    items: (s) => monthEnd(lender, s),
    derive: (name, s, entry) => {
      const row = s.row(tables.pools, name);
      if (row === undefined) return undefined;
      const empty =
        s.balanceOn(vehicle.cash, s.day, name) === 0n &&
        s.balanceOn(vehicle.senior, s.day, name) === 0n &&
        s.balanceOn(vehicle.subordinated, s.day, name) === 0n;
      if (empty) return undefined;
      const { owed, service, seniorInterest, senior, subordinated, excess } = waterfall(lender, s, name, row);
      const toOwn = service + subordinated + excess;
      const data = { pool: name, service, seniorInterest, senior, subordinated, excess, ...owed };
      entry.credit(vehicle.cash, toOwn + seniorInterest + senior, name);
      entry.debit(vehicle.serviceFee, service);
      entry.debit(vehicle.seniorInterest, seniorInterest);
      entry.debit(vehicle.senior, senior, name);
      entry.debit(vehicle.subordinated, subordinated, name);
      entry.debit(vehicle.excess, excess);
      entry.debit(own.cash, toOwn);
      entry.credit(own.serviceFeeIncome, service);
      entry.credit(own.retained, subordinated, name);
      entry.credit(own.retainedIncome, excess);
      return draft(settled, data);
    },
  });
}

/** The end of a pool. */
function declareEnding(lender: Lender, settling: CloseRule<string>): void {
  const { books, tables, prefix } = lender;
  const { own, vehicle } = books;
  const ended = lender.line.derivedEvent(`${prefix}PoolEnded`, {
    doc: 'A pool has nothing left to collect: its notes are written down.',
    fields: {
      pool: id('the pool'),
      senior: figure('senior notes written down'),
      subordinated: figure('subordinated notes written down'),
    },
    subject: (data) => `pool/${data.pool}`,
  });
  lender.line.rule<string>('poolEnded', {
    doc: 'Notes of a pool without principal and without cash are written down.',
    phase: 'settlements',
    after: [settling],
    items: (s) => monthEnd(lender, s),
    derive: (name, s, entry) => {
      const row = s.row(tables.pools, name);
      if (row === undefined || row.principal !== 0n) return undefined;
      if (s.balanceOn(vehicle.cash, s.day, name) !== 0n) return undefined;
      if (s.balanceOn(vehicle.cash, dayMax, name) !== 0n) return undefined;
      const senior = aboveZero(s.available(vehicle.senior, name));
      const subordinated = aboveZero(s.available(vehicle.subordinated, name));
      if (senior + subordinated === 0n) return undefined;
      entry.debit(vehicle.senior, senior, name);
      entry.debit(vehicle.subordinated, subordinated, name);
      entry.credit(vehicle.writeDown, senior + subordinated);
      entry.credit(own.retained, subordinated, name);
      entry.debit(own.retainedLoss, subordinated);
      return draft(ended, { pool: name, senior, subordinated });
    },
  });
}
