/**
 * Accounts of zhima: what partners pay for scores.
 *
 * @module
 */
import { line } from './line.ts';

export const queryFees = line.account('platform:income:zhima:query-fee', {
  doc: 'What partners pay to ask for a score.',
  reportingLine: 'CreditTech',
  nature: 'technology',
});

export const wallet = line.uses('platform:liability:payments:wallet');

export const reserve = line.uses('platform:asset:payments:reserve');

export const ownCash = line.uses('platform:asset:treasury:own-cash');

export const units = line.uses('fund:liability:yuebao:units');
