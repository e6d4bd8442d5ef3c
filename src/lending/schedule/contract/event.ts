/**
 * Events of a loan contract, as ACTUS names them.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Moment } from '../calendar.ts';

/**
 * The types, in the order in which events of the same moment happen: initial exchange, principal redemption, call of call money,
 * interest payment, interest capitalised, rate reset to a rate agreed, rate reset to the market, payment set anew, purchase,
 * termination, scaling to an index, interest base fixed, maturity, settlement of what was called (ACTUS technical specification,
 * "event sequence").
 */
export const eventTypes = [
  'IED',
  'PR',
  'XD',
  'IP',
  'IPCI',
  'RRF',
  'RR',
  'PRF',
  'PRD',
  'TD',
  'SC',
  'IPCB',
  'MD',
  'STD',
] as const;
export type EventType = (typeof eventTypes)[number];

/** An event, what it pays, and the contract right after it. */
export interface ContractEvent {
  readonly date: Moment;
  readonly type: EventType;
  /** What the holder receives; below zero what the holder pays. */
  readonly payoff: Decimal;
  /** Outstanding principal; below zero if the holder owes it. */
  readonly principal: Decimal;
  /** Share a year. */
  readonly rate: Decimal;
  /** Interest accrued and not yet paid, with the sign of the principal. */
  readonly accrued: Decimal;
}
