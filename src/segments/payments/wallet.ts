/**
 * Wallets: money in, from holder to holder, and out to a bank.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { amount, id, type Size, size } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { share, shareFloored } from '../../kernel/values/rates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { reserve, wallet, withdrawalFee } from './accounts.ts';
import { amountNotAboveFee } from './codes.ts';
import { line } from './line.ts';
import { withdrawalFeeMin, withdrawalFeeRate, withdrawalFreeAllowance } from './policy.ts';
import { addUnswept, withdrawn } from './state.ts';

const holder = id('whose wallet');

line.fact('ToppedUp', {
  command: 'topUp',
  doc: 'Money comes from a bank into a wallet.',
  fields: { holder, amount: amount('what comes in') },
  subject: (data) => `wallet/${data.holder}`,
  react: ({ data }, _s, entry) => {
    entry.debit(reserve, data.amount);
    entry.credit(wallet, data.amount, data.holder);
  },
  undo: () => undefined,
});

line.fact('Transferred', {
  command: 'transfer',
  doc: 'Money goes from wallet to wallet, without a fee.',
  fields: { from: id('who gives'), to: id('who gets'), amount: amount('how much') },
  subject: ({ from }) => `wallet/${from}`,
  refs: ({ to }) => [`wallet/${to}`],
  fits: ({ data }, s) => {
    if (data.from === data.to) return new Refusal(codes.sameParty, data.from);
    return s.shortage(wallet, data.amount, data.from);
  },
  react: ({ data }, _s, entry) => {
    entry.debit(wallet, data.amount, data.from);
    entry.credit(wallet, data.amount, data.to);
  },
  undo: () => undefined,
});

line.fact('Withdrawn', {
  command: 'withdraw',
  doc: 'Money leaves a wallet for a bank; the fee, if any, is inside the amount.',
  fields: { holder, amount: size('how much leaves the wallet: an amount, all, or a share') },
  subject: (data) => `wallet/${data.holder}`,
  fits: ({ data }, s) => {
    const minor = sizeOf(data.amount, s.available(wallet, data.holder));
    if (minor === 0n) return new Refusal(codes.nothingToDo, data.holder, 'the wallet is empty');
    const short = s.shortage(wallet, minor, data.holder);
    if (short !== undefined) return short;
    const fee = feeOn(s, data.holder, minor);
    return minor <= fee
      ? new Refusal(amountNotAboveFee, formatMoney(minor, 'CNY'), `the fee is ${formatMoney(fee, 'CNY')}`)
      : undefined;
  },
  sized: ({ data }, s) => ({ ...data, amount: sizeOf(data.amount, s.available(wallet, data.holder)) }),
  clamp: ({ data }, s) => {
    const minor = least(
      sizeOf(data.amount, s.available(wallet, data.holder)),
      s.available(wallet, data.holder),
    );
    return minor > feeOn(s, data.holder, minor) ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, s, entry) => {
    const minor = sizeOf(data.amount, s.available(wallet, data.holder));
    const fee = feeOn(s, data.holder, minor);
    entry.debit(wallet, minor, data.holder);
    entry.credit(reserve, minor - fee);
    entry.credit(withdrawalFee, fee);
  },
  evolve: ({ data, on, entry }, s) => {
    addUnswept(s, on, -entry.sum(withdrawalFee));
    if (s.policy(withdrawalFeeRate).num > 0n) count(s, data.holder, entry.sum(wallet));
  },
  undo: ({ data, entry }, s, reversedOn) => {
    addUnswept(s, reversedOn, entry.sum(withdrawalFee));
    if (s.policy(withdrawalFeeRate).num > 0n) count(s, data.holder, -entry.sum(wallet));
  },
});

/** The size of an amount or of a share of what is held, the share floored. */
export const sizeOf = (given: Size, held: bigint): bigint =>
  typeof given === 'bigint' ? given : shareFloored(held < 0n ? 0n : held, given.share);

/** The smallest of some figures. */
export const least = (first: bigint, ...others: readonly bigint[]): bigint =>
  others.reduce((low, other) => (other < low ? other : low), first);

/** The fee on a withdrawal: the rate on what is above the allowance, at least the minimum once any of it is. */
function feeOn(s: Reading, of: string, minor: bigint): bigint {
  const rate = s.policy(withdrawalFeeRate);
  if (rate.num === 0n) return 0n;
  const free = s.policy(withdrawalFreeAllowance) - (s.row(withdrawn, of) ?? 0n);
  const above = minor - least(minor, free > 0n ? free : 0n);
  if (above === 0n) return 0n;
  const fee = share(above, rate);
  const feeMin = s.policy(withdrawalFeeMin);
  return fee > feeMin ? fee : feeMin;
}

function count(s: Writing, of: string, minor: bigint): void {
  const total = (s.row(withdrawn, of) ?? 0n) + minor;
  if (total > 0n) s.set(withdrawn, of, total);
  else s.delete(withdrawn, of);
}
