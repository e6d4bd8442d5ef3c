/**
 * Treasury at a day's close: nothing is booked; an overdraft is listed.
 *
 * @module
 */

import { ownCash } from './accounts.ts';
import { line } from './line.ts';

/** Own cash below zero after all that the day's close paid. */
line.rule<never>('overdraft', {
  doc: 'Own cash may be overdrawn; a close that leaves it so lists it.',
  phase: 'sweeps',
  items: () => [],
  derive: () => undefined,
  breach: (s) => {
    const balance = s.balanceOn(ownCash, s.day);
    return balance < 0n
      ? { rule: 'treasury.overdraft', detail: 'own cash is overdrawn', minor: -balance, currency: 'CNY' }
      : undefined;
  },
});
