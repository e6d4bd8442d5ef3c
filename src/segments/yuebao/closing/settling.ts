/**
 * Settlements: assets that mature, redemptions that are due, fees. They use cash, then the deposit that is broken without cost;
 * what can't be paid stays owed, and is first in line at the next close.
 *
 * @module
 */

import type { Reading } from '../../../kernel/contract/reading.ts';
import { draft } from '../../../kernel/contract/rule.ts';
import { choice, figure, id } from '../../../kernel/values/fields.ts';
import { shareFloored } from '../../../kernel/values/rates.ts';
import {
  cash,
  custodyDue,
  feesDue,
  feesReceivable,
  holdings,
  longerClasses,
  ownCash,
  redemptionsDue,
  reserve,
  wallet,
} from '../accounts.ts';
import { paidOut } from '../holding.ts';
import { line } from '../line.ts';
import { maturingPerDay } from '../policy.ts';
import { leftUpTo, pending, pendingUpTo } from '../state.ts';

const deposit = holdings['deposit-1m'];

/** What can be paid at the close: it moves no more than every later date can spare. */
const purse = (s: Reading): bigint => above(s.available(cash)) + above(s.available(deposit));
const above = (minor: bigint): bigint => (minor > 0n ? minor : 0n);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const assetsMatured = line.derivedEvent('AssetsMatured', {
  doc: 'A part of a longer class of assets turns into cash.',
  fields: { asset: choice('the class', longerClasses) },
  subject: ({ asset }) => `asset/${asset}`,
});

/** Phase 3, first: a share of the balance at the end of the day before, floored, nothing carried. */
export const maturing = line.rule<(typeof longerClasses)[number]>('maturing', {
  doc: 'maturingPerDay of a longer class, as it was at the end of the day before, turns into cash.',
  phase: 'settlements',
  items: () => longerClasses,
  derive: (asset, s, entry) => {
    const share = shareFloored(s.balanceOn(holdings[asset], s.day - 1), s.policy(maturingPerDay)[asset]);
    const minor = smaller(share, above(s.available(holdings[asset])));
    if (minor === 0n) return undefined;
    entry.debit(cash, minor);
    entry.credit(holdings[asset], minor);
    return draft(assetsMatured, { asset });
  },
});

export const redemptionPaid = line.derivedEvent('RedemptionPaid', {
  doc: 'The fund pays an ordinary redemption, or a part of it, into the holder’s wallet.',
  fields: { redemption: id('its number'), holder: id('whose'), left: figure('what stays owed of it') },
  subject: ({ holder }) => `holding/yuebao/${holder}`,
  refs: ({ holder }) => [`wallet/${holder}`],
  evolve: ({ data }, s) => {
    const row = s.row(pending, data.redemption);
    if (row === undefined) return;
    if (data.left === 0n) s.delete(pending, data.redemption);
    else s.set(pending, data.redemption, { ...row, left: data.left });
  },
});

/** Phase 3, then: those asked for up to the day before, by date, then in the order of the log, in parts if need be. */
export const redemptionsPaid = line.rule<string>('redemptionsPaid', {
  doc: 'Redemptions due are paid, the oldest first.',
  phase: 'settlements',
  after: [maturing],
  items: (s) => pendingUpTo(s, s.day - 1),
  derive: (number, s, entry) => {
    const row = s.row(pending, number);
    const minor = row === undefined ? 0n : smaller(row.left, purse(s));
    if (row === undefined || minor === 0n) return undefined;
    const { holder } = row;
    entry.debit(redemptionsDue, minor, holder);
    paidOut(entry, s, minor);
    entry.debit(reserve, minor);
    entry.credit(wallet, minor, holder);
    return draft(redemptionPaid, { redemption: number, holder, left: row.left - minor });
  },
  breach: (s) => {
    const left = leftUpTo(s, s.day - 1);
    return left === 0n
      ? undefined
      : {
          rule: 'yuebao.redemptionsPaid',
          detail: 'redemptions due that the fund could not pay',
          minor: left,
          currency: 'CNY',
        };
  },
});

export const feePaid = line.derivedEvent('FundFeePaid', {
  doc: 'The fund pays fees that it owes: to the platform’s own cash, or to the custodian.',
  fields: { to: choice('who is paid', ['platform', 'custodian']) },
  subject: () => 'fund/yuebao',
});

/** Phase 3, last: the platform's before the custodian's. */
line.rule<'platform' | 'custodian'>('feesPaid', {
  doc: 'Fees due are paid, the platform’s first.',
  phase: 'settlements',
  after: [redemptionsPaid],
  items: () => ['platform', 'custodian'],
  derive: (to, s, entry) => {
    const minor = smaller(s.balanceOn(to === 'platform' ? feesDue : custodyDue, s.day), purse(s));
    if (minor === 0n) return undefined;
    entry.debit(to === 'platform' ? feesDue : custodyDue, minor);
    paidOut(entry, s, minor);
    if (to === 'platform') {
      entry.debit(ownCash, minor);
      entry.credit(feesReceivable, minor);
    }
    return draft(feePaid, { to });
  },
  breach: (s) => {
    const left = s.balanceOn(feesDue, s.day) + s.balanceOn(custodyDue, s.day);
    return left === 0n
      ? undefined
      : { rule: 'yuebao.feesPaid', detail: 'fees that the fund could not pay', minor: left, currency: 'CNY' };
  },
});
