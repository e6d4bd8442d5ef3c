/**
 * Readings of a line that lends: what its accounts say of arrears, funding and income, at any point of both axes. Nothing here is a
 * rule; the graph and the command line answer from it.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Parameter } from '../../kernel/contract/parameter.ts';
import type { Table } from '../../kernel/contract/table.ts';
import type { Day, Period } from '../../kernel/values/dates.ts';
import { type Fraction, share } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { cutUp } from '../../reading/reports.ts';
import type { LedgerView } from '../../reading/view.ts';
import type { Debt } from '../debt/debt.ts';
import { exposure, type LeverageSide, netAssets } from '../funding/leverage.ts';
import { type Bucket, buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';
import { noParts, type Parts, partNames, plus, sumOf } from '../lender/parts.ts';
import type { Tier } from '../lender/tiers.ts';

/** A line as readings take it: what every line has, and what it adds. */
export interface LendingLine {
  readonly lender: Lender;
  /** Its debts: loans by id, or lines by holder. */
  readonly table: Table<Debt>;
  /** Fees beyond those that every line has. */
  readonly fees: readonly AccountKind[];
  /** Most that a holder may owe, by tier of score. */
  readonly limits: Parameter<Readonly<Record<Tier, bigint>>>;
  /** Interest a day, by tier of score, on a line whose price goes by it. */
  readonly prices?: Parameter<Readonly<Record<Tier, Fraction>>>;
}

/** Principal in a bucket at the end of a day, by part. */
export function principalIn({ books }: Lender, view: LedgerView, bucket: Bucket, day: Day): Parts {
  const [own = 0n, partner = 0n, vehicle = 0n] = partNames.map((part) =>
    view.totalOn(books[part].principal[bucket], day),
  );
  return [own, partner, vehicle];
}

/** Principal outstanding at the end of a day, by part. */
export const principalOn = (lender: Lender, view: LedgerView, day: Day): Parts =>
  buckets.reduce<Parts>((sum, bucket) => plus(sum, principalIn(lender, view, bucket, day)), noParts);

/** A bucket of arrears. */
export interface BucketReading {
  readonly bucket: Bucket;
  readonly principal: Parts;
  readonly provisionRate: Fraction;
  /** What the rate makes of the own part, half to even. */
  readonly provision: bigint;
}

/** What is in arrears, by bucket. */
export interface ArrearsReading {
  readonly buckets: readonly BucketReading[];
  readonly principal: Parts;
  /** Principal that is a day past due or more, all parts. */
  readonly overdue: bigint;
  /** What the buckets need, and what is booked. */
  readonly needed: bigint;
  readonly allowance: bigint;
}

/** What is in arrears at the point of a view, at provision rates of some day. */
export function arrearsOf(
  lender: Lender,
  view: LedgerView,
  rates: Readonly<Record<Bucket, Fraction>>,
): ArrearsReading {
  const found = buckets.map((bucket): BucketReading => {
    const principal = principalIn(lender, view, bucket, view.to);
    return { bucket, principal, provisionRate: rates[bucket], provision: share(principal[0], rates[bucket]) };
  });
  return {
    buckets: found,
    principal: found.reduce<Parts>((sum, { principal }) => plus(sum, principal), noParts),
    overdue: found.reduce(
      (sum, { bucket, principal }) => (bucket === 'current' ? sum : sum + sumOf(principal)),
      0n,
    ),
    needed: found.reduce((sum, { provision }) => sum + provision, 0n),
    allowance: view.totalOn(lender.books.own.allowance, view.to),
  };
}

/** An amount of a named thing: a bank, a source, a kind of fee. */
export interface NamedAmount {
  readonly name: string;
  readonly minor: bigint;
}

/** Leverage on one side. */
export interface LeverageReading {
  readonly side: LeverageSide;
  readonly exposure: bigint;
  readonly netAssets: bigint;
}

/** Who funds what a line has lent. */
export interface FundingReading {
  readonly principal: Parts;
  readonly banks: readonly NamedAmount[];
  readonly borrowed: readonly NamedAmount[];
  readonly cash: bigint;
  readonly senior: bigint;
  readonly subordinated: bigint;
  readonly retained: bigint;
  readonly poolCash: bigint;
  readonly netAssets: bigint;
  readonly leverage: Readonly<Record<LeverageSide, LeverageReading>>;
}

/** Who funds what a line has lent, at the point of a view. */
export function fundingOf(lender: Lender, view: LedgerView): FundingReading {
  const { own, partner, vehicle, sources } = lender.books;
  const total = (kind: AccountKind): bigint => view.totalOn(kind, view.to);
  const net = netAssets(lender, view, view.to);
  const side = (of: LeverageSide): LeverageReading => ({
    side: of,
    exposure: exposure(lender, view, of, view.to),
    netAssets: net,
  });
  return {
    principal: principalOn(lender, view, view.to),
    banks: heldOf(view, partner.funds),
    borrowed: sources.map(({ name, kind }) => ({ name, minor: total(kind) })),
    cash: total(own.cash),
    senior: total(vehicle.senior),
    subordinated: total(vehicle.subordinated),
    retained: total(own.retained),
    poolCash: total(vehicle.cash),
    netAssets: net,
    leverage: { on: side('on'), off: side('off') },
  };
}

/** The accounts of a kind that something was posted on, by holder. */
export const heldOf = (view: LedgerView, { entity, segment, name, class: of }: AccountKind): NamedAmount[] =>
  view
    .accounts({ entity, segment, name, class: of })
    .map(({ holder, minor }) => ({ name: holder ?? '', minor }));

/** What a line earned and lost over a period. */
export interface IncomeReading {
  readonly period: string;
  readonly from: Day;
  readonly to: Day;
  /** Interest of the own part, and what was paid for what is borrowed. */
  readonly interest: bigint;
  readonly fundingCost: bigint;
  readonly fees: readonly NamedAmount[];
  readonly feeTotal: bigint;
  /** What was left to the retained notes. */
  readonly retainedIncome: bigint;
  /** Provisions less recoveries, and retained notes written down. */
  readonly provisions: bigint;
  readonly retainedLoss: bigint;
  /** Interest, fees and what was left to retained notes, less funding and credit cost. */
  readonly result: bigint;
  /** Principal outstanding at the end of the period. */
  readonly principal: Parts;
}

/** Days cut into periods; without a day as far as the book goes. */
export interface CreditSpan {
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly by: Period;
}

/**
 * What a line earned and lost, period by period.
 *
 * @returns a refusal when the periods are too many, or end before they begin
 */
export function creditIncomeOf(
  { lender, fees }: LendingLine,
  view: LedgerView,
  span: CreditSpan,
): readonly IncomeReading[] | Refusal {
  const booked = view.days();
  const [from, to] = [span.from ?? booked?.from, span.to ?? booked?.to];
  if (from === undefined || to === undefined) return [];
  const cut = cutUp(from, to, span.by, view.to);
  if (cut instanceof Refusal) return cut;
  const { own, technologyFee } = lender.books;
  const feeKinds = [own.lateFeeIncome, own.serviceFeeIncome, technologyFee, ...fees];
  return cut.map((bounds): IncomeReading => {
    const change = (kind: AccountKind): bigint => view.change(kind, bounds.from, bounds.to);
    const earned = feeKinds.map((kind) => ({ name: kind.name, minor: change(kind) }));
    const feeTotal = earned.reduce((sum, { minor }) => sum + minor, 0n);
    const interest = change(own.interestIncome);
    const fundingCost = change(own.fundingCost);
    const retainedIncome = change(own.retainedIncome);
    const provisions = change(own.provision);
    const retainedLoss = change(own.retainedLoss);
    return {
      ...bounds,
      interest,
      fundingCost,
      fees: earned,
      feeTotal,
      retainedIncome,
      provisions,
      retainedLoss,
      result: interest - fundingCost + feeTotal + retainedIncome - provisions - retainedLoss,
      principal: principalOn(lender, view, bounds.to),
    };
  });
}
