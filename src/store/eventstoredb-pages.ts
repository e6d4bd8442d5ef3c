/**
 * Pages of a stream: what a read brings, as events of a book.
 *
 * @module
 */
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import type { StoredEvent } from '../kernel/events.ts';
import { fromRecorded } from './eventstoredb-codec.ts';
import { LogUnreadable } from './log.ts';

/** Revisions no further apart than this are read together. */
const gapMax = 64;

/** Events in order; where one can't be read, those before it and why. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly fault?: LogUnreadable;
}

/** The events that recorded ones are, as far as they can be read; of these the wanted ones. */
export function decoded(
  resolved: readonly ResolvedEvent[],
  wanted: (event: StoredEvent) => boolean = () => true,
): Page {
  const events: StoredEvent[] = [];
  for (const { event: recorded } of resolved) {
    if (recorded === undefined) continue;
    try {
      const event = fromRecorded(recorded);
      if (wanted(event)) events.push(event);
    } catch (error) {
      if (error instanceof LogUnreadable) return { events, fault: error };
      throw error;
    }
  }
  return { events };
}

/** All that a read brings. */
export async function all(stream: StreamingRead<ResolvedEvent>): Promise<readonly ResolvedEvent[]> {
  const found: ResolvedEvent[] = [];
  for await (const resolved of stream) found.push(resolved);
  return found;
}

/** Gives up a read. */
export const cancel = (stream: StreamingRead<ResolvedEvent>): void => {
  stream.cancel().catch(() => undefined);
};

/** Revisions, each once, as ranges that are read in one go. */
export function rangesOf(revisions: readonly number[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const revision of [...new Set(revisions)].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && revision - range[1] <= gapMax) range[1] = revision;
    else ranges.push([revision, revision]);
  }
  return ranges;
}
