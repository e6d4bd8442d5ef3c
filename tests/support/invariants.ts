/**
 * What must hold on every date, worked out from the entries alone: nothing here looks at the tables that rules keep.
 *
 * @module
 */

import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { type Day, formatDay } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { house } from '../../src/segments/index.ts';

/** An entry, as this module looks at it: what made it, when it counts, what it posted. */
export interface Booking {
  readonly type: string;
  /** For a reversal the type of the fact that it undoes. */
  readonly of: string | undefined;
  readonly on: Day;
  readonly accounts: readonly string[];
  readonly minors: readonly bigint[];
}

/** The booking of a recorded event. */
export const bookingOf = ({ type, data, effectiveOn, accounts, minors }: StoredEvent): Booking => ({
  type,
  of: reversedType(data),
  on: effectiveOn,
  accounts,
  minors,
});

/** The type of the fact that a reversal's data hold. */
export const reversedType = (data: unknown): string | undefined =>
  isRecord(data) && isRecord(data.of) ? String(data.of.type) : undefined;

/** `platform:asset:payments:reserve` of `platform:asset:payments:reserve:CNY`, and of each holder's account. */
const pathOf = (account: string): string => account.split(':').slice(0, 4).join(':');

/** Entries whose postings don't sum to zero for an entity and a currency. */
export function unbalanced(bookings: readonly Booking[]): readonly string[] {
  return bookings.flatMap(({ type, on, accounts, minors }) => {
    const sums = new Map<string, bigint>();
    accounts.forEach((account, at) => {
      const parts = account.split(':');
      const key = `${parts[0]} in ${parts.at(-1)}`;
      sums.set(key, (sums.get(key) ?? 0n) + (minors[at] ?? 0n));
    });
    return [...sums]
      .filter(([, sum]) => sum !== 0n)
      .map(([key, sum]) => `${type} of ${formatDay(on)}: ${key} is off by ${sum}`);
  });
}

/** Facts and derived events in which a gross fee arises; a refund's returned fee comes from own cash, and never lay in the reserve. */
const feeTypes = new Set(['PaymentInitiated', 'ReceiptConfirmed', 'ReceiptTimedOut', 'Withdrawn']);
const feePaths = new Set([
  'platform:income:payments:merchant-fee',
  'platform:income:payments:withdrawal-fee',
]);
const reservePath = 'platform:asset:payments:reserve';
const claimPaths = new Set(['platform:liability:payments:wallet', 'platform:liability:payments:escrow']);

/** Dates at the end of which the reserve is not what customers may claim and the gross fees booked and not yet swept. */
export function unbackedDates(bookings: readonly Booking[]): readonly string[] {
  const amounts: { readonly on: Day; readonly minor: bigint }[] = [];
  for (const { type, of, on, accounts, minors } of bookings) {
    const arises = feeTypes.has(type) || (type === 'Reversed' && feeTypes.has(of ?? ''));
    accounts.forEach((account, at) => {
      const path = pathOf(account);
      const minor = minors[at] ?? 0n;
      // Debits are positive: the reserve's balance, less claims and fees, which are credits, is the plain sum.
      if (path === reservePath || claimPaths.has(path)) amounts.push({ on, minor });
      if (arises && feePaths.has(path)) amounts.push({ on, minor });
      if (type === 'FeesSwept' && path === 'platform:asset:treasury:own-cash') amounts.push({ on, minor });
    });
  }
  return gapsOf(amounts);
}

const suspensePaths = new Set([
  'platform:asset:interbook:set-aside',
  'platform:liability:interbook:in-transit',
]);

/** Dates at the end of which what is set aside for other books is not what is on its way to them. */
export const unmatchedDates = (bookings: readonly Booking[]): readonly string[] =>
  gapsOf(
    bookings.flatMap(({ on, accounts, minors }) =>
      accounts.flatMap((account, at) =>
        suspensePaths.has(pathOf(account)) ? [{ on, minor: minors[at] ?? 0n }] : [],
      ),
    ),
  );

/** Dates at the end of which amounts up to then don't sum to zero. */
function gapsOf(amounts: Iterable<{ readonly on: Day; readonly minor: bigint }>): readonly string[] {
  const days = new Map<Day, bigint>();
  for (const { on, minor } of amounts) days.set(on, (days.get(on) ?? 0n) + minor);
  let gap = 0n;
  return [...days]
    .sort(([a], [b]) => a - b)
    .flatMap(([on, minor]) => {
      gap += minor;
      return gap === 0n ? [] : [`${formatDay(on)}: off by ${gap}`];
    });
}

const sides = new Map(
  house.kinds.map(({ path, side, floor }) => [path, { side, floored: floor !== undefined }]),
);

/** Accounts with a floor that show less than zero at the end of a date, and the first such date. */
export function belowZero(bookings: readonly Booking[]): readonly string[] {
  const accounts = new Map<string, Map<Day, bigint>>();
  for (const booking of bookings) {
    booking.accounts.forEach((account, at) => {
      const days = accounts.get(account) ?? new Map<Day, bigint>();
      days.set(booking.on, (days.get(booking.on) ?? 0n) + (booking.minors[at] ?? 0n));
      accounts.set(account, days);
    });
  }
  return [...accounts].flatMap(([account, days]) => {
    const kind = sides.get(pathOf(account));
    if (kind === undefined) return [`${account} is of no kind`];
    if (!kind.floored) return [];
    let balance = 0n;
    for (const [on, minor] of [...days].sort(([a], [b]) => a - b)) {
      balance += minor * kind.side;
      if (balance < 0n) return [`${account} is ${balance} on ${formatDay(on)}`];
    }
    return [];
  });
}
