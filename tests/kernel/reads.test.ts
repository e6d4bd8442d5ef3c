/** What rules declare to read, against what they read: nothing is looked at that isn't declared. */
import { describe, expect, it } from 'vitest';
import type { EventType, FactType, Happening, Listener, Reads } from '../../src/kernel/contract/segment.ts';
import { phases } from '../../src/kernel/contract/segment.ts';
import { toldOf } from '../../src/kernel/engine/answers.ts';
import { book, enter, misfit, reaction } from '../../src/kernel/engine/booking.ts';
import { derivedBy } from '../../src/kernel/engine/close.ts';
import { type Command, commandType, dateRefusal } from '../../src/kernel/engine/commands.ts';
import type { ClosingRule } from '../../src/kernel/engine/house.ts';
import type { Ledger } from '../../src/kernel/engine/ledger.ts';
import { recall } from '../../src/kernel/engine/reversal.ts';
import { NumberedEntry, type State } from '../../src/kernel/state/state.ts';
import { covers, Looked, TrackedReading } from '../../src/kernel/state/tracking.ts';
import { type Day, parseDay } from '../../src/kernel/values/dates.ts';
import { type DataOf, type Fields, parseData } from '../../src/kernel/values/fields.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';
import { randomCases, randomHistory, recordLines } from '../audit/recorded.ts';
import { creditHistory } from '../oracle/credit-histories.ts';
import { interbookHistory } from '../oracle/interbook-histories.ts';
import { historiesOf } from '../support/histories.ts';

type Data = DataOf<Fields>;
type Event = Happening<Data>;

/** What was looked at undeclared, and by what; how often each function was watched. */
class Watch {
  readonly undeclared = new Set<string>();
  readonly watched = new Map<string, number>();

  /** Runs a function on a tracked state, whose looks must be among the reads. */
  see<T>(what: string, state: State, reads: Reads, run: (s: TrackedReading) => T): T {
    return this.#see(what, state, run, () => reads);
  }

  /** The same for what takes rows back: it may look at those that it writes, on a date that no declaration knows. */
  undo(what: string, state: State, reads: Reads, run: (s: TrackedReading) => void): void {
    this.#see(what, state, run, ({ rows }) => ({
      ...reads,
      rows: [...(reads.rows ?? []), ...rows.map(({ table, key }) => [table, key] as const)],
    }));
  }

  #see<T>(
    what: string,
    state: State,
    run: (s: TrackedReading) => T,
    declared: (written: Looked) => Reads,
  ): T {
    const s = new TrackedReading(state);
    const made = run(s);
    const reads = declared(s.written);
    this.watched.set(what, (this.watched.get(what) ?? 0) + 1);
    for (const missing of covers(reads, s.looked)) {
      // Keys differ from one history to the next; the kind of thing is what a declaration lacks.
      this.undeclared.add(`${what}: ${missing.replace(/\d{4}-\d\d-\d\d|\d+/g, '#')}`);
    }
    return made;
  }

  fact(state: State, type: FactType, event: Event): void {
    state.day = event.on;
    const { name } = type;
    const own = type.reads(event, state);
    this.see(`${name} fits`, state, own, (s) => type.fits(event, s));
    this.see(`${name} clamp`, state, own, (s) => type.clamp?.(event, s));
    this.see(`${name} moot`, state, own, (s) => type.moot?.(event, s));
    this.see(`${name} role`, state, own, (s) => type.role?.(event.data, s));
    const fitting = misfit(house, state, type, event) === undefined;
    if (fitting) this.see(`${name} react`, state, own, (s) => type.react(event, s));
    if (!fitting) return;
    this.answers(state, type, event, own, (what, listener, told, reads) => {
      this.see(`${what} fits`, state, reads, (s) => listener.fits?.(told, s));
      this.see(`${what} react`, state, reads, (s) => listener.react?.(told, s));
    });
  }

  /** What an owner tells, and all that have something to do with it. */
  answers(
    state: State,
    type: EventType,
    event: Event,
    own: Reads,
    watch: (what: string, listener: Listener, told: Event, reads: Reads) => void,
  ): void {
    if (house.listeners(type).length === 0) return;
    const told = this.see(`${type.name} tells`, state, own, (s) => toldOf(type, event, s));
    if (told === undefined) return;
    for (const { segment, listener } of house.listeners(type)) {
      if (listener.when(told.data))
        watch(`${segment.id} at ${type.name}`, listener, told, listener.reads(told, state));
    }
  }

  /** The rows of all that answer an event, before the owner's own. */
  evolving(state: State, type: EventType, event: Event, entry: NumberedEntry, own: Reads): void {
    this.answers(state, type, event, own, (what, listener, told, reads) => {
      this.see(`${what} evolve`, state.fork(), reads, (s) => listener.evolve?.({ ...told, entry }, s));
    });
  }

  /** What a fact's owner takes back, and then all that answer it, on a state that stands after its mirror entry or before it. */
  undoing(
    state: State,
    type: FactType,
    event: Event,
    entry: NumberedEntry,
    reads: Reads,
    reversedOn: Day,
  ): void {
    this.undo(`${type.name} undo`, state, reads, (s) => type.undo?.({ ...event, entry }, s, reversedOn));
    // What the owner's rows say once they are as they were before.
    this.answers(state, type, event, type.reads(event, state), (what, listener, told, declared) => {
      this.undo(`${what} undo`, state, declared, (s) => listener.undo?.({ ...told, entry }, s, reversedOn));
    });
  }

  /** Whether somebody who answered a fact stands in the way of its reversal. */
  hindrances(
    state: State,
    type: FactType,
    { entry, ...event }: Event & { readonly entry: NumberedEntry },
    own: Reads,
  ): boolean {
    let found = false;
    this.answers(state, type, event, own, (what, listener, told, reads) => {
      const why = this.see(`${what} cannotUndo`, state, reads, (s) =>
        listener.cannotUndo?.({ ...told, entry }, s),
      );
      found ||= why !== undefined;
    });
    return found;
  }

  /** What follows the entry: rows, and what stands in the way of a reversal. */
  aftermath(state: State, type: FactType, event: Event): void {
    const entry = reaction(house, state, type, event);
    if (entry instanceof Refusal) return;
    const reads = type.reads(event, state);
    const booked = { ...event, entry };
    state.day = event.on;
    this.evolving(state, type, event, entry, reads);
    const before = state.fork();
    before.post(entry, event.on, before.marks.events);
    before.day = event.on;
    this.see(`${type.name} evolve`, before, reads, (s) => type.evolve?.(booked, s));
    const after = state.fork();
    book(house, after, type, event, entry, after.marks.events);
    const undoing = type.reads(event, after);
    this.see(`${type.name} cannotUndo`, after, undoing, (s) => type.cannotUndo?.(booked, s));
    this.hindrances(after, type, booked, undoing);
    this.undoing(after, type, event, entry, undoing, event.on);
  }

  /** What stands in the way of a reversal long after the fact, and what it takes back. */
  reversal({ state, events }: Ledger, revision: number, reversedOn: Day): void {
    const stored = events[revision];
    if (stored === undefined) return;
    const { type, event, entry } = recall(house, state, stored);
    if (type.kind !== 'fact') return;
    const booked = { ...event, entry };
    const fork = state.fork();
    fork.day = reversedOn;
    const reads = type.reads(event, fork);
    const why = this.see(`${type.name} cannotUndo`, fork, reads, (s) => type.cannotUndo?.(booked, s));
    if (why !== undefined || this.hindrances(fork, type, booked, reads)) return;
    fork.day = event.on;
    this.undoing(fork, type, event, entry, reads, reversedOn);
  }

  /** A day's close on a fork, rule by rule. */
  close(head: State, day: Day): void {
    const state = head.fork();
    this.#book(state, house.own.closing, { data: {}, on: day }, []);
    for (const phase of phases) {
      for (const by of house.closing(phase)) this.#rule(state, by, day);
    }
  }

  #rule(state: State, by: ClosingRule, day: Day): void {
    const { rule } = by;
    state.day = day;
    const items = this.see(`${rule.name} items`, state, rule.readsItems(state), (s) => [...rule.items(s)]);
    for (const item of items) {
      state.day = day;
      const reads = rule.reads(item, state);
      const made = this.see(`${rule.name} derive`, state, reads, (s) => rule.derive(item, s));
      if (made === undefined) continue;
      const { type, data } = made;
      this.answers(state, type, { data, on: day }, reads, (what, listener, told, declared) => {
        this.see(`${what} react`, state, declared, (s) => listener.react?.(told, s));
      });
      const entry = enter(state, derivedBy(house, by, item, state)?.postings ?? [], day);
      if (entry instanceof Refusal) throw new Error(`${rule.name}: ${entry.message}`);
      this.evolving(state, type, { data, on: day }, entry, reads);
      const fork = state.fork();
      fork.post(entry, day, fork.marks.events);
      fork.day = day;
      this.see(`${rule.name} evolve`, fork, reads, (s) => type.evolve?.({ data, on: day, entry }, s));
      book(house, state, type, { data, on: day }, entry, state.marks.events);
    }
    state.day = day;
    this.see(`${rule.name} breach`, state, rule.readsItems(state), (s) => rule.breach?.(s));
  }

  #book(state: State, type: EventType, event: Event, accounts: readonly number[]): void {
    book(house, state, type, event, new NumberedEntry(state.chart, accounts, []), state.marks.events);
  }
}

/** Watches what a command would do, before it is decided. */
function look(watch: Watch, ledger: Ledger, command: Command): void {
  const { state } = ledger;
  const type = commandType(house, command);
  const day = parseDay(command.on);
  if (type instanceof Refusal || day === undefined) return;
  const data = parseData(type.fields, command.with);
  if (data instanceof Refusal || type.invalid?.(data) !== undefined) return;
  if (type === house.own.closing) {
    const { closedThrough, earliest } = state.marks;
    const next = closedThrough === undefined ? earliest : closedThrough + 1;
    if (day === next) watch.close(state, day);
    return;
  }
  if (dateRefusal(state, day, undefined) !== undefined) return;
  if (type === house.own.reversed) {
    watch.reversal(ledger, Number(data.event), day);
    return;
  }
  watch.fact(state, type, { data, on: day });
  if (misfit(house, state, type, { data, on: day }) === undefined)
    watch.aftermath(state, type, { data, on: day });
}

describe('reads', () => {
  const watch = new Watch();
  for (const [seed, close, backdated] of randomCases(10)) {
    recordLines(randomHistory(seed, close, backdated, 250), {
      close,
      reverseEvery: 6,
      before: (ledger, command) => look(watch, ledger, command),
    });
  }

  for (const [seed, close, backdated] of randomCases(3)) {
    const size = { days: 40, lines: 250, users: 8, merchants: 3 };
    recordLines(interbookHistory(seed, { ...size, close, backdated }), {
      close,
      reverseEvery: 6,
      before: (ledger, command) => look(watch, ledger, command),
    });
  }

  // Long enough for debts to be written off by age, and for pools to end.
  const months = { days: 180, lines: 700, users: 6, merchants: 3 };
  for (const { lines, close } of historiesOf(creditHistory, 4, months)) {
    recordLines(lines, {
      close,
      reverseEvery: 6,
      before: (ledger, command) => look(watch, ledger, command),
    });
  }

  it('declare all that facts and rules of the close look at', () => {
    expect([...watch.undeclared].sort()).toEqual([]);
  });

  it('were watched for every rule, every fact and every answer of the segments', () => {
    // It derives nothing: it lists a breach.
    const listing = 'treasury.overdraft';
    const rules = phases
      .flatMap((phase) => house.closing(phase))
      .map(({ rule: { name } }) => `${name} ${name === listing ? 'breach' : 'evolve'}`);
    const facts = house.facts
      .filter((type) => house.segmentOf(type) !== 'kernel')
      .map(({ name }) => `${name} fits`);
    const answers = house.segments.flatMap(({ id, listeners }) =>
      listeners.map(({ to }) => `${id} at ${to} evolve`),
    );
    expect([...rules, ...facts, ...answers].filter((name) => !watch.watched.has(name))).toEqual([]);
  });

  it('cover a key by the key, by every key, and the plain value by a key', () => {
    const parameter = house.parameter('payments.merchantFeeRate');
    const table = house.tables.find(({ name }) => name === 'payments.payments');
    const kind = house.kinds.find(({ path }) => path.endsWith(':wallet'));
    if (parameter === undefined || table === undefined || kind === undefined) throw new Error('not there');
    const looked = new Looked();
    looked.noteParameter(parameter, 'm');
    looked.noteParameter(parameter, undefined);
    looked.noteRow(table, 'P-1');
    looked.noteBuckets(table);
    looked.noteBalance(kind, 'u');
    looked.noteBalance(kind, '*');
    expect(covers({}, looked)).toHaveLength(6);
    const some = { parameters: [[parameter, 'm']], rows: [[table, 'P-1']], balances: [[kind, 'u']] } as const;
    expect(covers(some, looked)).toEqual(['buckets of payments.payments', `balance of ${kind.path}:*`]);
    const all = {
      parameters: [[parameter, '*']],
      rows: [[table, '*']],
      buckets: [table],
      balances: [[kind, '*']],
    } as const;
    expect(covers(all, looked)).toEqual([]);
  });
});
