/**
 * How values of parameters are read, written and bounded.
 *
 * @module
 */

import { isId, isRecord, show } from '../values/fields.ts';
import { formatMoney, parseMoney } from '../values/money.ts';
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
} from '../values/rates.ts';
import type { ParameterType } from './parameter.ts';

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
