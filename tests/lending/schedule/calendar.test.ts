/** Cycles, stubs, month ends and business days. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, formatDay } from '../../../src/kernel/values/dates.ts';
import {
  addMonths,
  type BusinessDays,
  type Cycle,
  cycleDates,
  cycleDatesMax,
  dayInMonth,
  type EndOfMonth,
  endOf,
  parseCycle,
  rollDay,
  startOf,
} from '../../../src/lending/schedule/calendar.ts';

function cycle(text: string): Cycle {
  const parsed = parseCycle(text);
  if (typeof parsed === 'string') throw new RangeError(parsed);
  return parsed;
}

const dates = (anchor: string, text: string, end: string, endOfMonth: EndOfMonth = 'same-day'): string[] =>
  cycleDates(dayOf(anchor), cycle(text), endOfMonth, startOf(dayOf(end))).map(formatDay);

describe('cycles', () => {
  it.each([
    ['P1ML0', { count: 1, unit: 'month', stub: 'long' }],
    ['P2QL1', { count: 6, unit: 'month', stub: 'short' }],
    ['P1HL1', { count: 6, unit: 'month', stub: 'short' }],
    ['P1YL0', { count: 12, unit: 'month', stub: 'long' }],
    ['P2WL1', { count: 14, unit: 'day', stub: 'short' }],
    ['P29DL0', { count: 29, unit: 'day', stub: 'long' }],
  ])('%s', (text, made) => {
    expect(parseCycle(text)).toEqual(made);
  });

  it.each(['', 'P0ML0', 'P1M', 'P1ML2', '1ML0', 'P1SL0', 'P1ML0 '])('refuses "%s"', (text) => {
    expect(parseCycle(text)).toBe(`not a cycle: ${text}`);
  });

  it('end before the end of the contract, which is a date of its own', () => {
    expect(dates('2013-01-15', 'P1ML0', '2013-03-15')).toEqual(['2013-01-15', '2013-02-15']);
  });

  it('make the last one long by dropping the date before, or leave a short one', () => {
    expect(dates('2013-01-15', 'P1ML0', '2013-03-20')).toEqual(['2013-01-15', '2013-02-15']);
    expect(dates('2013-01-15', 'P1ML1', '2013-03-20')).toEqual(['2013-01-15', '2013-02-15', '2013-03-15']);
    expect(dates('2013-01-15', 'P1ML0', '2013-01-20')).toEqual(['2013-01-15']);
  });

  it('hold a date on the day that ends later than it', () => {
    const short = cycleDates(10, cycle('P5DL1'), 'same-day', endOf(20));
    expect(short).toEqual([10, 15, 20]);
    expect(cycleDates(10, cycle('P5DL0'), 'same-day', endOf(20))).toEqual([10, 15]);
  });

  it('keep the day of the anchor, not that of a shorter month', () => {
    expect(dates('2013-01-31', 'P1ML1', '2013-05-01')).toEqual([
      '2013-01-31',
      '2013-02-28',
      '2013-03-31',
      '2013-04-30',
    ]);
  });

  it('stay at the end of the month only from an anchor that is one', () => {
    expect(dates('2013-02-28', 'P1ML1', '2013-05-01', 'month-end')).toEqual([
      '2013-02-28',
      '2013-03-31',
      '2013-04-30',
    ]);
    expect(dates('2013-02-28', 'P1ML1', '2013-05-01')).toEqual(['2013-02-28', '2013-03-28', '2013-04-28']);
    expect(dates('2013-02-27', 'P1ML1', '2013-04-01', 'month-end')).toEqual(['2013-02-27', '2013-03-27']);
  });

  it('have a limit', () => {
    expect(cycleDates(0, cycle('P1DL1'), 'same-day', startOf(cycleDatesMax))).toHaveLength(cycleDatesMax);
    expect(() => cycleDates(0, cycle('P1DL1'), 'same-day', startOf(cycleDatesMax + 1))).toThrow(RangeError);
  });
});

describe('months', () => {
  it('take any number, forth and back', () => {
    expect(formatDay(addMonths(dayOf('2016-03-31'), -1))).toBe('2016-02-29');
    expect(formatDay(addMonths(dayOf('2016-11-30'), 3))).toBe('2017-02-28');
    expect(formatDay(dayInMonth(2015, 14, 31))).toBe('2016-02-29');
  });

  it('add up, away from the ends of months', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: -500, max: 500 }),
        (date, a, b) => {
          const from = dayInMonth(2000, 1, date);
          expect(addMonths(addMonths(from, a), b)).toBe(addMonths(from, a + b));
        },
      ),
    );
  });
});

describe('business days', () => {
  // 2013-03-30 and 2013-06-01 are Saturdays.
  it.each<[BusinessDays['roll'], string, string]>([
    ['following', '2013-03-30', '2013-04-01'],
    ['modified-following', '2013-03-30', '2013-03-29'],
    ['preceding', '2013-06-01', '2013-05-31'],
    ['modified-preceding', '2013-06-01', '2013-06-03'],
    ['modified-following', '2013-06-02', '2013-06-03'],
    ['following', '2013-04-02', '2013-04-02'],
    ['following', '1969-12-27', '1969-12-29'],
  ])('%s of %s is %s', (roll, from, to) => {
    expect(formatDay(rollDay(dayOf(from), { roll, interestTo: 'moved-date' }))).toBe(to);
  });
});
