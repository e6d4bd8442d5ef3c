/**
 * The docket: the recorded state, what has been found so far, and beside it, from the first finding on, the state as it would
 * be had each root been right. Booked on the recorded state is always what is recorded.
 *
 * @module
 */

import type { EventType, Happening } from '../../kernel/contract/fact.ts';
import { book } from '../../kernel/engine/booking.ts';
import { emptyState } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { canonical } from '../../kernel/state/digest.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { type NumberedEntry, policyTable, type State } from '../../kernel/state/state.ts';
import type { Looked } from '../../kernel/state/tracking.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { type DataOf, encodeData, type Fields, type Json } from '../../kernel/values/fields.ts';
import { CloseOnCorrected } from './close-on-corrected.ts';
import { differencesOf, linesOf, sameEntry } from './entries.ts';
import { bookRead, type Read, readEvent } from './envelope.ts';
import type { Finding, FindingKind } from './findings.ts';
import { rowsBy } from './looking.ts';
import { Roots, type RowsWritten } from './roots.ts';

type Event = Happening<DataOf<Fields>>;

/** What an event should have been. */
export interface Right {
  readonly type: EventType;
  readonly event: Event;
  readonly entry: NumberedEntry;
}

/** What an event is about. */
export interface About {
  readonly type: string;
  readonly subject: string;
  readonly segment: string;
  readonly on: Day;
}

/** What is found of one event, before it is known whether it follows from another. */
export interface Fault {
  readonly kind: FindingKind;
  readonly revision: number;
  readonly about: About;
  readonly rule: string;
  readonly detail: string;
  /** What is wrong lies in the event itself, not in what it was worked out from: it follows from nothing. */
  readonly own?: boolean;
  readonly read: Read | undefined;
  readonly right: Right | undefined;
  readonly looked: () => Looked;
  /** What the event should have been on a state, if anything; said of the corrected one. */
  readonly rightOn: (corrected: State) => Right | undefined;
}

export class Docket {
  readonly house: House;
  readonly state: State;
  /** The close under way on the corrected state; before that stands, on the recorded one. */
  onCorrected = new CloseOnCorrected();
  readonly #roots = new Roots();
  readonly #found: (finding: Finding) => void;
  readonly #reversed = new Set<number>();

  /** @param house folds what is recorded */
  constructor(house: House, found: (finding: Finding) => void) {
    this.house = house;
    this.#found = found;
    this.state = emptyState(house);
  }

  /** The state as it would be, had every root been right; none before the first. */
  get corrected(): State | undefined {
    return this.#roots.corrected;
  }

  /** Whether a fact has been reversed so far. */
  hasReversed(revision: number): boolean {
    return this.#reversed.has(revision);
  }

  /** What an event of a type is about. */
  about(type: EventType, { data, on }: Event): About {
    return { type: type.name, subject: type.subject(data), segment: this.house.segmentOf(type), on };
  }

  read(stored: StoredEvent): Read {
    return readEvent(this.house, this.state, stored);
  }

  /** Books an event that is right: on both states. */
  book(read: Read): void {
    this.bookRecorded(read);
    if (this.corrected === undefined) this.onCorrected.booked++;
    else this.#correct(() => read);
  }

  /** Books an event on the recorded state alone: what it is on the other was said with its fault. */
  bookRecorded(read: Read): void {
    const { type, event } = read;
    bookRead(this.house, this.state, read);
    if (type === this.house.own.reversed) this.#reversed.add(Number(event.data.event));
  }

  /** Tells of a fault, and whether it is a root or follows from one; a root's right entry goes onto the corrected state. */
  fault(fault: Fault): void {
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
  #followed({ read, looked, rightOn, own }: Fault): number | undefined {
    if (this.#roots.first === undefined || own === true) return undefined;
    const { corrected } = this.#roots;
    if (corrected === undefined) return this.#roots.met(looked(), this.state);
    const on = this.tried(() => rightOn(corrected));
    const agrees =
      read === undefined || on === undefined
        ? read === on
        : sameEntry(read.entry, on.entry) && canonical(read.stored.data) === canonical(jsonOf(on));
    return agrees ? (this.#roots.met(looked(), this.state) ?? this.#roots.first) : undefined;
  }

  #rowsOf(made: Right | undefined): RowsWritten {
    if (made === undefined) return new Map();
    if (made.type === this.house.own.policyChanged) {
      const { parameter } = made.event.data;
      return new Map([
        [`${policyTable.name}/${String(parameter)}`, { table: policyTable.name, row: 'changed' }],
      ]);
    }
    return rowsBy(this.house, this.state, made.type, made.event, made.entry);
  }

  #correct(by: (corrected: State) => Right | undefined): void {
    const { corrected } = this.#roots;
    if (corrected === undefined) return;
    this.tried(() => {
      const right = by(corrected);
      if (right !== undefined)
        book(this.house, corrected, right.type, right.event, right.entry, corrected.marks.events);
      if (right !== undefined) this.onCorrected.booked++;
      return right;
    });
  }

  /** What is asked of the corrected state; where it has come to what can't be booked, it is given up. */
  tried<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch {
      this.#roots.giveUp();
      return undefined;
    }
  }
}

const jsonOf = ({ type, event }: Right): Json => encodeData(type.fields, event.data);
