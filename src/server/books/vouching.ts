/**
 * What vouches for one open book: the snapshot that it begins from, the mark of how far its log was verified, and the thread that
 * proves an unproved snapshot beside it.
 *
 * @module
 */
import { rm } from 'node:fs/promises';
import type { Book } from '../../book/book.ts';
import {
  type FileMark,
  fileMark,
  findingOf,
  isAudited,
  isSameFile,
  type MarkRead,
  markBook,
  markPath,
  readMark,
  unaudit,
} from '../../book/snapshot/mark.ts';
import type { Secret } from '../../book/snapshot/seal.ts';
import {
  type RestoredSnapshot,
  restoreSnapshot,
  type SnapshotPlace,
  snapshotPath,
  writeSnapshot,
} from '../../book/snapshot/snapshot.ts';
import type { House } from '../../kernel/engine/house.ts';
import { genesisHash } from '../../kernel/state/events.ts';
import type { Wait } from '../../log/port/patience.ts';
import type { EventLog } from '../../log/port/port.ts';
import type { VerifyJob } from './verify-job.ts';
import type { Verifying } from './verifying.ts';

/** A log that could not be verified is looked at again after so long, in milliseconds. */
const verifyAgainMs = 60_000;

/** Tells of what goes on beside requests. */
export type Note = (
  text: string,
  about?: { readonly [name: string]: unknown },
  level?: 'info' | 'warn' | 'error',
) => void;

/** With what it is vouched for a store's books. */
export interface VouchingSettings extends SnapshotPlace {
  readonly house: House;
  readonly engine: string;
  /** What snapshots and marks are sealed with; without it none are, and snapshots have to be proved at each start. */
  readonly secret?: Secret | undefined;
  /** Nothing is verified. */
  readonly trust?: boolean | undefined;
  readonly verifying: Verifying;
  /** Fewest events of a snapshot that is used though nothing vouches for it. */
  readonly unprovedEventsMin: number;
  readonly note: Note;
}

/** The event before the first one. */
const beginning = { revision: -1, hash: genesisHash };

export class Vouching {
  readonly #settings: VouchingSettings;
  readonly #book: string;
  readonly #log: EventLog;
  /** Where the snapshot and the mark lie, if there is a place for them. */
  readonly path: string | undefined;
  readonly #markPath: string | undefined;
  #snapshot: RestoredSnapshot | undefined;
  #kept = -1;
  #mark: MarkRead | undefined;
  #file: FileMark | null = null;

  private constructor(settings: VouchingSettings, book: string, log: EventLog) {
    this.#settings = settings;
    this.#book = book;
    this.#log = log;
    this.path = snapshotPath(settings, book, settings.engine);
    this.#markPath = markPath(settings, book);
  }

  /** Reads what there is beside a log: its snapshot and its mark. */
  static async read(settings: VouchingSettings, book: string, log: EventLog): Promise<Vouching> {
    const vouching = new Vouching(settings, book, log);
    const { house, engine, secret, store, unprovedEventsMin } = settings;
    const { path } = vouching;
    if (path === undefined) return vouching;
    const dropped = (why: string): void => settings.note('snapshot dropped', { book, why });
    const unused = (revision: number): void => {
      if (secret === undefined) vouching.#kept = revision;
    };
    const rules = { house, engine, log, secret, unprovedEventsMin, unused, dropped };
    vouching.#snapshot = await restoreSnapshot(path, rules);
    vouching.#kept = vouching.#snapshot?.head.revision ?? vouching.#kept;
    vouching.#mark =
      vouching.#markPath === undefined ? undefined : await readMark(vouching.#markPath, secret);
    vouching.#file = await fileMark(store, book);
    return vouching;
  }

  /** The snapshot to begin from, if there is one that is used. */
  get snapshot(): RestoredSnapshot | undefined {
    return this.#snapshot;
  }

  /** The revision of the snapshot that is there and need not be written again; -1 for none. */
  get kept(): number {
    return this.#kept;
  }

  /** What the mark says against the log. */
  async finding(): Promise<string | undefined> {
    return this.#settings.trust === true ? undefined : await findingOf(this.#mark, this.#log);
  }

  /** Whether an audit has been clean since something was found. */
  async cleared(): Promise<boolean> {
    const path = this.#markPath;
    return path !== undefined && (await isAudited(path, this.#log, this.#settings.secret));
  }

  /** Writes a snapshot and the mark that goes with it; gives the snapshot's revision. */
  async save(book: Book): Promise<number> {
    if (this.path === undefined) return -1;
    const revision = await writeSnapshot(this.path, book, this.#settings.secret);
    await markBook(this.#settings, book, this.#settings.secret);
    return revision;
  }

  /** Verifies beside the server what the book began from, and acts on what comes of it, until the signal aborts. */
  async prove(book: Book, wait: Wait, signal: AbortSignal): Promise<void> {
    const { note, verifying } = this.#settings;
    const job = this.#job();
    const snapshot = this.#snapshot;
    if (job === undefined || snapshot === undefined) return;
    const { register } = snapshot;
    const events = register.count;
    const size = { events, postings: register.postingsAfter(events - 1) };
    const about = { book: book.id, revision: job.through.revision };
    while (!signal.aborted) {
      const answer = await verifying.verify(job, size, signal);
      if (signal.aborted) return;
      if (answer.kind === 'holds') {
        book.proved(answer.by);
        note(answer.by === 'fold' ? 'snapshot proved' : 'hashes verified, hashes only', about);
        await this.#keepProof(book, answer.by).catch((error: unknown) =>
          note('snapshot not written', { book: book.id, error: String(error) }),
        );
        return;
      }
      if (answer.kind === 'found') return await this.#found(book, answer.why);
      note('log not verified', { ...about, why: answer.kind === 'failed' ? answer.why : answer.kind });
      await wait(verifyAgainMs, signal);
    }
  }

  /** What has to be verified beside the server; undefined where all that is served has been. */
  #job(): Omit<VerifyJob, 'bytesMax'> | undefined {
    const { trust, store, engine } = this.#settings;
    const snapshot = this.#snapshot;
    const { path } = this;
    if (snapshot === undefined || path === undefined || trust === true) return undefined;
    const mark =
      this.#mark?.sealed === true && isSameFile(this.#mark.file, this.#file) ? this.#mark : undefined;
    // The state is proved. Where the log is another file than the one that was verified, its events are looked at again.
    if (snapshot.proved && (this.#mark?.sealed !== true || mark !== undefined)) return undefined;
    const from = mark !== undefined && mark.revision <= snapshot.head.revision ? mark : beginning;
    return {
      store,
      book: this.#book,
      after: { revision: from.revision, hash: from.hash },
      through: { revision: snapshot.head.revision, hash: snapshot.head.hash },
      snapshot: snapshot.proved ? undefined : { path, id: snapshot.snapshot, engine },
    };
  }

  /** Closes the book for commands, drops the snapshot that it began from, and has the log folded anew. */
  async #found(book: Book, why: string): Promise<void> {
    const { note, secret } = this.#settings;
    if (this.path !== undefined) await rm(this.path, { force: true });
    if (this.#markPath !== undefined) await unaudit(this.#markPath, secret);
    await book
      .distrust(why)
      .catch((error: unknown) =>
        note('log not folded anew', { book: book.id, error: String(error) }, 'error'),
      );
    note('log folded anew', { book: book.id, revision: book.head.revision });
  }

  /** A proof is kept where a restart can go on from it: under a seal, on the state itself where that was compared. */
  async #keepProof(book: Book, by: 'fold' | 'hashes'): Promise<void> {
    if (by === 'fold' && this.#settings.secret !== undefined) await this.save(book);
    else await markBook(this.#settings, book, this.#settings.secret);
  }
}
