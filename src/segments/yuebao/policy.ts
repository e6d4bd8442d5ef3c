/**
 * Parameters of yuebao, with their defaults and where these come from.
 *
 * @module
 */

import { moneyType, ratesType, rateType } from '../../kernel/contract/parameter-types.ts';
import { assetClasses, longerClasses } from './accounts.ts';
import { line } from './line.ts';

const terms = 'facts.md, terms: defaults for parameters';

export const allocation = line.parameter('allocation', {
  doc: 'The share of each class of assets that new money is invested towards.',
  type: ratesType(assetClasses, true),
  defaults: [
    {
      value: {
        'deposit-1m': '30%',
        'deposit-3m': '30%',
        'deposit-long': '30%',
        bond: '7%',
        insurance: '2%',
        other: '1%',
      },
      source:
        'source: deposits about 90 %, bonds 7 %, insurance 2 %, other 1 % (S); the split of deposits is ours (C)',
    },
  ],
});

export const maturingPerDay = line.parameter('maturingPerDay', {
  doc: 'The share of each longer class that turns into cash in a day.',
  type: ratesType(longerClasses, false, 'day'),
  defaults: [
    {
      value: { 'deposit-3m': '1.6%', 'deposit-long': '0.5%', bond: '0.1%', insurance: '0.1%', other: '0.1%' },
      source: 'commands.md, accounts and parameters (C: about one over the term)',
    },
  ],
});

export const managementFeeRate = line.parameter('managementFeeRate', {
  doc: 'The manager’s fee a year on net assets.',
  type: rateType('year'),
  defaults: [{ value: '0.30%', source: `${terms} (C)` }],
});

export const custodyFeeRate = line.parameter('custodyFeeRate', {
  doc: 'The custodian’s fee a year on net assets.',
  type: rateType('year'),
  defaults: [{ value: '0.08%', source: `${terms} (C)` }],
});

export const salesFeeRate = line.parameter('salesFeeRate', {
  doc: 'The fee for sales a year on net assets.',
  type: rateType('year'),
  defaults: [{ value: '0.25%', source: `${terms} (C)` }],
});

export const holdingCap = line.parameter('holdingCap', {
  doc: 'Most units of a holder after a subscription.',
  type: moneyType(),
  defaults: [
    { value: '1000000.00 CNY', source: `${terms} (C)` },
    { from: '2017-05-27', value: '250000.00 CNY', source: `${terms} (C)` },
    { from: '2017-08-14', value: '100000.00 CNY', source: `${terms} (C)` },
  ],
});

export const quickRedemptionLimit = line.parameter('quickRedemptionLimit', {
  doc: 'What a holder may redeem quickly in a day.',
  type: moneyType(),
  defaults: [
    { value: '1000000.00 CNY', source: 'commands.md, accounts and parameters (C)' },
    { from: '2018-06-06', value: '10000.00 CNY', source: `${terms} (C)` },
  ],
});
