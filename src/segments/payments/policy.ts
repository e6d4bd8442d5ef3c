/**
 * Parameters of payments, with their defaults and where these come from.
 *
 * @module
 */

import { daysType, moneyType, rateType, yesNoType } from '../../kernel/contract/parameter-types.ts';
import { line } from './line.ts';

const terms = 'facts.md, terms: defaults for parameters';

export const merchantFeeRate = line.parameter('merchantFeeRate', {
  doc: 'The merchant’s fee, a share of what is confirmed; by merchant where agreed otherwise.',
  type: rateType('none'),
  keyed: true,
  defaults: [{ value: '0.6%', source: `${terms} (C: list price; large merchants 0.38–0.55 %)` }],
});

export const refundReturnsFee = line.parameter('refundReturnsFee', {
  doc: 'Whether the fee on a refunded part is returned to the merchant.',
  type: yesNoType,
  defaults: [{ value: 'yes', source: 'commands.md, settled points (C)' }],
});

export const confirmAfterDays = line.parameter('confirmAfterDays', {
  doc: 'A payment in escrow confirms itself at the first close this many days after its date.',
  type: daysType(0, 3650),
  defaults: [{ value: 10, source: `${terms} (C)` }],
});

export const withdrawalFeeRate = line.parameter('withdrawalFeeRate', {
  doc: 'The fee on what a withdrawal exceeds the free allowance by.',
  type: rateType('none'),
  defaults: [
    { value: '0%', source: `${terms} (C)` },
    { from: '2016-10-12', value: '0.1%', source: `${terms} (C)` },
  ],
});

export const withdrawalFreeAllowance = line.parameter('withdrawalFreeAllowance', {
  doc: 'What a holder may withdraw for life without a fee, counted while the rate is above zero.',
  type: moneyType(),
  defaults: [{ value: '20000.00 CNY', source: `${terms} (C)` }],
});

export const withdrawalFeeMin = line.parameter('withdrawalFeeMin', {
  doc: 'The least fee once any of a withdrawal is above the allowance.',
  type: moneyType(),
  defaults: [{ value: '0.10 CNY', source: `${terms} (C)` }],
});

export const cardCostRate = line.parameter('cardCostRate', {
  doc: 'What the bank takes of a card payment, at the payment’s date.',
  type: rateType('none'),
  defaults: [{ value: '0.15%', source: `${terms} (C: 0.1–0.2 %)` }],
});

export const floatRate = line.parameter('floatRate', {
  doc: 'Interest a year on customers’ money at banks.',
  type: rateType('year'),
  defaults: [
    { value: '2%', source: `${terms} (S/C: about 1.5–3 %)` },
    {
      from: '2019-01-14',
      value: '0%',
      source: 'source: reserves at the central bank, all of them, without interest (S)',
    },
  ],
});
