/**
 * Facts and derived events: data, rules and state of each in one place. All of it is pure: values in, values out.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';
import type { DataOf, Fields, Json } from '../values/fields.ts';
import type { Code, Refusal } from '../values/refusals.ts';
import type { Entry, NewEntry, Reading, Writing } from './reading.ts';

/** A fact or a derived event on its way: data and effective date. */
export interface Happening<D> {
  readonly data: D;
  readonly on: Day;
}

/** An event as `evolve` sees it: with the entry that it booked. */
export interface Booked<D> extends Happening<D> {
  readonly entry: Entry;
}

/** Data of one version as those of the next. */
export type Upcast = (data: { readonly [name: string]: Json }) => { readonly [name: string]: Json };

/** What both facts and derived events have. */
export interface EventSpec<F extends Fields> {
  readonly doc: string;
  readonly fields: F;
  /**
   * How data of an earlier version become those of the next, the first from version 1 to 2; the type's own version is one more than
   * there are. Each takes JSON as it is recorded and gives JSON, and looks at nothing else.
   */
  readonly upcasts?: readonly Upcast[];
  /** The thing that the event is about: `payment/P-1042`. */
  subject(data: DataOf<F>): string;
  /** Further things that it names. */
  refs?(data: DataOf<F>): readonly string[];
  /** What listeners are told of it, beyond and instead of its data: what the owner knows from its own rows. */
  readonly tells?: Telling<F>;
  evolve?(event: Booked<DataOf<F>>, s: Writing): void;
}

/** How a fact becomes what it is, and what a what-if makes of one that no longer fits. */
export interface FactSpec<F extends Fields> extends EventSpec<F> {
  /** The command that asks for it. */
  readonly command: string;
  /** Writes its postings; none where it is left out. */
  react?(event: Happening<DataOf<F>>, s: Reading, entry: NewEntry): void;
  /** The input and its value by which the command is told from others of the same name, and the code when nobody knows the value. */
  readonly told?: { readonly field: keyof F & string; readonly value: string; readonly unknown: Code };
  /** false: its effective date says nothing about days (the opening of a book). */
  readonly dated?: boolean;
  /** The fact begins the life of its subject: when a what-if leaves it out, what follows on the subject is left out with it. */
  readonly begins?: boolean;
  /** A listener must answer for this role, or the fact is refused. */
  role?(data: DataOf<F>, s: Reading): { readonly role: string; readonly unanswered: Code } | undefined;
  /** What is wrong with the inputs together, beyond each by itself; asked before dates are looked at. */
  invalid?(data: DataOf<F>): Refusal | undefined;
  /** The inputs in the one way in which they are written, where its fields leave more than one. */
  meant?(data: DataOf<F>): DataOf<F>;
  /** Why the fact can't be, if so: the first code that applies. Without it nothing is in its way. */
  fits?(fact: Happening<DataOf<F>>, s: Reading): Refusal | undefined;
  /** In a what-if: the largest part of a fact that doesn't fit which does; undefined when there is none. Without it a misfit is skipped. */
  clamp?(fact: Happening<DataOf<F>>, s: Reading): DataOf<F> | undefined;
  /**
   * In a what-if: the fact with an amount in place of an intent (`all`, what is due, what is left), as it comes to now; itself where that
   * can't be told. Facts without intents leave it out.
   */
  sized?(fact: Happening<DataOf<F>>, s: Reading): DataOf<F>;
  /** In a what-if: whether the fact finds its effect there already. */
  moot?(fact: Happening<DataOf<F>>, s: Reading): boolean;
  /** Takes back what `evolve` did; without it the fact can't be reversed. */
  undo?(fact: Booked<DataOf<F>>, s: Writing, reversedOn: Day): void;
  /**
   * Why this fact can't be reversed (now), beyond balances that don't allow it; a refusal where there is a code for it. The day
   * looked at is the reversal's.
   */
  cannotUndo?(fact: Booked<DataOf<F>>, s: Reading): string | Refusal | undefined;
  /** What to do instead, where the fact can't be reversed at all. */
  readonly insteadOfUndo?: string;
}

/** What an owner tells listeners. */
export interface Telling<F extends Fields> {
  readonly fields: Fields;
  /**
   * Worked out on the owner's rows as they are before the event; undefined where they know nothing of what it is about: then
   * nobody is told.
   */
  of(event: Happening<DataOf<F>>, s: Reading): { readonly [name: string]: unknown } | undefined;
}

/** A fact type, as a house holds it. */
export interface FactType<F extends Fields = Fields> extends FactSpec<F> {
  readonly kind: 'fact';
  readonly name: string;
  readonly ordinal: number;
  readonly version: number;
}

/** A derived event's type. */
export interface DerivedType<F extends Fields = Fields> extends EventSpec<F> {
  readonly kind: 'derived';
  readonly name: string;
  readonly ordinal: number;
  readonly version: number;
}

export type EventType = FactType | DerivedType;

let types = 0;

/** Declares a fact type: command, data, rules and state in one place. */
export const fact = <const F extends Fields>(name: string, spec: FactSpec<F>): FactType<F> => ({
  ...spec,
  kind: 'fact',
  name,
  ordinal: types++,
  version: 1 + (spec.upcasts?.length ?? 0),
});

/** Declares a derived event type. */
export const derived = <const F extends Fields>(name: string, spec: EventSpec<F>): DerivedType<F> => ({
  ...spec,
  kind: 'derived',
  name,
  ordinal: types++,
  version: 1 + (spec.upcasts?.length ?? 0),
});
