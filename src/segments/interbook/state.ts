/**
 * Tables of interbook: the half of each transfer that this book knows.
 *
 * @module
 */

import type { Reading } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { line } from './line.ts';

/** How far a transfer has come in the book that it leaves. */
export const sentStages = ['sent', 'completed', 'returned'] as const;

export type SentStage = (typeof sentStages)[number];

/** A transfer in the book that it leaves. */
export interface SentRow {
  /** Whose wallet it left. */
  readonly from: string;
  /** The book that it goes to, and whose wallet there. */
  readonly book: string;
  readonly to: string;
  readonly minor: bigint;
  readonly stage: SentStage;
  /** Why it was returned. */
  readonly reason: string | null;
  /** The day on which it was sent. */
  readonly on: Day;
}

/** Transfers by id; those on their way lie in the bucket of the day on which they were sent. */
export const sent = line.laterTable<SentRow>('sent', 'transfers to other books, by id', ({ stage, on }) =>
  stage === 'sent' ? on : undefined,
);

/** What became of a transfer in the book that it goes to, and why it was declined. */
export type Outcome =
  | { readonly stage: 'arrived'; readonly reason: null }
  | { readonly stage: 'declined'; readonly reason: string };

/** A transfer in the book that it goes to. */
export type ArrivedRow = Outcome & {
  /** Whose wallet of the other book it left, and whose of this one it is for. */
  readonly from: string;
  readonly to: string;
  readonly minor: bigint;
  /** The day on which it arrived or was declined. */
  readonly on: Day;
};

/** Transfers by the book that they come from and their id there: see {@link arrivalKey}. */
export const arrived = line.laterTable<ArrivedRow>('arrived', 'transfers from other books, by book and id');

/** The key of a transfer in the book that it goes to. Ids hold no slash. */
export const arrivalKey = (book: string, transfer: string): string => `${book}/${transfer}`;

/** Ids of the transfers that are on their way, those sent for the earliest day first. */
export function* onTheirWay(s: Pick<Reading, 'bucket' | 'buckets'>): Generator<string, void, void> {
  for (const day of s.buckets(sent)) yield* s.bucket(sent, day);
}
