/**
 * The books of a server: each opened when it is first asked for and held by those who need it, unloaded when nobody has for a
 * while or others need its room, and opened anew when it is asked for again. So a store may have any number of books, and
 * the server holds as many as it has memory for.
 *
 * Whoever works on a book holds a lease of it, for as long as he does: a book with a lease is never unloaded. A book without one
 * is held by nobody, so that unloading it takes nothing from anybody: its log has every command that was answered.
 *
 * @module
 */

import { type Book, type BookCounts, noCounts } from '../../book/book.ts';
import { isLogFault, type LogFault } from '../../book/folding.ts';
import { unprovedEventsMin } from '../../book/snapshot/snapshot.ts';
import { defaultBook } from '../../graphql/base/point.ts';
import type { Head } from '../../kernel/deciding/ledger.ts';
import { UnreadableEvent } from '../../kernel/engine/fold.ts';
import { isId } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { bookExists, booksOf } from '../../log/open.ts';
import { LogFormatRefused } from '../../log/port/port.ts';
import { bookUnknown } from '../../reading/codes.ts';
import type { BookListed, CommandAnswer, Desk } from '../../reading/ports.ts';
import { bytesOfBook, postingsOfEvent } from './book-sizes.ts';
import { OpenBook, type OpenBookSettings } from './open-book.ts';
import { Verifying, verifyBytesMax } from './verifying.ts';

/** What of a server's books may be open. */
export interface BooksBounds {
  /** Most books open at once: each has its log open, and is followed. */
  readonly booksMax: number;
  /** Most memory that open books take together, in bytes, by their numbers of postings and events. */
  readonly memoryBytesMax: number;
  /** A book that nobody has needed for so long is unloaded, in milliseconds. */
  readonly idleMsMax: number;
  /** Most memory of the thread that verifies a log, in bytes. Beyond it hashes alone are worked out. */
  readonly verifyBytesMax: number;
  /** Fewest events of a snapshot that a book begins from though nothing vouches for it. */
  readonly unprovedEventsMin: number;
}

/** The bounds of a server that is told of no others. */
export const booksBounds: BooksBounds = {
  booksMax: 64,
  memoryBytesMax: 4 * 1024 ** 3,
  idleMsMax: 15 * 60_000,
  verifyBytesMax,
  unprovedEventsMin,
};

/** How often a server looks for books that nobody needs any more, in milliseconds. */
export const sweepMs = 60_000;

const bytesHeld = ({ head, state }: Book): number => bytesOfBook(head.revision + 1, state.journal.length);
/** Of a book of which only the number of events is known yet. */
const bytesToBe = (events: number): number => bytesOfBook(events, events * postingsOfEvent);

/** What books are opened with, and how many. */
export interface BooksSettings extends Omit<OpenBookSettings, 'verifying' | 'unprovedEventsMin'> {
  /** Default: {@link booksBounds}. */
  readonly bounds?: Partial<BooksBounds>;
}

/** A book that stays open until it is given back. Giving it back a second time is no error. */
export interface Lease {
  readonly book: Book;
  readonly desk: Desk;
  /** Another lease of the same book, to be given back by itself. */
  share(): Lease;
  release(): void;
}

/** What is known of an open book without asking it for anything. */
export interface Held {
  readonly book: Book;
  /** How many leases there are of it. */
  readonly leases: number;
  /** Whether what others append is being followed. */
  readonly followed: boolean;
  /** When it last moved on, in milliseconds since the epoch. */
  readonly progressAt: number;
}

/** A book that is being opened, is open, or is being let go of. */
interface Place {
  readonly id: string;
  /** Undefined until it is open. */
  open: OpenBook | undefined;
  opening: Promise<OpenBook | Refusal>;
  /** How many hold it, or wait for it to be open. */
  leases: number;
  /** How often a lease of it was given: tells whether somebody came while a snapshot was written. */
  uses: number;
  /** When its last lease was given back, in milliseconds since the epoch. */
  idleSince: number;
  /** Whether it counts among the open ones: from when there is room for it. */
  admitted: boolean;
  /** The memory that is kept for it while it is being opened. */
  bytesKept: number;
  /** Resolves when it has been unloaded, or somebody has come for it. */
  unloading: Promise<void> | undefined;
  /** Resolves when its log is let go of. From when it is there nobody gets a lease of it any more. */
  leaving: Promise<void> | undefined;
}

const sumOf = (a: BookCounts, b: BookCounts): BookCounts => ({
  batches: a.batches + b.batches,
  commands: a.commands + b.commands,
  events: a.events + b.events,
  conflicts: a.conflicts + b.conflicts,
  unknownOutcomes: a.unknownOutcomes + b.unknownOutcomes,
  followed: a.followed + b.followed,
});

export class Books {
  readonly #settings: OpenBookSettings;
  readonly #bounds: BooksBounds;
  /** Those of which a lease was given back last come last. */
  readonly #places = new Map<string, Place>();
  readonly #closing = new AbortController();
  readonly #answers = new Map<string, number>();
  /** Why books could not be opened when that was last tried: nothing of their logs can be read. */
  readonly #unreadable = new Map<string, string>();
  /** What books that are not open any more have done. */
  #past: BookCounts = noCounts;
  #trimming = false;

  constructor({ bounds, ...settings }: BooksSettings) {
    this.#bounds = { ...booksBounds, ...bounds };
    const { verifyBytesMax: bytesMax, unprovedEventsMin } = this.#bounds;
    this.#settings = { ...settings, verifying: new Verifying(bytesMax), unprovedEventsMin };
  }

  /** Aborts when the books are about to be closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The books that are open, and those that are being opened when they are. They may be unloaded at any time: see {@link lease}. */
  async opened(): Promise<readonly Book[]> {
    const settled = await Promise.allSettled([...this.#places.values()].map(({ opening }) => opening));
    return settled.flatMap((each) =>
      each.status === 'fulfilled' && !(each.value instanceof Refusal) ? [each.value.book] : [],
    );
  }

  /** What is open now, the least recently used first. */
  get held(): readonly Held[] {
    return [...this.#places.values()].flatMap(({ open, leases, leaving }) => {
      if (open === undefined || leaving !== undefined) return [];
      const { book, followed, progressAt } = open;
      return [{ book, leases, followed, progressAt }];
    });
  }

  /** What all books together have done since the server began, those that are not open any more among them. */
  get counts(): BookCounts {
    let sum = this.#past;
    for (const { open } of this.#places.values()) if (open !== undefined) sum = sumOf(sum, open.book.counts);
    return sum;
  }

  /** How many commands were answered so: `accepted`, `repeated`, or the code of a refusal. */
  get answers(): ReadonlyMap<string, number> {
    return this.#answers;
  }

  /** Books whose logs or snapshots are not as they were written, by id, and why: those that are open, and those that can't be. */
  get broken(): ReadonlyMap<string, string> {
    const found = new Map(this.#unreadable);
    for (const { book } of this.held) {
      const { state, why } = book.verified;
      if (state === 'BROKEN') found.set(book.id, why ?? '');
    }
    return found;
  }

  /** Bytes that the open books take together, and those that are being opened are expected to take. */
  get bytes(): number {
    let bytes = 0;
    for (const place of this.#places.values()) bytes += bytesIn(place);
    return bytes;
  }

  /** Every book of the store, by id, and what is known of those that are open. Opens none. */
  async list(): Promise<readonly BookListed[]> {
    const found = new Map<string, BookListed>();
    for (const id of await booksOf(this.#settings.store)) found.set(id, { id, open: undefined });
    for (const { book } of this.held) found.set(book.id, { id: book.id, open: listed(book) });
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * A lease of a book, which is opened where it isn't yet. The default book is made when it is first asked for; others must exist.
   *
   * @returns a refusal when there is no such book, nothing of its log can be read, there is no room, or the server is stopping
   * @throws what opening and reading its log throws
   */
  async lease(id: string): Promise<Lease | Refusal> {
    for (;;) {
      const refusal = this.#places.has(id) ? undefined : await this.#unknown(id);
      if (this.#closing.signal.aborted)
        return new Refusal(codes.unavailable, `book ${id}`, 'the server is stopping');
      if (refusal !== undefined) return refusal;
      // Somebody else may have begun to open it while it was looked for.
      const place = this.#places.get(id) ?? this.#begin(id);
      if (place.leaving === undefined) return await this.#leaseOf(place);
      await place.leaving;
    }
  }

  /** Works on a book and gives it back whatever comes. */
  async use<T>(id: string, work: (lease: Lease) => Promise<T>): Promise<T | Refusal> {
    const lease = await this.lease(id);
    if (lease instanceof Refusal) return lease;
    try {
      return await work(lease);
    } finally {
      lease.release();
    }
  }

  /** Unloads what nobody has needed for long, and the least recently used while what is held is beyond a bound. */
  async sweep(): Promise<void> {
    const since = this.#settings.now() - this.#bounds.idleMsMax;
    for (const place of [...this.#places.values()])
      if (isIdle(place) && place.idleSince <= since) await this.#unload(place, 'nobody has needed it');
    await this.#trim();
  }

  /** Ends streams; what is asked for from now on is refused. */
  stop(): void {
    this.#closing.abort();
  }

  /** Answers what waits, keeps snapshots, and lets go of all logs. */
  async close(): Promise<void> {
    this.stop();
    await this.opened();
    for (const place of [...this.#places.values()]) {
      await place.unloading;
      await place.open?.save();
      place.leaving ??= this.#leave(place);
      await place.leaving;
    }
  }

  /** Why a book can't be opened: there is none of that id. */
  async #unknown(id: string): Promise<Refusal | undefined> {
    const there = isId(id) && (id === defaultBook || (await bookExists(this.#settings.store, id)));
    return there ? undefined : new Refusal(bookUnknown, id);
  }

  #begin(id: string): Place {
    const place: Place = {
      id,
      open: undefined,
      opening: new Promise(() => undefined),
      leases: 0,
      uses: 0,
      idleSince: 0,
      admitted: false,
      bytesKept: 0,
      unloading: undefined,
      leaving: undefined,
    };
    this.#places.set(id, place);
    place.opening = this.#openAt(place);
    return place;
  }

  /** Opens a place's book when there is room for it. What could not be opened may be tried again. */
  async #openAt(place: Place): Promise<OpenBook | Refusal> {
    const { id } = place;
    try {
      const found =
        (await this.#makeRoom(place, 0)) ??
        (await OpenBook.open(id, this.#settings, {
          closing: this.#closing.signal,
          answered: (answer) => this.#answered(answer),
          admit: (events) => this.#makeRoom(place, bytesToBe(events)),
        }));
      if (found instanceof Refusal) this.#places.delete(id);
      else {
        place.open = found;
        place.bytesKept = 0;
        this.#unreadable.delete(id);
      }
      return found;
    } catch (error) {
      this.#places.delete(id);
      if (isLogFault(error) || error instanceof LogFormatRefused) return this.#cannotRead(id, error);
      throw error;
    }
  }

  /** Nothing of a book can be read: that is no reason not to serve the others. */
  #cannotRead(id: string, fault: LogFault | LogFormatRefused): Refusal {
    const refusal = refusalOf(id, fault);
    const { hint } = refusal;
    const { message: why } = fault;
    if (this.#unreadable.get(id) !== why)
      this.#settings.note('book is broken', { book: id, why, hint }, 'error');
    this.#unreadable.set(id, why);
    return refusal;
  }

  /** Between this and the count of the lease nothing else may run: a place without leases may be gone. */
  async #leaseOf(place: Place): Promise<Lease | Refusal> {
    this.#hold(place);
    let open: OpenBook | Refusal;
    try {
      open = await place.opening;
    } catch (error) {
      this.#release(place);
      throw error;
    }
    if (!(open instanceof Refusal)) return this.#given(place, open);
    this.#release(place);
    return open;
  }

  #given(place: Place, { book, desk }: Pick<OpenBook, 'book' | 'desk'>): Lease {
    let released = false;
    return {
      book,
      desk,
      share: () => {
        if (released) throw new Error(`the lease of book ${place.id} has been given back`);
        this.#hold(place);
        return this.#given(place, { book, desk });
      },
      release: () => {
        if (!released) this.#release(place);
        released = true;
      },
    };
  }

  #hold(place: Place): void {
    place.leases++;
    place.uses++;
  }

  #release(place: Place): void {
    place.leases--;
    if (place.leases > 0) return;
    place.idleSince = this.#settings.now();
    // It is the one that was used last now. One that could not be opened has gone, and another may have come in its stead.
    if (this.#places.get(place.id) === place) {
      this.#places.delete(place.id);
      this.#places.set(place.id, place);
    }
    if (this.#beyond() !== undefined) void this.#trim();
  }

  #answered(answer: CommandAnswer): void {
    const key = answer.kind === 'refused' ? answer.refusal.code : answer.kind;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
  }

  /**
   * Takes room for a place, from others that nobody needs where that must be.
   *
   * @param bytes what its book is expected to take beside those that are open; one that is open alone may take any
   * @returns a refusal that names the bound, when nothing can be unloaded
   */
  async #makeRoom(place: Place, bytes: number): Promise<Refusal | undefined> {
    const tried = new Set<Place>();
    for (;;) {
      const bound = this.#beyond(place, bytes);
      if (bound === undefined) {
        place.admitted = true;
        place.bytesKept = bytes;
        return undefined;
      }
      if (!(await this.#unloadOne(tried))) return new Refusal(codes.tooMany, `book ${place.id}`, bound);
    }
  }

  /** The bound that what is held is beyond, in words, with a further book where one is named; undefined where it is within all. */
  #beyond(further?: Place, bytes = 0): string | undefined {
    const { booksMax, memoryBytesMax } = this.#bounds;
    let count = further === undefined ? 0 : 1;
    let held = 0;
    for (const place of this.#places.values()) {
      if (!place.admitted || place === further) continue;
      count++;
      held += bytesIn(place);
    }
    if (count > booksMax) return `${booksMax} books are in use, and no more may be open`;
    if (held > 0 && held + bytes > memoryBytesMax)
      return `the books in use take ${mib(held)}, this one would take ${mib(bytes)}; together they may take ${mib(memoryBytesMax)}`;
    return undefined;
  }

  /** Unloads until what is held is within bounds, as far as it can be. */
  async #trim(): Promise<void> {
    if (this.#trimming) return;
    this.#trimming = true;
    const tried = new Set<Place>();
    while (this.#beyond() !== undefined && (await this.#unloadOne(tried)));
    this.#trimming = false;
  }

  /**
   * Unloads the least recently used book that nobody needs, or waits where one is being unloaded.
   *
   * @param tried those that were tried before: somebody came for them
   * @returns whether there was one
   */
  async #unloadOne(tried: Set<Place>): Promise<boolean> {
    const places = [...this.#places.values()];
    const under = places.find(({ unloading }) => unloading !== undefined);
    if (under !== undefined) {
      await under.unloading;
      return true;
    }
    const place = places.find((each) => isIdle(each) && !tried.has(each));
    if (place === undefined) return false;
    tried.add(place);
    await this.#unload(place, 'others need its room');
    return true;
  }

  #unload(place: Place, why: string): Promise<void> {
    place.unloading ??= this.#saveAndLeave(place, why).finally(() => {
      place.unloading = undefined;
    });
    return place.unloading;
  }

  /** Writes the snapshot while the book can still be used; only who comes after that has to wait until it is opened again. */
  async #saveAndLeave(place: Place, why: string): Promise<void> {
    const { id, open, uses } = place;
    const { store, note, now } = this.#settings;
    // What only memory holds would be lost.
    if (open === undefined || !(await bookExists(store, id).catch(() => false))) return;
    const began = now();
    await open.save();
    if (place.leases > 0 || place.uses !== uses || place.leaving !== undefined) return;
    const { revision } = open.book.head;
    place.leaving = this.#leave(place);
    await place.leaving;
    note('book unloaded', { book: id, revision, why, ms: now() - began });
  }

  async #leave(place: Place): Promise<void> {
    const { id, open } = place;
    if (open !== undefined) {
      await open
        .letGo()
        .catch((error: unknown) => this.#settings.note('log not closed', { book: id, error: String(error) }));
      this.#past = sumOf(this.#past, open.book.counts);
    }
    this.#places.delete(id);
  }
}

/** Whether a place's book is open and nobody holds it. */
const isIdle = ({ open, leases, leaving }: Place): boolean =>
  open !== undefined && leases === 0 && leaving === undefined;

const bytesIn = ({ open, bytesKept }: Place): number =>
  open === undefined ? bytesKept : bytesHeld(open.book);

/** The end of a book; a refusal where it has more than can be read: what is made of the whole of it can't be made. */
export const endOf = ({ head, stopped, verified }: Book): Head | Refusal =>
  verified.state === 'BROKEN' && stopped !== undefined ? stopped : head;

/** What who asks for a book is answered with, nothing of which can be read. */
function refusalOf(id: string, fault: LogFault | LogFormatRefused): Refusal {
  // What another version wrote, or none of ours, says what to do by itself.
  if (fault instanceof UnreadableEvent || fault instanceof LogFormatRefused) return fault.refusal;
  const hint = 'Run `formicary audit`, and restore a copy of its log.';
  return new Refusal(codes.unavailable, `book ${id}`, fault.message, hint);
}

const mib = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB`;

const listed = ({ head, state }: Book): BookListed['open'] => ({
  revision: head.revision,
  openFrom: state.openFrom,
  eventCount: head.revision + 1,
  postingCount: state.journal.length,
});
