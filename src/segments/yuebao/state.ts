/**
 * Tables of yuebao.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { type Fraction, zeroFraction } from '../../kernel/values/rates.ts';
import { line } from './line.ts';

/** A rate from the day on which it was published. */
export interface PublishedRate {
  readonly on: Day;
  readonly rate: Fraction;
}

/** Published rates by class of assets, by date; on one date the one published last. */
export const rates = line.table<readonly PublishedRate[]>('rates', 'published rates by class of assets');

/** The latest rate published for a date up to a day. */
export const rateOn = (s: Reading, asset: string, day: Day): Fraction | undefined =>
  s.row(rates, asset)?.findLast(({ on }) => on <= day)?.rate;

/** Takes a published rate into the timeline of its class. */
export function addRate(s: Writing, asset: string, published: PublishedRate): void {
  const others = (s.row(rates, asset) ?? []).filter(({ on }) => on !== published.on);
  s.set(
    rates,
    asset,
    [...others, published].sort((a, b) => a.on - b.on),
  );
}

/** What a holder redeemed on a date, whatever its origin, and what of it counts for the quick limit. */
export interface Redeemed {
  readonly on: Day;
  readonly holder: string;
  readonly minor: bigint;
  readonly quick: bigint;
}

/** Redemptions by holder and date. */
export const redeemed = line.table<Redeemed>(
  'redeemed',
  'redeemed by holder and date, whatever its origin',
  ({ on }) => on,
);

const redeemedKey = (holder: string, on: Day): string => `${formatDay(on)}/${holder}`;

/** What a holder has redeemed quickly on a date. */
export const quickOn = (s: Reading, holder: string, on: Day): bigint =>
  s.row(redeemed, redeemedKey(holder, on))?.quick ?? 0n;

/** What each holder redeemed on a date. */
export function redeemedOn(s: Reading, on: Day): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const key of s.bucket(redeemed, on)) {
    const row = s.row(redeemed, key);
    if (row !== undefined) found.set(row.holder, row.minor);
  }
  return found;
}

/** Counts a redemption; negative figures take one back. */
export function addRedeemed(s: Writing, holder: string, on: Day, minor: bigint, quick: bigint): void {
  const key = redeemedKey(holder, on);
  const before = s.row(redeemed, key);
  const after = { on, holder, minor: (before?.minor ?? 0n) + minor, quick: (before?.quick ?? 0n) + quick };
  if (after.minor === 0n && after.quick === 0n) s.delete(redeemed, key);
  else s.set(redeemed, key, after);
}

/** An ordinary redemption that has not been paid whole. */
export interface Pending {
  readonly holder: string;
  /** The date on which it was asked for: it is due at the close of the next day. */
  readonly on: Day;
  readonly asked: bigint;
  readonly left: bigint;
}

/** Ordinary redemptions by number, which counts them in the order of the log. */
export const pending = line.table<Pending>(
  'pending',
  'ordinary redemptions not yet paid, by number',
  ({ on }) => on,
);

/** How many ordinary redemptions there have been. */
export const counters = line.table<number>('counters', 'number of ordinary redemptions so far');

const redemptionCounter = 'redemptions';

const numberDigits = 12;

/** Takes a new ordinary redemption in. */
export function addPending(s: Writing, holder: string, on: Day, minor: bigint): void {
  const number = (s.row(counters, redemptionCounter) ?? 0) + 1;
  s.set(counters, redemptionCounter, number);
  s.set(pending, String(number).padStart(numberDigits, '0'), { holder, on, asked: minor, left: minor });
}

/** Numbers of the redemptions asked for up to a day, by date, then in the order of the log. */
export const pendingUpTo = (s: Reading, day: Day): readonly string[] =>
  s
    .buckets(pending)
    .filter((on) => on <= day)
    .flatMap((on) => s.bucket(pending, on));

/** What is left of the redemptions asked for up to a day. */
export const leftUpTo = (s: Reading, day: Day): bigint =>
  pendingUpTo(s, day).reduce((sum, number) => sum + (s.row(pending, number)?.left ?? 0n), 0n);

/** Fractions of minor units carried to the next day, by what accrues. */
export const carried = line.table<Fraction>('carried', 'fractions carried to the next day, by what accrues');

/** The fraction carried of something that accrues. */
export const carriedOf = (s: Reading, name: string): Fraction => s.row(carried, name) ?? zeroFraction;

/** Notes a fraction to carry. */
export const carry = (s: Writing, name: string, fraction: Fraction): void => {
  if (fraction.num === 0n) s.delete(carried, name);
  else s.set(carried, name, fraction);
};
