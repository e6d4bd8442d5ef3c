/**
 * A line that lends, put together: its books, its parameters, its tables, and the names of its events.
 *
 * @module
 */

import type { Line } from '../../kernel/contract/segment.ts';
import type { Table } from '../../kernel/contract/table.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import { type Books, lendingBooks } from './books.ts';
import type { Parts } from './parts.ts';
import { type LendingDefaults, type LendingPolicy, lendingPolicy } from './policy.ts';

/** Principal that bears interest (or a late fee) at a rate, from the end of a day on; and fractions that were dropped on it. */
export interface BearingRow {
  readonly on: Day;
  readonly rate: Fraction;
  readonly bearing: Parts;
  readonly dropped: Parts;
}

/** A pool of the vehicle: what the log has of it beside its accounts. */
export interface PoolRow {
  /** Principal that borrowers owe to it, as the log has it. */
  readonly principal: bigint;
  /** What of that came since its last settlement, by date: some of it may be dated later than the next. */
  readonly since: readonly { readonly on: Day; readonly minor: bigint }[];
  /** Fees and senior interest that could not be paid, and the fractions carried. */
  readonly serviceOwed: bigint;
  readonly seniorOwed: bigint;
  readonly serviceCarry: Fraction;
  readonly seniorCarry: Fraction;
}

/** What a holder, or a core enterprise, has of a line: principal outstanding, and approved but not paid out. */
export interface ExposureRow {
  readonly outstanding: bigint;
  readonly approved: bigint;
}

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
      changes: line.laterTable(
        'changes',
        'what bears interest from the end of a day on, by kind, rate and date',
        ({ on }) => on,
      ),
      bearing: line.laterTable('bearing', 'what bears interest, by kind and rate', () => 0),
      carried: line.laterTable('carried', 'fractions carried to the next day'),
      pools: line.laterTable('pools', 'pools of the vehicle', () => 0),
      exposures: line.laterTable('exposures', 'outstanding and approved, by holder or core enterprise'),
      scores: line.laterTable('scores', 'the last score told, by holder'),
      beyond: line.laterTable('beyond', 'since when leverage is beyond its limit, by side'),
    },
  };
}
