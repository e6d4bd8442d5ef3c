/**
 * The judge: the recorded state before each event, and what the rules of then say of the event on it. What differs is a finding;
 * booked is always what is recorded, so that one wrong booking is one finding.
 *
 * @module
 */
import { Chart } from '../kernel/accounts.ts';
import { book, enter, misfit, reaction } from '../kernel/booking.ts';
import { breachJson } from '../kernel/close.ts';
import { dateRefusal } from '../kernel/commands.ts';
import { type Breach, type EventType, type Happening, phases } from '../kernel/contract.ts';
import { type Day, formatDay } from '../kernel/dates.ts';
import { canonical } from '../kernel/digest.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { type DataOf, encodeData, type Fields, isJson, isRecord, type Json } from '../kernel/fields.ts';
import type { ClosingRule, House } from '../kernel/house.ts';
import { nextToClose } from '../kernel/ledger.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import { mirror, recall } from '../kernel/reversal.ts';
import { NumberedEntry, policyTable, State } from '../kernel/state.ts';
import { Looked } from '../kernel/tracking.ts';
import { CloseOnCorrected } from './close-on-corrected.ts';
import {
  type Aligned,
  aligned,
  derivedLike,
  type Placed,
  placeOf,
  type RecordedRun,
  type Step,
  sameData,
} from './closing-run.ts';
import { differencesOf, linesOf, sameEntry } from './entries.ts';
import { bookRead, faultOfEnvelope, faultOfRun, type Read, readEvent } from './envelope.ts';
import type { Finding, FindingKind } from './findings.ts';
import { lookedByBreaches, lookedByFact, lookedByRule, rowsBy } from './looking.ts';
import { Roots, type RowsWritten } from './roots.ts';

type Event = Happening<DataOf<Fields>>;

/** What an event should have been. */
interface Right {
  readonly type: EventType;
  readonly event: Event;
  readonly entry: NumberedEntry;
}

/** What an event is about. */
interface About {
  readonly type: string;
  readonly subject: string;
  readonly segment: string;
  readonly on: Day;
}

/** What is found of one event, before it is known whether it follows from another. */
interface Fault {
  readonly kind: FindingKind;
  readonly revision: number;
  readonly about: About;
  readonly rule: string;
  readonly detail: string;
  readonly read: Read | undefined;
  readonly right: Right | undefined;
  readonly looked: () => Looked;
  /** What the event should have been on a state, if anything; said of the corrected one. */
  readonly rightOn: (corrected: State) => Right | undefined;
}

export class Judge {
  readonly state: State;
  readonly #house: House;
  readonly #rules: House;
  readonly #closing: readonly ClosingRule[];
  readonly #roots = new Roots();
  readonly #found: (finding: Finding) => void;
  readonly #reversed = new Set<number>();
  /** The close under way on the corrected state; before that stands, on the recorded one. */
  #onCorrected = new CloseOnCorrected();

  /**
   * @param house folds what is recorded
   * @param rules is asked what should have been: the same, or another one of the same types
   */
  constructor(house: House, rules: House, found: (finding: Finding) => void) {
    this.#house = house;
    this.#rules = rules;
    this.#found = found;
    this.#closing = phases.flatMap((phase) => rules.closing(phase));
    this.state = State.empty(new Chart(house.kinds));
  }

  /** Books an event as it is recorded, without a question. */
  fold(stored: StoredEvent): void {
    this.#book(this.#read(stored));
  }

  /** Judges a fact, then books it. A reversal is judged beside its original. */
  fact(stored: StoredEvent, original: StoredEvent | undefined): void {
    const read = this.#read(stored);
    const right = this.#entryOn(this.state, read, original);
    const envelope = faultOfEnvelope(read, this.#house.segmentOf(read.type));
    if (right instanceof NumberedEntry && envelope === undefined && sameEntry(read.entry, right)) {
      this.#book(read);
      return;
    }
    const refused = right instanceof Refusal;
    this.#fault({
      kind: refused ? 'misfit' : 'differs',
      revision: stored.revision,
      rule: read.type.name,
      detail: refused ? `${right.code}: ${right.message}` : (envelope ?? 'the entry is another'),
      about: { ...this.#about(read.type, read.event), subject: read.stored.subject },
      read,
      right: refused ? undefined : { ...read, entry: right },
      looked: () => this.#lookedBy(read, refused ? right : undefined),
      rightOn: (corrected) => {
        const entry = this.#entryOn(corrected, read, original);
        return entry instanceof Refusal ? undefined : { ...read, entry };
      },
    });
    this.#bookRecorded(read);
  }

  /** Judges a close, from its beginning to its end or as far as it is known, and books it. */
  close(begun: StoredEvent, run: RecordedRun, closed: StoredEvent | undefined): void {
    this.fact(begun, undefined);
    this.#onCorrected = new CloseOnCorrected();
    const steps = aligned(this.#rules, this.state, run, (by, breach) => {
      const { corrected } = this.#roots;
      this.#onCorrected.ended(by, corrected === undefined ? breach : this.#breachOn(corrected, by, run.day));
    });
    let derived = 0;
    for (;;) {
      const next = steps.next();
      if (next.done) {
        if (next.value !== undefined) this.#closed(begun, run, closed, derived, next.value);
        return;
      }
      if (next.value.kind !== 'recorded only') derived++;
      this.#derived(begun, run.day, next.value);
    }
  }

  #breachOn(s: State, by: ClosingRule, day: Day): Breach | undefined {
    s.day = day;
    return this.#tried(() => by.rule.breach?.(s));
  }

  /** A derived event that stands outside of every close. */
  stray(stored: StoredEvent): void {
    const read = this.#read(stored);
    this.#fault({
      kind: 'not derived',
      revision: stored.revision,
      rule: read.type.name,
      detail: 'a derived event outside of a close',
      about: { ...this.#about(read.type, read.event), subject: read.stored.subject },
      read,
      right: undefined,
      looked: () => new Looked(),
      rightOn: () => undefined,
    });
    this.#bookRecorded(read);
  }

  // — Facts —

  /** The entry that a fact should have on a state, or why it can't be. */
  #entryOn(
    s: State,
    { type: folded, event, stored }: Read,
    original: StoredEvent | undefined,
  ): NumberedEntry | Refusal {
    const type = this.#rules.type(folded.name);
    if (type?.kind !== 'fact')
      return new Refusal(codes.unknownCommand, folded.name, 'the rules know no such fact');
    const { own } = this.#rules;
    if (type.dated !== false) {
      const invalid = type.invalid?.(event.data);
      if (invalid !== undefined) return invalid;
      const refusal =
        type === own.closing
          ? nextToClose(s, event.on)
          : dateRefusal(s, event.on, type === own.policyChanged ? event.data.from : undefined);
      if (refusal instanceof Refusal) return refusal;
      if (refusal === 'closed') return new Refusal(codes.dayClosed, formatDay(event.on));
    }
    if (type === own.reversed) return this.#mirrorOn(s, event, stored, original);
    return misfit(this.#rules, s, type, event) ?? reaction(this.#rules, s, type, event);
  }

  #mirrorOn(
    s: State,
    { data, on }: Event,
    stored: StoredEvent,
    original: StoredEvent | undefined,
  ): NumberedEntry | Refusal {
    const revision = Number(data.event);
    if (original === undefined || revision >= stored.revision)
      return new Refusal(codes.eventUnknown, String(revision));
    if (this.#reversed.has(revision)) return new Refusal(codes.alreadyReversed, String(revision));
    const { of } = data;
    const said = { data: original.data, on: formatDay(original.effectiveOn), type: original.type };
    if (!isRecord(of) || !isJson(of, 12) || canonical(of) !== canonical(said))
      return new Refusal(codes.invalidInput, 'of', 'it is not the fact that was recorded');
    return mirror(s, on, recall(this.#house, s, original));
  }

  /** What the rules look at for a fact; where an account's floor refuses it, its accounts too. */
  #lookedBy({ type: folded, event, entry }: Read, refusal: Refusal | undefined): Looked {
    const type = this.#rules.type(folded.name);
    const looked =
      type?.kind === 'fact'
        ? lookedByFact(this.#rules, this.state, type, event, refusal === undefined)
        : new Looked();
    const { chart } = this.state;
    if (refusal === undefined && type !== this.#rules.own.reversed) return looked;
    for (const account of entry.accounts) {
      const kind = chart.kindOf[account];
      if (kind !== undefined) looked.noteBalance(kind, chart.holderOf[account] ?? '');
    }
    return looked;
  }

  // — Closes —

  #derived(begun: StoredEvent, day: Day, found: Aligned): void {
    if (found.kind === 'recorded only') {
      this.#underived(this.#read(found.recorded), day);
      return;
    }
    const { step } = found;
    this.#onCorrected.began(step, this.#roots.corrected, day);
    this.#onCorrected.met(step.draft.type, found.kind === 'both' ? found.recorded : placeOf(step.draft));
    if (found.kind === 'both') this.#beside(begun, day, this.#read(found.recorded), step);
    else this.#missing(found.before, day, step);
  }

  #beside(begun: StoredEvent, day: Day, read: Read, step: Step): void {
    const entry = enter(this.state, step.draft.postings, day);
    const envelope = faultOfEnvelope(read, this.#house.segmentOf(read.type)) ?? faultOfRun(read, begun);
    const data = sameData(step.draft, read.stored);
    if (entry instanceof NumberedEntry && data && envelope === undefined && sameEntry(read.entry, entry)) {
      this.#book(read);
      return;
    }
    this.#fault({
      kind: 'differs',
      revision: read.stored.revision,
      rule: step.by.rule.name,
      detail: envelope ?? detailOf(entry, read, data),
      about: { ...this.#about(read.type, read.event), subject: read.stored.subject },
      read,
      right: entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry),
      looked: () => lookedByRule(step.by, step.item, this.state, day),
      rightOn: (corrected) => this.#stepOn(corrected, step, day, read.stored),
    });
    this.#bookRecorded(read);
  }

  #missing(before: number, day: Day, step: Step): void {
    const entry = enter(this.state, step.draft.postings, day);
    this.#fault({
      kind: 'missing',
      revision: before,
      rule: step.by.rule.name,
      detail: 'the rule derives it, the record has none',
      about: this.#about(step.draft.type, { data: step.draft.data, on: day }),
      read: undefined,
      right: entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry),
      looked: () => lookedByRule(step.by, step.item, this.state, day),
      rightOn: (corrected) => this.#stepOn(corrected, step, day, placeOf(step.draft)),
    });
  }

  /** What a rule derives on the corrected state in the place of an event. */
  #stepOn(corrected: State, step: Step, day: Day, place: Placed): Right | undefined {
    const on = derivedLike(step.by, this.#onCorrected.itemsOf(step), corrected, day, place);
    return on === undefined ? undefined : this.#drafted(corrected, on, day);
  }

  #underived(read: Read, day: Day): void {
    /** The rule that derives it on the corrected state, unless it has derived one in its place already. */
    const like = (corrected: State): Step | undefined => {
      if (this.#onCorrected.hasMet(read.type, read.stored)) return undefined;
      for (const by of this.#closing) {
        corrected.day = day;
        const found = derivedLike(by, by.rule.items(corrected), corrected, day, read.stored);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    this.#fault({
      kind: 'not derived',
      revision: read.stored.revision,
      rule: read.type.name,
      detail: 'no rule derives it',
      about: { ...this.#about(read.type, read.event), subject: read.stored.subject },
      read,
      right: undefined,
      looked: () => {
        const { corrected } = this.#roots;
        const step = corrected === undefined ? undefined : like(corrected);
        return step === undefined ? new Looked() : lookedByRule(step.by, step.item, this.state, day);
      },
      rightOn: (corrected) => {
        const step = like(corrected);
        return step === undefined ? undefined : this.#drafted(corrected, step, day);
      },
    });
    this.#bookRecorded(read);
  }

  /** The end of a close: the number of its events and what couldn't be paid or held. */
  #closed(
    begun: StoredEvent,
    run: RecordedRun,
    closed: StoredEvent | undefined,
    derived: number,
    breaches: readonly Breach[],
  ): void {
    const { own } = this.#house;
    const event = { data: { events: run.events.length, breaches: breaches.map(breachJson) }, on: run.day };
    const right: Right = { type: own.closed, event, entry: new NumberedEntry(this.state.chart, [], []) };
    const read = closed === undefined ? undefined : this.#read(closed);
    const fault = this.#faultOfEnd(begun, read, right, [run.events.length, derived]);
    if (fault !== undefined) {
      this.#fault({
        kind: read === undefined ? 'missing' : 'differs',
        revision: closed?.revision ?? run.end,
        rule: own.closed.name,
        detail: fault,
        about: this.#about(own.closed, event),
        read,
        right,
        looked: () => lookedByBreaches(this.#closing, this.state, run.day),
        rightOn: () => {
          const said = read?.event.data.events;
          const events = said === this.#onCorrected.booked ? said : run.events.length;
          return { ...right, event: { on: run.day, data: { events, breaches: this.#onCorrected.breaches } } };
        },
      });
    }
    if (read === undefined) return;
    if (fault === undefined) this.#book(read);
    else this.#bookRecorded(read);
  }

  #faultOfEnd(
    begun: StoredEvent,
    read: Read | undefined,
    right: Right,
    counts: readonly number[],
  ): string | undefined {
    if (read === undefined) return 'the close has no end';
    const envelope = faultOfEnvelope(read, this.#house.segmentOf(read.type)) ?? faultOfRun(read, begun);
    if (envelope !== undefined) return envelope;
    if (read.entry.length > 0) return 'the entry is another';
    const { events, breaches } = read.event.data;
    if (!counts.some((count) => count === events))
      return `it says ${String(events)} events, and has ${counts[0]}`;
    return canonical(breaches) === canonical(right.event.data.breaches)
      ? undefined
      : 'what could not be paid or held is another';
  }

  #about(type: EventType, { data, on }: Event): About {
    return { type: type.name, subject: type.subject(data), segment: this.#house.segmentOf(type), on };
  }

  #rightOf({ draft }: Step, on: Day, entry: NumberedEntry): Right {
    return { type: this.#house.type(draft.type.name) ?? draft.type, event: { data: draft.data, on }, entry };
  }

  #drafted(s: State, step: Step, day: Day): Right | undefined {
    const entry = enter(s, step.draft.postings, day);
    return entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry);
  }

  // — Findings —

  /** Tells of a fault, and whether it is a root or follows from one; a root's right entry goes onto the corrected state. */
  #fault(fault: Fault): void {
    const { read, right, revision } = fault;
    const { chart } = this.state;
    const differences = differencesOf(chart, read?.entry, right?.entry);
    const followsFrom = this.#followed(fault);
    this.#found({
      revision,
      kind: fault.kind,
      ...fault.about,
      rule: fault.rule,
      detail: fault.detail,
      recorded:
        read === undefined ? undefined : { data: read.stored.data, entry: linesOf(chart, read.entry) },
      expected: right === undefined ? undefined : { data: jsonOf(right), entry: linesOf(chart, right.entry) },
      differences,
      ...(followsFrom === undefined ? {} : { followsFrom }),
    });
    if (followsFrom !== undefined) {
      // On the corrected state it stands as recorded; what is missing stays so.
      if (read !== undefined) this.#correct(() => read);
      return;
    }
    this.#roots.add(revision, this.state, differences, {
      recorded: this.#rowsOf(read),
      expected: this.#rowsOf(right),
    });
    if (fault.kind !== 'not derived') this.#correct((corrected) => fault.rightOn(corrected));
  }

  /** The root that a fault follows from: it is none where the record is right on the corrected state. */
  #followed({ read, looked, rightOn }: Fault): number | undefined {
    if (this.#roots.first === undefined) return undefined;
    const { corrected } = this.#roots;
    if (corrected === undefined) return this.#roots.met(looked(), this.state);
    const on = this.#tried(() => rightOn(corrected));
    const agrees =
      read === undefined || on === undefined
        ? read === on
        : sameEntry(read.entry, on.entry) && canonical(read.stored.data) === canonical(jsonOf(on));
    return agrees ? (this.#roots.met(looked(), this.state) ?? this.#roots.first) : undefined;
  }

  #rowsOf(made: Right | undefined): RowsWritten {
    if (made === undefined) return new Map();
    if (made.type === this.#house.own.policyChanged) {
      const { parameter } = made.event.data;
      return new Map([
        [`${policyTable.name}/${String(parameter)}`, { table: policyTable.name, row: 'changed' }],
      ]);
    }
    return rowsBy(this.#house, this.state, made.type, made.event, made.entry);
  }

  #correct(by: (corrected: State) => Right | undefined): void {
    const { corrected } = this.#roots;
    if (corrected === undefined) return;
    this.#tried(() => {
      const right = by(corrected);
      if (right !== undefined)
        book(this.#house, corrected, right.type, right.event, right.entry, corrected.marks.events);
      if (right !== undefined) this.#onCorrected.booked++;
      return right;
    });
  }

  /** What is asked of the corrected state; where it has come to what can't be booked, it is given up. */
  #tried<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch {
      this.#roots.giveUp();
      return undefined;
    }
  }

  // — Booking —

  #read(stored: StoredEvent): Read {
    return readEvent(this.#house, this.state, stored);
  }

  #book(read: Read): void {
    this.#bookRecorded(read);
    if (this.#roots.corrected === undefined) this.#onCorrected.booked++;
    else this.#correct(() => read);
  }

  #bookRecorded(read: Read): void {
    const { type, event } = read;
    bookRead(this.#house, this.state, read);
    if (type === this.#house.own.reversed) this.#reversed.add(Number(event.data.event));
  }
}

const jsonOf = ({ type, event }: Right): Json => encodeData(type.fields, event.data);

function detailOf(entry: NumberedEntry | Refusal, read: Read, sameDataAsRecorded: boolean): string {
  if (entry instanceof Refusal) return `the rule's entry can't be booked: ${entry.code}: ${entry.message}`;
  const parts = [...(sameEntry(entry, read.entry) ? [] : ['entry']), ...(sameDataAsRecorded ? [] : ['data'])];
  return parts.length === 1 ? `the ${parts[0]} is another` : `${parts.join(' and ')} are others`;
}
