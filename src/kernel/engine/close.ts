/**
 * A day's close: its rules, phase by phase, each derived event from the state that the one before left.
 *
 * @module
 */

import type { DerivedType, Happening } from '../contract/fact.ts';
import type { Reading } from '../contract/reading.ts';
import { type Breach, type Draft, draft, type Phase, phases } from '../contract/rule.ts';
import { EntryWriter } from '../state/entry-writer.ts';
import type { Chart } from '../state/journal/chart.ts';
import type { NumberedEntry, State } from '../state/state.ts';
import { type Day, formatDay } from '../values/dates.ts';
import type { DataOf, Fields, Json } from '../values/fields.ts';
import { formatMoney, minorMax } from '../values/money.ts';
import { Refusal } from '../values/refusals.ts';
import { writeAnswers } from './answers.ts';
import { book, enter, leaves64Bits, postingsMax } from './booking.ts';
import type { ClosingRule, House } from './house.ts';

/** A derived event to be, with the entry that its rule and all that answer it wrote, unchecked. */
export interface Drafted extends Draft {
  readonly entry: NumberedEntry;
}

/** One derived event that a close is about to make, and the rule that makes it. */
export interface ClosingStep {
  readonly phase: Phase;
  readonly by: ClosingRule;
  readonly item: unknown;
  readonly draft: Drafted;
}

/**
 * What a rule derives from one of its items on the day of a state, with the postings of all that answer it; nobody asks the rule
 * alone who wants the entry.
 *
 * @param s the state, or a look at it that is watched
 */
export function derivedBy(
  house: House,
  { rule, segment }: ClosingRule,
  item: unknown,
  s: Reading,
  chart: Chart,
): Drafted | undefined {
  const entry = new EntryWriter(chart);
  entry.handTo(rule.name, house.postable(segment));
  const made = rule.derive(item, s, entry);
  if (made === undefined) return undefined;
  const { type, data } = made;
  writeAnswers(house, s, type, { data, on: s.day }, entry);
  return { type, data, entry: entry.take() };
}

/** What a rule derived and a close left out, since a figure would leave 64 bits. */
export interface LeftOut {
  readonly count: number;
  /** The largest amount in it, at most what a figure can be. */
  readonly minor: bigint;
  readonly currency: string;
}

/** What is left out, with one more draft. */
export function leftOutWith(before: LeftOut | undefined, { entry }: Drafted): LeftOut {
  let { minor, currency } = before ?? { minor: 0n, currency: 'CNY' };
  entry.minors.forEach((posted, at) => {
    if (posted <= minor) return;
    minor = posted < minorMax ? posted : minorMax;
    currency = entry.chart.currencyOf[entry.accounts[at] ?? -1] ?? currency;
  });
  return { count: (before?.count ?? 0) + 1, minor, currency };
}

/** What a rule couldn't pay or hold, once it has been asked for all its items. */
export function breachesOf({ rule }: ClosingRule, s: Reading, left: LeftOut | undefined): Breach[] {
  const breach = rule.breach?.(s);
  const found = breach === undefined ? [] : [breach];
  if (left === undefined) return found;
  const { count, minor, currency } = left;
  const detail = `a figure would leave 64 bits: ${count} left out, the largest amount is given`;
  return [...found, { rule: rule.name, detail, minor, currency }];
}

/**
 * The steps of a day's close, in order. The caller books each before it asks for the next. A close never refuses: what would take
 * a figure out of 64 bits is left out, and listed.
 *
 * @returns the breaches: what couldn't be paid or held, rule by rule
 */
export function* closing(house: House, s: State, day: Day): Generator<ClosingStep, Breach[], void> {
  const breaches: Breach[] = [];
  for (const phase of phases) {
    for (const by of house.closing(phase)) {
      s.day = day;
      let left: LeftOut | undefined;
      for (const item of [...by.rule.items(s)]) {
        s.day = day;
        const made = derivedBy(house, by, item, s, s.chart);
        if (made === undefined) continue;
        if (leaves64Bits(s, made.entry, day)) left = leftOutWith(left, made);
        else yield { phase, by, item, draft: made };
      }
      s.day = day;
      breaches.push(...breachesOf(by, s, left));
    }
  }
  return breaches;
}

/** A derived event that a close has booked. */
export interface Derived {
  readonly type: DerivedType;
  readonly event: Happening<DataOf<Fields>>;
  readonly entry: NumberedEntry;
}

/** Runs a day's close on a state at one go: see {@link closingBits}. */
export function runClose(house: House, s: State, day: Day, first: number): Derived[] {
  const bits = closingBits(house, s, day, first);
  for (;;) {
    const bit = bits.next();
    if (bit.done) return bit.value;
  }
}

/**
 * Runs a day's close on a state, up to and with DayClosed, and books every event of it. After each there is a pause, so that
 * others may be let in on the way; nobody may look at the state meanwhile.
 *
 * @param first the number of its first event
 * @throws Error when a rule gives an entry that can't be booked: a fault of the rule, not of the book
 */
export function* closingBits(
  house: House,
  s: State,
  day: Day,
  first: number,
): Generator<void, Derived[], void> {
  const made: Derived[] = [];
  const take = ({ type, data, entry: drafted }: Drafted): void => {
    const event = { data, on: day };
    s.day = day;
    const entry = enter(s, drafted, day);
    if (entry instanceof Refusal)
      throw new Error(`the close of ${formatDay(day)}: ${type.name}: ${entry.code}: ${entry.message}`);
    if (entry.length > postingsMax)
      throw new Error(`the close of ${formatDay(day)}: ${type.name} has ${entry.length} postings`);
    book(house, s, type, event, entry, first + made.length);
    made.push({ type, event, entry });
  };
  const steps = closing(house, s, day);
  for (;;) {
    const step = steps.next();
    if (step.done) {
      const data = { events: made.length, breaches: step.value.map(breachJson) };
      take({ ...draft(house.own.closed, data), entry: new EntryWriter(s.chart).take() });
      return made;
    }
    take(step.value.draft);
    yield;
  }
}

/** A breach as the events and tables hold it. */
export const breachJson = ({ rule, detail, minor, currency }: Breach): Json => ({
  rule,
  detail,
  amount: formatMoney(minor, currency),
});
