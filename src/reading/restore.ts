/**
 * Restoring: the state of a source at a point of both axes, rows and all. At the head it is at hand; at an older revision the history
 * is folded again up to it. As of a day it is folded again without what counts only later: facts about a thing come in the order of
 * their dates, so its row is then what it was at the end of that day.
 *
 * @module
 */
import { emptyState, fold } from '../kernel/engine/fold.ts';
import type { State } from '../kernel/state/state.ts';
import type { Day } from '../kernel/values/dates.ts';
import { Refusal, RefusedError } from '../kernel/values/refusals.ts';
import { tooLong } from './codes.ts';
import type { Source } from './ports.ts';

/** Most events that are folded again for one look at an older point. */
export const refoldMax = 1_000_000;

/** How many events are read at once. */
const batch = 250;

/** @throws RefusedError more would be folded again than may be */
export function checkRefold(through: number): void {
  if (through < refoldMax) return;
  throw new RefusedError(
    new Refusal(tooLong, `revision ${through}`, `at most ${refoldMax} events are folded again`),
  );
}

/** Others get their turn: a long fold must not hold up the server. */
export async function giveWay(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * The state of what was recorded up to a revision and, where a day is given, counts up to it.
 *
 * @throws RefusedError more would be folded again than may be
 */
export async function restore(
  source: Source,
  { revision, asOf }: { readonly revision: number; readonly asOf: Day | undefined },
  signal: AbortSignal,
): Promise<State> {
  if (asOf === undefined) return await stateAt(source, revision, signal);
  await source.ready?.(signal);
  const counts = countsUpTo(source, asOf);
  let first = 0;
  while (first <= revision && counts(first)) first++;
  if (first > revision) return await stateAt(source, revision, signal);
  checkRefold(revision);
  const below = first > 0 && source.readableFrom < first;
  const state = below
    ? await source.stateAt(first - 1, signal)
    : emptyState(source.house, source.state.overlay);
  let waiting: number[] = [];
  const foldWaiting = async (): Promise<void> => {
    for (const event of await source.events(waiting)) fold(source.house, state, event);
    waiting = [];
    await giveWay(signal);
  };
  for (let at = below ? first : 0; at <= revision; at++) {
    if (counts(at)) waiting.push(at);
    if (waiting.length === batch) await foldWaiting();
  }
  await foldWaiting();
  return state;
}

const stateAt = (source: Source, revision: number, signal: AbortSignal): Promise<State> =>
  revision === source.head.revision ? Promise.resolve(source.state) : source.stateAt(revision, signal);

/** Whether an event counts up to a day. Values of parameters have dates of their own: what sets them always does. */
function countsUpTo({ house, lookups }: Source, day: Day): (revision: number) => boolean {
  const { opened, extended, policyChanged } = house.own;
  const always: ReadonlySet<string> = new Set([opened.name, extended.name, policyChanged.name]);
  return (at) => lookups.day(at) <= day || always.has(lookups.type(at));
}
