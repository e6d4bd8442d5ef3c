/**
 * payments: wallets, payments through escrow and at once, refunds, withdrawals, and the float they leave.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('payments', {
  title: 'Payments with escrow',
  doc: 'Money in and out of wallets, from buyers to sellers through escrow or at once; customers’ money is backed one to one.',
});
