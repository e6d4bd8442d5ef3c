/**
 * Appends: the events of commands, packed into as few appends as a log's limit allows.
 *
 * @module
 */
import type { StoredEvent } from '../kernel/state/events.ts';

/** Most bytes of an append: an engine's limit of 1 MiB, with room for what an engine adds. */
export const appendBytesMax = 900_000;

/** Share of an engine's largest append that is filled: sizes are estimated. */
export const appendFilled = 0.85;

/** Bytes of an event beside its data and postings: revision, names, times, two hashes. */
const envelopeBytes = 420;
const postingBytes = 90;

/** About how large an event is when it is written; never less than it is by much. */
function bytesOf({ data, accounts }: StoredEvent): number {
  const dataBytes = accounts.length > 50 ? 500 : JSON.stringify(data).length;
  return envelopeBytes + dataBytes + accounts.length * postingBytes;
}

/** Whether a command's events may be split over appends: a close's run, which its beginning announces. */
export const isDivisible = (events: readonly StoredEvent[]): boolean =>
  events.some(({ header }) => header !== null);

/** The largest of some events, about. */
export function largestOf(events: readonly StoredEvent[]): StoredEvent | undefined {
  let largest: StoredEvent | undefined;
  let bytesMax = -1;
  for (const event of events) {
    const bytes = bytesOf(event);
    if (bytes > bytesMax) [largest, bytesMax] = [event, bytes];
  }
  return largest;
}

/** Events that are appended together, and how many commands are written whole once they are. */
export interface Append {
  readonly events: readonly StoredEvent[];
  readonly commandsDone: number;
}

/**
 * The events of some commands as appends, in order. A command's events stand in one append, but for a close's run, which its
 * beginning announces with a header and which may be split anywhere.
 */
export function* appendsOf(
  commands: readonly (readonly StoredEvent[])[],
  bytesMax = appendBytesMax,
): Generator<Append, void, void> {
  let events: StoredEvent[] = [];
  let bytes = 0;
  let done = 0;
  for (const group of commands) {
    const sizes = group.map(bytesOf);
    const size = sizes.reduce((sum, one) => sum + one, 0);
    const divisible = isDivisible(group);
    if (events.length > 0 && bytes + size > bytesMax) {
      yield { events, commandsDone: done };
      events = [];
      bytes = 0;
    }
    for (let at = 0; at < group.length; at++) {
      const event = group[at];
      const one = sizes[at] ?? 0;
      if (event === undefined) continue;
      if (divisible && events.length > 0 && bytes + one > bytesMax) {
        yield { events, commandsDone: done };
        events = [];
        bytes = 0;
      }
      events.push(event);
      bytes += one;
    }
    done++;
  }
  if (events.length > 0) yield { events, commandsDone: done };
}
