/**
 * Refunds: from escrow before the confirmation, from the seller after it; the money goes back where it came from.
 *
 * @module
 */

import type { NewEntry, Reading } from '../../kernel/contract/reading.ts';
import { amount, choice, id, optional } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { fraction, share } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { escrow, merchantFee, ownCash, reserve, wallet } from './accounts.ts';
import { exceedsRemaining, paymentFinished, paymentUnknown } from './codes.ts';
import { tooEarly } from './escrow.ts';
import { line } from './line.ts';
import { refundReturnsFee } from './policy.ts';
import { methods, type PaymentRow, payments } from './state.ts';
import { least } from './wallet.ts';

const told = {
  payment: id('the payment'),
  payer: id('who had paid'),
  payee: id('who had been paid'),
  amount: amount('what goes back'),
  method: choice('where it came from', methods),
};

line.fact('PaymentRefunded', {
  command: 'refundPayment',
  doc: 'A payment goes back, whole or in part: from escrow, or from the seller less the fee that is returned.',
  fields: { payment: id('the payment'), amount: optional(amount('how much; left out: what is left')) },
  subject: ({ payment }) => `payment/${payment}`,
  tells: {
    fields: told,
    of: ({ data }, s) => {
      const { payment } = data;
      const row = s.row(payments, payment);
      if (row === undefined) return undefined;
      const { payer, payee, method } = row;
      return { payment, payer, payee, method, amount: data.amount ?? row.remaining };
    },
  },
  fits: ({ data, on }, s) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return new Refusal(paymentUnknown, data.payment);
    if (on < row.latest) return tooEarly(data.payment, row);
    if (row.remaining === 0n) return new Refusal(paymentFinished, data.payment);
    const minor = data.amount ?? row.remaining;
    if (minor > row.remaining) {
      return new Refusal(
        exceedsRemaining,
        formatMoney(minor, 'CNY'),
        `${formatMoney(row.remaining, 'CNY')} is left`,
      );
    }
    return row.confirmed === null
      ? undefined
      : s.shortage(wallet, minor - feeReturned(s, row, minor), row.payee);
  },
  sized: ({ data }, s) => ({ ...data, amount: data.amount ?? s.row(payments, data.payment)?.remaining }),
  clamp: ({ data }, s) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return undefined;
    const most = least(data.amount ?? row.remaining, row.remaining);
    const minor = row.confirmed === null ? most : mostBearable(s, row, most);
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, s, entry) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return;
    const minor = data.amount ?? row.remaining;
    taken(entry, s, row, minor);
    givenBack(entry, row, minor);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(payments, data.payment);
    if (row === undefined) return;
    const minor = data.amount ?? row.remaining;
    const refund = {
      on,
      minor,
      feeReturned: entry.sum(merchantFee),
      feesReturn: row.confirmed !== null && s.policy(refundReturnsFee),
      fromEscrow: row.confirmed === null,
    };
    s.set(payments, data.payment, {
      ...row,
      refunds: [...row.refunds, refund],
      remaining: row.remaining - minor,
      latest: on,
    });
  },
  cannotUndo: ({ data, on, entry }, s) => {
    const row = s.row(payments, data.payment);
    if (row !== undefined && s.day < row.latest) return tooEarly(data.payment, row);
    const last = row?.refunds.at(-1);
    const isLast =
      last !== undefined &&
      last.on === on &&
      last.fromEscrow === entry.sum(escrow) > 0n &&
      last.feeReturned === entry.sum(merchantFee);
    if (!isLast || (data.amount !== undefined && last.minor !== data.amount))
      return 'a later refund stands: reverse it first';
    return last.fromEscrow && row?.confirmed !== null ? 'the payment has been confirmed since' : undefined;
  },
  undo: ({ data }, s, reversedOn) => {
    const row = s.row(payments, data.payment);
    const last = row?.refunds.at(-1);
    if (row === undefined || last === undefined) return;
    const remaining = row.remaining + last.minor;
    s.set(payments, data.payment, {
      ...row,
      refunds: row.refunds.slice(0, -1),
      remaining,
      latest: reversedOn,
    });
  },
});

/** Where the money of a refund is taken from. A returned fee comes from own cash into the reserve, in the same entry. */
function taken(entry: NewEntry, s: Reading, row: PaymentRow, minor: bigint): void {
  if (row.confirmed === null) {
    entry.debit(escrow, minor);
    return;
  }
  const returned = feeReturned(s, row, minor);
  entry.debit(wallet, minor - returned, row.payee);
  entry.debit(merchantFee, returned);
  entry.credit(ownCash, returned);
  entry.debit(reserve, returned);
}

/** Where it goes: what came from a fund or a credit line is given back by the line that runs it. */
function givenBack(entry: NewEntry, row: PaymentRow, minor: bigint): void {
  if (row.method === 'wallet') entry.credit(wallet, minor, row.payer);
  if (row.method === 'card') entry.credit(reserve, minor);
}

/**
 * The fee that comes back with a refund after the confirmation: of the fee, the share of the confirmed amount that has been
 * refunded while fees are returned (this one included), rounded half to even, less what came back before.
 */
function feeReturned(s: Reading, { confirmed, refunds }: PaymentRow, minor: bigint): bigint {
  if (confirmed === null || !s.policy(refundReturnsFee)) return 0n;
  let refunded = minor;
  let before = 0n;
  for (const refund of refunds) {
    if (refund.fromEscrow || !refund.feesReturn) continue;
    refunded += refund.minor;
    before += refund.feeReturned;
  }
  return share(confirmed.fee, fraction(refunded, confirmed.minor)) - before;
}

/** The largest refund up to an amount that the seller can bear. What he bears never falls as the refund grows. */
function mostBearable(s: Reading, row: PaymentRow, most: bigint): bigint {
  const available = s.available(wallet, row.payee);
  let low = 0n;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle - feeReturned(s, row, middle) <= available) low = middle;
    else high = middle - 1n;
  }
  return low;
}
