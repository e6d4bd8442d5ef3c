/**
 * Accounts of payments: customers' money, what backs it, and what is earned on the way.
 *
 * @module
 */
import { accountKind, borrow } from '../../kernel/contract/account.ts';
import { insufficientFunds, reserveShort } from './codes.ts';

const line = 'digital payment and merchant services';

export const reserve = accountKind('platform:asset:payments:reserve', {
  doc: 'Customers’ money at the bank; from 2019-01-14 at the central bank.',
  backing: 'reserve',
  floor: reserveShort,
});

export const wallet = accountKind('platform:liability:payments:wallet', {
  doc: 'What a customer may claim at once.',
  perHolder: true,
  backing: 'claim',
  floor: insufficientFunds,
});

export const escrow = accountKind('platform:liability:payments:escrow', {
  doc: 'Paid by buyers, not yet confirmed.',
  backing: 'claim',
  floor: reserveShort,
});

export const channelCostDue = accountKind('platform:liability:payments:channel-cost-due', {
  doc: 'Owed to banks for card payments.',
});

export const merchantFee = accountKind('platform:income:payments:merchant-fee', {
  doc: 'A share of each confirmed payment.',
  reportingLine: line,
  nature: 'financial',
});

export const withdrawalFee = accountKind('platform:income:payments:withdrawal-fee', {
  doc: 'Withdrawals above the free allowance.',
  reportingLine: line,
  nature: 'financial',
});

export const floatInterest = accountKind('platform:income:payments:float-interest', {
  doc: 'Interest on the reserve, until it ended in 2019.',
  reportingLine: line,
  nature: 'financial',
});

export const channelCost = accountKind('platform:expense:payments:channel-cost', {
  doc: 'What banks take for card payments.',
});

export const ownCash = borrow('platform:asset:treasury:own-cash');

export const accounts = [
  reserve,
  wallet,
  escrow,
  channelCostDue,
  merchantFee,
  withdrawalFee,
  floatInterest,
  channelCost,
];
