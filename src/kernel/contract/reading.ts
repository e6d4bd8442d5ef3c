/**
 * What a rule may look at, and what it may write.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';

import type { Refusal } from '../values/refusals.ts';
import type { AccountKind } from './account.ts';
import type { Parameter } from './parameter.ts';
import type { Table } from './table.ts';

/** A holder's balance, positive on its normal side. */
export interface Holding {
  readonly holder: string;
  readonly minor: bigint;
}

/** What a rule may look at. Every look is at the state before the event; balances are positive on their normal side. */
export interface Reading {
  /** The effective date of the event that is being decided. */
  readonly day: Day;
  /** A row of the segment's own tables. */
  row<R>(of: Table<R>, key: string): R | undefined;
  /** The keys in a bucket of a table. */
  bucket<R>(of: Table<R>, bucket: number): readonly string[];
  /** The buckets of a table that may hold a key, in order. */
  buckets<R>(of: Table<R>): readonly number[];
  /** The value of a parameter on the event's date, as in force and known now. */
  policy<T>(of: Parameter<T>, key?: string): T;
  /** The balance of an account as of a day. */
  balanceOn(kind: AccountKind, day: Day, holder?: string): bigint;
  /** The lowest balance of an account on any day from the event's on. */
  available(kind: AccountKind, holder?: string): bigint;
  /** Says that an account doesn't hold an amount on every day from the event's on, with the code of its kind's floor, if so. */
  shortage(kind: AccountKind, minor: bigint, holder?: string): Refusal | undefined;
  /** The highest balance of an account on any day from the event's on. */
  highest(kind: AccountKind, holder?: string): bigint;
  /** The lowest value on any day from the event's on of totals of kinds, those of the second list taken off those of the first. */
  lowestNet(plus: readonly AccountKind[], minus: readonly AccountKind[]): bigint;
  /** The balance of all accounts of a kind as of a day. */
  totalOn(kind: AccountKind, day: Day): bigint;
  /** Everyone who has had postings on a kind, in the order of their ids, and the balance as of a day. */
  balancesOn(kind: AccountKind, day: Day): readonly Holding[];
}

/** What `evolve` may do besides: write rows. */
export interface Writing extends Reading {
  set<R>(of: Table<R>, key: string, row: R): void;
  delete<R>(of: Table<R>, key: string): void;
}

/** The entry of an event while it is written. It merges by account, and what comes to nothing is left out. Nobody keeps it. */
export interface NewEntry {
  /** Minor units onto the debit side of an account; a negative amount goes onto the other. */
  debit(kind: AccountKind, minor: bigint, holder?: string, currency?: string): void;
  /** Minor units onto the credit side of an account. */
  credit(kind: AccountKind, minor: bigint, holder?: string, currency?: string): void;
}

/** What an event did to the accounts, as `evolve` sees it. */
export interface Entry {
  /** Number of postings. */
  readonly length: number;
  /** The sum of the postings on a kind (of one holder), debit positive. */
  sum(kind: AccountKind, holder?: string): bigint;
  /** The first holder posted on of a kind. */
  holderOf(kind: AccountKind): string | undefined;
}
