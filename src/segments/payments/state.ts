/**
 * Tables of payments.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import { line } from './line.ts';

/** Where the money of a payment comes from, and goes back to. */
export const methods = ['wallet', 'card', 'yuebao', 'huabei'] as const;

export type Method = (typeof methods)[number];

/** A refund of a payment: what came back of the fee, and whether it counts for later ones. */
export interface Refund {
  readonly on: Day;
  readonly minor: bigint;
  readonly feeReturned: bigint;
  readonly feesReturn: boolean;
  readonly fromEscrow: boolean;
}

/** What was confirmed of a payment. */
export interface Confirmation {
  readonly minor: bigint;
  readonly fee: bigint;
}

export interface PaymentRow {
  readonly payer: string;
  readonly payee: string;
  readonly minor: bigint;
  readonly method: Method;
  readonly on: Day;
  /** Date of its latest fact. */
  readonly latest: Day;
  readonly confirmed: Confirmation | null;
  readonly refunds: readonly Refund[];
  /** What has not been refunded. */
  readonly remaining: bigint;
}

/** Payments by id; those in escrow with something left lie in the bucket of their date. */
export const payments = line.table<PaymentRow>('payments', 'payments by id', (row) =>
  row.confirmed === null && row.remaining > 0n ? row.on : undefined,
);

/** What a holder has withdrawn that counts against the free allowance, for life. */
export const withdrawn = line.table<bigint>(
  'withdrawn',
  'withdrawals that count against the allowance, by holder',
);

/** Gross fees of a date, or of all dates together. */
export interface Unswept {
  readonly on: Day | null;
  readonly minor: bigint;
}

/** Gross fees booked and not yet swept: by date, and all together. */
export const unswept = line.table<Unswept>(
  'unswept',
  'gross fees not yet swept',
  (row) => row.on ?? undefined,
);

/** The fraction of a minor unit of float interest that is carried to the next day. */
export const carried = line.table<Fraction>('carried', 'fraction of interest carried to the next day');

const together = 'all';

/** All gross fees not yet swept. */
export const unsweptTotal = (s: Reading): bigint => s.row(unswept, together)?.minor ?? 0n;

/** Gross fees not yet swept of dates up to one, date by date. */
export function unsweptUpTo(s: Reading, day: Day): readonly { readonly on: Day; readonly minor: bigint }[] {
  return s
    .buckets(unswept)
    .filter((on) => on <= day)
    .map((on) => ({ on, minor: s.row(unswept, formatDay(on))?.minor ?? 0n }));
}

/** Adds gross fees of a date to what has to be swept; a negative figure takes them off. */
export function addUnswept(s: Writing, on: Day, minor: bigint): void {
  if (minor === 0n) return;
  put(s, together, null, unsweptTotal(s) + minor);
  put(s, formatDay(on), on, (s.row(unswept, formatDay(on))?.minor ?? 0n) + minor);
}

function put(s: Writing, key: string, on: Day | null, minor: bigint): void {
  if (minor === 0n) s.delete(unswept, key);
  else s.set(unswept, key, { on, minor });
}

/** What was paid out to sellers before fees, by date of confirmation: the volume that a take rate is a share of. */
export const volumes = line.table<bigint>('volumes', 'confirmed volume by date');

/** Adds to the confirmed volume of a date; a negative figure takes it off. */
export function addVolume(s: Writing, on: Day, minor: bigint): void {
  const volume = (s.row(volumes, formatDay(on)) ?? 0n) + minor;
  if (volume === 0n) s.delete(volumes, formatDay(on));
  else s.set(volumes, formatDay(on), volume);
}
