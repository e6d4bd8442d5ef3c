/**
 * Comparison: variants beside a baseline, by segment and period, and by account.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import { type Day, type Period, periodsBetween } from '../../kernel/values/dates.ts';
import { type Flow, flowKinds } from '../../reading/flows.ts';
import type { Run, VariantRun } from '../running/run.ts';

/** A segment's revenue or cost over a period in the baseline and in a variant; minor units. */
export interface SegmentDifference {
  readonly run: string;
  readonly variant: string;
  readonly segment: string;
  readonly of: Flow;
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
  readonly run: string;
  readonly variant: string;
  readonly account: string;
  readonly currency: string;
  readonly baseline: bigint;
  readonly value: bigint;
  readonly difference: bigint;
}

/** Most periods of a comparison. */
export const comparedPeriodsMax = 4_000;

/** Days and the length of the periods that they are cut into. */
export interface Spans {
  readonly from: Day;
  readonly to: Day;
  readonly by: Period;
}

/** What a comparison needs of a run: one at hand, or one that another thread holds. */
export interface Compared {
  readonly id: string;
  readonly house: House;
  readonly horizon: { readonly from: Day; readonly to: Day };
  /** The first is the baseline. */
  readonly variants: readonly ComparedVariant[];
  /** What flowed in a variant, line by line in the order of {@link linesOf}; minor units. */
  flows(variant: string, spans: Spans): Promise<readonly bigint[]>;
  /** What each account of a variant holds at the end, by id. */
  balances(variant: string): Promise<ReadonlyMap<string, bigint>>;
  /** What events of a variant say, each without its place in a chain; fewer where its history ends. */
  meanings(variant: string, from: number, count: number, signal: AbortSignal): Promise<readonly string[]>;
}

/** A variant of a run that is compared. */
export interface ComparedVariant {
  readonly name: string;
  /** Whether it can differ from the baseline. */
  readonly isTouched: boolean;
}

/** The yardstick: a variant of a run. Any can be one. */
export interface Yardstick {
  readonly of: Compared;
  readonly variant: string;
}

/** A line of a comparison by segment and period. */
interface FlowLine {
  readonly segment: string;
  readonly of: Flow;
  readonly span: ReturnType<typeof periodsBetween>[number];
}

/** The lines of a comparison: each segment that has any accounts of a flow, revenue before cost, period by period. */
function linesOf({ segments, kinds }: House, { from, to, by }: Spans): readonly FlowLine[] {
  const spans = periodsBetween(from, to, by).slice(0, comparedPeriodsMax);
  return segments.flatMap(({ id: segment }) =>
    (['revenue', 'cost'] as const)
      .filter((of) => flowKinds(kinds, of, segment).length > 0)
      .flatMap((of) => spans.map((span) => ({ segment, of, span }))),
  );
}

/** What flowed in a variant, line by line; minor units. */
function flowsOf({ view }: VariantRun, spans: Spans): readonly bigint[] {
  const { house } = view;
  return linesOf(house, spans).map(({ segment, of, span }) =>
    flowKinds(house.kinds, of, segment).reduce(
      (total, kind) => total + view.change(kind, span.from, span.to),
      0n,
    ),
  );
}

/** What flowed by segment and period, with a value for each variant of a run; minor units. */
export function flowTable(
  { variants }: Run,
  spans: Spans,
  flow: Flow,
): readonly { readonly segment: string; readonly period: string; readonly values: readonly bigint[] }[] {
  const [first] = variants;
  if (first === undefined) return [];
  const columns = variants.map((variant) => flowsOf(variant, spans));
  return linesOf(first.view.house, spans).flatMap(({ segment, of, span: { period } }, at) =>
    of === flow ? [{ segment, period, values: columns.map((column) => column[at] ?? 0n) }] : [],
  );
}

/** What each account of a variant holds at the end, by id. */
const balancesOf = ({ view }: VariantRun): ReadonlyMap<string, bigint> =>
  new Map(view.accounts().map(({ id, minor }) => [id, minor]));

/** Revenue and cost of every segment that has any, variant by variant, over the run's own horizon. */
export async function segmentDifferences(
  run: Compared,
  by: Period,
  yardstick: Yardstick,
): Promise<readonly SegmentDifference[]> {
  const spans = { ...run.horizon, by };
  const lines = linesOf(run.house, spans);
  const bases = await yardstick.of.flows(yardstick.variant, spans);
  const found: SegmentDifference[] = [];
  for (const { name } of run.variants) {
    const values = await run.flows(name, spans);
    lines.forEach(({ segment, of, span }, at) => {
      const value = values[at] ?? 0n;
      const baseline = bases[at] ?? 0n;
      const figures = { currency: 'CNY', baseline, value, difference: value - baseline };
      found.push({ run: run.id, variant: name, segment, of, ...span, ...figures });
    });
  }
  return found;
}

/** Every account whose balance differs from the yardstick's at the end, by variant and id. */
export async function accountDifferences(
  run: Compared,
  yardstick: Yardstick,
): Promise<readonly AccountDifference[]> {
  const found: AccountDifference[] = [];
  const base = await yardstick.of.balances(yardstick.variant);
  for (const { name } of run.variants) {
    if (run === yardstick.of && name === yardstick.variant) continue;
    const own = await run.balances(name);
    for (const account of [...new Set([...own.keys(), ...base.keys()])].sort()) {
      const value = own.get(account) ?? 0n;
      const baseline = base.get(account) ?? 0n;
      if (value === baseline) continue;
      const currency = account.slice(account.lastIndexOf(':') + 1);
      const figures = { currency, baseline, value, difference: value - baseline };
      found.push({ run: run.id, variant: name, account, ...figures });
    }
  }
  return found;
}

/** What a comparison needs of a run that is at hand, events aside. */
export function comparedOf(run: Run): Omit<Compared, 'meanings'> {
  const named = (name: string): VariantRun => {
    const found = run.variants.find((variant) => variant.name === name);
    if (found === undefined) throw new RangeError(`run ${run.id} has no variant ${name}`);
    return found;
  };
  const [baseline] = run.variants;
  if (baseline === undefined) throw new Error('a run without a baseline');
  const { from, to } = run.scenario.horizon;
  return {
    id: run.id,
    house: baseline.view.house,
    horizon: { from, to },
    variants: run.variants.map(({ name, firstTouched }) => ({ name, isTouched: firstTouched !== undefined })),
    flows: async (variant, spans) => flowsOf(named(variant), spans),
    balances: async (variant) => balancesOf(named(variant)),
  };
}
