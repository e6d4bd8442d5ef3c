/**
 * The fold: a recorded event onto a state. No rule runs; what was booked is booked.
 *
 * @module
 */
import { book } from './booking.ts';
import type { StoredEvent } from './events.ts';
import { type DataOf, decodeData, type Fields } from './fields.ts';
import type { House } from './house.ts';
import { NumberedEntry, type State } from './state.ts';

/** An event of a log that this house can't read. */
export class UnreadableEvent extends Error {
  readonly revision: number;
  constructor(revision: number, why: string) {
    super(`event ${revision}: ${why}`);
    this.name = 'UnreadableEvent';
    this.revision = revision;
  }
}

/** The recorded entry of an event, by numbers of accounts. */
export function entryOf(s: State, stored: StoredEvent): NumberedEntry {
  const accounts: number[] = [];
  for (const id of stored.accounts) {
    const account = s.chart.indexOfId(id);
    if (account === undefined) throw new UnreadableEvent(stored.revision, `no account ${id}`);
    accounts.push(account);
  }
  return new NumberedEntry(s.chart, accounts, stored.minors);
}

/** Folds one recorded event. Events are folded in order, each once. */
export function fold(house: House, s: State, stored: StoredEvent): void {
  const type = house.type(stored.type);
  if (type === undefined) throw new UnreadableEvent(stored.revision, `no event type ${stored.type}`);
  if (stored.schemaVersion > type.version) {
    throw new UnreadableEvent(
      stored.revision,
      `${stored.type} has schema version ${stored.schemaVersion}, this engine knows ${type.version}`,
    );
  }
  const event = { data: dataOf(type.fields, stored), on: stored.effectiveOn };
  book(house, s, type, event, entryOf(s, stored), stored.revision);
}

function dataOf(fields: Fields, { revision, data }: StoredEvent): DataOf<Fields> {
  try {
    return decodeData(fields, data);
  } catch (error) {
    throw new UnreadableEvent(revision, error instanceof Error ? error.message : String(error));
  }
}
