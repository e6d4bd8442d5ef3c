/**
 * A log in an SQLite file: one file a book, a row a batch of events, each append one transaction that is synced before it is
 * answered. Several processes may write one file; each append checks the head inside its transaction.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { checkChained, checkEvents, sameEvents } from '../port/appending.ts';
import { follow, News } from '../port/news.ts';
import {
  AppendTooLarge,
  type Direction,
  type EventLog,
  emptyHead,
  headAt,
  LogClosed,
  LogFormatRefused,
  type LogHead,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../port/port.ts';
import { encodeBody } from './codec.ts';
import {
  type BookFile,
  type BookReader,
  codeOf,
  type FileLimits,
  openBookFile,
  openReader,
  type Row,
  type RowEnds,
} from './file.ts';
import { checkEnds, eventsAt, lastOf, lastRow, otherThan, pageDownwards, pageUpwards } from './read.ts';
import { type BatchCheck, checkRowAfter } from './verify.ts';
import { FileChanged } from './watch.ts';

/** Events of a row: enough for dictionaries to pay, few enough to decode one row for a single event's sake. */
export const rowEventsMax = 128;
/** A row of more characters is split in two, so that a page stays small. */
const rowLengthMax = 1_048_576;
/** Largest append by default. SQLite itself would take more: it bounds the memory of one transaction. */
export const sqliteAppendBytesMax = 8 * 1024 * 1024;
/** How long to wait for another process that writes before the answer is {@link LogUnavailable}. */
const busyTimeoutMsDefault = 5_000;
/** How often a waiting subscriber looks whether another process has written. */
export const otherWritersPollMs = 50;

/** Calls back every so many milliseconds until it is told to stop. */
export type Repeat = (everyMs: number, tick: () => void) => () => void;

export interface SqliteLogOptions {
  /** Largest append, in bytes as stored. Default: {@link sqliteAppendBytesMax}. */
  readonly appendBytesMax?: number;
  readonly busyTimeoutMs?: number;
  /** Largest file, in pages of 16 KiB; by default the disk alone bounds it. */
  readonly filePagesMax?: number;
  /** The clock by which a waiting subscriber looks for what other processes write. Default: setInterval. */
  readonly repeat?: Repeat;
}

const repeatByClock: Repeat = (everyMs, tick) => {
  const timer = setInterval(tick, everyMs);
  return () => clearInterval(timer);
};

/** A row to be; its link to the row before is set when it is written. */
type EncodedRow = Omit<Row, 'previousHash'>;

/** An {@link EventLog} in a file. */
export class SqliteLog implements EventLog {
  readonly path: string;
  readonly appendBytesMax: number;
  readonly #limits: Omit<FileLimits, 'make'>;
  readonly #repeat: Repeat;
  readonly #news = new News();
  /** Undefined after a failure: what comes next opens the file anew, and syncs it, before it does anything else. */
  #file: BookFile | undefined;
  /** The last event that was appended or read: what is opened anew has to hold it, and a log doesn't end before it. */
  #seen: Pick<LogHead, 'revision' | 'hash'> = emptyHead;
  #closed = false;
  /** Whether {@link hold} has begun the transaction that the next append ends. */
  #held = false;
  #seenVersion: number | undefined;
  #stopPolling: (() => void) | undefined;

  private constructor(path: string, options: SqliteLogOptions) {
    this.path = path;
    this.appendBytesMax = options.appendBytesMax ?? sqliteAppendBytesMax;
    this.#limits = {
      busyTimeoutMs: options.busyTimeoutMs ?? busyTimeoutMsDefault,
      filePagesMax: options.filePagesMax,
    };
    this.#repeat = options.repeat ?? repeatByClock;
  }

  /**
   * Opens a book's file, or makes it and its folder.
   *
   * @throws LogFormatRefused the file is something else; it is left as it was
   * @throws LogUnavailable it can't be opened, read or synced
   */
  static async open(path: string, options: SqliteLogOptions = {}): Promise<SqliteLog> {
    const log = new SqliteLog(path, options);
    log.#file = openBookFile(path, { ...log.#limits, make: true });
    return log;
  }

  async head(): Promise<LogHead> {
    const head = this.#relying(0, (file) => {
      file.checkTables();
      checkEnds(file);
      const [last] = pageDownwards(file, lastOf(lastRow(file)), 1);
      if (last?.hash !== this.#seen.hash) checkHolds(file, this.#seen);
      return last === undefined ? emptyHead : headAt(last);
    });
    this.#saw(head);
    return head;
  }

  async append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
    const file = this.#connected();
    checkEvents(expectedRevision, events);
    const last = events.at(-1);
    if (last === undefined) return;
    const rows = this.#encoded(events);
    this.#checkThere(file);
    const actual = this.#write(file, expectedRevision, events, rows);
    if (actual !== expectedRevision) {
      const stored =
        actual < expectedRevision + events.length ? [] : this.#collected(expectedRevision + 1, events.length);
      if (!sameEvents(stored, events)) throw new WrongExpectedRevision(expectedRevision, actual);
    }
    try {
      this.#checkThere(this.#connected(), last);
    } catch (cause) {
      throw new OutcomeUnknown(cause);
    }
    this.#saw(last);
    this.#news.wake();
  }

  async hold<T>(work: () => Promise<T>): Promise<T> {
    const file = this.#connected();
    try {
      file.begin.run();
    } catch (cause) {
      this.#undo(file, cause);
      if (codeOf(cause) === '') throw cause;
      throw new LogUnavailable(`${this.path} can't be written, nothing was`, cause);
    }
    this.#held = true;
    try {
      return await work();
    } finally {
      if (this.#held) this.#undo(file, undefined);
    }
  }

  async *read(
    from: number,
    direction: Direction,
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<readonly StoredEvent[]> {
    const upwards = direction === 'forwards';
    let next = upwards ? Math.max(from, 0) : from;
    let left = limit;
    while (left > 0) {
      const events = upwards
        ? this.#pageUpwards(next, left)
        : this.#relying(next, (file) => pageDownwards(file, next, left));
      const last = events.at(-1);
      if (last === undefined) return;
      next = upwards ? last.revision + 1 : last.revision - 1;
      left -= events.length;
      yield events;
    }
  }

  async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    return this.#reading(Math.min(...revisions.slice(0, 1)), (file) => eventsAt(file, revisions));
  }

  subscribe(from: number, signal: AbortSignal): AsyncIterable<readonly StoredEvent[]> {
    return follow(
      {
        closed: () => this.#closed,
        page: (next) => this.#pageUpwards(next, Number.POSITIVE_INFINITY),
        more: (until) => this.#more(until),
      },
      Math.max(from, 0),
      signal,
    );
  }

  /**
   * The check of each row's links and bytes, in order: what of the file is as it was written. It goes on after a problem. Whether
   * the hashes hold is the caller's to find out, with the events that it gets.
   */
  async *verifyBatches(): AsyncGenerator<BatchCheck> {
    let before: RowEnds | undefined;
    for (;;) {
      const after = before;
      const checks = this.#relying(after === undefined ? 0 : lastOf(after), (file) =>
        checkRowAfter(file, after),
      );
      if (checks.length === 0) return;
      yield* checks;
      const next = after === undefined ? Number.MIN_SAFE_INTEGER : after.first + 1;
      before = this.#reading(0, (file) => file.after.get(next));
      // A long check leaves room for others in between.
      await setImmediate();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#discard();
    this.#stopPolling?.();
    this.#stopPolling = undefined;
    this.#news.wake();
  }

  #connected(): BookFile {
    if (this.#closed) throw new LogClosed();
    this.#file ??= this.#reopened();
    return this.#file;
  }

  /** Opens the file anew after a failure: it must be there, and be the log that was read. */
  #reopened(): BookFile {
    let file: BookFile | undefined;
    try {
      file = openBookFile(this.path, { ...this.#limits, make: false });
      checkHolds(file, this.#seen);
      return file;
    } catch (cause) {
      file?.database.close();
      throw this.#changed(cause);
    }
  }

  /** What a failure to find the log that was read comes to. */
  #changed(cause: unknown): LogUnavailable | LogUnreadable {
    if (cause instanceof LogUnavailable || cause instanceof LogUnreadable) return cause;
    const code = codeOf(cause);
    const isOther = code === '' || code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
    return new LogUnavailable(
      `${this.path} ${isOther ? 'is not the book that was opened' : "can't be read"}`,
      cause,
    );
  }

  /**
   * What a book goes on from has to be in the file that others find. The connection stays as it is where it isn't: the file may come
   * back, and closing it would copy its write-ahead log into what is in its place, or take the last of a deleted one away.
   *
   * @param last the event that the file has to hold
   * @throws LogUnavailable it isn't there, or it is another
   */
  #checkThere(file: BookFile, last: Pick<LogHead, 'revision' | 'hash'> = this.#seen): void {
    try {
      file.watch.look(() => {
        const reader = openReader(this.path, this.#limits.busyTimeoutMs);
        try {
          checkHolds(reader, last);
        } finally {
          reader.database.close();
        }
      });
    } catch (cause) {
      throw this.#changed(cause);
    }
  }

  #saw(last: Pick<LogHead, 'revision' | 'hash'> | undefined): void {
    if (last !== undefined && last.revision > this.#seen.revision) this.#seen = last;
  }

  #pageUpwards(from: number, eventsMax: number): readonly StoredEvent[] {
    const events = this.#relying(from, (file) => pageUpwards(file, from, eventsMax));
    this.#saw(events.at(-1));
    return events;
  }

  /** Reads what a book goes on from. */
  #relying<T>(from: number, reader: (file: BookFile) => T): T {
    this.#checkThere(this.#connected());
    return this.#reading(from, reader);
  }

  /** Lets go of the connection: what it holds unsynced must not count as written. */
  #discard(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#held = false;
    this.#seenVersion = undefined;
    try {
      file?.database.close();
    } catch {
      // The failure that led here is what is reported.
    }
  }

  /** Runs a reader on the file, and says of a failure what it means; `from` is the revision where it began to read. */
  #reading<T>(from: number, reader: (file: BookFile) => T): T {
    try {
      return reader(this.#connected());
    } catch (cause) {
      if (isOfOthers(cause)) throw this.#changed(cause);
      const code = codeOf(cause);
      if (code === '') throw cause;
      this.#discard();
      if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
        throw new LogUnreadable(from, 'the file is damaged', cause);
      throw new LogUnavailable(`${this.path} can't be read`, cause);
    }
  }

  #encoded(events: readonly StoredEvent[]): readonly EncodedRow[] {
    const rows: EncodedRow[] = [];
    let bytes = 0;
    for (let at = 0; at < events.length; at += rowEventsMax) {
      for (const row of encodedRows(events.slice(at, at + rowEventsMax))) {
        bytes += Buffer.byteLength(row.body);
        if (bytes > this.appendBytesMax) throw new AppendTooLarge(bytes, this.appendBytesMax);
        rows.push(row);
      }
    }
    return rows;
  }

  /** Writes the rows if the log ends at the expected revision. Gives the revision at which it ended before. */
  #write(
    file: BookFile,
    expected: number,
    events: readonly StoredEvent[],
    rows: readonly EncodedRow[],
  ): number {
    let actual: number;
    try {
      if (!this.#held) file.begin.run();
      file.checkTables();
      const last = lastRow(file);
      actual = lastOf(last);
      if (actual === expected) {
        checkChained({ revision: actual, hash: last.lastHash }, events);
        let previousHash = last.lastHash;
        for (const row of rows) {
          file.insert.run(row.first, row.count, previousHash, row.lastHash, row.body);
          previousHash = row.lastHash;
        }
      }
    } catch (cause) {
      this.#undo(file, cause);
      if (isOfOthers(cause)) throw this.#changed(cause);
      if (codeOf(cause) === '') throw cause;
      throw new LogUnavailable(`${this.path} can't be written, nothing was`, cause);
    }
    if (actual !== expected) {
      this.#undo(file, undefined);
      return actual;
    }
    try {
      file.commit.run();
      this.#held = false;
    } catch (cause) {
      this.#discard();
      throw new OutcomeUnknown(cause);
    }
    return actual;
  }

  /** Takes back what a transaction wrote. A connection that has seen the disk fail is given up. */
  #undo(file: BookFile, cause: unknown): void {
    const code = codeOf(cause);
    this.#held = false;
    try {
      if (file.database.inTransaction) file.rollback.run();
    } catch {
      this.#discard();
      return;
    }
    if (code !== '' && !code.startsWith('SQLITE_BUSY')) this.#discard();
  }

  #collected(from: number, count: number): readonly StoredEvent[] {
    const events: StoredEvent[] = [];
    while (events.length < count) {
      const next = from + events.length;
      const page = this.#reading(next, (file) => pageUpwards(file, next, count - events.length));
      if (page.length === 0) break;
      for (const event of page) events.push(event);
    }
    return events;
  }

  async #more(signal: AbortSignal): Promise<void> {
    this.#stopPolling ??= this.#repeat(otherWritersPollMs, () => this.#poll());
    await this.#news.wait(signal);
    if (this.#news.waiting === 0) {
      this.#stopPolling?.();
      this.#stopPolling = undefined;
    }
  }

  /** Wakes those who wait when another connection has written. A version that was seen has woken all who waited then. */
  #poll(): void {
    try {
      const file = this.#connected();
      this.#checkThere(file);
      const version = file.version.get();
      if (version === this.#seenVersion) return;
      this.#seenVersion = version;
    } catch {
      // Whoever wakes reads a page, and gets this failure as its own.
    }
    this.#news.wake();
  }
}

/** Whether an error says that others have changed the file. */
const isOfOthers = (cause: unknown): boolean =>
  cause instanceof FileChanged || cause instanceof LogFormatRefused;

/** @throws FileChanged a file doesn't hold an event that was read of it */
function checkHolds(file: BookReader, seen: Pick<LogHead, 'revision' | 'hash'>): void {
  const other = otherThan(file, seen);
  if (other !== undefined) throw new FileChanged(other);
}

/** The rows of some events: one, or more where the text of one would be too long. */
function encodedRows(events: readonly StoredEvent[]): readonly EncodedRow[] {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return [];
  const body = encodeBody(events);
  if (body.length > rowLengthMax && events.length > 1) {
    const middle = Math.ceil(events.length / 2);
    return [...encodedRows(events.slice(0, middle)), ...encodedRows(events.slice(middle))];
  }
  return [{ first: first.revision, count: events.length, lastHash: last.hash, body }];
}
