/**
 * Accounts of interbook: money on its way to other books, and what is owed to them for it.
 *
 * @module
 */

import { suspenseShort } from './codes.ts';
import { line } from './line.ts';

export const setAside = line.account('platform:asset:interbook:set-aside', {
  doc: 'Customers’ money taken out of the reserve, on its way to another book.',
  floor: suspenseShort,
});

/** Its holders are books. */
export const inTransit = line.account('platform:liability:interbook:in-transit', {
  doc: 'What is on its way; the holder is the book that it goes to.',
  perHolder: true,
  floor: suspenseShort,
});

export const reserve = line.uses('platform:asset:payments:reserve');

export const wallet = line.uses('platform:liability:payments:wallet');
