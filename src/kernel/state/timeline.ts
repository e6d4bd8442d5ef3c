/**
 * Policy: the timelines in which a book keeps the values of parameters, and what a what-if lays on them.
 *
 * @module
 */
import type { Parameter } from '../contract/parameter.ts';
import { type Day, dayMax, dayMin, formatDay, parseDay } from '../values/dates.ts';

/** A stretch of days on which a parameter has one value, and where that value comes from. */
export interface Stretch {
  readonly from: Day;
  readonly value: unknown;
  readonly source: string;
  /** Which override of a run gave it, by its place in the list; none where it is recorded. */
  readonly by?: number;
}

/** A parameter's values over all time: stretches in order, the first from the first day on. */
export type Timeline = readonly Stretch[];

/** The timeline of a parameter's defaults. */
export const defaultTimeline = (of: Parameter<unknown>): Timeline =>
  of.defaults.map(({ from, value, source }) => ({
    from: from === undefined ? dayMin : (parseDay(from) ?? dayMin),
    value,
    source,
  }));

/** The value on a day. */
export function valueOn(timeline: Timeline, day: Day): unknown {
  return stretchOn(timeline, day)?.value;
}

/** The stretch that a day lies in. */
export function stretchOn(timeline: Timeline, day: Day): Stretch | undefined {
  for (let at = timeline.length - 1; at >= 0; at--) {
    const stretch = timeline[at];
    if (stretch !== undefined && stretch.from <= day) return stretch;
  }
  return undefined;
}

/**
 * A timeline in which a value holds from a day on, or over a range, both ends included: a value from a date replaces all that
 * came after, a range only itself.
 */
export function override(timeline: Timeline, given: Stretch, to: Day | undefined): Timeline {
  const { from } = given;
  const before = timeline.filter((stretch) => stretch.from < from);
  const made: Stretch[] = [...before, given];
  if (to === undefined || to >= dayMax) return made;
  const after = stretchOn(timeline, to + 1);
  if (after !== undefined) made.push({ ...after, from: to + 1 });
  return [...made, ...timeline.filter((stretch) => stretch.from > to + 1)];
}

/** The stretches that {@link override} would replace, whole or in part, after its first day. */
export const replacedBy = (timeline: Timeline, from: Day, to: Day | undefined): Timeline =>
  timeline.filter((stretch) => stretch.from > from && stretch.from <= (to ?? dayMax));

/** One assumption of a scenario or a sandbox: a value over days, for a parameter, a key of it, or every key. */
export interface Override {
  readonly parameter: Parameter<unknown>;
  /** undefined: the plain name; `*`: every key. */
  readonly key: string | undefined;
  readonly from: Day;
  readonly to: Day | undefined;
  readonly value: unknown;
  readonly source: string;
}

/**
 * The order in which the overrides of one layer are laid on a timeline: every key before a key, then values from a date, by date, then
 * ranges. So a key stands before `*`, and a range inside a value given from a date is followed by that value again. Layers are
 * laid one after the other: a `*` of a layer on top stands before the keys of those below.
 */
export const inApplication = (a: Override, b: Override): number =>
  Number(b.key === '*') - Number(a.key === '*') ||
  Number(a.to !== undefined) - Number(b.to !== undefined) ||
  a.from - b.from ||
  compareTexts(a.parameter.name, b.parameter.name) ||
  compareTexts(a.key ?? '', b.key ?? '') ||
  (a.to ?? dayMax) - (b.to ?? dayMax);

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `payments.merchantFeeRate[merchant-7] from 2016-06-01 to 2016-06-30: 0.2%`, for people. */
export const describeOverride = ({ parameter: of, key, from, to, value }: Override): string =>
  `${of.name}${key === undefined ? '' : `[${key}]`}${from === dayMin ? '' : ` from ${formatDay(from)}`}${
    to === undefined ? '' : ` to ${formatDay(to)}`
  }: ${JSON.stringify(of.type.format(value))}`;
