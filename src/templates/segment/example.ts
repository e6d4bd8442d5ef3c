/**
 * An example of sample: somebody sets money aside. What is tested of every line is tested with it.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';

export const example: readonly Command[] = [
  { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '100.00 CNY' } },
  {
    on: '2016-03-01',
    command: 'setSampleAside',
    with: { sample: 'S-1', holder: 'user-1', amount: '40.00 CNY' },
  },
];
