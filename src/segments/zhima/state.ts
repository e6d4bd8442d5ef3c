/**
 * Tables of zhima: what was counted of each holder, the scores that came of it, and what was done with them.
 *
 * @module
 */

import { recordOf } from '../../kernel/contract/parameter-types.ts';
import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { row } from '../../kernel/contract/row.ts';
import type { RowIn } from '../../kernel/contract/table.ts';
import { line } from './line.ts';

/** What a score is made of, in the order in which it is told. */
export const components = ['payments', 'repayment', 'tenure', 'assets', 'relations'] as const;

export type Component = (typeof components)[number];

/** Points by component, whole. */
export type Points = Readonly<Record<Component, number>>;

/** Everyone who is known lies in this bucket. */
const knownBucket = 0;

/** Counts by holder; those who are known lie in one bucket. */
export const counted = line.table('counted', {
  doc: 'what was counted, by holder',
  later: true,
  holds: row.record({
    since: row.maybe(
      row.date(
        'earliest top-up, payment or transfer of his own; null while there is none, and he has no score',
      ),
    ),
    payments: row.count('payments made as payer'),
    relations: row.count('distinct holders whom he paid or gave a transfer to'),
    kept: row.count('payments on debts that were not overdue'),
    missed: row.count('debts that fell into arrears, and claims of waived deposits'),
  }),
  bucket: ({ since }) => (since === null ? undefined : knownBucket),
});

/** What was counted of a holder, in the log's order. */
export type CountedRow = RowIn<typeof counted>;

/** Whom a holder paid or gave a transfer to: the date of the first such fact in the log, by {@link relationKey}. */
export const relations = line.table('relations', {
  doc: 'date of the first payment or transfer, by holder and counterparty',
  later: true,
  holds: row.date('of the first'),
});

/** The key of a holder and a counterparty. Ids hold no slash. */
export const relationKey = (holder: string, counterparty: string): string => `${holder}/${counterparty}`;

/** Holders who are known, in the order of their ids. */
export const knownHolders = (s: Reading): readonly string[] => s.bucket(counted, knownBucket);

/** What was counted of a holder so far. */
export const countedOf = (s: Reading, holder: string): CountedRow => s.row(counted, holder) ?? nothingCounted;

const nothingCounted: CountedRow = { since: null, payments: 0, relations: 0, kept: 0, missed: 0 };

/** Whether it was kept or missed is counted of a borrower, known or not. */
export function count(s: Writing, holder: string, what: 'kept' | 'missed'): void {
  const row = countedOf(s, holder);
  s.set(counted, holder, { ...row, [what]: row[what] + 1 });
}

/** Scores by holder. */
export const scores = line.table('scores', {
  doc: 'last score and its points, by holder',
  later: true,
  holds: row.record({
    ...recordOf(components, (component) => row.count(`points for ${component}`)),
    score: row.count('350 and the sum of the points'),
    on: row.date('the day at whose close it was computed'),
  }),
});

/** A holder's last score, and the points that explain it. */
export type ScoreRow = RowIn<typeof scores>;

/** Queries by id. */
export const queries = line.subject('query', {
  table: 'queries',
  type: 'ScoreQuery',
  list: 'scoreQueries',
  doc: 'A score that a partner asked for.',
  later: true,
  fields: {
    partner: row.holder('Who asked.'),
    holder: row.holder('Whose score.'),
    on: row.shownAs('askedOn', row.date('The day of it.')),
    score: row.count('What the partner was told.'),
    fee: row.amount('What the partner paid.'),
  },
});

/** How far a waiver has come. */
export const waiverStages = ['open', 'returned', 'claimed'] as const;

export type WaiverStage = (typeof waiverStages)[number];

/** Waivers by id. */
export const waivers = line.table('waivers', {
  doc: 'waived deposits by id',
  later: true,
  holds: row.record({
    holder: row.holder('who need not pay it'),
    partner: row.holder('who would have got it'),
    minor: row.amount('the deposit that was waived'),
    on: row.date('the day on which it was waived'),
    latest: row.date('date of its latest fact'),
    stage: row.choice('how far it has come', waiverStages),
    claimed: row.amount('what was claimed of it'),
  }),
});

export type WaiverRow = RowIn<typeof waivers>;
