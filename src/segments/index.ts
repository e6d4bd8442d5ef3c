/**
 * The lines of business, listed: the one place that names them all.
 *
 * @module
 */
import { House } from '../kernel/engine/house.ts';
import { huabei } from './huabei/index.ts';
import { interbook } from './interbook/index.ts';
import { jiebei } from './jiebei/index.ts';
import { mybank } from './mybank/index.ts';
import { payments } from './payments/index.ts';
import { treasury } from './treasury/index.ts';
import { yuebao } from './yuebao/index.ts';
import { zhima } from './zhima/index.ts';

export {
  type BetweenBooks,
  type ConsolidatedBook,
  type ConsolidatedBooks,
  consolidated,
  consolidatedBooks,
} from './interbook/consolidating.ts';

/** Every segment that this version of formicary knows. */
export const segments = [huabei, interbook, jiebei, mybank, payments, treasury, yuebao, zhima];

/** The house that they make up. */
export const house = new House(segments);
