/**
 * A log whose every event is held against the one before it: its hash is worked out again from its fields and from that event's
 * hash. So an event that was changed where it lies is not handed out, whichever way it is asked for.
 *
 * @module
 */
import { genesisHash, hashHolds, type StoredEvent } from '../../kernel/state/events.ts';
import { type Direction, type EventLog, type LogHead, LogUnreadable } from './port.ts';

/** An event that the next one is held against. */
type Before = Pick<LogHead, 'revision' | 'hash'>;
type Batches = AsyncIterable<readonly StoredEvent[]>;

const beforeFirst: Before = { revision: -1, hash: genesisHash };

/** What is wrong with an event that is to follow another one, if anything. */
function faultAfter(before: Before, event: StoredEvent): LogUnreadable | undefined {
  const next = before.revision + 1;
  if (event.revision !== next)
    return new LogUnreadable(next, `event ${event.revision} stands where ${next} has to`);
  if (hashHolds(event, before.hash)) return undefined;
  return new LogUnreadable(next, 'its hash is not that of its fields and of the event before it');
}

/** The events of a batch, upwards, before the first that does not follow; and what is wrong with that one. */
function following(
  before: Before,
  events: readonly StoredEvent[],
): { readonly held: readonly StoredEvent[]; readonly fault: LogUnreadable | undefined } {
  let last = before;
  for (const [at, event] of events.entries()) {
    const fault = faultAfter(last, event);
    if (fault !== undefined) return { held: events.slice(0, at), fault };
    last = event;
  }
  return { held: events, fault: undefined };
}

/**
 * Batches of events, upwards, as far as each event follows the one before it.
 *
 * @param before the event before the first one
 * @throws LogUnreadable at the first event that does not follow; those before it have been handed out by then
 */
export async function* chained(
  batches: Batches | Iterable<readonly StoredEvent[]>,
  before: Before = beforeFirst,
): AsyncGenerator<readonly StoredEvent[]> {
  let last = before;
  for await (const events of batches) {
    const { held, fault } = following(last, events);
    if (held.length > 0) yield held;
    if (fault !== undefined) throw fault;
    last = held.at(-1) ?? last;
  }
}

/**
 * Batches of events, upwards, up to a place that can't be read: a log may have more events before it than it has handed out.
 *
 * @throws what reading the log throws, after those events
 */
export async function* readable(
  log: EventLog,
  from: number,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly StoredEvent[]> {
  let next = from;
  try {
    for await (const events of log.read(from, 'forwards', limit)) {
      yield events;
      next += events.length;
    }
  } catch (error) {
    if (!(error instanceof LogUnreadable) || error.revision <= next) throw error;
    yield* log.read(next, 'forwards', error.revision - next);
    throw error;
  }
}

/** A log that hands out no event whose hash does not hold. What is appended goes through as it is. */
export class ChainedLog implements EventLog {
  /** The log itself, for those who look for what is wrong with it. */
  readonly raw: EventLog;
  readonly #found: (fault: LogUnreadable) => void;

  /** @param found told of each place that can't be read as it was written, before the reader is */
  constructor(raw: EventLog, found: (fault: LogUnreadable) => void = () => {}) {
    this.raw = raw;
    this.#found = found;
  }

  get appendBytesMax(): number {
    return this.raw.appendBytesMax;
  }

  head(): Promise<LogHead> {
    return this.raw.head();
  }

  append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
    return this.raw.append(expectedRevision, events);
  }

  read(from: number, direction: Direction, limit?: number): Batches {
    const batches = this.raw.read(from, direction, limit);
    return this.#told(direction === 'forwards' ? this.#upwards(batches, from) : this.#downwards(batches));
  }

  async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    const asked = new Set(revisions);
    const before = [...asked].flatMap((revision) =>
      revision > 0 && !asked.has(revision - 1) ? [revision - 1] : [],
    );
    try {
      const read = await this.raw.readMany([...revisions, ...before]);
      const known = new Map(read.map((event) => [event.revision, event]));
      for (const revision of asked) {
        const event = known.get(revision);
        const fault = event && faultAfter(known.get(revision - 1) ?? beforeFirst, event);
        if (fault !== undefined) throw fault;
      }
      return read.slice(0, revisions.length);
    } catch (error) {
      if (error instanceof LogUnreadable) this.#found(error);
      throw error;
    }
  }

  subscribe(from: number, signal: AbortSignal): Batches {
    return this.#told(this.#upwards(this.raw.subscribe(from, signal), from));
  }

  close(): Promise<void> {
    return this.raw.close();
  }

  /** A log as it is. */
  static rawOf(log: EventLog): EventLog {
    return log instanceof ChainedLog ? log.raw : log;
  }

  async *#told(batches: Batches): AsyncGenerator<readonly StoredEvent[]> {
    try {
      yield* batches;
    } catch (error) {
      if (error instanceof LogUnreadable) this.#found(error);
      throw error;
    }
  }

  /** The event before the first is read when there is a first. */
  async *#upwards(batches: Batches, from: number): AsyncGenerator<readonly StoredEvent[]> {
    let last: Before | undefined;
    for await (const events of batches) {
      const { held, fault } = following(last ?? (await this.#before(from)), events);
      if (held.length > 0) yield held;
      if (fault !== undefined) throw fault;
      last = held.at(-1);
    }
  }

  async *#downwards(batches: Batches): AsyncGenerator<readonly StoredEvent[]> {
    for await (const events of batches) {
      for (const [at, event] of events.entries()) {
        const fault = faultAfter(events[at + 1] ?? (await this.#before(event.revision)), event);
        if (fault === undefined) continue;
        if (at > 0) yield events.slice(0, at);
        throw fault;
      }
      yield events;
    }
  }

  async #before(revision: number): Promise<Before> {
    const [event] = revision <= 0 ? [] : await this.raw.readMany([revision - 1]);
    return event ?? beforeFirst;
  }
}
