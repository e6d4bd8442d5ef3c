/**
 * Tables: all mutable state of the segments that is not a balance.
 *
 * @module
 */

/**
 * Tables: all mutable state of the segments that is not a balance, as immutable rows by key. Tables fork in layers: a layer
 * holds what was written since, and reads through to the ones below.
 *
 * @module
 */

/** A table of a segment. */
export interface Table<R> {
  readonly ordinal: number;
  /** `payments.payments`: segment and name, as digests and snapshots write it. */
  readonly name: string;
  readonly doc: string;
  /** It came when there were digests without it: they name it only where it holds a row. */
  readonly later?: true;
  /** The bucket that a row is found under, or undefined for none. */
  bucketOf?(row: R): number | undefined;
}

let tables = 0;

/**
 * Declares a table.
 *
 * @param bucketOf a secondary key by which rows are found (`bucket` of a reading); undefined keeps a row out of all buckets
 */
export function table<R>(name: string, doc: string, bucketOf?: (row: R) => number | undefined): Table<R> {
  return { ordinal: tables++, name, doc, ...(bucketOf ? { bucketOf } : {}) };
}
