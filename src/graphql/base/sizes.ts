/**
 * Sizes of lists that are not connections.
 *
 * @module
 */
import { badQuestion } from './faults.ts';
import { pageLimits } from './limits.ts';

/** What is said of an argument that bounds a list. */
export const sizeDoc = `How many at most, up to ${pageLimits.sizeMax}.`;

/** The size of a list that was asked for, which must be one that may be. */
export function sizeOf(first: number): number {
  if (first < 0 || first > pageLimits.sizeMax)
    throw badQuestion(`first: ${first}`, `0 to ${pageLimits.sizeMax}`);
  return first;
}
