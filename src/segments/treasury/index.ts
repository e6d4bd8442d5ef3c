/**
 * treasury: each entity's own cash and capital.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { capital, ownCash } from './accounts.ts';
import { capitalContributed } from './capital.ts';
import { overdraft } from './close.ts';

export const treasury: Segment = {
  id: 'treasury',
  title: 'Own cash and capital',
  doc: 'Each entity’s own money and what its owners paid in; every line of business uses it.',
  accounts: [ownCash, capital],
  borrows: [],
  parameters: [],
  tables: [],
  facts: [capitalContributed],
  derived: [],
  listeners: [],
  close: [overdraft],
  invariants: [],
  metrics: [
    {
      id: 'overdraft',
      doc: 'Own cash below zero at the end of the period, as a positive amount.',
      unit: 'CNY',
      of: (s) => {
        const balance = s.totalOn(ownCash, s.to);
        return s.money(balance < 0n ? -balance : 0n);
      },
    },
  ],
};
