/**
 * Parameters of huabei beyond those of every line that lends.
 *
 * @module
 */

import { countType, ratesType, rateType } from '../../kernel/contract/parameter-types.ts';
import { declareLender } from '../../lending/lender/lender.ts';
import { limitsByTier } from '../../lending/lender/policy.ts';
import { line } from './line.ts';

const terms = 'facts.md, terms: defaults for parameters';

const ours = 'docs/segments/huabei.md (C: a usual figure)';

/** huabei as a line that lends. */
export const lender = declareLender(line, 'Huabei', {
  ownFundingShare: { value: '2%', source: `${terms}: own share in joint loans (A/C)` },
  lateFeeRate: { value: '0.05%', source: `${terms}: huabei: late fee (C)` },
  leverageOnMax: { value: '1', source: `${terms}: leverage of lending companies (C)` },
  leverageOffMax: { value: '4', source: `${terms}: leverage of lending companies (C)` },
  fundingMix: { borrowings: '100%' },
  fundingRates: { borrowings: '4.5%' },
});

export const limits = limitsByTier(
  line,
  'limits',
  'Most that a holder may owe on the line, by tier of score.',
  {
    unscored: '1000.00 CNY',
    'from-350': '500.00 CNY',
    'from-550': '1000.00 CNY',
    'from-600': '3000.00 CNY',
    'from-650': '8000.00 CNY',
    'from-700': '20000.00 CNY',
  },
  `${terms}: zhima: range and tiers (C); the amounts are ours (C)`,
);

export const merchantFeeRate = line.parameter('merchantFeeRate', {
  doc: 'The merchant’s fee for a payment on credit, on top of payments’ own; by merchant where agreed otherwise.',
  type: rateType('none'),
  keyed: true,
  defaults: [{ value: '0.8%', source: `${terms}: huabei: merchant fee 0.8–1.0 % (C)` }],
});

export const statementDay = line.parameter('statementDay', {
  doc: 'The day of the month of statements, for lines that are opened from then on.',
  type: countType(1, 28, 'day of the month'),
  defaults: [{ value: 1, source: ours }],
});

export const dueDay = line.parameter('dueDay', {
  doc: 'The day of the month on which a statement is due, for lines that are opened from then on.',
  type: countType(1, 28, 'day of the month'),
  defaults: [{ value: 10, source: ours }],
});

export const minimumShare = line.parameter('minimumShare', {
  doc: 'The part of a statement’s principal that must be paid by its due date.',
  type: rateType('none'),
  defaults: [{ value: '10%', source: ours }],
});

export const revolvingRate = line.parameter('revolvingRate', {
  doc: 'Interest a day on what is left of a statement whose minimum was paid.',
  type: rateType('day'),
  defaults: [{ value: '0.05%', source: ours }],
});

/** Terms of instalment plans, in months, and the names under which their fees are kept. */
export const planTerms: readonly number[] = [3, 6, 9, 12];

const planNames = ['3-months', '6-months', '9-months', '12-months'] as const;

/** The name under which the fee of a term is kept. */
export const planName = (term: number): (typeof planNames)[number] =>
  planNames[planTerms.indexOf(term)] ?? '12-months';

export const instalmentFeeRates = line.parameter('instalmentFeeRates', {
  doc: 'The fee of an instalment plan, a share of its amount, by term.',
  type: ratesType(planNames, false),
  defaults: [
    {
      value: { '3-months': '2.5%', '6-months': '4.5%', '9-months': '6.5%', '12-months': '8.8%' },
      source: `${terms}: huabei: instalment fees (C)`,
    },
  ],
});
