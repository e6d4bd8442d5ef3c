/**
 * One book of a server while it is open: followed where others write to it, its snapshot kept, and let go of in the end.
 *
 * @module
 */

import { Book } from '../../book/book.ts';
import { eventsIn } from '../../book/folding.ts';
import { keepSnapshots } from '../../book/snapshot/snapshot.ts';
import type { Refusal } from '../../kernel/values/refusals.ts';
import { openLog } from '../../log/open.ts';
import { type Wait, waitByClock } from '../../log/port/patience.ts';
import { bookDesk } from '../../reading/desks/desks.ts';
import type { CommandAnswer, Desk } from '../../reading/ports.ts';
import { ClockWatch } from './clock-watch.ts';
import { Vouching, type VouchingSettings } from './vouching.ts';

/** How long after a failure a book is followed again, in milliseconds: twice as long each time that nothing came of it. */
const followAgainMs = { first: 100, most: 30_000 } as const;

/** What books are opened with: their store, the place of their snapshots, and what goes on around them. */
export interface OpenBookSettings extends VouchingSettings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits so many milliseconds, or until the signal aborts. Default: by the clock. */
  readonly wait?: Wait;
}

/** What goes on around a book while it is open. */
export interface Surroundings {
  /** Aborts when all books are about to be closed: streams end then. */
  readonly closing: AbortSignal;
  /** Told of each answer to a command. */
  readonly answered: (answer: CommandAnswer) => void;
  /** Asked whether a book of so many events may be opened, when its log is open and nothing of it is in memory yet. */
  readonly admit: (events: number) => Promise<Refusal | undefined>;
}

export class OpenBook {
  readonly book: Book;
  readonly desk: Desk;
  readonly #settings: OpenBookSettings;
  readonly #vouching: Vouching;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  readonly #proving: Promise<void>;
  readonly #stopSnapshots: () => void;
  /** The revision of the snapshot that there is. */
  #saved: number;
  #followed = true;
  /** When it last moved on, in milliseconds since the epoch. */
  #progressAt: number;
  readonly #clock: ClockWatch;

  private constructor(book: Book, settings: OpenBookSettings, around: Surroundings, vouching: Vouching) {
    this.book = book;
    this.#settings = settings;
    this.#vouching = vouching;
    this.#saved = vouching.kept;
    this.#progressAt = settings.now();
    const warn = (text: string, about: { readonly [name: string]: unknown }): void =>
      settings.note(text, about, 'warn');
    this.#clock = new ClockWatch(book, warn, this.#progressAt);
    this.desk = bookDesk(book, around.closing, around.answered);
    this.#stopSnapshots =
      vouching.path === undefined
        ? () => {}
        : keepSnapshots(
            book,
            () => vouching.save(book),
            (error) => this.#notSaved(error),
          );
    book.onProgress(() => {
      this.#progressAt = settings.now();
      this.#clock.look(this.#progressAt);
    });
    this.#following = this.#keepFollowing();
    this.#proving = vouching
      .prove(book, settings.wait ?? waitByClock, this.#stop.signal)
      .catch((error: unknown) =>
        settings.note('log not verified', { book: book.id, why: String(error) }, 'error'),
      );
  }

  /**
   * Opens a book, from its snapshot where there is one that holds.
   *
   * @returns a refusal when it is not admitted
   * @throws what opening and reading its log throws
   */
  static async open(
    id: string,
    settings: OpenBookSettings,
    around: Surroundings,
  ): Promise<OpenBook | Refusal> {
    const { house, engine, now, note, trust = false } = settings;
    const began = now();
    const log = await openLog(settings.store, id);
    try {
      const refusal = await around.admit(await eventsIn(log));
      if (refusal !== undefined) {
        await log.close();
        return refusal;
      }
      const vouching = await Vouching.read(settings, id, log);
      const { snapshot } = vouching;
      const book = await Book.open({
        id,
        house,
        log,
        now,
        engine,
        trust,
        finding: await vouching.finding(),
        cleared: () => vouching.cleared(),
        broken: ({ message, hint }) => note('book is broken', { book: id, why: message, hint }, 'error'),
        ...(snapshot === undefined ? {} : { snapshot }),
      });
      const { through, state } = book.verified;
      note('book opened', { book: id, revision: book.head.revision, ms: now() - began, state, through });
      if (book.stopped !== undefined)
        note('book takes no commands', { book: id, why: book.stopped.message, hint: book.stopped.hint });
      return new OpenBook(book, settings, around, vouching);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      note('book not opened', { book: id, why }, 'warn');
      await log.close();
      throw error;
    }
  }

  /** Whether what others append is being followed; false from a failure on until it is tried again. */
  get followed(): boolean {
    return this.#followed;
  }

  /** When it last moved on, by its own appends or by others', in milliseconds since the epoch. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** Writes a snapshot, where the book has grown since the last one. One that can't be written is told of, and nothing else. */
  async save(): Promise<void> {
    const { book } = this;
    if (this.#vouching.path === undefined || book.head.revision <= this.#saved) return;
    try {
      this.#saved = await this.#vouching.save(book);
    } catch (error) {
      this.#notSaved(error);
    }
  }

  /** Follows no more, answers what waits, and lets go of the log. */
  async letGo(): Promise<void> {
    this.#stopSnapshots();
    this.#stop.abort();
    await this.#following;
    await this.#proving;
    await this.book.close();
  }

  #notSaved(error: unknown): void {
    this.#settings.note('snapshot not written', { book: this.book.id, error: String(error) });
  }

  /** Follows the book until it is let go of, again and again where that fails: its log may be out of reach for a while. */
  async #keepFollowing(): Promise<void> {
    const { book } = this;
    const { signal } = this.#stop;
    const { wait = waitByClock, note } = this.#settings;
    let againMs: number = followAgainMs.first;
    while (!signal.aborted) {
      const { revision } = book.head;
      let why = 'the log has ended';
      try {
        await book.follow(signal);
      } catch (error) {
        why = String(error);
      }
      if (signal.aborted) return;
      this.#followed = false;
      if (book.head.revision > revision) againMs = followAgainMs.first;
      note('book not followed', { book: book.id, error: why, againMs });
      await wait(againMs, signal);
      againMs = Math.min(2 * againMs, followAgainMs.most);
      this.#followed = true;
    }
  }
}
