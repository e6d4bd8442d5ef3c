/**
 * Calendar arithmetic of loans: months with a clamped day of the month, cycles from an anchor, and business days Monday to
 * Friday.
 *
 * @module
 */
import { type Day, formatDay, startOfDayMs } from '../../kernel/values/dates.ts';

/** A calendar date: month 1 to 12, date 1 to 31. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly date: number;
}

/** The calendar date of a day. */
export function civilOf(day: Day): Civil {
  const at = new Date(startOfDayMs(day));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate() };
}

/** The first day of a year. */
export const firstOfYear = (year: number): Day => dayInMonth(year, 1, 1);

/** A date of a month, or the month's last day if it has no such date. The month may be any: 13 is January of the next year. */
export function dayInMonth(year: number, month: number, date: number): Day {
  // `Date.UTC` takes the years 0 to 99 for those of the last century; `setUTCFullYear` doesn't.
  const monthEnd = new Date(0);
  monthEnd.setUTCFullYear(year, month, 0);
  const excess = Math.max(monthEnd.getUTCDate() - date, 0);
  return monthEnd.getTime() / startOfDayMs(1) - excess;
}

/** A day some months on, the day of the month kept or clamped (31 Jan + 1 → 28 Feb, + 2 → 31 Mar). */
export function addMonths(day: Day, months: number): Day {
  const { year, month, date } = civilOf(day);
  return dayInMonth(year, month + months, date);
}

/** Whether a day is the last of its month. */
export const isMonthEnd = (day: Day): boolean => civilOf(day + 1).date === 1;

/** A point of time on a day: its start, or its end (23:59:59), when that day's interest has accrued too. */
export interface Moment {
  readonly day: Day;
  readonly atEnd: boolean;
}

/** The start of a day. */
export const startOf = (day: Day): Moment => ({ day, atEnd: false });

/** The end of a day. */
export const endOf = (day: Day): Moment => ({ day, atEnd: true });

/** Less than, equal to or greater than zero, as `a` is before, at or after `b`. */
export const compareMoments = (a: Moment, b: Moment): number =>
  a.day - b.day || Number(a.atEnd) - Number(b.atEnd);

/** The day whose start interest is counted to at a moment: the end of a day is the start of the next. */
export const accrualDayOf = ({ day, atEnd }: Moment): Day => day + Number(atEnd);

/** How often something recurs, and whether a rest before the end that is no full cycle makes the last one long or short. */
export interface Cycle {
  readonly count: number;
  readonly unit: 'day' | 'month';
  readonly stub: 'long' | 'short';
}

const cyclePattern = /^P(\d{1,4})([DWMQHY])L([01])$/;
const units = {
  D: ['day', 1],
  W: ['day', 7],
  M: ['month', 1],
  Q: ['month', 3],
  H: ['month', 6],
  Y: ['month', 12],
} as const;

/**
 * The cycle of a text as ACTUS writes it: `P1ML0` is monthly with a long last stub, `P3ML1` quarterly with a short one
 * (ACTUS data dictionary, "cycle").
 *
 * @returns the cycle, or a sentence that says what is wrong
 */
export function parseCycle(text: string): Cycle | string {
  const found = cyclePattern.exec(text);
  const [unit, factor] = units[(found?.[2] ?? 'D') as keyof typeof units];
  const count = Number(found?.[1] ?? 0) * factor;
  return count > 0 ? { count, unit, stub: found?.[3] === '0' ? 'long' : 'short' } : `not a cycle: ${text}`;
}

const termPattern = /^P(\d{1,4})([DWMQHY])$/;

/** A day some time after another, as ACTUS writes a term: `P31D`, `P1M`; undefined for what is no term. */
export function dayAfter(day: Day, text: string): Day | undefined {
  const found = termPattern.exec(text);
  if (found === null) return undefined;
  const [unit, factor] = units[found[2] as keyof typeof units];
  const count = Number(found[1]) * factor;
  return unit === 'day' ? day + count : addMonths(day, count);
}

/** The most dates of one cycle: a hundred years of days. */
export const cycleDatesMax = 36_525;

/** Which day of the month a cycle keeps: that of its anchor, or the month's end if the anchor is one. */
export type EndOfMonth = 'same-day' | 'month-end';

/** The date of a cycle `index` turns after its anchor. */
export function cycleDate(anchor: Day, cycle: Cycle, endOfMonth: EndOfMonth, index: number): Day {
  if (cycle.unit === 'day') return anchor + index * cycle.count;
  const day = addMonths(anchor, index * cycle.count);
  if (endOfMonth === 'same-day' || !isMonthEnd(anchor)) return day;
  const { year, month } = civilOf(day);
  return dayInMonth(year, month, 31);
}

/**
 * The dates of a cycle from its anchor that lie before the end, in order; the end itself isn't one of them. A long stub
 * drops the last date before an end that lies off the cycle, but never the first.
 *
 * @param first how many turns after its anchor the first date is
 * @throws RangeError when there are more than {@link cycleDatesMax}
 */
export function cycleDates(
  anchor: Day,
  cycle: Cycle,
  endOfMonth: EndOfMonth,
  end: Moment,
  first: 0 | 1 = 0,
): Day[] {
  const dates: Day[] = [];
  let next = startOf(cycleDate(anchor, cycle, endOfMonth, first));
  while (compareMoments(next, end) < 0) {
    if (dates.length === cycleDatesMax)
      throw new RangeError(
        `cycle: more than ${cycleDatesMax} dates from ${formatDay(dates[0] ?? anchor)} on`,
      );
    dates.push(next.day);
    next = startOf(cycleDate(anchor, cycle, endOfMonth, first + dates.length));
  }
  if (cycle.stub === 'long' && dates.length > 1 && compareMoments(next, end) > 0) dates.pop();
  return dates;
}

/** What happens to a date that is no business day. "Modified" turns back rather than leave the month. */
export interface BusinessDays {
  readonly roll: 'following' | 'modified-following' | 'preceding' | 'modified-preceding';
  /** Whether interest is counted to the date moved to, or to the one in the contract. */
  readonly interestTo: 'moved-date' | 'contract-date';
}

/** Monday to Friday. Day 0 was a Thursday. */
const isBusinessDay = (day: Day): boolean => (((day + 3) % 7) + 7) % 7 < 5;

function nextBusinessDay(from: Day, step: 1 | -1): Day {
  let day = from;
  while (!isBusinessDay(day)) day += step;
  return day;
}

/** The business day that a date is moved to, Monday to Friday. */
export function rollDay(day: Day, { roll }: BusinessDays): Day {
  const step = roll === 'following' || roll === 'modified-following' ? 1 : -1;
  const moved = nextBusinessDay(day, step);
  const leaves = civilOf(moved).month !== civilOf(day).month;
  return roll.startsWith('modified') && leaves ? nextBusinessDay(day, step === 1 ? -1 : 1) : moved;
}
