/**
 * Parameters and policy: named, typed, dated values with unit, default, bounds, description and source; and the timelines in
 * which a book keeps them.
 *
 * @module
 */
import { type Day, dayMax, dayMin, formatDay, parseDay } from './dates.ts';
import { isId, isRecord, type Json, show } from './fields.ts';
import { formatMoney, parseMoney } from './money.ts';
import {
  addFractions,
  compareFractions,
  type Fraction,
  formatMultiple,
  formatRate,
  multipleMax,
  oneFraction,
  parseMultiple,
  parseRate,
  type RatePeriod,
  zeroFraction,
} from './rates.ts';
import { codes, Refusal } from './refusals.ts';

/** How values of a parameter are read, written and bounded. */
export interface ParameterType<T> {
  /** `share`, `rate a year`, `multiple`, `CNY`, `days`, `yes or no`, `id`, `shares by class`. */
  readonly unit: string;
  readonly bounds: string;
  /** The value of text or JSON from outside, or a sentence that says what is wrong. */
  parse(raw: unknown): T | string;
  /** The one way in which a value is written: equal values, equal text. */
  format(value: T): Json;
}

/** A value that a parameter has from a day on, by default. */
export interface DatedDefault<T> {
  readonly from?: string;
  readonly value: T;
  /** Where the figure comes from, and how sure it is. */
  readonly source: string;
}

/** A parameter as a segment declares it. */
export interface Parameter<T> {
  readonly ordinal: number;
  /** `payments.merchantFeeRate`. */
  readonly name: string;
  readonly doc: string;
  readonly type: ParameterType<T>;
  readonly keyed: boolean;
  readonly defaults: readonly DatedDefault<T>[];
}

let parameters = 0;

/** Declares a parameter; its defaults are values as users write them, the first without a date. */
export function parameter<T>(
  name: string,
  spec: {
    readonly doc: string;
    readonly type: ParameterType<T>;
    readonly keyed?: boolean;
    readonly defaults: readonly {
      readonly from?: string;
      readonly value: unknown;
      readonly source: string;
    }[];
  },
): Parameter<T> {
  const defaults = spec.defaults.map((given) => {
    const parsed = spec.type.parse(given.value);
    if (typeof parsed === 'string') throw new Error(`${name}: ${parsed}`);
    return { ...given, value: parsed };
  });
  return {
    ordinal: parameters++,
    name,
    doc: spec.doc,
    type: spec.type,
    keyed: spec.keyed ?? false,
    defaults,
  };
}

/** A rate between 0 and 100 %: a share of an amount, or a year's or a day's. */
export const rateType = (period: RatePeriod): ParameterType<Fraction> => ({
  unit: period === 'none' ? 'share' : `rate a ${period}`,
  bounds: '0 % to 100 %',
  parse: (raw) =>
    typeof raw === 'string' ? parseRate(raw, period) : `a rate is text, as in 0.6%: ${show(raw)}`,
  format: (rate) => formatRate(rate),
});

/** An amount of zero or more, in minor units of a currency. */
export const moneyType = (currency = 'CNY'): ParameterType<bigint> => ({
  unit: currency,
  bounds: 'zero or more',
  parse: (raw) => {
    const money =
      typeof raw === 'string' ? parseMoney(raw) : `an amount is text, as in 10.00 ${currency}: ${show(raw)}`;
    if (typeof money === 'string') return money;
    if (money.currency !== currency) return `this amount must be in ${currency}: ${show(raw)}`;
    return money.minor >= 0n ? money.minor : `an amount is zero or more: ${show(raw)}`;
  },
  format: (minor) => formatMoney(minor, currency),
});

/**
 * How many times, zero or more and exact; text `4`, `1.5x`, or a whole number. A fraction as a number would have been rounded
 * before it is looked at.
 */
export const multipleType: ParameterType<Fraction> = {
  unit: 'multiple',
  bounds: `zero or more, at most ${multipleMax}`,
  parse: (raw) => {
    if (typeof raw === 'string') return parseMultiple(raw);
    return typeof raw === 'number' && Number.isSafeInteger(raw)
      ? parseMultiple(String(raw))
      : `a multiple is text, as in 1.5x: ${show(raw)}`;
  },
  format: (multiple) => formatMultiple(multiple),
};

/** A number given as such or as its digits, perhaps with a unit behind them; NaN for anything else. */
function wholeWith(raw: unknown, ...units: readonly string[]): number {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw : '';
  const [, digits = '', unit] = /^(\d{1,9})(?: (.*))?$/.exec(text) ?? [];
  return digits === '' || (unit !== undefined && !units.includes(unit)) ? Number.NaN : Number(digits);
}

/** A whole number of days within bounds; `10`, `10 days`. */
export const daysType = (least: number, most: number): ParameterType<number> => ({
  unit: 'days',
  bounds: `${least} to ${most}`,
  parse: (raw) => {
    const days = wholeWith(raw, 'day', 'days');
    return days >= least && days <= most ? days : `days from ${least} to ${most}: ${show(raw)}`;
  },
  format: (days) => days,
});

/**
 * A whole number of things within bounds; `12`, `12 instalments`.
 *
 * @param unit what is counted: `instalments`, `day of the month`
 */
export const countType = (least: number, most: number, unit: string): ParameterType<number> => ({
  unit,
  bounds: `${least} to ${most}`,
  parse: (raw) => {
    const counted = wholeWith(raw, unit);
    return counted >= least && counted <= most
      ? counted
      : `a whole number from ${least} to ${most} (${unit}): ${show(raw)}`;
  },
  format: (counted) => counted,
});

/** An id as the value of a parameter: a text by itself would be a sentence that says what is wrong. */
export interface Named {
  readonly id: string;
}

/** The id of a holder or of a thing. */
export const idType: ParameterType<Named> = {
  unit: 'id',
  bounds: '1 to 64 letters, digits, dots, underscores, hyphens',
  parse: (raw) =>
    typeof raw === 'string' && isId(raw)
      ? { id: raw }
      : `an id is text that matches [A-Za-z0-9._-]{1,64}: ${show(raw)}`,
  format: ({ id }) => id,
};

/** Yes or no. */
export const yesNoType: ParameterType<boolean> = {
  unit: 'yes or no',
  bounds: 'yes, no',
  parse: (raw) =>
    raw === true || raw === 'yes' || raw === 'true'
      ? true
      : raw === false || raw === 'no' || raw === 'false'
        ? false
        : `yes or no: ${show(raw)}`,
  format: (yes) => yes,
};

/** A record of rates with fixed keys, overridden whole; its sum is checked where it must be the whole. */
export const ratesType = <K extends string>(
  keys: readonly K[],
  sumsToOne: boolean,
  period: RatePeriod = 'none',
): ParameterType<Readonly<Record<K, Fraction>>> => ({
  unit: `${period === 'none' ? 'shares' : `shares a ${period}`} by ${keys.join(', ')}`,
  bounds: sumsToOne ? '0 % to 100 %, together 100 %' : '0 % to 100 % each',
  parse: (raw) => {
    const rates = parseRecord(keys, raw, (given, key) =>
      typeof given === 'string' ? parseRate(given, period) : `${key} is missing or not a rate`,
    );
    if (typeof rates === 'string') return rates;
    const sum = keys.reduce((before, key) => addFractions(before, rates[key]), zeroFraction);
    return sumsToOne && compareFractions(sum, oneFraction) !== 0
      ? `the shares sum to ${formatRate(sum)}, not 100%`
      : rates;
  },
  format: (rates) => recordOf(keys, (key) => formatRate(rates[key])),
});

/** A record of amounts of zero or more with fixed keys, in minor units of a currency; overridden whole. */
export const amountsType = <K extends string>(
  keys: readonly K[],
  currency = 'CNY',
): ParameterType<Readonly<Record<K, bigint>>> => {
  const each = moneyType(currency);
  return {
    unit: `${currency} by ${keys.join(', ')}`,
    bounds: 'zero or more each',
    parse: (raw) =>
      parseRecord(keys, raw, (given, key) => (given === undefined ? `${key} is missing` : each.parse(given))),
    format: (amounts) => recordOf(keys, (key) => formatMoney(amounts[key], currency)),
  };
};

/** A record with exactly the given keys, each value parsed; or a sentence that says what is wrong. */
function parseRecord<K extends string, T>(
  keys: readonly K[],
  raw: unknown,
  parse: (given: unknown, key: K) => T | string,
): Record<K, T> | string {
  if (!isRecord(raw)) return `a record with ${keys.join(', ')}: ${show(raw)}`;
  const stray = Object.keys(raw).find((key) => !keys.some((known) => known === key));
  if (stray !== undefined) return `no such key: ${stray}; the keys are ${keys.join(', ')}`;
  const parsed: Partial<Record<K, T>> = {};
  for (const key of keys) {
    const value = parse(raw[key], key);
    if (typeof value === 'string') return value;
    parsed[key] = value;
  }
  return parsed as Record<K, T>;
}

/** A record with the given keys. */
export function recordOf<K extends string, V>(keys: readonly K[], of: (key: K) => V): Record<K, V> {
  const made: Partial<Record<K, V>> = {};
  for (const key of keys) made[key] = of(key);
  return made as Record<K, V>;
}

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

/** A parameter's name in text: plain, one key of it, or every key. */
export interface ParameterName {
  readonly name: string;
  readonly key: string | undefined;
}

const namePattern = /^([a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*)(?:\[(\*|[A-Za-z0-9._-]{1,64})\])?$/;

/** `payments.merchantFeeRate[merchant-7]` as name and key, or undefined. */
export function parseParameterName(text: string): ParameterName | undefined {
  const found = namePattern.exec(text);
  return found?.[1] === undefined ? undefined : { name: found[1], key: found[2] };
}

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

/** Parses the value of a parameter, refusing what is not one of its values. */
export function parseValue(of: Parameter<unknown>, raw: unknown): { readonly value: unknown } | Refusal {
  const parsed = of.type.parse(raw);
  return typeof parsed === 'string'
    ? new Refusal(codes.invalidInput, `${of.name}: ${show(raw)}`, parsed)
    : { value: parsed };
}

/** Where parameters are looked up by name. */
export interface ParameterIndex {
  readonly parameters: readonly Parameter<unknown>[];
  parameter(name: string): Parameter<unknown> | undefined;
}
