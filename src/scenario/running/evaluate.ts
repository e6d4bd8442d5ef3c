/**
 * Evaluation: recorded facts under other assumptions, in a state of its own. Every fact goes through `fits` and the rules
 * again; derived events are derived anew. What no longer fits is clamped or skipped, and said.
 *
 * @module
 */

import type { EventType, FactType, Happening } from '../../kernel/contract/fact.ts';
import { beforeAllDates, tooMuch } from '../../kernel/deciding/bounds.ts';
import { commandType, dateRefusal } from '../../kernel/deciding/commands.ts';
import { book, misfit, reaction } from '../../kernel/engine/booking.ts';
import { closingBits } from '../../kernel/engine/close.ts';
import type { House } from '../../kernel/engine/house.ts';
import { mirror } from '../../kernel/engine/reversal.ts';
import type { Recalled } from '../../kernel/engine/undo.ts';
import { asReversed } from '../../kernel/engine/versions.ts';
import { NumberedEntry, type State } from '../../kernel/state/state.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import {
  type DataOf,
  decodeData,
  encodeData,
  type Fields,
  isJson,
  isRecord,
  type Json,
  parseData,
} from '../../kernel/values/fields.ts';
import { type Fraction, share } from '../../kernel/values/rates.ts';
import { codes, declareCode, Refusal } from '../../kernel/values/refusals.ts';
import type { Edit } from '../file/file.ts';
import { isInjection, type Plan, type PlannedFact } from './plan.ts';

/** Follows from a fact that a run left out. */
export const dependsOnSkipped = declareCode(
  'DEPENDS_ON_SKIPPED',
  'latest',
  'what it follows from was left out',
  'See the divergence of the fact that began it.',
);

/** How deep data may be nested. */
const jsonDepthMax = 8;

type Data = DataOf<Fields>;
type Event = Happening<Data>;

/** A recorded fact that a run could not keep as it was. */
export interface Divergence {
  /** Its revision in the base. */
  readonly revision: number;
  /** Line of the history file, where there is one. */
  readonly line: number | undefined;
  readonly type: string;
  readonly subject: string;
  readonly on: Day;
  /** Kept smaller, left out, or (an attempt that the base had refused) let through. */
  readonly kind: 'clamp' | 'skip' | 'accept';
  readonly code: string;
  readonly detail: string;
  /** The fact as it was, and as it became. */
  readonly was: Json;
  readonly became: Json | undefined;
}

/** An injected command that was refused: how often, by code. */
export interface RefusedInjection {
  readonly edit: Edit;
  readonly code: string;
  count: number;
}

/** Told of every event that a run books. */
export type Sink = (type: EventType, event: Event, entry: NumberedEntry, cause: number | undefined) => void;

export class Evaluation {
  readonly house: House;
  state: State;
  readonly divergences: Divergence[] = [];
  readonly refusedInjections: RefusedInjection[] = [];
  /** Facts that found their effect there already. */
  moot = 0;
  /** Facts that went through the rules, and all events booked. */
  evaluated = 0;
  booked = 0;
  readonly #plan: Plan;
  readonly #sink: Sink | undefined;
  readonly #skipped: Set<string>;
  readonly #placed: Set<Day>;
  /** Facts that are reversed later, as this run booked them. */
  readonly #reversible: Map<number, Recalled>;
  readonly #reversed: ReadonlySet<number>;
  /** Attempts that this run let through: by key, and the subjects that they began. */
  readonly #acceptedKeys = new Map<string, string>();
  readonly #acceptedSubjects = new Map<string, string>();
  #next = 0;

  constructor(house: House, state: State, plan: Plan, sink?: Sink, before?: Evaluation) {
    this.house = house;
    this.state = state;
    this.#plan = plan;
    this.#sink = sink;
    this.#skipped = new Set(before === undefined ? plan.dropped : [...before.#skipped, ...plan.dropped]);
    this.#placed = new Set(before === undefined ? [] : before.#placed);
    this.#reversible = new Map(before === undefined ? [] : before.#reversible);
    this.#reversed = before === undefined ? reversedRevisions(plan.facts) : before.#reversed;
    if (before !== undefined) {
      this.#next = before.#next;
      this.divergences.push(...before.divergences);
      this.moot = before.moot;
    }
  }

  /** Goes on with another plan that says the same up to here: what this run has done so far is shared. */
  branch(state: State, plan: Plan, sink?: Sink): Evaluation {
    return new Evaluation(this.house, state, plan, sink, this);
  }

  /** Place of the next fact. */
  get next(): number {
    return this.#next;
  }

  /** How many days of the horizon are still to be closed after the last fact. */
  get daysLeft(): number {
    const { horizon, facts } = this.#plan;
    if (horizon.close !== 'daily') return 0;
    const closing = facts.findLast(({ type }) => type === this.house.own.closing);
    return Math.max(0, horizon.to - (closing?.on ?? facts[0]?.on ?? horizon.from));
  }

  /** Evaluates facts up to a place at one go. */
  advance(to: number): void {
    for (const _bit of this.advancing(to));
  }

  /** Evaluates all that is left at one go: see {@link finishing}. */
  finish(): void {
    for (const _bit of this.finishing());
  }

  /**
   * Evaluates facts up to a place, bit by bit: a fact, or an event of a day's close. Between two bits others may be let in; nobody
   * may look at the state meanwhile.
   */
  *advancing(to: number): Generator<void, void, void> {
    const { facts } = this.#plan;
    const { closing } = this.house.own;
    const end = Math.min(to, facts.length);
    while (this.#next < end) {
      const fact = facts[this.#next];
      this.#next++;
      if (fact?.type === closing) yield* this.#close(fact.on, fact.revision);
      else if (fact !== undefined) this.#step(fact);
      yield;
    }
  }

  /**
   * Evaluates what is left, closes the days of the horizon that are still open where it says so, and what was put on days never
   * closed; bit by bit, as {@link advancing}.
   *
   * @param closed told of each day that the horizon closes
   */
  *finishing(closed: () => void = () => undefined): Generator<void, void, void> {
    yield* this.advancing(this.#plan.facts.length);
    const { horizon, before } = this.#plan;
    if (horizon.close === 'daily') {
      const first = this.state.openFrom ?? this.state.marks.earliest ?? horizon.from;
      for (let day = first; day <= horizon.to; day++) {
        yield* this.#close(day, -1);
        closed();
      }
    }
    for (const day of [...before.keys()].sort((a, b) => a - b)) {
      this.#place(day);
      yield;
    }
  }

  #step(fact: PlannedFact): void {
    const { own } = this.house;
    const { type } = fact;
    if (type === own.reversed) this.#reverse(fact);
    else if (type === own.attempted) this.#attempt(fact);
    else if (type === own.opened || type === own.extended || type === own.policyChanged) {
      this.evaluated++;
      this.#book(type, fact, nothing(this.state));
    } else this.#fact(fact);
  }

  #fact(planned: PlannedFact): void {
    const { house, state } = this;
    const { type } = planned;
    if (this.#skipped.size > 0 && this.#skipped.has(planned.subject)) {
      this.#diverge(planned, 'skip', new Refusal(dependsOnSkipped, planned.subject));
      return;
    }
    if (this.#acceptedKeys.size + this.#acceptedSubjects.size > 0 && this.#metBefore(planned)) return;
    this.evaluated++;
    const fact = planned.intents === undefined ? planned : this.#sized(planned, planned.intents);
    if (fact === undefined) return;
    const refusal = this.#closed(fact.on) ?? misfit(house, state, type, fact);
    if (refusal === undefined) {
      const entry = reaction(house, state, type, fact);
      if (entry instanceof Refusal) this.#skip(fact, entry);
      else {
        if (this.#reversed.has(fact.revision))
          this.#reversible.set(fact.revision, { type, event: fact, entry });
        this.#book(type, fact, entry);
      }
      return;
    }
    if (type.moot?.(fact, state) === true) {
      this.moot++;
      return;
    }
    const data = this.#closed(fact.on) === undefined ? type.clamp?.(fact, state) : undefined;
    const clamped = data === undefined ? undefined : { data, on: fact.on };
    if (clamped === undefined || misfit(house, state, type, clamped) !== undefined) {
      this.#skip(fact, refusal);
      return;
    }
    const entry = reaction(house, state, type, clamped);
    if (entry instanceof Refusal) {
      this.#skip(fact, entry);
      return;
    }
    this.#diverge(fact, 'clamp', refusal, clamped.data);
    if (this.#reversed.has(fact.revision))
      this.#reversible.set(fact.revision, { type, event: clamped, entry });
    this.#book(type, clamped, entry);
  }

  /**
   * A fact with amounts in place of scaled intents: what each comes to now, times its factor, rounded half to even. Undefined where
   * nothing is left of one. What comes to nothing by itself stays an intent, for the rules to refuse.
   */
  #sized(fact: PlannedFact, intents: ReadonlyMap<string, Fraction>): PlannedFact | undefined {
    this.state.day = fact.on;
    const sized: { readonly [field: string]: unknown } = fact.type.sized?.(fact, this.state) ?? fact.data;
    let { data } = fact;
    for (const [field, by] of intents) {
      const minor = sized[field];
      if (typeof minor !== 'bigint' || minor <= 0n) continue;
      const scaled = share(minor, by);
      if (scaled === 0n) return undefined;
      data = { ...data, [field]: scaled };
    }
    return { ...fact, data };
  }

  #closed(on: Day): Refusal | undefined {
    const { closedThrough } = this.state.marks;
    return closedThrough !== undefined && on <= closedThrough
      ? new Refusal(codes.dayClosed, formatDay(on))
      : undefined;
  }

  /** A fact that repeats what an attempt, let through in this run, has done already. */
  #metBefore(fact: PlannedFact): boolean {
    const byKey = fact.key === null ? undefined : this.#acceptedKeys.get(fact.key);
    const begun = fact.type.begins === true ? this.#acceptedSubjects.get(fact.subject) : undefined;
    const before = byKey ?? begun;
    if (before === undefined) return false;
    if (before === inputText(fact.type, fact)) this.moot++;
    else if (byKey !== undefined) this.#skip(fact, new Refusal(codes.keyReused, fact.key ?? ''));
    else return false;
    return true;
  }

  #skip(fact: PlannedFact, refusal: Refusal): void {
    if (fact.type.begins === true) this.#skipped.add(fact.subject);
    this.#diverge(fact, 'skip', refusal);
  }

  #reverse(fact: PlannedFact): void {
    this.evaluated++;
    const target = Number(fact.data.event);
    const original = this.#reversible.get(target);
    if (original === undefined) {
      this.#forget(fact);
      this.#diverge(fact, 'skip', new Refusal(dependsOnSkipped, String(target)));
      return;
    }
    const entry = mirror(this.house, this.state, fact.on, original);
    if (entry instanceof Refusal) {
      this.#diverge(fact, 'skip', entry);
      return;
    }
    const { type, event } = original;
    const of = asReversed({
      data: encodeData(type.fields, event.data),
      effectiveOn: event.on,
      type: type.name,
      schemaVersion: type.version,
    });
    this.#book(fact.type, { data: { ...fact.data, of }, on: fact.on }, entry);
  }

  /** The record undid what this run had left out: its subject may begin again. */
  #forget(fact: PlannedFact): void {
    const { of } = fact.data;
    if (!isRecord(of) || !isJson(of.data, jsonDepthMax)) return;
    const type = this.house.type(String(of.type));
    if (type?.kind === 'fact' && type.begins === true) {
      this.#skipped.delete(type.subject(decodeData(type.fields, of.data)));
    }
  }

  /** A command that the base refused: tried again, strictly. */
  #attempt(fact: PlannedFact): void {
    this.evaluated++;
    const { command, inputs, key } = fact.data;
    this.#book(fact.type, fact, nothing(this.state));
    if (!isRecord(inputs)) return;
    const tried = this.#decide(String(command), inputs, fact.on);
    if (tried instanceof Refusal) return;
    const text = inputText(tried.type, tried.event);
    if (typeof key === 'string') this.#acceptedKeys.set(key, text);
    if (tried.type.begins === true) this.#acceptedSubjects.set(tried.type.subject(tried.event.data), text);
    this.#diverge(
      fact,
      'accept',
      new Refusal(codes.invalidInput, String(fact.data.code)),
      tried.event.data,
      String(fact.data.code),
    );
    this.#book(tried.type, tried.event, tried.entry);
  }

  #decide(
    command: string,
    inputs: { readonly [name: string]: unknown },
    on: Day,
  ): { type: FactType; event: Event; entry: NumberedEntry } | Refusal {
    const { house, state } = this;
    const type = commandType(house, { on: formatDay(on), command, with: inputs });
    if (type instanceof Refusal) return type;
    const data = parseData(type.fields, inputs);
    if (data instanceof Refusal) return data;
    const event = { data, on };
    const refusal =
      type.invalid?.(data) ?? dateRefusal(state, on, undefined) ?? misfit(house, state, type, event);
    if (refusal !== undefined) return refusal;
    const entry = reaction(house, state, type, event);
    if (entry instanceof Refusal) return entry;
    return tooMuch(state, entry, on) ?? { type, event, entry };
  }

  *#close(day: Day, revision: number): Generator<void, void, void> {
    this.#place(day);
    const { house, state } = this;
    this.evaluated++;
    const beginning = state.marks.events;
    const cause = revision < 0 ? beginning : revision;
    this.#book(house.own.closing, { data: {}, on: day }, nothing(state));
    const made = yield* closingBits(house, state, day, beginning + 1);
    this.booked += made.length;
    if (this.#sink !== undefined)
      for (const { type, event, entry } of made) this.#sink(type, event, entry, cause);
    for (const { segment, invariant } of house.invariants) {
      const broken = invariant.broken(state);
      if (broken !== undefined)
        throw new Error(`${segment}: ${invariant.name}, ${formatDay(day)}: ${broken}`);
    }
  }

  /** What was injected on a day or moved to it. */
  #place(day: Day): void {
    const steps = this.#plan.before.get(day);
    if (steps === undefined || this.#placed.has(day)) return;
    this.#placed.add(day);
    for (const step of steps) {
      if (isInjection(step)) this.#inject(step, day);
      else this.#moved(step);
    }
  }

  /** A fact that an edit moved is recorded on another date: no run has one before all dates. */
  #moved(fact: PlannedFact): void {
    const early = beforeAllDates(fact.on);
    if (early === undefined) this.#fact(fact);
    else this.#skip(fact, early);
  }

  #inject(edit: Extract<Edit, { kind: 'inject' }>, day: Day): void {
    const { holders } = edit;
    if (holders === undefined) {
      this.#injectOne(edit, edit.with, day);
      return;
    }
    const ids =
      holders.kind === 'listed'
        ? [...holders.ids].sort()
        : this.state
            .balancesOn(holders.accounts, day)
            .filter(({ minor }) => minor !== 0n)
            .map(({ holder }) => holder);
    for (const holder of ids) this.#injectOne(edit, { ...edit.with, holder }, day);
  }

  #injectOne(edit: Edit, inputs: { readonly [name: string]: Json }, day: Day): void {
    if (edit.kind !== 'inject') return;
    this.evaluated++;
    const decided = this.#decide(edit.command, inputs, day);
    if (!(decided instanceof Refusal)) {
      this.#book(decided.type, decided.event, decided.entry);
      return;
    }
    const known = this.refusedInjections.find((other) => other.edit === edit && other.code === decided.code);
    if (known === undefined) this.refusedInjections.push({ edit, code: decided.code, count: 1 });
    else known.count++;
  }

  #book(type: FactType, event: Event, entry: NumberedEntry): void {
    book(this.house, this.state, type, event, entry, this.state.marks.events);
    this.booked++;
    this.#sink?.(type, event, entry, undefined);
  }

  #diverge(
    fact: PlannedFact,
    kind: Divergence['kind'],
    refusal: Refusal,
    became?: Data,
    code: string = refusal.code,
  ): void {
    const { type, revision, line, subject, on } = fact;
    this.divergences.push({
      revision,
      line,
      type: type.name,
      subject,
      on,
      kind,
      code,
      detail: kind === 'accept' ? 'the base had refused it' : refusal.message,
      was: encodeData(type.fields, (fact.was ?? fact).data),
      became: became === undefined || kind === 'accept' ? undefined : encodeData(type.fields, became),
    });
  }
}

const nothing = (s: State): NumberedEntry => new NumberedEntry(s.chart, [], []);

const inputText = (type: FactType, { data, on }: Event): string =>
  JSON.stringify([type.name, on, encodeData(type.fields, data)]);

/** Revisions of facts that a later fact of the plan reverses. */
function reversedRevisions(facts: readonly PlannedFact[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { type, data } of facts) if (type.name === 'Reversed') found.add(Number(data.event));
  return found;
}
