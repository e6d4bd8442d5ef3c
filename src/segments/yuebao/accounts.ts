/**
 * Accounts of yuebao: the platform's side, and the fund's own books, an entity of its own.
 *
 * @module
 */
import { type AccountKind, accountKind, borrow } from '../../kernel/contract/account.ts';
import { recordOf } from '../../kernel/contract/parameter-types.ts';
import { fundShort, insufficientUnits } from './codes.ts';

/** The classes of assets, in the order of the allocation. */
export const assetClasses = [
  'deposit-1m',
  'deposit-3m',
  'deposit-long',
  'bond',
  'insurance',
  'other',
] as const;
export type AssetClass = (typeof assetClasses)[number];

/** The classes that turn into cash only as they mature. */
export const longerClasses = ['deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;

const line = 'InvestmentTech';

export const feesReceivable = accountKind('platform:asset:yuebao:fees-due', {
  doc: 'Fees that the fund owes the platform.',
  floor: fundShort,
});

export const managementFee = accountKind('platform:income:yuebao:management-fee', {
  doc: 'The manager belongs to the group: its fee is the platform’s income.',
  reportingLine: line,
  nature: 'technology',
});

export const salesFee = accountKind('platform:income:yuebao:sales-fee', {
  doc: 'For bringing investors to the fund.',
  reportingLine: line,
  nature: 'technology',
});

export const cash = accountKind('fund:asset:yuebao:cash', {
  doc: 'The fund’s cash; subscriptions wait here.',
  floor: fundShort,
});

/** What the fund is invested in, by class. */
export const holdings: Readonly<Record<AssetClass, AccountKind>> = recordOf(assetClasses, (name) =>
  accountKind(`fund:asset:yuebao:${name}`, { doc: `What the fund holds in ${name}.`, floor: fundShort }),
);

export const units = accountKind('fund:liability:yuebao:units', {
  doc: 'Units held, worth 1.00 each.',
  perHolder: true,
  floor: insufficientUnits,
});

export const redemptionsDue = accountKind('fund:liability:yuebao:redemptions-due', {
  doc: 'Ordinary redemptions that the fund has yet to pay.',
  perHolder: true,
  floor: fundShort,
});

export const feesDue = accountKind('fund:liability:yuebao:fees-due', {
  doc: 'Fees owed to the platform.',
  floor: fundShort,
});

export const custodyDue = accountKind('fund:liability:yuebao:custody-due', {
  doc: 'Fees owed to the custodian, an outside bank.',
  floor: fundShort,
});

export const investmentIncome = accountKind('fund:income:yuebao:investment-income', {
  doc: 'What the assets earned.',
});

export const managementExpense = accountKind('fund:expense:yuebao:management-fee', {
  doc: 'The manager’s fee.',
});
export const custodyExpense = accountKind('fund:expense:yuebao:custody-fee', { doc: 'The custodian’s fee.' });
export const salesExpense = accountKind('fund:expense:yuebao:sales-fee', { doc: 'The fee for sales.' });
export const distribution = accountKind('fund:expense:yuebao:distribution', {
  doc: 'Distributed to holders of units.',
});

export const wallet = borrow('platform:liability:payments:wallet');
export const reserve = borrow('platform:asset:payments:reserve');
export const ownCash = borrow('platform:asset:treasury:own-cash');

/** What the fund owes before a quick redemption or a payment may be served. */
export const owed = [redemptionsDue, feesDue, custodyDue];
/** What can be paid out at once. */
export const liquid = [cash, holdings['deposit-1m']];

export const accounts = [
  feesReceivable,
  managementFee,
  salesFee,
  cash,
  ...assetClasses.map((name) => holdings[name]),
  units,
  redemptionsDue,
  feesDue,
  custodyDue,
  investmentIncome,
  managementExpense,
  custodyExpense,
  salesExpense,
  distribution,
];
