/**
 * Undoing: the rows of a reversed fact, taken back by its type and by those who answered it.
 *
 * @module
 */

import type { Booked, EventType, Happening } from '../contract/fact.ts';
import type { Writing } from '../contract/reading.ts';
import type { NumberedEntry, State } from '../state/state.ts';
import { type Day, parseDay } from '../values/dates.ts';
import { type DataOf, type Fields, isJson, isRecord } from '../values/fields.ts';
import { undoAnswers } from './answers.ts';
import type { House } from './house.ts';
import { readData } from './versions.ts';

/** A fact as it was booked, to be undone. */
export interface Recalled {
  readonly type: EventType;
  readonly event: Happening<DataOf<Fields>>;
  readonly entry: NumberedEntry;
}

/**
 * Takes back the rows of a fact whose mirror entry has been posted: the owner's first, so that those who answered it are told what
 * they were told of it.
 *
 * @param writing the state as the rules see it, where somebody looks on
 */
export function undoRows(
  house: House,
  s: State,
  { type, event, entry }: Recalled,
  reversedOn: Day,
  writing: Writing = s,
): void {
  if (type.kind !== 'fact') return;
  const booked: Booked<DataOf<Fields>> = { ...event, entry };
  // Its policy was that of its own date.
  s.day = event.on;
  type.undo?.(booked, writing, reversedOn);
  undoAnswers(house, writing, type, booked, reversedOn);
  s.day = reversedOn;
}

/** The fact that a reversal's data hold, with the entry that the mirror undoes. */
export function undone(house: House, data: DataOf<Fields>, mirrored: NumberedEntry): Recalled {
  const { of } = data;
  if (!isRecord(of) || !isJson(of.data, 8)) throw new RangeError('a reversal without its fact');
  const type = house.type(String(of.type));
  const on = parseDay(String(of.on));
  if (type === undefined || on === undefined) throw new RangeError(`no event type ${String(of.type)}`);
  const schemaVersion = of.version === undefined ? 1 : Number(of.version);
  const event = { data: readData(type, { schemaVersion, data: of.data }), on };
  return { type, event, entry: mirrored.mirrored() };
}
