/**
 * Small texts of the format: ids, exact decimals, days and ranges.
 *
 * @module
 */
import { type Day, parseDay } from '../../kernel/values/dates.ts';
import { type Fraction, fraction } from '../../kernel/values/rates.ts';

/** What ids match, those of scenarios and books too. */
export const idPattern = /^[A-Za-z0-9._-]{1,64}$/;

const decimalPattern = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/** The exact value of `-12.50`; undefined for what is no plain decimal. */
export function parseDecimal(text: string): Fraction | undefined {
  const found = decimalPattern.exec(text);
  if (!found) return undefined;
  const [, sign, whole = '0', part = ''] = found;
  const num = BigInt(whole + part);
  return fraction(sign === '-' ? -num : num, 10n ** BigInt(part.length));
}

/** The shortest decimal of a fraction whose denominator divides a power of ten: one that {@link parseDecimal} gave. */
export function decimalText({ num, den }: Fraction): string {
  let places = 0;
  let scale = 1n;
  while (scale % den !== 0n) {
    // 2 and 5 each stand in a denominator at most as often as its digits in base 2.
    if (places > 256) throw new RangeError(`no decimal: ${num}/${den}`);
    places++;
    scale *= 10n;
  }
  const digits = ((num < 0n ? -num : num) * (scale / den)).toString().padStart(places + 1, '0');
  const cut = digits.length - places;
  return `${num < 0n ? '-' : ''}${digits.slice(0, cut)}${places === 0 ? '' : `.${digits.slice(cut)}`}`;
}

/** Days from one on, or from one to one, both included. */
export interface DayRange {
  readonly from: Day;
  /** undefined: open. */
  readonly to: Day | undefined;
}

/** `2016-05-01`, or `2016-05-01..2016-08-31`; a sentence where it is neither. */
export function parseDays(text: string): DayRange | string {
  const parts = text.split('..').map((part) => part.trim());
  const [first = '', last] = parts;
  const from = parseDay(first);
  const to = last === undefined ? undefined : parseDay(last);
  if (parts.length > 2 || from === undefined || (last !== undefined && to === undefined)) {
    return 'a date or a range, as in 2016-05-01 or 2016-05-01..2016-08-31';
  }
  return to !== undefined && to < from ? 'a range that ends on the day it begins or later' : { from, to };
}

/** Whether a key of a mapping is meant as a date or a range. */
export const looksLikeDays = (key: string): boolean => /^\s*\d{4}\b/.test(key) || key.includes('..');
