/**
 * A book's stream as it is read: page by page, with patience while the server can't be reached.
 *
 * @module
 */
import { BACKWARDS, END, FORWARDS, type ReadRevision } from '@eventstore/db-client';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { backOffMs, type Wait, within } from '../port/patience.ts';
import { LogClosed, LogUnavailable } from '../port/port.ts';
import { type Connection, failureKind, isPassing } from './connection.ts';
import { hasTombstone, metadataStreamOf } from './keeping.ts';
import { all, cancel, decoded, type Page } from './pages.ts';

/** How long things may take, in milliseconds, and how often they are tried. */
export interface Patience {
  /** An append, until its outcome counts as unknown. */
  readonly appendMsMax: number;
  /** A page of a read. */
  readonly readMsMax: number;
  /** First and longest wait before another attempt. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Attempts at a read, and at finding out what became of an append. With the waits above: some ten seconds, a leader's election. */
  readonly attemptsMax: number;
}

export const patienceDefault: Patience = {
  appendMsMax: 10_000,
  readMsMax: 15_000,
  firstWaitMs: 20,
  longestWaitMs: 2_000,
  attemptsMax: 11,
};

/** No second attempt: whoever asks tries again by itself. */
export const once = 0;

/** How a page is asked for. */
interface Asking {
  readonly attemptsMax?: number;
  /** Whether the leader itself has to answer: others may be behind it. */
  readonly ofLeader?: boolean;
}

/** With what a stream is read. */
interface StreamSettings {
  readonly connection: Connection;
  readonly name: string;
  readonly patience: Patience;
  readonly wait: Wait;
  /** Aborts when it is to be read no more. */
  readonly closing: AbortSignal;
}

export class Stream {
  readonly name: string;
  readonly patience: Patience;
  readonly #connection: Connection;
  readonly #wait: Wait;
  readonly #closing: AbortSignal;

  constructor({ connection, name, patience, wait, closing }: StreamSettings) {
    this.name = name;
    this.patience = patience;
    this.#connection = connection;
    this.#wait = wait;
    this.#closing = closing;
  }

  /**
   * A page of events, tried again while the server can't be reached. Of a stream that isn't there it is empty.
   *
   * @throws LogNotKept the stream has a tombstone
   * @throws LogUnavailable nobody answers
   */
  async page(
    from: ReadRevision,
    direction: typeof FORWARDS | typeof BACKWARDS,
    count: number,
    { attemptsMax = this.patience.attemptsMax, ofLeader = false }: Asking = {},
  ): Promise<Page> {
    const { client } = this.#connection;
    const options = { fromRevision: from, direction, maxCount: count, requiresLeader: ofLeader };
    const ask = async (): Promise<Page> => {
      const stream = client.readStream(this.name, options);
      return decoded(await within('a read', this.patience.readMsMax, all(stream), () => cancel(stream)));
    };
    return (await this.#asked(ask, attemptsMax)) ?? { events: [] };
  }

  /** The event at a revision, if there is one. */
  async eventAt(revision: number, asking: Asking = {}): Promise<StoredEvent | undefined> {
    const { events, fault } = await this.page(BigInt(revision), FORWARDS, 1, asking);
    // Where events were taken away, the one asked for may be missing, and a later one come in its place.
    const event = events.find((found) => found.revision === revision);
    if (event === undefined && fault !== undefined) throw fault;
    return event;
  }

  /** The last event, if there is one. */
  async last(asking: Asking = {}): Promise<StoredEvent | undefined> {
    const { events, fault } = await this.page(END, BACKWARDS, 1, asking);
    if (fault !== undefined) throw fault;
    return events[0];
  }

  /** What stands in the stream's metadata now; undefined where there is none. */
  async metadata({ attemptsMax = this.patience.attemptsMax }: Asking = {}): Promise<unknown> {
    const { client } = this.#connection;
    const options = { fromRevision: END, direction: BACKWARDS, maxCount: 1 } as const;
    const ask = async (): Promise<unknown> => {
      const stream = client.readStream(metadataStreamOf(this.name), options);
      const [last] = await within('a read', this.patience.readMsMax, all(stream), () => cancel(stream));
      return last?.event?.isJson ? last.event.data : undefined;
    };
    return await this.#asked(ask, attemptsMax);
  }

  /** Does what may be done again until it works, or time is up. */
  async untilDone<T>(work: () => Promise<T>, attemptsMax: number): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      if (this.#closing.aborted) throw new LogClosed();
      try {
        return await work();
      } catch (error) {
        if (attempt >= attemptsMax || !isPassing(error)) throw error;
      }
      await this.rest(attempt);
    }
  }

  /** Waits before another attempt. */
  async rest(attempt: number): Promise<void> {
    const { firstWaitMs, longestWaitMs } = this.patience;
    await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), this.#closing);
  }

  /** What a read brings; undefined where there is no such stream. */
  async #asked<T>(ask: () => Promise<T>, attemptsMax: number): Promise<T | undefined> {
    try {
      return await this.untilDone(ask, attemptsMax);
    } catch (error) {
      if (error instanceof LogClosed) throw error;
      const kind = failureKind(error);
      if (kind === 'missing') return undefined;
      if (kind === 'deleted') throw hasTombstone(this.name);
      throw new LogUnavailable(`${this.name} can't be read`, error);
    }
  }
}
