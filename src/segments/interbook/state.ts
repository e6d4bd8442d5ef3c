/**
 * Tables of interbook: the half of each transfer that this book knows.
 *
 * @module
 */

import type { Reading } from '../../kernel/contract/reading.ts';
import { row } from '../../kernel/contract/row.ts';
import type { RowIn } from '../../kernel/contract/table.ts';
import { line } from './line.ts';

/** How far a transfer has come in the book that it leaves. */
export const sentStages = ['sent', 'completed', 'returned'] as const;

export type SentStage = (typeof sentStages)[number];

/** Transfers by id; those on their way lie in the bucket of the day on which they were sent. */
export const sent = line.table('sent', {
  doc: 'transfers to other books, by id',
  later: true,
  holds: row.record({
    from: row.holder('whose wallet it left'),
    book: row.id('the book that it goes to'),
    to: row.id('whose wallet there'),
    minor: row.amount('how much'),
    stage: row.choice('how far it has come', sentStages),
    reason: row.maybe(row.text('why it was returned')),
    on: row.date('the day on which it was sent'),
  }),
  bucket: ({ stage, on }) => (stage === 'sent' ? on : undefined),
});

/** A transfer in the book that it leaves. */
export type SentRow = RowIn<typeof sent>;

/** Transfers by the book that they come from and their id there: see {@link arrivalKey}. */
export const arrived = line.table('arrived', {
  doc: 'transfers from other books, by book and id',
  later: true,
  holds: row.record({
    stage: row.choice('what became of it', ['arrived', 'declined']),
    reason: row.maybe(row.text('why it was declined')),
    from: row.id('whose wallet of the other book it left'),
    to: row.holder('whose of this one it is for'),
    minor: row.amount('how much'),
    on: row.date('the day on which it arrived or was declined'),
  }),
});

/** A transfer in the book that it goes to. */
export type ArrivedRow = RowIn<typeof arrived>;

/** What became of a transfer in the book that it goes to, and why it was declined. */
export type Outcome = Pick<ArrivedRow, 'stage' | 'reason'>;

/** The key of a transfer in the book that it goes to. Ids hold no slash. */
export const arrivalKey = (book: string, transfer: string): string => `${book}/${transfer}`;

/** Ids of the transfers that are on their way, those sent for the earliest day first. */
export function* onTheirWay(s: Pick<Reading, 'bucket' | 'buckets'>): Generator<string, void, void> {
  for (const day of s.buckets(sent)) yield* s.bucket(sent, day);
}
