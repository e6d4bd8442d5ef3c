/**
 * What the fund's assets earn over the year, published every Monday. Levels are chosen so that the fund's seven-day yield after
 * fees stays within 2.3–4.2 %, lowest in late summer and rising towards the year's end; they are no quotations.
 *
 * @module
 */
import { type Day, dayOf } from '../../src/kernel/values/dates.ts';
import type { Dice } from './dice.ts';

/** Basis points a year on some days; in between they move in a straight line. */
const levels: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  [
    '2016-01-01',
    { 'deposit-1m': 305, 'deposit-3m': 330, 'deposit-long': 362, bond: 370, insurance: 460, other: 200 },
  ],
  [
    '2016-04-01',
    { 'deposit-1m': 282, 'deposit-3m': 308, 'deposit-long': 345, bond: 345, insurance: 445, other: 200 },
  ],
  [
    '2016-06-30',
    { 'deposit-1m': 290, 'deposit-3m': 305, 'deposit-long': 338, bond: 340, insurance: 440, other: 195 },
  ],
  [
    '2016-08-29',
    { 'deposit-1m': 272, 'deposit-3m': 298, 'deposit-long': 330, bond: 322, insurance: 430, other: 190 },
  ],
  [
    '2016-10-31',
    { 'deposit-1m': 285, 'deposit-3m': 310, 'deposit-long': 335, bond: 328, insurance: 430, other: 195 },
  ],
  [
    '2016-12-31',
    { 'deposit-1m': 420, 'deposit-3m': 405, 'deposit-long': 392, bond: 395, insurance: 455, other: 215 },
  ],
];

export const classes = Object.keys(levels[0]?.[1] ?? {});

/** Rate of a class on a day, a few basis points off the line. */
export function publishedRate(d: Dice, asset: string, day: Day): string {
  const after = levels.findIndex(([on]) => dayOf(on) >= day);
  const [later, high] = levels[after] ?? ['', {}];
  const [earlier, low] = levels[after - 1] ?? [later, high];
  const from = low[asset] ?? 0;
  const to = high[asset] ?? 0;
  const length = dayOf(later) - dayOf(earlier);
  const gone = length === 0 ? 1 : (day - dayOf(earlier)) / length;
  const basisPoints = Math.floor(from + (to - from) * gone) + d.whole(-4, 4);
  return `${Math.floor(basisPoints / 100)}.${String(basisPoints % 100).padStart(2, '0')}%`;
}
