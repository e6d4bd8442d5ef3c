/**
 * Accounts of payments: customers' money, what backs it, and what is earned on the way.
 *
 * @module
 */

import { insufficientFunds, reserveShort } from './codes.ts';
import { line } from './line.ts';

const reportingLine = 'digital payment and merchant services';

export const reserve = line.account('platform:asset:payments:reserve', {
  doc: 'Customers’ money at the bank; from 2019-01-14 at the central bank.',
  backing: 'reserve',
  floor: reserveShort,
});

export const wallet = line.account('platform:liability:payments:wallet', {
  doc: 'What a customer may claim at once.',
  perHolder: true,
  backing: 'claim',
  floor: insufficientFunds,
});

export const escrow = line.account('platform:liability:payments:escrow', {
  doc: 'Paid by buyers, not yet confirmed.',
  backing: 'claim',
  floor: reserveShort,
});

export const channelCostDue = line.account('platform:liability:payments:channel-cost-due', {
  doc: 'Owed to banks for card payments.',
});

export const merchantFee = line.account('platform:income:payments:merchant-fee', {
  doc: 'A share of each confirmed payment.',
  reportingLine,
  nature: 'financial',
});

export const withdrawalFee = line.account('platform:income:payments:withdrawal-fee', {
  doc: 'Withdrawals above the free allowance.',
  reportingLine,
  nature: 'financial',
});

export const floatInterest = line.account('platform:income:payments:float-interest', {
  doc: 'Interest on the reserve, until it ended in 2019.',
  reportingLine,
  nature: 'financial',
});

export const channelCost = line.account('platform:expense:payments:channel-cost', {
  doc: 'What banks take for card payments.',
});

export const ownCash = line.uses('platform:asset:treasury:own-cash');
