/**
 * Bounds of commands: the parameters that say them, and whether a book knows them.
 *
 * @module
 */

import { parameter } from '../contract/parameter.ts';
import { daysType, moneyType } from '../contract/parameter-types.ts';
import { policyTable, type State } from './state.ts';

/** How far beyond the first open day a date may lie. */
export const daysAheadMax = parameter('kernel.daysAheadMax', {
  doc: 'A date further than this beyond the first open day is refused.',
  type: daysType(1, 36_500),
  defaults: [{ value: 366, source: 'architecture: two clocks (a setting, not a figure of the business)' }],
});

/**
 * The most that a command may bring an account, or all accounts of a kind, to: ten times the money of the world, and a
 * ninth of what 64 bits hold. What closes add over the years has the rest.
 */
export const amountMax = parameter('kernel.amountMax', {
  doc: 'No command brings an account, or all accounts of a kind together, beyond it, in minor units of whatever currency.',
  type: moneyType(),
  defaults: [
    { value: '10000000000000000.00 CNY', source: 'a ninth of what 64 bits of minor units hold (a setting)' },
  ],
});

/**
 * Whether the commands that a state came from were held to the bounds. A book that was opened before there were any knows them
 * from the fact on with which a newer engine extends its policy.
 */
export const isBounded = (s: State): boolean => s.row(policyTable, amountMax.name) !== undefined;
