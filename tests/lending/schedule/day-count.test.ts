/** Day counts, by the examples of their definitions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/kernel/values/dates.ts';
import { type DayCount, dayCounts, yearFraction } from '../../../src/lending/schedule/day-count.ts';
import { Exact } from '../../../src/lending/schedule/exact.ts';

const of = (by: DayCount, from: string, to: string, maturity?: string): string =>
  yearFraction(by, dayOf(from), dayOf(to), maturity === undefined ? undefined : dayOf(maturity))
    .times(360 * 365 * 366)
    .toDecimalPlaces(20)
    .toString();
const parts = (days: number, by: 360 | 365 | 366): string => String(days * ((360 * 365 * 366) / by));

describe('share of a year', () => {
  it.each<[DayCount, string, string, string]>([
    ['A360', '2013-01-01', '2014-01-01', parts(365, 360)],
    ['A365', '2016-01-01', '2017-01-01', parts(366, 365)],
    ['AA', '2016-01-01', '2017-01-01', parts(366, 366)],
    ['30E360', '2013-01-31', '2013-02-28', parts(28, 360)],
    ['30E360', '2013-02-28', '2013-03-31', parts(32, 360)],
    ['30E360', '2013-01-30', '2013-01-31', '0'],
    ['30E360', '2012-12-31', '2013-12-31', parts(360, 360)],
    ['30E360ISDA', '2013-01-31', '2013-02-28', parts(30, 360)],
    ['30E360ISDA', '2013-02-28', '2013-03-31', parts(30, 360)],
    ['30E360ISDA', '2016-02-28', '2016-03-31', parts(32, 360)],
  ])('%s from %s to %s', (by, from, to, share) => {
    expect(of(by, from, to)).toBe(share);
  });

  it('counts days of a common and of a leap year apart', () => {
    // 2003-11-01 to 2004-05-01: 61 days of 2003, 121 of 2004 (ISDA, "The actual/actual day count fraction", 1999)
    expect(
      yearFraction('AA', dayOf('2003-11-01'), dayOf('2004-05-01'))
        .minus(new Exact(61).div(365))
        .minus(new Exact(121).div(366))
        .abs()
        .lt('1e-38'),
    ).toBe(true);
  });

  it('keeps the end of a February that is the maturity', () => {
    expect(of('30E360ISDA', '2013-01-31', '2013-02-28', '2013-02-28')).toBe(parts(28, 360));
  });

  it('is nothing from a day to itself, and turns its sign with the days', () => {
    const day = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(fc.constantFrom(...dayCounts), day, day, (by, a, b) => {
        expect(yearFraction(by, a, a).isZero()).toBe(true);
        expect(
          yearFraction(by, a, b)
            .plus(yearFraction(by, b, a))
            .abs()
            .lt('1e-35'),
        ).toBe(true);
      }),
    );
  });
});
