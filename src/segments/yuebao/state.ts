/**
 * Tables of yuebao.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { row } from '../../kernel/contract/row.ts';
import type { RowIn } from '../../kernel/contract/table.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { type Fraction, zeroFraction } from '../../kernel/values/rates.ts';
import { line } from './line.ts';

/** Published rates by class of assets, by date; on one date the one published last. */
export const rates = line.table('rates', {
  doc: 'published rates by class of assets',
  holds: row.list(
    'rates, each from the day on which it was published',
    row.record({ on: row.date('published for'), rate: row.fraction('a year') }),
  ),
});

/** A rate from the day on which it was published. */
export type PublishedRate = RowIn<typeof rates>[number];

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

/** Redemptions by holder and date, whatever their origin, and what of it counts for the quick limit. */
export const redeemed = line.table('redeemed', {
  doc: 'redeemed by holder and date, whatever its origin',
  holds: row.record({
    on: row.date('on which day'),
    holder: row.holder('by whom'),
    minor: row.amount('how much'),
    quick: row.amount('what of it counts for the quick limit'),
  }),
  bucket: ({ on }) => on,
});

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

/** Ordinary redemptions by number, which counts them in the order of the log. */
export const pending = line.subject('redemption', {
  table: 'pending',
  type: 'Redemption',
  list: 'redemptions',
  doc: 'An ordinary redemption that has not been paid whole, by its number.',
  fields: {
    holder: row.holder('Whose.'),
    on: row.shownAs(
      'askedOn',
      row.date('The day on which it was asked for; it is due at the close of the next.'),
    ),
    asked: row.amount('What was asked for.'),
    left: row.amount('What is still owed of it.'),
  },
  bucket: ({ on }) => on,
});

/** How many ordinary redemptions there have been. */
export const counters = line.table('counters', {
  doc: 'number of ordinary redemptions so far',
  holds: row.count('how many'),
});

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
export const carried = line.table('carried', {
  doc: 'fractions carried to the next day, by what accrues',
  holds: row.fraction('of a minor unit'),
});

/** The fraction carried of something that accrues. */
export const carriedOf = (s: Reading, name: string): Fraction => s.row(carried, name) ?? zeroFraction;

/** Notes a fraction to carry. */
export const carry = (s: Writing, name: string, fraction: Fraction): void => {
  if (fraction.num === 0n) s.delete(carried, name);
  else s.set(carried, name, fraction);
};
