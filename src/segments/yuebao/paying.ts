/**
 * Paying from the fund: what yuebao does when a payment is made with it, or given back.
 *
 * @module
 */

import { amount, choice, id } from '../../kernel/values/fields.ts';
import { firstOf } from '../../kernel/values/refusals.ts';
import { cash, reserve, units, wallet } from './accounts.ts';
import { illiquid, paidOut, roomUnderCap } from './holding.ts';
import { line } from './line.ts';
import { addRedeemed } from './state.ts';

const needs = {
  payer: id('who pays'),
  amount: amount('how much'),
  method: choice('where the money comes from', ['yuebao', 'other']),
};

/** A redemption into the payment: units and cash go, the platform's reserve grows. The quick limit does not count for it. */
line.answer('PaymentInitiated', {
  needs,
  role: 'method:yuebao',
  when: ({ method }) => method === 'yuebao',
  fits: ({ data }, s) => firstOf(s.shortage(units, data.amount, data.payer), illiquid(s, data.amount)),
  react: ({ data }, s, entry) => {
    entry.debit(reserve, data.amount);
    entry.debit(units, data.amount, data.payer);
    paidOut(entry, s, data.amount);
  },
  evolve: ({ on, entry }, s) => {
    const payer = entry.holderOf(units);
    if (payer !== undefined) addRedeemed(s, payer, on, entry.sum(units), 0n);
  },
  undo: ({ on, entry }, s, reversedOn) => {
    const payer = entry.holderOf(units);
    if (payer !== undefined && reversedOn === on) addRedeemed(s, payer, on, -entry.sum(units), 0n);
  },
});

/** A refund goes back into units; what the cap leaves no room for goes to the wallet. */
line.answer('PaymentRefunded', {
  needs,
  when: ({ method }) => method === 'yuebao',
  react: ({ data }, s, entry) => {
    const room = roomUnderCap(s, data.payer);
    const back = room < data.amount ? room : data.amount;
    entry.credit(reserve, back);
    entry.credit(wallet, data.amount - back, data.payer);
    entry.debit(cash, back);
    entry.credit(units, back, data.payer);
  },
  // Units taken back on a later day are gone from that day on, as redeemed ones are.
  undo: ({ on, entry }, s, reversedOn) => {
    const payer = entry.holderOf(units);
    if (payer !== undefined && reversedOn > on) addRedeemed(s, payer, reversedOn, -entry.sum(units), 0n);
  },
});
