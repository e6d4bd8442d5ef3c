/**
 * The distribution: the fund's accumulated result goes to holders in units, to the minor unit.
 *
 * @module
 */

import type { Reading } from '../../../kernel/contract/reading.ts';
import { draft } from '../../../kernel/contract/rule.ts';
import { count, figure } from '../../../kernel/values/fields.ts';
import {
  custodyExpense,
  distribution,
  investmentIncome,
  managementExpense,
  salesExpense,
  units,
} from '../accounts.ts';
import { line } from '../line.ts';
import { pending, pendingUpTo, redeemedOn } from '../state.ts';
import { feesOfDay } from './accruals.ts';

export const distributed = line.derivedEvent('Distributed', {
  doc: 'A part of the day’s distribution: each holder’s share of the fund’s result, floored, in units.',
  fields: {
    result: figure('the fund’s accumulated result before the distribution'),
    eligible: figure('all units that have a share in it'),
    holders: count('holders in this part'),
  },
  subject: () => 'fund/yuebao',
});

/** Most holders of one event: its postings, with the one against the fund's result, are at most 500. */
const holdersMax = 499;

/** A run of holders with their shares of one day's result. */
interface Part {
  readonly result: bigint;
  readonly eligible: bigint;
  readonly shares: readonly { readonly holder: string; readonly minor: bigint }[];
}

/** The fund's result that has not been distributed: income − fees − distributions so far. */
function undistributed(s: Reading): bigint {
  const spent = [managementExpense, custodyExpense, salesExpense, distribution];
  return spent.reduce((left, kind) => left - s.totalOn(kind, s.day), s.totalOn(investmentIncome, s.day));
}

/**
 * Units by holder that have a share in the day: held at the end of the day before, less what is redeemed on the day, plus
 * redemptions that are overdue. Everyone who ever held units is listed, so that the order is that of ids.
 */
function eligibleUnits(s: Reading): { readonly holder: string; readonly minor: bigint }[] {
  const gone = redeemedOn(s, s.day);
  const waiting = new Map<string, bigint>();
  for (const number of pendingUpTo(s, s.day - 2)) {
    const row = s.row(pending, number);
    if (row !== undefined) waiting.set(row.holder, (waiting.get(row.holder) ?? 0n) + row.left);
  }
  const found: { holder: string; minor: bigint }[] = [];
  for (const { holder, minor: held } of s.balancesOn(units, s.day - 1)) {
    const kept = gone.size === 0 ? held : held - (gone.get(holder) ?? 0n);
    const minor = (kept > 0n ? kept : 0n) + (waiting.size === 0 ? 0n : (waiting.get(holder) ?? 0n));
    if (minor > 0n) found.push({ holder, minor });
  }
  return found;
}

/** Phase 2, after fees. Shares are floored; the rest stays in the result, and so is carried. */
line.rule<Part>('distributionToHolders', {
  doc: 'Each holder gets eligible units / all eligible units of the fund’s result, floored.',
  phase: 'accruals',
  after: [feesOfDay],
  items: (s) => {
    const result = undistributed(s);
    if (result <= 0n) return [];
    const holders = eligibleUnits(s);
    const eligible = holders.reduce((sum, { minor }) => sum + minor, 0n);
    const shares: { holder: string; minor: bigint }[] = [];
    for (const { holder, minor } of holders) {
      const share = (result * minor) / eligible;
      if (share > 0n) shares.push({ holder, minor: share });
    }
    const parts: Part[] = [];
    for (let at = 0; at < shares.length; at += holdersMax) {
      parts.push({ result, eligible, shares: shares.slice(at, at + holdersMax) });
    }
    return parts;
  },
  derive: ({ result, eligible, shares }, _, entry) => {
    const total = shares.reduce((sum, { minor }) => sum + minor, 0n);
    entry.debit(distribution, total);
    for (const { holder, minor } of shares) entry.credit(units, minor, holder);
    return draft(distributed, { result, eligible, holders: shares.length });
  },
});
