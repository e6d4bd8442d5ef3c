/**
 * zhima: a score from the ledger's own history, with each component shown; queries for it, and deposits that it waives.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('zhima', {
  title: 'Credit score',
  doc: 'A score of 350 to 950 from the ledger’s own history, recomputed once a month; partners ask for it, and it waives deposits.',
});
