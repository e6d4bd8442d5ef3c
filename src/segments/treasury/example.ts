/**
 * An example of treasury: owners pay in, and a card payment overdraws own cash. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  { on: '2016-03-01', command: 'contributeCapital', with: { entity: 'platform', amount: '1.00 CNY' } },
  {
    on: '2016-03-02',
    command: 'initiatePayment',
    with: {
      payment: 'P-1',
      payer: 'ann',
      payee: 'shop',
      amount: '1000.00 CNY',
      method: 'card',
      escrow: false,
    },
  },
];
