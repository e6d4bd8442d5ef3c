/**
 * Holdings: subscriptions and redemptions of units, which are worth 1.00 each.
 *
 * @module
 */

import type { NewEntry, Reading } from '../../kernel/contract/reading.ts';
import { amount, choice, id, type Size, size } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { shareFloored } from '../../kernel/values/rates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { cash, holdings, liquid, owed, redemptionsDue, reserve, units, wallet } from './accounts.ts';
import { holdingCap as capCode, fundIlliquid, quickLimit } from './codes.ts';
import { line } from './line.ts';
import { holdingCap, quickRedemptionLimit } from './policy.ts';
import { addPending, addRedeemed, pending, pendingUpTo, quickOn } from './state.ts';

const deposit = holdings['deposit-1m'];

const fund = choice('which fund', ['yuebao'], codes.unknownFund);

const holder = id('whose units');

const told = { field: 'fund', value: 'yuebao', unknown: codes.unknownFund } as const;

/** What may still go on top of a holding without exceeding the cap, on any date from the event's on. */
export function roomUnderCap(s: Reading, of: string): bigint {
  const room = s.policy(holdingCap) - s.highest(units, of);
  return room > 0n ? room : 0n;
}

/** What the fund can pay out at once beside all that it owes, on every date from the event's on. */
export function liquidity(s: Reading): bigint {
  const atOnce = s.available(cash) + s.available(deposit);
  const free = s.lowestNet(liquid, owed);
  const least = free < atOnce ? free : atOnce;
  return least > 0n ? least : 0n;
}

/** Postings that take an amount out of the fund: cash first, then the deposit that is broken without cost. */
export function paidOut(entry: NewEntry, s: Reading, minor: bigint): void {
  const ready = s.available(cash);
  const fromCash = ready < minor ? (ready > 0n ? ready : 0n) : minor;
  entry.credit(cash, fromCash);
  entry.credit(deposit, minor - fromCash);
}

/** Says that the fund can't pay as much at once, if so. */
export function illiquid(s: Reading, minor: bigint): Refusal | undefined {
  const most = liquidity(s);
  return most < minor
    ? new Refusal(fundIlliquid, formatMoney(minor, 'CNY'), `${formatMoney(most, 'CNY')} would go`)
    : undefined;
}

const smallest = (first: bigint, ...others: readonly bigint[]): bigint =>
  others.reduce((low, other) => (other < low ? other : low), first);

line.fact('FundSubscribed', {
  command: 'subscribeFund',
  told,
  doc: 'Money goes from a wallet into units of the fund; it earns from the next day on.',
  fields: { fund, holder, amount: amount('how much') },
  subject: (data) => `holding/yuebao/${data.holder}`,
  refs: (data) => [`wallet/${data.holder}`],
  fits: ({ data }, s) => {
    const short = s.shortage(wallet, data.amount, data.holder);
    if (short !== undefined) return short;
    const room = roomUnderCap(s, data.holder);
    return data.amount > room
      ? new Refusal(capCode, formatMoney(data.amount, 'CNY'), `there is room for ${formatMoney(room, 'CNY')}`)
      : undefined;
  },
  clamp: ({ data }, s) => {
    const minor = smallest(data.amount, s.available(wallet, data.holder), roomUnderCap(s, data.holder));
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, _s, entry) => {
    entry.debit(wallet, data.amount, data.holder);
    entry.credit(reserve, data.amount);
    entry.debit(cash, data.amount);
    entry.credit(units, data.amount, data.holder);
  },
  // Units taken back on a later day are gone from that day on, as redeemed ones are.
  undo: ({ data, on }, s, reversedOn) => {
    if (reversedOn > on) addRedeemed(s, data.holder, reversedOn, data.amount, 0n);
  },
});

line.fact('FundRedeemed', {
  command: 'redeemFund',
  told,
  doc: 'Units go back: quickly into the wallet at once, or ordinarily, to be paid at the close of the next day.',
  fields: {
    fund,
    holder,
    amount: size('how much: an amount, all, or a share'),
    speed: choice('quick: at once, within a limit; ordinary: at the close of the next day', [
      'quick',
      'ordinary',
    ]),
  },
  subject: (data) => `holding/yuebao/${data.holder}`,
  refs: (data) => [`wallet/${data.holder}`],
  fits: ({ data, on }, s) => {
    const minor = sizeOf(s, data.holder, data.amount);
    if (minor === 0n) return new Refusal(codes.nothingToDo, data.holder, 'there are no units');
    const short = s.shortage(units, minor, data.holder);
    if (short !== undefined || data.speed === 'ordinary') return short;
    const room = roomUnderLimit(s, data.holder, on);
    if (minor > room)
      return new Refusal(quickLimit, formatMoney(minor, 'CNY'), `${formatMoney(room, 'CNY')} would go today`);
    return illiquid(s, minor);
  },
  sized: ({ data }, s) => ({ ...data, amount: sizeOf(s, data.holder, data.amount) }),
  clamp: ({ data, on }, s) => {
    const held = s.available(units, data.holder);
    const wanted = smallest(sizeOf(s, data.holder, data.amount), held);
    const minor =
      data.speed === 'ordinary' ? wanted : smallest(wanted, roomUnderLimit(s, data.holder, on), liquidity(s));
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, s, entry) => {
    const minor = sizeOf(s, data.holder, data.amount);
    if (data.speed === 'ordinary') {
      entry.debit(units, minor, data.holder);
      entry.credit(redemptionsDue, minor, data.holder);
      return;
    }
    entry.debit(reserve, minor);
    entry.credit(wallet, minor, data.holder);
    entry.debit(units, minor, data.holder);
    paidOut(entry, s, minor);
  },
  evolve: ({ data, on, entry }, s) => {
    const minor = entry.sum(units);
    addRedeemed(s, data.holder, on, minor, data.speed === 'quick' ? minor : 0n);
    if (data.speed === 'ordinary') addPending(s, data.holder, on, minor);
  },
  cannotUndo: ({ data, on, entry }, s) =>
    data.speed === 'quick' || unpaid(s, data.holder, on, entry.sum(units)) !== undefined
      ? undefined
      : 'the redemption has been paid, whole or in part',
  undo: ({ data, on, entry }, s, reversedOn) => {
    const minor = entry.sum(units);
    const quick = data.speed === 'quick' ? minor : 0n;
    addRedeemed(s, data.holder, on, reversedOn > on ? 0n : -minor, -quick);
    const number = data.speed === 'quick' ? undefined : unpaid(s, data.holder, on, minor);
    if (number !== undefined) s.delete(pending, number);
  },
});

const sizeOf = (s: Reading, of: string, given: Size): bigint => {
  if (typeof given === 'bigint') return given;
  const held = s.available(units, of);
  return shareFloored(held > 0n ? held : 0n, given.share);
};

function roomUnderLimit(s: Reading, of: string, on: number): bigint {
  const room = s.policy(quickRedemptionLimit) - quickOn(s, of, on);
  return room > 0n ? room : 0n;
}

/** The last redemption of a holder, date and size of which nothing has been paid. */
const unpaid = (s: Reading, of: string, on: number, minor: bigint): string | undefined =>
  pendingUpTo(s, on).findLast((number) => {
    const row = s.row(pending, number);
    return row?.holder === of && row.on === on && row.left === minor && row.asked === minor;
  });
