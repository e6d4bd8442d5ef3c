/**
 * The judge: the recorded state before each event, and what the rules of then say of the event on it. What differs is a finding;
 * booked is always what is recorded, so that one wrong booking is one finding.
 *
 * @module
 */

import type { Happening } from '../../kernel/contract/fact.ts';
import { tooMuch } from '../../kernel/deciding/bounds.ts';
import { dateRefusal } from '../../kernel/deciding/commands.ts';
import { nextToClose } from '../../kernel/deciding/ledger.ts';
import { misfit, reaction } from '../../kernel/engine/booking.ts';
import type { House } from '../../kernel/engine/house.ts';
import { mirror, recall } from '../../kernel/engine/reversal.ts';
import { asReversed } from '../../kernel/engine/versions.ts';
import { isBounded } from '../../kernel/state/bounded.ts';
import { canonical } from '../../kernel/state/digest.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { NumberedEntry, type State } from '../../kernel/state/state.ts';
import { Looked } from '../../kernel/state/tracking.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { type DataOf, type Fields, isJson, isRecord } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { RecordedRun } from './closing-run.ts';
import { Docket } from './docket.ts';
import { sameEntry } from './entries.ts';
import { faultOfEnvelope, type Read } from './envelope.ts';
import type { Finding } from './findings.ts';
import { CloseJudge } from './judge-close.ts';
import { lookedByFact } from './looking.ts';

type Event = Happening<DataOf<Fields>>;

export class Judge {
  readonly #docket: Docket;
  readonly #rules: House;
  readonly #closes: CloseJudge;

  /**
   * @param house folds what is recorded
   * @param rules is asked what should have been: the same, or another one of the same types
   */
  constructor(house: House, rules: House, found: (finding: Finding) => void) {
    this.#docket = new Docket(house, found);
    this.#rules = rules;
    this.#closes = new CloseJudge(this.#docket, rules);
  }

  /** Books an event as it is recorded, without a question. */
  fold(stored: StoredEvent): void {
    this.#docket.book(this.#docket.read(stored));
  }

  /** Judges a fact, then books it. A reversal is judged beside its original. */
  fact(stored: StoredEvent, original: StoredEvent | undefined): void {
    const read = this.#docket.read(stored);
    const right = this.#entryOn(this.#docket.state, read, original);
    const envelope = faultOfEnvelope(read, this.#docket.house.segmentOf(read.type));
    if (right instanceof NumberedEntry && envelope === undefined && sameEntry(read.entry, right)) {
      this.#docket.book(read);
      return;
    }
    const refused = right instanceof Refusal;
    this.#docket.fault({
      kind: refused ? 'misfit' : 'differs',
      revision: stored.revision,
      rule: read.type.name,
      detail: refused ? `${right.code}: ${right.message}` : (envelope ?? 'the entry is another'),
      own: envelope !== undefined,
      about: { ...this.#docket.about(read.type, read.event), subject: read.stored.subject },
      read,
      right: refused ? undefined : { ...read, entry: right },
      looked: () => this.#lookedBy(read, refused ? right : undefined),
      rightOn: (corrected) => {
        const entry = this.#entryOn(corrected, read, original);
        return entry instanceof Refusal ? undefined : { ...read, entry };
      },
    });
    this.#docket.bookRecorded(read);
  }

  /** Judges a close, from its beginning to its end or as far as it is known, and books it. */
  close(begun: StoredEvent, run: RecordedRun, closed: StoredEvent | undefined): void {
    this.fact(begun, undefined);
    this.#closes.judge(begun, run, closed);
  }

  /** A derived event that stands outside of every close. */
  stray(stored: StoredEvent): void {
    const read = this.#docket.read(stored);
    this.#docket.fault({
      kind: 'not derived',
      revision: stored.revision,
      rule: read.type.name,
      detail: 'a derived event outside of a close',
      about: { ...this.#docket.about(read.type, read.event), subject: read.stored.subject },
      read,
      right: undefined,
      looked: () => new Looked(),
      rightOn: () => undefined,
    });
    this.#docket.bookRecorded(read);
  }

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
          ? nextToClose(s, event.on, isBounded(s))
          : dateRefusal(s, event.on, type === own.policyChanged ? event.data.from : undefined, isBounded(s));
      if (refusal instanceof Refusal) return refusal;
      if (refusal === 'closed') return new Refusal(codes.dayClosed, formatDay(event.on));
    }
    const entry =
      type === own.reversed
        ? this.#mirrorOn(s, event, stored, original)
        : (misfit(this.#rules, s, type, event) ?? reaction(this.#rules, s, type, event));
    if (entry instanceof Refusal || type.dated === false || !isBounded(s)) return entry;
    return tooMuch(s, entry, event.on) ?? entry;
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
    if (this.#docket.hasReversed(revision)) return new Refusal(codes.alreadyReversed, String(revision));
    const { of } = data;
    const said = asReversed(original);
    if (!isRecord(of) || !isJson(of, 12) || canonical(of) !== canonical(said))
      return new Refusal(codes.invalidInput, 'of', 'it is not the fact that was recorded');
    return mirror(this.#docket.house, s, on, recall(this.#docket.house, s, original));
  }

  /** What the rules look at for a fact; where an account's floor refuses it, its accounts too. */
  #lookedBy({ type: folded, event, entry }: Read, refusal: Refusal | undefined): Looked {
    const type = this.#rules.type(folded.name);
    const looked =
      type?.kind === 'fact'
        ? lookedByFact(this.#rules, this.#docket.state, type, event, refusal === undefined)
        : new Looked();
    const { chart } = this.#docket.state;
    if (refusal === undefined && type !== this.#rules.own.reversed) return looked;
    for (const account of entry.accounts) {
      const kind = chart.kindOf[account];
      if (kind !== undefined) looked.noteBalance(kind, chart.holderOf[account] ?? '');
    }
    return looked;
  }
}
