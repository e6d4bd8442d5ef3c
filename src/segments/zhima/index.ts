/**
 * zhima: a score from the ledger's own history, with each component shown; queries for it, and deposits that it waives.
 *
 * @module
 */
import { queryFees } from './accounts.ts';
import { line } from './line.ts';
import './query.ts';
import './waiver.ts';
import './counting/counting.ts';
import './counting/lending.ts';
import './scoring.ts';

line.metric('queryFees', {
  doc: 'What partners paid to ask for scores over the period.',
  unit: 'CNY',
  of: (s) => s.money(s.change(queryFees)),
});

export { line as zhima } from './line.ts';
