/**
 * treasury: each entity's own cash and capital.
 *
 * @module
 */
import { ownCash } from './accounts.ts';
import { line } from './line.ts';
import './capital.ts';
import './close.ts';

line.metric('overdraft', {
  doc: 'Own cash below zero at the end of the period, as a positive amount.',
  unit: 'CNY',
  of: (s) => {
    const balance = s.totalOn(ownCash, s.to);
    return s.money(balance < 0n ? -balance : 0n);
  },
});

export { line as treasury } from './line.ts';
