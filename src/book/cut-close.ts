/**
 * A close that was begun and cut: what it would have come to, from the log before it.
 *
 * @module
 */

import { headBeforeAll, Ledger, type Memory } from '../kernel/deciding/ledger.ts';
import { emptyState, fold } from '../kernel/engine/fold.ts';
import type { House } from '../kernel/engine/house.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import type { EventLog } from '../log/port/port.ts';

const nothingKnown: Memory = {
  withKey: () => undefined,
  sameInput: () => false,
  event: () => undefined,
  reversedBy: () => undefined,
};

/**
 * The run of a close, derived again: the state at its beginning is folded from the log, and the rules run on it under the recorded
 * time, actor and correlation of the beginning; so it comes to the very same bytes, unless another engine derives otherwise.
 *
 * @param beginning the revision at which the close begins
 * @param progress told how many events have been folded, from time to time
 * @throws RangeError there is no such event
 */
export async function derivedAgain(
  house: House,
  log: EventLog,
  beginning: number,
  progress?: (folded: number) => void,
): Promise<{ readonly begun: StoredEvent; readonly run: readonly StoredEvent[] }> {
  const [begun] = await log.readMany([beginning]);
  if (begun === undefined) throw new RangeError(`no event ${beginning}`);
  const state = emptyState(house);
  let head = headBeforeAll;
  for await (const events of log.read(0, 'forwards', beginning)) {
    for (const event of events) {
      fold(house, state, event);
      head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
    }
    progress?.(head.revision + 1);
  }
  return { begun, run: new Ledger(house, state, head, nothingKnown).repeatClose(begun) };
}
