/** What is written down beside a kept store, and how its figures are read off a book. */

import type { Book } from '../../src/book/book.ts';
import { type Day, dayOf } from '../../src/kernel/values/dates.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { LedgerView } from '../../src/reading/view.ts';

/** Balances by account id, positive on the normal side. */
export type Figures = { readonly [account: string]: string };

/** What a book showed as of a day, as recorded up to a revision. */
export interface PointKept {
  readonly revision: number;
  readonly asOf: string;
  readonly balances: Figures;
}

/** A book as it was. */
export interface BookKept {
  readonly events: number;
  readonly revision: number;
  readonly hash: string;
  readonly digest: string;
  readonly balanceDigest: string;
  readonly postings: number;
  readonly closedThrough: string;
  /** How many events there are of each type. */
  readonly types: { readonly [type: string]: number };
  readonly points: readonly PointKept[];
}

/** A book whose close was cut. */
export interface CutKept {
  /** Where its log ended when its writer was dead. */
  readonly events: number;
  readonly revision: number;
  readonly hash: string;
  /** Where the close begins. */
  readonly beginning: number;
  readonly begunBy: string;
  /** The hashes of the whole close as nothing interrupted it, its beginning first. */
  readonly run: readonly string[];
  /** The book after the whole close. */
  readonly finished: BookKept;
}

/** All that is written down of a store. */
export interface StoreKept {
  readonly version: string;
  readonly engine: string;
  readonly books: { readonly main: BookKept; readonly south: BookKept };
  readonly cut: CutKept;
  readonly snapshot: { readonly file: string; readonly sha256: string; readonly revision: number };
}

/** A command that the store's maker gave, when, and what it was answered. */
export interface CommandKept {
  readonly at: number;
  readonly on: string;
  readonly command: string;
  readonly with: { readonly [name: string]: unknown };
  readonly key?: string;
  readonly actor?: string;
  readonly answer: {
    readonly kind: string;
    readonly first?: number;
    readonly last?: number;
    readonly code?: string;
  };
}

/** What every account held as of a day, as recorded up to a revision; zeros are left out. */
export function figuresAt({ house, state, register }: Book, revision: number, asOf: Day): Figures {
  const point = { revision, asOf, postings: register.postingsAfter(revision) };
  return Object.fromEntries(
    new LedgerView(house, state, point)
      .accounts()
      .filter(({ minor }) => minor !== 0n)
      .map(({ id, minor, currency }) => [id, formatMinor(minor, currency)]),
  );
}

/** The same, as it is written down. */
export const pointAt = (book: Book, revision: number, asOf: string): PointKept => ({
  revision,
  asOf,
  balances: figuresAt(book, revision, dayOf(asOf)),
});
