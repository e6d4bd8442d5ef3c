/** Plans in minor units: figures worked by hand, and what always holds of a plan. */
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, formatDay } from '../../../src/kernel/values/dates.ts';
import { type Fraction, fraction, zeroFraction } from '../../../src/kernel/values/rates.ts';
import {
  dueDaysOf,
  effectiveDailyRate,
  type Instalment,
  instalmentsMax,
  type PlanTerms,
  planInstalments,
  repaymentMethods,
} from '../../../src/lending/schedule/plan.ts';

const Precise = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });
const decimal = (of: bigint): Decimal => new Precise(of.toString());
const rateOf = ({ num, den }: Fraction): Decimal => decimal(num).div(decimal(den));

const start = dayOf('2016-01-31');
const lines = (plan: readonly Instalment[]): string[] =>
  plan.map(({ on, principal, interest }) => `${formatDay(on)} ${principal} ${interest}`);

describe('plans worked by hand', () => {
  // 0.05 % a day; 2016-02-29 is 29 days on, 2016-03-31 another 31, 2016-04-30 another 30.
  const dailyRate = fraction(5n, 10_000n);
  const dueDays = dueDaysOf(start, 3);

  it('takes equal parts of principal, the last with the remainder', () => {
    // 1000.00 × 29 × 0.0005 = 14.50; 666.67 × 31 × 0.0005 = 10.333385; 333.34 × 30 × 0.0005 = 5.0001, with 0.003385 carried
    expect(
      lines(planInstalments({ principal: 100_000n, dailyRate, method: 'equal-principal', start, dueDays })),
    ).toEqual(['2016-02-29 33333 1450', '2016-03-31 33333 1033', '2016-04-30 33334 500']);
  });

  it('takes interest alone until the last', () => {
    expect(
      lines(planInstalments({ principal: 100_000n, dailyRate, method: 'interest-only', start, dueDays })),
    ).toEqual(['2016-02-29 0 1450', '2016-03-31 0 1550', '2016-04-30 100000 1500']);
  });

  it('takes all at the end', () => {
    expect(
      lines(
        planInstalments({
          principal: 100_000n,
          dailyRate,
          method: 'bullet',
          start,
          dueDays: dueDays.slice(-1),
        }),
      ),
    ).toEqual(['2016-04-30 100000 4500']);
  });

  it('takes level payments, the last with the remainder', () => {
    // Factors 1/1.0145, × 1/1.0155, × 1/1.015: 0.985707…, 0.970662…, 0.956317…; 1000 / 2.912686… = 343.33
    expect(
      lines(planInstalments({ principal: 100_000n, dailyRate, method: 'annuity', start, dueDays })),
    ).toEqual(['2016-02-29 32883 1450', '2016-03-31 33293 1040', '2016-04-30 33824 507']);
  });

  it('carries the fraction of interest to the next due day', () => {
    // 100 × 1/3000 × 1 day is a thirtieth of a minor unit a day: 0.9 after 27 days, 1.8 after 54.
    const days = [start + 27, start + 54];
    expect(
      planInstalments({
        principal: 100n,
        dailyRate: fraction(1n, 3000n),
        method: 'interest-only',
        start,
        dueDays: days,
      }).map(({ interest }) => interest),
    ).toEqual([0n, 1n]);
  });

  it('rounds a level payment without interest half to even', () => {
    const of = (principal: bigint) =>
      planInstalments({
        principal,
        dailyRate: zeroFraction,
        method: 'annuity',
        start,
        dueDays: [start + 1, start + 2],
      }).map((each) => each.principal);
    expect(of(5n)).toEqual([2n, 3n]);
    expect(of(7n)).toEqual([4n, 3n]);
    expect(of(1n)).toEqual([0n, 1n]);
  });
});

describe('due days', () => {
  it.each([
    ['2016-01-31', ['2016-02-29', '2016-03-31', '2016-04-30']],
    ['2015-01-31', ['2015-02-28', '2015-03-31', '2015-04-30']],
    ['2015-11-30', ['2015-12-30', '2016-01-30', '2016-02-29']],
    ['2015-12-15', ['2016-01-15', '2016-02-15', '2016-03-15']],
    ['0001-01-29', ['0001-02-28', '0001-03-29', '0001-04-29']],
  ])('after %s', (from, then) => {
    expect(dueDaysOf(dayOf(from), 3).map(formatDay)).toEqual(then);
  });

  it.each([0, -1, 1.5, Number.NaN, instalmentsMax + 1])('refuses %s months', (months) => {
    expect(() => dueDaysOf(start, months)).toThrow(RangeError);
  });

  it('refuses days beyond the calendar', () => {
    expect(() => dueDaysOf(dayOf('9999-11-30'), 2)).toThrow(RangeError);
    expect(dueDaysOf(dayOf('9999-11-30'), 1).map(formatDay)).toEqual(['9999-12-30']);
  });
});

describe('refused', () => {
  const good: PlanTerms = {
    principal: 100n,
    dailyRate: zeroFraction,
    method: 'annuity',
    start,
    dueDays: [start + 1, start + 2],
  };
  it.each([
    ['a negative principal', { principal: -1n }],
    ['a negative rate', { dailyRate: { num: -1n, den: 3n } }],
    ['no due days', { dueDays: [] }],
    ['too many due days', { dueDays: Array.from({ length: instalmentsMax + 1 }, (_, at) => start + 1 + at) }],
    ['a due day at the start', { dueDays: [start] }],
    ['a due day twice', { dueDays: [start + 1, start + 1] }],
    ['two due days of a bullet loan', { method: 'bullet' as const }],
  ])('%s', (_, wrong) => {
    expect(() => planInstalments({ ...good, ...wrong })).toThrow(RangeError);
  });

  it('an effective rate of payments that repay too little, or out of order', () => {
    const of = (principal: bigint, ons: readonly number[]) => () =>
      effectiveDailyRate(
        principal,
        start,
        ons.map((on) => ({ on, principal: 50n, interest: 0n })),
      );
    expect(of(100n, [start + 1, start + 2])).not.toThrow();
    expect(of(101n, [start + 1, start + 2])).toThrow(RangeError);
    expect(of(0n, [start + 1, start + 2])).toThrow(RangeError);
    expect(of(100n, [start + 2, start + 1])).toThrow(RangeError);
    expect(of(100n, [start, start + 1])).toThrow(RangeError);
  });
});

/** Rates from none to 1 % a day, with few and with many digits, and of a year divided by its days. */
const rates: fc.Arbitrary<Fraction> = fc.oneof(
  fc.constant(zeroFraction),
  fc.bigInt(0n, 100n).map((num) => fraction(num, 10_000n)),
  fc.bigInt(0n, 36_500n).map((num) => fraction(num, 3_650_000n)),
  fc.bigInt(0n, 10n ** 18n).map((num) => fraction(num, 10n ** 20n)),
);
const principals = fc.oneof(fc.bigInt(1n, 100n), fc.bigInt(1n, 10n ** 7n), fc.bigInt(1n, 10n ** 15n));
const terms: fc.Arbitrary<PlanTerms> = fc
  .tuple(fc.constantFrom(...repaymentMethods), fc.integer({ min: 1, max: 60 }), fc.boolean())
  .chain(([method, count, monthly]) =>
    fc.record({
      method: fc.constant(method),
      principal: principals,
      dailyRate: rates,
      start: fc.constant(start),
      dueDays: monthly
        ? fc.constant(dueDaysOf(start, count).slice(method === 'bullet' ? -1 : 0))
        : fc
            .array(fc.integer({ min: 1, max: 200 }), {
              minLength: method === 'bullet' ? 1 : count,
              maxLength: method === 'bullet' ? 1 : count,
            })
            .map((gaps) => {
              let on = start;
              return gaps.map((gap) => {
                on += gap;
                return on;
              });
            }),
    }),
  );

const runs = { numRuns: 300 };

describe('what always holds of a plan', () => {
  it('pays on the due days, nothing below zero, and the principal in all', () => {
    fc.assert(
      fc.property(terms, (given) => {
        const plan = planInstalments(given);
        expect(plan.map(({ on }) => on)).toEqual(given.dueDays);
        expect(plan.every(({ principal, interest }) => principal >= 0n && interest >= 0n)).toBe(true);
        expect(plan.reduce((sum, { principal }) => sum + principal, 0n)).toBe(given.principal);
      }),
      runs,
    );
  });

  it('ends a loan that is repaid on its due days at zero, with no whole unit of interest left', () => {
    fc.assert(
      fc.property(terms, (given) => {
        const rate = given.dailyRate;
        let left = given.principal;
        let accrued = zeroFraction;
        let due = 0;
        const plan = planInstalments(given);
        for (let day = given.start + 1; day <= (given.dueDays.at(-1) ?? 0); day += 1) {
          accrued = fraction(accrued.num * rate.den + left * rate.num * accrued.den, accrued.den * rate.den);
          const now = plan[due];
          if (now?.on !== day) continue;
          due += 1;
          expect(now.interest).toBe(accrued.num / accrued.den);
          accrued = fraction(accrued.num - now.interest * accrued.den, accrued.den);
          expect(now.principal).toBeLessThanOrEqual(left);
          left -= now.principal;
        }
        expect(left).toBe(0n);
        expect(due).toBe(plan.length);
      }),
      { numRuns: 60 },
    );
  });

  it('pays the level payment of the formula in decimals, as far as there is principal to pay', () => {
    fc.assert(
      fc.property(terms, (of) => {
        const given: PlanTerms = { ...of, method: 'annuity' };
        const rate = rateOf(given.dailyRate);
        let factor = new Precise(1);
        let sum = new Precise(0);
        for (const [at, on] of given.dueDays.entries()) {
          factor = factor.div(rate.times(on - (given.dueDays[at - 1] ?? given.start)).plus(1));
          sum = sum.plus(factor);
        }
        const level = BigInt(
          decimal(given.principal).div(sum).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN).toFixed(0),
        );
        let left = given.principal;
        for (const { principal, interest } of planInstalments(given).slice(0, -1)) {
          const wanted = level > interest ? level - interest : 0n;
          expect(principal).toBe(wanted < left ? wanted : left);
          left -= principal;
        }
      }),
      runs,
    );
  });

  it('costs the stated rate, less what flooring leaves', () => {
    // Of the fraction c₍ₖ₎ < 1 carried past due day k only its discount until the next is lost, and what is left over at the
    // end: at the stated rate the plan is worth the principal less at most the first discount factor. Worth is convex in
    // the rate, so the effective rate lies below the stated one by at most that over the slope at the stated rate.
    fc.assert(
      fc.property(terms, (given) => {
        const stated = rateOf(given.dailyRate);
        const plan = planInstalments(given);
        let factor = new Precise(1);
        let fall = new Precise(0);
        let slope = new Precise(0);
        let first: Decimal | undefined;
        let from = given.start;
        for (const { on, principal, interest } of plan) {
          const growth = stated.times(on - from).plus(1);
          factor = factor.div(growth);
          first ??= factor;
          fall = fall.plus(new Precise(on - from).div(growth));
          slope = slope.plus(factor.times(decimal(principal + interest)).times(fall));
          from = on;
        }
        const below = stated.minus(effectiveDailyRate(given.principal, given.start, plan));
        expect(below.gte('-1e-38')).toBe(true);
        expect(below.lte((first ?? new Precise(0)).div(slope).plus('1e-38'))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is the rate itself where nothing is rounded', () => {
    // 10 000.00 at 0.01 % a day, a whole 1.00 each day
    const plan = planInstalments({
      principal: 1_000_000n,
      dailyRate: fraction(1n, 10_000n),
      method: 'interest-only',
      start,
      dueDays: dueDaysOf(start, 12),
    });
    expect(effectiveDailyRate(1_000_000n, start, plan).minus('0.0001').abs().lt('1e-40')).toBe(true);
  });

  it('pays no interest at a rate of zero, and the effective rate is zero', () => {
    fc.assert(
      fc.property(terms, (of) => {
        const plan = planInstalments({ ...of, dailyRate: zeroFraction });
        expect(plan.every(({ interest }) => interest === 0n)).toBe(true);
        expect(effectiveDailyRate(of.principal, of.start, plan).isZero()).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
