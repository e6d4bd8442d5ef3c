/**
 * The judge of closes: each event that a close derived beside what its rules derive once more, and its end.
 *
 * @module
 */

import { type Breach, phases } from '../../kernel/contract/rule.ts';
import { enter } from '../../kernel/engine/booking.ts';
import { breachesOf, breachJson, type LeftOut } from '../../kernel/engine/close.ts';
import type { ClosingRule, House } from '../../kernel/engine/house.ts';
import { canonical } from '../../kernel/state/digest.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { NumberedEntry, type State } from '../../kernel/state/state.ts';
import { Looked } from '../../kernel/state/tracking.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
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
import type { Docket, Right } from './docket.ts';
import { sameEntry } from './entries.ts';
import { faultOfEnvelope, faultOfRun, type Read } from './envelope.ts';
import { lookedByBreaches, lookedByRule } from './looking.ts';

export class CloseJudge {
  readonly #docket: Docket;
  readonly #rules: House;
  readonly #closing: readonly ClosingRule[];

  constructor(docket: Docket, rules: House) {
    this.#docket = docket;
    this.#rules = rules;
    this.#closing = phases.flatMap((phase) => rules.closing(phase));
  }

  /** Judges what follows the beginning of a close, to its end or as far as it is known, and books it. */
  judge(begun: StoredEvent, run: RecordedRun, closed: StoredEvent | undefined): void {
    this.#docket.onCorrected = new CloseOnCorrected();
    const steps = aligned(this.#rules, this.#docket.state, run, (by, breaches, left) => {
      const { corrected } = this.#docket;
      this.#docket.onCorrected.ended(
        by,
        corrected === undefined ? breaches : this.#breachesOn(corrected, by, run.day, left),
      );
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

  #breachesOn(s: State, by: ClosingRule, day: Day, left: LeftOut | undefined): readonly Breach[] {
    s.day = day;
    return this.#docket.tried(() => breachesOf(by, s, left)) ?? [];
  }

  #derived(begun: StoredEvent, day: Day, found: Aligned): void {
    if (found.kind === 'recorded only') {
      this.#underived(this.#docket.read(found.recorded), day);
      return;
    }
    const { step } = found;
    this.#docket.onCorrected.began(step, this.#docket.corrected, day);
    this.#docket.onCorrected.met(
      step.draft.type,
      found.kind === 'both' ? found.recorded : placeOf(step.draft),
    );
    if (found.kind === 'both') this.#beside(begun, day, this.#docket.read(found.recorded), step);
    else this.#missing(found.before, day, step);
  }

  #beside(begun: StoredEvent, day: Day, read: Read, step: Step): void {
    const entry = enter(this.#docket.state, step.draft.entry, day);
    const envelope =
      faultOfEnvelope(read, this.#docket.house.segmentOf(read.type)) ?? faultOfRun(read, begun);
    const data = sameData(step.draft, read.stored);
    if (entry instanceof NumberedEntry && data && envelope === undefined && sameEntry(read.entry, entry)) {
      this.#docket.book(read);
      return;
    }
    this.#docket.fault({
      kind: 'differs',
      revision: read.stored.revision,
      rule: step.by.rule.name,
      detail: envelope ?? detailOf(entry, read, data),
      own: envelope !== undefined,
      about: { ...this.#docket.about(read.type, read.event), subject: read.stored.subject },
      read,
      right: entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry),
      looked: () => lookedByRule(this.#rules, step.by, step.item, this.#docket.state, day),
      rightOn: (corrected) => this.#stepOn(corrected, step, day, read.stored),
    });
    this.#docket.bookRecorded(read);
  }

  #missing(before: number, day: Day, step: Step): void {
    const entry = enter(this.#docket.state, step.draft.entry, day);
    this.#docket.fault({
      kind: 'missing',
      revision: before,
      rule: step.by.rule.name,
      detail: 'the rule derives it, the record has none',
      about: this.#docket.about(step.draft.type, { data: step.draft.data, on: day }),
      read: undefined,
      right: entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry),
      looked: () => lookedByRule(this.#rules, step.by, step.item, this.#docket.state, day),
      rightOn: (corrected) => this.#stepOn(corrected, step, day, placeOf(step.draft)),
    });
  }

  /** What a rule derives on the corrected state in the place of an event. */
  #stepOn(corrected: State, step: Step, day: Day, place: Placed): Right | undefined {
    const on = derivedLike(
      this.#rules,
      step.by,
      this.#docket.onCorrected.itemsOf(step),
      corrected,
      day,
      place,
    );
    return on === undefined ? undefined : this.#drafted(corrected, on, day);
  }

  #underived(read: Read, day: Day): void {
    /** The rule that derives it on the corrected state, unless it has derived one in its place already. */
    const like = (corrected: State): Step | undefined => {
      if (this.#docket.onCorrected.hasMet(read.type, read.stored)) return undefined;
      for (const by of this.#closing) {
        corrected.day = day;
        const found = derivedLike(this.#rules, by, by.rule.items(corrected), corrected, day, read.stored);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    this.#docket.fault({
      kind: 'not derived',
      revision: read.stored.revision,
      rule: read.type.name,
      detail: 'no rule derives it',
      about: { ...this.#docket.about(read.type, read.event), subject: read.stored.subject },
      read,
      right: undefined,
      looked: () => {
        const { corrected } = this.#docket;
        const step = corrected === undefined ? undefined : like(corrected);
        return step === undefined
          ? new Looked()
          : lookedByRule(this.#rules, step.by, step.item, this.#docket.state, day);
      },
      rightOn: (corrected) => {
        const step = like(corrected);
        return step === undefined ? undefined : this.#drafted(corrected, step, day);
      },
    });
    this.#docket.bookRecorded(read);
  }

  /** The end of a close: the number of its events and what couldn't be paid or held. */
  #closed(
    begun: StoredEvent,
    run: RecordedRun,
    closed: StoredEvent | undefined,
    derived: number,
    breaches: readonly Breach[],
  ): void {
    const { own } = this.#docket.house;
    const event = { data: { events: run.events.length, breaches: breaches.map(breachJson) }, on: run.day };
    const right: Right = {
      type: own.closed,
      event,
      entry: new NumberedEntry(this.#docket.state.chart, [], []),
    };
    const read = closed === undefined ? undefined : this.#docket.read(closed);
    const fault = this.#faultOfEnd(begun, read, right, [run.events.length, derived]);
    if (fault !== undefined) {
      this.#docket.fault({
        kind: read === undefined ? 'missing' : 'differs',
        revision: closed?.revision ?? run.end,
        rule: own.closed.name,
        detail: fault,
        about: this.#docket.about(own.closed, event),
        read,
        right,
        looked: () => lookedByBreaches(this.#closing, this.#docket.state, run.day),
        rightOn: () => {
          const said = read?.event.data.events;
          const events = said === this.#docket.onCorrected.booked ? said : run.events.length;
          return {
            ...right,
            event: { on: run.day, data: { events, breaches: this.#docket.onCorrected.breaches } },
          };
        },
      });
    }
    if (read === undefined) return;
    if (fault === undefined) this.#docket.book(read);
    else this.#docket.bookRecorded(read);
  }

  #faultOfEnd(
    begun: StoredEvent,
    read: Read | undefined,
    right: Right,
    counts: readonly number[],
  ): string | undefined {
    if (read === undefined) return 'the close has no end';
    const envelope =
      faultOfEnvelope(read, this.#docket.house.segmentOf(read.type)) ?? faultOfRun(read, begun);
    if (envelope !== undefined) return envelope;
    if (read.entry.length > 0) return 'the entry is another';
    const { events, breaches } = read.event.data;
    if (!counts.some((count) => count === events))
      return `it says ${String(events)} events, and has ${counts[0]}`;
    return canonical(breaches) === canonical(right.event.data.breaches)
      ? undefined
      : 'what could not be paid or held is another';
  }

  #rightOf({ draft }: Step, on: Day, entry: NumberedEntry): Right {
    return {
      type: this.#docket.house.type(draft.type.name) ?? draft.type,
      event: { data: draft.data, on },
      entry,
    };
  }

  #drafted(s: State, step: Step, day: Day): Right | undefined {
    const entry = enter(s, step.draft.entry, day);
    return entry instanceof Refusal ? undefined : this.#rightOf(step, day, entry);
  }
}

function detailOf(entry: NumberedEntry | Refusal, read: Read, sameDataAsRecorded: boolean): string {
  if (entry instanceof Refusal) return `the rule's entry can't be booked: ${entry.code}: ${entry.message}`;
  const parts = [...(sameEntry(entry, read.entry) ? [] : ['entry']), ...(sameDataAsRecorded ? [] : ['data'])];
  return parts.length === 1 ? `the ${parts[0]} is another` : `${parts.join(' and ')} are others`;
}
