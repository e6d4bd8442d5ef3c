/**
 * The base of a what-if: the recorded facts, decoded once and shared by all runs, and what the record came to.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import type { FactType, Happening } from '../../kernel/contract/fact.ts';
import { type Command, dateRefusal } from '../../kernel/deciding/commands.ts';
import { type Circumstances, headBeforeAll, Ledger, type Memory } from '../../kernel/deciding/ledger.ts';
import { emptyState, fold, reading, typeOf, UnreadableEvent } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { readData } from '../../kernel/engine/versions.ts';
import { genesisHash, type StoredEvent, sha256 } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import { type Day, formatDay, startOfDayMs } from '../../kernel/values/dates.ts';
import type { DataOf, Fields } from '../../kernel/values/fields.ts';
import { codes, type Refusal } from '../../kernel/values/refusals.ts';
import type { EventLog } from '../../log/port/port.ts';

/** A recorded fact: what happened, without what the rules made of it. */
export interface BaseFact extends Happening<DataOf<Fields>> {
  /** Its revision in the base. */
  readonly revision: number;
  readonly type: FactType;
  readonly subject: string;
  readonly key: string | null;
  /** Line of the history file that it comes from, counted from 1. */
  readonly line: number | undefined;
}

/** What a scenario starts from, read and decided. */
export interface BaseRecord {
  readonly facts: readonly BaseFact[];
  /** The state that the record came to. */
  readonly state: State;
  /** Last revision, or -1. */
  readonly revision: number;
  /** What the base is, for the id of a run. */
  readonly hash: string;
  /** `history histories/spring-2016.jsonl`, `book main`, `nothing`. */
  readonly title: string;
  /** The recorded events, where they are at hand. */
  readonly events: readonly StoredEvent[];
}

/** Texts of which each is kept once, so that equal ones are one and the same. */
class Interned {
  readonly #texts = new Map<string, string>();

  get(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

/** The facts among recorded events. Ids are interned, so that look-ups by them compare pointers. */
function factsOf(
  house: House,
  events: readonly StoredEvent[],
  lines: ReadonlyMap<number, number>,
  into: BaseFact[],
  ids: Interned,
): void {
  const intern = (data: DataOf<Fields>): DataOf<Fields> => {
    const same: Record<string, unknown> = { ...data };
    for (const [name, value] of Object.entries(data))
      if (typeof value === 'string') same[name] = ids.get(value);
    return same;
  };
  for (const stored of events) {
    if (stored.kind !== 'fact') continue;
    const type = typeOf(house, stored);
    if (type.kind !== 'fact') throw new UnreadableEvent(stored, `${stored.type} is no type of facts`);
    into.push({
      revision: stored.revision,
      type,
      data: reading(stored, () => intern(readData(type, stored))),
      on: stored.effectiveOn,
      subject: ids.get(stored.subject),
      key: stored.key,
      line: lines.get(stored.revision),
    });
  }
}

/** A command of a history file and its line. */
export interface HistoryLine {
  readonly line: number;
  readonly command: Command;
}

/** How a history is decided into a base. */
export interface HistoryRules {
  readonly house: House;
  readonly engine: string;
  readonly title: string;
  /** What a refused command does: fails the load, is left out, or is recorded as an attempt. */
  readonly refused: 'fail' | 'skip' | 'attempt';
  readonly close: 'daily' | 'recorded';
  /** Days are closed up to this one; facts of later dates are left out. */
  readonly to: Day;
}

/**
 * What a history is, to the last byte that counts: its lines' meaning, what becomes of refused ones, and the policy that they are
 * decided under. It is worked out without deciding a line.
 */
export class HistoryHash {
  readonly #hash = createHash('sha256');
  readonly #to: Day;

  constructor({ house, refused, close, to }: Pick<HistoryRules, 'house' | 'refused' | 'close' | 'to'>) {
    this.#to = to;
    const policy = house.parameters.map(({ name, type, defaults }) => [
      name,
      defaults.map(({ from, value }) => [from ?? '', type.format(value)]),
    ]);
    this.#hash.update([refused, close, JSON.stringify(policy)].join('\n'));
  }

  /** Takes the next line; one dated after the horizon counts for nothing. */
  take(command: Command, day: Day): void {
    if (day <= this.#to) this.#hash.update(`\n${canonicalLine(command)}`);
  }

  /** To be asked once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** A line that was refused. */
export interface RefusedLine {
  readonly line: number;
  readonly refusal: Refusal;
}

/** Decides a history, line by line, into a record held in memory. */
export class HistoryBook {
  readonly state: State;
  readonly refused: RefusedLine[] = [];
  readonly #rules: HistoryRules;
  readonly #ledger: Ledger;
  readonly #lines = new Map<number, number>();
  readonly #hash: HistoryHash;

  constructor(rules: HistoryRules) {
    this.#rules = rules;
    this.#hash = new HistoryHash(rules);
    this.state = emptyState(rules.house);
    this.#ledger = new Ledger(rules.house, this.state, headBeforeAll, emptyMemory);
  }

  /**
   * Takes the next line.
   *
   * @returns the refusal, where refused lines fail the load
   */
  take({ line, command }: HistoryLine, day: Day): RefusedLine | undefined {
    const { close, to, refused } = this.#rules;
    if (day > to) return undefined;
    // A line dated too far ahead is refused before any day is closed for it.
    const tooFar = dateRefusal(this.state, day, undefined)?.spec === codes.dateTooFar;
    if (close === 'daily' && !tooFar) this.#closeThrough(day - 1);
    this.#hash.take(command, day);
    const decision = this.#ledger.decide(command, this.#circumstances(day));
    if (decision.kind === 'repeated') return undefined;
    const fact = decision.events.findLast(({ cause }) => cause === null);
    if (fact !== undefined) this.#lines.set(fact.revision, line);
    if (decision.kind === 'accepted') return undefined;
    const found = { line, refusal: decision.refusal };
    this.refused.push(found);
    return refused === 'fail' ? found : undefined;
  }

  /** What the lines came to; with daily closes, every day up to the horizon's end is closed first. */
  finish(): BaseRecord {
    const { house, close, to, title } = this.#rules;
    if (close === 'daily') this.#closeThrough(to);
    const facts: BaseFact[] = [];
    factsOf(house, this.#ledger.events, this.#lines, facts, new Interned());
    return {
      facts,
      state: this.state,
      revision: this.#ledger.head.revision,
      hash: this.#hash.digest(),
      title,
      events: this.#ledger.events,
    };
  }

  #closeThrough(last: Day): void {
    for (;;) {
      const { closedThrough, earliest } = this.state.marks;
      const next = closedThrough === undefined ? earliest : closedThrough + 1;
      if (next === undefined || next > last) return;
      this.#ledger.decide({ on: formatDay(next), command: 'closeDay', with: {} }, this.#circumstances(next));
    }
  }

  /** The effective date at 00:00 UTC stands as the recorded time, so that nothing depends on when it is run. */
  #circumstances(day: Day): Circumstances {
    const { engine, refused } = this.#rules;
    return { now: startOfDayMs(day), actor: 'history', engine, recordAttempts: refused === 'attempt' };
  }
}

const emptyMemory: Memory = {
  withKey: () => undefined,
  sameInput: () => false,
  event: () => undefined,
  reversedBy: () => undefined,
};

/** A line's meaning: the order of its keys and white space don't count. */
function canonicalLine({ on, command, with: inputs, key, actor }: Command): string {
  const sortedInputs = Object.fromEntries(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([on, command, sortedInputs, key ?? null, actor ?? null]);
}

/**
 * Looks up from a long reading: told how many facts there are so far, it lets others in where it must, and throws when the
 * reading is to stop.
 */
export type LookUp = (facts: number) => void | Promise<void>;

/** A book's record up to a revision, read from its log. */
export const recordOfLog = (
  house: House,
  log: EventLog,
  book: string,
  at: number,
  lookUp: LookUp = () => undefined,
): Promise<BaseRecord> => recordOf(house, log.read(0, 'forwards', at + 1), book, lookUp);

/** A book's record, out of its events from the first on. */
export async function recordOf(
  house: House,
  batches: AsyncIterable<readonly StoredEvent[]>,
  book: string,
  lookUp: LookUp,
): Promise<BaseRecord> {
  const state = emptyState(house);
  const facts: BaseFact[] = [];
  const none = new Map<number, number>();
  const ids = new Interned();
  let hash = genesisHash;
  let revision = -1;
  for await (const events of batches) {
    for (const event of events) fold(house, state, event);
    factsOf(house, events, none, facts, ids);
    hash = events.at(-1)?.hash ?? hash;
    revision = events.at(-1)?.revision ?? revision;
    await lookUp(facts.length);
  }
  return { facts, state, revision, hash, title: `book ${book}`, events: [] };
}

/** What nothing is, for the id of a run. */
export const emptyHash = (from: Day): string => sha256(`empty ${formatDay(from)}`);

/** The record of nothing yet. */
export const emptyRecord = (house: House, from: Day): BaseRecord => ({
  facts: [],
  state: emptyState(house),
  revision: -1,
  hash: emptyHash(from),
  title: 'nothing',
  events: [],
});
