import type { AccountKind } from '../../kernel/contract/account.ts';
import { recordOf } from '../../kernel/contract/parameter-types.ts';
import { fundShort, insufficientUnits } from './codes.ts';
import { line } from './line.ts';

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

const reportingLine = 'InvestmentTech';

export const feesReceivable = line.account('platform:asset:yuebao:fees-due', {
  doc: 'Fees that the fund owes the platform.',
  floor: fundShort,
});

export const managementFee = line.account('platform:income:yuebao:management-fee', {
  doc: 'The manager belongs to the group: its fee is the platform’s income.',
  reportingLine,
  nature: 'technology',
});

export const salesFee = line.account('platform:income:yuebao:sales-fee', {
  doc: 'For bringing investors to the fund.',
  reportingLine,
  nature: 'technology',
});

export const cash = line.account('fund:asset:yuebao:cash', {
  doc: 'The fund’s cash; subscriptions wait here.',
  floor: fundShort,
});

/** What the fund is invested in, by class. */
export const holdings: Readonly<Record<AssetClass, AccountKind>> = recordOf(assetClasses, (name) =>
  line.account(`fund:asset:yuebao:${name}`, { doc: `What the fund holds in ${name}.`, floor: fundShort }),
);

export const units = line.account('fund:liability:yuebao:units', {
  doc: 'Units held, worth 1.00 each.',
  perHolder: true,
  floor: insufficientUnits,
});

export const redemptionsDue = line.account('fund:liability:yuebao:redemptions-due', {
  doc: 'Ordinary redemptions that the fund has yet to pay.',
  perHolder: true,
  floor: fundShort,
});

export const feesDue = line.account('fund:liability:yuebao:fees-due', {
  doc: 'Fees owed to the platform.',
  floor: fundShort,
});

export const custodyDue = line.account('fund:liability:yuebao:custody-due', {
  doc: 'Fees owed to the custodian, an outside bank.',
  floor: fundShort,
});

export const investmentIncome = line.account('fund:income:yuebao:investment-income', {
  doc: 'What the assets earned.',
});

export const managementExpense = line.account('fund:expense:yuebao:management-fee', {
  doc: 'The manager’s fee.',
});

export const custodyExpense = line.account('fund:expense:yuebao:custody-fee', {
  doc: 'The custodian’s fee.',
});

export const salesExpense = line.account('fund:expense:yuebao:sales-fee', { doc: 'The fee for sales.' });

export const distribution = line.account('fund:expense:yuebao:distribution', {
  doc: 'Distributed to holders of units.',
});

export const wallet = line.uses('platform:liability:payments:wallet');

export const reserve = line.uses('platform:asset:payments:reserve');

export const ownCash = line.uses('platform:asset:treasury:own-cash');

/** What the fund owes before a quick redemption or a payment may be served. */
export const owed = [redemptionsDue, feesDue, custodyDue];

/** What can be paid out at once. */
export const liquid = [cash, holdings['deposit-1m']];
