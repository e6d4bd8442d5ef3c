/**
 * Answers: what lines of business do when another's fact or derived event happens, in the same entry. Each is told what the
 * event's owner says of it, and is asked only where it has something to do with it.
 *
 * @module
 */
import type { Booked, EventType, Happening } from '../contract/fact.ts';
import type { Reading, Writing } from '../contract/reading.ts';
import type { EntryWriter } from '../state/entry-writer.ts';
import type { Day } from '../values/dates.ts';
import type { DataOf, Fields } from '../values/fields.ts';
import type { Refusal } from '../values/refusals.ts';
import type { House } from './house.ts';

type Event = Happening<DataOf<Fields>>;

/** What the listeners of an event are told; undefined where its owner's rows know nothing of what it is about. */
export function toldOf(type: EventType, event: Event, s: Reading): Event | undefined {
  if (type.tells === undefined) return event;
  const data = type.tells.of(event, s);
  return data === undefined ? undefined : { on: event.on, data };
}

/** Writes the postings of all that answer an event, after its own. */
export function writeAnswers(
  house: House,
  s: Reading,
  type: EventType,
  event: Event,
  entry: EntryWriter,
): void {
  const listeners = house.listeners(type);
  if (listeners.length === 0) return;
  const told = toldOf(type, event, s);
  if (told === undefined) return;
  for (const { segment, listener } of listeners) {
    if (listener.react === undefined || !listener.when(told.data)) continue;
    entry.handTo(segment.id, house.postable(segment));
    listener.react(told, s, entry);
  }
}

/** The rows of all that answer an event. They are told of the owner's rows as they were: this comes before the owner's `evolve`. */
export function evolveAnswers(
  house: House,
  s: Writing,
  type: EventType,
  booked: Booked<DataOf<Fields>>,
): void {
  const listeners = house.listeners(type);
  if (!listeners.some(({ listener }) => listener.evolve !== undefined)) return;
  const told = toldOf(type, booked, s);
  if (told === undefined) return;
  const { entry } = booked;
  for (const { listener } of listeners)
    if (listener.when(told.data)) listener.evolve?.({ ...told, entry }, s);
}

/** Takes them back. What is told is worked out on the rows as they stand: this comes after the owner's `undo`. */
export function undoAnswers(
  house: House,
  s: Writing,
  type: EventType,
  booked: Booked<DataOf<Fields>>,
  reversedOn: Day,
): void {
  const listeners = house.listeners(type);
  if (!listeners.some(({ listener }) => listener.undo !== undefined)) return;
  const told = toldOf(type, booked, s);
  if (told === undefined) return;
  const { entry } = booked;
  for (const { listener } of listeners)
    if (listener.when(told.data)) listener.undo?.({ ...told, entry }, s, reversedOn);
}

/** Why a fact can't be reversed for the sake of those who answered it: the first that says so. */
export function answersCannotUndo(
  house: House,
  s: Reading,
  type: EventType,
  booked: Booked<DataOf<Fields>>,
): string | Refusal | undefined {
  const listeners = house.listeners(type);
  if (!listeners.some(({ listener }) => listener.cannotUndo !== undefined)) return undefined;
  const told = toldOf(type, booked, s);
  if (told === undefined) return undefined;
  const { entry } = booked;
  for (const { listener } of listeners) {
    const why = listener.when(told.data) ? listener.cannotUndo?.({ ...told, entry }, s) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}
