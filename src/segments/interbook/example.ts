/**
 * An example of interbook: money is sent to another book and arrives there, and one from there arrives here. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '100.00 CNY' } },
  {
    on: '2016-03-02',
    command: 'sendTransfer',
    with: { transfer: 'T-1', from: 'ann', book: 'north', to: 'zoe', amount: '30.00 CNY' },
  },
  { on: '2016-03-03', command: 'completeTransfer', with: { transfer: 'T-1' } },
  {
    on: '2016-03-04',
    command: 'receiveTransfer',
    with: { transfer: 'T-9', book: 'north', from: 'zoe', to: 'ann', amount: '10.00 CNY' },
  },
];
