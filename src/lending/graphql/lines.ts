/**
 * The lines that lend, as the graph knows them: each adds itself, and what is asked of all of them goes through here.
 *
 * @module
 */
import { fault, segmentUnknown } from '../../graphql/base/faults.ts';
import { readsAs } from '../../graphql/book/holder.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { LendingLine } from '../reading/lender.ts';

const lines = new Map<string, LendingLine>();

/** Adds a line to what is asked of all lines that lend. */
export function addLine(line: LendingLine): void {
  const { lender } = line;
  lines.set(lender.id, line);
  // A pool is a part of the vehicle: its cash is what it has, notes are what it owes; the lending company’s part of them is among those.
  const { own, vehicle } = lender.books;
  readsAs(vehicle.cash, 'claim');
  readsAs(vehicle.senior, 'debt');
  readsAs(vehicle.subordinated, 'debt');
  readsAs(own.retained, 'neither');
}

/** The lines that lend, by id. */
export const lendingLines = (): readonly LendingLine[] =>
  [...lines.values()].sort((a, b) => (a.lender.id < b.lender.id ? -1 : 1));

/** The line of an id, or all of them. */
export function linesNamed(segment: string | null | undefined): readonly LendingLine[] {
  if (segment === null || segment === undefined) return lendingLines();
  const found = lines.get(segment);
  if (found !== undefined) return [found];
  const known = lendingLines().map(({ lender }) => lender.id);
  throw fault(new Refusal(segmentUnknown, segment, `lines that lend: ${known.join(', ')}`));
}
