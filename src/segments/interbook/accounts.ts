/**
 * Accounts of interbook: money on its way to other books, and what is owed to them for it.
 *
 * @module
 */
import { accountKind, borrow } from '../../kernel/contract/account.ts';
import { suspenseShort } from './codes.ts';

export const setAside = accountKind('platform:asset:interbook:set-aside', {
  doc: 'Customers’ money taken out of the reserve, on its way to another book.',
  floor: suspenseShort,
});

/** Its holders are books. */
export const inTransit = accountKind('platform:liability:interbook:in-transit', {
  doc: 'What is on its way; the holder is the book that it goes to.',
  perHolder: true,
  floor: suspenseShort,
});

export const reserve = borrow('platform:asset:payments:reserve');
export const wallet = borrow('platform:liability:payments:wallet');

export const accounts = [setAside, inTransit];
