/**
 * Buckets of arrears: how long the oldest unpaid due is past its date.
 *
 * @module
 */

/** Buckets by days past due, as accounts name them. */
export const buckets = ['current', '1-30', '31-60', '61-90', 'over-90'] as const;
export type Bucket = (typeof buckets)[number];

/** Days past due from which a bucket holds. */
const firstDays: Readonly<Record<Bucket, number>> = {
  current: 0,
  '1-30': 1,
  '31-60': 31,
  '61-90': 61,
  'over-90': 91,
};

/** The bucket of a number of days past due. */
export const bucketOf = (daysPastDue: number): Bucket =>
  buckets.findLast((bucket) => firstDays[bucket] <= daysPastDue) ?? 'current';

/** Days past due at which the bucket after one begins; undefined after the last. */
export function nextBucketAt(bucket: Bucket): number | undefined {
  const next = buckets[buckets.indexOf(bucket) + 1];
  return next === undefined ? undefined : firstDays[next];
}
