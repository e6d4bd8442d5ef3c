/**
 * What a rate is reset to.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../../kernel/values/dates.ts';
import { Exact } from '../exact.ts';
import type { RateReset } from './terms.ts';

/** What a market rate is on a day, a share a year; undefined if it isn't known. */
export type Observed = (market: string, on: Day) => Decimal | undefined;

/**
 * The rate from a reset on: market × multiplier + spread, first held within the most it may change at once, then between its
 * floor and cap for life (ACTUS technical specification, STF_RR_PAM).
 *
 * @param rate the rate until now, a share a year
 * @throws RangeError when the market rate isn't known
 */
export function resetRate(reset: RateReset, rate: Decimal, on: Day, observed: Observed): Decimal {
  const market = observed(reset.market, on);
  if (!market) throw new RangeError(`rate reset: ${reset.market} is not known on day ${on}`);
  const change = new Exact(market).times(reset.multiplier).plus(reset.spread).minus(rate);
  const step = held(change, reset.periodFloor, reset.periodCap);
  return held(rate.plus(step), reset.lifeFloor, reset.lifeCap);
}

function held(value: Decimal, floor: Decimal | undefined, cap: Decimal | undefined): Decimal {
  const above = floor ? Exact.max(value, floor) : value;
  return cap ? Exact.min(above, cap) : above;
}
