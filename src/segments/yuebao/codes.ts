/**
 * Codes of yuebao, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const insufficientUnits = declareCode(
  'INSUFFICIENT_UNITS',
  'funds',
  'the holder does not have as many units, on that date or a later one',
  'Subscribe, or ask for less.',
);
export const holdingCap = declareCode(
  'HOLDING_CAP',
  'funds',
  'the holding would be above the cap',
  'Subscribe less; see yuebao.holdingCap.',
);
export const quickLimit = declareCode(
  'QUICK_LIMIT',
  'funds',
  'above what a holder may redeem quickly in a day',
  'Redeem the rest as ordinary; see yuebao.quickRedemptionLimit.',
);
export const fundIlliquid = declareCode(
  'FUND_ILLIQUID',
  'funds',
  'the fund’s liquid part does not suffice, beside all that it owes',
  'Redeem as ordinary, or wait until assets mature.',
);
export const fundShort = declareCode(
  'FUND_SHORT',
  'funds',
  'an account of the fund would fall below zero',
  'This must not happen: report it.',
);
