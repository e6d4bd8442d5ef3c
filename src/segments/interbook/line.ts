/**
 * interbook: money that goes from a wallet of one book to a wallet of another, in two halves and an answer.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('interbook', {
  title: 'Transfers between books',
  doc: 'Money from a wallet of one book to a wallet of another: sent into suspense, arrived or declined there, then completed or returned.',
});
