/**
 * Parameters of zhima, with their defaults and where these come from.
 *
 * @module
 */

import { countType, daysType, moneyType, ratesType } from '../../kernel/contract/parameter-types.ts';
import { line } from './line.ts';
import { components } from './state.ts';

/** Scores lie between these, both included. */
export const scoreMin = 350;

export const scoreMax = 950;

const page = 'docs/segments/zhima.md (C)';

export const weights = line.parameter('weights', {
  doc: 'The share of the points that each component can bring.',
  type: ratesType(components, true),
  defaults: [
    {
      value: { payments: '30%', repayment: '35%', tenure: '15%', assets: '10%', relations: '10%' },
      source: page,
    },
  ],
});

export const fullPayments = line.parameter('fullPayments', {
  doc: 'With as many payments made the component is full.',
  type: countType(0, 1_000_000, 'payments'),
  defaults: [{ value: 60, source: page }],
});

export const fullTenureDays = line.parameter('fullTenureDays', {
  doc: 'As many days after a holder was first seen the component is full.',
  type: daysType(0, 36_500),
  defaults: [{ value: 1095, source: page }],
});

export const fullRelations = line.parameter('fullRelations', {
  doc: 'With as many distinct holders paid the component is full.',
  type: countType(0, 1_000_000, 'counterparties'),
  defaults: [{ value: 20, source: page }],
});

export const missedWeight = line.parameter('missedWeight', {
  doc: 'A debt that fell into arrears weighs as much as so many payments kept.',
  type: countType(0, 1_000, 'payments kept'),
  defaults: [{ value: 4, source: page }],
});

export const fullAssets = line.parameter('fullAssets', {
  doc: 'With as much in the wallet and in units of yuebao the component is full.',
  type: moneyType(),
  defaults: [{ value: '50000.00 CNY', source: page }],
});

export const scoreDay = line.parameter('scoreDay', {
  doc: 'Scores are computed at the close of this day of the month.',
  type: countType(1, 28, 'day of the month'),
  defaults: [{ value: 6, source: 'common knowledge of the product: scores come out on the 6th (C)' }],
});

export const queryFee = line.parameter('queryFee', {
  doc: 'What a partner pays to ask for a score.',
  type: moneyType(),
  defaults: [{ value: '0.50 CNY', source: page }],
});

export const waiverScore = line.parameter('waiverScore', {
  doc: 'The least score with which a deposit is waived.',
  type: countType(scoreMin, scoreMax, 'score'),
  defaults: [{ value: 650, source: 'facts.md, terms: zhima, range and tiers (C)' }],
});
