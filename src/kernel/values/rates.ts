/**
 * Rates and fractions, exact. A rate is parsed from text with decimal.js and used as an integer fraction; every rounding is
 * explicit.
 *
 * @module
 */
import { Decimal } from 'decimal.js';

/** An exact fraction, reduced, with a positive denominator. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/** The period that a rate is said for; none for a share of an amount. */
export type RatePeriod = 'none' | 'year' | 'day';

const gcd = (a: bigint, b: bigint): bigint => {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** A reduced fraction. */
export function fraction(num: bigint, den: bigint): Fraction {
  if (den === 0n) throw new RangeError('fraction: zero denominator');
  const sign = den < 0n ? -1n : 1n;
  const by = gcd(num, den) || 1n;
  return { num: (sign * num) / by, den: (sign * den) / by };
}

export const zeroFraction: Fraction = { num: 0n, den: 1n };
export const oneFraction: Fraction = { num: 1n, den: 1n };

export const addFractions = (a: Fraction, b: Fraction): Fraction =>
  a.den === b.den ? fraction(a.num + b.num, a.den) : fraction(a.num * b.den + b.num * a.den, a.den * b.den);

export const compareFractions = (a: Fraction, b: Fraction): number => {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Exact text of a fraction, `n/d`; whole numbers without the stroke. */
export const fractionText = ({ num, den }: Fraction): string => (den === 1n ? `${num}` : `${num}/${den}`);

/** The fraction of a text made by {@link fractionText}. */
export function parseFraction(text: string): Fraction {
  const [num = '0', den = '1'] = text.split('/');
  return fraction(BigInt(num), BigInt(den));
}

const ratePattern = /^(\d{1,12}(?:\.\d{1,18})?)\s*(%|bp)?\s*(?:\/\s*(year|day|month|week))?$/;

/**
 * An exact rate between 0 and 100 % from text: `0.6%`, `6bp`, `0.006`, `2%/year`.
 *
 * @param period the period the rate is for: another one in the text is refused, not converted
 * @returns the fraction, or a sentence that says what is wrong
 */
export function parseRate(text: string, period: RatePeriod): Fraction | string {
  const found = ratePattern.exec(text.trim());
  if (!found) return `not a rate (0.6%, 6bp): ${text}`;
  const [, digits = '0', unit, said] = found;
  if (said !== undefined && said !== period)
    return period === 'none' ? `this rate has no period: ${text}` : `this rate is for a ${period}: ${text}`;
  const exact = new Decimal(digits);
  const places = exact.decimalPlaces();
  const scale = unit === '%' ? 100n : unit === 'bp' ? 10_000n : 1n;
  if (unit === undefined && !exact.isZero()) return `a rate names its unit (0.6%, 6bp): ${text}`;
  const rate = fraction(BigInt(exact.toFixed(places).replace('.', '')), 10n ** BigInt(places) * scale);
  return compareFractions(rate, oneFraction) > 0 ? `a rate is between 0 and 100 %: ${text}` : rate;
}

/** A rate as per cent, exactly: 3/500 is `0.6%`. */
export function formatRate({ num, den }: Fraction): string {
  const precise = Decimal.clone({ precision: 60 });
  const percent = new precise(num.toString()).times(100).div(den.toString());
  return `${percent.toFixed()}%`;
}

/** The largest multiple: a million times. */
export const multipleMax = 1_000_000n;

const multiplePattern = /^(\d{1,7})(?:\.(\d{1,18}))?x?$/;

/** An exact multiple of zero or more from text, `4`, `1.5x`, or a sentence that says what is wrong. */
export function parseMultiple(text: string): Fraction | string {
  const found = multiplePattern.exec(text.trim());
  if (!found) return `not a multiple (4, 1.5x): ${text}`;
  const [, whole = '0', places = ''] = found;
  const multiple = fraction(BigInt(whole + places), 10n ** BigInt(places.length));
  return multiple.num > multipleMax * multiple.den
    ? `a multiple is at most ${multipleMax}: ${text}`
    : multiple;
}

/** A multiple as text, exactly: 3/2 is `1.5x`. */
export function formatMultiple({ num, den }: Fraction): string {
  const precise = Decimal.clone({ precision: 60 });
  return `${new precise(num.toString()).div(den.toString()).toFixed()}x`;
}

/** amount × fraction, rounded half to even, once. */
export function share(minor: bigint, { num, den }: Fraction): bigint {
  const product = minor * num;
  const quotient = product / den;
  const rest = product - quotient * den;
  if (rest === 0n) return quotient;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < den || (twice === den && (quotient & 1n) === 0n)) return quotient;
  return product < 0n ? quotient - 1n : quotient + 1n;
}

/** amount × fraction, rounded down (toward minus infinity). */
export function shareFloored(minor: bigint, { num, den }: Fraction): bigint {
  const product = minor * num;
  const quotient = product / den;
  return product < 0n && quotient * den !== product ? quotient - 1n : quotient;
}

/** What an accrual books today, and the fraction of a minor unit that it carries to the next day. */
export interface Accrual {
  readonly booked: bigint;
  readonly carry: Fraction;
}

/**
 * A day's accrual of a yearly rate: balance × rate / 365 plus what was carried, booked floored, the rest carried exactly.
 *
 * @param yearDays days of the year by the contract; 365 unless it says otherwise
 */
export function accrue(minor: bigint, rate: Fraction, carried: Fraction, yearDays = 365n): Accrual {
  const exact = addFractions(fraction(minor * rate.num, rate.den * yearDays), carried);
  const booked = exact.num / exact.den;
  return { booked, carry: fraction(exact.num - booked * exact.den, exact.den) };
}
