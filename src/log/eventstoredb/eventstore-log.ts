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
import { BACKWARDS, FORWARDS, START, type StreamSubscription } from '@eventstore/db-client';
import { eventId, genesisHash, hashHolds, type StoredEvent } from '../../kernel/state/events.ts';
import { checkChained, checkEvents, sameEvents } from '../port/appending.ts';
import { backOffMs, GivenUp, unlessAborted, type Wait, waitByClock, within } from '../port/patience.ts';
import {
  AppendTooLarge,
  type Direction,
  type EventLog,
  emptyHead,
  headAt,
  LogClosed,
  type LogHead,
  LogNotKept,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../port/port.ts';
import type { Lane } from './batches.ts';
import { bytesOf, type Encoded, encoded, streamOf, toProposed } from './codec.ts';
import {
  acquire,
  actualOf,
  type Connection,
  eventStoreAppendBytesMax,
  failureKind,
  isPassing,
  limitOf,
  release,
} from './connection.ts';
import { hasTombstone, watchMetadata } from './keeping.ts';
import { list } from './list.ts';
import { decoded, EventMissing, type Page, rangesOf, Thread } from './pages.ts';
import { once, type Patience, patienceDefault, Stream } from './stream.ts';
import { batchesOf } from './subscription.ts';
import { Witness } from './witness.ts';

/** Events of a page: some hundred kilobytes. */
const pageEventsMax = 512;
/** Reads under way at once for scattered revisions. */
const readsMax = 8;

/** An event of so many bytes is taken by any server. */
const takenAnyway = 4_096;

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
  readonly #reading: Stream;
  readonly #witness: Witness;
  /** The last event that others followed from, for those of its consequences that come in a later append. */
  #cause: { readonly revision: number; readonly id: string } | undefined;
  /** Bytes of the largest event that the server is known to take. */
  #takenBytes = takenAnyway;

  private constructor(url: string, book: string, options: EventStoreLogOptions) {
    this.#url = url;
    this.#book = book;
    this.#stream = streamOf(book);
    this.#connection = acquire(url);
    this.appendBytesMax = options.appendBytesMax ?? eventStoreAppendBytesMax;
    this.#patience = { ...patienceDefault, ...options.patience };
    this.#wait = options.wait ?? waitByClock;
    this.#reading = new Stream({
      connection: this.#connection,
      name: this.#stream,
      patience: this.#patience,
      wait: this.#wait,
      closing: this.#closing.signal,
    });
    this.#witness = new Witness(this.#reading);
  }

  /**
   * Opens a book's stream, whether it is there yet or not. One that is not kept as it was written is opened, too: reading says
   * how far it goes, and nothing is appended to it.
   *
   * @param url `esdb://…` or `esdb+discover://…`, as the client takes it
   * @throws RangeError the address is not one that the client takes
   * @throws LogUnavailable nobody answers there
   */
  static async open(url: string, book: string, options: EventStoreLogOptions = {}): Promise<EventStoreLog> {
    const log = new EventStoreLog(url, book, options);
    try {
      await log.head();
      await log.#witness.look();
    } catch (error) {
      if (!(error instanceof LogUnreadable)) {
        await log.close();
        throw error;
      }
      log.#witness.blame(error);
    }
    return log;
  }

  /**
   * Whether a book was begun: there is anything in its stream, or there was before somebody deleted it.
   *
   * @throws LogUnavailable nobody answers there
   */
  static async exists(url: string, book: string): Promise<boolean> {
    const log = await EventStoreLog.open(url, book);
    await log.close();
    return log.#witness.known.revision >= 0 || log.#witness.fault !== undefined;
  }

  async head(): Promise<LogHead> {
    const { known } = this.#witness;
    const last = await this.#reading.last();
    if (last !== undefined && known.revision < 0) this.#witness.saw(last);
    if (last !== undefined && (last.revision > known.revision || last.hash === known.hash))
      return headAt(last);
    // Another node may be behind; else what was there is gone.
    if (known.revision >= 0) await this.#witness.look();
    return known;
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
    this.#witness.saw(last);
  }

  /** The server is asked by an append that it refuses in any case: before it looks where the stream ends, it looks at the size. */
  async takes(event: StoredEvent): Promise<boolean> {
    this.#checkOpen();
    // The id of its cause is as long as its own.
    const form = encoded(toProposed(event, event.cause === null ? undefined : eventId(event.hash)));
    const bytes = bytesOf(form);
    if (bytes > this.appendBytesMax) return false;
    if (bytes <= this.#takenBytes) return true;
    const { appendMsMax: msMax } = this.#patience;
    const batch = { stream: this.#stream, expected: Number.MAX_SAFE_INTEGER, events: [form], msMax };
    const ask = async (): Promise<boolean> => {
      const lane = await this.#lane();
      try {
        await within('an append', msMax, this.#connection.appender.append(lane, batch));
      } catch (error) {
        const kind = failureKind(error);
        if (kind === 'conflict' || kind === 'too-large') return kind === 'conflict';
        throw error;
      }
      return true;
    };
    try {
      const taken = await this.#reading.untilDone(ask, this.#patience.attemptsMax);
      if (taken) this.#takenBytes = bytes;
      return taken;
    } catch (error) {
      if (error instanceof LogUnreadable || error instanceof LogClosed) throw error;
      throw new LogUnavailable(`${this.#stream} can't be written, nothing was`, error);
    }
  }

  async *read(
    from: number,
    direction: Direction,
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly StoredEvent[]> {
    this.#checkOpen();
    const upwards = direction === 'forwards';
    const first = upwards ? Math.max(from, 0) : await this.#atMostHead(from);
    const thread = new Thread(first, direction, this.#witness.known);
    let left = limit;
    let ahead: Promise<Page> | undefined;
    const ask = (): Promise<Page> =>
      this.#reading.page(BigInt(thread.next), upwards ? FORWARDS : BACKWARDS, Math.min(left, pageEventsMax));
    let lookedAt = -1;
    while (left > 0 && thread.next >= 0) {
      const early = ahead;
      ahead = undefined;
      let page = await (early ?? ask());
      // What was asked for early may have come to the end before more was appended.
      if (early !== undefined && page.events.length === 0 && page.fault === undefined) page = await ask();
      this.#checkOpen();
      page = thread.follow(page);
      const { events, fault } = upwards ? this.#witness.read(page) : page;
      left -= events.length;
      // The next page comes while whoever asked works on this one.
      if (fault === undefined && events.length === pageEventsMax && left > 0 && thread.next >= 0) {
        ahead = ask();
        ahead.catch(() => undefined);
      }
      if (events.length > 0) {
        yield events;
        this.#checkOpen();
      }
      if (fault !== undefined) throw await this.#explained(fault);
      if (events.length > 0) continue;
      if (lookedAt === thread.next || !(await this.#isMore(thread.next, upwards))) return;
      lookedAt = thread.next;
    }
  }

  async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    this.#checkOpen();
    const absent = revisions.find((revision) => !Number.isSafeInteger(revision) || revision < 0);
    if (absent !== undefined) throw new RangeError(`there is no revision ${absent}`);
    const found = new Map<number, StoredEvent>();
    const wanted = new Set(revisions);
    const ranges = rangesOf(revisions);
    const take = async (): Promise<void> => {
      for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
        const [first, last] = range;
        // With the event before: an event is what was written when its hash follows from that one's.
        const from = Math.max(first - 1, 0);
        let before = from === 0 ? genesisHash : undefined;
        for await (const events of this.read(from, 'forwards', last - from + 1)) {
          for (const event of events) {
            if (wanted.has(event.revision) && before !== undefined) checkHash(event, before);
            found.set(event.revision, event);
            before = event.hash;
          }
        }
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
    const over = AbortSignal.any([signal, this.#closing.signal]);
    const { firstWaitMs, longestWaitMs, attemptsMax } = this.#patience;
    let next = Math.max(from, 0);
    for (let attempt = 0; !over.aborted; attempt++) {
      try {
        for await (const events of this.#appended(next, over)) {
          next += events.length;
          attempt = 0;
          yield events;
        }
      } catch (error) {
        if (error instanceof GivenUp) return;
        if (error instanceof LogUnreadable) throw error;
        if (failureKind(error) === 'deleted') throw hasTombstone(this.#stream);
        if (!isPassing(error) || attempt >= attemptsMax)
          throw new LogUnavailable(`${this.#stream} can't be followed`, error);
      }
      if (!over.aborted) await this.#wait(backOffMs(attempt, firstWaitMs, longestWaitMs), over);
    }
  }

  /** Events from a revision on by one subscription, until it breaks or the stream's metadata changes. */
  async *#appended(from: number, over: AbortSignal): AsyncGenerator<readonly StoredEvent[]> {
    const watching = watchMetadata(this.#connection, this.#stream, this.#patience.readMsMax);
    const watch = await unlessAborted(over, watching, ({ stop }) => stop());
    watch.changed.addEventListener('abort', () => this.#witness.doubt(), { once: true });
    try {
      await unlessAborted(over, this.#witness.look(once));
      const subscription: StreamSubscription = this.#connection.client.subscribeToStream(
        this.#stream,
        { fromRevision: from === 0 ? START : BigInt(from - 1) },
        { highWaterMark: pageEventsMax },
      );
      const until = AbortSignal.any([over, watch.changed]);
      const thread = new Thread(from, 'forwards', this.#witness.known);
      for await (const resolved of batchesOf(subscription, pageEventsMax, until)) {
        const page = thread.follow(decoded(resolved, ({ revision }) => revision >= from));
        const { events, fault } = this.#witness.read(page);
        if (events.length > 0) yield events;
        if (fault !== undefined) throw await this.#explained(fault);
      }
    } finally {
      watch.stop();
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

  /** A book is listed before anything stands in it: so no book is missing from the list. */
  async #list(): Promise<void> {
    const { appendMsMax, attemptsMax } = this.#patience;
    try {
      await this.#reading.untilDone(() => list(this.#connection, this.#book, appendMsMax), attemptsMax);
    } catch (error) {
      throw new LogUnavailable(`${this.#stream} can't be listed, nothing was written`, error);
    }
  }

  /** The head that an append is to follow, as the stream has it. */
  async #headBefore(revision: number): Promise<LogHead> {
    if (revision === -1) return emptyHead;
    const { known } = this.#witness;
    if (revision === known.revision) return known;
    const event = await this.#reading.eventAt(revision);
    if (event === undefined) throw new WrongExpectedRevision(revision, (await this.head()).revision);
    return headAt(event);
  }

  /** Events in the server's form; each names the event that it follows from by that one's id. */
  async #encoded(events: readonly StoredEvent[]): Promise<readonly Encoded[]> {
    const first = events[0]?.revision ?? 0;
    const forms: Encoded[] = [];
    for (const event of events) {
      const { cause } = event;
      if (cause !== null && cause !== this.#cause?.revision) {
        const caused = events[cause - first] ?? (await this.#reading.eventAt(cause));
        this.#cause = caused === undefined ? undefined : { revision: cause, id: eventId(caused.hash) };
      }
      forms.push(encoded(toProposed(event, cause === null ? undefined : this.#cause?.id)));
    }
    return forms;
  }

  /** The connection that an append goes by, once all that was seen of the stream is there by it. */
  async #lane(): Promise<Lane | undefined> {
    const opening = this.#connection.appender.lane();
    const lane = await within('a connection', this.#patience.appendMsMax, opening);
    await this.#witness.vouch(lane?.number);
    return lane;
  }

  async #send(lane: Lane | undefined, { expected, forms, last }: Order): Promise<void> {
    const { appendMsMax: msMax } = this.#patience;
    const batch = { stream: this.#stream, expected, events: forms, msMax };
    const revision = await within('an append', msMax, this.#connection.appender.append(lane, batch));
    if (revision !== last.revision) throw misplaced(this.#stream, last.revision, revision);
  }

  /**
   * Sends an append until it is known what became of it. Where no answer came, the stream is looked at: the event that the append
   * ends in says that it was written, another one that it was not. Where there is none, it is sent again as it was.
   */
  async #write(order: Order): Promise<void> {
    const { firstWaitMs, longestWaitMs, attemptsMax } = this.#patience;
    let unanswered: unknown;
    for (let attempt = 0; ; attempt++) {
      let isSent = false;
      try {
        if (unanswered !== undefined && (await this.#isThere(order))) return;
        const lane = await this.#lane();
        isSent = true;
        await this.#send(lane, order);
        return;
      } catch (error) {
        if (await this.#isWritten(error, order)) return;
        if (isSent && failureKind(error) === 'unknown') unanswered = error;
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
    if (kind === 'deleted') throw hasTombstone(this.#stream);
    if (kind !== 'conflict') return false;
    const actual = actualOf(error);
    // Whoever is told of a conflict reads what is there, and must find it; and whoever has seen more must still find that.
    if (actual >= 0 && (await this.#between(actual - 1, 1)).length === 0) {
      await this.#witness.look();
      throw unseen(this.#stream, actual);
    }
    if (actual < this.#witness.known.revision) await this.#witness.look();
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
    const event = await this.#reading.eventAt(last.revision, { attemptsMax: once });
    if (event === undefined || event.hash === last.hash) return event !== undefined;
    throw new WrongExpectedRevision(expected, (await this.head()).revision);
  }

  async #atMostHead(revision: number): Promise<number> {
    if (revision <= this.#witness.known.revision) return revision;
    return Math.min(revision, (await this.head()).revision);
  }

  /** Why reading can't go on: events that are missing were taken away, and the stream may tell by what. */
  async #explained(fault: LogUnreadable): Promise<LogUnreadable> {
    if (!(fault instanceof EventMissing)) return fault;
    try {
      await this.#witness.look();
    } catch (error) {
      if (error instanceof LogUnreadable) return error;
    }
    return fault;
  }

  /**
   * Whether there is more although a read has come to its end: another node may have been behind.
   *
   * @throws LogUnreadable there was more, or what there is can't be vouched for
   */
  async #isMore(next: number, upwards: boolean): Promise<boolean> {
    const { known, fault } = this.#witness;
    const wasMore = next <= known.revision;
    if (fault !== undefined || wasMore) await this.#witness.look();
    return upwards && wasMore;
  }
}

/** @throws LogUnreadable an event's hash is not the one that its fields and the event before it give */
function checkHash(event: StoredEvent, before: string): void {
  if (!hashHolds(event, before)) throw new LogUnreadable(event.revision, 'its hash does not hold');
}

/** The server has put events elsewhere than where it was told to. */
const misplaced = (stream: string, expected: number, actual: number): LogNotKept =>
  new LogNotKept(
    expected,
    `${stream} was deleted in between: the server has put at revision ${actual} what was to stand at ${expected}`,
    'Give up this book, and copy it from a backup under another id.',
  );

/** The server says that the stream goes further than it can be read. */
const unseen = (stream: string, revision: number): LogNotKept =>
  new LogNotKept(
    revision,
    `the server says that ${stream} ends at revision ${revision}, and nothing can be read there`,
    'Look at the stream in the admin page of EventStoreDB, and at the log of the server.',
  );

/** An append on its way. */
interface Order {
  readonly expected: number;
  readonly events: readonly StoredEvent[];
  readonly last: StoredEvent;
  readonly forms: readonly Encoded[];
  readonly bytes: number;
}
