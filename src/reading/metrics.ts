/**
 * Metrics: the figures that a line of business is judged by, over periods.
 *
 * @module
 */
import type { AccountKind } from '../kernel/contract/account.ts';
import type { MetricReading } from '../kernel/contract/metric.ts';
import type { Table } from '../kernel/contract/table.ts';
import type { House } from '../kernel/engine/house.ts';
import { type Day, formatDay, type Period } from '../kernel/values/dates.ts';
import { formatMinor } from '../kernel/values/money.ts';
import { share } from '../kernel/values/rates.ts';
import { declareCode, Refusal, RefusedError } from '../kernel/values/refusals.ts';
import { cutUp } from './reports.ts';
import type { LedgerView } from './view.ts';

/** Tables say what they say now; the view is of an older revision. */
export const tablesNotHeld = declareCode(
  'TABLES_NOT_HELD',
  'question',
  'the tables of that revision are not at hand',
  'Ask at the newest revision, or open a sandbox at that revision.',
);

/** A figure over a period. */
export interface MetricValue {
  readonly id: string;
  readonly unit: string;
  readonly period: string;
  readonly from: Day;
  readonly to: Day;
  /** Text of a decimal; undefined where there is none. */
  readonly value: string | undefined;
}

/** A ratio is shown to this many digits after the point. */
const ratioDigits = 6;

/**
 * The metrics of a segment over days up to the view's, metric by metric, period by period; without a period over all the days as
 * one.
 *
 * @returns a refusal when the periods are too many or end before they begin, or when a metric reads tables and the view is of an
 *   older revision than its state; no metrics when the house has no such segment
 */
export function metrics(
  house: House,
  view: LedgerView,
  segment: string,
  from: Day,
  to: Day,
  period: Period | undefined,
): readonly MetricValue[] | Refusal {
  const cut = period === undefined ? [{ period: '', from, to }] : cutUp(from, to, period, view.to);
  if (cut instanceof Refusal) return cut;
  const specs = house.segments.find(({ id }) => id === segment)?.metrics ?? [];
  const sums = new DailySums(view);
  try {
    return specs.flatMap(({ id, unit, of }) =>
      cut.map((bounds) => ({ id, unit, ...bounds, value: of(reading(view, bounds, sums)) })),
    );
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
}

function reading(
  view: LedgerView,
  { from, to }: { readonly from: Day; readonly to: Day },
  sums: DailySums,
): MetricReading {
  return {
    from,
    to,
    totalOn: (kind: AccountKind, day: Day) => view.totalOn(kind, day),
    change: (kind: AccountKind) => view.change(kind, from, to),
    sumOverDays: (of: Table<bigint>) => sums.over(of, from, to),
    money: (minor: bigint) => formatMinor(minor, 'CNY'),
    ratio,
  };
}

/** Tables whose keys are dates, read once for all periods. */
class DailySums {
  readonly #view: LedgerView;
  /** By table: the dates in order, and the sum up to and with each. */
  readonly #read = new Map<Table<bigint>, { readonly dates: string[]; readonly sums: bigint[] }>();

  constructor(view: LedgerView) {
    this.#view = view;
  }

  over(of: Table<bigint>, from: Day, to: Day): bigint {
    const { dates, sums } = this.#of(of);
    const before = below(dates, formatDay(from));
    // A tilde sorts after every date.
    const until = below(dates, `${formatDay(to)}~`);
    return (sums[until - 1] ?? 0n) - (sums[before - 1] ?? 0n);
  }

  #of(of: Table<bigint>): { readonly dates: string[]; readonly sums: bigint[] } {
    if (!this.#view.isHead) {
      const { revision } = this.#view.point;
      throw new RefusedError(new Refusal(tablesNotHeld, `revision ${revision}`, of.name));
    }
    const known = this.#read.get(of);
    if (known !== undefined) return known;
    const dates: string[] = [];
    const sums: bigint[] = [];
    let sum = 0n;
    for (const [date, minor] of this.#view.state.rows.entries(of)) {
      sum += minor;
      dates.push(date);
      sums.push(sum);
    }
    const made = { dates, sums };
    this.#read.set(of, made);
    return made;
  }
}

/** How many texts of a sorted list come before one. */
function below(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** part / whole, rounded half to even; undefined where there is nothing to divide by. */
export function ratio(part: bigint, whole: bigint): string | undefined {
  if (whole === 0n) return undefined;
  const sign = whole < 0n ? -1n : 1n;
  const scaled = share(sign * part * 10n ** BigInt(ratioDigits), { num: 1n, den: sign * whole });
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(ratioDigits + 1, '0');
  const cut = digits.length - ratioDigits;
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
