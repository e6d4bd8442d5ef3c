/**
 * Parameters that every line that lends has, under its own name: funding, fees, arrears, leverage.
 *
 * @module
 */

import type { Parameter } from '../../kernel/contract/parameter.ts';
import {
  amountsType,
  daysType,
  idType,
  multipleType,
  type Named,
  ratesType,
  rateType,
} from '../../kernel/contract/parameter-types.ts';
import type { Line } from '../../kernel/contract/segment.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import { type Bucket, buckets } from './buckets.ts';
import { type Tier, tiers } from './tiers.ts';

/** Parameters of a line that lends. */
export interface LendingPolicy {
  readonly ownFundingShare: Parameter<Fraction>;
  readonly securitisedShare: Parameter<Fraction>;
  readonly subordinatedShare: Parameter<Fraction>;
  readonly partnerBank: Parameter<Named>;
  readonly technologyFeeRate: Parameter<Fraction>;
  readonly serviceFeeRate: Parameter<Fraction>;
  readonly seniorRate: Parameter<Fraction>;
  readonly lateFeeRate: Parameter<Fraction>;
  readonly provisionRates: Parameter<Readonly<Record<Bucket, Fraction>>>;
  readonly writeOffAfterDays: Parameter<number>;
  readonly leverageOnMax: Parameter<Fraction>;
  readonly leverageOffMax: Parameter<Fraction>;
  /** Shares of the sources of what is borrowed; together 100 %. */
  readonly fundingMix: Parameter<Readonly<Record<string, Fraction>>>;
  /** Interest a year on what is borrowed, by source. */
  readonly fundingRates: Parameter<Readonly<Record<string, Fraction>>>;
}

/** What a line says of its parameters. */
export interface LendingDefaults {
  readonly ownFundingShare: { readonly value: string; readonly source: string };
  readonly lateFeeRate: { readonly value: string; readonly source: string };
  readonly leverageOnMax: { readonly value: string; readonly source: string };
  readonly leverageOffMax: { readonly value: string; readonly source: string };
  readonly fundingMix: Readonly<Record<string, string>>;
  readonly fundingRates: Readonly<Record<string, string>>;
}

const ours = 'docs/segments/lending.md (C: a usual figure)';

/** Declares the parameters of a line. */
export function lendingPolicy(line: Line, defaults: LendingDefaults): LendingPolicy {
  const sources = Object.keys(defaults.fundingMix);
  return {
    ownFundingShare: line.parameter('ownFundingShare', {
      doc: 'The part of a draw that the lending company keeps on its own balance sheet.',
      type: rateType('none'),
      defaults: [defaults.ownFundingShare],
    }),
    securitisedShare: line.parameter('securitisedShare', {
      doc: 'Of what is not own: the part that goes to the vehicle; the rest is a partner bank’s.',
      type: rateType('none'),
      defaults: [{ value: '40%', source: ours }],
    }),
    subordinatedShare: line.parameter('subordinatedShare', {
      doc: 'The share of subordinated notes, which the lending company keeps.',
      type: rateType('none'),
      defaults: [{ value: '10%', source: ours }],
    }),
    partnerBank: line.parameter('partnerBank', {
      doc: 'The partner bank of debts that begin on a day.',
      type: idType,
      defaults: [{ value: 'bank-1', source: ours }],
    }),
    technologyFeeRate: line.parameter('technologyFeeRate', {
      doc: 'The platform’s share of the interest that a partner bank gets.',
      type: rateType('none'),
      defaults: [{ value: '30%', source: ours }],
    }),
    serviceFeeRate: line.parameter('serviceFeeRate', {
      doc: 'For servicing a pool, a year on its notes.',
      type: rateType('year'),
      defaults: [{ value: '1%', source: ours }],
    }),
    seniorRate: line.parameter('seniorRate', {
      doc: 'Interest a year on senior notes.',
      type: rateType('year'),
      defaults: [{ value: '4.5%', source: ours }],
    }),
    lateFeeRate: line.parameter('lateFeeRate', {
      doc: 'The late fee a day on overdue principal, as of the day on which a debt falls into arrears.',
      type: rateType('day'),
      defaults: [defaults.lateFeeRate],
    }),
    provisionRates: line.parameter('provisionRates', {
      doc: 'The provision for own principal, by bucket of arrears.',
      type: ratesType(buckets, false),
      defaults: [
        {
          value: { current: '1%', '1-30': '25%', '31-60': '50%', '61-90': '75%', 'over-90': '100%' },
          source: 'facts.md, terms: arrears and provision (C: a usual shape)',
        },
      ],
    }),
    writeOffAfterDays: line.parameter('writeOffAfterDays', {
      doc: 'A debt with as many days past due is written off at a close.',
      type: daysType(1, 3650),
      defaults: [{ value: 180, source: ours }],
    }),
    leverageOnMax: line.parameter('leverageOnMax', {
      doc: 'Most that the lending company borrows, as a multiple of its net assets.',
      type: multipleType,
      defaults: [defaults.leverageOnMax],
    }),
    leverageOffMax: line.parameter('leverageOffMax', {
      doc: 'Most senior notes of its pools, as a multiple of its net assets.',
      type: multipleType,
      defaults: [defaults.leverageOffMax],
    }),
    fundingMix: line.parameter('fundingMix', {
      doc: 'What is borrowed from each source.',
      type: ratesType(sources, true),
      defaults: [{ value: defaults.fundingMix, source: ours }],
    }),
    fundingRates: line.parameter('fundingRates', {
      doc: 'Interest a year on what is borrowed, by source.',
      type: ratesType(sources, false, 'year'),
      defaults: [{ value: defaults.fundingRates, source: ours }],
    }),
  };
}

/** Declares limits by tier of score. */
export const limitsByTier = (
  line: Line,
  name: string,
  doc: string,
  value: Readonly<Record<Tier, string>>,
  source: string,
): Parameter<Readonly<Record<Tier, bigint>>> =>
  line.parameter(name, { doc, type: amountsType(tiers), defaults: [{ value, source }] });

/** Declares prices a day by tier of score. */
export const pricesByTier = (
  line: Line,
  name: string,
  doc: string,
  value: Readonly<Record<Tier, string>>,
  source: string,
): Parameter<Readonly<Record<Tier, Fraction>>> =>
  line.parameter(name, { doc, type: ratesType(tiers, false, 'day'), defaults: [{ value, source }] });
