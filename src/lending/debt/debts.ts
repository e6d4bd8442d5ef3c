import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import type { Table } from '../../kernel/contract/table.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Lender } from '../lender/lender.ts';
import { noteChanges } from './accruing.ts';
import type { Debt, DebtWork } from './debt.ts';

/** A debt under way that knows its whole row. */
export interface RowWork<R extends Debt> extends DebtWork {
  row(): R;
}

/** How a line keeps its debts. */
export interface Debts<R extends Debt> {
  readonly lender: Lender;
  readonly table: Table<R>;
  /** The subject of a debt: `loan/L-7`, `credit/user-1`. */
  subject(key: string): string;
  /** Whether something can still fall due on it. */
  live(row: R): boolean;
  /** The first day on which time changes something of it. */
  changesOn(row: R): Day | undefined;
  /** The debt brought up to a day, under the policy of the event's date. */
  brought(s: Reading, row: R, to: Day): RowWork<R>;
  /** Takes a debt off what is kept beside its row when it is written off (exposures). */
  ended?(s: Writing, row: R): void;
  /** Follows what becomes of a debt, after each event on it. */
  readonly following?: Following<R>;
}

/** What a line keeps beside the rows of its debts: a row in a table of its own, under the same key. */
export interface Following<R extends Debt> {
  readonly table: Table<unknown>;
  follow(s: Writing, key: string, row: R): void;
}

/** Puts a debt back, with what its changes mean for interest. */
export function put<R extends Debt>(debts: Debts<R>, s: Writing, key: string, work: RowWork<R>): void {
  noteChanges(debts.lender, s, work.changes);
  const row = work.row();
  s.set(debts.table, key, row);
  debts.following?.follow(s, key, row);
}

/** Keys of debts for which a close has something to do, by day, then by key. */
export const dueAt = <R extends Debt>({ table }: Debts<R>, s: Reading): readonly string[] =>
  s
    .buckets(table)
    .filter((on) => on <= s.day)
    .flatMap((on) => s.bucket(table, on));

/** Whether nothing of a debt is overdue on a day, before what happens on it. */
export function keptUpTo<R extends Debt>(debts: Debts<R>, s: Reading, row: R, on: Day): boolean {
  const next = debts.changesOn(row);
  if (next === undefined || next > on) return row.arrearsSince === null;
  return debts.brought(s, row, on).arrearsSince === null;
}
