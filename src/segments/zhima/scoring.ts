/**
 * Scoring: once a month, at a day's close, what was counted of each holder becomes a score with the points that explain it.
 *
 * @module
 */

import { recordOf } from '../../kernel/contract/parameter-types.ts';
import type { Reading } from '../../kernel/contract/reading.ts';
import { draft } from '../../kernel/contract/rule.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { type Json, value } from '../../kernel/values/fields.ts';
import { type Fraction, fraction, oneFraction, zeroFraction } from '../../kernel/values/rates.ts';
import { units, wallet } from './accounts.ts';
import { line } from './line.ts';
import {
  fullAssets,
  fullPayments,
  fullRelations,
  fullTenureDays,
  missedWeight,
  scoreDay,
  scoreMax,
  scoreMin,
  weights,
} from './policy.ts';
import {
  type Component,
  type CountedRow,
  components,
  countedOf,
  knownHolders,
  type Points,
  scores,
} from './state.ts';

/** The score of a holder, and its points. */
interface Scored {
  readonly holder: string;
  readonly score: number;
  readonly points: Points;
}

/** Most holders of one event: it names each of them. */
const holdersMax = 100;

export const scoresComputed = line.derivedEvent('ScoresComputed', {
  doc: 'A part of the month’s scores: those that are new, or whose points have changed.',
  fields: {
    scores: value(`[holder, score, points] each, points in the order ${components.join(', ')}`),
  },
  subject: () => 'score',
  refs: (data) => scoresIn(data.scores).map(({ holder }) => scoreSubject(holder)),
  evolve: ({ data, on }, s) => {
    for (const { holder, score, points } of scoresIn(data.scores))
      s.set(scores, holder, { score, ...points, on });
  },
});

/** What a holder's score is called. */
export const scoreSubject = (holder: string): string => `score/${holder}`;

const written = ({ holder, score, points }: Scored): Json => [
  holder,
  score,
  components.map((component) => points[component]),
];

/**
 * The scores of an event's data.
 *
 * @throws RangeError when they are not what {@link written} gives
 */
function scoresIn(json: Json): readonly Scored[] {
  return listOf(json).map((each) => {
    const [holder, score, points] = listOf(each);
    const list = listOf(points);
    if (typeof holder !== 'string' || list.length !== components.length)
      throw new RangeError('a score is a holder, a figure and its points');
    return {
      holder,
      score: whole(score),
      points: recordOf(components, (component) => whole(list[components.indexOf(component)])),
    };
  });
}

function listOf(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw new RangeError('scores are lists');
  return json;
}

function whole(json: unknown): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json))
    throw new RangeError('scores and points are whole numbers');
  return json;
}

/** Phase 4, on the score day: after it, what is computed counts. */
export const scoring = line.rule<readonly Scored[]>('scoring', {
  doc: 'On the score day each holder who is known gets a score; who has it already is not named.',
  phase: 'sweeps',
  items: (s) => (isScoreDay(s) ? inParts(changed(s)) : []),
  derive: (part) => draft(scoresComputed, { scores: part.map(written) }),
});

/** Dates are written year, month, day of the month. */
const isScoreDay = (s: Reading): boolean => Number(formatDay(s.day).slice(8)) === s.policy(scoreDay);

/** Holders whose score is new, or has other points than the last, in the order of ids. */
function changed(s: Reading): readonly Scored[] {
  const measures = measuresOf(s);
  const found: Scored[] = [];
  for (const holder of knownHolders(s)) {
    const before = s.row(scores, holder);
    const points = pointsOf(s, holder, countedOf(s, holder), measures);
    if (before === undefined || components.some((component) => before[component] !== points[component])) {
      const score = components.reduce((sum, component) => sum + points[component], scoreMin);
      found.push({ holder, score, points });
    }
  }
  return found;
}

function* inParts(all: readonly Scored[]): Generator<readonly Scored[], void, void> {
  for (let at = 0; at < all.length; at += holdersMax) yield all.slice(at, at + holdersMax);
}

/** The policy of a score day, read once for all holders. */
const measuresOf = (s: Reading) => ({
  weights: s.policy(weights),
  payments: BigInt(s.policy(fullPayments)),
  missedWeight: BigInt(s.policy(missedWeight)),
  tenureDays: BigInt(s.policy(fullTenureDays)),
  assets: s.policy(fullAssets),
  relations: BigInt(s.policy(fullRelations)),
});
type Measures = ReturnType<typeof measuresOf>;

/** Points of each component: its weight × it × the range, floored. */
function pointsOf(s: Reading, holder: string, row: CountedRow, measures: Measures): Points {
  const held = s.balanceOn(wallet, s.day, holder) + s.balanceOn(units, s.day, holder);
  const days = s.day - (row.since ?? s.day);
  const reached: Readonly<Record<Component, Fraction>> = {
    payments: portion(BigInt(row.payments), measures.payments),
    repayment: repayment(BigInt(row.kept), BigInt(row.missed), measures.missedWeight),
    tenure: portion(BigInt(days), measures.tenureDays),
    assets: portion(held, measures.assets),
    relations: portion(BigInt(row.relations), measures.relations),
  };
  return recordOf(components, (component) => pointsFor(measures.weights[component], reached[component]));
}

const range = BigInt(scoreMax - scoreMin);

const pointsFor = (weight: Fraction, reached: Fraction): number =>
  Number((range * weight.num * reached.num) / (weight.den * reached.den));

/** How much of a full figure is there: between 0 and 1. A full figure of zero is reached. */
function portion(figure: bigint, full: bigint): Fraction {
  if (figure >= full || full === 0n) return oneFraction;
  return figure <= 0n ? zeroFraction : { num: figure, den: full };
}

/** Payments kept against debts missed, with one kept on top; a half for who never borrowed. */
const repayment = (kept: bigint, missed: bigint, weight: bigint): Fraction =>
  kept === 0n && missed === 0n ? fraction(1n, 2n) : fraction(kept + 1n, kept + 1n + weight * missed);
