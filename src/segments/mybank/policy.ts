/**
 * Parameters of mybank beyond those of every line that lends: limits and prices by tier of score, and supply-chain finance.
 *
 * @module
 */

import { daysType, moneyType, ratesType, rateType } from '../../kernel/contract/parameter-types.ts';
import { declareLender } from '../../lending/lender/lender.ts';
import { limitsByTier, pricesByTier } from '../../lending/lender/policy.ts';
import { line } from './line.ts';

const terms = 'facts.md, terms: defaults for parameters';

const ours = 'docs/segments/mybank.md (C: a usual figure)';

/** mybank as a line that lends: a bank, which borrows deposits and interbank money. */
export const lender = declareLender(line, 'Mybank', {
  ownFundingShare: { value: '30%', source: `${terms}: own share in joint loans, rule of 2021 (A/C)` },
  lateFeeRate: { value: '0.02%', source: 'docs/segments/lending.md (C: half of the usual price)' },
  leverageOnMax: { value: '12', source: 'docs/segments/mybank.md (C: a bank’s usual multiple)' },
  leverageOffMax: { value: '4', source: `${terms}: leverage of lending companies (C)` },
  fundingMix: { deposits: '70%', interbank: '30%' },
  fundingRates: { deposits: '2%', interbank: '4%' },
});

export const limits = limitsByTier(
  line,
  'limits',
  'Most that a holder may have, by tier of score; zero: no loan.',
  {
    unscored: '20000.00 CNY',
    'from-350': '10000.00 CNY',
    'from-550': '50000.00 CNY',
    'from-600': '100000.00 CNY',
    'from-650': '300000.00 CNY',
    'from-700': '1000000.00 CNY',
  },
  `${terms}: zhima: range and tiers (C); the amounts are ours (C)`,
);

export const prices = pricesByTier(
  line,
  'prices',
  'Interest a day of a loan, by tier of score on the day of its application.',
  {
    unscored: '0.05%',
    'from-350': '0.05%',
    'from-550': '0.045%',
    'from-600': '0.04%',
    'from-650': '0.035%',
    'from-700': '0.03%',
  },
  `${terms}: mybank: small-firm loans 0.02–0.05 % a day (C)`,
);

/** What advances are made on. */
export const advanceKinds = ['receivable', 'order', 'inventory'] as const;

export const advanceShares = line.parameter('advanceShares', {
  doc: 'The most of a value that is advanced on it, by kind.',
  type: ratesType(advanceKinds, false),
  defaults: [{ value: { receivable: '80%', order: '50%', inventory: '60%' }, source: ours }],
});

export const advancePrice = line.parameter('advancePrice', {
  doc: 'Interest a day of an advance.',
  type: rateType('day'),
  defaults: [{ value: '0.03%', source: ours }],
});

export const coreLimit = line.parameter('coreLimit', {
  doc: 'The most that may be outstanding and approved on a core enterprise; by core enterprise where agreed otherwise.',
  type: moneyType(),
  keyed: true,
  defaults: [{ value: '1000000.00 CNY', source: ours }],
});

export const marginCallShare = line.parameter('marginCallShare', {
  doc: 'A pledge is called when principal is above this share of its value.',
  type: rateType('none'),
  defaults: [{ value: '75%', source: ours }],
});

export const marginDays = line.parameter('marginDays', {
  doc: 'A pledge may be sold this many days after it was called.',
  type: daysType(0, 365),
  defaults: [{ value: 5, source: ours }],
});
