/**
 * An example of yuebao: a holder subscribes, pays with units, and redeems at both speeds. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  { on: '2016-03-01', command: 'publishRate', with: { asset: 'deposit-1m', rate: '2.5%' } },
  { on: '2016-03-01', command: 'publishRate', with: { asset: 'bond', rate: '4%' } },
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '5000.00 CNY' } },
  {
    on: '2016-03-02',
    command: 'subscribeFund',
    with: { fund: 'yuebao', holder: 'ann', amount: '3000.00 CNY' },
  },
  {
    on: '2016-03-10',
    command: 'redeemFund',
    with: { fund: 'yuebao', holder: 'ann', amount: '100.00 CNY', speed: 'quick' },
  },
  {
    on: '2016-03-11',
    command: 'redeemFund',
    with: { fund: 'yuebao', holder: 'ann', amount: '200.00 CNY', speed: 'ordinary' },
  },
  {
    on: '2016-03-12',
    command: 'initiatePayment',
    with: {
      payment: 'P-1',
      payer: 'ann',
      payee: 'shop',
      amount: '50.00 CNY',
      method: 'yuebao',
      escrow: false,
    },
  },
  { on: '2016-03-13', command: 'refundPayment', with: { payment: 'P-1', amount: '20.00 CNY' } },
];
