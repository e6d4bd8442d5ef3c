/**
 * yuebao: a money-market fund held in units of 1.00, with books of its own.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { accounts, cash, holdings, ownCash, redemptionsDue, reserve, units, wallet } from './accounts.ts';
import { close, derivedTypes } from './close.ts';
import { fundRedeemed, fundSubscribed } from './holding.ts';
import { paidFromFund, refundedToFund } from './paying.ts';
import { parameters } from './policy.ts';
import { ratePublished } from './rates.ts';
import { tables } from './state.ts';

export const yuebao: Segment = {
  id: 'yuebao',
  title: 'Money-market fund',
  doc: 'Subscriptions and redemptions of units, payment straight from the fund, and the fund’s own books: assets, income, fees, distribution.',
  accounts,
  borrows: [wallet.path, reserve.path, ownCash.path],
  parameters,
  tables,
  facts: [fundSubscribed, fundRedeemed, ratePublished],
  derived: derivedTypes,
  listeners: [paidFromFund, refundedToFund],
  close,
  invariants: [],
  metrics: [
    {
      id: 'assets',
      doc: 'Units held at the end of the period.',
      unit: 'CNY',
      of: (s) => s.money(s.totalOn(units, s.to)),
    },
    {
      id: 'liquid',
      doc: 'Cash and deposits up to a month at the end of the period: what can be paid out at once.',
      unit: 'CNY',
      of: (s) => s.money(s.totalOn(cash, s.to) + s.totalOn(holdings['deposit-1m'], s.to)),
    },
    {
      id: 'redemptionsDue',
      doc: 'Redemptions that the fund has yet to pay at the end of the period.',
      unit: 'CNY',
      of: (s) => s.money(s.totalOn(redemptionsDue, s.to)),
    },
  ],
};
