/**
 * sample: money that holders set aside, and get back after some days.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('sample', {
  title: 'Money set aside',
  doc: 'Holders set money aside out of their wallets, and get it back after some days.',
});
