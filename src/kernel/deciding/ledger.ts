/**
 * The Ledger: decides commands into events against a state, and folds recorded events into one. It knows no disk and no clock;
 * the state that it works on is a fork, which its owner publishes when the events are durable.
 *
 * @module
 */

import type { EventType, FactType, Happening } from '../contract/fact.ts';
import { book, misfit, reaction } from '../engine/booking.ts';
import { runClose } from '../engine/close.ts';
import type { House } from '../engine/house.ts';
import { initialValues, timeZone } from '../engine/own-facts.ts';
import { mirror, recall } from '../engine/reversal.ts';
import { asReversed } from '../engine/versions.ts';
import { genesisHash, type RunHeader, type StoredEvent, sealed } from '../state/events.ts';
import { NumberedEntry, policyTable, type State } from '../state/state.ts';
import { type Day, formatDay, parseDay } from '../values/dates.ts';
import { type DataOf, encodeData, type Fields, isJson, show } from '../values/fields.ts';
import { codes, isAfter, Refusal } from '../values/refusals.ts';
import { tooEarly, tooMuch } from './bounds.ts';
import { type Command, dateRefusal } from './commands.ts';
import { isSameInput, meaningHash, type Read, readCommand } from './meaning.ts';

/** What a command is recorded with. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly actor: string;
  readonly correlation?: string;
  /** Engine version, for the header of a run. */
  readonly engine: string;
  /** Whether refusals are recorded as attempts. */
  readonly recordAttempts?: boolean;
}

/** Where a log stands. */
export interface Head {
  /** The last event's, or -1. */
  readonly revision: number;
  readonly hash: string;
  /** The last event's recorded time. */
  readonly recordedAt: number;
}

/** What became of a command. */
export type Decision =
  | { readonly kind: 'accepted'; readonly first: number; readonly events: readonly StoredEvent[] }
  /** The command was carried out before: the revision of its fact. */
  | { readonly kind: 'repeated'; readonly revision: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly events: readonly StoredEvent[] };

/** How a ledger looks back: keys and facts of the log below, beyond what the state holds. */
export interface Memory {
  withKey(key: string): number | undefined;
  sameInput(revision: number, inputHash: string): boolean;
  /** A recorded event, if it is at hand: the owner sees to it that the facts named by reversals are. */
  event(revision: number): StoredEvent | undefined;
  /** The revision at which an event was reversed, if it was. */
  reversedBy(revision: number): number | undefined;
}

type Data = DataOf<Fields>;

const keyLengthMax = 200;

/** Before a book's first event. */
export const headBeforeAll: Head = { revision: -1, hash: genesisHash, recordedAt: 0 };

/** What an event carries beside its type, data and entry. */
interface Envelope {
  readonly key?: string | undefined;
  readonly inputHash?: string | undefined;
  readonly cause?: number;
  readonly header?: RunHeader;
}

/** Decides commands on top of a state, one after the other. */
export class Ledger {
  readonly house: House;
  readonly state: State;
  readonly #memory: Memory;
  #head: Head;
  /** Everything decided so far, and where the command under way began in it. */
  readonly #decided: StoredEvent[] = [];
  #first = 0;
  readonly #keys = new Map<string, StoredEvent>();
  readonly #reversals = new Map<number, number>();

  constructor(house: House, state: State, head: Head, memory: Memory) {
    this.house = house;
    this.state = state;
    this.#head = head;
    this.#memory = memory;
  }

  get head(): Head {
    return this.#head;
  }

  /** Everything decided so far, in order. */
  get events(): readonly StoredEvent[] {
    return this.#decided;
  }

  /**
   * Decides a command. On acceptance the state holds its consequences; a refusal leaves it as it was.
   *
   * @throws Error when an invariant of the house is broken afterwards: a fault of a rule; the state must be dropped
   */
  decide(command: Command, circumstances: Circumstances): Decision {
    this.#first = this.#decided.length;
    const read = readCommand(this.house, command);
    const repeat = this.#repeat(command, read);
    if (repeat instanceof Refusal) return this.#refused(repeat, command, circumstances);
    if (repeat.decision !== undefined) return repeat.decision;
    if (read instanceof Refusal) return this.#refused(read, command, circumstances);
    const { type, data, day } = read;
    const envelope: Envelope = { key: command.key, inputHash: repeat.inputHash };
    const decided =
      type === this.house.own.closing
        ? this.#close(data, day, envelope, circumstances)
        : this.#decideFact(type, { data, on: day }, envelope, circumstances);
    if (decided instanceof Refusal) return this.#refused(decided, command, circumstances);
    if (decided !== undefined) return decided;
    this.#check();
    return {
      kind: 'accepted',
      first: this.#decided[this.#first]?.revision ?? 0,
      events: this.#decided.slice(this.#first),
    };
  }

  /** What a command's key says: a repeat, a clash, or nothing; and the hash of its input. */
  #repeat(
    command: Command,
    read: Read | Refusal,
  ): Refusal | { readonly inputHash?: string; readonly decision?: Decision } {
    const { key } = command;
    if (key === undefined) return {};
    if (key.length === 0 || key.length > keyLengthMax || !key.isWellFormed()) {
      return new Refusal(codes.invalidInput, `key: ${show(key)}`, `1 to ${keyLengthMax} characters`);
    }
    const inputHash = read instanceof Refusal ? undefined : meaningHash(read);
    const decided = this.#keys.get(key);
    const revision = decided?.revision ?? this.#memory.withKey(key);
    if (revision === undefined) return inputHash === undefined ? {} : { inputHash };
    const same = isSameInput(command, inputHash, (hash) =>
      decided === undefined ? this.#memory.sameInput(revision, hash) : decided.inputHash === hash,
    );
    return same ? { decision: { kind: 'repeated', revision } } : new Refusal(codes.keyReused, key);
  }

  #decideFact(
    type: FactType,
    { data, on: day }: Happening<Data>,
    envelope: Envelope,
    circumstances: Circumstances,
  ): Refusal | undefined {
    const { own } = this.house;
    const invalid = type.invalid?.(data);
    if (invalid !== undefined) return invalid;
    const dated = dateRefusal(this.state, day, type === own.policyChanged ? data.from : undefined);
    if (dated !== undefined) return dated;
    const settled = type === own.reversed ? this.#reversal(data, day) : this.#settle(type, { data, on: day });
    if (settled instanceof Refusal) return settled;
    const much = tooMuch(this.state, settled.entry, day);
    if (much !== undefined) return much;
    this.#open(day, circumstances);
    this.#record(type, settled.event, settled.entry, circumstances, envelope);
    return undefined;
  }

  #settle(
    type: FactType,
    event: Happening<Data>,
  ): { event: Happening<Data>; entry: NumberedEntry } | Refusal {
    const refusal = misfit(this.house, this.state, type, event);
    if (refusal !== undefined) return refusal;
    const entry = reaction(this.house, this.state, type, event);
    return entry instanceof Refusal ? entry : { event, entry };
  }

  #reversal(data: Data, on: Day): { event: Happening<Data>; entry: NumberedEntry } | Refusal {
    if (data.of !== undefined)
      return new Refusal(codes.invalidInput, 'of', 'the fact is looked up, not given');
    const revision = Number(data.event);
    const base = this.#decided[0]?.revision ?? this.#head.revision + 1;
    const original = revision >= base ? this.#decided[revision - base] : this.#memory.event(revision);
    if (original === undefined) return new Refusal(codes.eventUnknown, String(revision));
    const by = this.#reversals.get(revision) ?? this.#memory.reversedBy(revision);
    if (by !== undefined) return new Refusal(codes.alreadyReversed, String(revision), `by event ${by}`);
    const entry = mirror(this.house, this.state, on, recall(this.house, this.state, original));
    if (entry instanceof Refusal) return entry;
    const of = asReversed(original);
    return { event: { data: { ...data, of }, on }, entry };
  }

  /** A refusal; in a book that records attempts, also the fact that it was tried. */
  #refused(refusal: Refusal, command: Command, circumstances: Circumstances): Decision {
    const day = parseDay(command.on);
    // Keys, names, inputs and dates say nothing of the business: what is asked after them does.
    const tried = circumstances.recordAttempts === true && isAfter(refusal.spec, 'date');
    if (tried && day !== undefined && isJson(command.with, inputDepthMax)) {
      this.#open(day, circumstances);
      const data = { command: command.command, inputs: command.with, key: command.key, code: refusal.code };
      this.#record(this.house.own.attempted, { data, on: day }, nothing(this.state), circumstances, {});
    }
    return { kind: 'refused', refusal, events: this.#decided.slice(this.#first) };
  }

  /** The book's first event, or what a newer engine knows that the book doesn't. */
  #open(day: Day, circumstances: Circumstances): void {
    const { own, parameters } = this.house;
    if (this.#head.revision < 0) {
      const data = { timeZone, parameters: initialValues(parameters) };
      this.#record(own.opened, { data, on: day }, nothing(this.state), circumstances, {});
      return;
    }
    if (this.#decided.length > 0) return;
    const missing = parameters.filter(({ name }) => this.state.row(policyTable, name) === undefined);
    if (missing.length === 0) return;
    const data = { parameters: initialValues(missing) };
    this.#record(own.extended, { data, on: day }, nothing(this.state), circumstances, {});
  }

  /** The close of a day: derived whole, then sealed, so that its beginning says how many events come. */
  #close(
    data: Data,
    day: Day,
    envelope: Envelope,
    circumstances: Circumstances,
  ): Refusal | Decision | undefined {
    const next = nextToClose(this.state, day);
    if (next === 'closed') return { kind: 'repeated', revision: -1 };
    if (next instanceof Refusal) return next;
    this.#open(day, circumstances);
    this.#derive(data, day, envelope, circumstances);
    return undefined;
  }

  #derive(data: Data, day: Day, envelope: Envelope, circumstances: Circumstances): void {
    const { own } = this.house;
    const event = { data, on: day };
    const beginning = this.#head.revision + 1;
    book(this.house, this.state, own.closing, event, nothing(this.state), beginning);
    const made = runClose(this.house, this.state, day, beginning + 1);
    const header = { engine: circumstances.engine, events: made.length };
    this.#seal(own.closing, event, nothing(this.state), circumstances, { ...envelope, header });
    for (const { type, event: happening, entry } of made) {
      this.#seal(type, happening, entry, circumstances, { cause: beginning });
    }
  }

  /** The run of a close that has been begun, derived again: its events, from the beginning on, as they were or would have been. */
  repeatClose(begun: StoredEvent): readonly StoredEvent[] {
    const circumstances: Circumstances = {
      now: begun.recordedAt,
      actor: begun.actor,
      engine: begun.header?.engine ?? '',
      ...(begun.correlation === null ? {} : { correlation: begun.correlation }),
    };
    const envelope: Envelope = { key: begun.key ?? undefined, inputHash: begun.inputHash ?? undefined };
    this.#derive({}, begun.effectiveOn, envelope, circumstances);
    return this.#decided;
  }

  #record(
    type: EventType,
    event: Happening<Data>,
    entry: NumberedEntry,
    circumstances: Circumstances,
    envelope: Envelope,
  ): void {
    book(this.house, this.state, type, event, entry, this.#head.revision + 1);
    this.#seal(type, event, entry, circumstances, envelope);
  }

  /** Puts an event that has been booked into the chain. */
  #seal(
    type: EventType,
    event: Happening<Data>,
    entry: NumberedEntry,
    circumstances: Circumstances,
    envelope: Envelope,
  ): void {
    const revision = this.#head.revision + 1;
    const recordedAt = Math.max(circumstances.now, this.#head.recordedAt);
    const { chart } = this.state;
    const stored = sealed(
      {
        revision,
        type: type.name,
        schemaVersion: type.version,
        kind: type.kind,
        segment: this.house.segmentOf(type),
        subject: type.subject(event.data),
        refs: type.refs?.(event.data) ?? noRefs,
        effectiveOn: event.on,
        recordedAt,
        actor: circumstances.actor,
        cause: envelope.cause ?? null,
        correlation: circumstances.correlation ?? null,
        key: envelope.key ?? null,
        inputHash: envelope.inputHash ?? null,
        header: envelope.header ?? null,
        data: encodeData(type.fields, event.data),
        accounts: entry.accounts.map((account) => chart.id(account)),
        minors: entry.minors,
      },
      this.#head.hash,
    );
    this.#head = { revision, hash: stored.hash, recordedAt };
    this.#decided.push(stored);
    if (stored.key !== null) this.#keys.set(stored.key, stored);
    if (type === this.house.own.reversed) this.#reversals.set(Number(event.data.event), revision);
  }

  #check(): void {
    for (const { segment, invariant } of this.house.invariants) {
      const broken = invariant.broken(this.state);
      if (broken !== undefined) throw new Error(`${segment}: ${invariant.name}: ${broken}`);
    }
  }
}

const noRefs: readonly string[] = [];
/** How deep the inputs of a recorded attempt may be nested. */
const inputDepthMax = 8;

const nothing = (s: State): NumberedEntry => new NumberedEntry(s.chart, [], []);

/**
 * Whether a day is the next to close; `closed` when it is closed already.
 *
 * @param bounded whether it may be too early to be closed at all
 */
export function nextToClose(s: State, day: Day, bounded = true): 'next' | 'closed' | Refusal {
  const { closedThrough, earliest } = s.marks;
  if (closedThrough !== undefined && day <= closedThrough) return 'closed';
  if (closedThrough === undefined) {
    // The first close names the earliest date of any fact; an earlier one would leave a gap of empty days to close.
    const early = bounded ? tooEarly(s, day) : undefined;
    if (early !== undefined) return early;
    if (earliest === undefined || day <= earliest) return 'next';
    return new Refusal(codes.dayNotNext, formatDay(day), `the first to close is ${formatDay(earliest)}`);
  }
  return day === closedThrough + 1
    ? 'next'
    : new Refusal(codes.dayNotNext, formatDay(day), `the next to close is ${formatDay(closedThrough + 1)}`);
}
