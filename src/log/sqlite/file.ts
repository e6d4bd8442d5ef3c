/**
 * One book's file: opened, checked and made durable before anything is read from it.
 *
 * @module
 */
import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { LogFormatRefused, LogUnavailable } from '../port/port.ts';
import { bodyVersion } from './codec.ts';
import { FileChanged, FileWatch, identityOf } from './watch.ts';

/** "frmc": marks a file as ours, for us and for `file`. */
const applicationId = 0x66_72_6d_63;

/** Bodies are some ten to a hundred kilobytes: large pages keep their chains of overflow pages short. */
export const pageBytes = 16_384;
/** How much is written to the write-ahead log before it is copied into the file, in pages. */
const checkpointPages = 1_000;

/** A row of the table: a batch of events, with what links it to its neighbours. */
export interface Row {
  /** Revision of the first event. */
  readonly first: number;
  readonly count: number;
  readonly previousHash: string;
  readonly lastHash: string;
  /** See sqlite-codec.ts. */
  readonly body: string;
}

/** The ends of a row, without its body. */
export type RowEnds = Omit<Row, 'body'>;

/** A connection, and the few statements that read a log. */
export interface BookReader {
  readonly database: Database.Database;
  /** The last row. */
  readonly last: Database.Statement<[], RowEnds>;
  /** The row that begins at or before a revision. */
  readonly at: Database.Statement<[number], Row>;
  /** The ends of the row that begins at or before a revision. */
  readonly endsAt: Database.Statement<[number], RowEnds>;
  /** The ends of the row that begins before a revision. */
  readonly before: Database.Statement<[number], RowEnds>;
  /** The ends of the row that begins at or after a revision. */
  readonly after: Database.Statement<[number], RowEnds>;
  /** Rows that begin at or after a revision, upwards. */
  readonly upwards: Database.Statement<[number], Row>;
  /** Rows that begin at or before a revision, downwards. */
  readonly downwards: Database.Statement<[number], Row>;
  /** Ends and bytes of all rows from a revision on, the bytes as they are in the file. */
  readonly bytesUpwards: Database.Statement<[number], RowEnds & { readonly bytes: Uint8Array | null }>;
  /** Changes when another connection has written. */
  readonly version: Database.Statement<[], number>;
}

/** A connection that writes as well, and the file that it has open. */
export interface BookFile extends BookReader {
  readonly begin: Database.Statement<[]>;
  readonly commit: Database.Statement<[]>;
  readonly rollback: Database.Statement<[]>;
  readonly insert: Database.Statement<[number, number, string, string, string]>;
  readonly watch: FileWatch;
  /** @throws LogFormatRefused another program has put something of its own into the file since it was opened */
  readonly checkTables: () => void;
}

/** How a book's file is opened. */
export interface FileLimits {
  /** How long to wait for another process that writes. */
  readonly busyTimeoutMs: number;
  /** Largest file, in pages of {@link pageBytes}; undefined: the disk alone bounds it. */
  readonly filePagesMax: number | undefined;
  /** Whether a file that isn't there, or is empty, is made. */
  readonly make: boolean;
}

/**
 * Opens a book's file, or makes it. What is in it counts as durable when this returns: a writer that was killed may have left
 * events that can be read but never reached the disk, so all of it is copied into the file and synced first. While the disk is
 * full that fails, and the book is unavailable.
 *
 * @throws LogFormatRefused it is something else, or holds something else beside its batches; it is left as it was
 * @throws LogUnavailable it can't be opened, read, or synced
 */
export function openBookFile(path: string, { busyTimeoutMs, filePagesMax, make }: FileLimits): BookFile {
  let database: Database.Database | undefined;
  try {
    if (make) makeFolder(dirname(resolve(path)));
    const before = identityOf(path);
    if (before === undefined && !make) throw new FileChanged('it was deleted or moved');
    database = new Database(path, { timeout: busyTimeoutMs, fileMustExist: !make });
    if (!isOurs(database, path) && !make) throw new FileChanged('it is empty');
    prepare(database, busyTimeoutMs);
    if (filePagesMax !== undefined) database.pragma(`max_page_count = ${filePagesMax}`);
    settle(database, path, busyTimeoutMs);
    // SQLite syncs the folder, too, but takes no notice when that fails.
    syncFolder(dirname(resolve(path)));
    return opened(database, path, new FileWatch(path, before));
  } catch (cause) {
    database?.close();
    if (cause instanceof LogFormatRefused) throw cause;
    if (codeOf(cause) === 'SQLITE_NOTADB') throw new LogFormatRefused(path, 'not an SQLite file');
    throw new LogUnavailable(`${path} can't be opened`, cause);
  }
}

/**
 * Opens a book's file beside a connection that has it open, only to read what is in it now.
 *
 * @throws LogFormatRefused, FileChanged, or SQLite's error
 */
export function openReader(path: string, busyTimeoutMs: number): BookReader {
  const database = new Database(path, { timeout: busyTimeoutMs, readonly: true, fileMustExist: true });
  try {
    database.pragma('trusted_schema = OFF');
    if (!isOurs(database, path)) throw new FileChanged('it is empty');
    return readers(database);
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** SQLite's code of an error, as `SQLITE_BUSY`; empty for any other error. */
export const codeOf = (cause: unknown): string => (cause instanceof Database.SqliteError ? cause.code : '');

/** Makes a folder that a power failure doesn't take away again. */
function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true });
  if (made === undefined) return;
  for (let at = folder; at.length >= made.length; at = dirname(at)) syncFolder(dirname(at));
}

/** Syncs what a folder holds, by name. Windows has no such call. */
function syncFolder(folder: string): void {
  if (process.platform !== 'win32') syncAt(folder, 'r');
}

/** Never of a book's file itself: when a process closes it, all its locks on the file are gone. */
function syncAt(path: string, flags: 'r' | 'r+'): void {
  const handle = openSync(path, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const setting = (database: Database.Database, name: string): unknown =>
  database.pragma(name, { simple: true });

/**
 * Whether a file is a book; false where nothing is in it yet.
 *
 * @throws LogFormatRefused it holds anything else
 */
function isOurs(database: Database.Database, path: string): boolean {
  // As of one moment: another process may be making the file.
  const { tables, application, version } = database.transaction(() => ({
    tables: tablesOf(database),
    application: setting(database, 'application_id'),
    version: setting(database, 'user_version'),
  }))();
  if (tables.length === 0 && application === 0 && version === 0) return false;
  if (application !== applicationId) throw new LogFormatRefused(path, `application_id is ${application}`);
  if (version !== bodyVersion)
    throw new LogFormatRefused(path, `its format is ${version}, this version reads ${bodyVersion}`);
  refuseForeign(tables, path);
  return true;
}

/** An object of the file: a table, an index, a trigger, a view. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

const tablesOf = (database: Database.Database): readonly SchemaObject[] =>
  database.prepare<[], SchemaObject>('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();

/** The one table of a book. */
const table = `
  CREATE TABLE batch (
    first INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    last_hash TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT`;

/** SQLite keeps the text that made a table. */
const words = (sql: string | null): string => (sql ?? '').replace(/\s+/g, ' ').trim();

/** A trigger would change what is appended, an index or a table of another program what a checkpoint writes: the table stands alone. */
function refuseForeign(tables: readonly SchemaObject[], path: string): void {
  const [foreign] = tables.filter(({ type, name }) => type !== 'table' || name !== 'batch');
  if (foreign !== undefined)
    throw new LogFormatRefused(path, `it holds the ${foreign.type} ${foreign.name}, which is not of a book`);
  if (tables.length !== 1 || words(tables[0]?.sql ?? null) !== words(table))
    throw new LogFormatRefused(path, 'its table batch is not the one of a book');
}

function prepare(database: Database.Database, busyTimeoutMs: number): void {
  database.pragma(`page_size = ${pageBytes}`);
  toWriteAheadLog(database, busyTimeoutMs);
  database.pragma('synchronous = FULL');
  // Where fsync alone doesn't reach the disk (macOS).
  database.pragma('fullfsync = ON');
  database.pragma('checkpoint_fullfsync = ON');
  database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  database.pragma('trusted_schema = OFF');
  if (setting(database, 'user_version') === bodyVersion) return;
  database
    .transaction(() => {
      // Another process may have been faster.
      if (tablesOf(database).length === 0) database.exec(table);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${bodyVersion}`);
    })
    .immediate();
}

/** How long to wait between two attempts at what SQLite itself doesn't wait for. */
const retryMs = 5;

/** Tries until it is done, for as long as the timeout says. Blocks the thread, as SQLite's own waiting does. */
function untilDone(what: string, timeoutMs: number, attempt: () => boolean): void {
  let busy: unknown;
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    try {
      if (attempt()) return;
    } catch (cause) {
      if (!codeOf(cause).startsWith('SQLITE_BUSY')) throw cause;
      busy = cause;
    }
    if (waitedMs >= timeoutMs) throw new Error(what, { cause: busy });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
  }
}

/**
 * When two processes make one file at the same time, and when a sync fails, SQLite may say that the write-ahead log is in use while
 * the connection still works with a rollback journal, whose end isn't synced: what counts is that there is a log to checkpoint.
 */
const toWriteAheadLog = (database: Database.Database, timeoutMs: number): void =>
  untilDone('the file has no write-ahead log', timeoutMs, () => {
    database.pragma('journal_mode = WAL');
    setting(database, 'schema_version');
    return checkpoint(database).pages >= 0;
  });

/**
 * Makes durable what can be read: copies the write-ahead log into the file and syncs both. It waits for no reader, and writers go on.
 *
 * Pages that a reader of an earlier state keeps from being copied are durable already. What a killed writer left unsynced can be
 * read only once the index of the write-ahead log has been made anew, by the first process that opens the file when none has it
 * open: so no reader of that time is of an earlier state. What came later was synced before it could be read, by who wrote it.
 * They are synced once more nevertheless: it costs little.
 */
function settle(database: Database.Database, path: string, timeoutMs: number): void {
  let left = 0;
  untilDone('another process keeps the write-ahead log from being synced', timeoutMs, () => {
    const { busy, pages, copied } = checkpoint(database);
    left = pages - copied;
    return !busy && pages >= 0;
  });
  if (left > 0) syncAt(`${realpathSync(path)}-wal`, 'r+');
}

/** Whether another process kept it from being done; pages in the write-ahead log (-1: there is none), and how many are in the file. */
function checkpoint(database: Database.Database): { busy: boolean; pages: number; copied: number } {
  const result = database.pragma('wal_checkpoint(PASSIVE)');
  const [state]: unknown[] = Array.isArray(result) ? result : [];
  if (typeof state !== 'object' || state === null) return { busy: true, pages: -1, copied: -1 };
  if (!('busy' in state && 'log' in state && 'checkpointed' in state))
    return { busy: true, pages: -1, copied: -1 };
  return { busy: state.busy !== 0, pages: Number(state.log), copied: Number(state.checkpointed) };
}

const ends = 'first, count, previous_hash AS previousHash, last_hash AS lastHash';

function opened(database: Database.Database, path: string, watch: FileWatch): BookFile {
  const schemaVersion = database.prepare<[], number>('PRAGMA schema_version').pluck();
  let seen: number | undefined;
  const checkTables = (): void => {
    const version = schemaVersion.get();
    if (version === seen) return;
    refuseForeign(tablesOf(database), path);
    seen = version;
  };
  checkTables();
  return {
    ...readers(database),
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    insert: database.prepare(
      'INSERT INTO batch (first, count, previous_hash, last_hash, body) VALUES (?, ?, ?, ?, ?)',
    ),
    watch,
    checkTables,
  };
}

const readers = (database: Database.Database): BookReader => ({
  database,
  last: database.prepare(`SELECT ${ends} FROM batch ORDER BY first DESC LIMIT 1`),
  at: database.prepare(`SELECT ${ends}, body FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1`),
  endsAt: database.prepare(`SELECT ${ends} FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1`),
  before: database.prepare(`SELECT ${ends} FROM batch WHERE first < ? ORDER BY first DESC LIMIT 1`),
  after: database.prepare(`SELECT ${ends} FROM batch WHERE first >= ? ORDER BY first LIMIT 1`),
  upwards: database.prepare(`SELECT ${ends}, body FROM batch WHERE first >= ? ORDER BY first`),
  downwards: database.prepare(`SELECT ${ends}, body FROM batch WHERE first <= ? ORDER BY first DESC`),
  bytesUpwards: database.prepare(
    `SELECT ${ends}, CAST(body AS BLOB) AS bytes FROM batch WHERE first >= ? ORDER BY first LIMIT 1`,
  ),
  version: database.prepare<[], number>('PRAGMA data_version').pluck(),
});
