/** Money: whole minor units, exact text, splits that sum to the whole. (Properties: tests/property/figures.test.ts.) */
import { describe, expect, it } from 'vitest';
import {
  allocate,
  currencies,
  exponentOf,
  fits64,
  formatMinor,
  formatMoney,
  minorMax,
  minorMin,
  parseMinor,
  parseMoney,
} from '../../src/kernel/values/money.ts';

describe('amounts as text', () => {
  it.each([
    ['12.34 CNY', 1234n, 'CNY'],
    ['0.01 CNY', 1n, 'CNY'],
    ['5 CNY', 500n, 'CNY'],
    ['5.5 CNY', 550n, 'CNY'],
    ['-0.05 CNY', -5n, 'CNY'],
    ['-0.00 CNY', 0n, 'CNY'],
    ['1200 JPY', 1200n, 'JPY'],
    ['1.234 KWD', 1234n, 'KWD'],
  ])('%s', (text, minor, currency) => {
    expect(parseMoney(text)).toEqual({ minor, currency });
  });

  it.each([
    ['12.34', /names its currency/],
    ['12.345 CNY', /CNY has 2 digits/],
    ['1.5 JPY', /JPY has 0 digits/],
    ['1 XXX', /unknown currency XXX/],
    ['1 toString', /unknown currency toString/],
    [' 1 CNY', /not a decimal amount/],
    ['1  CNY', /not a decimal amount/],
    ['１ CNY', /not a decimal amount/],
    ['1\n CNY', /not a decimal amount/],
    ['0x10 CNY', /not a decimal amount/],
    ['92233720368547758.08 CNY', /beyond 64 bits/],
    ['-92233720368547758.09 CNY', /beyond 64 bits/],
  ])('%j is none', (text, why) => {
    expect(parseMoney(text)).toMatch(why);
  });

  it('the ends of 64 bits are amounts', () => {
    expect(parseMinor('92233720368547758.07', 'CNY')).toBe(minorMax);
    expect(parseMinor('-92233720368547758.08', 'CNY')).toBe(minorMin);
    expect(fits64(minorMax)).toBe(true);
    expect(fits64(minorMax + 1n)).toBe(false);
    expect(fits64(minorMin)).toBe(true);
    expect(fits64(minorMin - 1n)).toBe(false);
  });

  it('are written with every digit of the currency', () => {
    expect(formatMoney(5n, 'CNY')).toBe('0.05 CNY');
    expect(formatMoney(-5n, 'CNY')).toBe('-0.05 CNY');
    expect(formatMoney(-1234n, 'KWD')).toBe('-1.234 KWD');
    expect(formatMinor(0n, 'CNY')).toBe('0.00');
    expect(formatMinor(1200n, 'JPY')).toBe('1200');
  });

  it('currencies are known by their digits', () => {
    expect(exponentOf('CNY')).toBe(2);
    expect(exponentOf('__proto__')).toBeUndefined();
    expect(currencies).toContain('JPY');
    expect([...currencies].sort()).toEqual(currencies);
  });
});

describe('allocate', () => {
  it('floors each part, and gives what is left to the largest remainders', () => {
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(10n, [1n, 2n, 4n])).toEqual([1n, 3n, 6n]);
    expect(allocate(2n, [1n, 5n, 5n])).toEqual([0n, 1n, 1n]);
  });

  it('ties go to the earlier one', () => {
    expect(allocate(1n, [5n, 5n])).toEqual([1n, 0n]);
    expect(allocate(3n, [0n, 5n, 5n])).toEqual([0n, 2n, 1n]);
  });

  it('nothing over nothing is nothing; something over nothing, or less than nothing, is an error', () => {
    expect(allocate(0n, [0n, 0n])).toEqual([0n, 0n]);
    expect(allocate(0n, [])).toEqual([]);
    expect(() => allocate(1n, [0n])).toThrow(RangeError);
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(-1n, [1n])).toThrow(RangeError);
    expect(() => allocate(1n, [2n, -1n])).toThrow(RangeError);
  });
});
