/** What must hold of the lines that lend, whatever happens: parts, buckets, pools and interest are what the debts say. */
import { describe, expect, it } from 'vitest';
import type { AccountKind } from '../../src/kernel/contract/account.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { dayMax, formatDay } from '../../src/kernel/values/dates.ts';
import { addFractions, type Fraction, fraction, zeroFraction } from '../../src/kernel/values/rates.ts';
import type { Debt } from '../../src/lending/debt/debt.ts';
import type { Debts } from '../../src/lending/debt/debts.ts';
import { type Bucket, buckets } from '../../src/lending/lender/buckets.ts';
import type { Lender } from '../../src/lending/lender/lender.ts';
import { noParts, partNames, plus } from '../../src/lending/lender/parts.ts';
import { lines } from '../../src/segments/huabei/credit-line.ts';
import { loans as consumerLoans } from '../../src/segments/jiebei/loans.ts';
import { loans as businessLoans } from '../../src/segments/mybank/loans.ts';
import { creditHistory } from '../oracle/credit-histories.ts';
import { historiesOf, run } from '../support/histories.ts';

const small = { days: 150, lines: 350, users: 6, merchants: 3 } as const;

/** A line's debts, whatever they are. */
interface Held {
  readonly lender: Lender;
  rowsOf(state: State): readonly Debt[];
}

const held = <R extends Debt>({ lender, table }: Debts<R>): Held => ({
  lender,
  rowsOf: ({ rows }) => rows.entries(table).map(([, row]) => row),
});

const all = [held(lines), held(consumerLoans), held(businessLoans)];

/** The balance of each holder on a kind, in the end; those of zero are left out. */
const byHolder = (state: State, kind: AccountKind): Readonly<Record<string, bigint>> =>
  Object.fromEntries(
    state
      .balancesOn(kind, dayMax)
      .filter(({ minor }) => minor !== 0n)
      .map(({ holder, minor }) => [holder, minor]),
  );

/** What debts say of each holder's principal of a part in a bucket. */
function saidBy(rows: readonly Debt[], at: 0 | 1 | 2, bucket: Bucket): Readonly<Record<string, bigint>> {
  const sums = new Map<string, bigint>();
  for (const { holder, principal, stage } of rows) {
    if (stage === bucket && principal[at] !== 0n) sums.set(holder, (sums.get(holder) ?? 0n) + principal[at]);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The exact interest of a part that all debts owe at the end of a day, and fractions dropped on it, which its books still hold. */
function exactInterest(debts: Held, state: State, at: 0 | 1 | 2, day: number): Fraction {
  let sum = zeroFraction;
  for (const { interestDue, uncharged, bearing, rate, accruedTo } of debts.rowsOf(state)) {
    const since = bearing[at] * rate.num * BigInt(Math.max(0, day - accruedTo));
    sum = addFractions(sum, fraction(uncharged[at] + since, rate.den));
    sum = addFractions(sum, { num: interestDue[at], den: 1n });
  }
  const { changes } = debts.lender.tables;
  for (const [key, row] of state.rows.entries(changes)) {
    if (key.startsWith('interest|')) sum = addFractions(sum, fraction(row.dropped[at], row.rate.den));
  }
  return sum;
}

const floored = ({ num, den }: Fraction): bigint =>
  num < 0n && num % den !== 0n ? num / den - 1n : num / den;

describe.each(historiesOf(creditHistory, 4, small))('$name', ({ lines: commands, close, last }) => {
  const { book } = run(commands, { close, through: last });
  const { state } = book;

  it('books each part of each debt in the bucket that it says, holder by holder', () => {
    for (const debts of all) {
      const rows = debts.rowsOf(state);
      partNames.forEach((part, place) => {
        const at = place === 0 ? 0 : place === 1 ? 1 : 2;
        for (const bucket of buckets) {
          const kind = debts.lender.books[part].principal[bucket];
          expect(byHolder(state, kind)).toEqual(saidBy(rows, at, bucket));
        }
      });
    }
  });

  it('has in each pool what its debts owe to it', () => {
    for (const debts of all) {
      const owed = new Map<string, bigint>();
      for (const { pool, principal } of debts.rowsOf(state)) {
        if (pool !== '') owed.set(pool, (owed.get(pool) ?? 0n) + principal[2]);
      }
      for (const [pool, { principal }] of state.rows.entries(debts.lender.tables.pools))
        expect([pool, principal]).toEqual([pool, owed.get(pool) ?? 0n]);
    }
  });

  it('bears interest on what debts say', () => {
    for (const debts of all) {
      const { bearing, changes } = debts.lender.tables;
      let said = noParts;
      for (const row of debts.rowsOf(state)) said = plus(said, row.bearing);
      let kept = noParts;
      for (const [key, row] of [...state.rows.entries(bearing), ...state.rows.entries(changes)])
        if (key.startsWith('interest|')) kept = plus(kept, row.bearing);
      expect(kept).toEqual(said);
    }
  });

  it('holds interest to the floor of the exact sum of all debts', () => {
    const day = state.marks.closedThrough;
    if (day === undefined) return;
    for (const debts of all) {
      // Facts of later days have moved debts on: what was booked through the last close says nothing of them.
      if (debts.rowsOf(state).some(({ latest, accruedTo }) => latest > day || accruedTo > day)) continue;
      partNames.forEach((part, place) => {
        const at = place === 0 ? 0 : place === 1 ? 1 : 2;
        const booked = state.balanceOn(debts.lender.books[part].interest, day);
        expect([debts.lender.id, part, formatDay(day), booked]).toEqual([
          debts.lender.id,
          part,
          formatDay(day),
          floored(exactInterest(debts, state, at, day)),
        ]);
      });
    }
  });
});
