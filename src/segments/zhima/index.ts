/**
 * zhima: a score from the ledger's own history, with each component shown; queries for it, and deposits that it waives.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { accounts, ownCash, queryFees, reserve, units, wallet } from './accounts.ts';
import { close, derivedTypes } from './close.ts';
import { ownMoney } from './counting.ts';
import { borrowed } from './lending.ts';
import { parameters } from './policy.ts';
import { scoreQueried } from './query.ts';
import { tables } from './state.ts';
import { depositWaived, waiverClaimed, waiverReturned } from './waiver.ts';

export const zhima: Segment = {
  id: 'zhima',
  title: 'Credit score',
  doc: 'A score of 350 to 950 from the ledger’s own history, recomputed once a month; partners ask for it, and it waives deposits.',
  accounts,
  borrows: [wallet.path, reserve.path, ownCash.path, units.path],
  parameters,
  tables,
  facts: [scoreQueried, depositWaived, waiverReturned, waiverClaimed],
  derived: derivedTypes,
  listeners: [...ownMoney, ...borrowed],
  close,
  invariants: [],
  metrics: [
    {
      id: 'queryFees',
      doc: 'What partners paid to ask for scores over the period.',
      unit: 'CNY',
      of: (s) => s.money(s.change(queryFees)),
    },
  ],
};
