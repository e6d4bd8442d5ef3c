/**
 * The library: books and sandboxes of a server, as the graph asks for them.
 *
 * @module
 */
import { pointUnknown } from '../graphql/faults.ts';
import { streamLimits } from '../graphql/limits.ts';
import type { Desk, Library, SandboxDesk, SandboxOrder } from '../graphql/source.ts';
import type { House } from '../kernel/house.ts';
import type { Override } from '../kernel/policy.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import { recordOfLog } from '../scenario/base.ts';
import { asRecorded, retell } from '../scenario/retold.ts';
import { appendsOf } from '../store/appends.ts';
import { Book } from '../store/book.ts';
import { MemoryLog } from '../store/memory.ts';
import { Sandboxes } from '../store/sandbox.ts';
import type { Books } from './books.ts';
import { sandboxDesk } from './desks.ts';

export class OpenLibrary implements Library {
  readonly house: House;
  readonly now: () => number;
  readonly #books: Books;
  readonly #sandboxes: Sandboxes;
  readonly #desks = new Map<string, SandboxDesk>();
  #streams = 0;

  constructor(house: House, books: Books, now: () => number) {
    this.house = house;
    this.now = now;
    this.#books = books;
    this.#sandboxes = new Sandboxes(now);
  }

  book(id: string): Promise<Desk | Refusal> {
    return this.#books.desk(id);
  }

  sandbox(id: string): SandboxDesk | undefined {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return undefined;
    sandbox.usedAt = this.now();
    return this.#desks.get(id);
  }

  get sandboxes(): readonly SandboxDesk[] {
    return this.#sandboxes.all.flatMap(({ id }) => this.#desks.get(id) ?? []);
  }

  async openSandbox({
    book: id,
    revision,
    overrides,
    replay,
    signal,
  }: SandboxOrder): Promise<SandboxDesk | Refusal> {
    const book = await this.#books.book(id);
    if (book instanceof Refusal) return book;
    const at = revision ?? book.head.revision;
    if (at > book.head.revision)
      return new Refusal(pointUnknown, `revision: ${at}`, `book ${id} ends at ${book.head.revision}`);
    const told = replay ? await this.#replayed(book, at, overrides, signal) : undefined;
    const below = told?.book ?? book;
    const sandbox = await this.#sandboxes.open(below, told?.book.head.revision ?? at, overrides);
    if (sandbox instanceof Refusal) return sandbox;
    // Those that lay unused too long went when this one came.
    for (const old of this.#desks.keys()) if (this.#sandboxes.get(old) === undefined) this.#desks.delete(old);
    const desk = sandboxDesk(sandbox, { forkedAt: at, replayed: told }, this.#books.closing);
    this.#desks.set(sandbox.id, desk);
    return desk;
  }

  /** A book's history up to a revision, evaluated again under overrides: a book of its own, in memory. */
  async #replayed(book: Book, at: number, overrides: readonly Override[], signal: AbortSignal) {
    const { house } = this;
    const base = await recordOfLog(house, book.log, book.id, at);
    const { events, divergences } = await retell({
      house,
      base,
      overrides,
      edits: [],
      horizon: asRecorded,
      signal,
    });
    const log = new MemoryLog();
    let expected = -1;
    for (const append of appendsOf([events])) {
      await log.append(expected, append.events);
      expected += append.events.length;
    }
    const made = await Book.open({ id: book.id, house, log, now: this.now, engine: book.engine });
    return { book: made, divergences };
  }

  discardSandbox(id: string): SandboxDesk | undefined {
    const desk = this.#desks.get(id);
    this.#sandboxes.discard(id);
    this.#desks.delete(id);
    return desk;
  }

  enterStream(): (() => void) | Refusal {
    if (this.#streams >= streamLimits.openMax)
      return new Refusal(codes.tooMany, `${this.#streams} streams`, `at most ${streamLimits.openMax}`);
    this.#streams++;
    let entered = true;
    return () => {
      if (entered) this.#streams--;
      entered = false;
    };
  }
}
