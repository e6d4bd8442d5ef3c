/**
 * The Segment contract: what a line of business says of its facts, its derived events and its rules at a day's close. All of
 * it is pure: values in, values out.
 *
 * @module
 */

import type { Day } from '../values/dates.ts';
import type { DataOf, Fields } from '../values/fields.ts';
import type { Code, Refusal } from '../values/refusals.ts';
import type { AccountKind, Posting } from './account.ts';
import type { Parameter } from './parameter.ts';
import type { Table } from './table.ts';

/** A holder's balance, positive on its normal side. */
export interface Holding {
  readonly holder: string;
  readonly minor: bigint;
}

/** What a rule may look at. Every look is at the state before the event; balances are positive on their normal side. */
export interface Reading {
  /** The effective date of the event that is being decided. */
  readonly day: Day;
  /** A row of the segment's own tables. */
  row<R>(of: Table<R>, key: string): R | undefined;
  /** The keys in a bucket of a table. */
  bucket<R>(of: Table<R>, bucket: number): readonly string[];
  /** The buckets of a table that may hold a key, in order. */
  buckets<R>(of: Table<R>): readonly number[];
  /** The value of a parameter on the event's date, as in force and known now. */
  policy<T>(of: Parameter<T>, key?: string): T;
  /** The balance of an account as of a day. */
  balanceOn(kind: AccountKind, day: Day, holder?: string): bigint;
  /** The lowest balance of an account on any day from the event's on. */
  available(kind: AccountKind, holder?: string): bigint;
  /** Says that an account doesn't hold an amount on every day from the event's on, with the code of its kind's floor, if so. */
  shortage(kind: AccountKind, minor: bigint, holder?: string): Refusal | undefined;
  /** The highest balance of an account on any day from the event's on. */
  highest(kind: AccountKind, holder?: string): bigint;
  /** The lowest value on any day from the event's on of totals of kinds, those of the second list taken off those of the first. */
  lowestNet(plus: readonly AccountKind[], minus: readonly AccountKind[]): bigint;
  /** The balance of all accounts of a kind as of a day. */
  totalOn(kind: AccountKind, day: Day): bigint;
  /** Everyone who has had postings on a kind, in the order of their ids, and the balance as of a day. */
  balancesOn(kind: AccountKind, day: Day): readonly Holding[];
}

/** What `evolve` may do besides: write rows. */
export interface Writing extends Reading {
  set<R>(of: Table<R>, key: string, row: R): void;
  delete<R>(of: Table<R>, key: string): void;
}

/** What an event did to the accounts, as `evolve` sees it. */
export interface Entry {
  /** Number of postings. */
  readonly length: number;
  /** The sum of the postings on a kind (of one holder), debit positive. */
  sum(kind: AccountKind, holder?: string): bigint;
  /** The first holder posted on of a kind. */
  holderOf(kind: AccountKind): string | undefined;
}

/** A fact or a derived event on its way: data and effective date. */
export interface Happening<D> {
  readonly data: D;
  readonly on: Day;
}

/** An event as `evolve` sees it: with the entry that it booked. */
export interface Booked<D> extends Happening<D> {
  readonly entry: Entry;
}

/** What both facts and derived events have. */
interface EventSpec<F extends Fields> {
  readonly doc: string;
  readonly fields: F;
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
  /** Its postings. */
  react(event: Happening<DataOf<F>>, s: Reading): readonly Posting[];
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
  /** Why the fact can't be, if so: the first code that applies. */
  fits(fact: Happening<DataOf<F>>, s: Reading): Refusal | undefined;
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
  version: 1,
});

/** Declares a derived event type. */
export const derived = <const F extends Fields>(name: string, spec: EventSpec<F>): DerivedType<F> => ({
  ...spec,
  kind: 'derived',
  name,
  ordinal: types++,
  version: 1,
});

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
  /** Its postings; none where it is left out. */
  react?(told: Happening<DataOf<F>>, s: Reading): readonly Posting[];
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

/** The four phases of a day's close, in order. */
export const phases = ['timeouts', 'accruals', 'settlements', 'sweeps'] as const;

export type Phase = (typeof phases)[number];

/** A derived event to be, as a rule of the close gives it. */
export interface Draft<F extends Fields = Fields> {
  readonly type: DerivedType<F>;
  readonly data: DataOf<F>;
  readonly postings: readonly Posting[];
}

/** A draft, with data that fit the type. */
export const draft = <F extends Fields>(
  type: DerivedType<F>,
  data: DataOf<F>,
  postings: readonly Posting[],
): Draft<F> => ({
  type,
  data,
  postings,
});

/** One small rule of a day's close. Rules run by phase, then by segment id, then in the order in which a segment lists them. */
export interface CloseRule<I = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly phase: Phase;
  /** What there is to do; the state is that before the first of them. */
  items(s: Reading): Iterable<I>;
  /**
   * The event for one of them, or none; the state is that after those before it. What others post in answer to it is no part of it
   * yet: whoever wants the entry asks `derivedBy` (close.ts).
   */
  derive(item: I, s: Reading): Draft | undefined;
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

/** Something that must hold after every command. */
export interface Invariant {
  readonly name: string;
  /** A sentence that says what doesn't hold, or undefined. */
  broken(s: Reading): string | undefined;
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

/** A line of business. */
export interface Segment {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly accounts: readonly AccountKind[];
  /** Kinds of other segments that it posts on or reads, by path. */
  readonly borrows: readonly string[];
  readonly parameters: readonly Parameter<unknown>[];
  readonly tables: readonly Table<unknown>[];
  readonly facts: readonly FactType[];
  readonly derived: readonly DerivedType[];
  readonly listeners: readonly Listener[];
  readonly close: readonly CloseRule[];
  readonly invariants: readonly Invariant[];
  readonly metrics: readonly MetricSpec[];
}
