/**
 * mybank: loans to small firms, and supply-chain finance.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { lendingClose } from '../../lending/closing/closing.ts';
import { lendingMetrics } from '../../lending/closing/metrics.ts';
import { borrowed } from '../../lending/lender/books.ts';
import { capitalOf } from '../../lending/lender/capital.ts';
import { parametersOf, tablesOf } from '../../lending/lender/lender.ts';
import { followsScores } from '../../lending/lender/scores.ts';
import { advanceApplied, advanceSettled } from './advances.ts';
import { applied, loanFacts, loans, pledges } from './loans.ts';
import { marginMoved, margins, pledgeSold, pledgeValued } from './pledges.ts';
import { lender, parameters } from './policy.ts';

const close = lendingClose(loans);

export const mybank: Segment = {
  id: 'mybank',
  title: 'Loans to small firms, and supply-chain finance',
  doc: 'Loans to small firms, and advances on receivables, orders and inventory, from deposits and interbank money, with partner banks and the vehicle.',
  accounts: lender.books.all,
  borrows: borrowed,
  parameters: [...parameters, ...parametersOf(lender)],
  tables: [loans.table, pledges, ...tablesOf(lender)],
  facts: [capitalOf(lender), applied, advanceApplied, ...loanFacts, advanceSettled, pledgeValued, pledgeSold],
  derived: [...close.types, marginMoved],
  listeners: [followsScores(lender)],
  close: [...close.timeouts, margins, ...close.others],
  invariants: [],
  metrics: lendingMetrics(lender),
};
