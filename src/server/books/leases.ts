/**
 * The leases of a request: each book that it asks for stays open until the request is over. Over is when nobody waits for its
 * answer any more and none of its operations is at work, whichever comes last: a query that was given up may go on for a while,
 * and a command is carried out whoever still waits for it.
 *
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { Books, Lease } from './books.ts';

export class Leases {
  readonly #books: Books;
  readonly #taken = new Map<string, Lease>();
  #running = 0;
  #answered = false;

  constructor(books: Books) {
    this.#books = books;
  }

  /** The leases of what a response answers. */
  static until(response: ServerResponse, books: Books): Leases {
    const leases = new Leases(books);
    if (response.destroyed) leases.end();
    else response.once('close', () => leases.end());
    return leases;
  }

  /** A book, held until the request is over. */
  async book(id: string): Promise<Lease | Refusal> {
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    const lease = await this.#books.lease(id);
    if (lease instanceof Refusal) return lease;
    if (this.#isOver) {
      lease.release();
      return new Refusal(codes.unavailable, `book ${id}`, 'the request is over');
    }
    // Another part of the request may have asked for it at the same time.
    return this.#kept(id, lease);
  }

  /** Holds the book of a lease that somebody else has, too. */
  share(lease: Lease): void {
    const { id } = lease.book;
    if (!this.#taken.has(id) && !this.#isOver) this.#kept(id, lease.share());
  }

  /** Holds what is held at least until some work is done. */
  async during<T>(work: () => T | Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#releaseWhereOver();
    }
  }

  /** Says that nobody waits for the answer any more. */
  end(): void {
    this.#answered = true;
    this.#releaseWhereOver();
  }

  get #isOver(): boolean {
    return this.#answered && this.#running === 0;
  }

  #kept(id: string, lease: Lease): Lease {
    const known = this.#taken.get(id);
    if (known === undefined) this.#taken.set(id, lease);
    else lease.release();
    return known ?? lease;
  }

  #releaseWhereOver(): void {
    if (!this.#isOver) return;
    for (const lease of this.#taken.values()) lease.release();
    this.#taken.clear();
  }
}

/** Holds a request's books while an operation of it is at work. It must come before whatever gives operations up. */
export const leasesPlugin: Plugin<{ leases: Leases }> = {
  onExecute({ args, executeFn, setExecuteFn }) {
    const { leases } = args.contextValue;
    setExecuteFn((given) => leases.during(() => executeFn(given)));
  },
};
