/**
 * The envelope: a recorded event as its type reads it, and what it says of itself beside its data and its entry.
 *
 * @module
 */

import type { EventType, Happening } from '../../kernel/contract/fact.ts';
import { book } from '../../kernel/engine/booking.ts';
import { entryOf, reading, typeOf } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { readData } from '../../kernel/engine/versions.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { NumberedEntry, State } from '../../kernel/state/state.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import type { DataOf, Fields } from '../../kernel/values/fields.ts';

/** A recorded event as its type reads it. */
export interface Read {
  readonly stored: StoredEvent;
  readonly type: EventType;
  readonly event: Happening<DataOf<Fields>>;
  readonly entry: NumberedEntry;
}

/**
 * Reads a recorded event; its accounts get numbers in the state's chart.
 *
 * @throws UnreadableEvent when its type is not known, or its data or accounts are none of the type's
 */
export function readEvent(house: House, s: State, stored: StoredEvent): Read {
  const type = typeOf(house, stored);
  return reading(stored, () => {
    const event = { data: readData(type, stored), on: stored.effectiveOn };
    return { stored, type, event, entry: entryOf(s, stored) };
  });
}

/** Books an event as it is recorded. */
export const bookRead = (house: House, s: State, { type, event, entry, stored }: Read): void =>
  book(house, s, type, event, entry, stored.revision);

/** What an event says of itself that its type says otherwise. */
export function faultOfEnvelope({ stored, type, event }: Read, segment: string): string | undefined {
  if (stored.kind !== type.kind) return `it is recorded as ${stored.kind}`;
  if (stored.segment !== segment) return `its segment is ${segment}`;
  const subject = type.subject(event.data);
  if (stored.subject !== subject) return `its subject is ${subject}`;
  const refs = type.refs?.(event.data);
  const same = refs === undefined ? stored.refs.length === 0 : sameTexts(refs, stored.refs);
  return same ? undefined : `it names ${refs?.join(', ') ?? 'nothing'} besides`;
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, at) => text === b[at]);

/** A derived event of a close is of its day, and answers its beginning. */
export function faultOfRun({ stored }: Read, begun: StoredEvent): string | undefined {
  if (stored.effectiveOn !== begun.effectiveOn)
    return `it is of the close of ${formatDay(begun.effectiveOn)}`;
  return stored.cause === begun.revision ? undefined : `its cause is ${begun.revision}`;
}
