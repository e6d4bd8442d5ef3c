/** Logs that hold back, fail, count or kill: an engine with something done around its appends and reads. */
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import type { Direction, EventLog, LogHead } from '../../src/log/port/port.ts';

/** What is done around a call; `write` and `pages` make the call itself. */
export interface Around {
  append?(expected: number, events: readonly StoredEvent[], write: () => Promise<void>): Promise<void>;
  read?(from: number, pages: AsyncIterable<readonly StoredEvent[]>): AsyncIterable<readonly StoredEvent[]>;
}

export class WrappedLog implements EventLog {
  readonly #inner: EventLog;
  readonly #around: Around;
  /** Appends that were asked for: number of events of each. */
  readonly appends: number[] = [];

  constructor(inner: EventLog, around: Around = {}) {
    this.#inner = inner;
    this.#around = around;
  }

  get appendBytesMax(): number {
    return this.#inner.appendBytesMax;
  }

  head(): Promise<LogHead> {
    return this.#inner.head();
  }

  append(expected: number, events: readonly StoredEvent[]): Promise<void> {
    this.appends.push(events.length);
    const write = (): Promise<void> => this.#inner.append(expected, events);
    return this.#around.append === undefined ? write() : this.#around.append(expected, events, write);
  }

  read(from: number, direction: Direction, limit?: number): AsyncIterable<readonly StoredEvent[]> {
    const pages = this.#inner.read(from, direction, limit);
    return this.#around.read === undefined ? pages : this.#around.read(from, pages);
  }

  readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    return this.#inner.readMany(revisions);
  }

  subscribe(from: number, signal: AbortSignal): AsyncIterable<readonly StoredEvent[]> {
    return this.#inner.subscribe(from, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** A gate: who comes waits until it is opened; it tells when somebody has come. */
export class Gate {
  #open = (): void => undefined;
  #came = (): void => undefined;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  /** Resolves when the first has come. */
  readonly reached = new Promise<void>((resolve) => {
    this.#came = resolve;
  });

  async pass(): Promise<void> {
    this.#came();
    await this.#opened;
  }

  open(): void {
    this.#open();
  }
}
