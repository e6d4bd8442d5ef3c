/**
 * jiebei: consumer cash loans, paid into the wallet, repaid in instalments with daily interest.
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
