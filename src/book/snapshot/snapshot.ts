/**
 * Snapshots: a book's state at a revision, in a file beside its log, so that opening it need not fold the whole log again. It is
 * used when its bytes are the ones that were written, by this engine, and the log's event at its revision has its hash; else it is
 * dropped, and the log is folded from its beginning. It is proved when it bears a seal: only a process that had verified the log
 * writes one, with a secret that is not in the store. Without a seal, somebody else may have written it, hashes and all.
 *
 * @module
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Table } from '../../kernel/contract/table.ts';
import type { House } from '../../kernel/engine/house.ts';
import { Chart, type ChartColumns } from '../../kernel/state/journal/chart.ts';
import { Cube, type CubeColumns } from '../../kernel/state/journal/cube.ts';
import { Journal } from '../../kernel/state/journal/journal.ts';
import { Register, type RegisterNames } from '../../kernel/state/register.ts';
import { Rows } from '../../kernel/state/rows.ts';
import { State } from '../../kernel/state/state.ts';
import { addressOf } from '../../log/port/address.ts';
import { isThere, snapshotsOf } from '../../log/port/lost.ts';
import type { EventLog } from '../../log/port/port.ts';
import type { Book, Restored } from '../book.ts';
import { checkNotBehind } from './ahead.ts';
import { readSections, type Sections, type SnapshotKey, SnapshotRefused, writeSections } from './file.ts';
import { type PackedRows, packRows, unpackRows } from './packed-rows.ts';
import type { Secret } from './seal.ts';

/** A snapshot is written when so many events have come since the last one, or a quarter of all, whichever is more. */
const snapshotEvents = 100_000;
const snapshotShare = 4;
/**
 * A log of fewer events is folded rather than begun from a snapshot that nothing vouches for: that takes some tenths of a second, and
 * what it comes to is verified.
 */
export const unprovedEventsMin = 20_000;
/** Tables of fewer bytes are unpacked at once, larger ones when they are first looked at. */
const unpackBytesMax = 100_000;

/** Where snapshots lie: beside the files of an embedded store, else in a folder of this machine's own. */
export interface SnapshotPlace {
  readonly store: string;
  /** A folder for snapshots of books whose log is elsewhere; without one, none of these are kept. */
  readonly snapshots?: string | undefined;
}

/** The folder of a store's snapshots; undefined where there is no place for any. */
export function snapshotFolder({ store, snapshots }: SnapshotPlace): string | undefined {
  const address = addressOf(store);
  if (address.kind === 'memory') return undefined;
  return address.kind === 'sqlite' ? address.folder : snapshots;
}

/**
 * Where an engine keeps a book's snapshot; undefined where there is no place for one. Each engine has its own, so that an old and a
 * new one may run side by side while one takes over from the other.
 */
export function snapshotPath(
  { store, snapshots }: SnapshotPlace,
  book: string,
  engine: string,
): string | undefined {
  const folder = snapshotFolder({ store, snapshots });
  return folder === undefined ? undefined : join(folder, `${book}@${engine}.snapshot`);
}

/** Snapshots of other engines that are kept beside this one's: that of the engine that ran before. */
const othersKept = 1;

/** Removes the snapshots of engines that ran long ago. */
async function prune(path: string): Promise<void> {
  const [book = ''] = basename(path).split('@');
  const others: { readonly path: string; readonly at: number }[] = [];
  for (const other of await snapshotsOf(dirname(path), book)) {
    if (other !== path) others.push({ path: other, at: (await stat(other)).mtimeMs });
  }
  others.sort((a, b) => b.at - a.at);
  for (const old of others.slice(othersKept)) await rm(old.path, { force: true });
}

/** What a snapshot is held against. */
export interface RestoreSettings {
  readonly house: House;
  readonly engine: string;
  readonly log: EventLog;
  /** What it may be sealed with. */
  readonly secret?: Secret | undefined;
  /** Fewest events of a snapshot that is used without a seal. Default: any. */
  readonly unprovedEventsMin?: number;
  /** Told of which revision the snapshot is that is there and not used for that. */
  readonly unused?: (revision: number) => void;
  /** Told why a snapshot was dropped. */
  readonly dropped?: (why: string) => void;
}

/** What a snapshot restored. */
export interface RestoredSnapshot extends Restored {
  /** Tells it from every other one. */
  readonly snapshot: string;
}

/**
 * The state of a snapshot that holds; undefined where there is none, or it had to be dropped.
 *
 * @throws LogLost the log ends before a snapshot of it: see {@link checkNotBehind}
 */
export async function restoreSnapshot(
  path: string,
  settings: RestoreSettings,
): Promise<RestoredSnapshot | undefined> {
  await checkNotBehind(path, settings.log);
  if (!(await isThere(path))) return undefined;
  try {
    return await restore(path, settings);
  } catch (error) {
    settings.dropped?.(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function restore(
  path: string,
  { house, engine, log, secret, unprovedEventsMin: min = 0, unused }: RestoreSettings,
): Promise<RestoredSnapshot | undefined> {
  const { key, sections, hash, sealed } = await readSections(path, secret);
  if (!sealed && key.revision + 1 < min) {
    unused?.(key.revision);
    return undefined;
  }
  if (key.engine !== engine) throw new SnapshotRefused(`engine ${key.engine} wrote it, this is ${engine}`);
  const [event] = await log.readMany([key.revision]);
  if (event?.hash !== key.hash) throw new SnapshotRefused(`the log's event ${key.revision} has another hash`);
  const register = readRegister(sections);
  const journal = readJournal(sections, register);
  const { chart, cube, marks, gross } = readMeta(sections);
  const parts = { rows: readTables(house, sections), journal, cube: Cube.restore(cube), marks };
  const state = State.of(Chart.restore(house.kinds, chart), parts, house.declared);
  state.gross = gross;
  if (marks.events !== key.revision + 1 || register.count !== marks.events)
    throw new SnapshotRefused('it holds another number of events than it says');
  const head = { revision: key.revision, hash: key.hash, recordedAt: key.recordedAt };
  return { state, register, head, proved: sealed, snapshot: hash };
}

/**
 * Writes a snapshot of the book as it is in its lowest layer: at its head, unless sandboxes hold on to an earlier state.
 *
 * It is sealed where the book is verified; of a book that is broken none is written.
 *
 * @param secret what it is sealed with
 * @returns the revision that it is of; -1 where there was nothing to write
 */
export async function writeSnapshot(path: string, book: Book, secret?: Secret): Promise<number> {
  const { state: verified } = book.verified;
  if (verified === 'BROKEN') return -1;
  let state = book.state;
  while (state.base !== undefined) state = state.base;
  const revision = state.marks.events - 1;
  if (revision < 0) return -1;
  const sections = pack(book, state, revision);
  const [last] = await book.log.readMany([revision]);
  if (last === undefined) return -1;
  const key: SnapshotKey = { revision, hash: last.hash, recordedAt: last.recordedAt, engine: book.engine };
  await mkdir(dirname(path), { recursive: true });
  await writeSections(path, key, sections, verified === 'VERIFIED' ? secret : undefined);
  await prune(path);
  return revision;
}

/** Goes on writing snapshots as a book grows; call it to stop. A snapshot that can't be written is told of, and nothing else. */
export function keepSnapshots(
  book: Book,
  write: () => Promise<unknown>,
  failed: (error: unknown) => void,
): () => void {
  let done = book.head.revision;
  let writing = false;
  return book.onProgress(() => {
    const { revision } = book.head;
    if (writing || revision - done < Math.max(snapshotEvents, revision / snapshotShare)) return;
    writing = true;
    done = revision;
    write()
      .catch(failed)
      .finally(() => {
        writing = false;
      });
  });
}

/** What of a state is small or has no columns. */
interface Meta {
  readonly chart: ChartColumns;
  readonly cube: CubeColumns;
  readonly marks: State['marks'];
  readonly gross: number;
  readonly typeNames: readonly string[];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const tableSection = ({ name }: Table<unknown>): string => `table ${name}`;

function pack({ house, register }: Book, state: State, revision: number): Sections {
  const { typeNames, ...columns } = register.columns(revision + 1);
  // Which event a posting belongs to follows from the register.
  const { amounts, accounts, days } = state.journal.columns();
  const { chart, cube, marks, gross } = state;
  const meta: Meta = { chart: chart.columns(), cube: cube.columns(), marks: { ...marks }, gross, typeNames };
  const sections = new Map<string, Uint8Array>();
  for (const [name, column] of Object.entries(columns)) sections.set(`register ${name}`, bytesOf(column));
  for (const [name, column] of Object.entries({ amounts, accounts, days }))
    sections.set(`journal ${name}`, bytesOf(column));
  sections.set('meta', serialize(meta));
  sections.set('names', serialize(register.names(revision + 1)));
  for (const of of house.tables) sections.set(tableSection(of), serialize(packRows(state.rows.entries(of))));
  return sections;
}

function section(sections: Sections, name: string): Uint8Array {
  const bytes = sections.get(name);
  if (bytes === undefined) throw new SnapshotRefused(`it has no ${name}`);
  return bytes;
}

const columnReader =
  (sections: Sections, of: string) =>
  <T>(name: string, width: number, make: (buffer: ArrayBufferLike, at: number, length: number) => T): T => {
    const { buffer, byteOffset, byteLength } = section(sections, `${of} ${name}`);
    return make(buffer, byteOffset, byteLength / width);
  };

const int32 = (buffer: ArrayBufferLike, at: number, length: number) => new Int32Array(buffer, at, length);

function readRegister(sections: Sections): Register {
  const column = columnReader(sections, 'register');
  const names = section(sections, 'names');
  return Register.restore(
    {
      days: column('days', 4, int32),
      types: column('types', 2, (buffer, at, length) => new Uint16Array(buffer, at, length)),
      causes: column('causes', 4, int32),
      times: column('times', 8, (buffer, at, length) => new Float64Array(buffer, at, length)),
      inputs: column('inputs', 8, (buffer, at, length) => new BigInt64Array(buffer, at, length)),
      subjects: column('subjects', 4, int32),
      ends: column('ends', 4, (buffer, at, length) => new Uint32Array(buffer, at, length)),
      refSubjects: column('refSubjects', 4, int32),
      refEvents: column('refEvents', 4, int32),
      typeNames: readMeta(sections).typeNames,
    },
    // A section is what this engine wrote: its hash has been found right by the time it is unpacked.
    (): RegisterNames => deserialize(names),
  );
}

function readJournal(sections: Sections, register: Register): Journal {
  const column = columnReader(sections, 'journal');
  const accounts = column('accounts', 4, int32);
  const events = new Int32Array(accounts.length);
  for (let revision = 0; revision < register.count; revision++) {
    events.fill(revision, register.postingsAfter(revision - 1), register.postingsAfter(revision));
  }
  const amounts = column('amounts', 8, (buffer, at, length) => new BigInt64Array(buffer, at, length));
  return Journal.restore({ amounts, accounts, days: column('days', 4, int32), events });
}

const readMeta = (sections: Sections): Meta => deserialize(section(sections, 'meta'));

function readTables(house: House, sections: Sections): Rows {
  const rows = Rows.restore(house.tables, (of) => {
    const packed: PackedRows = deserialize(section(sections, tableSection(of)));
    return unpackRows(packed);
  });
  // Asking for its buckets unpacks a table.
  for (const of of house.tables) {
    if (section(sections, tableSection(of)).byteLength < unpackBytesMax) rows.buckets(of);
  }
  return rows;
}
