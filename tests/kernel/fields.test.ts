/** Fields: what comes from outside is parsed once; data are written and read back the same. */
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../src/kernel/values/dates.ts';
import {
  amount,
  choice,
  count,
  date,
  decodeData,
  encodeData,
  exact,
  type Field,
  figure,
  flag,
  id,
  isId,
  isJson,
  isRecord,
  type Json,
  optional,
  parseData,
  rate,
  repayment,
  revision,
  show,
  size,
  text,
  textLengthMax,
  value,
  whole,
  wholeOf,
} from '../../src/kernel/values/fields.ts';
import { fraction } from '../../src/kernel/values/rates.ts';
import { codes, declareCode, Refusal } from '../../src/kernel/values/refusals.ts';

const unknownColour = declareCode(
  'UNKNOWN_COLOUR_OF_A_TEST',
  'input',
  'there is no such colour',
  'Name one.',
);

describe('each kind of field reads what it writes', () => {
  const cases: readonly (readonly [string, Field<unknown>, unknown, unknown, Json])[] = [
    ['date', date(''), '2016-03-01', dayOf('2016-03-01'), '2016-03-01'],
    ['id', id(''), 'user-1', 'user-1', 'user-1'],
    ['text', text(''), 'weil – “so” 是', 'weil – “so” 是', 'weil – “so” 是'],
    ['choice', choice('', ['red', 'blue']), 'blue', 'blue', 'blue'],
    ['flag', flag(''), true, true, true],
    ['amount', amount(''), '5 CNY', 500n, '5.00 CNY'],
    ['amount in another currency', amount('', 'JPY'), '5 JPY', 5n, '5 JPY'],
    ['size as an amount', size(''), '5.5 CNY', 550n, '5.50 CNY'],
    ['size as all', size(''), 'all', { text: 'all', share: fraction(1n, 1n) }, 'all'],
    ['size as a share', size(''), '33.30%', { text: '33.3%', share: fraction(333n, 1000n) }, '33.3%'],
    ['repayment of an amount', repayment(''), '5.5 CNY', 550n, '5.50 CNY'],
    ['repayment of what is due', repayment(''), 'due', 'due', 'due'],
    ['repayment of all', repayment('', ['due', 'all'], 'USD'), 'all', 'all', 'all'],
    ['rate', rate('', 'year'), '365bp/year', fraction(73n, 2000n), '3.65%'],
    ['revision', revision(''), '17', 17, 17],
    ['count', count(''), -3, -3, -3],
    ['whole number', whole('', 1, 36), 36, 36, 36],
    ['whole number as text', whole('', -1, 36), '-1', -1, -1],
    ['one of a few whole numbers', wholeOf('', [3, 6, 9, 12]), '9', 9, 9],
    ['exact', exact(''), '80/146', fraction(40n, 73n), '40/73'],
    ['figure', figure(''), '-0.05 CNY', -5n, '-0.05 CNY'],
    [
      'value',
      value(''),
      { a: [1, 'x', null, false] },
      { a: [1, 'x', null, false] },
      { a: [1, 'x', null, false] },
    ],
  ];

  it.each(cases)('%s', (_, field, raw, typed, json) => {
    const parsed = field.parse(raw, 'it');
    expect(parsed).toEqual(typed);
    expect(field.encode(parsed)).toEqual(json);
    expect(field.decode(json)).toEqual(typed);
  });
});

describe('and refuses what it is not, by name and value', () => {
  const cases: readonly (readonly [string, Field<unknown>, unknown])[] = [
    ['date', date(''), '2016-02-30'],
    ['date', date(''), 17],
    ['id', id(''), 'user 1'],
    ['text', text(''), ''],
    ['text', text(''), 'x'.repeat(textLengthMax + 1)],
    ['text', text(''), '\udc00'],
    ['choice', choice('', ['red']), 'RED'],
    ['flag', flag(''), 'true'],
    ['amount', amount(''), '0.00 CNY'],
    ['amount', amount(''), '1.00 USD'],
    ['size', size(''), '0%'],
    ['size', size(''), 'ALL'],
    ['size', size(''), '5%/day'],
    ['repayment', repayment(''), '10%'],
    ['repayment', repayment(''), 'DUE'],
    ['repayment', repayment(''), '0.00 CNY'],
    ['repayment', repayment(''), '1.00 USD'],
    ['repayment', repayment(''), 5],
    ['rate', rate('', 'none'), '101%'],
    ['revision', revision(''), -1],
    ['revision', revision(''), '1.0'],
    ['revision', revision(''), 2 ** 53],
    ['count', count(''), 1.5],
    ['whole', whole('', 1, 36), 0],
    ['whole', whole('', 1, 36), 37],
    ['whole', whole('', 1, 36), 1.5],
    ['whole', whole('', 1, 36), '1.0'],
    ['whole', whole('', 1, 36), true],
    ['whole of a few', wholeOf('', [3, 6]), 4],
    ['exact', exact(''), '1/0'],
    ['exact', exact(''), '1/x'],
    ['figure', figure(''), 5],
    ['value', value(''), Number.NaN],
    ['value', value(''), () => 1],
    ['value', value(''), [[[[[[[[[1]]]]]]]]]],
  ];

  it.each(cases)('%s: %#', (_, field, raw) => {
    const refused = field.parse(raw, 'it');
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({ spec: codes.invalidInput, value: expect.stringMatching(/^it: /) });
  });

  it('a choice may have a code of its own for words that name nothing', () => {
    const colour = choice('', ['red'], unknownColour);
    expect(colour.parse('green', 'it')).toMatchObject({ spec: unknownColour });
    expect(colour.parse(3, 'it')).toMatchObject({ spec: codes.invalidInput });
  });

  it('a whole number may have a code of its own for what is out of its bounds', () => {
    const colours = wholeOf('', [3, 6], unknownColour);
    for (const raw of [4, '4', -3]) expect(colours.parse(raw, 'it')).toMatchObject({ spec: unknownColour });
    for (const raw of [3.5, 'four', null])
      expect(colours.parse(raw, 'it')).toMatchObject({
        spec: codes.invalidInput,
        detail: expect.stringMatching(/3, 6/),
      });
    expect(whole('', 1, 28, unknownColour).parse(29, 'it')).toMatchObject({ spec: unknownColour });
  });

  it('data that no field wrote are an error, not a refusal', () => {
    expect(() => choice('', ['red']).decode('green')).toThrow(RangeError);
    expect(() => amount('').decode('five')).toThrow(RangeError);
    expect(() => rate('', 'none').decode('five')).toThrow(RangeError);
    expect(() => size('').decode('200%')).toThrow(RangeError);
    expect(() => repayment('').decode('most')).toThrow(RangeError);
  });
});

describe('data of several fields', () => {
  const fields = { who: id(''), much: optional(amount('')), colour: choice('', ['red'], unknownColour) };

  it('are parsed together; what is left out stays out', () => {
    expect(parseData(fields, { who: 'a', colour: 'red' })).toEqual({ who: 'a', colour: 'red' });
    expect(parseData(fields, { who: 'a', colour: 'red', much: null })).toEqual({
      who: 'a',
      colour: 'red',
      much: undefined,
    });
    expect(encodeData(fields, { who: 'a', colour: 'red', much: undefined })).toEqual({
      who: 'a',
      colour: 'red',
    });
    expect(decodeData(fields, { who: 'a', colour: 'red' })).toEqual({ who: 'a', colour: 'red' });
  });

  it('are written in alphabetical order', () => {
    expect(Object.keys(encodeData(fields, { who: 'a', much: 100n, colour: 'red' }))).toEqual([
      'colour',
      'much',
      'who',
    ]);
  });

  it('the refusal of the earliest stage answers, whatever the order of the inputs', () => {
    expect(parseData(fields, { who: 'not an id', colour: 'green' })).toMatchObject({ spec: unknownColour });
    expect(parseData(fields, { colour: 'green' })).toMatchObject({ spec: unknownColour });
    expect(parseData(fields, { colour: 'green', stray: 1 })).toMatchObject({ spec: unknownColour });
  });

  it('a stray input, a missing one, and no object at all are refused', () => {
    expect(parseData(fields, { who: 'a', colour: 'red', stray: 1 })).toMatchObject({ value: 'stray' });
    expect(parseData(fields, { colour: 'red' })).toMatchObject({
      value: 'who',
      detail: expect.stringMatching(/missing/),
    });
    for (const raw of [null, undefined, 'x', 7, ['a']])
      expect(parseData(fields, raw)).toBeInstanceOf(Refusal);
    expect(parseData(fields, JSON.parse('{"who":"a","colour":"red","__proto__":1}'))).toMatchObject({
      value: '__proto__',
    });
  });
});

it('values in refusals are cut to a length', () => {
  expect(show('x'.repeat(500))).toHaveLength(101);
  expect(show({ a: 1 })).toBe('{"a":1}');
  expect(show(undefined)).toBe('undefined');
});

it('what is an id, JSON, a record', () => {
  expect(isId('A.b_c-9')).toBe(true);
  expect(isId('a:b')).toBe(false);
  expect(isJson([{ a: null }], 2)).toBe(true);
  expect(isJson([{ a: null }], 1)).toBe(false);
  expect(isJson(Number.POSITIVE_INFINITY, 1)).toBe(false);
  expect(isRecord({})).toBe(true);
  expect(isRecord([])).toBe(false);
  expect(isRecord(null)).toBe(false);
});
