/**
 * A rehearsal: commands decided on a fork of a book, as they would be now, and forgotten. What they would append is held in memory.
 *
 * @module
 */

import type { Book, Sent } from '../../book/book.ts';
import { reversalOf } from '../../book/consequences.ts';
import type { Pin } from '../../book/layers.ts';
import type { Command } from '../../kernel/deciding/commands.ts';
import { Ledger } from '../../kernel/deciding/ledger.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Outcome, Target } from './importing.ts';

export class Rehearsal implements Target {
  readonly state: State;
  readonly #book: Book;
  readonly #pin: Pin;
  readonly #ledger: Ledger;
  /** Events of the book that a reversal names, read before it is decided. */
  readonly #recalled = new Map<number, StoredEvent>();

  private constructor(book: Book, pin: Pin) {
    this.#book = book;
    this.#pin = pin;
    this.state = this.#pin.state.fork();
    const { register } = book;
    this.#ledger = new Ledger(book.house, this.state, book.head, {
      withKey: (key) => register.withKey(key),
      sameInput: (revision, inputHash) => register.sameInput(revision, inputHash),
      event: (revision) => this.#recalled.get(revision),
      reversedBy: (revision) => reversalOf(register, revision),
    });
  }

  /** Begins a rehearsal on a book as it is now. */
  static async on(book: Book): Promise<Rehearsal> {
    return new Rehearsal(book, await book.pin());
  }

  /** A rehearsal on top of the book as it is now. */
  static async of(book: Book): Promise<Rehearsal> {
    return new Rehearsal(book, await book.pin());
  }

  async send(sent: readonly Sent[]): Promise<readonly Outcome[]> {
    const answers: Outcome[] = [];
    for (const { command, sender } of sent) {
      await this.#recall(command);
      const circumstances = { now: Date.now(), actor: sender.actor, engine: this.#book.engine };
      answers.push(this.#ledger.decide(command, circumstances));
    }
    return answers;
  }

  /** Lets go of the book's state. */
  end(): void {
    this.#book.unpin(this.#pin);
  }

  async #recall({ command, with: inputs }: Command): Promise<void> {
    const revision = command === 'reverse' ? Number(inputs.event) : -1;
    const there = Number.isSafeInteger(revision) && revision >= 0 && revision <= this.#book.head.revision;
    if (!there || this.#recalled.has(revision)) return;
    for (const event of await this.#book.log.readMany([revision])) this.#recalled.set(revision, event);
  }
}
