/**
 * The fold: a recorded event onto a state. No rule runs; what was booked is booked.
 *
 * @module
 */

import type { EventType } from '../contract/fact.ts';
import type { StoredEvent } from '../state/events.ts';
import { Chart } from '../state/journal/chart.ts';
import { NumberedEntry, type Overlay, State } from '../state/state.ts';
import { codes, Refusal, RefusedError } from '../values/refusals.ts';
import { book } from './booking.ts';
import type { House } from './house.ts';
import { readData } from './versions.ts';

const newerHint =
  'A newer version wrote the event: use that version, or a later one. The log was left as it was.';

/** An event of a log that this house can't read. */
export class UnreadableEvent extends RefusedError {
  readonly revision: number;
  readonly type: string;
  /** The schema version that it was written with. */
  readonly version: number;

  constructor({ revision, type, schemaVersion }: StoredEvent, why: string, hint?: string) {
    const what = `event ${revision}: ${why}`;
    super(
      new Refusal(
        codes.logUnreadable,
        `revision ${revision}, ${type} of version ${schemaVersion}`,
        why,
        hint,
      ),
      what,
    );
    this.name = 'UnreadableEvent';
    this.revision = revision;
    this.type = type;
    this.version = schemaVersion;
  }
}

/**
 * The type of a recorded event.
 *
 * @throws UnreadableEvent when this house does not know it, or only older versions of it
 */
export function typeOf(house: House, stored: StoredEvent): EventType {
  const type = house.type(stored.type);
  if (type === undefined) throw new UnreadableEvent(stored, `no event type ${stored.type}`, newerHint);
  if (stored.schemaVersion <= type.version) return type;
  const { version } = type;
  const why = `${stored.type} has schema version ${stored.schemaVersion}, this engine knows ${version}`;
  throw new UnreadableEvent(stored, why, newerHint);
}

/**
 * Reads what an event says.
 *
 * @throws UnreadableEvent when it holds what the reader can't take
 */
export function reading<T>(stored: StoredEvent, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableEvent(stored, error.message);
    throw error;
  }
}

/** The recorded entry of an event, by numbers of accounts. */
export function entryOf(s: State, stored: StoredEvent): NumberedEntry {
  const accounts: number[] = [];
  for (const id of stored.accounts) {
    const account = s.chart.indexOfId(id);
    if (account === undefined) throw new UnreadableEvent(stored, `no account ${id}`, newerHint);
    accounts.push(account);
  }
  return new NumberedEntry(s.chart, accounts, stored.minors);
}

/** The state before any event. */
export const emptyState = (house: House, overlay?: Overlay): State =>
  State.empty(new Chart(house.kinds), overlay, house.declared);

/** Folds one recorded event. Events are folded in order, each once. */
export function fold(house: House, s: State, stored: StoredEvent): void {
  const type = typeOf(house, stored);
  const { event, entry } = reading(stored, () => ({
    event: { data: readData(type, stored), on: stored.effectiveOn },
    entry: entryOf(s, stored),
  }));
  book(house, s, type, event, entry, stored.revision);
}
