/**
 * The parts of a debt: what the lending company, a partner bank and the securitisation vehicle each have of it.
 *
 * @module
 */
import { allocate } from '../../kernel/values/money.ts';

/** Who has a part of a debt, in the order in which parts are listed. */
export const partNames = ['own', 'partner', 'vehicle'] as const;
export type PartName = (typeof partNames)[number];

/** A figure for each part: own, partner, vehicle. */
export type Parts = readonly [own: bigint, partner: bigint, vehicle: bigint];

export const noParts: Parts = [0n, 0n, 0n];

export const sumOf = ([own, partner, vehicle]: Parts): bigint => own + partner + vehicle;

export const plus = (a: Parts, b: Parts): Parts => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const minus = (a: Parts, b: Parts): Parts => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const times = (parts: Parts, by: bigint): Parts => [parts[0] * by, parts[1] * by, parts[2] * by];

export const isNothing = ([own, partner, vehicle]: Parts): boolean =>
  own === 0n && partner === 0n && vehicle === 0n;

const atLeastZero = (minor: bigint): bigint => (minor > 0n ? minor : 0n);

/**
 * Splits a whole by what each part weighs, to the minor unit (largest remainder; ties: own, partner, vehicle). A weight below
 * zero counts as zero.
 */
export function split(whole: bigint, weights: Parts): Parts {
  if (whole === 0n) return noParts;
  const [own, partner, vehicle] = weights;
  // One part alone has it all: the common case of a line that funds itself.
  if (partner === 0n && vehicle === 0n && own > 0n) return [whole, 0n, 0n];
  const parts = allocate(whole, [atLeastZero(own), atLeastZero(partner), atLeastZero(vehicle)]);
  return [parts[0] ?? 0n, parts[1] ?? 0n, parts[2] ?? 0n];
}
