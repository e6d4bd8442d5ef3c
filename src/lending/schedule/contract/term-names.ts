/**
 * The terms of a contract by the names of the ACTUS data dictionary: which a kind of contract has, and which need others beside them.
 *
 * @module
 */

/** The kinds of contracts that the engine knows. */
export const kinds = ['PAM', 'ANN', 'LAM', 'NAM', 'CLM'] as const;
export type Kind = (typeof kinds)[number];

/** Terms of every kind. */
const commonNames = [
  'contractType',
  'contractRole',
  'statusDate',
  'initialExchangeDate',
  'maturityDate',
  'notionalPrincipal',
  'premiumDiscountAtIED',
  'nominalInterestRate',
  'dayCountConvention',
  'endOfMonthConvention',
  'calendar',
  'businessDayConvention',
  'cycleAnchorDateOfInterestPayment',
  'cycleOfInterestPayment',
  'capitalizationEndDate',
  'accruedInterest',
  'cycleAnchorDateOfRateReset',
  'cycleOfRateReset',
  'marketObjectCodeOfRateReset',
  'rateMultiplier',
  'rateSpread',
  'nextResetRate',
  'lifeFloor',
  'lifeCap',
  'periodFloor',
  'periodCap',
  'purchaseDate',
  'priceAtPurchaseDate',
  'terminationDate',
  'priceAtTerminationDate',
] as const;
/** Terms of the kinds that are redeemed over time. */
const redemptionNames = [
  'cycleAnchorDateOfPrincipalRedemption',
  'cycleOfPrincipalRedemption',
  'nextPrincipalRedemptionPayment',
] as const;
/**
 * Terms that change no figure, and are passed over. Of a reset the published figures take the market rate of its own day even
 * where fixing days are two before (reference case ann16).
 */
export const passedOver: readonly string[] = [
  'contractID',
  'contractDealDate',
  'counterpartyID',
  'creatorID',
  'currency',
  'fixingDays',
];
/** Terms of the kinds that are not called. */
const scalingNames = [
  'scalingEffect',
  'marketObjectCodeOfScalingIndex',
  'scalingIndexAtContractDealDate',
  'notionalScalingMultiplier',
  'interestScalingMultiplier',
  'cycleAnchorDateOfScalingIndex',
  'cycleOfScalingIndex',
] as const;
/** Terms of the kinds whose interest may be counted on another amount than the principal. */
const baseNames = [
  'interestCalculationBase',
  'interestCalculationBaseAmount',
  'cycleAnchorDateOfInterestCalculationBase',
  'cycleOfInterestCalculationBase',
] as const;
export type Name =
  | (typeof commonNames)[number]
  | (typeof redemptionNames)[number]
  | (typeof scalingNames)[number]
  | (typeof baseNames)[number]
  | 'amortizationDate'
  | 'xDayNotice';

export const namesOf: Readonly<Record<Kind, readonly Name[]>> = {
  PAM: [...commonNames, ...scalingNames],
  ANN: [...commonNames, ...redemptionNames, ...scalingNames, 'amortizationDate', 'interestCalculationBase'],
  LAM: [...commonNames, ...redemptionNames, ...scalingNames, ...baseNames],
  NAM: [...commonNames, ...redemptionNames, ...scalingNames, ...baseNames],
  CLM: [...commonNames, 'xDayNotice'],
};

/** A term that says nothing without another. */
export const without: Readonly<Partial<Record<Name, Name>>> = {
  cycleAnchorDateOfPrincipalRedemption: 'cycleOfPrincipalRedemption',
  cycleAnchorDateOfRateReset: 'marketObjectCodeOfRateReset',
  cycleOfRateReset: 'marketObjectCodeOfRateReset',
  nextResetRate: 'marketObjectCodeOfRateReset',
  lifeFloor: 'marketObjectCodeOfRateReset',
  lifeCap: 'marketObjectCodeOfRateReset',
  periodFloor: 'marketObjectCodeOfRateReset',
  periodCap: 'marketObjectCodeOfRateReset',
  interestCalculationBaseAmount: 'interestCalculationBase',
  cycleAnchorDateOfInterestCalculationBase: 'interestCalculationBase',
  cycleOfInterestCalculationBase: 'interestCalculationBase',
  marketObjectCodeOfScalingIndex: 'scalingIndexAtContractDealDate',
  scalingIndexAtContractDealDate: 'scalingEffect',
  cycleAnchorDateOfScalingIndex: 'scalingEffect',
  cycleOfScalingIndex: 'scalingEffect',
  purchaseDate: 'priceAtPurchaseDate',
  terminationDate: 'priceAtTerminationDate',
};
