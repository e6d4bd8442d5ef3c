/**
 * An example of huabei: a line is opened, drawn, paid with, converted and repaid. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  {
    on: '2016-03-01',
    command: 'changePolicy',
    with: {
      parameter: 'huabei.limits',
      value: {
        unscored: '1000.00 CNY',
        'from-350': '1000.00 CNY',
        'from-550': '1000.00 CNY',
        'from-600': '1000.00 CNY',
        'from-650': '1000.00 CNY',
        'from-700': '1000.00 CNY',
      },
      from: '2016-03-01',
      reason: 'everybody may borrow',
    },
  },
  { on: '2016-03-01', command: 'contributeCapital', with: { entity: 'huabei', amount: '1000.00 CNY' } },
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '500.00 CNY' } },
  { on: '2016-03-01', command: 'openCreditLine', with: { holder: 'ann' } },
  { on: '2016-03-02', command: 'drawCredit', with: { holder: 'ann', payee: 'shop', amount: '100.00 CNY' } },
  {
    on: '2016-03-03',
    command: 'initiatePayment',
    with: {
      payment: 'P-1',
      payer: 'ann',
      payee: 'shop',
      amount: '80.00 CNY',
      method: 'huabei',
      escrow: true,
    },
  },
  { on: '2016-03-04', command: 'confirmReceipt', with: { payment: 'P-1' } },
  { on: '2016-04-15', command: 'repayCredit', with: { holder: 'ann', amount: 'due' } },
  { on: '2016-04-16', command: 'drawCredit', with: { holder: 'ann', payee: 'shop', amount: '60.00 CNY' } },
];
