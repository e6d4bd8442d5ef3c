/**
 * The clock beside a book: what it says that can't be right is told when it is first seen.
 *
 * @module
 */
import type { Book } from '../../book/book.ts';
import { aheadWarning, restWarning } from '../../book/clock.ts';

/** Where a warning goes. */
type Warn = (text: string, about: { readonly book: string; readonly revision: number }) => void;

export class ClockWatch {
  readonly #book: Book;
  readonly #warn: Warn;
  #ahead = false;
  #last: number;

  /** @param now when the book was opened */
  constructor(book: Book, warn: Warn, now: number) {
    this.#book = book;
    this.#warn = warn;
    this.#last = book.head.recordedAt;
    this.#tell(restWarning(book.id, this.#last, now));
    this.look(now);
  }

  /** Looks at the head, which may have moved on. */
  look(now: number): void {
    const { id, head } = this.#book;
    this.#tell(restWarning(id, this.#last, head.recordedAt));
    this.#last = head.recordedAt;
    const warning = aheadWarning(id, head.recordedAt, now);
    if (warning !== undefined && !this.#ahead) this.#tell(warning);
    this.#ahead = warning !== undefined;
  }

  #tell(warning: string | undefined): void {
    const { id, head } = this.#book;
    if (warning !== undefined) this.#warn(warning, { book: id, revision: head.revision });
  }
}

/** What readiness says of clocks: it warns, since a server that is behind a book's time serves all the same. */
export const clockWarnings = (held: readonly { readonly book: Book }[], now: number): readonly string[] =>
  held.flatMap(({ book }) => aheadWarning(book.id, book.head.recordedAt, now) ?? []);
