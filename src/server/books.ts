/**
 * The books of a server: opened when they are first asked for, held, followed where others write to them, and closed together.
 *
 * @module
 */
import { bookUnknown } from '../graphql/faults.ts';
import { defaultBook } from '../graphql/point.ts';
import type { Desk } from '../graphql/source.ts';
import { isId } from '../kernel/fields.ts';
import type { House } from '../kernel/house.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import { Book } from '../store/book.ts';
import { bookExists, openLog } from '../store/open.ts';
import { keepSnapshots, restoreSnapshot, snapshotPath, writeSnapshot } from '../store/snapshot.ts';
import { bookDesk } from './desks.ts';

/** How often a book is looked through for what others have appended, in milliseconds. */
const refreshMs = 1_000;
/** Most books that a server holds open: each holds its balances in memory. */
const booksMax = 64;

/** What books are opened with. */
export interface BooksSettings {
  /** `sqlite:DIR` or `memory:`. */
  readonly store: string;
  readonly house: House;
  /** Engine version. */
  readonly engine: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of what goes wrong beside a request, and of what takes long. */
  readonly note: (text: string, about?: { readonly [name: string]: unknown }) => void;
}

interface Open {
  readonly book: Book;
  readonly desk: Desk;
  readonly letGo: () => Promise<void>;
}

export class Books {
  readonly #settings: BooksSettings;
  readonly #open = new Map<string, Promise<Open>>();
  readonly #closing = new AbortController();

  constructor(settings: BooksSettings) {
    this.#settings = settings;
  }

  /** Aborts when the books are about to be closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The books that are open. */
  async opened(): Promise<readonly Book[]> {
    const settled = await Promise.allSettled(this.#open.values());
    return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.book] : []));
  }

  /** A book's desk. The default book is made when it is first asked for; others must exist. */
  async desk(id: string): Promise<Desk | Refusal> {
    const found = await this.#find(id);
    return found instanceof Refusal ? found : found.desk;
  }

  /** A book. */
  async book(id: string): Promise<Book | Refusal> {
    const found = await this.#find(id);
    return found instanceof Refusal ? found : found.book;
  }

  /** Ends streams; what is asked for from now on is refused. */
  stop(): void {
    this.#closing.abort();
  }

  /** Answers what waits, keeps a snapshot, and lets go of all logs. */
  async close(): Promise<void> {
    this.stop();
    const open = await Promise.allSettled(this.#open.values());
    for (const each of open) if (each.status === 'fulfilled') await each.value.letGo();
  }

  async #find(id: string): Promise<Open | Refusal> {
    const { store } = this.#settings;
    if (this.#closing.signal.aborted)
      return new Refusal(codes.unavailable, `book ${id}`, 'the server is stopping');
    const known = this.#open.get(id);
    if (known !== undefined) return await known;
    if (!isId(id) || (id !== defaultBook && !(await bookExists(store, id))))
      return new Refusal(bookUnknown, id);
    // Somebody else may have begun to open it while it was looked for.
    const begun = this.#open.get(id);
    if (begun !== undefined) return await begun;
    if (this.#open.size >= booksMax)
      return new Refusal(codes.tooMany, `book ${id}`, `${booksMax} books are open`);
    const opening = this.#openBook(id);
    this.#open.set(id, opening);
    // What could not be opened may be tried again.
    opening.catch(() => this.#open.delete(id));
    return await opening;
  }

  async #openBook(id: string): Promise<Open> {
    const { store, house, engine, now, note } = this.#settings;
    const began = now();
    const log = await openLog(store, id);
    const path = snapshotPath(store, id);
    const snapshot =
      path === undefined
        ? undefined
        : await restoreSnapshot(path, {
            house,
            engine,
            log,
            dropped: (why) => note('snapshot dropped', { book: id, why }),
          });
    const book = await Book.open({
      id,
      house,
      log,
      now,
      engine,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    note('book opened', { book: id, revision: book.head.revision, ms: now() - began });
    if (book.stopped !== undefined) note('book takes no commands', { book: id, why: book.stopped.message });
    const failed = (error: unknown): void => note('snapshot not written', { book: id, error: String(error) });
    const stopSnapshots = path === undefined ? () => {} : keepSnapshots(path, book, failed);
    const refreshing = setInterval(() => {
      book.refresh().catch((error: unknown) => note('book not read', { book: id, error: String(error) }));
    }, refreshMs);
    refreshing.unref();
    const letGo = async (): Promise<void> => {
      clearInterval(refreshing);
      stopSnapshots();
      const grown = book.head.revision - (snapshot?.head.revision ?? -1) > 0;
      if (path !== undefined && grown) await writeSnapshot(path, book).catch(failed);
      await book.close();
    };
    return { book, desk: bookDesk(book, this.#closing.signal), letGo };
  }
}
