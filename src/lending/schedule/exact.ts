/**
 * The decimals of the contract engine: 40 significant digits, rounded half to even. Contract terms and figures are made of
 * these, so no result depends on how another part of a program has set up decimal.js.
 *
 * @module
 */
import { Decimal } from 'decimal.js';

/** Significant digits of every operation. */
export const exactDigits = 40;

export const Exact = Decimal.clone({
  precision: exactDigits,
  rounding: Decimal.ROUND_HALF_EVEN,
  defaults: true,
});

export const zero: Decimal = new Exact(0);
export const one: Decimal = new Exact(1);
