/**
 * Backups: a copy of a book's file while others write to it.
 *
 * Its batches are copied a few at a time, each few in a short read of its own. Whatever is appended in between, that gives a whole
 * beginning of the log, since a batch that is there never changes. SQLite's own ways (VACUUM INTO, its online backup) read one state
 * of the file from beginning to end, which keeps the write-ahead log from being copied into the file: it grows for as long as that
 * takes. The online backup in steps, without one state, begins anew at each append of others: beside a busy server it never ends.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { hashHolds } from '../../kernel/state/events.ts';
import { declareCode, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { syncFolder } from '../port/folders.ts';
import { isThere } from '../port/lost.ts';
import {
  emptyHead,
  headAt,
  LogFormatRefused,
  type LogHead,
  LogUnavailable,
  LogUnreadable,
} from '../port/port.ts';
import { type BookFile, codeOf, openBookFile, type RowEnds } from './file.ts';
import { lastOf, lastRow } from './read.ts';
import { SqliteLog } from './sqlite-log.ts';

/** Why there is no backup. */
export const backupCodes = {
  exists: declareCode(
    'FILE_EXISTS',
    'file',
    'there is a file of that name',
    'Name another, or replace it with --force.',
  ),
  inUse: declareCode(
    'FILE_IN_USE',
    'file',
    'the file is open as a book, or was left so',
    'Name another file, or close what has it open.',
  ),
  broken: declareCode(
    'BACKUP_BROKEN',
    'file',
    'an event of the book is not as it was written, and no backup was kept',
    '`formicary audit` lists what is wrong. To keep a book as it is, stop what writes to it and copy its files.',
  ),
} as const;

/** A file can't be written; what had been written of it is gone. */
export class FileNotWritten extends Error {
  readonly file: string;
  constructor(file: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'FileNotWritten';
    this.file = file;
  }
}

/** Batches that are copied in one read, some megabytes: a matter of milliseconds. */
const chunkRows = 64;
/** How long to wait for another process that opens the book, or checkpoints it. */
const limits = { busyTimeoutMs: 5_000, filePagesMax: undefined } as const;
/** Files that SQLite keeps beside one that is open. */
const sides = ['-wal', '-shm', '-journal'] as const;
/** Errors of a file system without hard links. */
const linkless: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** What a backup goes by. */
export interface BackupRules {
  /** Whether a file of that name is replaced. */
  readonly replace: boolean;
  /** Ends it; nothing is left of the file then. */
  readonly signal: AbortSignal;
  /** Told how many events have been copied, and then verified, and of how many. */
  readonly onProgress: (stage: 'copying' | 'verifying', done: number, of: number) => void;
}

/** A backup that was made. */
export interface Backup {
  /** Its last event: where the book ended when the backup began. */
  readonly head: LogHead;
  readonly bytes: number;
}

/**
 * Copies a book's file while others write to it. The copy is written under another name in its folder, verified (every byte of its
 * batches, their links, every event's hash), synced, and then given its name: a file of that name is a whole book.
 *
 * @param bookPath a book's file, which must be there
 * @param file a path on any file system; its folder is made where it isn't there
 * @throws RefusedError with one of {@link backupCodes}
 * @throws FileNotWritten
 * @throws LogUnavailable, LogFormatRefused, LogUnreadable the book can't be read
 * @throws the signal's reason
 */
export async function backupBook(bookPath: string, file: string, rules: BackupRules): Promise<Backup> {
  await checkPlace(bookPath, file, rules.replace);
  const temporary = `${resolve(file)}.${randomBytes(6).toString('hex')}.tmp`;
  const book = openBookFile(bookPath, { ...limits, make: false });
  try {
    const end = await closing(book, () => copyRows(book, temporary, rules));
    const head = await verified(temporary, end, rules);
    const bytes = await synced(temporary);
    await place(temporary, file, rules.replace);
    return { head, bytes };
  } catch (error) {
    for (const path of pathsOf(temporary)) await rm(path, { force: true }).catch(() => undefined);
    throw isWriting(error) ? new FileNotWritten(file, error) : error;
  }
}

const pathsOf = (path: string): readonly string[] => [path, ...sides.map((side) => `${path}${side}`)];

/** Refuses what must not be written over: the book itself, another file, a file that SQLite has open under its own log. */
async function checkPlace(bookPath: string, file: string, replace: boolean): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  const book = await stat(bookPath);
  if (there !== undefined && there.ino === book.ino && there.dev === book.dev)
    throw refused(backupCodes.exists, file, 'it is the book itself', 'Name another.');
  if (there?.isFile() === false) throw refused(backupCodes.exists, file, 'it is not a file', 'Name another.');
  if (there !== undefined && !replace) throw refused(backupCodes.exists, file);
  for (const side of sides)
    if (await isThere(`${file}${side}`)) throw refused(backupCodes.inUse, `${file}${side}`);
}

const refused = (...given: ConstructorParameters<typeof Refusal>): RefusedError =>
  new RefusedError(new Refusal(...given));

/** Whether an error is one of the file that is being written. */
const isWriting = (error: unknown): boolean =>
  codeOf(error) !== '' ||
  error instanceof LogUnavailable ||
  error instanceof LogFormatRefused ||
  (error instanceof Error && 'syscall' in error);

async function closing<T>({ database }: BookFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    database.close();
  }
}

/** Copies the batches that are there now into a new file. Gives the last of them. */
async function copyRows(book: BookFile, path: string, { signal, onProgress }: BackupRules): Promise<RowEnds> {
  const { database } = book;
  openBookFile(path, { ...limits, make: true }).database.close();
  database.prepare<[string]>('ATTACH ? AS copy').run(path);
  // It is synced as a whole before it counts.
  database.pragma('copy.synchronous = OFF');
  const copy = database.prepare<[number, number, number]>(`
    INSERT INTO copy.batch (first, count, previous_hash, last_hash, body)
    SELECT first, count, previous_hash, last_hash, body FROM main.batch
    WHERE first > ? AND first <= ? ORDER BY first LIMIT ?`);
  const copied = database.prepare<[], number | null>('SELECT max(first) FROM copy.batch').pluck();
  const end = lastRow(book);
  let last = Number.MIN_SAFE_INTEGER;
  try {
    while (copy.run(last, end.first, chunkRows).changes > 0) {
      last = copied.get() ?? end.first;
      onProgress('copying', last + 1, lastOf(end) + 1);
      await setImmediate();
      signal.throwIfAborted();
    }
  } catch (cause) {
    if (!['SQLITE_CORRUPT', 'SQLITE_NOTADB'].some((code) => codeOf(cause).startsWith(code))) throw cause;
    throw new LogUnreadable(Math.max(0, last), 'the file is damaged', cause);
  }
  return end;
}

/** Holds every batch against its bytes, every event against its hash, and the last one against that of the book. */
async function verified(path: string, end: RowEnds, { signal, onProgress }: BackupRules): Promise<LogHead> {
  const log = await SqliteLog.open(path);
  let head = emptyHead;
  try {
    for await (const { events, problem } of log.verifyBatches()) {
      if (problem !== null) throw broken(problem.revision, problem.reason);
      for (const event of events) {
        if (!hashHolds(event, head.hash))
          throw broken(event.revision, 'its hash is not that of its fields and of the event before it');
        head = headAt(event);
      }
      onProgress('verifying', head.revision + 1, lastOf(end) + 1);
      signal.throwIfAborted();
    }
  } catch (error) {
    throw error instanceof LogUnreadable ? broken(error.revision, error.message) : error;
  } finally {
    await log.close();
  }
  if (head.revision !== lastOf(end) || head.hash !== end.lastHash)
    throw broken(lastOf(end), `the copy ends at ${head.revision}:${head.hash}`);
  return head;
}

const broken = (revision: number, reason: string): RefusedError =>
  refused(backupCodes.broken, `revision ${revision}`, reason);

/** Syncs a file, which must be all that there is of the book. Gives its size in bytes. */
async function synced(path: string): Promise<number> {
  for (const side of sides)
    if (await isThere(`${path}${side}`)) throw new FileNotWritten(path, `${side} was not taken in`);
  const file = await open(path, 'r+');
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Gives the file its name, and syncs that. */
async function place(temporary: string, file: string, replace: boolean): Promise<void> {
  // A log that SQLite keeps for the file before would be taken for that of the new one.
  for (const side of sides)
    if (await isThere(`${file}${side}`)) throw refused(backupCodes.inUse, `${file}${side}`);
  if (replace) await rename(temporary, file);
  else await placeNew(temporary, file);
  await syncFolder(dirname(file));
}

/** Gives a name that nobody has: a link is refused where somebody has taken it in the meantime, a renaming would not be. */
async function placeNew(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || (await isThere(file))) throw refused(backupCodes.exists, file);
    if (!linkless.has(code)) throw error;
    await rename(temporary, file);
    return;
  }
  await rm(temporary);
}
