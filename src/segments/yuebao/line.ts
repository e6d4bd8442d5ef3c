/**
 * yuebao: a money-market fund held in units of 1.00, with books of its own.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('yuebao', {
  title: 'Money-market fund',
  doc: 'Subscriptions and redemptions of units, payment straight from the fund, and the fund’s own books: assets, income, fees, distribution.',
});
