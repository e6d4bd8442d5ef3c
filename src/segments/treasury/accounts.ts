/** @module Accounts of treasury: an entity's own money. */
import { accountKind } from '../../kernel/contract/account.ts';

export const ownCash = accountKind('platform:asset:treasury:own-cash', {
  doc: 'The platform’s own money. It may be overdrawn: a bank overdraft, listed as a breach.',
});

export const capital = accountKind('platform:equity:treasury:capital', { doc: 'What owners paid in.' });
