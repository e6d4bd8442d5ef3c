/**
 * A log in memory: for tests, sandboxes and whoever needs no durability. It ends with the process.
 *
 * @module
 */
import type { StoredEvent } from '../kernel/state/events.ts';
import { checkChained, checkEvents, sameEvents } from './port/appending.ts';
import { follow, News } from './port/news.ts';
import {
  AppendTooLarge,
  type Direction,
  type EventLog,
  emptyHead,
  headAt,
  LogClosed,
  type LogHead,
  WrongExpectedRevision,
} from './port/port.ts';
import { encodeBody } from './sqlite/codec.ts';

/** How many events a read hands out at once. */
const pageEventsMax = 256;

export interface MemoryLogOptions {
  /** Largest append in bytes of its stored form; memory alone bounds it by default. */
  readonly appendBytesMax?: number;
}

/** An {@link EventLog} that holds its events in an array. */
export class MemoryLog implements EventLog {
  readonly #events: StoredEvent[] = [];
  readonly #news = new News();
  readonly appendBytesMax: number;
  #closed = false;

  constructor(options: MemoryLogOptions = {}) {
    this.appendBytesMax = options.appendBytesMax ?? Number.POSITIVE_INFINITY;
  }

  async head(): Promise<LogHead> {
    this.#checkOpen();
    const last = this.#events.at(-1);
    return last === undefined ? emptyHead : headAt(last);
  }

  async append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
    this.#checkOpen();
    checkEvents(expectedRevision, events);
    if (events.length === 0) return;
    this.#checkSize(events);
    const end = this.#events.length - 1;
    if (expectedRevision !== end) {
      const from = expectedRevision + 1;
      if (sameEvents(this.#events.slice(from, from + events.length), events)) return;
      throw new WrongExpectedRevision(expectedRevision, end);
    }
    checkChained(this.#events.at(-1) ?? emptyHead, events);
    for (const event of events) this.#events.push(event);
    this.#news.wake();
  }

  async takes(event: StoredEvent): Promise<boolean> {
    return this.#bytesOf([event]) <= this.appendBytesMax;
  }

  async *read(
    from: number,
    direction: Direction,
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly StoredEvent[]> {
    this.#checkOpen();
    let left = limit;
    if (direction === 'forwards') {
      for (let at = Math.max(from, 0); at < this.#events.length && left > 0; ) {
        const page = this.#events.slice(at, at + Math.min(left, pageEventsMax));
        at += page.length;
        left -= page.length;
        yield page;
        this.#checkOpen();
      }
      return;
    }
    for (let end = Math.min(from + 1, this.#events.length); end > 0 && left > 0; ) {
      const page = this.#events.slice(Math.max(0, end - Math.min(left, pageEventsMax)), end).reverse();
      end -= page.length;
      left -= page.length;
      yield page;
      this.#checkOpen();
    }
  }

  async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    return revisions.map((revision) => {
      const event = this.#events[revision];
      if (event === undefined) throw new RangeError(`there is no revision ${revision}`);
      return event;
    });
  }

  subscribe(from: number, signal: AbortSignal): AsyncIterable<readonly StoredEvent[]> {
    return follow(
      {
        closed: () => this.#closed,
        page: (next) => this.#events.slice(next, next + pageEventsMax),
        more: (until) => this.#news.wait(until),
      },
      Math.max(from, 0),
      signal,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#news.wake();
  }

  #checkOpen(): void {
    if (this.#closed) throw new LogClosed();
  }

  #checkSize(events: readonly StoredEvent[]): void {
    const bytes = this.#bytesOf(events);
    if (bytes > this.appendBytesMax) throw new AppendTooLarge(bytes, this.appendBytesMax);
  }

  /** Bytes of events as a file would hold them; nobody counts them where nothing bounds them. */
  #bytesOf(events: readonly StoredEvent[]): number {
    return this.appendBytesMax === Number.POSITIVE_INFINITY ? 0 : Buffer.byteLength(encodeBody(events));
  }
}
