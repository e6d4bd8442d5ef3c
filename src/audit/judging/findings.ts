/**
 * Findings: what conformance says of an event that is not what the rules say.
 *
 * @module
 */
import type { Day } from '../../kernel/values/dates.ts';
import type { Json } from '../../kernel/values/fields.ts';
import type { Difference, Line } from './entries.ts';

/** What an event is, by the record or by the rules. */
export interface Account {
  readonly data: Json;
  readonly entry: readonly Line[];
}

/**
 * How the record and the rules differ: a fact was booked that doesn't fit; entry or data are others; the rules derive nothing
 * of the kind; or they derive what is not recorded.
 */
export type FindingKind = 'misfit' | 'differs' | 'not derived' | 'missing';

/** An event that is not what the rules say. */
export interface Finding {
  /** Of the event; where it is missing, of the one that stands in its place. */
  readonly revision: number;
  readonly kind: FindingKind;
  readonly type: string;
  readonly subject: string;
  readonly segment: string;
  readonly on: Day;
  /** The fact type, or the rule of the close, that says otherwise; for what no rule derives, the type. */
  readonly rule: string;
  /** What differs, in words. */
  readonly detail: string;
  readonly recorded: Account | undefined;
  readonly expected: Account | undefined;
  readonly differences: readonly Difference[];
  /** The finding that it only follows from: had that been right, this would be. */
  readonly followsFrom?: number;
}
