/**
 * Rules of a day’s close.
 *
 * @module
 */

import type { DataOf, Fields } from '../values/fields.ts';
import type { DerivedType } from './fact.ts';
import type { NewEntry, Reading } from './reading.ts';

/** The four phases of a day's close, in order. */
export const phases = ['timeouts', 'accruals', 'settlements', 'sweeps'] as const;

export type Phase = (typeof phases)[number];

/** A derived event to be, as a rule of the close gives it. */
export interface Draft<F extends Fields = Fields> {
  readonly type: DerivedType<F>;
  readonly data: DataOf<F>;
}

/** A draft, with data that fit the type. */
export const draft = <F extends Fields>(type: DerivedType<F>, data: DataOf<F>): Draft<F> => ({
  type,
  data,
});

/** One small rule of a day's close. Rules run by phase, then by line, then as `after` says, else by name. */
export interface CloseRule<I = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly phase: Phase;
  /** Rules of the same line and phase that come before it. */
  readonly after?: readonly Pick<CloseRule, 'name' | 'phase'>[];
  /** What there is to do; the state is that before the first of them. */
  items(s: Reading): Iterable<I>;
  /**
   * The event for one of them, or none; the state is that after those before it. What others post in answer to it is no part of it
   * yet: whoever wants the entry asks `derivedBy` (close.ts).
   */
  derive(item: I, s: Reading, entry: NewEntry): Draft | undefined;
  /** What couldn't be paid or held after all of them, in words; listed, never refused. */
  breach?(s: Reading): Breach | undefined;
}

/** Declares a rule of the close. */
export const closeRule = <I>(rule: CloseRule<I>): CloseRule<I> => rule;

/** Something that is owed and could not be paid at a close. */
export interface Breach {
  readonly rule: string;
  readonly detail: string;
  readonly minor: bigint;
  readonly currency: string;
}
