/**
 * Reversal: a fact of an open day undone by its mirror entry, its rows as they were.
 *
 * @module
 */

import type { StoredEvent } from '../state/events.ts';
import type { NumberedEntry, State } from '../state/state.ts';
import { type Day, formatDay } from '../values/dates.ts';
import { codes, Refusal } from '../values/refusals.ts';
import { answersCannotUndo } from './answers.ts';
import { flaw } from './booking.ts';
import { entryOf, reading, typeOf } from './fold.ts';
import type { House } from './house.ts';
import type { Recalled } from './undo.ts';
import { readData } from './versions.ts';

/** A recorded event as its type knows it. */
export function recall(house: House, s: State, stored: StoredEvent): Recalled {
  const type = typeOf(house, stored);
  return reading(stored, () => {
    const event = { data: readData(type, stored), on: stored.effectiveOn };
    return { type, event, entry: entryOf(s, stored) };
  });
}

/** The mirror entry, or why the fact can't be undone on a date. */
export function mirror(
  house: House,
  s: State,
  on: Day,
  { type, event, entry }: Recalled,
): NumberedEntry | Refusal {
  s.day = on;
  const { closedThrough } = s.marks;
  if (type.kind !== 'fact')
    return new Refusal(codes.notReversible, type.name, 'a derived event follows from its fact');
  if (type.undo === undefined)
    return new Refusal(codes.notReversible, type.name, '', type.insteadOfUndo ?? codes.notReversible.hint);
  if (closedThrough !== undefined && event.on <= closedThrough) {
    return new Refusal(codes.notReversible, type.name, `${formatDay(event.on)} is closed`);
  }
  if (on < event.on)
    return new Refusal(codes.beforeLatest, formatDay(on), `the fact is of ${formatDay(event.on)}`);
  const booked = { ...event, entry };
  const why = type.cannotUndo?.(booked, s) ?? answersCannotUndo(house, s, type, booked);
  if (why instanceof Refusal) return why;
  if (why !== undefined) return new Refusal(codes.notReversible, type.name, why);
  const mirrored = entry.mirrored();
  const refusal = flaw(s, mirrored, on);
  return refusal === undefined
    ? mirrored
    : new Refusal(codes.reversalDoesNotFit, refusal.value, `${refusal.code}: ${refusal.detail}`);
}
