/**
 * What a rule looks at when it is run once more on a state: parameters, rows, balances.
 *
 * @module
 */

import type { EventType, FactType, Happening } from '../../kernel/contract/fact.ts';
import { evolveAnswers, toldOf } from '../../kernel/engine/answers.ts';
import { written } from '../../kernel/engine/booking.ts';
import { derivedBy } from '../../kernel/engine/close.ts';
import type { ClosingRule, House } from '../../kernel/engine/house.ts';
import { undone, undoRows } from '../../kernel/engine/undo.ts';
import { EntryWriter } from '../../kernel/state/entry-writer.ts';
import type { NumberedEntry, State } from '../../kernel/state/state.ts';
import { type Looked, TrackedReading } from '../../kernel/state/tracking.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { DataOf, Fields } from '../../kernel/values/fields.ts';
import { type RowsWritten, rowsWritten } from './roots.ts';

type Event = Happening<DataOf<Fields>>;

/** What a fact's owner and all that answer it look at to work its entry out. */
export function lookedByReaction(rules: House, s: State, type: FactType, event: Event): Looked {
  s.day = event.on;
  const reading = new TrackedReading(s);
  written(rules, reading, s.chart, type, event);
  return reading.looked;
}

/** What they look at to say whether it fits, and beyond that, where it fits, to work its entry out. */
export function lookedByFact(rules: House, s: State, type: FactType, event: Event, fits: boolean): Looked {
  s.day = event.on;
  const reading = new TrackedReading(s);
  type.fits?.(event, reading);
  const unused = new EntryWriter(s.chart);
  if (fits) type.react?.(event, reading, unused);
  const listeners = rules.listeners(type);
  if (listeners.length === 0) return reading.looked;
  const told = toldOf(type, event, reading);
  for (const { listener } of listeners) {
    if (told === undefined || !listener.when(told.data)) continue;
    listener.fits?.(told, reading);
    if (fits) listener.react?.(told, reading, unused);
  }
  return reading.looked;
}

/** What a rule of the close and all that answer it look at for one of its items, and the rule to find its items. */
export function lookedByRule(rules: House, by: ClosingRule, item: unknown, s: State, day: Day): Looked {
  s.day = day;
  const reading = new TrackedReading(s);
  by.rule.items(reading);
  derivedBy(rules, by, item, reading, s.chart);
  return reading.looked;
}

/** What the rules of a house look at to list what couldn't be paid or held. */
export function lookedByBreaches(closing: readonly ClosingRule[], s: State, day: Day): Looked {
  s.day = day;
  const reading = new TrackedReading(s);
  for (const { rule } of closing) rule.breach?.(reading);
  return reading.looked;
}

/** The rows that an event would write, worked out on a fork that is dropped. */
export function rowsBy(
  house: House,
  s: State,
  type: EventType,
  event: Event,
  entry: NumberedEntry,
): RowsWritten {
  const fork = s.fork();
  const writing = new TrackedReading(fork);
  const booked = { ...event, entry };
  fork.day = event.on;
  evolveAnswers(house, writing, type, booked);
  fork.post(entry, event.on, fork.marks.events);
  type.evolve?.(booked, writing);
  if (type === house.own.reversed) undoRows(house, fork, undone(house, event.data, entry), event.on, writing);
  return rowsWritten(writing.written, fork);
}
