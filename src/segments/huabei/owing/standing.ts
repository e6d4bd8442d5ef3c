/**
 * What stands against a fact on a line: the first code that applies, whatever the fact.
 *
 * @module
 */
import type { Reading } from '../../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../../kernel/values/dates.ts';
import { codes, Refusal } from '../../../kernel/values/refusals.ts';
import { lineClosed, lineUnknown } from '../../../lending/lender/codes.ts';
import { type LineRow, lines } from '../credit-line.ts';

/** A line that a fact of a day may name, or why not. */
export function named(s: Reading, holder: string, on: Day): LineRow | Refusal {
  const row = s.row(lines.table, holder);
  if (row === undefined) return new Refusal(lineUnknown, holder);
  return on < row.latest
    ? new Refusal(codes.beforeLatest, holder, `its latest fact is of ${formatDay(row.latest)}`)
    : row;
}

/** A line that is not written off, or why a fact on one can't be. */
export function standing(s: Reading, holder: string, on: Day): LineRow | Refusal {
  const row = named(s, holder, on);
  return row instanceof Refusal || row.loss === null ? row : new Refusal(lineClosed, holder);
}
