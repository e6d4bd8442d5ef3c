/**
 * Audits of a server: few at a time, since each reads a whole log.
 *
 * @module
 */
import type { Auditing } from '../audit/graphql.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import type { EventLog } from '../store/log.ts';
import type { Books } from './books.ts';

/** Most passes over logs at once, and most that wait. */
const passesMax = 2;
const waitingMax = 16;

export class ServerAuditing implements Auditing {
  readonly #books: Books;
  #passes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(books: Books) {
    this.#books = books;
  }

  async log(id: string): Promise<EventLog | Refusal> {
    const book = await this.#books.book(id);
    return book instanceof Refusal ? book : book.log;
  }

  async pass<T>(of: () => Promise<T>): Promise<T | Refusal> {
    if (this.#passes >= passesMax) {
      if (this.#waiting.length >= waitingMax)
        return new Refusal(codes.tooMany, `${waitingMax} audits are waiting`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#passes++;
    try {
      return await of();
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#passes--;
      else next();
    }
  }
}
