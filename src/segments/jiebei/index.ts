/**
 * jiebei: consumer cash loans, paid into the wallet, repaid in instalments with daily interest.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract.ts';
import { borrowed } from '../../lending/books.ts';
import { capitalOf } from '../../lending/capital.ts';
import { lendingClose } from '../../lending/closing.ts';
import { parametersOf, tablesOf } from '../../lending/lender.ts';
import { lendingMetrics } from '../../lending/metrics.ts';
import { followsScores } from '../../lending/scores.ts';
import { loanFacts, loans } from './loans.ts';
import { lender, limits, prices } from './policy.ts';

const close = lendingClose(loans);

export const jiebei: Segment = {
  id: 'jiebei',
  title: 'Consumer cash loans',
  doc: 'Loans paid into the wallet and repaid in instalments, with daily interest, funded by own money, partner banks and the vehicle.',
  accounts: lender.books.all,
  borrows: borrowed,
  parameters: [limits, prices, ...parametersOf(lender)],
  tables: [loans.table, ...tablesOf(lender)],
  facts: [capitalOf(lender), ...loanFacts],
  derived: close.types,
  listeners: [followsScores(lender)],
  close: [...close.timeouts, ...close.others],
  invariants: [],
  metrics: lendingMetrics(lender),
};
