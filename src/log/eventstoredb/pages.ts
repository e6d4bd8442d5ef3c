/**
 * Pages of a stream: what a read brings, as events of a book.
 *
 * @module
 */
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import { genesisHash, hashHolds, type StoredEvent } from '../../kernel/state/events.ts';
import { type Direction, type LogHead, LogUnreadable } from '../port/port.ts';
import { fromRecorded } from './codec.ts';

/** Revisions no further apart than this are read together. */
const gapMax = 64;

/** Events in order; where one can't be read, those before it and why. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly fault?: LogUnreadable;
}

/** The thread of a read: no revision is left out, and each page goes on from the one before. */
export class Thread {
  readonly #step: 1 | -1;
  #next: number;
  /** Hash of what comes before the first page, where that is known. */
  readonly #before: string | undefined;
  #last: StoredEvent | undefined;

  /** @param known an event that is known to have been there */
  constructor(from: number, direction: Direction, known: LogHead) {
    this.#step = direction === 'forwards' ? 1 : -1;
    this.#next = from;
    if (from === 0) this.#before = genesisHash;
    else if (from === known.revision + 1) this.#before = known.hash;
  }

  /** The revision that the next page begins with. */
  get next(): number {
    return this.#next;
  }

  /** What of a page goes on from what was read, and why no more of it does. */
  follow(page: Page): Page {
    const [first] = page.events;
    if (first !== undefined && first.revision === this.#next && !this.#joins(first)) {
      const revision = Math.max(first.revision, this.#last?.revision ?? 0);
      return { events: [], fault: new LogUnreadable(revision, 'it does not follow the event before it') };
    }
    const gap = page.events.findIndex(({ revision }, at) => revision !== this.#next + at * this.#step);
    const events = gap < 0 ? page.events : page.events.slice(0, gap);
    this.#last = events.at(-1) ?? this.#last;
    this.#next += events.length * this.#step;
    return gap < 0 ? page : { events, fault: new EventMissing(this.#next) };
  }

  #joins(first: StoredEvent): boolean {
    if (this.#step < 0) return this.#last === undefined || hashHolds(this.#last, first.hash);
    const before = this.#last?.hash ?? this.#before;
    return before === undefined || hashHolds(first, before);
  }
}

/** Another event came in the place of one. */
export class EventMissing extends LogUnreadable {
  constructor(revision: number) {
    super(revision, 'it is missing');
  }
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
