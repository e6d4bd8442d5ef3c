/**
 * An example of mybank: a loan and an advance on inventory are paid out, valued and settled. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  {
    on: '2016-03-01',
    command: 'changePolicy',
    with: {
      parameter: 'mybank.limits',
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
  { on: '2016-03-01', command: 'contributeCapital', with: { entity: 'mybank', amount: '1000.00 CNY' } },
  { on: '2016-03-01', command: 'topUp', with: { holder: 'firm', amount: '500.00 CNY' } },
  {
    on: '2016-03-02',
    command: 'applyForLoan',
    with: {
      loan: 'L-1',
      product: 'mybank',
      holder: 'firm',
      principal: '600.00 CNY',
      term: 6,
      method: 'annuity',
    },
  },
  { on: '2016-03-03', command: 'disburseLoan', with: { loan: 'L-1', product: 'mybank' } },
  {
    on: '2016-03-03',
    command: 'applyForAdvance',
    with: {
      loan: 'A-1',
      kind: 'inventory',
      holder: 'firm',
      core: 'core-1',
      value: '200.00 CNY',
      principal: '80.00 CNY',
      dueOn: '2016-05-31',
    },
  },
  { on: '2016-03-04', command: 'disburseLoan', with: { loan: 'A-1', product: 'mybank' } },
  { on: '2016-03-20', command: 'valuePledge', with: { loan: 'A-1', value: '90.00 CNY' } },
];
