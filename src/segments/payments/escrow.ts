/**
 * Payments: from the buyer through escrow, or at once, to the seller; confirmed by the buyer or by a time-out.
 *
 * @module
 */

import type { Happening } from '../../kernel/contract/fact.ts';
import type { NewEntry, Reading, Writing } from '../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { amount, choice, flag, id } from '../../kernel/values/fields.ts';
import { share } from '../../kernel/values/rates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { channelCost, channelCostDue, escrow, merchantFee, reserve, wallet } from './accounts.ts';
import {
  methodUnavailable,
  paymentConfirmed,
  paymentExists,
  paymentFinished,
  paymentUnknown,
} from './codes.ts';
import { line } from './line.ts';
import { cardCostRate, merchantFeeRate } from './policy.ts';
import { addUnswept, addVolume, methods, type PaymentRow, payments } from './state.ts';

const initiated = {
  payment: id('the payment'),
  payer: id('who pays'),
  payee: id('who is paid'),
  amount: amount('how much'),
  method: choice('where the money comes from', methods),
  escrow: flag('whether the money waits for the buyer’s confirmation'),
};

line.fact('PaymentInitiated', {
  command: 'initiatePayment',
  doc: 'A buyer pays: into escrow, or at once to the seller less the fee.',
  fields: initiated,
  begins: true,
  subject: ({ payment }) => `payment/${payment}`,
  tells: {
    fields: { ...initiated, paidOut: amount('what the seller gets at once, or all of what waits') },
    of: ({ data }, s) => ({
      ...data,
      paidOut: data.escrow ? data.amount : data.amount - feeOn(s, data.payee, data.amount),
    }),
  },
  refs: ({ payer, payee }) => [`wallet/${payer}`, `wallet/${payee}`],
  role: ({ method }) =>
    method === 'wallet' || method === 'card'
      ? undefined
      : { role: `method:${method}`, unanswered: methodUnavailable },
  fits: ({ data, on }, s) => {
    const known = s.row(payments, data.payment);
    if (known !== undefined && on < known.latest) return tooEarly(data.payment, known);
    if (data.payer === data.payee) return new Refusal(codes.sameParty, data.payer);
    if (known !== undefined) return new Refusal(paymentExists, data.payment);
    return data.method === 'wallet' ? s.shortage(wallet, data.amount, data.payer) : undefined;
  },
  react: ({ data }, s, entry) => {
    if (data.method === 'wallet') entry.debit(wallet, data.amount, data.payer);
    if (data.method === 'card') entry.debit(reserve, data.amount);
    if (data.escrow) entry.credit(escrow, data.amount);
    else paidOut(entry, s, data.payee, data.amount);
    if (data.method !== 'card') return;
    const cost = share(data.amount, s.policy(cardCostRate));
    entry.debit(channelCost, cost);
    entry.credit(channelCostDue, cost);
  },
  evolve: ({ data, on, entry }, s) => {
    const fee = -entry.sum(merchantFee);
    addUnswept(s, on, fee);
    if (!data.escrow) addVolume(s, on, data.amount);
    s.set(payments, data.payment, {
      payer: data.payer,
      payee: data.payee,
      minor: data.amount,
      method: data.method,
      on,
      latest: on,
      confirmed: data.escrow ? null : { minor: data.amount, fee },
      refunds: [],
      remaining: data.amount,
    });
  },
  cannotUndo: ({ data }, s) => {
    const row = s.row(payments, data.payment);
    if (row !== undefined && s.day < row.latest) return tooEarly(data.payment, row);
    const touched = row === undefined || row.refunds.length > 0 || (data.escrow && row.confirmed !== null);
    return touched ? 'later facts stand on the payment: reverse them first' : undefined;
  },
  undo: ({ data, on, entry }, s, reversedOn) => {
    addUnswept(s, reversedOn, entry.sum(merchantFee));
    if (!data.escrow) addVolume(s, on, -data.amount);
    s.delete(payments, data.payment);
  },
});

/** What listeners are told of a confirmation, whoever it is by. */
const confirmation = {
  fields: {
    payment: id('the payment'),
    payer: id('who had paid'),
    payee: id('who is paid'),
    amount: amount('what is released, before the fee'),
    paidOut: amount('what the seller gets of it'),
    method: choice('where the money came from', methods),
  },
  of: ({ data: { payment } }: Happening<{ readonly payment: string }>, s: Reading) => {
    const row = s.row(payments, payment);
    if (row === undefined) return undefined;
    const { payer, payee, method, remaining } = row;
    return {
      payment,
      payer,
      payee,
      amount: remaining,
      paidOut: remaining - feeOn(s, payee, remaining),
      method,
    };
  },
};

line.fact('ReceiptConfirmed', {
  command: 'confirmReceipt',
  doc: 'The buyer confirms: what is left in escrow goes to the seller, less the fee.',
  fields: { payment: id('the payment') },
  subject: ({ payment }) => `payment/${payment}`,
  tells: confirmation,
  fits: ({ data, on }, s) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return new Refusal(paymentUnknown, data.payment);
    if (on < row.latest) return tooEarly(data.payment, row);
    if (row.confirmed !== null) return new Refusal(paymentConfirmed, data.payment);
    return row.remaining === 0n ? new Refusal(paymentFinished, data.payment) : undefined;
  },
  moot: ({ data }, s) => (s.row(payments, data.payment)?.confirmed ?? null) !== null,
  react: ({ data }, s, entry) => release(entry, s, data.payment),
  evolve: ({ data, on, entry }, s) => confirm(s, data.payment, on, -entry.sum(merchantFee)),
  cannotUndo: ({ data }, s) => {
    const row = s.row(payments, data.payment);
    if (row !== undefined && s.day < row.latest) return tooEarly(data.payment, row);
    const last = row?.refunds.at(-1);
    return last !== undefined && !last.fromEscrow
      ? 'a refund stands on the confirmation: reverse it first'
      : undefined;
  },
  undo: ({ data, on, entry }, s, reversedOn) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return;
    addVolume(s, on, -row.remaining);
    addUnswept(s, reversedOn, entry.sum(merchantFee));
    s.set(payments, data.payment, { ...row, confirmed: null, latest: reversedOn });
  },
});

/** A confirmation by time-out, which a day's close derives. */
export const receiptTimedOut = line.derivedEvent('ReceiptTimedOut', {
  doc: 'Nobody confirmed in time: the payment confirms itself.',
  fields: { payment: id('the payment') },
  subject: ({ payment }) => `payment/${payment}`,
  tells: confirmation,
  evolve: ({ data, on, entry }, s) => confirm(s, data.payment, on, -entry.sum(merchantFee)),
});

/** Says that a payment has a fact of a later date. */
export const tooEarly = (payment: string, row: PaymentRow): Refusal =>
  new Refusal(codes.beforeLatest, payment, `its latest fact is of ${formatDay(row.latest)}`);

/** The seller's fee on an amount, rounded half to even, once. */
const feeOn = (s: Reading, payee: string, minor: bigint): bigint =>
  share(minor, s.policy(merchantFeeRate, payee));

/** What a seller gets of an amount: it, less the fee. */
function paidOut(entry: NewEntry, s: Reading, payee: string, minor: bigint): void {
  const fee = feeOn(s, payee, minor);
  entry.credit(wallet, minor - fee, payee);
  entry.credit(merchantFee, fee);
}

/** Postings that take what is left of a payment out of escrow. */
export function release(entry: NewEntry, s: Reading, payment: string): void {
  const row = s.row(payments, payment);
  if (row === undefined) return;
  entry.debit(escrow, row.remaining);
  paidOut(entry, s, row.payee, row.remaining);
}

function confirm(s: Writing, payment: string, on: Day, fee: bigint): void {
  const row = s.row(payments, payment);
  if (row === undefined) return;
  addUnswept(s, on, fee);
  addVolume(s, on, row.remaining);
  s.set(payments, payment, { ...row, confirmed: { minor: row.remaining, fee }, latest: on });
}
