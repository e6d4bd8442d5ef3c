/**
 * Searching a log: newest first, a page at a time, with a bound on the work for each page.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { Source } from '../../reading/ports.ts';
import { builder, type Context } from '../base/builder.ts';
import {
  askedPage,
  type Connection,
  cursorOf,
  type Edge,
  type PageAsked,
  pageOf,
} from '../base/connection.ts';
import { badQuestion, orFault } from '../base/faults.ts';
import { searchLimits } from '../base/limits.ts';
import { bookArgs, deskOf, knownArgs, revisionOf } from '../base/point.ts';
import { EventConnection, type EventRead } from './event.ts';
import { type EventFilter, EventFilterInput, filterOf, matches, mayMatch, mustRead } from './filter.ts';

const cursorKind = 'event';

/** A stretch of revisions, in the order in which they are looked at. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly step: 1 | -1;
}

/** The part of the list, newest first up to a revision, that a page is taken from. */
function stretchOf({ side, after, before }: PageAsked, top: number): Stretch {
  const older = after === undefined ? top : revisionIn(after) - 1;
  const newer = before === undefined ? 0 : revisionIn(before) + 1;
  return side === 'first'
    ? { from: Math.min(older, top), to: newer, step: -1 }
    : { from: newer, to: Math.min(older, top), step: 1 };
}

function revisionIn(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw badQuestion(key, 'not a cursor of events');
  return Number(key);
}

/** Revisions in the order of the stretch: as they are where they may match, as {@link passed} where they do not. */
function* candidates(source: Source, filter: EventFilter, stretch: Stretch): Generator<number, void, void> {
  const { from, to, step } = stretch;
  const { lookups } = source;
  const named = namedRevisions(source, filter, Math.max(from, to), Math.min(from, to));
  if (named !== undefined) {
    const ordered = step === 1 ? named.reverse() : named;
    for (const at of ordered) yield mayMatch(filter, lookups.type(at), lookups.day(at)) ? at : passed(at);
    return;
  }
  for (let at = from; step === 1 ? at <= to : at >= to; at += step) {
    yield mayMatch(filter, lookups.type(at), lookups.day(at)) ? at : passed(at);
  }
}

/** A revision that was looked at and passed over, as a figure below zero; applied again it gives the revision back. */
const passed = (revision: number): number => -1 - revision;

/** Where subjects or holders are named: the revisions that name them, newest first. */
function namedRevisions(
  source: Source,
  { subjects, holders }: EventFilter,
  top: number,
  bottom: number,
): number[] | undefined {
  if (subjects !== undefined) {
    const found = subjects.flatMap((subject) => taken(source.lookups.ofSubject(subject, top), bottom));
    return descending(found);
  }
  return holders === undefined
    ? undefined
    : descending(holders.flatMap((holder) => revisionsOf(source, holder, top, bottom)));
}

function taken(revisions: Iterable<number>, bottom: number): number[] {
  const found: number[] = [];
  for (const at of revisions) {
    if (at < bottom || found.length === searchLimits.rowsMax) break;
    found.push(at);
  }
  return found;
}

const descending = (revisions: readonly number[]): number[] => [...new Set(revisions)].sort((a, b) => b - a);

/** The events that posted on any account of a holder. */
function revisionsOf({ state, house }: Source, holder: string, top: number, bottom: number): number[] {
  const { chart, journal } = state;
  const found: number[] = [];
  for (const kind of house.kinds) {
    if (kind.perHolder !== true) continue;
    for (const { currency } of chart.controls.filter((control) => control.kind.path === kind.path)) {
      const account = chart.find(kind, holder, currency);
      if (account === undefined) continue;
      for (let at = journal.head(account); at >= 0; at = journal.previous(at)) {
        const revision = journal.event(at);
        if (revision < bottom || found.length === searchLimits.rowsMax) break;
        if (revision <= top) found.push(revision);
      }
    }
  }
  return found;
}

/** What a search has found, and whether it ended before the stretch did. */
interface Found {
  readonly events: StoredEvent[];
  /** Where it gave up for the time being; undefined when it came to the end or had enough. */
  readonly stoppedAt: number | undefined;
}

/** Matching events, in the order of the stretch: at most one more than the size. */
async function search(
  source: Source,
  filter: EventFilter,
  stretch: Stretch,
  size: number,
  signal: AbortSignal,
): Promise<Found> {
  const events: StoredEvent[] = [];
  const wanted = size + 1;
  let waiting: number[] = [];
  let rows = 0;
  let reads = 0;
  const read = async (): Promise<void> => {
    signal.throwIfAborted();
    reads += waiting.length;
    for (const event of await source.events(waiting)) if (matches(filter, event)) events.push(event);
    waiting = [];
  };
  const batch = mustRead(filter) ? searchLimits.batch : wanted;
  for (const at of candidates(source, filter, stretch)) {
    rows++;
    if (at >= 0) {
      waiting.push(at);
      if (waiting.length === batch) await read();
      if (events.length >= wanted) return { events: events.slice(0, wanted), stoppedAt: undefined };
    }
    if (rows >= searchLimits.rowsMax || reads + waiting.length >= searchLimits.readsMax) {
      await read();
      const stoppedAt = events.length >= wanted ? undefined : at >= 0 ? at : passed(at);
      return { events: events.slice(0, wanted), stoppedAt };
    }
  }
  await read();
  return { events: events.slice(0, wanted), stoppedAt: undefined };
}

/** A page of the events of a source up to a revision, newest first. */
export async function eventPage(
  source: Source,
  filter: EventFilter,
  asked: PageAsked,
  top: number,
  signal: AbortSignal,
): Promise<Connection<EventRead>> {
  const stretch = stretchOf(asked, top);
  const { events, stoppedAt } = await search(source, filter, stretch, asked.size, signal);
  const edges: Edge<EventRead>[] = events.map((event) => ({
    node: { event, source },
    cursor: cursorOf(cursorKind, String(event.revision)),
  }));
  const page = pageOf(
    asked,
    asked.side === 'first' ? edges : edges.reverse(),
    events.length > asked.size || stoppedAt !== undefined,
  );
  if (stoppedAt === undefined) return page;
  const stopped = cursorOf(cursorKind, String(stoppedAt));
  const place = asked.side === 'first' ? { endCursor: stopped } : { startCursor: stopped };
  return { ...page, pageInfo: { ...page.pageInfo, ...place } };
}

/** The arguments of a page of events. */
export const eventPageArgs = builder.args((t) => ({
  filter: t.field({ type: EventFilterInput, description: 'Which events are meant; all when left out.' }),
  first: t.int({ description: 'How many from the beginning of the list.' }),
  after: t.string({ description: 'From behind this cursor on.' }),
  last: t.int({ description: 'How many from the end of the list.' }),
  before: t.string({ description: 'Up to before this cursor.' }),
}));

type EventPageArgs = Parameters<typeof askedPage>[1] & {
  readonly filter?: typeof EventFilterInput.$inferInput | null | undefined;
};

/** The page that arguments ask for. */
export async function askedEvents(
  source: Source,
  args: EventPageArgs,
  top: number,
  { signal }: Pick<Context, 'signal'>,
): Promise<Connection<EventRead>> {
  const filter = filterOf(source.house, args.filter);
  const asked = askedPage(cursorKind, args);
  await source.ready?.(signal);
  return await eventPage(source, filter, asked, top, signal);
}

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'Events, newest first. Filters combine with AND; each takes lists. The work for a page is bounded: with a rare filter a page may be short and yet have more after it.',
    args: { ...bookArgs, ...knownArgs, ...eventPageArgs },
    resolve: async (_root, args, context) => {
      const source = orFault(await deskOf(args, context));
      const top = revisionOf(source, args, context) ?? source.head.revision;
      return await askedEvents(source, args, top, context);
    },
  }),
);
