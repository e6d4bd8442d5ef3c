/** Dates, exact fractions, amounts as text, and the split by largest remainder, for the reference of the credit lines. */

export const ALWAYS = '0000-01-01';
export const FOREVER = '9999-12-31';

export function isDate(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

export function daysFrom(start: string, end: string): number {
  return (Date.parse(`${end}T00:00:00Z`) - Date.parse(`${start}T00:00:00Z`)) / 86400000;
}

export function dayOfMonth(date: string): number {
  return Number(date.slice(8));
}

/** the same day some months on; the month's last day where it has no such day */
export function addMonths(date: string, months: number): string {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7)) - 1 + months;
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(dayOfMonth(date), last);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** the first date after another that has a day of the month */
export function nextWithDay(date: string, day: number): string {
  let found = addDays(date, 1);
  while (dayOfMonth(found) !== day) found = addDays(found, 1);
  return found;
}

export function isLastOfMonth(date: string): boolean {
  return addDays(date, 1).slice(8) === '01';
}

// ---------------------------------------------------------------------------------------------- fractions

export type Fraction = { n: bigint; d: bigint };

export const ZERO: Fraction = { n: 0n, d: 1n };

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b);
}

/** d is above zero */
export function fraction(n: bigint, d: bigint): Fraction {
  const g = gcd(n, d);
  return { n: n / g, d: d / g };
}

export function whole(n: bigint): Fraction {
  return { n, d: 1n };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
}

export function times(amount: bigint, rate: Fraction): Fraction {
  return fraction(amount * rate.n, rate.d);
}

export function product(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.n, a.d * b.d);
}

/** b is above zero */
export function quotient(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d, a.d * b.n);
}

export function isBelow(a: Fraction, b: Fraction): boolean {
  return a.n * b.d < b.n * a.d;
}

export function smaller(a: Fraction, b: Fraction): Fraction {
  return isBelow(a, b) ? a : b;
}

/** the largest whole number that is not above it, also below zero */
export function floor(a: Fraction): bigint {
  const towardsZero = a.n / a.d;
  return a.n < 0n && towardsZero * a.d !== a.n ? towardsZero - 1n : towardsZero;
}

/** of numbers that are not negative */
export function halfEven(a: Fraction): bigint {
  if (a.n < 0n) throw new Error('oracle: half-even below zero');
  const below = a.n / a.d;
  const twice = (a.n % a.d) * 2n;
  if (twice < a.d) return below;
  if (twice > a.d) return below + 1n;
  return below % 2n === 0n ? below : below + 1n;
}

export function aYear(amount: bigint, rate: Fraction): Fraction {
  return fraction(amount * rate.n, rate.d * 365n);
}

// ---------------------------------------------------------------------------------------------- whole numbers

export function min(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((a, b) => (b < a ? b : a), first);
}

export function max(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((a, b) => (b > a ? b : a), first);
}

export function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => a + b, 0n);
}

export function decimal(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`oracle: no ${what}`);
  return value;
}

/** the split by largest remainder: each part floored, what is left one each; ties in the order of the list */
export function allocate(amount: bigint, weights: readonly Fraction[]): bigint[] {
  const all = weights.reduce(plus, ZERO);
  if (amount === 0n) return weights.map(() => 0n);
  if (amount < 0n || all.n <= 0n) throw new Error('oracle: nothing to allocate by');
  const exact = weights.map((weight) => quotient(product(whole(amount), weight), all));
  const parts = exact.map(floor);
  const rests = exact.map((part, at) => ({ at, rest: minus(part, whole(parts[at] ?? 0n)) }));
  rests.sort((a, b) => (isBelow(b.rest, a.rest) ? -1 : isBelow(a.rest, b.rest) ? 1 : a.at - b.at));
  const left = Number(amount - sum(parts));
  for (const { at } of rests.slice(0, left)) parts[at] = (parts[at] ?? 0n) + 1n;
  return parts;
}

/** own, partner, vehicle */
export type Parts = [own: bigint, partner: bigint, vehicle: bigint];
export type Fractions = [own: Fraction, partner: Fraction, vehicle: Fraction];

export function partsOf(numbers: readonly bigint[]): Parts {
  return [numbers[0] ?? 0n, numbers[1] ?? 0n, numbers[2] ?? 0n];
}

export function addParts(a: Parts, b: Parts): Parts {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function takeParts(a: Parts, b: Parts): Parts {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function allocateParts(amount: bigint, weights: Parts): Parts {
  return partsOf(allocate(amount, weights.map(whole)));
}

export function addFractions(a: Fractions, b: Fractions): Fractions {
  return [plus(a[0], b[0]), plus(a[1], b[1]), plus(a[2], b[2])];
}

export function takeFractions(a: Fractions, b: Fractions): Fractions {
  return [minus(a[0], b[0]), minus(a[1], b[1]), minus(a[2], b[2])];
}

export function sumOf(a: Fractions): Fraction {
  return plus(plus(a[0], a[1]), a[2]);
}

export const NO_PARTS: Parts = [0n, 0n, 0n];
export const NO_FRACTIONS: Fractions = [ZERO, ZERO, ZERO];

// ---------------------------------------------------------------------------------------------- text

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);
}

export function parseAmount(text: unknown): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d{1,2}))? CNY$/.exec(text);
  if (match === null) return undefined;
  return BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'));
}

export function parsePositive(value: unknown): bigint | undefined {
  const amount = parseAmount(value);
  return amount === undefined || amount === 0n ? undefined : amount;
}

export type Period = 'year' | 'day' | 'none';

export function parseRate(text: unknown, period: Period): Fraction | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d+))?%(?:\/(year|day))?$/.exec(text);
  if (match === null) return undefined;
  if (match[3] !== undefined && match[3] !== period) return undefined;
  const decimals = match[2] ?? '';
  const rate = fraction(BigInt((match[1] ?? '0') + decimals), 100n * 10n ** BigInt(decimals.length));
  return rate.n > rate.d ? undefined : rate;
}

export function parseMultiple(text: unknown): Fraction | undefined {
  const match = /^(\d{1,7})(?:\.(\d+))?x?$/.exec(typeof text === 'number' ? String(text) : String(text));
  if (match === null) return undefined;
  const decimals = match[2] ?? '';
  return fraction(BigInt((match[1] ?? '0') + decimals), 10n ** BigInt(decimals.length));
}

/** a JSON number or its digits as text */
export function parseWhole(value: unknown): number | undefined {
  const found = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : undefined;
}
