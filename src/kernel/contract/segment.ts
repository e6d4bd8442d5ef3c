/**
 * A line of business, and how it is declared: each thing on the line itself, once, which registers it. Nothing is listed again.
 *
 * @module
 */

import type { Fields } from '../values/fields.ts';
import { type AccountKind, type AccountKindSpec, accountKind, borrow } from './account.ts';
import { type DerivedType, derived, type EventSpec, type FactSpec, type FactType, fact } from './fact.ts';
import { answer, type Listener, type ListenerSpec } from './listener.ts';
import type { Invariant, Lying, MetricSpec } from './metric.ts';
import { type Parameter, type ParameterSpec, parameter } from './parameter.ts';
import type { RowFields } from './row.ts';
import type { CloseRule } from './rule.ts';
import { type Subject, type SubjectSpec, subject, type Table, type TableSpec, table } from './table.ts';

/** A line of business. */
export interface Segment {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly accounts: readonly AccountKind[];
  /** Kinds of other lines that it posts on or reads, by path. */
  readonly borrows: readonly string[];
  readonly parameters: readonly Parameter<unknown>[];
  readonly tables: readonly Table<unknown>[];
  /** Those of the tables whose rows are things that people ask for. */
  readonly subjects?: readonly Subject[];
  readonly facts: readonly FactType[];
  readonly derived: readonly DerivedType[];
  readonly listeners: readonly Listener[];
  readonly close: readonly CloseRule[];
  readonly invariants: readonly Invariant[];
  /** What of its own lies among customers' money. */
  readonly lying?: readonly Lying[];
  readonly metrics: readonly MetricSpec[];
}

/** A line under declaration. Names of parameters, tables and rules begin with the line's own, which is put before them. */
export class Line implements Segment {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly accounts: AccountKind[] = [];
  readonly borrows: string[] = [];
  readonly parameters: Parameter<unknown>[] = [];
  readonly tables: Table<unknown>[] = [];
  readonly subjects: Subject[] = [];
  readonly facts: FactType[] = [];
  readonly derived: DerivedType[] = [];
  readonly listeners: Listener[] = [];
  readonly close: CloseRule[] = [];
  readonly invariants: Invariant[] = [];
  readonly lying: Lying[] = [];
  readonly metrics: MetricSpec[] = [];

  constructor(id: string, { title, doc }: { readonly title: string; readonly doc: string }) {
    this.id = id;
    this.title = title;
    this.doc = doc;
  }

  /**
   * Declares a kind of account by its path, `entity:class:segment:name`, of which the segment is the line.
   *
   * @throws Error when the path is another line's
   * @example const wallet = line.account('platform:liability:payments:wallet', { doc: 'what a customer may claim', perHolder: true })
   */
  account(path: string, spec: AccountKindSpec): AccountKind {
    const kind = accountKind(path, spec);
    if (kind.segment !== this.id)
      throw new Error(`${this.id}: ${path} is an account of ${kind.segment}: say line.uses`);
    this.accounts.push(kind);
    return kind;
  }

  /** A kind that another line declares: how money crosses from line to line. Whether somebody does is checked by the house. */
  uses(path: string): AccountKind {
    if (!this.borrows.includes(path)) this.borrows.push(path);
    return borrow(path);
  }

  /** Declares a parameter, `merchantFeeRate` of payments as `payments.merchantFeeRate`. */
  parameter<T>(name: string, spec: ParameterSpec<T>): Parameter<T> {
    const made = parameter(`${this.id}.${name}`, spec);
    this.parameters.push(made);
    return made;
  }

  /** Declares a table, `volumes` of payments as `payments.volumes`. */
  table<R>(name: string, spec: TableSpec<R>): Table<R> {
    const made = table(`${this.id}.${name}`, spec);
    this.tables.push(made);
    return made;
  }

  /**
   * Declares a subject: the things that events are about, by id, with their fields. `payment` is what stands before the id in an
   * event's subject, `payment/P-1042`.
   */
  subject<F extends RowFields>(prefix: string, spec: SubjectSpec<F>): Subject<F> {
    const made = subject(this.id, prefix, spec);
    this.tables.push(made);
    this.subjects.push(made);
    return made;
  }

  /** Declares a fact: command, data, rules and state in one place. */
  fact<const F extends Fields>(name: string, spec: FactSpec<F>): FactType<F> {
    const made = fact(name, spec);
    this.facts.push(made);
    return made;
  }

  /** Declares a derived event. */
  derivedEvent<const F extends Fields>(name: string, spec: EventSpec<F>): DerivedType<F> {
    const made = derived(name, spec);
    this.derived.push(made);
    return made;
  }

  /** Answers a fact or a derived event of another line, named by its type. */
  answer<const F extends Fields>(to: string, spec: ListenerSpec<F>): Listener<F> {
    const made = answer(to, spec);
    this.listeners.push(made);
    return made;
  }

  /** Declares a rule of the close, `timeOuts` of payments as `payments.timeOuts`. */
  rule<I>(name: string, spec: Omit<CloseRule<I>, 'name'>): CloseRule<I> {
    const made = { ...spec, name: `${this.id}.${name}` };
    this.close.push(made);
    return made;
  }

  /** Says what must hold after every command. */
  invariant(name: string, broken: Invariant['broken']): void {
    this.invariants.push({ name, broken });
  }

  /** Says what lies in an entity's reserves and is no customer's. */
  lies(entity: string, doc: string, of: Lying['of']): void {
    this.lying.push({ entity, doc, of });
  }

  /** Declares a figure over a period. */
  metric(id: string, spec: Omit<MetricSpec, 'id'>): void {
    this.metrics.push({ id, ...spec });
  }
}

/** Begins the declaration of a line of business. */
export const segment = (id: string, spec: { readonly title: string; readonly doc: string }): Line =>
  new Line(id, spec);
