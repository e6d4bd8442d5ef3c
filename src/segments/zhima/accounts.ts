/**
 * Accounts of zhima: what partners pay for scores.
 *
 * @module
 */
import { accountKind, borrow } from '../../kernel/contract/account.ts';

export const queryFees = accountKind('platform:income:zhima:query-fee', {
  doc: 'What partners pay to ask for a score.',
  reportingLine: 'CreditTech',
  nature: 'technology',
});

export const wallet = borrow('platform:liability:payments:wallet');
export const reserve = borrow('platform:asset:payments:reserve');
export const ownCash = borrow('platform:asset:treasury:own-cash');
export const units = borrow('fund:liability:yuebao:units');

export const accounts = [queryFees];
