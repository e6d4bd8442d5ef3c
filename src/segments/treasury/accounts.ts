/** @module Accounts of treasury: an entity's own money. */
import { line } from './line.ts';

export const ownCash = line.account('platform:asset:treasury:own-cash', {
  doc: 'The platform’s own money. It may be overdrawn: a bank overdraft, listed as a breach.',
});

export const capital = line.account('platform:equity:treasury:capital', { doc: 'What owners paid in.' });
