/**
 * huabei: a revolving line of consumer credit, with statements and instalments.
 *
 * @module
 */

import { lendingClose } from '../../lending/closing/closing.ts';
import { lendingMetrics } from '../../lending/closing/metrics.ts';
import { capitalOf } from '../../lending/lender/capital.ts';
import { followsScores } from '../../lending/lender/scores.ts';
import { instalmentFee, merchantFee } from './accounts.ts';
import { lines } from './credit-line.ts';
import { line } from './line.ts';
import { lender } from './policy.ts';
import { revolving } from './statements.ts';
import './owing/drawing.ts';
import './owing/repaying.ts';
import './owing/losing.ts';
import './paying.ts';

capitalOf(lender);
followsScores(lender);
lendingClose(lines, [revolving]);
line.metric('merchantFees', {
  doc: 'Merchant fees of payments on credit over the period.',
  unit: 'CNY',
  of: (s) => s.money(s.change(merchantFee)),
});

line.metric('instalmentFees', {
  doc: 'Instalment fees paid over the period.',
  unit: 'CNY',
  of: (s) => s.money(s.change(instalmentFee)),
});

lendingMetrics(lender, [merchantFee, instalmentFee]);

export { line as huabei } from './line.ts';
