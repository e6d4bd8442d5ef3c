/**
 * Reading rows of a book's file: pages of events in bounded memory, links and counts checked on the way. Hashes are not worked
 * out again here; `audit` does that.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';
import { emptyHead, type LogHead, LogUnreadable } from '../port/port.ts';
import { decodeBody } from './codec.ts';
import { BodyUnreadable } from './columns.ts';
import type { BookReader, Row, RowEnds } from './file.ts';

/** A page ends with the row that brings it to so many characters of stored text, or to so many events. */
const pageLengthMin = 131_072;
const pageEventsMin = 1_024;

/** What an empty log ends in. */
const beforeFirst: RowEnds = { first: 0, count: 0, previousHash: '', lastHash: emptyHead.hash };

/** A row's last revision. */
export const lastOf = (row: RowEnds): number => row.first + row.count - 1;

/** The ends of the last row; of an empty log, those of a row without events before revision 0. */
export const lastRow = (file: BookReader): RowEnds => file.last.get() ?? beforeFirst;

/** What is wrong between a row and the one before it, or undefined. */
export function linkFault(before: RowEnds | undefined, row: RowEnds): LogUnreadable | undefined {
  const { first, count, lastHash } = before ?? beforeFirst;
  const next = first + count;
  if (row.first > next) return new LogUnreadable(next, `events up to ${row.first - 1} are missing`);
  if (row.first < next)
    return new LogUnreadable(row.first, `a batch from here overlaps the one from ${first} on`);
  if (row.count < 1) return new LogUnreadable(row.first, 'a batch without events');
  if (row.previousHash !== lastHash)
    return new LogUnreadable(row.first, 'it is not linked to the event before it');
  return undefined;
}

/**
 * Holds the ends of a log against what they must be: the first batch begins with revision 0, and the last follows the one before.
 *
 * @throws LogUnreadable
 */
export function checkEnds(file: BookReader): void {
  const first = file.after.get(Number.MIN_SAFE_INTEGER);
  const last = file.last.get();
  if (first === undefined || last === undefined) return;
  checkLink(undefined, first);
  if (last.first !== first.first) checkLink(file.before.get(last.first), last);
}

/**
 * Whether a log holds an event that was read of it, so that it is the same log, as far as it had come then.
 *
 * @param seen revision and hash of the event; revision -1 for a log that held none
 * @returns what is there instead, in words; undefined when it is the same log
 */
export function otherThan(file: BookReader, seen: Pick<LogHead, 'revision' | 'hash'>): string | undefined {
  checkEnds(file);
  const end = lastOf(lastRow(file));
  if (end < seen.revision) return `it ends at revision ${end}, and ${seen.revision} has been read of it`;
  if (seen.revision < 0) return undefined;
  const [event] = eventsAt(file, [seen.revision]);
  return event?.hash === seen.hash
    ? undefined
    : `its event ${seen.revision} is not the one that was read of it`;
}

function checkLink(before: RowEnds | undefined, row: RowEnds): void {
  const fault = linkFault(before, row);
  if (fault !== undefined) throw fault;
}

/** The events of a row. */
export function eventsOf(row: Row): readonly StoredEvent[] {
  let events: readonly StoredEvent[];
  try {
    events = decodeBody(row.body, row.first, row.count);
  } catch (cause) {
    if (!(cause instanceof BodyUnreadable)) throw cause;
    throw new LogUnreadable(row.first, cause.message, cause);
  }
  if (events.at(-1)?.hash !== row.lastHash) {
    throw new LogUnreadable(lastOf(row), 'the batch does not end in the event that it says it ends in');
  }
  return events;
}

/** Gathers the events of rows until there are enough for a page. */
class Page {
  readonly #eventsMax: number;
  #events: readonly StoredEvent[] = [];
  #gathered: StoredEvent[] | undefined;
  #length = 0;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
  }

  add(events: readonly StoredEvent[], length: number): void {
    this.#length += length;
    const left = this.#eventsMax - this.#events.length;
    const fitting = events.length > left ? events.slice(0, left) : events;
    if (this.#events.length === 0) {
      this.#events = fitting;
      return;
    }
    this.#gathered ??= [...this.#events];
    for (const event of fitting) this.#gathered.push(event);
    this.#events = this.#gathered;
  }

  get full(): boolean {
    const count = this.#events.length;
    return count >= this.#eventsMax || count >= pageEventsMin || this.#length >= pageLengthMin;
  }

  get events(): readonly StoredEvent[] {
    return this.#events;
  }
}

/** The next events from a revision on, upwards; none beyond the head. */
export function pageUpwards(file: BookReader, from: number, eventsMax: number): readonly StoredEvent[] {
  if (from > lastOf(lastRow(file)) || eventsMax < 1) return [];
  const begin = file.endsAt.get(from)?.first ?? 0;
  let before = file.before.get(begin);
  const page = new Page(eventsMax);
  for (const row of file.upwards.iterate(begin)) {
    checkLink(before, row);
    before = row;
    if (lastOf(row) < from) continue;
    const events = eventsOf(row);
    page.add(row.first < from ? events.slice(from - row.first) : events, row.body.length);
    if (page.full) break;
  }
  return page.events;
}

/** The next events from a revision on, downwards, the latest first; from the head on when the revision is beyond it. */
export function pageDownwards(file: BookReader, from: number, eventsMax: number): readonly StoredEvent[] {
  const begin = file.endsAt.get(from)?.first;
  if (from < 0 || eventsMax < 1) return [];
  if (begin === undefined) {
    const lowest = file.after.get(0);
    if (lowest !== undefined) checkLink(undefined, lowest);
    return [];
  }
  let above = file.after.get(begin + 1);
  const page = new Page(eventsMax);
  for (const row of file.downwards.iterate(begin)) {
    if (above !== undefined) checkLink(row, above);
    above = row;
    page.add(
      eventsOf(row)
        .slice(0, from - row.first + 1)
        .reverse(),
      row.body.length,
    );
    if (page.full) return page.events;
  }
  if (above !== undefined) checkLink(undefined, above);
  return page.events;
}

/**
 * The events of some revisions, in the order asked.
 *
 * @throws RangeError names a revision that is not there
 */
export function eventsAt(file: BookReader, revisions: readonly number[]): readonly StoredEvent[] {
  const found = new Map<number, StoredEvent>();
  let events: readonly StoredEvent[] = [];
  for (const revision of [...revisions].sort((a, b) => a - b)) {
    if (found.has(revision)) continue;
    let event = events[revision - (events[0]?.revision ?? 0)];
    if (event === undefined) {
      const row = file.at.get(revision);
      if (row !== undefined && lastOf(row) >= revision) events = eventsOf(row);
      event = events[revision - (row?.first ?? 0)];
    }
    if (event?.revision !== revision) throw missing(file, revision);
    found.set(revision, event);
  }
  return revisions.map((revision) => {
    const event = found.get(revision);
    if (event === undefined) throw missing(file, revision);
    return event;
  });
}

function missing(file: BookReader, revision: number): Error {
  return revision >= 0 && revision <= lastOf(lastRow(file)) && Number.isSafeInteger(revision)
    ? new LogUnreadable(revision, 'it is missing')
    : new RangeError(`there is no revision ${revision}`);
}
