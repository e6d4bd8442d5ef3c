/**
 * What vouches for a book: whether what it serves was folded from events whose hashes were worked out again, and what was found
 * where it was not so.
 *
 * @module
 */
import { UnreadableEvent } from '../kernel/engine/fold.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import type { LogFault } from './folding.ts';

/** How far a book is verified. */
export type VerifiedState = 'VERIFIED' | 'HASHES_ONLY' | 'SNAPSHOT_UNPROVED' | 'UNVERIFIED' | 'BROKEN';

/** Up to where something vouches for a book, and how. */
export interface Verified {
  /** The last revision that the state holds for; -1 for none. */
  readonly through: number;
  readonly state: VerifiedState;
  /** What was found, where it is broken. */
  readonly why: string | undefined;
}

const faultHint = (revision: number): string =>
  `Run \`formicary audit\`. What lies before revision ${revision} can be read; restore a copy of the log for the rest.`;
const findingHint = 'Run `formicary audit`: when it is clean, the book takes commands again.';

export class Standing {
  readonly #book: string;
  #basis: Exclude<VerifiedState, 'BROKEN'> | 'SUSPECT';
  #fault: LogFault | undefined;
  #finding: string | undefined;

  constructor(book: string, basis: 'VERIFIED' | 'SNAPSHOT_UNPROVED' | 'UNVERIFIED') {
    this.#book = book;
    this.#basis = basis;
  }

  /** What is in the way of reading the log on, or was when it was last looked at. */
  get fault(): LogFault | undefined {
    return this.#fault;
  }

  /** What was found that only an audit can clear. */
  get finding(): string | undefined {
    return this.#finding;
  }

  /** Whether the state itself can't be right: it has to be folded again. */
  get suspect(): boolean {
    return this.#basis === 'SUSPECT';
  }

  /** What vouches for a book that ends at a revision. */
  verified(head: number): Verified {
    const basis = this.#basis;
    const holds = basis === 'VERIFIED' || basis === 'HASHES_ONLY' ? head : -1;
    const why = this.#finding ?? this.#fault?.message;
    if (why !== undefined) {
      const through = Math.min(holds, (this.#fault?.revision ?? Number.POSITIVE_INFINITY) - 1);
      return { through, state: 'BROKEN', why };
    }
    return { through: holds, state: basis === 'SUSPECT' ? 'BROKEN' : basis, why };
  }

  /** The log can't be read as it was written. */
  broken(fault: LogFault): Refusal {
    this.#fault = fault;
    if (fault instanceof UnreadableEvent) return fault.refusal;
    const { hint, spec } = fault.refusal;
    // An engine that knows what happened knows better what to do.
    const what = hint === spec.hint ? faultHint(fault.revision) : hint;
    return new Refusal(codes.unavailable, this.#book, fault.message, what);
  }

  /** The log can be read again. */
  mended(): void {
    this.#fault = undefined;
  }

  /** Something was found. `suspect`: what has been folded so far can't be right. */
  found(why: string, suspect: boolean): Refusal {
    this.#finding = why;
    if (suspect) this.#basis = 'SUSPECT';
    return new Refusal(codes.unavailable, this.#book, why, findingHint);
  }

  /** An audit has looked at what was found. */
  cleared(): void {
    this.#finding = undefined;
  }

  /** The state was folded from the first event on, or compared with one that was. */
  folded(): void {
    this.#basis = 'VERIFIED';
  }

  /** Every hash was worked out again, under a state that nobody folded again. */
  hashesHold(): void {
    if (this.#basis === 'SNAPSHOT_UNPROVED') this.#basis = 'HASHES_ONLY';
  }
}
