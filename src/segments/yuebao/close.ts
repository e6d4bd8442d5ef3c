/**
 * The fund's day: income by class, fees, the distribution to holders; then what matures, redemptions due and fees paid; then
 * free cash invested.
 *
 * @module
 */
import type { CloseRule } from '../../kernel/contract/segment.ts';
import { feesAccrued, feesOfDay, incomeEarned, incomeOfClass } from './accruals.ts';
import { distributed, distributionToHolders } from './distribution.ts';
import { cashInvested, investing } from './investing.ts';
import { assetsMatured, feePaid, feesPaid, maturing, redemptionPaid, redemptionsPaid } from './settling.ts';

/** In the order in which they run within their phases. */
export const close: readonly CloseRule[] = [
  incomeOfClass,
  feesOfDay,
  distributionToHolders,
  maturing,
  redemptionsPaid,
  feesPaid,
  investing,
];

export const derivedTypes = [
  incomeEarned,
  feesAccrued,
  distributed,
  assetsMatured,
  redemptionPaid,
  feePaid,
  cashInvested,
];
