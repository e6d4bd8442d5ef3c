/**
 * Versions of event types. What is recorded stays: bytes, hash and version. A type says how data of each version become those of the
 * next, as data alone; so it is read as its type knows it now, wherever it is read.
 *
 * @module
 */
import type { EventType } from '../contract/fact.ts';
import type { StoredEvent } from '../state/events.ts';
import { formatDay } from '../values/dates.ts';
import { type DataOf, decodeData, type Fields, isJsonRecord, type Json } from '../values/fields.ts';
import type { House } from './house.ts';

/** Data of a version as a type knows them now. */
export function currentData({ name, upcasts = [] }: EventType, version: number, data: Json): Json {
  let current = data;
  for (const upcast of upcasts.slice(version - 1)) {
    if (!isJsonRecord(current)) throw new RangeError(`the data of ${name} are no record`);
    current = upcast(current);
  }
  return current;
}

/** The typed data of a recorded event. @throws RangeError when they are none of the type's */
export const readData = (
  type: EventType,
  { schemaVersion, data }: Pick<StoredEvent, 'schemaVersion' | 'data'>,
): DataOf<Fields> => decodeData(type.fields, currentData(type, schemaVersion, data));

/** A recorded event as its type would record it now, but for its hash; itself where nothing has changed, or it can't be read. */
export function asKnown(house: House, stored: StoredEvent): StoredEvent {
  const type = house.type(stored.type);
  if (type === undefined || stored.schemaVersion >= type.version) return stored;
  try {
    const data = currentData(type, stored.schemaVersion, stored.data);
    return { ...stored, schemaVersion: type.version, data };
  } catch (error) {
    if (error instanceof RangeError) return stored;
    throw error;
  }
}

/** A fact as its reversal holds it. */
export const asReversed = ({
  data,
  effectiveOn,
  type,
  schemaVersion,
}: Pick<StoredEvent, 'data' | 'effectiveOn' | 'type' | 'schemaVersion'>): Json => ({
  data,
  on: formatDay(effectiveOn),
  type,
  // Reversals of the first version were recorded before there were others.
  ...(schemaVersion === 1 ? {} : { version: schemaVersion }),
});
