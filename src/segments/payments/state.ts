/**
 * Tables of payments.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { row } from '../../kernel/contract/row.ts';
import type { RowIn } from '../../kernel/contract/table.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { line } from './line.ts';

/** Where the money of a payment comes from, and goes back to. */
export const methods = ['wallet', 'card', 'yuebao', 'huabei'] as const;

/** Payments by id; those in escrow with something left lie in the bucket of their date. */
export const payments = line.subject('payment', {
  table: 'payments',
  type: 'Payment',
  doc: 'A payment, from its beginning to the last refund.',
  fields: {
    payer: row.holder('Who pays.'),
    payee: row.holder('Who is paid.'),
    minor: row.shownAs('amount', row.amount('How much was paid.')),
    method: row.choice('Where the money comes from, and goes back to.', methods),
    on: row.shownAs('initiatedOn', row.date('The day on which it began.')),
    latest: row.date('The date of its latest fact.'),
    confirmed: row.maybe(
      row.record(
        {
          minor: row.shownAs('amount', row.amount('What was released, before the fee.')),
          fee: row.amount('The seller’s fee on it.'),
        },
        'What was confirmed of it; null while it waits in escrow.',
      ),
    ),
    refunds: row.list(
      'What went back, in the order of the log.',
      row.record({
        on: row.date('The day of it.'),
        minor: row.shownAs('amount', row.amount('How much went back.')),
        feeReturned: row.amount('What came back of the fee.'),
        feesReturn: row.hidden(row.flag('Whether it counts for the fees of later ones.')),
        fromEscrow: row.flag('Whether it was taken out of escrow.'),
      }),
    ),
    remaining: row.amount('What has not been refunded.'),
  },
  bucket: ({ confirmed, remaining, on }) => (confirmed === null && remaining > 0n ? on : undefined),
});

export type PaymentRow = RowIn<typeof payments>;

/** What a holder has withdrawn that counts against the free allowance, for life. */
export const withdrawn = line.table('withdrawn', {
  doc: 'withdrawals that count against the allowance, by holder',
  holds: row.amount('withdrawn so far'),
});

/** Gross fees booked and not yet swept: by date, and all together. */
export const unswept = line.table('unswept', {
  doc: 'gross fees not yet swept',
  holds: row.record({
    on: row.maybe(row.date('of which date; null for all dates together')),
    minor: row.amount('fees'),
  }),
  bucket: ({ on }) => on ?? undefined,
});

/** The fraction of a minor unit of float interest that is carried to the next day. */
export const carried = line.table('carried', {
  doc: 'fraction of interest carried to the next day',
  holds: row.fraction('of a minor unit'),
});

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
export const volumes = line.table('volumes', {
  doc: 'confirmed volume by date',
  holds: row.amount('before fees'),
});

/** Adds to the confirmed volume of a date; a negative figure takes it off. */
export function addVolume(s: Writing, on: Day, minor: bigint): void {
  const volume = (s.row(volumes, formatDay(on)) ?? 0n) + minor;
  if (volume === 0n) s.delete(volumes, formatDay(on));
  else s.set(volumes, formatDay(on), volume);
}
