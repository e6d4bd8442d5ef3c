/**
 * Comparison: variants beside a baseline, by segment and period, and by account.
 *
 * @module
 */

import { type Period, periodsBetween } from '../kernel/dates.ts';
import { flowKinds } from '../kernel/flows.ts';
import type { Run, VariantRun } from './run.ts';

/** A segment's revenue or cost over a period in the baseline and in a variant; minor units. */
export interface SegmentDifference {
  readonly variant: string;
  readonly segment: string;
  readonly of: 'revenue' | 'cost';
  readonly period: string;
  readonly from: number;
  readonly to: number;
  readonly currency: string;
  readonly baseline: bigint;
  readonly value: bigint;
  readonly difference: bigint;
}

/** An account whose balance differs at the end; positive on its normal side. */
export interface AccountDifference {
  readonly variant: string;
  readonly account: string;
  readonly currency: string;
  readonly baseline: bigint;
  readonly value: bigint;
  readonly difference: bigint;
}

/** Most periods of a comparison. */
export const comparedPeriodsMax = 4_000;

/**
 * Revenue and cost of every segment that has any, variant by variant.
 *
 * @param baseline any variant can be the baseline of a comparison
 */
export function segmentDifferences(
  run: Run,
  by: Period,
  baseline: VariantRun | undefined = run.variants[0],
): readonly SegmentDifference[] {
  const found: SegmentDifference[] = [];
  const { from, to } = run.scenario.horizon;
  const spans = periodsBetween(from, to, by).slice(0, comparedPeriodsMax);
  for (const variant of run.variants) {
    for (const { id: segment } of variant.view.house.segments) {
      for (const flow of ['revenue', 'cost'] as const) {
        const kinds = flowKinds(variant.view.house.kinds, flow, segment);
        if (kinds.length === 0) continue;
        for (const span of spans) {
          const sum = (one: VariantRun | undefined): bigint =>
            kinds.reduce((total, kind) => total + (one?.view.change(kind, span.from, span.to) ?? 0n), 0n);
          const value = sum(variant);
          const base = sum(baseline);
          found.push({
            variant: variant.name,
            segment,
            of: flow,
            ...span,
            currency: 'CNY',
            baseline: base,
            value,
            difference: value - base,
          });
        }
      }
    }
  }
  return found;
}

/** Every account whose balance differs from the baseline's at the end, by variant and id. */
export function accountDifferences(
  run: Run,
  baseline: VariantRun | undefined = run.variants[0],
): readonly AccountDifference[] {
  const found: AccountDifference[] = [];
  for (const variant of run.variants) {
    if (variant === baseline || baseline === undefined) continue;
    const own = balancesById(variant);
    const base = balancesById(baseline);
    for (const account of [...new Set([...own.keys(), ...base.keys()])].sort()) {
      const value = own.get(account) ?? 0n;
      const before = base.get(account) ?? 0n;
      const currency = account.slice(account.lastIndexOf(':') + 1);
      if (value !== before)
        found.push({
          variant: variant.name,
          account,
          currency,
          baseline: before,
          value,
          difference: value - before,
        });
    }
  }
  return found;
}

function balancesById({ view }: VariantRun): Map<string, bigint> {
  return new Map(view.accounts().map(({ id, minor }) => [id, minor]));
}
