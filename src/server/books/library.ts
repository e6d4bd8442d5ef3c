/**
 * The library: books and sandboxes of a server, as the graph asks for them.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { appendsOf } from '../../book/appends.ts';
import { Book } from '../../book/book.ts';
import { Sandboxes, sandboxLimits } from '../../book/sandbox.ts';
import { streamLimits } from '../../graphql/base/limits.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { Override } from '../../kernel/state/timeline.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { MemoryLog } from '../../log/memory.ts';
import { pointUnknown } from '../../reading/codes.ts';
import { sandboxDesk } from '../../reading/desks/desks.ts';
import type { Library, SandboxDesk, SandboxOrder } from '../../reading/ports.ts';
import { recordOfLog } from '../../scenario/running/base.ts';
import { asRecorded, retell } from '../../scenario/running/retold.ts';
import { type Books, endOf, type Lease } from './books.ts';
import type { Leases } from './leases.ts';

/** A sandbox, and its hold on the book that it is a fork of: none where its history was replayed into a book of its own. */
interface Held {
  readonly desk: SandboxDesk;
  readonly lease: Lease | undefined;
}

/** What is shared by all requests: sandboxes, and places for streams. */
export class OpenLibrary {
  readonly house: House;
  readonly now: () => number;
  readonly #books: Books;
  readonly #sandboxes: Sandboxes;
  readonly #held = new Map<string, Held>();
  #streams = 0;

  constructor(house: House, books: Books, now: () => number) {
    this.house = house;
    this.now = now;
    this.#books = books;
    this.#sandboxes = new Sandboxes(now);
  }

  /** The library as one request sees it: what the request is given stays open until it is over. */
  through(leases: Leases): Library {
    const shared = (held: Held): SandboxDesk => {
      if (held.lease !== undefined) leases.share(held.lease);
      return held.desk;
    };
    const all = (): readonly SandboxDesk[] => [...this.#held.values()].map(shared);
    return {
      house: this.house,
      now: this.now,
      book: async (id) => {
        const lease = await leases.book(id);
        return lease instanceof Refusal ? lease : lease.desk;
      },
      books: () => this.#books.list(),
      sandbox: (id) => {
        const held = this.#held.get(id);
        const sandbox = this.#sandboxes.get(id);
        if (held === undefined || sandbox === undefined) return undefined;
        sandbox.usedAt = this.now();
        return shared(held);
      },
      get sandboxes() {
        return all();
      },
      openSandbox: async (order) => {
        const held = await this.#openSandbox(order);
        return held instanceof Refusal ? held : shared(held);
      },
      discardSandbox: (id) => {
        const held = this.#held.get(id);
        // Answered with as it was: its book must not go before that.
        const desk = held === undefined ? undefined : shared(held);
        this.#discard(id);
        return desk;
      },
      enterStream: () => this.enterStream(),
    };
  }

  /** How many streams, and how many sandboxes, are open. */
  get open(): { readonly streams: number; readonly sandboxes: number } {
    return { streams: this.#streams, sandboxes: this.#held.size };
  }

  /** Discards sandboxes that have lain unused too long, which gives their books free. */
  sweep(): void {
    for (const id of [...this.#held.keys()]) {
      const sandbox = this.#sandboxes.get(id);
      if (sandbox === undefined || this.now() - sandbox.usedAt > sandboxLimits.idleMsMax) this.#discard(id);
    }
  }

  /** Takes one of the places for streams, or says why not; to be given back with what it returns. */
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

  async #openSandbox(order: SandboxOrder): Promise<Held | Refusal> {
    this.sweep();
    const { book: id, revision } = order;
    return await this.#books.use(id, async (lease) => {
      const { book } = lease;
      const end = endOf(book);
      if (revision === undefined && end instanceof Refusal) return end;
      const at = revision ?? book.head.revision;
      if (at > book.head.revision)
        return new Refusal(pointUnknown, `revision: ${at}`, `book ${id} ends at ${book.head.revision}`);
      const told = order.replay ? await this.#replayed(book, at, order.overrides, order.signal) : undefined;
      const below = told?.book ?? book;
      const sandbox = await this.#sandboxes.open(below, told?.book.head.revision ?? at, order.overrides);
      if (sandbox instanceof Refusal) return sandbox;
      const held = {
        desk: sandboxDesk(sandbox, { forkedAt: at, replayed: told }, this.#books.closing),
        lease: told === undefined ? lease.share() : undefined,
      };
      this.#held.set(sandbox.id, held);
      return held;
    });
  }

  /** A book's history up to a revision, evaluated again under overrides: a book of its own, in memory. */
  async #replayed(book: Book, at: number, overrides: readonly Override[], signal: AbortSignal) {
    const { house } = this;
    // A page of events is a slice of its own.
    const letOthersIn = async (): Promise<void> => {
      await setImmediate();
      signal.throwIfAborted();
    };
    const base = await recordOfLog(house, book.log, book.id, at, letOthersIn);
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
    // One by one: sizes of all at once would be a long slice.
    for (const append of appendsOf(events.map((event) => [event]))) {
      await log.append(expected, append.events);
      expected += append.events.length;
      await letOthersIn();
    }
    // What was told a moment ago needs no proof.
    const { id, engine } = book;
    const made = await Book.open({ id, house, log, now: this.now, engine, overrides, trust: true });
    return { book: made, divergences };
  }

  #discard(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    this.#sandboxes.discard(id);
    held?.lease?.release();
  }
}
