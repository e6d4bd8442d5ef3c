/**
 * A log in EventStoreDB (or KurrentDB): one stream a book, an append one atomic write at the exact revision that the writer knows.
 * Any number of servers may write to one book; each place in the stream goes to one of them.
 *
 * Whether an append whose answer was lost has been written is found out from the stream. The server answers the identical events,
 * sent again at the same exact revision, with success, also after a restart; it compares ids alone, and an event's id is made from
 * its hash. No event of a book is ever sent at `any` revision, where it would be written twice.
 *
 * @module
 */
import {
  BACKWARDS,
  END,
  FORWARDS,
  type ReadRevision,
  START,
  type StreamSubscription,
} from '@eventstore/db-client';
import { eventId, type StoredEvent } from '../kernel/events.ts';
import { checkChained, checkEvents, sameEvents } from './appending.ts';
import { bytesOf, type Encoded, encoded, streamOf, toProposed } from './eventstoredb-codec.ts';
import {
  acquire,
  actualOf,
  type Connection,
  eventStoreAppendBytesMax,
  failureKind,
  isPassing,
  limitOf,
  release,
} from './eventstoredb-connection.ts';
import { list } from './eventstoredb-list.ts';
import { all, cancel, decoded, type Page, rangesOf } from './eventstoredb-pages.ts';
import { batchesOf } from './eventstoredb-subscription.ts';
import {
  AppendTooLarge,
  type Direction,
  type EventLog,
  emptyHead,
  headAt,
  LogClosed,
  type LogHead,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from './log.ts';
import { backOffMs, type Wait, waitByClock, within } from './patience.ts';

/** Events of a page: some hundred kilobytes. */
const pageEventsMax = 512;
/** Reads under way at once for scattered revisions. */
const readsMax = 8;

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

const patienceDefault: Patience = {
  appendMsMax: 10_000,
  readMsMax: 15_000,
  firstWaitMs: 20,
  longestWaitMs: 2_000,
  attemptsMax: 11,
};

export interface EventStoreLogOptions {
  /** Largest append in bytes of data and metadata. Default: {@link eventStoreAppendBytesMax}. */
  readonly appendBytesMax?: number;
  readonly patience?: Partial<Patience>;
  /** The clock by which attempts are spaced. Default: timers. */
  readonly wait?: Wait;
}

/** An {@link EventLog} in a stream. */
export class EventStoreLog implements EventLog {
  readonly appendBytesMax: number;
  readonly #url: string;
  readonly #book: string;
  readonly #stream: string;
  readonly #connection: Connection;
  readonly #patience: Patience;
  readonly #wait: Wait;
  readonly #closing = new AbortController();
  /** The last event that is known to be there. */
  #known: LogHead = emptyHead;
  /** The last event that others followed from, for those of its consequences that come in a later append. */
  #cause: { readonly revision: number; readonly id: string } | undefined;

  private constructor(url: string, book: string, options: EventStoreLogOptions) {
    this.#url = url;
    this.#book = book;
    this.#stream = streamOf(book);
    this.#connection = acquire(url);
    this.appendBytesMax = options.appendBytesMax ?? eventStoreAppendBytesMax;
    this.#patience = { ...patienceDefault, ...options.patience };
    this.#wait = options.wait ?? waitByClock;
  }

  /**
   * Opens a book's stream, whether it is there yet or not.
   *
   * @param url `esdb://…` or `esdb+discover://…`, as the client takes it
   * @throws RangeError the address is not one that the client takes
   * @throws LogUnavailable nobody answers there
   */
  static async open(url: string, book: string, options: EventStoreLogOptions = {}): Promise<EventStoreLog> {
    const log = new EventStoreLog(url, book, options);
    try {
      await log.head();
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  /**
   * Whether there is anything in a book's stream.
   *
   * @throws LogUnavailable nobody answers there
   */
  static async exists(url: string, book: string): Promise<boolean> {
    const log = await EventStoreLog.open(url, book);
    await log.close();
    return log.#known.revision >= 0;
  }

  async head(): Promise<LogHead> {
    const { events, fault } = await this.#page(END, BACKWARDS, 1);
    if (fault !== undefined) throw fault;
    const [last] = events;
    if (last === undefined) return emptyHead;
    this.#knows(last);
    return headAt(last);
  }

  async append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
    this.#checkOpen();
    checkEvents(expectedRevision, events);
    const last = events.at(-1);
    if (last === undefined) return;
    checkChained(await this.#headBefore(expectedRevision), events);
    const forms = await this.#encoded(events);
    let bytes = 0;
    for (const each of forms) bytes += bytesOf(each);
    if (bytes > this.appendBytesMax) throw new AppendTooLarge(bytes, this.appendBytesMax);
    if (expectedRevision === -1) await this.#list();
    await this.#write({ expected: expectedRevision, events, last, forms, bytes });
    this.#knows(last);
  }

  async *read(
    from: number,
    direction: Direction,
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly StoredEvent[]> {
    this.#checkOpen();
    const upwards = direction === 'forwards';
    let next = upwards ? Math.max(from, 0) : await this.#atMostHead(from);
    let left = limit;
    let ahead: Promise<Page> | undefined;
    const ask = (): Promise<Page> =>
      this.#page(BigInt(next), upwards ? FORWARDS : BACKWARDS, Math.min(left, pageEventsMax));
    while (left > 0 && next >= 0) {
      const early = ahead;
      ahead = undefined;
      let page = await (early ?? ask());
      // What was asked for early may have come to the end before more was appended.
      if (early !== undefined && page.events.length === 0 && page.fault === undefined) page = await ask();
      this.#checkOpen();
      const { events, fault } = page;
      const last = events.at(-1);
      if (last !== undefined) {
        this.#checkFollows(events, next, upwards ? 1 : -1);
        next = last.revision + (upwards ? 1 : -1);
        left -= events.length;
        // The next page comes while whoever asked works on this one.
        if (fault === undefined && events.length === pageEventsMax && left > 0 && next >= 0) {
          ahead = ask();
          ahead.catch(() => undefined);
        }
        yield events;
        this.#checkOpen();
      }
      if (fault !== undefined) throw fault;
      if (last === undefined) return;
    }
  }

  async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    const absent = revisions.find((revision) => !Number.isSafeInteger(revision) || revision < 0);
    if (absent !== undefined) throw new RangeError(`there is no revision ${absent}`);
    const found = new Map<number, StoredEvent>();
    const ranges = rangesOf(revisions);
    const take = async (): Promise<void> => {
      for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
        const [from, to] = range;
        for await (const events of this.read(from, 'forwards', to - from + 1))
          for (const event of events) found.set(event.revision, event);
      }
    };
    await Promise.all(Array.from({ length: Math.min(readsMax, ranges.length) }, take));
    return revisions.map((revision) => {
      const event = found.get(revision);
      if (event === undefined) throw new RangeError(`there is no revision ${revision}`);
      return event;
    });
  }

  async *subscribe(from: number, signal: AbortSignal): AsyncGenerator<readonly StoredEvent[]> {
    const { client } = this.#connection;
    const over = AbortSignal.any([signal, this.#closing.signal]);
    const { firstWaitMs, longestWaitMs, attemptsMax } = this.#patience;
    let next = Math.max(from, 0);
    for (let attempt = 0; !over.aborted; attempt++) {
      try {
        const subscription: StreamSubscription = client.subscribeToStream(
          this.#stream,
          { fromRevision: next === 0 ? START : BigInt(next - 1) },
          { highWaterMark: pageEventsMax },
        );
        for await (const resolved of batchesOf(subscription, pageEventsMax, over)) {
          const { events, fault } = decoded(resolved, (event) => event.revision >= next);
          const last = events.at(-1);
          if (last !== undefined) {
            this.#checkFollows(events, next, 1);
            next = last.revision + 1;
            attempt = 0;
            yield events;
          }
          if (fault !== undefined) throw fault;
        }
      } catch (error) {
        if (error instanceof LogUnreadable) throw error;
        if (!isPassing(error) || attempt >= attemptsMax)
          throw new LogUnavailable(`${this.#stream} can't be followed`, error);
      }
      if (!over.aborted) await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), over);
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await release(this.#url);
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new LogClosed();
  }

  #knows(event: StoredEvent): void {
    if (event.revision > this.#known.revision) this.#known = headAt(event);
  }

  /** A book is listed before anything stands in it: so no book is missing from the list. */
  async #list(): Promise<void> {
    const { appendMsMax, attemptsMax } = this.#patience;
    try {
      await this.#untilDone(() => list(this.#connection, this.#book, appendMsMax), attemptsMax);
    } catch (error) {
      throw new LogUnavailable(`${this.#stream} can't be listed, nothing was written`, error);
    }
  }

  /** The head that an append is to follow, as the stream has it. */
  async #headBefore(revision: number): Promise<LogHead> {
    if (revision === -1) return emptyHead;
    if (revision === this.#known.revision) return this.#known;
    const event = await this.#eventAt(revision);
    if (event === undefined) throw new WrongExpectedRevision(revision, (await this.head()).revision);
    return headAt(event);
  }

  async #eventAt(revision: number): Promise<StoredEvent | undefined> {
    const { events, fault } = await this.#page(BigInt(revision), FORWARDS, 1);
    if (fault !== undefined) throw fault;
    return events.find((event) => event.revision === revision);
  }

  /** Events in the server's form; each names the event that it follows from by that one's id. */
  async #encoded(events: readonly StoredEvent[]): Promise<readonly Encoded[]> {
    const first = events[0]?.revision ?? 0;
    const forms: Encoded[] = [];
    for (const event of events) {
      const { cause } = event;
      if (cause !== null && cause !== this.#cause?.revision) {
        const caused = events[cause - first] ?? (await this.#eventAt(cause));
        this.#cause = caused === undefined ? undefined : { revision: cause, id: eventId(caused.hash) };
      }
      forms.push(encoded(toProposed(event, cause === null ? undefined : this.#cause?.id)));
    }
    return forms;
  }

  async #send({ expected, forms }: Order): Promise<void> {
    const { appendMsMax: msMax } = this.#patience;
    const sent = this.#connection.appender.append({ stream: this.#stream, expected, events: forms, msMax });
    await within('an append', msMax, sent);
  }

  /**
   * Sends an append until it is known what became of it. Where no answer came, the stream is looked at: the event that the append
   * ends in says that it was written, another one that it was not. Where there is none, it is sent again as it was.
   */
  async #write(order: Order): Promise<void> {
    const { firstWaitMs, longestWaitMs, attemptsMax } = this.#patience;
    let unanswered: unknown;
    for (let attempt = 0; ; attempt++) {
      try {
        if (unanswered !== undefined && (await this.#isThere(order))) return;
        await this.#send(order);
        return;
      } catch (error) {
        if (await this.#isWritten(error, order)) return;
        if (!(error instanceof LogUnavailable) && failureKind(error) === 'unknown') unanswered = error;
        if (attempt >= attemptsMax || !isPassing(error) || this.#closing.signal.aborted) {
          if (unanswered !== undefined) throw new OutcomeUnknown(unanswered);
          throw new LogUnavailable(`${this.#stream} can't be written, nothing was`, error);
        }
      }
      await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), this.#closing.signal);
    }
  }

  /**
   * Whether an append that failed stands in the stream all the same: the same events were there before.
   *
   * @throws WrongExpectedRevision, AppendTooLarge, LogUnreadable where trying again is of no use
   */
  async #isWritten(error: unknown, { expected, events, bytes }: Order): Promise<boolean> {
    if (error instanceof WrongExpectedRevision || error instanceof LogUnreadable) throw error;
    const kind = failureKind(error);
    if (kind === 'too-large') throw new AppendTooLarge(bytes, limitOf(error));
    if (kind !== 'conflict') return false;
    const actual = actualOf(error);
    // Whoever is told of a conflict reads what is there, and must find it.
    if (actual >= 0) await this.#between(actual - 1, 1);
    if (
      actual >= expected + events.length &&
      sameEvents(await this.#between(expected, events.length), events)
    )
      return true;
    throw new WrongExpectedRevision(expected, Math.max(actual, (await this.head()).revision));
  }

  /** So many events after a revision, which the server has named: it may do so a moment before they can be read. */
  async #between(revision: number, count: number): Promise<readonly StoredEvent[]> {
    const { firstWaitMs, longestWaitMs, attemptsMax } = this.#patience;
    for (let attempt = 0; ; attempt++) {
      const found: StoredEvent[] = [];
      for await (const page of this.read(revision + 1, 'forwards', count)) found.push(...page);
      if (found.length === count || attempt >= attemptsMax) return found;
      await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), this.#closing.signal);
    }
  }

  /** Whether an append was written, by the event at the revision where it ends. */
  async #isThere({ expected, last }: Order): Promise<boolean> {
    const { events, fault } = await this.#page(BigInt(last.revision), FORWARDS, 1, once);
    if (fault !== undefined) throw fault;
    const event = events.find(({ revision }) => revision === last.revision);
    if (event === undefined || event.hash === last.hash) return event !== undefined;
    throw new WrongExpectedRevision(expected, (await this.head()).revision);
  }

  async #atMostHead(revision: number): Promise<number> {
    if (revision <= this.#known.revision) return revision;
    return Math.min(revision, (await this.head()).revision);
  }

  #checkFollows(events: readonly StoredEvent[], from: number, step: 1 | -1): void {
    let revision = from;
    for (const event of events) {
      if (event.revision !== revision) throw new LogUnreadable(revision, 'it is missing');
      revision += step;
    }
  }

  /** A page of events, tried again while the server can't be reached. */
  async #page(
    from: ReadRevision,
    direction: typeof FORWARDS | typeof BACKWARDS,
    count: number,
    attemptsMax = this.#patience.attemptsMax,
  ): Promise<Page> {
    const { client } = this.#connection;
    const options = { fromRevision: from, direction, maxCount: count };
    const ask = async (): Promise<Page> => {
      const stream = client.readStream(this.#stream, options);
      return decoded(await within('a read', this.#patience.readMsMax, all(stream), () => cancel(stream)));
    };
    try {
      return await this.#untilDone(ask, attemptsMax);
    } catch (error) {
      if (error instanceof LogClosed) throw error;
      if (failureKind(error) === 'missing') return { events: [] };
      throw new LogUnavailable(`${this.#stream} can't be read`, error);
    }
  }

  /** Does what may be done again until it works, or time is up. */
  async #untilDone<T>(work: () => Promise<T>, attemptsMax: number): Promise<T> {
    const { firstWaitMs, longestWaitMs } = this.#patience;
    for (let attempt = 0; ; attempt++) {
      this.#checkOpen();
      try {
        return await work();
      } catch (error) {
        if (attempt >= attemptsMax || !isPassing(error)) throw error;
      }
      await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), this.#closing.signal);
    }
  }
}

/** No second attempt: whoever asks tries again by itself. */
const once = 0;

/** An append on its way. */
interface Order {
  readonly expected: number;
  readonly events: readonly StoredEvent[];
  readonly last: StoredEvent;
  readonly forms: readonly Encoded[];
  readonly bytes: number;
}
