/**
 * Histories: lines run through a book, and what came of them beside what the reference makes of them.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { dayMin, dayOf, formatDay, parseDay } from '../../src/kernel/values/dates.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { flowKinds } from '../../src/reading/flows.ts';
import type { Line } from '../oracle/first-segments.ts';
import { type HistoryOptions, history } from '../oracle/histories.ts';
import { type Balances, book, type TestBook } from './book.ts';
import { reverse } from './commands.ts';

/** How days are closed: each before the first line of a later one, or where the lines say so. */
export interface Closing {
  readonly close: 'daily' | 'recorded';
  /** With daily closes: the last day that is closed. */
  readonly through?: string;
}

/** Revenue by segment and month; months of zero are left out. */
export type Revenue = { readonly [segment: string]: { readonly [month: string]: string } };

export interface Ran {
  readonly book: TestBook;
  readonly refused: readonly (readonly [line: number, code: string])[];
  readonly balances: Balances;
  readonly revenue: Revenue;
}

/** Runs lines through a book, one after the other; lines are counted from 1. */
export function run(lines: readonly Command[], { close, through }: Closing): Ran {
  const made = book();
  const refused: [number, string][] = [];
  lines.forEach((line, at) => {
    const day = parseDay(line.on);
    if (close === 'daily' && day !== undefined) made.closeThrough(day - 1);
    const decision = made.decide(line);
    if (decision.kind === 'refused') refused.push([at + 1, decision.refusal.code]);
  });
  if (close === 'daily' && through !== undefined) made.closeThrough(dayOf(through));
  return { book: made, refused, balances: made.balances(), revenue: revenueOf(made.state) };
}

/** What the group earned, by segment and month, from the period cube. */
export function revenueOf({ chart, cube }: State): Revenue {
  const earning = new Set(flowKinds(chart.kinds, 'revenue').map(({ path }) => path));
  const bySegment = new Map<string, Map<string, bigint>>();
  chart.controls.forEach(({ kind }, control) => {
    if (!earning.has(kind.path)) return;
    const months = bySegment.get(kind.segment) ?? new Map<string, bigint>();
    for (const [day, minor] of cube.days(control)) {
      const month = formatDay(day).slice(0, 7);
      months.set(month, (months.get(month) ?? 0n) - minor);
    }
    bySegment.set(kind.segment, months);
  });
  return Object.fromEntries(
    [...bySegment]
      .map(([segment, months]) => [segment, monthsOf(months)] as const)
      .filter(([, months]) => Object.keys(months).length > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const monthsOf = (months: ReadonlyMap<string, bigint>): { readonly [month: string]: string } =>
  Object.fromEntries(
    [...months]
      .filter(([, minor]) => minor !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, minor]) => [month, formatMinor(minor, 'CNY')]),
  );

/** A generated history: its name in tests, its lines, how its days close, and the last day that any line is dated. */
export interface Generated {
  readonly name: string;
  readonly seed: number;
  readonly lines: Line[];
  readonly close: 'daily' | 'recorded';
  readonly last: string;
}

/** Makes the lines of a seed. */
export type Generator = (seed: number, options: HistoryOptions) => Line[];

/** The history of a seed. */
export function generate(seed: number, options: HistoryOptions, make: Generator = history): Generated {
  const lines = make(seed, options);
  const last = lines.reduce((latest, { on }) => Math.max(latest, parseDay(on) ?? dayMin), dayMin);
  const name = `seed ${seed}, closes ${options.close}${options.backdated ? ', dates in any order' : ''}`;
  return { name, seed, lines, close: options.close, last: formatDay(last) };
}

/** All ways of closing and dating. */
export const manners = [
  { close: 'daily', backdated: false },
  { close: 'daily', backdated: true },
  { close: 'recorded', backdated: false },
  { close: 'recorded', backdated: true },
] as const;

/** Histories of seeds 1 to a number, in each manner. `FORMICARY_SEEDS` multiplies the number. */
export const histories = (seeds: number, size: HistorySize): readonly Generated[] =>
  historiesOf(history, seeds, size);

/** How large a history is. */
export type HistorySize = Pick<HistoryOptions, 'days' | 'lines' | 'users' | 'merchants'>;

/** The same of another generator. */
export function historiesOf(make: Generator, seeds: number, size: HistorySize): readonly Generated[] {
  const more = Number(process.env.FORMICARY_SEEDS ?? '1');
  return Array.from({ length: seeds * more }, (_, at) => at + 1).flatMap((seed) =>
    manners.map((manner) => generate(seed, { ...size, ...manner }, make)),
  );
}

/** A source of chance that gives the same for the same seed: whole numbers below a bound. */
export function dice(seed: number): (below: number) => number {
  let state = (Math.imul(seed, 2_654_435_761) + 1) >>> 0;
  return (below) => {
    // xorshift32
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/**
 * Lines with reversals among them: now and then one of the last facts, whatever its type, is reversed on an open day; some of
 * it is refused. Revisions are those that the lines get when they are run the same way.
 */
export function withReversals({ lines, close, seed }: Generated): readonly Command[] {
  const roll = dice(seed);
  const made = book();
  const mixed: Command[] = [];
  const facts: StoredEvent[] = [];
  const take = (line: Command): void => {
    mixed.push(line);
    const decision = made.decide(line);
    if (decision.kind === 'accepted') facts.push(...decision.events.filter(({ kind }) => kind === 'fact'));
  };
  for (const line of lines) {
    const day = parseDay(line.on);
    if (close === 'daily' && day !== undefined) made.closeThrough(day - 1);
    take(line);
    const fact = facts.at(-1 - roll(recentFacts));
    if (roll(100) >= reversalsPercent || day === undefined || fact === undefined) continue;
    const { closedThrough } = made.state.marks;
    const first = Math.max(fact.effectiveOn, (closedThrough ?? dayMin) + 1);
    take(reverse(formatDay(close === 'daily' ? day : first + roll(4)), fact.revision));
  }
  return mixed;
}

/** How often a line is followed by a reversal, and of how many of the last facts one is chosen. */
const reversalsPercent = 15;
const recentFacts = 12;
