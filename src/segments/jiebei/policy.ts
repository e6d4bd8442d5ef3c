/**
 * Parameters of jiebei beyond those of every line that lends: limits and prices by tier of score.
 *
 * @module
 */

import { declareLender } from '../../lending/lender/lender.ts';
import { limitsByTier, pricesByTier } from '../../lending/lender/policy.ts';
import { line } from './line.ts';

const terms = 'facts.md, terms: defaults for parameters';

/** jiebei as a line that lends. */
export const lender = declareLender(line, 'Jiebei', {
  ownFundingShare: { value: '2%', source: `${terms}: own share in joint loans (A/C)` },
  lateFeeRate: { value: '0.02%', source: 'docs/segments/lending.md (C: half of the usual price)' },
  leverageOnMax: { value: '1', source: `${terms}: leverage of lending companies (C)` },
  leverageOffMax: { value: '4', source: `${terms}: leverage of lending companies (C)` },
  fundingMix: { borrowings: '100%' },
  fundingRates: { borrowings: '4.5%' },
});

export const limits = limitsByTier(
  line,
  'limits',
  'Most that a holder may have, by tier of score; zero: no loan.',
  {
    unscored: '0.00 CNY',
    'from-350': '0.00 CNY',
    'from-550': '3000.00 CNY',
    'from-600': '10000.00 CNY',
    'from-650': '30000.00 CNY',
    'from-700': '100000.00 CNY',
  },
  `${terms}: zhima: range and tiers (C); the amounts are ours (C)`,
);

export const prices = pricesByTier(
  line,
  'prices',
  'Interest a day of a loan, by tier of score on the day of its application.',
  {
    unscored: '0.06%',
    'from-350': '0.06%',
    'from-550': '0.05%',
    'from-600': '0.045%',
    'from-650': '0.04%',
    'from-700': '0.03%',
  },
  `${terms}: jiebei: interest 0.015–0.06 % a day, commonly 0.04 % (C)`,
);
