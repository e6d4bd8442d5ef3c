/**
 * huabei: a revolving line of consumer credit, with statements and instalments.
 *
 * @module
 */
import type { MetricSpec, Segment } from '../../kernel/contract/segment.ts';
import { lendingClose } from '../../lending/closing/closing.ts';
import { lendingMetrics } from '../../lending/closing/metrics.ts';
import { borrowed } from '../../lending/lender/books.ts';
import { capitalOf } from '../../lending/lender/capital.ts';
import { parametersOf, tablesOf } from '../../lending/lender/lender.ts';
import { followsScores } from '../../lending/lender/scores.ts';
import { accounts, instalmentFee, merchantFee } from './accounts.ts';
import { creditDrawn, lineOpened } from './drawing.ts';
import { lines } from './line.ts';
import { creditRecovered, creditWrittenOff } from './losing.ts';
import { listeners } from './paying.ts';
import { lender, parameters } from './policy.ts';
import { converted, creditRepaid } from './repaying.ts';
import { revolved, revolving, statementIssued, statements } from './statements.ts';

const close = lendingClose(lines);

const ownMetrics: readonly MetricSpec[] = [
  {
    id: 'merchantFees',
    doc: 'Merchant fees of payments on credit over the period.',
    unit: 'CNY',
    of: (s) => s.money(s.change(merchantFee)),
  },
  {
    id: 'instalmentFees',
    doc: 'Instalment fees paid over the period.',
    unit: 'CNY',
    of: (s) => s.money(s.change(instalmentFee)),
  },
];

export const huabei: Segment = {
  id: 'huabei',
  title: 'Consumer credit at the till',
  doc: 'A revolving line: merchants paid on credit, a statement a month, instalments; funded by own money, partner banks and the vehicle.',
  accounts: [...lender.books.all, ...accounts],
  borrows: borrowed,
  parameters: [...parameters, ...parametersOf(lender)],
  tables: [lines.table, ...tablesOf(lender)],
  facts: [
    capitalOf(lender),
    lineOpened,
    creditDrawn,
    creditRepaid,
    converted,
    creditWrittenOff,
    creditRecovered,
  ],
  derived: [statementIssued, revolved, ...close.types],
  listeners: [...listeners, followsScores(lender)],
  close: [statements, revolving, ...close.timeouts, ...close.others],
  invariants: [],
  metrics: [...ownMetrics, ...lendingMetrics(lender, accounts)],
};
