/**
 * Values of options: text from outside, parsed once.
 *
 * @module
 */
import { type Day, type Period, parseDay } from '../../kernel/values/dates.ts';
import { closest } from '../../kernel/values/nearest.ts';
import { badUsage } from './failures.ts';
import type { Call } from './spec.ts';

/** A day, as 2016-03-01. */
export function dayOption(call: Call, name: string): Day | undefined {
  const text = call.value(name);
  if (text === undefined) return undefined;
  const day = parseDay(text);
  if (day === undefined) throw badUsage(`--${name} ${text}`, 'a date is like 2016-03-01');
  return day;
}

/** A revision: 0, 1, 2 … */
export function revisionOption(call: Call, name: string): number | undefined {
  const text = call.value(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badUsage(`--${name} ${text}`, 'a revision is a whole number');
  return Number(text);
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A time with its zone, in milliseconds since the epoch. */
export function timeOption(call: Call, name: string): number | undefined {
  const text = call.value(name);
  if (text === undefined) return undefined;
  const time = timePattern.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw badUsage(`--${name} ${text}`, 'a time is like 2016-03-01T12:00:00Z');
  return time;
}

const periodNames = { day: 'DAY', month: 'MONTH', quarter: 'QUARTER', year: 'YEAR' } as const satisfies {
  readonly [name: string]: Period;
};

/** A period: day, month, quarter, year. */
export function periodOption(call: Call, name: string): Period | undefined {
  const word = wordOption(call, name, ['day', 'month', 'quarter', 'year']);
  return word === undefined ? undefined : periodNames[word];
}

/** One of a few words. */
export function wordOption<const W extends string>(
  call: Call,
  name: string,
  words: readonly W[],
): W | undefined {
  const given = call.value(name);
  return given === undefined ? undefined : wordOf(given, words, `--${name} ${given}`);
}

/** The word of a list that a text is. */
export function wordOf<const W extends string>(given: string, words: readonly W[], shown = given): W {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  const near = closest(given, words);
  throw badUsage(shown, near === undefined ? `one of ${words.join(', ')}` : `did you mean ${near}?`);
}
