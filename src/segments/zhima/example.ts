/**
 * An example of zhima: somebody becomes known, is scored, asked for, and need not leave a deposit. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  {
    on: '2016-03-01',
    command: 'changePolicy',
    with: { parameter: 'zhima.waiverScore', value: 350, from: '2016-03-01', reason: 'everybody may borrow' },
  },
  { on: '2016-03-01', command: 'topUp', with: { holder: 'ann', amount: '500.00 CNY' } },
  { on: '2016-03-02', command: 'topUp', with: { holder: 'lender', amount: '50.00 CNY' } },
  { on: '2016-03-03', command: 'transfer', with: { from: 'ann', to: 'bob', amount: '25.00 CNY' } },
  { on: '2016-04-05', command: 'queryScore', with: { query: 'Q-1', partner: 'lender', holder: 'ann' } },
  {
    on: '2016-04-06',
    command: 'waiveDeposit',
    with: { waiver: 'W-1', holder: 'ann', partner: 'lender', amount: '30.00 CNY' },
  },
  {
    on: '2016-04-06',
    command: 'waiveDeposit',
    with: { waiver: 'W-2', holder: 'ann', partner: 'lender', amount: '10.00 CNY' },
  },
  { on: '2016-04-07', command: 'returnWaived', with: { waiver: 'W-1' } },
  { on: '2016-04-08', command: 'claimWaived', with: { waiver: 'W-2', amount: '5.00 CNY' } },
];
