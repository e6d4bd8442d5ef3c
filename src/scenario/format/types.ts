/**
 * A scenario, as its file says it: normalised, immutable.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { FactType } from '../../kernel/contract/fact.ts';
import type { Override } from '../../kernel/state/timeline.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Field, Json } from '../../kernel/values/fields.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import type { Expectation } from '../expecting/expectation.ts';
import type { ReportLine } from '../expecting/report.ts';
import type { Spot } from '../text/mistakes.ts';

/** What a scenario starts from. */
export type Base =
  | {
      readonly kind: 'history';
      /** As the file says it: relative to the scenario file. */
      readonly path: string;
      readonly refused: 'fail' | 'skip' | 'attempt';
    }
  | {
      readonly kind: 'book';
      readonly book: string;
      /** The last revision that counts; undefined: the head when the run is asked for. */
      readonly at: number | undefined;
    }
  | { readonly kind: 'empty'; readonly from: Day };

/** The days that are run and reported, both ends included. */
export interface Horizon {
  readonly from: Day;
  readonly to: Day;
  readonly close: 'daily' | 'recorded';
}

/** One field of a filter: the facts whose value is this one. */
export interface FieldTest {
  readonly name: string;
  readonly field: Field<unknown>;
  readonly value: unknown;
  /** The value as an event's data write it; null where the field is left out. */
  readonly json: Json;
}

/** Which facts an edit is about. */
export interface Where {
  readonly type: FactType;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  /** In alphabetical order. */
  readonly fields: readonly FieldTest[];
}

/** The holders that an injection runs over, in the order of their ids. */
export type Holders =
  | { readonly kind: 'listed'; readonly ids: readonly string[] }
  | { readonly kind: 'holdersOf'; readonly accounts: AccountKind };

/** Where in the file something stands. */
export interface Place extends Spot {
  /** `facts[0]`, `variants[1].facts[0]`, `expect[2]`. */
  readonly path: string;
}

/** One edit of the recorded facts. */
export type Edit = { readonly place: Place } & (
  | { readonly kind: 'drop'; readonly where: Where }
  | { readonly kind: 'scale'; readonly where: Where; readonly field: string; readonly by: Fraction }
  | {
      readonly kind: 'set';
      readonly where: Where;
      readonly field: string;
      /** The typed value; undefined leaves an optional field out. */
      readonly value: unknown;
      readonly json: Json;
    }
  | { readonly kind: 'shift'; readonly where: Where; readonly days: number }
  | {
      readonly kind: 'inject';
      /** The first and the last day, on each of which the command is given; equal for one day. */
      readonly from: Day;
      readonly to: Day;
      readonly type: FactType;
      readonly command: string;
      /** Whom it is given for, each filled in as `holder`; undefined: once, as it stands. */
      readonly holders: Holders | undefined;
      /** The inputs, written as an event's data write them; without `holder` where {@link holders} fills it in. */
      readonly with: { readonly [input: string]: Json };
    }
);

/** The scenario with more on top. */
export interface Variant {
  readonly name: string;
  /** Its own alone, in the order of application; see {@link assumptionsOf}. */
  readonly assumptions: readonly Override[];
  /** Its own alone, after the scenario's. */
  readonly edits: readonly Edit[];
}

/** A line of the file that was parsed, and its normalised text. */
export interface Line<T> {
  readonly place: Place;
  readonly text: string;
  readonly line: T;
}

/** A scenario file without mistakes. */
export interface Scenario {
  readonly id: string;
  /** The id where the file gives none. */
  readonly title: string;
  readonly description: string;
  readonly source: string;
  readonly base: Base;
  readonly horizon: Horizon;
  readonly seed: number;
  readonly scale: number;
  /** In the order of application: values from a date, by date, then ranges. */
  readonly assumptions: readonly Override[];
  readonly edits: readonly Edit[];
  readonly variants: readonly Variant[];
  readonly report: readonly Line<ReportLine>[];
  readonly expect: readonly Line<Expectation>[];
}

/** All overrides of a variant, in the order of application: its own come after the scenario's, so that they win. */
export const assumptionsOf = (scenario: Scenario, variant: Variant | undefined): readonly Override[] =>
  variant === undefined ? scenario.assumptions : [...scenario.assumptions, ...variant.assumptions];

/** All edits of a variant, in order. */
export const editsOf = (scenario: Scenario, variant: Variant | undefined): readonly Edit[] =>
  variant === undefined ? scenario.edits : [...scenario.edits, ...variant.edits];
