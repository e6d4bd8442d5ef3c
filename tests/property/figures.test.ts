/** Figures: splits sum to the whole, rates and money round-trip, roundings are what they say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  currencies,
  exponentOf,
  formatMoney,
  minorMax,
  minorMin,
  parseMoney,
} from '../../src/kernel/values/money.ts';
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

const seed = 20160301;
const runs = 300 * Number(process.env.FORMICARY_SEEDS ?? '1');
const holds = <T>(of: fc.Arbitrary<T>, property: (value: T) => void): void => {
  fc.assert(fc.property(of, property), { seed, numRuns: runs });
};

const minors = fc.bigInt({ min: 0n, max: minorMax });
/** Rates as they are written: so many hundredths of a hundredth of a per cent. */
const rates = fc
  .bigInt({ min: 0n, max: 1_000_000n })
  .map((tenThousandths) => fraction(tenThousandths, 1_000_000n));

describe('allocate', () => {
  const split = fc.tuple(
    minors,
    fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 12 })
      .filter((weights) => weights.some((weight) => weight > 0n)),
  );

  it('the parts sum to the whole', () => {
    holds(split, ([whole, weights]) => {
      expect(allocate(whole, weights).reduce((sum, part) => sum + part, 0n)).toBe(whole);
    });
  });

  it('each part is its exact share, rounded down or up by less than one; none has a part without a weight', () => {
    holds(split, ([whole, weights]) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0n);
      allocate(whole, weights).forEach((part, at) => {
        const weight = weights[at] ?? 0n;
        const off = part * total - whole * weight;
        expect(off > -total && off < total).toBe(true);
        if (weight === 0n) expect(part).toBe(0n);
      });
    });
  });

  it('who gets one more has the larger remainder, or stands earlier', () => {
    holds(split, ([whole, weights]) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0n);
      const parts = allocate(whole, weights);
      const rest = (at: number): bigint => (whole * (weights[at] ?? 0n)) % total;
      const more = (at: number): boolean => (parts[at] ?? 0n) > (whole * (weights[at] ?? 0n)) / total;
      for (const [a] of weights.entries()) {
        for (const [b] of weights.entries()) {
          if (more(a) && !more(b)) expect(rest(a) > rest(b) || (rest(a) === rest(b) && a < b)).toBe(true);
        }
      }
    });
  });
});

describe('money', () => {
  it('text and minor units round-trip in every currency, with every digit', () => {
    const amounts = fc.tuple(fc.bigInt({ min: minorMin, max: minorMax }), fc.constantFrom(...currencies));
    holds(amounts, ([minor, currency]) => {
      const text = formatMoney(minor, currency);
      expect(parseMoney(text)).toEqual({ minor, currency });
      const digits = exponentOf(currency) ?? 0;
      expect(text).toMatch(digits === 0 ? /^-?\d+ / : new RegExp(`^-?\\d+\\.\\d{${digits}} `));
    });
  });
});

describe('rates', () => {
  it('text and fraction round-trip, as per cent and as basis points', () => {
    holds(rates, (rate) => {
      expect(parseRate(formatRate(rate), 'none')).toEqual(rate);
      expect(parseRate(`${formatRate(rate)}/year`, 'year')).toEqual(rate);
      expect(parseFraction(fractionText(rate))).toEqual(rate);
    });
    holds(fc.integer({ min: 0, max: 10_000 }), (bp) => {
      expect(parseRate(`${bp}bp`, 'none')).toEqual(fraction(BigInt(bp), 10_000n));
    });
  });

  it('a share is the nearest whole figure, of two that are equally near the even one', () => {
    holds(fc.tuple(fc.bigInt({ min: minorMin, max: minorMax }), rates), ([minor, rate]) => {
      const rounded = share(minor, rate);
      const off = 2n * (rounded * rate.den - minor * rate.num);
      const size = off < 0n ? -off : off;
      expect(size <= rate.den).toBe(true);
      if (size === rate.den) expect(rounded & 1n).toBe(0n);
    });
  });

  it('so half of any figure is the even neighbour', () => {
    const halves = fc.tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.constantFrom(2n, 20n, 200n));
    holds(halves, ([whole, den]) => {
      const half = fraction(1n, den);
      const minor = (2n * whole + 1n) * (den / 2n);
      expect(share(minor, half)).toBe(whole % 2n === 0n ? whole : whole + 1n);
    });
  });

  it('a floored share is never more than the exact one, and less than one below it', () => {
    holds(fc.tuple(fc.bigInt({ min: minorMin, max: minorMax }), rates), ([minor, rate]) => {
      const short = minor * rate.num - shareFloored(minor, rate) * rate.den;
      expect(short >= 0n && short < rate.den).toBe(true);
    });
  });

  it('what accrues over days is booked to the last whole unit, and nothing is lost on the way', () => {
    const days = fc.tuple(fc.array(minors, { minLength: 1, maxLength: 40 }), rates);
    holds(days, ([balances, rate]) => {
      let carried = zeroFraction;
      let booked = 0n;
      let exact = zeroFraction;
      for (const balance of balances) {
        const day = accrue(balance, rate, carried);
        booked += day.booked;
        carried = day.carry;
        exact = addFractions(exact, fraction(balance * rate.num, rate.den * 365n));
        expect(compareFractions(carried, zeroFraction)).toBeGreaterThanOrEqual(0);
        expect(compareFractions(carried, fraction(1n, 1n))).toBeLessThan(0);
      }
      expect(addFractions(fraction(booked, 1n), carried)).toEqual(exact);
    });
  });
});
