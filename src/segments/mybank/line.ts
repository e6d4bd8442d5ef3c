/**
 * mybank: loans to small firms, and supply-chain finance.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('mybank', {
  title: 'Loans to small firms, and supply-chain finance',
  doc: 'Loans to small firms, and advances on receivables, orders and inventory, from deposits and interbank money, with partner banks and the vehicle.',
});
