/**
 * Audits of a server: few at a time, since each reads a whole log.
 *
 * @module
 */
import type { Auditing } from '../audit/graphql.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import type { EventLog } from '../store/log.ts';
import type { Books } from './books.ts';

/** Most passes over logs at once. */
const passesMax = 2;

export class ServerAuditing implements Auditing {
  readonly #books: Books;
  #passes = 0;

  constructor(books: Books) {
    this.#books = books;
  }

  async log(id: string): Promise<EventLog | Refusal> {
    const book = await this.#books.book(id);
    return book instanceof Refusal ? book : book.log;
  }

  async pass<T>(of: () => Promise<T>): Promise<T | Refusal> {
    if (this.#passes >= passesMax) return new Refusal(codes.tooMany, `${this.#passes} audits`, `at most ${passesMax} at once`);
    this.#passes++;
    try {
      return await of();
    } finally {
      this.#passes--;
    }
  }
}
