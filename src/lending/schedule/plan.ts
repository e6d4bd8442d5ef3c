/**
 * The repayment plan of a loan in whole minor units: what falls due on which day, as the ledger books it.
 *
 * Interest accrues each day on the outstanding principal, simple within a period and exact; a due day charges the whole
 * minor units of what has accrued and isn't charged yet, and the fraction goes on to the next due day.
 *
 * @module
 */
import { Decimal } from 'decimal.js';
import { type Day, dayMax } from '../../kernel/values/dates.ts';
import { type Fraction, share } from '../../kernel/values/rates.ts';
import { addMonths } from './calendar.ts';

/** The ways to repay: all at the end, equal parts of principal, level payments, or interest now and principal at the end. */
export const repaymentMethods = ['bullet', 'equal-principal', 'annuity', 'interest-only'] as const;
export type RepaymentMethod = (typeof repaymentMethods)[number];

/** What falls due on a day, in minor units of the loan's currency. */
export interface Instalment {
  readonly on: Day;
  readonly principal: bigint;
  readonly interest: bigint;
}

/** What a plan is made of. */
export interface PlanTerms {
  /** Principal lent on the first day, minor units, not negative. */
  readonly principal: bigint;
  /** Interest a day as a share of the outstanding principal, not negative. */
  readonly dailyRate: Fraction;
  readonly method: RepaymentMethod;
  /** The day the principal is lent; interest accrues from it. */
  readonly start: Day;
  /** The days payments fall due, ascending, all after the start; exactly one for `bullet`. */
  readonly dueDays: readonly Day[];
}

/** The most instalments of a plan: a hundred years of months. */
export const instalmentsMax = 1_200;

/**
 * The instalments of a loan, one for each due day, in order. Their principal sums to the principal lent.
 *
 * @throws RangeError when the principal or the rate is negative, or the due days are none, too many, or not ascending
 */
export function planInstalments(terms: PlanTerms): readonly Instalment[] {
  const lengths = periodLengths(terms);
  const { principal, dailyRate, method, dueDays } = terms;
  const last = dueDays.length - 1;
  const level = method === 'annuity' ? levelPayment(principal, dailyRate, lengths) : 0n;
  const equal = method === 'equal-principal' ? principal / BigInt(dueDays.length) : 0n;
  let left = principal;
  // Interest accrued and not yet charged, counted in parts of a minor unit: 1 / dailyRate.den each.
  let accrued = 0n;
  return dueDays.map((on, at) => {
    accrued += left * dailyRate.num * (lengths[at] ?? 0n);
    const interest = accrued / dailyRate.den;
    accrued -= interest * dailyRate.den;
    const wanted = at === last ? left : method === 'annuity' ? level - interest : equal;
    const part = wanted < 0n ? 0n : wanted > left ? left : wanted;
    left -= part;
    return { on, principal: part, interest };
  });
}

/**
 * The level payment P / Σₖ Πⱼ≤ₖ 1/(1 + rate × daysⱼ), rounded half to even.
 *
 * The sum is made from its end, Sₖ = (1 + Sₖ₊₁) / (1 + rate × daysₖ), as one fraction of whole numbers. Nothing is rounded
 * before the end, so the payment is what decimals tend to with more and more digits; and twelve instalments take about 3 µs,
 * where decimals of 40 digits take 60.
 */
function levelPayment(principal: bigint, { num, den }: Fraction, lengths: readonly bigint[]): bigint {
  let sumNum = 0n;
  let sumDen = 1n;
  for (const days of lengths.toReversed()) {
    sumNum = (sumNum + sumDen) * den;
    sumDen *= den + num * days;
  }
  return share(principal, { num: sumDen, den: sumNum });
}

/** The days of each period, start to first due day, due day to due day. */
function periodLengths({ principal, dailyRate, method, start, dueDays }: PlanTerms): bigint[] {
  if (principal < 0n) throw new RangeError(`plan: negative principal ${principal}`);
  if (dailyRate.num < 0n || dailyRate.den <= 0n)
    throw new RangeError(`plan: not a rate ${dailyRate.num}/${dailyRate.den}`);
  if (dueDays.length === 0 || dueDays.length > instalmentsMax)
    throw new RangeError(`plan: 1 to ${instalmentsMax} due days, not ${dueDays.length}`);
  if (method === 'bullet' && dueDays.length !== 1)
    throw new RangeError(`plan: a bullet loan has one due day, not ${dueDays.length}`);
  return dueDays.map((on, at) => {
    const days = on - (dueDays[at - 1] ?? start);
    if (!(days > 0)) throw new RangeError(`plan: due days ascend from the start: ${on}`);
    return BigInt(days);
  });
}

/**
 * Monthly due days: `start` + 1 month to `start` + `months` months, each on the day of the month of `start`, or on the
 * month's last day where there is no such day (31 Jan → 28 Feb → 31 Mar).
 *
 * @throws RangeError when `months` isn't a whole number from 1 to {@link instalmentsMax}, or the last lies beyond the calendar
 */
export function dueDaysOf(start: Day, months: number): Day[] {
  if (!Number.isInteger(months) || months < 1 || months > instalmentsMax)
    throw new RangeError(`due days: 1 to ${instalmentsMax} months, not ${months}`);
  const days = Array.from({ length: months }, (_, at) => addMonths(start, at + 1));
  if (days.some((day) => !(day <= dayMax)))
    throw new RangeError(`due days: beyond the calendar: ${start} + ${months} months`);
  return days;
}

const Precise = Decimal.clone({ precision: 50, defaults: true });
/** A step this small, relative to the rate, ends the search. */
const settled = new Precise('1e-40');
/** Of a rate near zero no step is smaller than what rounding to 50 digits makes of the worth. */
const settledAt = new Precise('1e-44');
/** Steps of the search; it doubles its digits with each when near, so far fewer are needed. */
const stepsMax = 300;

/**
 * The daily rate at which the payments of a plan are worth the principal on the first day, each period discounted simply by
 * 1 + rate × days. It lies at most a rounding below the rate the plan was made for: floored interest is paid a little late.
 *
 * The worth falls and is convex in the rate, so Newton's steps from 0 rise to the root and never pass it.
 *
 * @returns interest a day as a share of the principal, to about 40 digits, and at most 44 after the point
 * @throws RangeError when the principal isn't positive, the payments are less than it, or the days don't ascend
 */
export function effectiveDailyRate(
  principal: bigint,
  start: Day,
  instalments: readonly Instalment[],
): Decimal {
  const paid = instalments.reduce((sum, each) => sum + each.principal + each.interest, 0n);
  if (principal <= 0n || paid < principal)
    throw new RangeError(`effective rate: ${paid} repaid of ${principal}`);
  if (instalments.some(({ on }, at) => !(on > (instalments[at - 1]?.on ?? start))))
    throw new RangeError('effective rate: the days of the instalments ascend from the start');
  const lent = new Precise(principal.toString());
  let rate = new Precise(0);
  for (let step = 0; step < stepsMax; step += 1) {
    const { worth, slope } = discounted(rate, start, instalments);
    const move = worth.minus(lent).div(slope);
    rate = rate.minus(move);
    if (move.abs().lte(Precise.max(rate.abs().times(settled), settledAt))) return rate;
  }
  throw new RangeError('effective rate: not found');
}

/** What instalments are worth on the first day at a daily rate, and the change of it by the rate. */
function discounted(rate: Decimal, start: Day, instalments: readonly Instalment[]) {
  let factor = new Precise(1);
  // −(d factor / d rate) / factor
  let fall = new Precise(0);
  let worth = new Precise(0);
  let slope = new Precise(0);
  let from = start;
  for (const { on, principal, interest } of instalments) {
    const growth = rate.times(on - from).plus(1);
    factor = factor.div(growth);
    fall = fall.plus(new Precise(on - from).div(growth));
    const now = factor.times((principal + interest).toString());
    worth = worth.plus(now);
    slope = slope.minus(now.times(fall));
    from = on;
  }
  return { worth, slope };
}
