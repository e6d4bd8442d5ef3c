/**
 * An example of jiebei: a loan is applied for, paid out and repaid in part. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  {
    on: '2016-03-01',
    command: 'changePolicy',
    with: {
      parameter: 'jiebei.limits',
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
  { on: '2016-03-01', command: 'contributeCapital', with: { entity: 'jiebei', amount: '1000.00 CNY' } },
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '500.00 CNY' } },
  {
    on: '2016-03-02',
    command: 'applyForLoan',
    with: {
      loan: 'L-1',
      product: 'jiebei',
      holder: 'ann',
      principal: '600.00 CNY',
      term: 6,
      method: 'annuity',
    },
  },
  { on: '2016-03-03', command: 'disburseLoan', with: { loan: 'L-1', product: 'jiebei' } },
  { on: '2016-04-10', command: 'repayLoan', with: { loan: 'L-1', product: 'jiebei', amount: 'due' } },
];
