/**
 * Payments at a day's close: time-outs, interest on the float, the cost of cards, the sweep of fees.
 *
 * @module
 */

import { draft } from '../../kernel/contract/rule.ts';
import { exact, figure } from '../../kernel/values/fields.ts';
import { accrue, zeroFraction } from '../../kernel/values/rates.ts';
import { channelCostDue, floatInterest, ownCash, reserve } from './accounts.ts';
import { receiptTimedOut, release } from './escrow.ts';
import { line } from './line.ts';
import { confirmAfterDays, floatRate } from './policy.ts';
import { addUnswept, carried, payments, unsweptUpTo } from './state.ts';
import { least } from './wallet.ts';

/** Phase 1, by date of the payment, then by its id. A payment with a fact of a later date is passed over: a later close looks again. */
line.rule<string>('timeOuts', {
  doc: 'A payment in escrow confirms itself confirmAfterDays after its date.',
  phase: 'timeouts',
  items: (s) => {
    const latest = s.day - s.policy(confirmAfterDays);
    return s
      .buckets(payments)
      .filter((on) => on <= latest)
      .flatMap((on) => s.bucket(payments, on));
  },
  derive: (payment, s, entry) => {
    const row = s.row(payments, payment);
    if (row === undefined || row.latest > s.day) return undefined;
    release(entry, s, payment);
    return draft(receiptTimedOut, { payment });
  },
});

export const floatInterestAccrued = line.derivedEvent('FloatInterestAccrued', {
  doc: 'A day’s interest on customers’ money at the bank.',
  fields: { interest: figure('booked, floored'), carry: exact('fraction of a minor unit carried on') },
  subject: () => 'float',
  evolve: ({ data }, s) => s.set(carried, 'float', data.carry),
});

/** Phase 2, on the reserve as it stands after the time-outs. */
line.rule<'float'>('interestOnFloat', {
  doc: 'Interest on the reserve at the rate a year / 365, floored; the fraction is carried.',
  phase: 'accruals',
  items: () => ['float'],
  derive: (_, s, entry) => {
    const before = s.row(carried, 'float') ?? zeroFraction;
    const { booked, carry } = accrue(s.balanceOn(reserve, s.day), s.policy(floatRate), before);
    if (booked === 0n && carry.num === before.num && carry.den === before.den) return undefined;
    entry.debit(ownCash, booked);
    entry.credit(floatInterest, booked);
    return draft(floatInterestAccrued, { interest: booked, carry });
  },
});

export const channelCostPaid = line.derivedEvent('ChannelCostPaid', {
  doc: 'Own cash pays banks what card payments cost.',
  fields: {},
  subject: () => 'channel-cost',
});

/** Phase 3; own cash may be overdrawn by it. */
line.rule<'cards'>('costOfCards', {
  doc: 'What is owed to banks for card payments up to the day is paid from own cash.',
  phase: 'settlements',
  items: () => ['cards'],
  derive: (_, s, entry) => {
    const due = s.balanceOn(channelCostDue, s.day);
    if (due === 0n) return undefined;
    entry.debit(channelCostDue, due);
    entry.credit(ownCash, due);
    return draft(channelCostPaid, {});
  },
});

export const feesSwept = line.derivedEvent('FeesSwept', {
  doc: 'Fees that arose in the reserve go to own cash.',
  fields: {},
  subject: () => 'fees',
  evolve: ({ on, entry }, s) => {
    let left = -entry.sum(ownCash);
    for (const fees of unsweptUpTo(s, on)) {
      left += fees.minor;
      addUnswept(s, fees.on, -fees.minor);
    }
    addUnswept(s, on, left);
  },
});

/**
 * Phase 4: exactly the gross fees dated up to the day. Only what a reversal of a later date takes back stays in the reserve,
 * which could not spare it then.
 */
line.rule<'fees'>('sweepOfFees', {
  doc: 'The gross fees booked up to the day and not yet swept go from the reserve to own cash.',
  phase: 'sweeps',
  items: () => ['fees'],
  derive: (_, s, entry) => {
    const fees = unsweptUpTo(s, s.day);
    if (fees.length === 0) return undefined;
    const minor = least(
      fees.reduce((sum, each) => sum + each.minor, 0n),
      s.available(reserve),
    );
    if (minor === 0n) return undefined;
    entry.debit(ownCash, minor);
    entry.credit(reserve, minor);
    return draft(feesSwept, {});
  },
});
