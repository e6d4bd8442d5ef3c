/**
 * jiebei: consumer cash loans, paid into the wallet, repaid in instalments with daily interest.
 *
 * @module
 */

import { lendingClose } from '../../lending/closing/closing.ts';
import { lendingMetrics } from '../../lending/closing/metrics.ts';
import { capitalOf } from '../../lending/lender/capital.ts';
import { followsScores } from '../../lending/lender/scores.ts';
import { loans } from './loans.ts';
import { lender } from './policy.ts';

capitalOf(lender);
followsScores(lender);
lendingClose(loans);
lendingMetrics(lender);

export { line as jiebei } from './line.ts';
