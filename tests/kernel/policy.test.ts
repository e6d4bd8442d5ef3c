/** Policy: timelines of values, and how a value from a date or over a range replaces them. */
import { describe, expect, it } from 'vitest';
import { parameter, parseParameterName, parseValue } from '../../src/kernel/contract/parameter.ts';
import {
  amountsType,
  countType,
  daysType,
  idType,
  moneyType,
  multipleType,
  ratesType,
  rateType,
  recordOf,
  yesNoType,
} from '../../src/kernel/contract/parameter-types.ts';
import {
  defaultTimeline,
  describeOverride,
  override,
  replacedBy,
  type Stretch,
  stretchOn,
  type Timeline,
  valueOn,
} from '../../src/kernel/state/timeline.ts';
import { dayMax, dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import { type Fraction, fraction } from '../../src/kernel/values/rates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';

const at = (from: number, given: unknown): Stretch => ({ from, value: given, source: '' });
const texts = (timeline: Timeline): readonly string[] =>
  timeline.map(({ from, value }) => `${value}@${from}`);

describe('a timeline', () => {
  const timeline = [at(dayMin, 'a'), at(10, 'b'), at(20, 'c')];

  it.each([
    [dayMin, 'a'],
    [9, 'a'],
    [10, 'b'],
    [19, 'b'],
    [20, 'c'],
    [dayMax, 'c'],
  ])('says what holds on day %s', (day, expected) => {
    expect(valueOn(timeline, day)).toBe(expected);
    expect(stretchOn(timeline, day)?.value).toBe(expected);
  });

  it('says nothing before its first stretch', () => {
    expect(valueOn([at(10, 'b')], 9)).toBeUndefined();
  });

  it.each([
    ['from a date on: all that came after is replaced', 15, undefined, ['a@min', 'b@10', 'x@15']],
    ['from the first day of a stretch', 10, undefined, ['a@min', 'x@10']],
    ['from the first day of all', dayMin, undefined, ['x@min']],
    ['over a range: only itself, both ends included', 12, 14, ['a@min', 'b@10', 'x@12', 'b@15', 'c@20']],
    ['over a range across a change: after it what came holds', 12, 25, ['a@min', 'b@10', 'x@12', 'c@26']],
    ['over a range that ends the day before a change', 12, 19, ['a@min', 'b@10', 'x@12', 'c@20']],
    ['over one day', 20, 20, ['a@min', 'b@10', 'x@20', 'c@21']],
    ['over a range to the last day', 12, dayMax, ['a@min', 'b@10', 'x@12']],
    ['over a range of all days before', dayMin, 9, ['x@min', 'b@10', 'c@20']],
  ] as const)('with a value %s', (_, from, to, expected) => {
    const made = override(timeline, at(from, 'x'), to);
    expect(texts(made).map((text) => text.replace(String(dayMin), 'min'))).toEqual(expected);
  });

  it('a range inside a value given from a date: after it that value holds again', () => {
    const made = override(override(timeline, at(5, 'x'), undefined), at(7, 'y'), 8);
    expect([6, 7, 8, 9, 30].map((day) => valueOn(made, day))).toEqual(['x', 'y', 'y', 'x', 'x']);
  });

  it('tells what a value would replace', () => {
    expect(texts(replacedBy(timeline, 5, undefined))).toEqual(['b@10', 'c@20']);
    expect(texts(replacedBy(timeline, 5, 10))).toEqual(['b@10']);
    expect(texts(replacedBy(timeline, 20, undefined))).toEqual([]);
  });
});

describe('names', () => {
  it.each([
    ['payments.merchantFeeRate', 'payments.merchantFeeRate', undefined],
    ['payments.merchantFeeRate[merchant-7]', 'payments.merchantFeeRate', 'merchant-7'],
    ['payments.merchantFeeRate[*]', 'payments.merchantFeeRate', '*'],
  ])('%s', (text, name, key) => {
    expect(parseParameterName(text)).toEqual({ name, key });
  });

  it.each([
    'payments',
    'payments.',
    '.x',
    'payments.x[]',
    'payments.x[a b]',
    'payments.x[a][b]',
    'Payments.x',
    'a.b.c',
    'a.b ',
  ])('%j is none', (text) => {
    expect(parseParameterName(text)).toBeUndefined();
  });
});

describe('types of values', () => {
  it('a rate: equal values, equal text', () => {
    const type = rateType('year');
    expect(type.format(fraction(3n, 500n))).toBe('0.6%');
    expect(type.parse('0.60%/year')).toEqual(type.parse('60bp'));
    expect(type.parse(0.006)).toMatch(/a rate is text/);
    expect(type.unit).toBe('rate a year');
    expect(rateType('none').unit).toBe('share');
  });

  it('an amount of zero or more', () => {
    const type = moneyType();
    expect(type.parse('0.00 CNY')).toBe(0n);
    expect(type.parse('-0.01 CNY')).toMatch(/zero or more/);
    expect(type.parse('1.00 USD')).toMatch(/CNY/);
    expect(type.parse('1.005 CNY')).toMatch(/digits/);
    expect(type.parse(5)).toMatch(/text/);
    expect(type.format(500n)).toBe('5.00 CNY');
  });

  it('days within bounds, as text or a number', () => {
    const type = daysType(1, 30);
    for (const raw of [10, '10', '10 days']) expect(type.parse(raw)).toBe(10);
    expect(type.parse('1 day')).toBe(1);
    for (const raw of [0, 31, '31', 1.5, '-1', 'ten', null])
      expect(type.parse(raw)).toMatch(/days from 1 to 30/);
    expect(type.format(10)).toBe(10);
  });

  it('a multiple of zero or more, exact', () => {
    for (const raw of [4, '4', '4x', '4.0', ' 4.000x '])
      expect(multipleType.parse(raw)).toEqual(fraction(4n, 1n));
    expect(multipleType.parse('1.5x')).toEqual(fraction(3n, 2n));
    expect(multipleType.parse('0')).toEqual(fraction(0n, 1n));
    expect(multipleType.parse('0.000000000000000001')).toEqual(fraction(1n, 10n ** 18n));
    expect(multipleType.parse('1000000')).toEqual(fraction(1_000_000n, 1n));
    for (const raw of ['1000000.1', 1_000_001]) expect(multipleType.parse(raw)).toMatch(/at most 1000000/);
    for (const raw of ['-1', '1/2', '150%', 'x', '', -1])
      expect(multipleType.parse(raw)).toMatch(/not a multiple/);
    // A number has been rounded before anybody looks at it.
    for (const raw of [1.5, null, true]) expect(multipleType.parse(raw)).toMatch(/is text, as in 1.5x/);
    expect(multipleType.format(fraction(3n, 2n))).toBe('1.5x');
    expect(multipleType.format(fraction(4n, 1n))).toBe('4x');
    for (const text of ['0.000000000000000001', '999999.999999999999999999', '1000000'])
      expect(multipleType.format(multipleType.parse(text) as Fraction)).toBe(`${text}x`);
  });

  it('amounts by key: overridden whole, zero or more each', () => {
    const type = amountsType(['a', 'b']);
    expect(type.unit).toBe('CNY by a, b');
    expect(type.parse({ b: '0.00 CNY', a: '600 CNY' })).toEqual({ a: 60_000n, b: 0n });
    expect(JSON.stringify(type.format({ b: 0n, a: 60_000n }))).toBe('{"a":"600.00 CNY","b":"0.00 CNY"}');
    expect(type.parse({ a: '600 CNY' })).toMatch(/b is missing/);
    expect(type.parse({ a: '600 CNY', b: 5 })).toMatch(/an amount is text/);
    expect(type.parse({ a: '600 CNY', b: '-1.00 CNY' })).toMatch(/zero or more/);
    expect(type.parse({ a: '600 CNY', b: '1.00 USD' })).toMatch(/CNY/);
    expect(type.parse({ a: '600 CNY', b: '1 CNY', c: '1 CNY' })).toMatch(/no such key: c/);
    expect(type.parse('600 CNY')).toMatch(/a record with a, b/);
    expect(amountsType(['x'], 'JPY').parse({ x: '5 JPY' })).toEqual({ x: 5n });
  });

  it('a whole number of things within bounds', () => {
    const type = countType(1, 28, 'day of the month');
    for (const raw of [10, '10', '10 day of the month']) expect(type.parse(raw)).toBe(10);
    for (const raw of [0, 29, 1.5, '-1', 'ten', '10 days', '', null, true])
      expect(type.parse(raw)).toMatch(/a whole number from 1 to 28 \(day of the month\)/);
    expect(type.format(10)).toBe(10);
    expect(type.unit).toBe('day of the month');
  });

  it('an id', () => {
    expect(idType.parse('bank-1')).toEqual({ id: 'bank-1' });
    for (const raw of ['bank 1', '', 5, null, 'x'.repeat(65)]) expect(idType.parse(raw)).toMatch(/an id/);
    expect(idType.format({ id: 'bank-1' })).toBe('bank-1');
  });

  it('yes or no', () => {
    for (const raw of [true, 'yes', 'true']) expect(yesNoType.parse(raw)).toBe(true);
    for (const raw of [false, 'no', 'false']) expect(yesNoType.parse(raw)).toBe(false);
    for (const raw of ['maybe', 1, null]) expect(yesNoType.parse(raw)).toMatch(/yes or no/);
    expect(yesNoType.format(true)).toBe(true);
  });

  it('a record of rates: overridden whole, its sum checked, its keys in the order declared', () => {
    const type = ratesType(['a', 'b'], true);
    expect(type.parse({ b: '40%', a: '60%' })).toEqual({ a: fraction(3n, 5n), b: fraction(2n, 5n) });
    expect(JSON.stringify(type.format({ b: fraction(2n, 5n), a: fraction(3n, 5n) }))).toBe(
      '{"a":"60%","b":"40%"}',
    );
    expect(type.parse({ a: '60%' })).toMatch(/b is missing/);
    expect(type.parse({ a: '60%', b: '41%' })).toMatch(/sum to 101%/);
    expect(type.parse({ a: '60%', b: '40%', c: '0%' })).toMatch(/no such key: c/);
    expect(type.parse({ a: 0.6, b: '40%' })).toMatch(/a is missing or not a rate/);
    expect(type.parse('100%')).toMatch(/a record with a, b/);
    expect(ratesType(['a', 'b'], false, 'day').parse({ a: '60%', b: '0.5%/day' })).toMatchObject({
      b: fraction(1n, 200n),
    });
    expect(recordOf(['x', 'y'], (key) => key.toUpperCase())).toEqual({ x: 'X', y: 'Y' });
  });

  it('a value is refused by the parameter’s name', () => {
    const tip = parameter('test.tipRate', {
      doc: '',
      type: rateType('none'),
      keyed: true,
      defaults: [{ value: '1%', source: '' }],
    });
    expect(parseValue(tip, '2%')).toEqual({ value: fraction(1n, 50n) });
    const refused = parseValue(tip, '200%');
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', value: 'test.tipRate: 200%' });
    const dated = {
      parameter: tip,
      key: 'm',
      from: dayOf('2016-06-01'),
      to: dayOf('2016-06-30'),
      value: fraction(1n, 500n),
      source: '',
    };
    expect(describeOverride(dated)).toBe('test.tipRate[m] from 2016-06-01 to 2016-06-30: "0.2%"');
    expect(describeOverride({ ...dated, key: undefined, from: dayMin, to: undefined })).toBe(
      'test.tipRate: "0.2%"',
    );
  });

  it('defaults are dated, and must be values of the parameter', () => {
    const tip = parameter('test.otherRate', {
      doc: '',
      type: rateType('none'),
      defaults: [
        { value: '1%', source: 'first' },
        { from: '2016-10-12', value: '2%', source: 'then' },
      ],
    });
    expect(defaultTimeline(tip)).toEqual([
      { from: dayMin, value: fraction(1n, 100n), source: 'first' },
      { from: dayOf('2016-10-12'), value: fraction(1n, 50n), source: 'then' },
    ]);
    expect(() =>
      parameter('test.bad', { doc: '', type: rateType('none'), defaults: [{ value: '200%', source: '' }] }),
    ).toThrow(/test\.bad/);
  });
});
