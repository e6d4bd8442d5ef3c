/**
 * Long work in slices: others are let in between two of them.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';

/** Longest slice where somebody waits for the same thread, in milliseconds. */
export const sliceMsMax = 10;

/**
 * Goes through work bit by bit, and pauses when a slice has taken its time.
 *
 * @param between called after each slice; it throws when the work is to stop
 * @param clock milliseconds on a clock that only goes forwards
 */
export async function inSlices(
  bits: Iterable<void>,
  between: () => void,
  msMax: number = sliceMsMax,
  clock: () => number = () => performance.now(),
): Promise<void> {
  let until = clock() + msMax;
  for (const _bit of bits) {
    if (clock() < until) continue;
    between();
    await setImmediate();
    until = clock() + msMax;
  }
  between();
}
