/**
 * A line that lends, put together: its books, its parameters, its tables, and the names of its events.
 *
 * @module
 */

import { row, type ValueOf } from '../../kernel/contract/row.ts';
import type { Line } from '../../kernel/contract/segment.ts';
import type { Table } from '../../kernel/contract/table.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import { type Books, lendingBooks } from './books.ts';
import { type Parts, partNames } from './parts.ts';
import { type LendingDefaults, type LendingPolicy, lendingPolicy } from './policy.ts';

const bearing = row.record({
  on: row.date('from the end of this day on'),
  rate: row.fraction('a day'),
  bearing: row.parts<Parts>('principal that bears interest, or a late fee', partNames),
  dropped: row.parts<Parts>('fractions that were dropped on it', partNames),
});

/** Principal that bears interest (or a late fee) at a rate, from the end of a day on; and fractions that were dropped on it. */
export type BearingRow = ValueOf<typeof bearing>;

const pool = row.record({
  principal: row.amount('principal that borrowers owe to it, as the log has it'),
  since: row.list(
    'what of that came since its last settlement, by date: some of it may be dated later than the next',
    row.record({ on: row.date('dated'), minor: row.amount('principal') }),
  ),
  serviceOwed: row.amount('fees that could not be paid'),
  seniorOwed: row.amount('senior interest that could not be paid'),
  serviceCarry: row.fraction('carried on'),
  seniorCarry: row.fraction('carried on'),
});

/** A pool of the vehicle: what the log has of it beside its accounts. */
export type PoolRow = ValueOf<typeof pool>;

const exposure = row.record({
  outstanding: row.amount('principal outstanding'),
  approved: row.amount('approved but not paid out'),
});

/** What a holder, or a core enterprise, has of a line: principal outstanding, and approved but not paid out. */
export type ExposureRow = ValueOf<typeof exposure>;

/** Tables that every line that lends has. */
export interface LendingTables {
  /** Changes of what bears interest, until the close of the day after, by kind, rate and date. */
  readonly changes: Table<BearingRow>;
  /** What bears interest, by kind and rate. */
  readonly bearing: Table<BearingRow>;
  /** Fractions carried to the next day: of interest by part, of late fees, of the cost of each source. */
  readonly carried: Table<Fraction>;
  readonly pools: Table<PoolRow>;
  readonly exposures: Table<ExposureRow>;
  /** The last score that zhima told, by holder. */
  readonly scores: Table<number>;
  /** Sides on which leverage is beyond its limit. */
  readonly beyond: Table<Day>;
}

/** A line that lends. */
export interface Lender {
  /** What everything of it is declared on. */
  readonly line: Line;
  readonly id: string;
  /** Its name at the beginning of its events' names. */
  readonly prefix: string;
  readonly books: Books;
  readonly policy: LendingPolicy;
  readonly tables: LendingTables;
}

/** Declares a line that lends. */
export function declareLender(line: Line, prefix: string, defaults: LendingDefaults): Lender {
  const { id } = line;
  return {
    line,
    id,
    prefix,
    books: lendingBooks(line, Object.keys(defaults.fundingMix)),
    policy: lendingPolicy(line, defaults),
    tables: {
      changes: line.table('changes', {
        doc: 'what bears interest from the end of a day on, by kind, rate and date',
        later: true,
        holds: bearing,
        bucket: ({ on }) => on,
      }),
      bearing: line.table('bearing', {
        doc: 'what bears interest, by kind and rate',
        later: true,
        holds: bearing,
        bucket: () => 0,
      }),
      carried: line.table('carried', {
        doc: 'fractions carried to the next day',
        later: true,
        holds: row.fraction('of a minor unit'),
      }),
      pools: line.table('pools', {
        doc: 'pools of the vehicle',
        later: true,
        holds: pool,
        bucket: () => 0,
      }),
      exposures: line.table('exposures', {
        doc: 'outstanding and approved, by holder or core enterprise',
        later: true,
        holds: exposure,
      }),
      scores: line.table('scores', {
        doc: 'the last score told, by holder',
        later: true,
        holds: row.count('the score'),
      }),
      beyond: line.table('beyond', {
        doc: 'since when leverage is beyond its limit, by side',
        later: true,
        holds: row.date('since'),
      }),
    },
  };
}
