/**
 * An example of payments: money comes, is paid through escrow and at once, goes back, and leaves. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '500.00 CNY' } },
  {
    on: '2016-03-01',
    command: 'initiatePayment',
    with: {
      payment: 'P-1',
      payer: 'ann',
      payee: 'shop',
      amount: '120.00 CNY',
      method: 'wallet',
      escrow: true,
    },
  },
  {
    on: '2016-03-02',
    command: 'initiatePayment',
    with: {
      payment: 'P-2',
      payer: 'bob',
      payee: 'shop',
      amount: '100.00 CNY',
      method: 'card',
      escrow: false,
    },
  },
  {
    on: '2016-03-03',
    command: 'initiatePayment',
    with: {
      payment: 'P-3',
      payer: 'ann',
      payee: 'shop',
      amount: '10.00 CNY',
      method: 'wallet',
      escrow: true,
    },
  },
  { on: '2016-03-04', command: 'confirmReceipt', with: { payment: 'P-1' } },
  { on: '2016-03-05', command: 'refundPayment', with: { payment: 'P-2', amount: '30.00 CNY' } },
  { on: '2016-03-06', command: 'transfer', with: { from: 'ann', to: 'bob', amount: '25.00 CNY' } },
  { on: '2016-03-07', command: 'withdraw', with: { holder: 'shop', amount: 'all' } },
];
