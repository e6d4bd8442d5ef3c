/** Rates and fractions: exact, every rounding said. (Properties: tests/property/figures.test.ts.) */
import { describe, expect, it } from 'vitest';
import {
  accrue,
  addFractions,
  compareFractions,
  formatRate,
  fraction,
  fractionText,
  parseFraction,
  parseRate,
  share,
  shareFloored,
  zeroFraction,
} from '../../src/kernel/values/rates.ts';

describe('rates as text', () => {
  it.each([
    ['0.6%', 3n, 500n],
    ['0.60 %', 3n, 500n],
    ['60bp', 3n, 500n],
    ['100%', 1n, 1n],
    ['0%', 0n, 1n],
    ['0', 0n, 1n],
    ['0.000000000000000001%', 1n, 10n ** 20n],
  ])('%s', (text, num, den) => {
    expect(parseRate(text, 'none')).toEqual({ num, den });
  });

  it('three spellings of one rate are one rate', () => {
    expect(parseRate('0.380%', 'none')).toEqual(parseRate('38bp', 'none'));
    expect(parseRate('0.38%', 'none')).toEqual(parseRate('38bp', 'none'));
  });

  it.each([
    ['100.0001%', 'none', /between 0 and 100 %/],
    ['-1%', 'none', /not a rate/],
    ['0.6', 'none', /names its unit/],
    ['.6%', 'none', /not a rate/],
    ['1e1%', 'none', /not a rate/],
    ['2%/year', 'none', /no period/],
    ['2%/day', 'year', /for a year/],
    ['2%/week', 'day', /for a day/],
    ['2%/fortnight', 'day', /not a rate/],
    ['', 'none', /not a rate/],
  ] as const)('%j for %s is none', (text, period, why) => {
    expect(parseRate(text, period)).toMatch(why);
  });

  it('a period may be said where it is the rate’s own', () => {
    expect(parseRate('3.65% / year', 'year')).toEqual(fraction(73n, 2000n));
  });

  it('are written as per cent, exactly', () => {
    expect(formatRate(fraction(3n, 500n))).toBe('0.6%');
    expect(formatRate(fraction(1n, 1n))).toBe('100%');
    expect(formatRate(zeroFraction)).toBe('0%');
    expect(formatRate(fraction(1n, 10n ** 20n))).toBe('0.000000000000000001%');
  });
});

describe('fractions', () => {
  it('are reduced, with a positive denominator', () => {
    expect(fraction(6n, -4n)).toEqual({ num: -3n, den: 2n });
    expect(fraction(0n, -7n)).toEqual({ num: 0n, den: 1n });
    expect(() => fraction(1n, 0n)).toThrow(RangeError);
  });

  it('add, compare and are written', () => {
    expect(addFractions(fraction(1n, 3n), fraction(1n, 6n))).toEqual(fraction(1n, 2n));
    expect(addFractions(fraction(1n, 4n), fraction(1n, 4n))).toEqual(fraction(1n, 2n));
    expect(compareFractions(fraction(1n, 3n), fraction(2n, 6n))).toBe(0);
    expect(compareFractions(fraction(1n, 3n), fraction(1n, 2n))).toBe(-1);
    expect(fractionText(fraction(40n, 73n))).toBe('40/73');
    expect(fractionText(fraction(4n, 2n))).toBe('2');
    expect(parseFraction('80/146')).toEqual(fraction(40n, 73n));
  });
});

describe('rounding', () => {
  it.each([
    [1n, 0n],
    [3n, 2n],
    [5n, 2n],
    [-1n, 0n],
    [-3n, -2n],
    [-5n, -2n],
  ])('half of %s goes to the even neighbour', (minor, rounded) => {
    expect(share(minor, fraction(1n, 2n))).toBe(rounded);
  });

  it('more or less than half goes to the nearer neighbour', () => {
    expect(share(100n, fraction(49n, 1000n))).toBe(5n);
    expect(share(100n, fraction(44n, 1000n))).toBe(4n);
    expect(share(-100n, fraction(49n, 1000n))).toBe(-5n);
    expect(share(-100n, fraction(44n, 1000n))).toBe(-4n);
  });

  it('floored goes down, below zero too', () => {
    expect(shareFloored(7n, fraction(1n, 2n))).toBe(3n);
    expect(shareFloored(-7n, fraction(1n, 2n))).toBe(-4n);
    expect(shareFloored(-8n, fraction(1n, 2n))).toBe(-4n);
  });
});

describe('accrue', () => {
  it('books whole units and carries the fraction', () => {
    const first = accrue(10_000n, fraction(2n, 100n), zeroFraction);
    expect(first).toEqual({ booked: 0n, carry: fraction(40n, 73n) });
    expect(accrue(10_000n, fraction(2n, 100n), first.carry)).toEqual({
      booked: 1n,
      carry: fraction(7n, 73n),
    });
  });

  it('goes by 365 days unless a contract says otherwise', () => {
    expect(accrue(36_500n, fraction(1n, 100n), zeroFraction).booked).toBe(1n);
    expect(accrue(36_500n, fraction(1n, 100n), zeroFraction, 360n)).toEqual({
      booked: 1n,
      carry: fraction(1n, 72n),
    });
  });
});
