/**
 * A house: the lines of business put together, checked, and looked up by name.
 *
 * @module
 */
import type { AccountKind } from '../contract/account.ts';
import type { EventType, FactType } from '../contract/fact.ts';
import type { Listener } from '../contract/listener.ts';
import type { Invariant } from '../contract/metric.ts';
import type { Parameter } from '../contract/parameter.ts';
import type { CloseRule, Phase } from '../contract/rule.ts';
import { phases } from '../contract/rule.ts';
import type { Segment } from '../contract/segment.ts';
import type { Table } from '../contract/table.ts';
import type { Postable } from '../state/entry-writer.ts';
import type { Declared } from '../state/state.ts';
import { dayMax } from '../values/dates.ts';
import { formatMoney } from '../values/money.ts';
import { type Keeper, keepers, kernelSegment, type OwnTypes, ownTypes } from './own-facts.ts';

/** A listener and the segment that it belongs to. */
interface Listening {
  readonly segment: Segment;
  readonly listener: Listener;
}

/** A rule of the close and the segment that it belongs to. */
export interface ClosingRule {
  readonly segment: Segment;
  readonly rule: CloseRule;
}

export class House {
  readonly own: OwnTypes;
  readonly segments: readonly Segment[];
  readonly kinds: readonly AccountKind[];
  readonly tables: readonly Table<unknown>[];
  readonly parameters: readonly Parameter<unknown>[];
  /** What may be written and read in a state of this house. */
  readonly declared: Declared;
  readonly #types = new Map<string, EventType>();
  readonly #known: (EventType | undefined)[] = [];
  readonly #postable: ReadonlyMap<Segment, Postable>;
  readonly #segmentOf = new Map<string, Segment>();
  readonly #parameters = new Map<string, Parameter<unknown>>();
  readonly #commands = new Map<string, FactType[]>();
  readonly #listeners: (Listening[] | undefined)[] = [];
  readonly #invariants: readonly { readonly segment: string; readonly invariant: Invariant }[];
  readonly #keepers: readonly (Keeper | undefined)[];
  readonly #closing: ReadonlyMap<Phase, readonly ClosingRule[]>;

  /**
   * Puts segments together.
   *
   * @throws Error when two declare the same name, when one borrows an account or answers an event that nobody declares, or needs to
   *   be told what is not told
   */
  constructor(segments: readonly Segment[]) {
    this.own = ownTypes(() => this);
    this.segments = [kernelSegment(this.own), ...segments].sort((a, b) => (a.id < b.id ? -1 : 1));
    // By name: nothing goes by the order in which files were read.
    this.kinds = byName(
      this.segments.flatMap(({ accounts }) => accounts),
      ({ path }) => path,
    );
    this.tables = byName(
      this.segments.flatMap(({ tables }) => tables),
      ({ name }) => name,
    );
    this.parameters = byName(
      this.segments.flatMap(({ parameters }) => parameters),
      ({ name }) => name,
    );
    distinct(this.segments.map(({ id }) => id));
    distinct(this.kinds.map(({ path }) => path));
    distinct(this.tables.map(({ name }) => name));
    distinct(this.parameters.map(({ name }) => name));
    this.declared = { tables: ordinalsOf(this.tables), parameters: ordinalsOf(this.parameters) };
    for (const parameter of this.parameters) this.#parameters.set(parameter.name, parameter);
    for (const segment of this.segments) this.#register(segment);
    for (const segment of this.segments) {
      for (const listener of segment.listeners) this.#listen(segment, listener);
      for (const path of segment.borrows) {
        if (!this.kinds.some((kind) => kind.path === path))
          throw new Error(`${segment.id}: nobody declares ${path}`);
      }
    }
    this.#invariants = [
      ...this.segments.flatMap(({ id, invariants }) =>
        invariants.map((invariant) => ({ segment: id, invariant })),
      ),
      ...backed(this.kinds, this.segments).map((invariant) => ({ segment: 'kernel', invariant })),
    ];
    this.#postable = new Map(
      this.segments.map((segment) => [
        segment,
        ordinalsOf(
          this.kinds.filter(({ path, segment: of }) => of === segment.id || segment.borrows.includes(path)),
        ),
      ]),
    );
    this.#keepers = keepers(this.own, this);
    this.#closing = new Map(phases.map((phase) => [phase, this.#rulesOf(phase)]));
  }

  #register(segment: Segment): void {
    for (const type of [...segment.facts, ...segment.derived]) {
      if (this.#types.has(type.name)) throw new Error(`two segments declare ${type.name}`);
      this.#types.set(type.name, type);
      this.#known[type.ordinal] = type;
      this.#segmentOf.set(type.name, segment);
    }
    for (const type of segment.facts) {
      const others = this.#commands.get(type.command) ?? [];
      const clash = others.some(
        ({ told }) => told?.value === type.told?.value || told?.field !== type.told?.field,
      );
      if (clash) throw new Error(`two facts answer the command ${type.command}`);
      this.#commands.set(type.command, [...others, type]);
    }
  }

  #listen(segment: Segment, listener: Listener): void {
    const type = this.#types.get(listener.to);
    if (type === undefined) throw new Error(`${segment.id}: nobody declares ${listener.to}`);
    if (type === this.own.closed) throw new Error(`${segment.id}: the end of a close is answered by nobody`);
    if (type.kind === 'derived' && (listener.fits ?? listener.role) !== undefined)
      throw new Error(`${segment.id}: ${type.name} is derived: what answers it has no fits and no role`);
    const told = type.tells?.fields ?? type.fields;
    for (const [name, need] of Object.entries(listener.needs)) {
      const found = told[name];
      if (found?.shape.kind !== need.shape.kind || (found.optional && !need.optional))
        throw new Error(`${segment.id}: ${type.name} tells no ${name}`);
    }
    const listeners = this.#listeners[type.ordinal] ?? [];
    this.#listeners[type.ordinal] = [...listeners, { segment, listener }];
  }

  #rulesOf(phase: Phase): ClosingRule[] {
    return this.segments.flatMap((segment) => inOrder(segment, phase).map((rule) => ({ segment, rule })));
  }

  /** A fact or derived type by name. */
  type(name: string): EventType | undefined {
    return this.#types.get(name);
  }

  /** The line that a type belongs to. */
  ownerOf(type: EventType): Segment | undefined {
    return this.#segmentOf.get(type.name);
  }

  /** The kinds that a line may post on: those that it declares or uses. */
  postable(segment: Segment | undefined): Postable {
    return segment === undefined ? undefined : this.#postable.get(segment);
  }

  /** @throws Error when a type is not of this house: it would be booked into a log that nobody could read */
  check(type: EventType): void {
    if (this.#known[type.ordinal] === undefined) throw new Error(`${type.name} is no event of this house`);
  }

  get types(): readonly EventType[] {
    return [...this.#types.values()];
  }

  get facts(): readonly FactType[] {
    return this.segments.flatMap(({ facts }) => facts);
  }

  /** The id of the segment that a type belongs to. */
  segmentOf(type: EventType): string {
    return this.#segmentOf.get(type.name)?.id ?? 'kernel';
  }

  parameter(name: string): Parameter<unknown> | undefined {
    return this.#parameters.get(name);
  }

  /** The fact types that a command may become: more than one where an input tells them apart. */
  command(name: string): readonly FactType[] | undefined {
    return this.#commands.get(name);
  }

  get commands(): ReadonlyMap<string, readonly FactType[]> {
    return this.#commands;
  }

  /** Who answers a fact or a derived event besides its owner, by segment id. */
  listeners(type: EventType): readonly Listening[] {
    return this.#listeners[type.ordinal] ?? nobody;
  }

  /** What must hold after every command, with the segment that says so. */
  get invariants(): readonly { readonly segment: string; readonly invariant: Invariant }[] {
    return this.#invariants;
  }

  /** What an event of the kernel's own does beside its rows. */
  keeper(type: EventType): Keeper | undefined {
    return this.#keepers[type.ordinal];
  }

  /** The rules of a phase of the close, in the order in which they run. */
  closing(phase: Phase): readonly ClosingRule[] {
    return this.#closing.get(phase) ?? [];
  }
}

/**
 * Rules of one line and phase in the order that they say, else by name: never by the order in which files were read.
 *
 * @throws Error when one is to come after a rule of another line or phase, or after itself
 */
function inOrder({ id, close }: Segment, phase: Phase): readonly CloseRule[] {
  const left = close.filter((rule) => rule.phase === phase).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, after = [] } of left) {
    const strange = after.find((other) => other.phase !== phase || !other.name.startsWith(`${id}.`));
    if (strange !== undefined)
      throw new Error(`${id}: ${name} comes after ${strange.name}, which is no rule of its line and phase`);
  }
  const ordered: CloseRule[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ after = [] }) =>
      after.every((other) => !left.some(({ name }) => name === other.name)),
    );
    const [rule] = left.splice(next, 1);
    if (next < 0 || rule === undefined) throw new Error(`${id}: rules come after each other in a circle`);
    ordered.push(rule);
  }
  return ordered;
}

/**
 * That customers' money is there, one to one, for each entity that holds any. Every entry keeps the backing by itself, on its own date;
 * so what holds in total holds on every date.
 */
function backed(kinds: readonly AccountKind[], segments: readonly Segment[]): readonly Invariant[] {
  const entities = new Set(kinds.filter(({ backing }) => backing !== undefined).map(({ entity }) => entity));
  return [...entities].map((entity) => {
    const of = (as: AccountKind['backing']) =>
      kinds.filter(({ backing, entity: whose }) => backing === as && whose === entity);
    const reserves = of('reserve');
    const claims = of('claim');
    const lying = segments.flatMap((segment) => segment.lying ?? []).filter((each) => each.entity === entity);
    return {
      name: 'customers’ money is backed',
      broken: (s) => {
        let there = 0n;
        let owed = 0n;
        for (const kind of reserves) there += s.totalOn(kind, dayMax);
        for (const kind of claims) owed += s.totalOn(kind, dayMax);
        for (const own of lying) owed += own.of(s);
        return there === owed
          ? undefined
          : `${entity}: reserves ${formatMoney(there, 'CNY')}, claims and what else lies there ${formatMoney(owed, 'CNY')}`;
      },
    };
  });
}

const nobody: readonly Listening[] = [];

/** Which ordinals things have. */
function ordinalsOf(things: readonly { readonly ordinal: number }[]): readonly (true | undefined)[] {
  const found: (true | undefined)[] = [];
  for (const { ordinal } of things) found[ordinal] = true;
  return found;
}

const byName = <T>(things: readonly T[], nameOf: (thing: T) => string): readonly T[] =>
  [...things].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

function distinct(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${twice} is declared twice`);
}
