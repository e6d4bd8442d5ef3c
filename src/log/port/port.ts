/**
 * The port to a log: what a book asks of an engine, and the closed set of errors with which an engine says that it can't.
 *
 * @module
 */

import { basename } from 'node:path';
import { genesisHash, type StoredEvent } from '../../kernel/state/events.ts';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';

/** Where a log ends: the last event's revision, hash and recorded time (milliseconds since the epoch). */
export interface LogHead {
  readonly revision: number;
  readonly hash: string;
  readonly recordedAt: number;
}

/** The head of a log that holds nothing yet. */
export const emptyHead: LogHead = { revision: -1, hash: genesisHash, recordedAt: 0 };

/** The head of a log that ends in an event. */
export const headAt = ({ revision, hash, recordedAt }: StoredEvent): LogHead => ({
  revision,
  hash,
  recordedAt,
});

export type Direction = 'forwards' | 'backwards';

/**
 * One book's log: events numbered 0, 1, 2 … by revision, each chained to the one before it by its hash.
 *
 * Every method may reject with {@link LogUnavailable}, and with {@link LogClosed} once the log is closed. Reading rejects with
 * {@link LogUnreadable} where the stored bytes can't be what was written; events before that place have been handed out by then.
 */
export interface EventLog {
  /** Largest append that the engine takes, in bytes of what it stores. */
  readonly appendBytesMax: number;
  head(): Promise<LogHead>;
  /**
   * Appends events whose revisions follow `expectedRevision` (-1: an empty log). All or nothing, and durable when it resolves.
   * The identical events, appended again at the same place after they were written, resolve too: a lost answer may be asked for
   * again. No events: nothing happens.
   *
   * @throws WrongExpectedRevision other events stand at that place, or the log ends before it: nothing was written
   * @throws AppendTooLarge nothing was written
   * @throws LogUnavailable nothing was written
   * @throws LogUnreadable the log's head isn't what the events are chained to: nothing was written
   * @throws OutcomeUnknown it may have been written or not; read, or append the identical events again
   * @throws RangeError the events' revisions don't follow the expected one, or an event can't be stored as it is
   */
  append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void>;
  /**
   * Does work while nobody else can append, up to its first append; what it read before that is what it appends to. Only an engine
   * that can lock has it. The work must not wait for anything but the log.
   *
   * @throws LogUnavailable others kept it from being locked for too long
   */
  hold?<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Whether an event is small enough to be appended, in an append of its own. It is asked before a run of appends that can't be
   * taken back is begun; an engine without it takes any.
   */
  takes?(event: StoredEvent): Promise<boolean>;
  /**
   * Batches of events in the order of the direction, from a revision on (inclusive), at most `limit` events altogether. It reads
   * page by page in bounded memory, up to the head as it stands when it gets there. Backwards from beyond the head begins at the head.
   */
  read(from: number, direction: Direction, limit?: number): AsyncIterable<readonly StoredEvent[]>;
  /**
   * The events of some revisions, in the order asked, doubles included.
   *
   * @throws RangeError names a revision that is not there
   */
  readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]>;
  /**
   * Batches of events from a revision on (inclusive): what is there, then each event as it becomes durable, without gap or double.
   * Ends when the signal aborts and when the log is closed. A slow reader holds no memory: each page is read when it is asked for.
   */
  subscribe(from: number, signal: AbortSignal): AsyncIterable<readonly StoredEvent[]>;
  /** Lets go of the engine; subscriptions end. Closing twice is no error. */
  close(): Promise<void>;
}

/** Somebody else appended first. Nothing was written: catch up and decide again. */
export class WrongExpectedRevision extends Error {
  readonly expected: number;
  readonly actual: number;
  constructor(expected: number, actual: number) {
    super(`the log ends at revision ${actual}, not at ${expected}`);
    this.name = 'WrongExpectedRevision';
    this.expected = expected;
    this.actual = actual;
  }
}

/** An I/O error or a lost connection: what was being appended may have been written or not. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super(`it is not known whether the events were written: ${reasonOf(cause)}`, { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** The engine can't be reached, or is busy, full or failing. If an append was asked for, nothing of it was written. */
export class LogUnavailable extends Error {
  constructor(doing: string, cause: unknown) {
    super(`${doing}: ${reasonOf(cause)}`, { cause });
    this.name = 'LogUnavailable';
  }
}

/** The stored bytes can't be decoded, or links and counts don't hold. The revision is the first that can't be vouched for. */
export class LogUnreadable extends RefusedError {
  readonly revision: number;
  /** @param hint what to do about it, where more is known than to look for it */
  constructor(revision: number, reason: string, cause?: unknown, hint?: string) {
    const refusal = new Refusal(codes.logUnreadable, `revision ${revision}`, reason, hint);
    super(refusal, `the log can't be read at revision ${revision}: ${reason}`, cause);
    this.name = 'LogUnreadable';
    this.revision = revision;
  }
}

/**
 * Somebody has changed the log behind its writers, or has let the engine delete from it. What stands before the revision may be
 * readable all the same; what was acknowledged is not there, or will not stay.
 */
export class LogNotKept extends LogUnreadable {
  constructor(revision: number, reason: string, hint: string) {
    super(revision, reason, undefined, hint);
    this.message = `the log is not kept as it was written: ${reason}`;
    this.name = 'LogNotKept';
  }
}

/** An append beyond what the engine takes at once. */
export class AppendTooLarge extends Error {
  readonly bytes: number;
  readonly bytesMax: number;
  constructor(bytes: number, bytesMax: number) {
    super(`an append of ${bytes} bytes is beyond the limit of ${bytesMax}`);
    this.name = 'AppendTooLarge';
    this.bytes = bytes;
    this.bytesMax = bytesMax;
  }
}

/** The log has been closed. */
export class LogClosed extends Error {
  constructor() {
    super('the log is closed');
    this.name = 'LogClosed';
  }
}

const formatHint =
  'Check that it is a book; one that a newer version made, that version reads. The file was left as it was.';

/** A file that is not a log of this format. It was left as it was. */
export class LogFormatRefused extends RefusedError {
  constructor(path: string, found: string) {
    // Its name alone: a client is told of it, and need not know where a server keeps its books.
    const refusal = new Refusal(codes.logUnreadable, basename(path), found, formatHint);
    super(refusal, `${path} is not a book of this version of formicary: ${found}`);
    this.name = 'LogFormatRefused';
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
