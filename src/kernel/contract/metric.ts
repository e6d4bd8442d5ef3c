/**
 * What must hold of a line after every command, and the figures that it gives over a period.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';
import type { AccountKind } from './account.ts';
import type { Reading } from './reading.ts';
import type { Table } from './table.ts';

/** Something that must hold after every command. */
export interface Invariant {
  readonly name: string;
  /** A sentence that says what doesn't hold, or undefined. */
  broken(s: Reading): string | undefined;
}

/** What lies in an entity's reserves and is no customer's: fees until they are swept. */
export interface Lying {
  readonly entity: string;
  readonly doc: string;
  /** Minor units of CNY, over all dates. */
  of(s: Reading): bigint;
}

/** A figure of a segment over a period: take rate, assets under management. */
export interface MetricSpec {
  readonly id: string;
  readonly doc: string;
  readonly unit: string;
  /** The figure, as text of a decimal; undefined where there is none. */
  of(s: MetricReading): string | undefined;
}

/** What a metric may look at: balances at the period's end, and sums over it. */
export interface MetricReading {
  readonly from: Day;
  readonly to: Day;
  /** Balance of a kind at the end of a day, positive on its normal side. */
  totalOn(kind: AccountKind, day: Day): bigint;
  /** Net change of a kind over the period, positive on its normal side. */
  change(kind: AccountKind): bigint;
  /** Sum over the period of a table whose keys are dates. */
  sumOverDays(of: Table<bigint>): bigint;
  /** An amount as text of a decimal. */
  money(minor: bigint): string;
  /** A ratio as text of a decimal; undefined where there is nothing to divide by. */
  ratio(part: bigint, whole: bigint): string | undefined;
}
