/**
 * Money: whole minor units as bigint, with a currency that knows its exponent. Nowhere a float.
 *
 * @module
 */

/** An amount of a currency in its minor units (1234n of CNY is 12.34 CNY). */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** Digits after the point, ISO 4217. A currency that is not listed is unknown. */
const exponents: Readonly<Record<string, number>> = {
  CNY: 2,
  USD: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  SGD: 2,
  INR: 2,
  JPY: 0,
  KRW: 0,
  KWD: 3,
};

/** The largest and smallest figure that a journal column holds: 64 bits, signed. */
export const minorMax = 2n ** 63n - 1n;
export const minorMin = -(2n ** 63n);

/** Whether a figure of minor units fits a journal column. */
export const fits64 = (minor: bigint): boolean => BigInt.asIntN(64, minor) === minor;

/** Digits after the point of a currency, or undefined when it is unknown. */
export const exponentOf = (currency: string): number | undefined =>
  Object.hasOwn(exponents, currency) ? exponents[currency] : undefined;

/** The currencies that formicary knows, in alphabetical order. */
export const currencies: readonly string[] = Object.keys(exponents).sort();

const amountPattern = /^(-?)(\d{1,40})(?:\.(\d+))?$/;

/**
 * Minor units of a decimal text in a currency.
 *
 * @returns the minor units, or a sentence that says what is wrong (unknown currency, too many digits, beyond 64 bits)
 */
export function parseMinor(text: string, currency: string): bigint | string {
  const minor = anyMinor(text, currency);
  return typeof minor === 'string' || fits64(minor) ? minor : `beyond 64 bits of minor units: ${text}`;
}

/** The same, however large it is. */
function anyMinor(text: string, currency: string): bigint | string {
  const exponent = exponentOf(currency);
  if (exponent === undefined) return `unknown currency ${currency}`;
  const found = amountPattern.exec(text);
  if (!found) return `not a decimal amount: ${text}`;
  const [, sign, whole = '0', fraction = ''] = found;
  if (fraction.length > exponent) return `${currency} has ${exponent} digits after the point: ${text}`;
  const minor = BigInt(whole + fraction.padEnd(exponent, '0'));
  return sign === '-' ? -minor : minor;
}

/** `1234.56 CNY` as money, or a sentence that says what is wrong. */
export const parseMoney = (text: string): Money | string => moneyOf(text, parseMinor);

/**
 * Minor units of a text that {@link formatMoney} wrote. A sum that a rule worked out may lie beyond 64 bits, as long as no account
 * holds it.
 */
export function writtenMinor(text: string): bigint {
  const money = moneyOf(text, anyMinor);
  if (typeof money === 'string') throw new RangeError(money);
  return money.minor;
}

function moneyOf(text: string, minorOf: typeof parseMinor): Money | string {
  const space = text.lastIndexOf(' ');
  if (space < 0) return `an amount names its currency, as in 12.34 CNY: ${text}`;
  const currency = text.slice(space + 1);
  const minor = minorOf(text.slice(0, space), currency);
  return typeof minor === 'string' ? minor : { minor, currency };
}

/** Decimal text of minor units, with every digit of the currency: 1234n CNY is `12.34`. */
export function formatMinor(minor: bigint, currency: string): string {
  const exponent = exponentOf(currency) ?? 0;
  if (exponent === 0) return minor.toString();
  const negative = minor < 0n;
  const digits = (negative ? -minor : minor).toString().padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  return `${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/** `12.34 CNY`. */
export const formatMoney = (minor: bigint, currency: string): string =>
  `${formatMinor(minor, currency)} ${currency}`;

/**
 * Splits a whole in proportion to weights; the parts always sum to the whole. Each part is floored, and what is left goes,
 * a minor unit each, to the largest remainders; ties go to the earlier one.
 *
 * @throws RangeError when the whole or a weight is negative, or all weights are zero while the whole isn't
 */
export function allocate(whole: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole < 0n || weights.some((weight) => weight < 0n)) throw new RangeError('allocate: negative');
  if (total === 0n) {
    if (whole !== 0n) throw new RangeError('allocate: nothing to allocate to');
    return weights.map(() => 0n);
  }
  const parts = weights.map((weight) => (whole * weight) / total);
  const remainders = weights.map((weight, at) => ({ at, rest: (whole * weight) % total }));
  remainders.sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1));
  let left = whole - parts.reduce((sum, part) => sum + part, 0n);
  for (const { at } of remainders) {
    if (left === 0n) break;
    parts[at] = (parts[at] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}
