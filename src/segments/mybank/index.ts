/**
 * mybank: loans to small firms, and supply-chain finance.
 *
 * @module
 */

import { lendingMetrics } from '../../lending/closing/metrics.ts';
import { capitalOf } from '../../lending/lender/capital.ts';
import { followsScores } from '../../lending/lender/scores.ts';
import { lender } from './policy.ts';
import './loans.ts';
import './advances.ts';
import './pledges.ts';
import './close.ts';

capitalOf(lender);
followsScores(lender);
lendingMetrics(lender);

export { line as mybank } from './line.ts';
