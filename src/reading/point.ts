/**
 * A source at a point of both axes: as recorded up to a revision, or up to a time; as of a day. Every way to look at a book goes through
 * this.
 *
 * @module
 */
import type { State } from '../kernel/state/state.ts';
import type { Day } from '../kernel/values/dates.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import { pointUnknown } from './codes.ts';
import type { Source } from './ports.ts';
import { restore } from './restore.ts';
import { LedgerView } from './view.ts';

/** A point of the recorded axis, as somebody names it: one of the two, or neither for the head. */
export interface Recorded {
  readonly revision?: number | null | undefined;
  /** Milliseconds since the epoch. */
  readonly knownAt?: number | null | undefined;
}

/**
 * The revision that is meant; undefined for the head, wherever that will be.
 *
 * @param now milliseconds since the epoch
 */
export function revisionAsked(
  source: Source,
  { revision, knownAt }: Recorded,
  now: number,
): number | undefined | Refusal {
  if (typeof revision === 'number' && typeof knownAt === 'number')
    return new Refusal(
      codes.invalidInput,
      'revision and knownAt',
      'one of the two',
      'Leave one of them out.',
    );
  const { head, readableFrom, title } = source;
  if (typeof knownAt === 'number' && knownAt > now)
    return new Refusal(
      pointUnknown,
      `knownAt: ${new Date(knownAt).toISOString()}`,
      'that time is still to come',
    );
  const asked = typeof knownAt === 'number' ? source.lookups.knownAt(knownAt) : revision;
  if (asked === null || asked === undefined) return undefined;
  if (asked > head.revision)
    return new Refusal(pointUnknown, `revision: ${asked}`, `${title} ends at ${head.revision}`);
  return asked < readableFrom
    ? new Refusal(pointUnknown, `revision: ${asked}`, `${title} can be read from ${readableFrom} on`)
    : asked;
}

/** A source at a point of both axes. At the head the point is settled when it is first looked at. */
export class LedgerPoint {
  readonly source: Source;
  readonly asOf: Day | undefined;
  readonly #revision: number | undefined;
  #view: LedgerView | undefined;
  #whole: Promise<LedgerView> | undefined;
  #restored: Promise<State> | undefined;

  /** @param revision undefined: the head */
  constructor(source: Source, revision: number | undefined, asOf: Day | undefined) {
    this.source = source;
    this.asOf = asOf;
    this.#revision = revision;
  }

  /** Balances, sums and reports. */
  get view(): LedgerView {
    if (this.#view === undefined) {
      const { head, house, state } = this.source;
      const revision = this.#revision ?? head.revision;
      this.#view = new LedgerView(house, state, {
        revision,
        postings:
          revision === head.revision ? state.journal.length : this.source.lookups.postingsAfter(revision),
        asOf: this.asOf,
      });
    }
    return this.#view;
  }

  get revision(): number {
    return this.view.point.revision;
  }

  /** A view whose tables, too, say what they said at the revision: folded again where the source has moved on. */
  whole(signal: AbortSignal): LedgerView | Promise<LedgerView> {
    if (this.view.isHead) return this.view;
    this.#whole ??= restore(this.source, { revision: this.revision, asOf: undefined }, signal).then(
      (state) =>
        new LedgerView(this.source.house, state, {
          revision: this.revision,
          postings: state.journal.length,
          asOf: this.asOf,
        }),
    );
    return this.#whole;
  }

  /**
   * Answers from the rows at the point, both axes. What is at hand is answered at once, so that no other command comes in between.
   *
   * @param answer must be done when it returns: the state of a head moves on
   */
  withRows<T>(signal: AbortSignal, answer: (state: State) => T): T | Promise<T> {
    if (this.asOf === undefined) {
      if (this.view.isHead) return answer(this.view.state);
      return Promise.resolve(this.whole(signal)).then(({ state }) => answer(state));
    }
    this.#restored ??= restore(this.source, { revision: this.revision, asOf: this.asOf }, signal);
    return this.#restored.then(answer);
  }

  /** A state as rules read it on a day, under the assumptions of the source. */
  readOn(state: State, day: Day): State {
    const reading = state.fork(this.source.state.overlay);
    reading.day = day;
    return reading;
  }

  /** The last day that was closed at the point's revision. */
  get lastClosed(): Day | undefined {
    const { source, view, revision } = this;
    if (view.isHead) return view.state.marks.closedThrough;
    const { lookups, house } = source;
    for (const at of lookups.ofSubject('day', revision))
      if (lookups.type(at) === house.own.closed.name) return lookups.day(at);
    return undefined;
  }

  /** The last day of the point: as of which it is asked, else the last that was closed, else the last on which anything was booked. */
  get lastDay(): Day | undefined {
    return this.asOf ?? this.lastClosed ?? this.view.days()?.to;
  }
}
