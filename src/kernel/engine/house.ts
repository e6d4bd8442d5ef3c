/**
 * A house: the lines of business put together, checked, and looked up by name.
 *
 * @module
 */
import type { AccountKind } from '../contract/account.ts';
import type { Parameter } from '../contract/parameter.ts';
import type {
  CloseRule,
  EventType,
  FactType,
  Invariant,
  Listener,
  Phase,
  Segment,
} from '../contract/segment.ts';
import { phases } from '../contract/segment.ts';
import type { Table } from '../contract/table.ts';
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
  readonly #types = new Map<string, EventType>();
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
    this.kinds = this.segments.flatMap(({ accounts }) => accounts);
    this.tables = this.segments.flatMap(({ tables }) => tables);
    this.parameters = this.segments.flatMap(({ parameters }) => parameters);
    distinct(this.segments.map(({ id }) => id));
    distinct(this.kinds.map(({ path }) => path));
    distinct(this.tables.map(({ name }) => name));
    distinct(this.parameters.map(({ name }) => name));
    for (const parameter of this.parameters) this.#parameters.set(parameter.name, parameter);
    for (const segment of this.segments) this.#register(segment);
    for (const segment of this.segments) {
      for (const listener of segment.listeners) this.#listen(segment, listener);
      for (const path of segment.borrows) {
        if (!this.kinds.some((kind) => kind.path === path))
          throw new Error(`${segment.id}: nobody declares ${path}`);
      }
    }
    this.#invariants = this.segments.flatMap(({ id, invariants }) =>
      invariants.map((invariant) => ({ segment: id, invariant })),
    );
    this.#keepers = keepers(this.own, this);
    this.#closing = new Map(phases.map((phase) => [phase, this.#rulesOf(phase)]));
  }

  #register(segment: Segment): void {
    for (const type of [...segment.facts, ...segment.derived]) {
      if (this.#types.has(type.name)) throw new Error(`two segments declare ${type.name}`);
      this.#types.set(type.name, type);
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
    return this.segments.flatMap((segment) =>
      segment.close.filter((rule) => rule.phase === phase).map((rule) => ({ segment, rule })),
    );
  }

  /** A fact or derived type by name. */
  type(name: string): EventType | undefined {
    return this.#types.get(name);
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

const nobody: readonly Listening[] = [];

function distinct(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${twice} is declared twice`);
}
