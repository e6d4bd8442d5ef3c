/**
 * Answers: what a line does when another’s fact happens, or another’s derived event.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';
import type { DataOf, Fields } from '../values/fields.ts';
import type { Refusal } from '../values/refusals.ts';
import type { Booked, Happening } from './fact.ts';
import type { NewEntry, Reading, Writing } from './reading.ts';

/**
 * What a segment does when another's fact happens, or another's derived event: its own `fits`, postings and rows, in the same
 * entry. Everything but {@link ListenerSpec.when} is asked only where that holds.
 */
export interface ListenerSpec<F extends Fields> {
  /** What it must be told, by name and shape. */
  readonly needs: F;
  /** The role that it answers for, if the fact asks for one. Of facts alone. */
  readonly role?: string;
  /** Whether it has something to do with this one. */
  when(told: DataOf<F>): boolean;
  /** Of facts alone: a close never refuses. */
  fits?(told: Happening<DataOf<F>>, s: Reading): Refusal | undefined;
  /** Writes its postings, after the owner's and into the same entry. */
  react?(told: Happening<DataOf<F>>, s: Reading, entry: NewEntry): void;
  /** Its rows. It is asked before the owner's own `evolve`, and told what `react` was told. */
  evolve?(told: Booked<DataOf<F>>, s: Writing): void;
  /**
   * Takes back what `evolve` did, after the owner's own `undo`. What it is told is worked out at the time of the reversal, on the
   * rows that the owner's `undo` left: amounts are the entry's, whatever the rows say by then. Of facts alone: nothing else is
   * reversed.
   */
  undo?(told: Booked<DataOf<F>>, s: Writing, reversedOn: Day): void;
  /** Why the fact can't be reversed (now), for its sake; the day looked at is the reversal's. Of facts alone. */
  cannotUndo?(told: Booked<DataOf<F>>, s: Reading): string | Refusal | undefined;
}

export interface Listener<F extends Fields = Fields> extends ListenerSpec<F> {
  /** The type of fact or derived event that it answers. */
  readonly to: string;
}

/** Answers a fact or a derived event of another segment, named by its type. */
export const answer = <const F extends Fields>(to: string, spec: ListenerSpec<F>): Listener<F> => ({
  ...spec,
  to,
});
