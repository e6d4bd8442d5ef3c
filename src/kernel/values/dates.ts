/**
 * Effective dates: calendar days of the book's time zone, as whole numbers of days since 1970-01-01.
 *
 * @module
 */

/** Days since 1970-01-01. */
export type Day = number;

/** A first day that no day comes before, and a last one that none comes after: years 0001 and 9999. */
export const dayMin: Day = -719_162;
export const dayMax: Day = 2_932_896;
/** The first day that a command may name, 1990-01-01: long before any business that is kept here, and never a slip of the year. */
export const commandDayMin: Day = 7_305;

const dayMs = 86_400_000;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

const texts = new Map<Day, string>();
const days = new Map<string, Day>();
/** How many dates are kept beside their texts; both maps are emptied beyond it. */
const datesKept = 20_000;

/** The day of `2016-03-01`, or undefined when there is no such day. */
export function parseDay(text: string): Day | undefined {
  const known = days.get(text);
  if (known !== undefined) return known;
  const found = datePattern.exec(text);
  if (!found) return undefined;
  const [, year = '', month = '', date = ''] = found;
  const ms = Date.UTC(2000, Number(month) - 1, Number(date));
  const at = new Date(ms);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  if (Number(year) === 0 || at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(date))
    return undefined;
  const day = Math.round(at.getTime() / dayMs);
  if (days.size >= datesKept) days.clear();
  days.set(text, day);
  return day;
}

/** The day of a text that is known to be a date. */
export function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === undefined) throw new RangeError(`not a date: ${text}`);
  return day;
}

/** `2016-03-01`. */
export function formatDay(day: Day): string {
  const known = texts.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * dayMs).toISOString().slice(0, 10);
  if (texts.size >= datesKept) texts.clear();
  texts.set(day, text);
  return text;
}

/** Milliseconds since the epoch of 00:00 UTC on a day. */
export const startOfDayMs = (day: Day): number => day * dayMs;

/** Lengths of time that reports are cut into. */
export const periods = ['DAY', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type Period = (typeof periods)[number];

/** The label of the period that a day lies in: `2016-03-01`, `2016-03`, `2016-Q1`, `2016`. */
export function periodOf(day: Day, by: Period): string {
  const text = formatDay(day);
  if (by === 'DAY') return text;
  if (by === 'MONTH') return text.slice(0, 7);
  if (by === 'YEAR') return text.slice(0, 4);
  return `${text.slice(0, 4)}-Q${Math.floor((Number(text.slice(5, 7)) - 1) / 3) + 1}`;
}

/** First and last day of the period that a day lies in. */
export function periodBounds(day: Day, by: Period): { readonly from: Day; readonly to: Day } {
  if (by === 'DAY') return { from: day, to: day };
  const at = new Date(day * dayMs);
  const year = at.getUTCFullYear();
  const month = at.getUTCMonth();
  const first = by === 'YEAR' ? 0 : by === 'QUARTER' ? month - (month % 3) : month;
  const length = by === 'YEAR' ? 12 : by === 'QUARTER' ? 3 : 1;
  return { from: firstOfMonth(year, first), to: firstOfMonth(year, first + length) - 1 };
}

/** The first day of a month, counted from 0. (`Date.UTC` takes the years 0 to 99 for those of the last century.) */
function firstOfMonth(year: number, month: number): Day {
  const at = new Date(0);
  at.setUTCFullYear(year, month, 1);
  return at.getTime() / dayMs;
}

/** Every period that has a day in a range, in order, cut to the range. */
export function periodsBetween(from: Day, to: Day, by: Period): { period: string; from: Day; to: Day }[] {
  const found: { period: string; from: Day; to: Day }[] = [];
  for (let day = from; day <= to; ) {
    const bounds = periodBounds(day, by);
    found.push({ period: periodOf(day, by), from: day, to: Math.min(bounds.to, to) });
    day = bounds.to + 1;
  }
  return found;
}
