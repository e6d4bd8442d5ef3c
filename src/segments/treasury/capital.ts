/**
 * Capital: what owners pay into an entity's own cash.
 *
 * @module
 */

import { amount, choice } from '../../kernel/values/fields.ts';
import { codes } from '../../kernel/values/refusals.ts';
import { capital, ownCash } from './accounts.ts';
import { line } from './line.ts';

line.fact('CapitalContributed', {
  command: 'contributeCapital',
  told: { field: 'entity', value: 'platform', unknown: codes.unknownEntity },
  doc: 'Owners pay capital into an entity’s own cash.',
  fields: {
    entity: choice('whose own cash', ['platform'], codes.unknownEntity),
    amount: amount('what is paid in'),
  },
  subject: ({ entity }) => `entity/${entity}`,
  react: ({ data }, _s, entry) => {
    entry.debit(ownCash, data.amount);
    entry.credit(capital, data.amount);
  },
  undo: () => undefined,
});
