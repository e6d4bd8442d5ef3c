/**
 * Funding: how a draw is split among own money, a partner bank and the vehicle, and what each of them books for it.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { NewEntry, Reading, Writing } from '../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { share, zeroFraction } from '../../kernel/values/rates.ts';
import { reserve } from '../lender/books.ts';
import type { Bucket } from '../lender/buckets.ts';
import type { ExposureRow, Lender, PoolRow } from '../lender/lender.ts';
import type { Parts } from '../lender/parts.ts';
import { partNames } from '../lender/parts.ts';

/** The parts of a draw by the policy of its day. */
export function partsOf({ policy }: Lender, s: Reading, minor: bigint): Parts {
  const own = share(minor, s.policy(policy.ownFundingShare));
  const vehicle = share(minor - own, s.policy(policy.securitisedShare));
  return [own, minor - own - vehicle, vehicle];
}

/** The pool of a debt that begins on a day. */
export const poolOf = ({ id }: Lender, on: Day): string => `${id}-${formatDay(on).slice(0, 7)}`;

/** Whose debt it is, and where its parts are booked. */
export interface Placed {
  readonly holder: string;
  readonly bank: string;
  readonly pool: string;
  readonly stage: Bucket;
}

/** What a draw books, but for what the money is paid into: the platform's reserve grows by all of it. */
export function drawn(
  entry: NewEntry,
  { books, policy }: Lender,
  s: Reading,
  to: Placed,
  parts: Parts,
): void {
  const [own, partner, vehicle] = parts;
  const subordinated = share(vehicle, s.policy(policy.subordinatedShare));
  entry.debit(reserve, own + partner + vehicle);
  entry.debit(books.own.principal[to.stage], own, to.holder);
  entry.debit(books.own.retained, subordinated, to.pool);
  entry.credit(books.own.cash, own + subordinated);
  entry.debit(books.partner.principal[to.stage], partner, to.holder);
  entry.credit(books.partner.funds, partner, to.bank);
  entry.debit(books.vehicle.principal[to.stage], vehicle, to.holder);
  entry.credit(books.vehicle.senior, vehicle - subordinated, to.pool);
  entry.credit(books.vehicle.subordinated, subordinated, to.pool);
}

const emptyPool: PoolRow = {
  principal: 0n,
  since: [],
  serviceOwed: 0n,
  seniorOwed: 0n,
  serviceCarry: zeroFraction,
  seniorCarry: zeroFraction,
};

/** Principal owed to a pool grows, or falls, on a day. */
export function addToPool({ tables }: Lender, s: Writing, pool: string, minor: bigint, on: Day): void {
  if (minor === 0n) return;
  const row = s.row(tables.pools, pool) ?? emptyPool;
  const { since } = row;
  const same = since.at(-1)?.on === on ? since.at(-1) : undefined;
  s.set(tables.pools, pool, {
    ...row,
    principal: row.principal + minor,
    since:
      same === undefined
        ? [...since, { on, minor }]
        : [...since.slice(0, -1), { on, minor: same.minor + minor }],
  });
}

/** Principal owed to a pool at the end of a day. */
export const owedToPool = ({ principal, since }: PoolRow, day: Day): bigint =>
  since.reduce((owed, { on, minor }) => (on > day ? owed - minor : owed), principal);

const noExposure: ExposureRow = { outstanding: 0n, approved: 0n };

/** What a holder, or a core enterprise, has of a line. */
export const exposureOf = ({ tables }: Lender, s: Reading, key: string): ExposureRow =>
  s.row(tables.exposures, key) ?? noExposure;

/** What a holder, or a core enterprise, has of a line, changes. */
export function addExposure(
  lender: Lender,
  s: Writing,
  key: string,
  outstanding: bigint,
  approved: bigint,
): void {
  const before = exposureOf(lender, s, key);
  const row = { outstanding: before.outstanding + outstanding, approved: before.approved + approved };
  if (row.outstanding === 0n && row.approved === 0n) s.delete(lender.tables.exposures, key);
  else s.set(lender.tables.exposures, key, row);
}

/** Principal of a holder that an entry moved, by part, debit positive. */
export function principalMoved(
  { books }: Lender,
  entry: { sum(kind: AccountKind, holder?: string): bigint },
  holder: string,
  stage: Bucket,
): Parts {
  const [own, partner, vehicle] = partNames.map((part) => entry.sum(books[part].principal[stage], holder));
  return [own ?? 0n, partner ?? 0n, vehicle ?? 0n];
}

/** Interest that an entry moved, by part, debit positive. */
export const interestMoved = ({ books }: Lender, entry: { sum(kind: AccountKind): bigint }): Parts => [
  entry.sum(books.own.interest),
  entry.sum(books.partner.interest),
  entry.sum(books.vehicle.interest),
];
