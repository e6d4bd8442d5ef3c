/**
 * Bounds of commands: how early one may be dated, and how much one may bring in. They are asked of commands alone: what is
 * recorded stays, and a what-if keeps it.
 *
 * @module
 */

import { amountMax, daysAheadMax } from '../state/bounded.ts';
import type { NumberedEntry, State } from '../state/state.ts';
import { commandDayMin, type Day, formatDay } from '../values/dates.ts';
import { formatMoney } from '../values/money.ts';
import { codes, Refusal } from '../values/refusals.ts';

/** Why no command names a day, if so. */
export const beforeAllDates = (day: Day): Refusal | undefined =>
  day < commandDayMin
    ? new Refusal(
        codes.dateTooEarly,
        formatDay(day),
        `no date is before ${formatDay(commandDayMin)}`,
        'Date it later.',
      )
    : undefined;

/**
 * Why a date is too early, if so: before all dates, or, until a day is closed, too long before the latest fact. From the earliest
 * fact on none is, so that the first close can always be.
 */
export function tooEarly(s: State, day: Day): Refusal | undefined {
  const before = beforeAllDates(day);
  if (before !== undefined) return before;
  const { closedThrough, earliest, latest } = s.marks;
  if (closedThrough !== undefined || earliest === undefined || latest === undefined) return undefined;
  if (day >= earliest) return undefined;
  s.day = day;
  const most = s.policy(daysAheadMax);
  return day < latest - most
    ? new Refusal(
        codes.dateTooEarly,
        formatDay(day),
        `until a day is closed, at most ${most} days before the latest fact, of ${formatDay(latest)}`,
      )
    : undefined;
}

/** The first day on which a command may be dated as things stand. */
export function firstDayOpen(s: State): Day {
  const { closedThrough, earliest, latest } = s.marks;
  if (closedThrough !== undefined) return closedThrough + 1;
  if (earliest === undefined || latest === undefined) return commandDayMin;
  const look = s.fork();
  look.day = latest;
  return Math.max(commandDayMin, Math.min(earliest, latest - look.policy(daysAheadMax)));
}

/** Why an entry is too much for a command, if so: it would bring an account, or all of a kind, beyond the most on some date. */
export function tooMuch(s: State, entry: NumberedEntry, day: Day): Refusal | undefined {
  s.day = day;
  const most = s.policy(amountMax);
  let gross = s.gross;
  for (const minor of entry.minors) gross += Math.abs(Number(minor));
  // No figure is larger than the sum of all that was ever posted.
  if (gross < Number(most)) return undefined;
  const changes = new Map<number, bigint>();
  for (let at = 0; at < entry.length; at++) {
    const account = entry.accounts[at] ?? 0;
    const minor = entry.minors[at] ?? 0n;
    const control = s.chart.controlOf[account] ?? 0;
    changes.set(control, (changes.get(control) ?? 0n) + minor);
    const side = minor > 0n ? -1n : 1n;
    const furthest = side * s.journal.available(account, day, side);
    if (!isWithin(furthest, minor, most)) return beyond(s, account, most);
  }
  for (const [control, change] of changes) {
    const account = entry.accounts.find((each) => s.chart.controlOf[each] === control) ?? 0;
    if (!isWithin(s.cube.furthest(control, day, change > 0n), change, most)) return beyond(s, account, most);
  }
  return undefined;
}

/** Whether a change leaves a figure within bounds, or takes it back towards them. */
const isWithin = (before: bigint, change: bigint, most: bigint): boolean =>
  change === 0n || (change > 0n ? before + change <= most : before + change >= -most);

const beyond = (s: State, account: number, most: bigint): Refusal =>
  new Refusal(
    codes.amountTooLarge,
    s.chart.id(account),
    `no command brings an account, or all of its kind, beyond ${formatMoney(most, s.chart.currencyOf[account] ?? '')}`,
  );
