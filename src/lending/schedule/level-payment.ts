/**
 * The level payment of an annuity (ACTUS technical specification, "annuity amount function").
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../kernel/values/dates.ts';
import { one, zero } from './exact.ts';

/**
 * What is to be paid on each day for the principal to come to zero on the last one, each payment going to the interest of
 * its period first: (principal + interest until the first day) / Σₖ Π₂≤ⱼ≤ₖ 1/(1 + rate × yearsⱼ).
 *
 * @param owed principal and the interest it will have accrued at the first of the days
 * @param days accrual days of the payments, ascending, one at least
 * @param years the share of a year between two days
 */
export function levelPayment(
  owed: Decimal,
  rate: Decimal,
  days: readonly Day[],
  years: (from: Day, to: Day) => Decimal,
): Decimal {
  let factor = one;
  let sum = zero;
  days.forEach((day, at) => {
    const before = days[at - 1];
    if (before !== undefined) factor = factor.div(rate.times(years(before, day)).plus(1));
    sum = sum.plus(factor);
  });
  return owed.div(sum);
}
