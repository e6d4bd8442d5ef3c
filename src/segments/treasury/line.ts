/**
 * treasury: each entity's own cash and capital.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('treasury', {
  title: 'Own cash and capital',
  doc: 'Each entity’s own money and what its owners paid in; every line of business uses it.',
});
