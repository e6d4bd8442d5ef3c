/**
 * Day counts: the share of a year between two days (ISDA 2006 definitions, section 4.16; names as in ACTUS).
 *
 * Business days / 252 and 28/336 are not here: no contract in use needs them.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../kernel/values/dates.ts';
import { type Civil, civilOf, firstOfYear, isMonthEnd } from './calendar.ts';
import { Exact } from './exact.ts';

/** Actual days / 360, / 365, / the days of each calendar year; months of 30 days / 360, by the bond basis or ISDA's. */
export const dayCounts = ['A360', 'A365', 'AA', '30E360', '30E360ISDA'] as const;
export type DayCount = (typeof dayCounts)[number];

/**
 * The share of a year from one day to another, below zero if they are the other way round.
 *
 * @param maturity the last day of the contract; `30E360ISDA` keeps the end of a February that is the maturity
 */
export function yearFraction(by: DayCount, from: Day, to: Day, maturity?: Day): Decimal {
  switch (by) {
    case 'A360':
      return new Exact(to - from).div(360);
    case 'A365':
      return new Exact(to - from).div(365);
    case 'AA':
      return actualActual(from, to);
    case '30E360':
      return days360(civilOf(from), civilOf(to));
    case '30E360ISDA':
      return days360(
        isMonthEnd(from) ? { ...civilOf(from), date: 30 } : civilOf(from),
        isMonthEnd(to) && !(to === maturity && civilOf(to).month === 2)
          ? { ...civilOf(to), date: 30 }
          : civilOf(to),
      );
  }
}

/** Every calendar year's days over its length. */
function actualActual(from: Day, to: Day): Decimal {
  if (to < from) return actualActual(to, from).neg();
  let sum = new Exact(0);
  for (let day = from; day < to; ) {
    const { year } = civilOf(day);
    const next = firstOfYear(year + 1);
    const until = Math.min(to, next);
    sum = sum.plus(new Exact(until - day).div(next - firstOfYear(year)));
    day = until;
  }
  return sum;
}

function days360(from: Civil, to: Civil): Decimal {
  const months = (to.year - from.year) * 12 + (to.month - from.month);
  return new Exact(months * 30 + Math.min(to.date, 30) - Math.min(from.date, 30)).div(360);
}
