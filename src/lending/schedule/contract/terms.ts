/**
 * What a loan contract says, in the terms of the ACTUS data dictionary (ACTUS Financial Research Foundation), parsed.
 *
 * Amounts are in units of one currency, rates are shares a year; both are decimals. Dates are calendar days.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../../kernel/values/dates.ts';
import type { BusinessDays, Cycle, EndOfMonth, Moment } from '../calendar.ts';
import type { DayCount } from '../day-count.ts';

/** Dates that recur from an anchor. */
export interface Recurrence {
  readonly anchor: Day;
  /** The first date is a turn after the anchor, not the anchor itself: the anchor gives the day of the month alone. */
  readonly afterAnchor?: true;
  /** Without it: on the anchor alone. */
  readonly cycle?: Cycle;
}

/** When and how much principal is paid back. */
export interface Redemption extends Recurrence {
  readonly cycle: Cycle;
  /**
   * What is paid each time: of LAM principal, of ANN and NAM principal and interest together. Without it LAM pays equal
   * parts and ANN the level payment that ends at zero; NAM needs it.
   */
  readonly payment?: Decimal;
}

/** How the rate is set anew: market rate × multiplier + spread, held between floors and caps. */
export interface RateReset extends Recurrence {
  /** The name of the market rate that is asked for. */
  readonly market: string;
  readonly multiplier: Decimal;
  readonly spread: Decimal;
  /** The rate of the first reset, agreed beforehand; it is taken as it is. */
  readonly nextRate?: Decimal;
  readonly lifeFloor?: Decimal;
  readonly lifeCap?: Decimal;
  /** The most the rate falls (a negative number) and rises at one reset. */
  readonly periodFloor?: Decimal;
  readonly periodCap?: Decimal;
}

/** What interest is counted on: another amount than the principal outstanding. */
export interface InterestBase {
  /** The amount, with the sign of a principal. */
  readonly amount: Decimal;
  /** When it becomes the principal of then; without it the amount stays. */
  readonly fixed?: Recurrence;
}

/** How payments follow an index: its value ÷ its value at the deal is a factor of what they apply to. */
export interface Scaling extends Recurrence {
  readonly market: string;
  /** The index at the deal. */
  readonly dealt: Decimal;
  /** Whether interest and principal are scaled, and their factors until the first date. */
  readonly interest?: Decimal;
  readonly principal?: Decimal;
}

/** What every kind of contract says. */
export interface CommonTerms {
  /** RPA: the holder lends and receives what is paid. RPL: the holder borrows. */
  readonly role: 'RPA' | 'RPL';
  /** The day these terms are as of: what lies before it has happened and isn't told again. */
  readonly statusDay: Day;
  readonly initialExchange: Day;
  /** Notional principal, more than zero; once exchanged, what of it is outstanding on the status day. */
  readonly principal: Decimal;
  /** What is exchanged beyond the principal at the start: premium above zero, discount below. */
  readonly premiumDiscount?: Decimal;
  readonly rate: Decimal;
  readonly dayCount: DayCount;
  readonly endOfMonth: EndOfMonth;
  /** How dates move to business days; without it every day is one. */
  readonly businessDays?: BusinessDays;
  /**
   * When interest is due. Without it: at maturity; of ANN and NAM at each redemption. Interest of CLM is added to the
   * principal on these dates.
   */
  readonly interest?: Recurrence;
  /** Interest due until this day, it included, is added to the principal instead of paid. */
  readonly capitalisedUntil?: Day;
  /** Interest that has accrued at the status day, or at the exchange if that is later. */
  readonly accrued?: Decimal;
  readonly reset?: RateReset;
  /** Without it interest is counted on the principal outstanding. */
  readonly interestBase?: InterestBase;
  readonly scaling?: Scaling;
  /** The holder buys the contract: what lies before isn't the holder's. Accrued interest is paid beside the price. */
  readonly purchase?: { readonly on: Day; readonly price: Decimal };
  /** The holder sells the contract, or it is settled early. Accrued interest is paid beside the price. */
  readonly termination?: { readonly at: Moment; readonly price: Decimal };
}

/** Principal at maturity: all of it at the end. */
export interface BulletTerms extends CommonTerms {
  readonly kind: 'PAM';
  readonly maturity: Moment;
}

/** Annuity: level payments of principal and interest. */
export interface AnnuityTerms extends CommonTerms {
  readonly kind: 'ANN';
  readonly redemption: Redemption;
  /** When all that is left is paid. Without it: the amortisation date; without that, when the payments have repaid all. */
  readonly maturity?: Moment;
  /** When level payments would come to zero; the maturity if not said, and not before it. */
  readonly amortisation?: Moment;
}

/** Linear amortisation: equal parts of principal, and interest beside them. */
export interface LinearTerms extends CommonTerms {
  readonly kind: 'LAM';
  readonly redemption: Redemption;
  /** Without it: when the payments have repaid all. */
  readonly maturity?: Moment;
}

/** Negative amortisation: a payment that goes to interest first; interest beyond it is added to the principal. */
export interface NegativeTerms extends CommonTerms {
  readonly kind: 'NAM';
  readonly redemption: Redemption & { readonly payment: Decimal };
  /** Without it: when the payments have repaid all, which they must. */
  readonly maturity?: Moment;
}

/** Call money: no end is agreed; it is paid back with its interest when it is called, and notice was given. */
export interface CallTerms extends CommonTerms {
  readonly kind: 'CLM';
  /** The day it is paid back, where that is known from the start. */
  readonly maturity?: Moment;
  /** The day it was called, and the one it is paid back on. From the call on no interest accrues. */
  readonly call?: { readonly on: Day; readonly settled: Day };
}

export type ContractTerms = BulletTerms | AnnuityTerms | LinearTerms | NegativeTerms | CallTerms;
