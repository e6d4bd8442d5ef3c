/**
 * Rates: what each class of the fund's assets earns, as published.
 *
 * @module
 */

import { choice, rate } from '../../kernel/values/fields.ts';
import { assetClasses } from './accounts.ts';
import { line } from './line.ts';
import { addRate } from './state.ts';

line.fact('RatePublished', {
  command: 'publishRate',
  doc: 'The rate a year that a class of assets earns from a day on.',
  fields: { asset: choice('the class', assetClasses), rate: rate('a year', 'year') },
  subject: ({ asset }) => `rate/${asset}`,
  evolve: ({ data, on }, s) => addRate(s, data.asset, { on, rate: data.rate }),
  insteadOfUndo: 'Publish the right rate for the same date: the last one counts.',
});
