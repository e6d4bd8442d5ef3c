/**
 * Rows at a point of both axes. At the head tables are at hand; at an older revision the log is folded again up to it. As of a day
 * it is folded again without what counts only later: facts on a debt come in the order of their dates, so its row is then what it
 * was at the end of that day.
 *
 * @module
 */
import { askedPage, type Connection, cursorOf, pageOf } from '../../graphql/base/connection.ts';
import { fault, pointUnknown, tooLong } from '../../graphql/base/faults.ts';
import { refoldMax, searchLimits } from '../../graphql/base/limits.ts';
import type { LedgerPoint } from '../../graphql/base/point.ts';
import { fold } from '../../kernel/engine/fold.ts';
import { Chart } from '../../kernel/state/journal/chart.ts';
import { State } from '../../kernel/state/state.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';

/** States as of a day, by the point that asked: fields of one answer share it. */
const restored = new WeakMap<LedgerPoint, Promise<State>>();

/**
 * Answers from the tables at a point. What is at hand is answered at once, so that no other command comes in between.
 *
 * @param answer must be done when it returns: the state of a head moves on
 */
export function withRows<T>(
  point: LedgerPoint,
  signal: AbortSignal,
  answer: (state: State) => T,
): T | Promise<T> {
  if (point.asOf === undefined) {
    const { view } = point;
    if (view.isHead) return answer(view.state);
    return Promise.resolve(point.whole(signal)).then(({ state }) => answer(state));
  }
  let state = restored.get(point);
  if (state === undefined) {
    state = stateAsOf(point, point.asOf, signal);
    restored.set(point, state);
  }
  return state.then(answer);
}

/** The state of what was recorded up to a point’s revision and counts up to a day. */
async function stateAsOf(point: LedgerPoint, day: Day, signal: AbortSignal): Promise<State> {
  const { source, revision } = point;
  await source.ready?.(signal);
  const { house, lookups } = source;
  const { opened, extended, policyChanged } = house.own;
  // Values of parameters have dates of their own.
  const always: ReadonlySet<string> = new Set([opened.name, extended.name, policyChanged.name]);
  const counts = (at: number): boolean => lookups.day(at) <= day || always.has(lookups.type(at));
  let first = 0;
  while (first <= revision && counts(first)) first++;
  if (first > revision) {
    const view = await point.whole(signal);
    return view.state;
  }
  if (revision >= refoldMax)
    throw fault(new Refusal(tooLong, `revision ${revision}`, `at most ${refoldMax} events are folded again`));
  const below = first > 0 && source.readableFrom < first;
  const state = below
    ? await source.stateAt(first - 1, signal)
    : State.empty(new Chart(house.kinds), source.state.overlay);
  let waiting: number[] = [];
  const foldWaiting = async (): Promise<void> => {
    signal.throwIfAborted();
    for (const event of await source.events(waiting)) fold(house, state, event);
    waiting = [];
    // Others get their turn: a long fold must not hold up the server.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (let at = below ? first : 0; at <= revision; at++) {
    if (counts(at)) waiting.push(at);
    if (waiting.length === searchLimits.batch) await foldWaiting();
  }
  await foldWaiting();
  return state;
}

/** A state as rules read it on a day, under the assumptions of the point’s source. */
export function readOn({ source }: LedgerPoint, state: State, day: Day): State {
  const reading = state.fork(source.state.overlay);
  reading.day = day;
  return reading;
}

/** The last day of a point: as of which it is asked, else the last that was closed, else the last on which anything was booked. */
export function lastDayOf(point: LedgerPoint): Day | undefined {
  if (point.asOf !== undefined) return point.asOf;
  return lastClosed(point) ?? point.view.days()?.to;
}

function lastClosed({ source, view, revision }: LedgerPoint): Day | undefined {
  if (view.isHead) return view.state.marks.closedThrough;
  const { lookups, house } = source;
  for (const at of lookups.ofSubject('day', revision))
    if (lookups.type(at) === house.own.closed.name) return lookups.day(at);
  return undefined;
}

/**
 * The day that a debt is worked out for: the one asked for; else that of the point, or of its latest event where that is later.
 *
 * @param reached the latest day that its row has come to: it can't be brought back
 */
export function dayFor(point: LedgerPoint, asked: Day | null | undefined, name: string, reached: Day): Day {
  const day = asked ?? point.asOf ?? Math.max(reached, lastClosed(point) ?? reached);
  if (day >= reached) return day;
  throw fault(
    new Refusal(
      pointUnknown,
      `on: ${formatDay(day)}`,
      `${name} has come to ${formatDay(reached)}: ask for the ledger as of that day`,
    ),
  );
}

interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/**
 * A page of rows in the order of their keys. Only what is on it is read, and a cursor goes on to hold where its row is gone.
 *
 * @param kind what its cursors are of: a cursor of another list is refused
 */
export function pageOfRows<R, T>(
  kind: string,
  page: PageArgs,
  rows: readonly (readonly [key: string, row: R])[],
  read: (key: string, row: R) => T,
): Connection<T> {
  const asked = askedPage(kind, page);
  const from = asked.after === undefined ? 0 : firstAfter(rows, asked.after);
  const edges = rows
    .slice(from, from + asked.size + 1)
    .map(([key, row]) => ({ node: read(key, row), cursor: cursorOf(kind, key) }));
  return pageOf(asked, edges);
}

/** The place of the first row whose key comes after one. */
function firstAfter(rows: readonly (readonly [string, unknown])[], after: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.[0] ?? '') > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
