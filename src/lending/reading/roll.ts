/**
 * Roll rates: how much of what was in a bucket of arrears moved to which other over a period. By amounts: what events moved, as
 * their entries say, over what was in the bucket before. A debt that moves twice counts in both moves.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';
import { type Bucket, buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';
import { partNames } from '../lender/parts.ts';

/** Types of events that move principal between buckets, and that take it out of them as lost. */
export const rollingTypes = ({ prefix }: Lender): readonly string[] => [
  `${prefix}ArrearsMoved`,
  `${prefix}WrittenOffByAge`,
  `${prefix}WrittenOff`,
  `${prefix}LoanWrittenOff`,
];

/** Principal that left a bucket: to another, or lost (null). */
export interface Moved {
  readonly from: Bucket;
  readonly to: Bucket | null;
  readonly minor: bigint;
}

/** What one event moved, all parts together; nothing where it stayed in its bucket. */
export function movedBy({ books }: Lender, { accounts, minors }: StoredEvent): Moved | undefined {
  let from: Bucket | undefined;
  let to: Bucket | null = null;
  let minor = 0n;
  accounts.forEach((account, at) => {
    const amount = minors[at] ?? 0n;
    const bucket = buckets.find((one) =>
      partNames.some((part) => account.startsWith(`${books[part].principal[one].path}:`)),
    );
    if (bucket === undefined) return;
    if (amount > 0n) to = bucket;
    else {
      from = bucket;
      minor -= amount;
    }
  });
  return from === undefined ? undefined : { from, to, minor };
}

/** Sums of what moved, by where from and where to. */
export function sumMoves(moves: Iterable<Moved>): readonly Moved[] {
  const sums = new Map<string, Moved>();
  for (const { from, to, minor } of moves) {
    const key = `${from}|${to ?? ''}`;
    sums.set(key, { from, to, minor: minor + (sums.get(key)?.minor ?? 0n) });
  }
  const place = (bucket: Bucket | null): number =>
    bucket === null ? buckets.length : buckets.indexOf(bucket);
  return [...sums.values()].sort((a, b) => place(a.from) - place(b.from) || place(a.to) - place(b.to));
}
