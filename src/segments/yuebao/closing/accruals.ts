/**
 * Accruals: what the fund's assets earn in a day, and what its manager, custodian and sellers take of it.
 *
 * @module
 */

import type { Parameter } from '../../../kernel/contract/parameter.ts';
import type { Reading } from '../../../kernel/contract/reading.ts';
import { draft } from '../../../kernel/contract/rule.ts';
import { choice, exact, figure } from '../../../kernel/values/fields.ts';
import { accrue, type Fraction, zeroFraction } from '../../../kernel/values/rates.ts';
import {
  type AssetClass,
  assetClasses,
  cash,
  custodyDue,
  custodyExpense,
  feesDue,
  feesReceivable,
  holdings,
  investmentIncome,
  managementExpense,
  managementFee,
  salesExpense,
  salesFee,
} from '../accounts.ts';
import { line } from '../line.ts';
import { custodyFeeRate, managementFeeRate, salesFeeRate } from '../policy.ts';
import { carriedOf, carry, leftUpTo, rateOn } from '../state.ts';

export const incomeEarned = line.derivedEvent('IncomeEarned', {
  doc: 'A day’s income of one class of assets, which arrives as cash.',
  fields: {
    asset: choice('the class', assetClasses),
    income: figure('booked, floored'),
    carry: exact('fraction of a minor unit carried on'),
  },
  subject: ({ asset }) => `asset/${asset}`,
  evolve: ({ data }, s) => carry(s, data.asset, data.carry),
});

/** Phase 2: on the balance at the end of the day before, at the latest rate published for a date up to the day. */
export const incomeOfClass = line.rule<AssetClass>('incomeOfClass', {
  doc: 'Balance at the end of the day before × the latest rate / 365, floored; the fraction is carried.',
  phase: 'accruals',
  items: () => assetClasses,
  derive: (asset, s, entry) => {
    const before = carriedOf(s, asset);
    const rate = rateOn(s, asset, s.day) ?? zeroFraction;
    const { booked, carry: rest } = accrue(s.balanceOn(holdings[asset], s.day - 1), rate, before);
    if (booked === 0n && same(rest, before)) return undefined;
    entry.debit(cash, booked);
    entry.credit(investmentIncome, booked);
    return draft(incomeEarned, { asset, income: booked, carry: rest });
  },
  breach: (s) => {
    const unpriced = assetClasses.filter(
      (asset) => rateOn(s, asset, s.day) === undefined && s.balanceOn(holdings[asset], s.day - 1) > 0n,
    );
    const minor = unpriced.reduce((sum, asset) => sum + s.balanceOn(holdings[asset], s.day - 1), 0n);
    return unpriced.length === 0
      ? undefined
      : {
          rule: 'yuebao.incomeOfClass',
          detail: `no rate published, counted as 0: ${unpriced.join(', ')}`,
          minor,
          currency: 'CNY',
        };
  },
});

const same = (a: Fraction, b: Fraction): boolean => a.num === b.num && a.den === b.den;

export const feesAccrued = line.derivedEvent('FundFeesAccrued', {
  doc: 'A day’s fees on the fund’s net assets, as far as its income covers them.',
  fields: {
    management: figure('booked for the manager'),
    custody: figure('booked for the custodian'),
    sales: figure('booked for sales'),
    managementCarry: exact('fraction carried on'),
    custodyCarry: exact('fraction carried on'),
    salesCarry: exact('fraction carried on'),
  },
  subject: () => 'fund/yuebao',
  evolve: ({ data }, s) => {
    carry(s, 'management', data.managementCarry);
    carry(s, 'custody', data.custodyCarry);
    carry(s, 'sales', data.salesCarry);
  },
});

/** Net assets at the end of the day before: assets less what is owed, but for redemptions that are overdue. */
function netAssets(s: Reading): bigint {
  const before = s.day - 1;
  let net = s.balanceOn(cash, before);
  for (const asset of assetClasses) net += s.balanceOn(holdings[asset], before);
  net -= s.balanceOn(custodyDue, before) + s.balanceOn(feesDue, before);
  // Redemptions due at this close or later; those due before it are overdue, and count as if still held.
  net -= leftUpTo(s, before) - leftUpTo(s, before - 1);
  return net > 0n ? net : 0n;
}

/** Phase 2, after income: management first, then custody, then sales; what the day's income doesn't cover is waived. */
export const feesOfDay = line.rule<'fees'>('feesOfDay', {
  doc: 'Fees a year on net assets at the end of the day before / 365, floored, at most the day’s income.',
  phase: 'accruals',
  after: [incomeOfClass],
  items: () => ['fees'],
  derive: (_, s, entry) => {
    const net = netAssets(s);
    let cover = s.totalOn(investmentIncome, s.day) - s.totalOn(investmentIncome, s.day - 1);
    const fee = (
      name: string,
      rate: Parameter<Fraction>,
    ): { booked: bigint; carry: Fraction; changed: boolean } => {
      const before = carriedOf(s, name);
      const accrued = accrue(net, s.policy(rate), before);
      const booked = accrued.booked < cover ? accrued.booked : cover;
      cover -= booked;
      return { booked, carry: accrued.carry, changed: booked !== 0n || !same(accrued.carry, before) };
    };
    const management = fee('management', managementFeeRate);
    const custody = fee('custody', custodyFeeRate);
    const sales = fee('sales', salesFeeRate);
    if (!management.changed && !custody.changed && !sales.changed) return undefined;
    const toPlatform = management.booked + sales.booked;
    const data = {
      management: management.booked,
      custody: custody.booked,
      sales: sales.booked,
      managementCarry: management.carry,
      custodyCarry: custody.carry,
      salesCarry: sales.carry,
    };
    entry.debit(managementExpense, management.booked);
    entry.debit(custodyExpense, custody.booked);
    entry.debit(salesExpense, sales.booked);
    entry.credit(feesDue, toPlatform);
    entry.credit(custodyDue, custody.booked);
    entry.debit(feesReceivable, toPlatform);
    entry.credit(managementFee, management.booked);
    entry.credit(salesFee, sales.booked);
    return draft(feesAccrued, data);
  },
});
