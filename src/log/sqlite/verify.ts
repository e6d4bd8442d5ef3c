/**
 * The bytes of a book's file against what they mean: each row is decoded and encoded again, and has to come out the same to the
 * byte, so that a change shows that leaves the meaning as it was. Hashes are not worked out again here: `audit` does that with the
 * events it gets from here, in the same pass.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';
import { LogUnreadable } from '../port/port.ts';
import { encodeBody } from './codec.ts';
import type { BookReader, RowEnds } from './file.ts';
import { eventsOf, lastOf, linkFault } from './read.ts';

/** What was found of a range of revisions. */
export interface BatchCheck {
  readonly first: number;
  readonly last: number;
  /** The range's events; none where they can't be decoded or are missing. */
  readonly events: readonly StoredEvent[];
  /** The first revision that can't be vouched for, and why; null when all is as it was written. */
  readonly problem: { readonly revision: number; readonly reason: string } | null;
}

/** The row after another one, checked; a gap before it is a check of its own. None after the last row. */
export function checkRowAfter(file: BookReader, before: RowEnds | undefined): readonly BatchCheck[] {
  const row = file.bytesUpwards.get(before === undefined ? Number.MIN_SAFE_INTEGER : before.first + 1);
  if (row === undefined) return [];
  const gap = gapBetween(before, row);
  const found = gap === undefined ? linkFault(before, row) : undefined;
  const checked = checkBytes(row, row.bytes);
  const link = found === undefined ? checked : { ...checked, problem: problemOf(found) };
  return gap === undefined ? [link] : [gap, link];
}

function gapBetween(before: RowEnds | undefined, row: RowEnds): BatchCheck | undefined {
  const next = before === undefined ? 0 : lastOf(before) + 1;
  if (row.first <= next) return undefined;
  return {
    first: next,
    last: row.first - 1,
    events: [],
    problem: { revision: next, reason: 'events are missing' },
  };
}

function checkBytes(row: RowEnds, bytes: Uint8Array | null): BatchCheck {
  const range = { first: row.first, last: lastOf(row) };
  const stored = Buffer.from(bytes ?? []);
  try {
    const events = eventsOf({ ...row, body: stored.toString('utf8') });
    const again = Buffer.from(encodeBody(events), 'utf8');
    if (again.equals(stored)) return { ...range, events, problem: null };
    return {
      ...range,
      events,
      problem: { revision: row.first, reason: 'the stored bytes are not those that were written' },
    };
  } catch (cause) {
    if (!(cause instanceof LogUnreadable)) throw cause;
    return { ...range, events: [], problem: problemOf(cause) };
  }
}

const problemOf = (fault: LogUnreadable): { revision: number; reason: string } => ({
  revision: fault.revision,
  reason: fault.message,
});
