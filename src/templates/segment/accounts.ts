/**
 * Accounts of sample: those that it declares, and those of other lines that it posts on.
 *
 * @module
 */
import { asideShort } from './codes.ts';
import { line } from './line.ts';

export const wallet = line.uses('platform:liability:payments:wallet');

/** It is customers' money: the house sees to it that it is backed. */
export const aside = line.account('platform:liability:sample:aside', {
  doc: 'What a holder has set aside.',
  perHolder: true,
  backing: 'claim',
  floor: asideShort,
});
