/**
 * The lines of business, put together.
 *
 * @module
 */
import type { Segment } from '../kernel/contract/segment.ts';
import { House } from '../kernel/engine/house.ts';
import * as lines from './lines.ts';

export {
  type BetweenBooks,
  type ConsolidatedBook,
  type ConsolidatedBooks,
  consolidated,
  consolidatedBooks,
} from './interbook/consolidation/consolidating.ts';

/** Every segment that this version of formicary knows. */
export const segments: readonly Segment[] = Object.values(lines);

/** The house that they make up. */
export const house = new House(segments);
