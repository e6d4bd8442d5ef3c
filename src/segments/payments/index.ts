/**
 * payments: wallets, payments through escrow and at once, refunds, withdrawals, and the float they leave.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { dayMax } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { accounts, channelCost, escrow, merchantFee, ownCash, reserve, wallet } from './accounts.ts';
import { close, derivedTypes } from './close.ts';
import { paymentInitiated, receiptConfirmed } from './escrow.ts';
import { parameters } from './policy.ts';
import { paymentRefunded } from './refund.ts';
import { tables, unsweptTotal, volumes } from './state.ts';
import { toppedUp, transferred, withdrew } from './wallet.ts';

export const payments: Segment = {
  id: 'payments',
  title: 'Payments with escrow',
  doc: 'Money in and out of wallets, from buyers to sellers through escrow or at once; customers’ money is backed one to one.',
  accounts,
  borrows: [ownCash.path],
  parameters,
  tables,
  facts: [toppedUp, paymentInitiated, receiptConfirmed, paymentRefunded, transferred, withdrew],
  derived: derivedTypes,
  listeners: [],
  close,
  invariants: [
    {
      name: 'customers’ money is backed',
      // Every entry keeps the backing by itself, on its own date; so what holds in total holds on every date.
      broken: (s) => {
        const claims = s.totalOn(wallet, dayMax) + s.totalOn(escrow, dayMax) + unsweptTotal(s);
        const backed = s.totalOn(reserve, dayMax);
        return claims === backed
          ? undefined
          : `reserve ${formatMoney(backed, 'CNY')}, claims and unswept fees ${formatMoney(claims, 'CNY')}`;
      },
    },
  ],
  metrics: [
    {
      id: 'takeRate',
      doc: 'Merchant fees, net of what is returned, as a share of the volume confirmed over the period.',
      unit: 'share',
      of: (s) => s.ratio(s.change(merchantFee), s.sumOverDays(volumes)),
    },
    {
      id: 'volume',
      doc: 'What was confirmed over the period, before fees.',
      unit: 'CNY',
      of: (s) => s.money(s.sumOverDays(volumes)),
    },
    {
      id: 'float',
      doc: 'Customers’ money at the bank at the end of the period.',
      unit: 'CNY',
      of: (s) => s.money(s.totalOn(reserve, s.to)),
    },
    {
      id: 'cardCost',
      doc: 'What banks took for card payments over the period.',
      unit: 'CNY',
      of: (s) => s.money(s.change(channelCost)),
    },
  ],
};
