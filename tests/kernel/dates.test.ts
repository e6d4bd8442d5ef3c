/** Dates: calendar days, their texts, and the periods that reports are cut into. */
import { describe, expect, it } from 'vitest';
import {
  dayMax,
  dayMin,
  dayOf,
  formatDay,
  parseDay,
  periodBounds,
  periodOf,
  periodsBetween,
  startOfDayMs,
} from '../../src/kernel/values/dates.ts';

describe('days', () => {
  it('count from 1970-01-01', () => {
    expect(parseDay('1970-01-01')).toBe(0);
    expect(parseDay('2016-03-01')).toBe(16_861);
    expect(parseDay('1969-12-31')).toBe(-1);
    expect(startOfDayMs(16_861)).toBe(Date.UTC(2016, 2, 1));
  });

  it('the first and the last are those of the years 1 and 9999', () => {
    expect(parseDay('0001-01-01')).toBe(dayMin);
    expect(parseDay('9999-12-31')).toBe(dayMax);
    expect(formatDay(dayMin)).toBe('0001-01-01');
    expect(formatDay(dayMax)).toBe('9999-12-31');
  });

  it.each(['0001-02-28', '0099-12-31', '1600-02-29', '2000-02-29', '2016-02-29', '2100-02-28'])(
    '%s is one',
    (text) => {
      expect(formatDay(dayOf(text))).toBe(text);
    },
  );

  it.each([
    '0000-01-01',
    '1900-02-29',
    '2017-02-29',
    '2016-02-30',
    '2016-13-01',
    '2016-00-01',
    '2016-01-00',
    '2016-04-31',
    '2016-3-01',
    '12016-03-01',
    '2016-03-01 ',
    '2016/03/01',
    '',
  ])('%j is none', (text) => {
    expect(parseDay(text)).toBeUndefined();
    expect(() => dayOf(text)).toThrow(/not a date/);
  });
});

describe('periods', () => {
  const day = dayOf('2016-05-17');

  it.each([
    ['DAY', '2016-05-17', '2016-05-17', '2016-05-17'],
    ['MONTH', '2016-05', '2016-05-01', '2016-05-31'],
    ['QUARTER', '2016-Q2', '2016-04-01', '2016-06-30'],
    ['YEAR', '2016', '2016-01-01', '2016-12-31'],
  ] as const)('%s', (by, label, from, to) => {
    expect(periodOf(day, by)).toBe(label);
    expect(periodBounds(day, by)).toEqual({ from: dayOf(from), to: dayOf(to) });
  });

  it('have the length of their own year, in the first century too', () => {
    expect(periodBounds(dayOf('2016-02-10'), 'MONTH').to).toBe(dayOf('2016-02-29'));
    expect(periodBounds(dayOf('0050-02-10'), 'MONTH')).toEqual({
      from: dayOf('0050-02-01'),
      to: dayOf('0050-02-28'),
    });
    expect(periodBounds(dayMax, 'YEAR')).toEqual({ from: dayOf('9999-01-01'), to: dayMax });
    expect(periodBounds(dayMin, 'QUARTER').from).toBe(dayMin);
  });

  it('between two days are in order, without a gap, and cut to the range', () => {
    const found = periodsBetween(dayOf('2015-11-20'), dayOf('2016-02-10'), 'MONTH');
    expect(found.map(({ period, from, to }) => [period, formatDay(from), formatDay(to)])).toEqual([
      ['2015-11', '2015-11-20', '2015-11-30'],
      ['2015-12', '2015-12-01', '2015-12-31'],
      ['2016-01', '2016-01-01', '2016-01-31'],
      ['2016-02', '2016-02-01', '2016-02-10'],
    ]);
    expect(periodsBetween(10, 9, 'DAY')).toEqual([]);
    expect(
      periodsBetween(dayOf('2016-01-01'), dayOf('2016-12-31'), 'QUARTER').map(({ period }) => period),
    ).toEqual(['2016-Q1', '2016-Q2', '2016-Q3', '2016-Q4']);
  });
});
