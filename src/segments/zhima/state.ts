/**
 * Tables of zhima: what was counted of each holder, the scores that came of it, and what was done with them.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { line } from './line.ts';

/** What a score is made of, in the order in which it is told. */
export const components = ['payments', 'repayment', 'tenure', 'assets', 'relations'] as const;

export type Component = (typeof components)[number];

/** Points by component, whole. */
export type Points = Readonly<Record<Component, number>>;

/** What was counted of a holder, in the log's order. */
export interface CountedRow {
  /** The earliest date of a top-up, a payment or a transfer of his own; null while there is none, and he has no score. */
  readonly since: Day | null;
  /** Payments made as payer. */
  readonly payments: number;
  /** Distinct holders whom he paid or gave a transfer to. */
  readonly relations: number;
  /** Payments on debts that were not overdue. */
  readonly kept: number;
  /** Debts that fell into arrears, and claims of waived deposits. */
  readonly missed: number;
}

/** Everyone who is known lies in this bucket. */
const knownBucket = 0;

/** Counts by holder; those who are known lie in one bucket. */
export const counted = line.laterTable<CountedRow>('counted', 'what was counted, by holder', ({ since }) =>
  since === null ? undefined : knownBucket,
);

/** Whom a holder paid or gave a transfer to: the date of the first such fact in the log, by {@link relationKey}. */
export const relations = line.laterTable<Day>(
  'relations',
  'date of the first payment or transfer, by holder and counterparty',
);

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

/** A holder's last score, and the points that explain it. */
export interface ScoreRow extends Points {
  /** 350 and the sum of the points. */
  readonly score: number;
  /** The day at whose close it was computed. */
  readonly on: Day;
}

/** Scores by holder. */
export const scores = line.laterTable<ScoreRow>('scores', 'last score and its points, by holder');

/** A score that a partner asked for. */
export interface QueryRow {
  readonly partner: string;
  readonly holder: string;
  readonly on: Day;
  /** What he was told. */
  readonly score: number;
  /** What he paid, in minor units of CNY. */
  readonly fee: bigint;
}

/** Queries by id. */
export const queries = line.laterTable<QueryRow>('queries', 'queries by id');

/** How far a waiver has come. */
export const waiverStages = ['open', 'returned', 'claimed'] as const;

export type WaiverStage = (typeof waiverStages)[number];

export interface WaiverRow {
  readonly holder: string;
  readonly partner: string;
  /** The deposit that was waived, in minor units of CNY. */
  readonly minor: bigint;
  readonly on: Day;
  /** Date of its latest fact. */
  readonly latest: Day;
  readonly stage: WaiverStage;
  /** What was claimed of it, in minor units of CNY. */
  readonly claimed: bigint;
}

/** Waivers by id. */
export const waivers = line.laterTable<WaiverRow>('waivers', 'waived deposits by id');
