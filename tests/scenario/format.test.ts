/** The scenario file: what it says, and every mistake in it with its place. */
import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../src/kernel/contract/parameter.ts';
import { defaultTimeline, override, type Timeline, valueOn } from '../../src/kernel/state/timeline.ts';
import { dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import {
  assumptionsOf,
  formatMistake,
  formatMistakes,
  isMistaken,
  type Mistake,
  matches,
  parseScenario,
  replacedByLayer,
  type Scenario,
} from '../../src/scenario/file/file.ts';
import { house } from '../../src/segments/index.ts';

const head = `scenario: s
base: { history: h.jsonl }
horizon: { from: 2016-01-01, to: 2016-12-31 }
`;

const parse = (text: string) => parseScenario(text, { file: 's.yaml', house });

function good(text: string): Scenario {
  const parsed = parse(text);
  if (isMistaken(parsed)) throw new Error(formatMistakes(parsed));
  return parsed;
}

function bad(text: string): readonly Mistake[] {
  const parsed = parse(text);
  if (!isMistaken(parsed)) throw new Error('no mistake was found');
  return parsed;
}

const said = (text: string): string[] => bad(text).map(formatMistake);

/** A text in which ▸ marks where its only mistake is: the text itself, and the place as a message begins with it. */
function marked(text: string): { readonly text: string; readonly place: string } {
  const before = text.slice(0, text.indexOf('▸')).split('\n');
  return {
    text: text.replace('▸', ''),
    place: `s.yaml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`,
  };
}

/** The only mistake of a text is where ▸ marks it. */
function expectOnly(text: string, message: string): void {
  const { text: plain, place } = marked(text);
  expect(said(plain)).toEqual([`${place}${message.startsWith(':') ? '' : ' '}${message}`]);
}

/** The example of design/scenario-file.md, without what comes with a later version. */
const example = `# yaml-language-server: $schema=../schema/scenario.schema.json
scenario: merchant-fee-cut
title: What if the merchant fee had been 0.38 % from 2016 on?
description: >
  Why it is worth asking, and what to look at in the answer.
source: where its figures come from

base:
  history: histories/spring-2016.jsonl     # a file of commands

horizon: { from: 2016-01-01, to: 2016-12-31, close: daily }
seed: 42
scale: 1

assumptions:
  payments.merchantFeeRate: { 2016-01-01: 0.38% }
  yuebao.holdingCap: { 2016-05-01..2016-08-31: 250000.00 CNY }
  payments.cardCostRate: 30%
  payments.merchantFeeRate[merchant-7]: { 2016-06-01: 0.2% }
  yuebao.allocation: { 2016-03-01: { deposit-1m: 50%, deposit-3m: 20%, deposit-long: 20%, bond: 7%, insurance: 2%, other: 1% } }

facts:
  - drop:   { where: { type: PaymentInitiated, payee: merchant-7 } }
  - scale:  { where: { type: PaymentInitiated, from: 2016-11-11, to: 2016-11-11 }, field: amount, by: 1.5 }
  - scale:  { where: { type: RatePublished, asset: deposit-1m, from: 2016-07-01 }, field: rate, by: 0.5 }
  - set:    { where: { type: PaymentInitiated, payee: merchant-3 }, field: method, to: wallet }
  - shift:  { where: { type: ReceiptConfirmed }, days: 3 }
  - inject: { on: 2016-06-01, command: subscribeFund, with: { fund: yuebao, holder: user-1, amount: 10000.00 CNY } }
  - inject: { from: 2016-07-01, to: 2016-07-14, every: day, for: { holdersOf: "fund:liability:yuebao:units" }, command: redeemFund, with: { fund: yuebao, amount: 10%, speed: quick } }

variants:
  - name: fee 0.55 %
    assumptions: { payments.merchantFeeRate: 0.55% }

report:
  - revenue by segment monthly
  - metric payments.takeRate monthly

expect:
  - revenue.payments.2016 within 1% of 18200000000.00 CNY
  - balance(fund:asset:yuebao:deposit-*) >= 0 always
  - difference(revenue.payments.2016, baseline) <= -1000.00 CNY    # a difference as well as a level
  - divergences = 0
`;

describe('what a file says', () => {
  const scenario = good(example);

  test('the head, with defaults filled in', () => {
    expect(scenario).toMatchObject({
      id: 'merchant-fee-cut',
      title: 'What if the merchant fee had been 0.38 % from 2016 on?',
      description: 'Why it is worth asking, and what to look at in the answer.\n',
      base: { kind: 'history', path: 'histories/spring-2016.jsonl', refused: 'fail' },
      horizon: { from: dayOf('2016-01-01'), to: dayOf('2016-12-31'), close: 'daily' },
      seed: 42,
      scale: 1,
    });
    expect(good(head)).toMatchObject({ title: 's', description: '', source: '', seed: 0, scale: 1 });
  });

  test.each([
    ['{ book: main }', { kind: 'book', book: 'main', at: undefined }, 'recorded'],
    ['{ book: main, at: 1200000 }', { kind: 'book', book: 'main', at: 1_200_000 }, 'recorded'],
    ['{ empty: { from: 2016-01-01 } }', { kind: 'empty', from: dayOf('2016-01-01') }, 'daily'],
    ['{ history: h.csv, refused: attempt }', { kind: 'history', path: 'h.csv', refused: 'attempt' }, 'daily'],
    ['{ history: h.csv, refused: skip }', { kind: 'history', path: 'h.csv', refused: 'skip' }, 'daily'],
  ])('the base %s, with its own default of closing', (text, base, close) => {
    const parsed = good(`scenario: s\nbase: ${text}\nhorizon: { from: 2016-01-01, to: 2016-12-31 }`);
    expect(parsed.base).toEqual(base);
    expect(parsed.horizon.close).toBe(close);
  });

  test('assumptions are overrides, values from a date before ranges', () => {
    const told = scenario.assumptions.map(({ parameter, key, from, to, value }) => [
      `${parameter.name}${key === undefined ? '' : `[${key}]`}`,
      from,
      to,
      parameter.type.format(value),
    ]);
    expect(told.map(([name]) => name)).toEqual([
      'payments.cardCostRate',
      'payments.merchantFeeRate',
      'yuebao.allocation',
      'payments.merchantFeeRate[merchant-7]',
      'yuebao.holdingCap',
    ]);
    expect(told[0]).toEqual(['payments.cardCostRate', dayMin, undefined, '30%']);
    expect(told[4]).toEqual(['yuebao.holdingCap', dayOf('2016-05-01'), dayOf('2016-08-31'), '250000.00 CNY']);
    expect(scenario.assumptions.every(({ source }) => source === 'scenario merchant-fee-cut')).toBe(true);
    expect(scenario.variants[0]?.assumptions[0]?.source).toBe(
      'scenario merchant-fee-cut, variant fee 0.55 %',
    );
  });

  test('edits, in order, each with its place', () => {
    expect(scenario.edits.map(({ kind, place }) => [kind, place.path, place.line])).toEqual([
      ['drop', 'facts[0]', 23],
      ['scale', 'facts[1]', 24],
      ['scale', 'facts[2]', 25],
      ['set', 'facts[3]', 26],
      ['shift', 'facts[4]', 27],
      ['inject', 'facts[5]', 28],
      ['inject', 'facts[6]', 29],
    ]);
    const [drop, scale, half, set, shift, one, many] = scenario.edits;
    expect(drop).toMatchObject({
      where: { type: { name: 'PaymentInitiated' }, fields: [{ name: 'payee', value: 'merchant-7' }] },
    });
    expect(scale).toMatchObject({
      field: 'amount',
      by: { num: 3n, den: 2n },
      where: { from: dayOf('2016-11-11'), to: dayOf('2016-11-11') },
    });
    expect(half).toMatchObject({
      field: 'rate',
      by: { num: 1n, den: 2n },
      where: { from: dayOf('2016-07-01'), to: undefined },
    });
    expect(set).toMatchObject({ field: 'method', value: 'wallet', json: 'wallet' });
    expect(shift).toMatchObject({ days: 3 });
    expect(one).toMatchObject({
      from: dayOf('2016-06-01'),
      to: dayOf('2016-06-01'),
      type: { name: 'FundSubscribed' },
      holders: undefined,
      with: { fund: 'yuebao', holder: 'user-1', amount: '10000.00 CNY' },
    });
    expect(many).toMatchObject({
      to: dayOf('2016-07-14'),
      holders: { kind: 'holdersOf', accounts: { path: 'fund:liability:yuebao:units' } },
      with: { fund: 'yuebao', amount: '10%', speed: 'quick' },
    });
  });

  test('report and expectations, normalised', () => {
    expect(scenario.report.map(({ text }) => text)).toEqual([
      'revenue by segment monthly',
      'metric payments.takeRate monthly',
    ]);
    expect(scenario.expect[1]).toMatchObject({
      text: 'balance(fund:asset:yuebao:deposit-*) >= 0 always',
      place: { path: 'expect[1]' },
    });
  });

  test('JSON says the same as YAML', () => {
    const json = JSON.stringify(
      { scenario: 's', base: { history: 'h.jsonl' }, horizon: { from: '2016-01-01', to: '2016-12-31' } },
      null,
      '\t',
    );
    expect(good(json)).toEqual(good(head));
  });

  test('a mark of byte order, CRLF and a %YAML directive change nothing', () => {
    expect(good(`\uFEFF${head.replaceAll('\n', '\r\n')}`)).toEqual(good(head));
    // In YAML 1.1 `on` would be a yes, and dates no text.
    expect(good(`%YAML 1.1\n---\n${head}`)).toEqual(good(head));
  });

  test('empty sections are as if left out', () => {
    expect(good(`${head}assumptions:\nfacts:\nvariants:\nreport:\nexpect:\ntitle:\n`)).toEqual(good(head));
  });

  test('an alias stands for its anchor', () => {
    const two = good(
      `${head}assumptions:\n  payments.floatRate: &half 0.5%\n  payments.cardCostRate: *half\n`,
    );
    expect(two.assumptions.map(({ parameter, value }) => parameter.type.format(value))).toEqual([
      '0.5%',
      '0.5%',
    ]);
  });

  test('a factor keeps every digit that is written', () => {
    const [edit] = good(
      `${head}facts: [{ scale: { where: { type: ToppedUp }, field: amount, by: 0.12345678901234567890123 } }]`,
    ).edits;
    expect(edit).toMatchObject({ by: { num: 12345678901234567890123n, den: 10n ** 23n } });
  });

  test('holders run in the order of their ids; fields named from and to stand under with', () => {
    const [inject, drop] = good(`${head}facts:
  - inject: { on: 2016-01-02, for: [b, a], command: topUp, with: { amount: 1 CNY } }
  - drop: { where: { type: Transferred, from: 2016-02-01, with: { from: user-1 } } }`).edits;
    expect(inject).toMatchObject({
      holders: { kind: 'listed', ids: ['a', 'b'] },
      with: { amount: '1.00 CNY' },
    });
    expect(drop).toMatchObject({
      where: { from: dayOf('2016-02-01'), fields: [{ name: 'from', value: 'user-1' }] },
    });
  });
});

describe('assumptions over time', () => {
  function folded(text: string, name: string): (day: string) => unknown {
    const parsed = good(head + text);
    const parameter: Parameter<unknown> | undefined = house.parameter(name);
    if (parameter === undefined) throw new Error(name);
    const lines = parsed.assumptions.filter(
      (given) => given.parameter === parameter && given.key === undefined,
    );
    const timeline = lines.reduce<Timeline>(
      (line, given) => override(line, given, given.to),
      defaultTimeline(parameter),
    );
    return (day) => parameter.type.format(valueOn(timeline, dayOf(day)));
  }

  test('a value from a date replaces all that the history says after it', () => {
    const at = folded('assumptions: { yuebao.holdingCap: { 2017-01-01: 5.00 CNY } }', 'yuebao.holdingCap');
    expect(['2016-12-31', '2017-01-01', '2019-01-01'].map(at)).toEqual([
      '1000000.00 CNY',
      '5.00 CNY',
      '5.00 CNY',
    ]);
  });

  test('after a range, both ends included, the history holds again', () => {
    const at = folded(
      'assumptions: { yuebao.holdingCap: { 2017-05-01..2017-05-31: 5.00 CNY } }',
      'yuebao.holdingCap',
    );
    expect(['2017-04-30', '2017-05-01', '2017-05-31', '2017-06-01'].map(at)).toEqual([
      '1000000.00 CNY',
      '5.00 CNY',
      '5.00 CNY',
      '250000.00 CNY',
    ]);
  });

  test('after a range inside a value given from a date, that value holds again, whatever the order in the file', () => {
    for (const order of [
      '2016-05-01..2016-05-31: 2%, 2016-09-01: 3%, 2016-02-01: 1%',
      '2016-02-01: 1%, 2016-09-01: 3%, 2016-05-01 .. 2016-05-31: 2%',
    ]) {
      const at = folded(`assumptions: { payments.floatRate: { ${order} } }`, 'payments.floatRate');
      expect(
        [
          '2016-01-31',
          '2016-02-01',
          '2016-05-01',
          '2016-05-31',
          '2016-06-01',
          '2016-09-01',
          '2020-01-01',
        ].map(at),
      ).toEqual(['2%', '1%', '2%', '2%', '1%', '3%', '3%']);
    }
  });

  test('a bare value holds throughout; a record is one value', () => {
    expect(folded('assumptions: { yuebao.holdingCap: 5.00 CNY }', 'yuebao.holdingCap')('2018-01-01')).toBe(
      '5.00 CNY',
    );
    const shares =
      '{ deposit-1m: 100%, deposit-3m: 0%, deposit-long: 0%, bond: 0%, insurance: 0%, other: 0% }';
    expect(
      folded(`assumptions: { yuebao.allocation: ${shares} }`, 'yuebao.allocation')('2018-01-01'),
    ).toMatchObject({ 'deposit-1m': '100%' });
  });

  test("a variant's value wins, and what it replaces can be said", () => {
    const parsed =
      good(`${head}assumptions: { payments.floatRate: { 2016-05-01..2016-05-31: 1% }, payments.cardCostRate: 1% }
variants: [{ name: v, assumptions: { payments.floatRate: 3%, "payments.merchantFeeRate[m]": 1% } }]`);
    const [variant] = parsed.variants;
    expect(
      assumptionsOf(parsed, variant)
        .map(({ parameter }) => parameter.name)
        .slice(-2),
    ).toEqual(['payments.floatRate', 'payments.merchantFeeRate']);
    const replaced = replacedByLayer(parsed.assumptions, variant?.assumptions ?? []);
    expect(replaced.map(({ replaced: { parameter, from } }) => [parameter.name, from])).toEqual([
      ['payments.floatRate', dayOf('2016-05-01')],
    ]);
  });
});

describe('filters', () => {
  const where = (text: string) => {
    const [edit] = good(`${head}facts: [{ drop: { where: ${text} } }]`).edits;
    if (edit?.kind !== 'drop') throw new Error('no filter');
    return edit.where;
  };
  const on = dayOf('2016-03-01');

  test('amounts are compared by value', () => {
    const { type } = where('{ type: ToppedUp }');
    expect(
      matches(where('{ type: ToppedUp, amount: 12.5 USD }'.replace('USD', 'CNY')), type, on, {
        holder: 'a',
        amount: 1250n,
      }),
    ).toBe(true);
    expect(
      matches(where('{ type: ToppedUp, amount: 12.50 CNY }'), type, on, { holder: 'a', amount: 1251n }),
    ).toBe(false);
  });

  test('shares by value, optional fields by absence, days with both ends', () => {
    const tenth = where('{ type: Withdrawn, amount: 10.0% }');
    expect(
      matches(tenth, tenth.type, on, { holder: 'a', amount: { text: '10%', share: { num: 1n, den: 10n } } }),
    ).toBe(true);
    expect(matches(tenth, tenth.type, on, { holder: 'a', amount: 10n })).toBe(false);
    const whole = where('{ type: PaymentRefunded, amount: null }');
    expect(matches(whole, whole.type, on, { payment: 'p' })).toBe(true);
    expect(matches(whole, whole.type, on, { payment: 'p', amount: 1n })).toBe(false);
    const march = where('{ type: ToppedUp, from: 2016-03-01, to: 2016-03-31 }');
    const inside = ['2016-02-29', '2016-03-01', '2016-03-31', '2016-04-01'].map((day) =>
      matches(march, march.type, dayOf(day), {}),
    );
    expect(inside).toEqual([false, true, true, false]);
    expect(matches(march, tenth.type, on, {})).toBe(false);
  });
});

describe('mistakes', () => {
  test('are all told, in the order of the file', () => {
    expect(
      said(
        'scenari: x\nbase: { history: h, at: 3 }\nhorizon: { from: 2016-02-30, too: 2016-01-01 }\nseed: -1\n',
      ),
    ).toEqual([
      's.yaml:1:1 scenari: there is no key scenari (did you mean scenario?)',
      's.yaml:1:1: missing: scenario',
      's.yaml:2:21 base.at: there is no key at; expected one of history, refused',
      's.yaml:3:10 horizon.to: missing: a date, as in 2016-03-01',
      's.yaml:3:18 horizon.from: found "2016-02-30", expected a date, as in 2016-03-01',
      's.yaml:3:30 horizon.too: there is no key too (did you mean to?)',
      's.yaml:4:7 seed: found the number -1, expected a whole number from 0',
    ]);
  });

  test('carry place, path, what was found and what was expected', () => {
    const { text } = marked(
      `${head}variants:\n  - name: a\n    assumptions: { ▸"payments.merchantFeRate[m]": 1% }`,
    );
    expect(bad(text)).toEqual([
      {
        file: 's.yaml',
        line: 6,
        column: 20,
        path: 'variants[0].assumptions["payments.merchantFeRate[m]"]',
        found: 'payments.merchantFeRate[m]',
        expected: expect.stringMatching(/^one of .* … \(\d+ in all\)$/),
        didYouMean: 'payments.merchantFeeRate[m]',
        message: 'there is no parameter payments.merchantFeRate',
      },
    ]);
  });

  test.each([
    ['▸behaviour: {}', 'behaviour: behaviour comes with a later version'],
    ['▸shocks: []', 'shocks: shocks comes with a later version'],
    ['▸sweep: {}', 'sweep: sweep comes with a later version'],
    ['▸runs: 200', 'runs: runs comes with a later version'],
    [
      'report: [▸sensitivity of revenue.total to assumptions]',
      'report[0]: sensitivity comes with a later version',
    ],
    ['title: ▸42', 'title: found the number 42, expected text of 1 to 200 characters (did you mean "42"?)'],
    ['seed: ▸1.5', 'seed: found the number 1.5, expected a whole number from 0'],
    ['scale: ▸0', 'scale: found the number 0, expected a whole number from 1 to 1000000000'],
    ['seed: 1\n▸seed: 2', 'seed: seed stands here and in line 4, column 1'],
    ['assumptions: ▸[1]', 'assumptions: found a list, expected a mapping of parameters'],
    ['facts: ▸{ drop: 1 }', 'facts: found a mapping, expected a list of edits'],
    ['expect: [divergences = 0, ▸7]', 'expect[1]: found the number 7, expected text (did you mean "7"?)'],
  ])('%s', (text, message) => expectOnly(head + text, message));

  const rate = 'assumptions["payments.floatRate"]';
  test.each([
    [
      'payments.floatRate: ▸0.38',
      `${rate}: payments.floatRate: found the number 0.38; a rate is text, as in 0.6%: 0.38`,
    ],
    [
      'payments.floatRate: ▸1%/day',
      `${rate}: payments.floatRate: found "1%/day"; this rate is for a year: 1%/day`,
    ],
    [
      'payments.floatRate: ▸{ from: 1% }',
      `${rate}: payments.floatRate: found a mapping; a rate is text, as in 0.6%: {"from":"1%"}`,
    ],
    [
      'payments.floatRate: ▸{}',
      `${rate}: found a mapping, expected a value, or values by date as in { 2016-01-01: 0.38% }`,
    ],
    [
      '▸zzz: 1%',
      expect.stringMatching(/^assumptions\.zzz: there is no parameter zzz; expected one of \w+\.\w+, /),
    ],
    ['▸payments.floatRate[x]: 1%', 'assumptions["payments.floatRate[x]"]: payments.floatRate has no keys'],
    [
      '▸payments.merchantFeeRate[a b]: 1%',
      'assumptions["payments.merchantFeeRate[a b]"]: found payments.merchantFeeRate[a b], expected payments.merchantFeeRate[key], a key matching [A-Za-z0-9._-]{1,64} or *',
    ],
    [
      'payments.floatRate: { ▸2016-1-1: 1% }',
      `${rate}["2016-1-1"]: found 2016-1-1, expected a date or a range, as in 2016-05-01 or 2016-05-01..2016-08-31`,
    ],
    [
      'payments.floatRate: { ▸2016-05-02..2016-05-01: 1% }',
      `${rate}["2016-05-02..2016-05-01"]: found 2016-05-02..2016-05-01, expected a range that ends on the day it begins or later`,
    ],
    [
      'payments.floatRate: { 2016-05-01: 1%, ▸2016-05-01: 2% }',
      `${rate}["2016-05-01"]: 2016-05-01 stands here and in line 5, column 25`,
    ],
    [
      'payments.floatRate: { 2016-05-01..2016-08-31: 1%, ▸2016-08-31..2016-09-30: 2% }',
      `${rate}["2016-08-31..2016-09-30"]: 2016-08-31..2016-09-30 overlaps 2016-05-01..2016-08-31 in line 5, column 25`,
    ],
    [
      'payments.floatRate: { 2016-06-01: 1%, ▸2016-05-01..2016-08-31: 2% }',
      `${rate}["2016-05-01..2016-08-31"]: 2016-05-01..2016-08-31 overlaps 2016-06-01 in line 5, column 25`,
    ],
    [
      'payments.floatRate: { 2016-01-01..2016-12-31: 1%, 2017-01-01..2017-01-31: 2%, ▸2016-03-01..2016-03-31: 3% }',
      `${rate}["2016-03-01..2016-03-31"]: 2016-03-01..2016-03-31 overlaps 2016-01-01..2016-12-31 in line 5, column 25`,
    ],
  ])('assumption %s', (text, message) => {
    const { text: plain, place } = marked(`${head}assumptions:\n  ${text}`);
    const [only, ...more] = said(plain);
    expect(more).toEqual([]);
    expect(only?.slice(0, place.length + 1)).toBe(`${place} `);
    expect(only?.slice(place.length + 1)).toEqual(message);
  });

  test('every range inside another is told, not only the next', () => {
    const ranges = '2016-01-01..2016-12-31: 1%, 2016-02-01..2016-02-28: 2%, 2016-06-01..2016-06-30: 3%';
    expect(
      bad(`${head}assumptions: { payments.floatRate: { ${ranges} } }`).map(({ found }) => found),
    ).toEqual([
      '2016-02-01..2016-02-28 and 2016-01-01..2016-12-31',
      '2016-06-01..2016-06-30 and 2016-01-01..2016-12-31',
    ]);
  });

  test('ranges of other keys, ranges that only touch, and ranges inside one value are no overlap', () => {
    good(`${head}assumptions:
  payments.merchantFeeRate: { 2016-05-01..2016-08-31: 1%, 2016-09-01..2016-09-30: 2%, 2016-10-01: 3% }
  payments.merchantFeeRate[m]: { 2016-05-01..2016-08-31: 1% }
  payments.merchantFeeRate[*]: { 2016-05-01..2016-08-31: 1%, 2016-05-01: 2% }`);
  });

  const where = 'facts[0].drop.where';
  const days = 'a whole number of days, as in 3 or -3, at most 36525';
  const decimal = 'a decimal of zero or more, as in 1.5';
  test.each([
    ['drop: ▸{}', `${where}: missing: a filter, as in { type: PaymentInitiated }`],
    ['drop: { where: ▸{} }', `${where}: missing: type, the name of a fact`],
    [
      'drop: { where: { type: ▸PaymentInitiatd } }',
      `${where}.type: there is no fact PaymentInitiatd (did you mean PaymentInitiated?)`,
    ],
    ...['BookOpened', 'DayClosing', 'PolicyChanged', 'PolicyExtended', 'Reversed', 'Attempted'].map(
      (name) => [
        `drop: { where: { type: ▸${name} } }`,
        `${where}.type: ${name} is the kernel's own fact, and never edited`,
      ],
    ),
    [
      'drop: { where: { type: ▸DayClosed } }',
      `${where}.type: DayClosed is derived from facts, and derived anew in every run: edit the facts`,
    ],
    [
      'drop: { where: { type: ToppedUp, ▸holdr: a } }',
      `${where}.holdr: there is no field of ToppedUp named holdr (did you mean holder?)`,
    ],
    [
      'drop: { where: { type: ToppedUp, holder: ▸7 } }',
      `${where}.holder: holder: found the number 7; an id matches [A-Za-z0-9._-]{1,64} (did you mean "7"?)`,
    ],
    [
      'drop: { where: { type: ToppedUp, amount: ▸1.001 CNY } }',
      `${where}.amount: amount: found "1.001 CNY"; CNY has 2 digits after the point: 1.001`,
    ],
    [
      'drop: { where: { type: ToppedUp, from: 2016-02-01, to: ▸2016-01-01 } }',
      `${where}.to: found "2016-01-01", expected a day that is not before from`,
    ],
    [
      'drop: { where: { type: Transferred, from: ▸user-1 } }',
      `${where}.from: found "user-1", expected a date; for the field from of Transferred write with: { from: … }`,
    ],
    [
      'drop: { where: { type: ToppedUp, holder: a, with: { ▸holder: b } } }',
      `${where}.with.holder: holder stands here and under with`,
    ],
    ['drop: { where: { type: ToppedUp }, ▸by: 2 }', 'facts[0].drop.by: there is no key by; expected where'],
    [
      'scale: { where: { type: ToppedUp }, field: ▸holder, by: 2 }',
      "facts[0].scale.field: holder is no amount and no rate, and can't be scaled",
    ],
    [
      'scale: { where: { type: ToppedUp }, field: ▸amont, by: 2 }',
      'facts[0].scale.field: there is no field of ToppedUp named amont (did you mean amount?)',
    ],
    [
      'scale: { where: { type: ToppedUp }, field: amount, by: ▸-1 }',
      `facts[0].scale.by: found the number -1, expected ${decimal}`,
    ],
    [
      'scale: { where: { type: ToppedUp }, field: amount, by: ▸1e3 }',
      `facts[0].scale.by: found the number 1e3, expected ${decimal}`,
    ],
    [
      'scale: { where: { type: ToppedUp }, field: amount, by: ▸50% }',
      `facts[0].scale.by: found "50%", expected ${decimal}`,
    ],
    [
      'set: { where: { type: PaymentInitiated }, field: method, to: ▸cash }',
      'facts[0].set.to: method: found "cash"; one of wallet, card, yuebao, huabei',
    ],
    ['set: ▸{ where: { type: PaymentInitiated }, field: method }', 'facts[0].set.to: missing: the new value'],
    [
      'shift: { where: { type: ToppedUp }, days: ▸1.5 }',
      `facts[0].shift.days: found the number 1.5, expected ${days}`,
    ],
    [
      'shift: { where: { type: ToppedUp }, days: ▸40000 }',
      `facts[0].shift.days: found the number 40000, expected ${days}`,
    ],
    ['▸foo: 1', 'facts[0].foo: there is no edit foo; expected one of drop, scale, set, shift, inject'],
    ['▸{}', 'facts[0]: found a mapping, expected one of drop, scale, set, shift, inject'],
  ])('edit %s', (text, message) => expectOnly(`${head}facts:\n  - ${text}`, message ?? ''));

  const inject = 'facts[0].inject';
  const topUp = 'command: topUp, with: { holder: a, amount: 1.00 CNY }';
  const each = 'command: topUp, with: { amount: 1 CNY }';
  test.each([
    [
      '{ on: 2016-01-02, command: ▸topUpp, with: {} }',
      `${inject}.command: there is no command topUpp (did you mean topUp?)`,
    ],
    [
      '{ on: 2016-01-02, command: ▸closeDay }',
      `${inject}.command: closeDay can't be injected: say close: daily in the horizon`,
    ],
    [
      '{ on: 2016-01-02, command: ▸changePolicy }',
      `${inject}.command: changePolicy can't be injected: write an assumption`,
    ],
    ['{ on: 2016-01-02, command: ▸reverse }', `${inject}.command: reverse can't be injected: drop the fact`],
    ['{ on: 2016-01-02, command: topUp, with: ▸{ holder: a } }', `${inject}.with: missing: amount`],
    ['▸{ on: 2016-01-02, command: topUp }', `${inject}: missing: holder, amount`],
    [
      '{ on: 2016-01-02, command: topUp, with: { ▸holdr: a, holder: b, amount: 1 CNY } }',
      `${inject}.with.holdr: there is no input of topUp named holdr (did you mean holder?)`,
    ],
    [
      '{ on: 2016-01-02, command: subscribeFund, with: ▸{ holder: b, amount: 1 CNY } }',
      `${inject}.with: missing: fund, yuebao`,
    ],
    [
      '{ on: 2016-01-02, command: subscribeFund, with: { fund: ▸yuebo, holder: b, amount: 1 CNY } }',
      `${inject}.with.fund: there is no fund yuebo (did you mean yuebao?)`,
    ],
    [`▸{ ${topUp} }`, `${inject}: missing: on, or from, to and every: day`],
    [`▸{ from: 2016-01-02, to: 2016-01-03, ${topUp} }`, `${inject}: missing: on, or from, to and every: day`],
    [
      `▸{ on: 2016-01-02, to: 2016-01-03, ${topUp} }`,
      `${inject}: on is one day; many days are from, to and every: day`,
    ],
    [`{ from: 2016-01-04, to: ▸2016-01-03, every: day, ${topUp} }`, `${inject}.to: to is before from`],
    [
      `{ from: 2016-01-02, to: 2016-01-03, every: ▸week, ${topUp} }`,
      `${inject}.every: found "week", expected day`,
    ],
    [
      '{ on: 2016-01-02, for: [b], command: topUp, with: { ▸holder: a, amount: 1 CNY } }',
      `${inject}.with.holder: holder stands here, and for fills it in`,
    ],
    [`{ on: 2016-01-02, for: [b, ▸b], ${each} }`, `${inject}.for[1]: found b, expected each id once`],
    [
      `{ on: 2016-01-02, for: ▸b, ${each} }`,
      `${inject}.for: found "b", expected { holdersOf: an account kind }, or a list of 1 to 10000 ids`,
    ],
    [
      `{ on: 2016-01-02, for: { holdersOf: ▸fund:liability:yuebao:unit }, ${each} }`,
      `${inject}.for.holdersOf: there is no account kind fund:liability:yuebao:unit (did you mean fund:liability:yuebao:units?)`,
    ],
    [
      `{ on: 2016-01-02, for: { holdersOf: ▸platform:asset:payments:reserve }, ${each} }`,
      `${inject}.for.holdersOf: platform:asset:payments:reserve has no holders`,
    ],
    [
      `{ on: 2016-01-02, for: { holdersOf: fund:liability:yuebao:units, ▸not: a }, ${each} }`,
      `${inject}.for.not: there is no key not; expected holdersOf`,
    ],
    [
      '{ on: 2016-01-02, ▸for: [b], command: confirmReceipt, with: { payment: P-1 } }',
      `${inject}.for: for fills in holder, and confirmReceipt has no such input`,
    ],
  ])('injection %s', (text, message) => expectOnly(`${head}facts:\n  - inject: ${text}`, message));

  test.each([
    ['- { name: a }\n  - { name: ▸a }', 'variants[1].name: a is the name of the variant in line 5, too'],
    ['- { name: ▸baseline }', 'variants[0].name: baseline is the untouched base'],
    ['- ▸{ assumptions: {} }', 'variants[0]: missing: name'],
    ['- { name: a, ▸fact: [] }', 'variants[0].fact: there is no key fact (did you mean facts?)'],
    ['- { name: a, ▸shocks: [] }', 'variants[0].shocks: shocks comes with a later version'],
    ['- ▸a', 'variants[0]: found "a", expected a variant: a mapping with name'],
  ])('variant %s', (text, message) => expectOnly(`${head}variants:\n  ${text}`, message));

  const year = '{ from: 2016-01-01, to: 2016-12-31 }';
  test.each([
    [
      '{ history: h, ▸book: b }',
      year,
      'base.book: found history and book, expected one of history, book, empty',
    ],
    ['▸{ refused: skip }', year, 'base: missing: history, book or empty'],
    ['{ history: h, refused: ▸maybe }', year, 'base.refused: found "maybe", expected fail, skip or attempt'],
    [
      '{ book: main, ▸refused: skip }',
      year,
      'base.refused: there is no key refused; expected one of book, at',
    ],
    [
      '{ empty: { from: 2016-02-01 } }',
      '{ from: ▸2016-01-01, to: 2016-12-31 }',
      'horizon.from: found "2016-01-01", expected a day that is not before the base\'s',
    ],
    ['{ history: h }', '▸{ to: 2016-01-01 }', 'horizon.from: missing: a date, as in 2016-03-01'],
    [
      '{ history: h }',
      '{ from: 2016-02-01, to: ▸2016-01-01 }',
      'horizon.to: found "2016-01-01", expected a day that is not before from',
    ],
    [
      '{ history: h }',
      '{ from: ▸1989-12-31, to: 2016-03-01 }',
      'horizon.from: found "1989-12-31", expected a date from 1990-01-01 on',
    ],
    [
      '{ empty: { from: ▸0001-01-01 } }',
      '{ from: 2016-02-01, to: 2016-03-01 }',
      'base.empty.from: found "0001-01-01", expected a date from 1990-01-01 on',
    ],
    [
      '{ history: h }',
      '{ from: 2016-02-01, to: 2016-03-01, close: ▸weekly }',
      'horizon.close: found "weekly", expected daily or recorded',
    ],
  ])('base %s, horizon %s', (base, horizon, message) =>
    expectOnly(`scenario: s\nbase: ${base}\nhorizon: ${horizon}`, message),
  );
});

describe('what is no scenario at all', () => {
  test.each([
    ['', 's.yaml:1:1: found nothing, expected a scenario'],
    ['# only a comment', 's.yaml:1:1: found nothing, expected a scenario'],
    ['- a', 's.yaml:1:1: found a list, expected a scenario: a mapping of keys'],
    [`${head}seed: [1, 2\n`, /^s\.yaml:5:1: not YAML: Flow sequence/],
    [`${head}title: "open\n`, /^s\.yaml:5:1: not YAML: Missing closing "quote/],
    [`${head}---\nscenario: t`, /^s\.yaml:4:1: not YAML: a second document begins/],
    [`${head}seed: !foo 1`, /^s\.yaml:4:7: not YAML: Unresolved tag/],
    [
      `${head}assumptions: { payments.floatRate: *nowhere }`,
      /^s\.yaml:4:36 .*: found \*nowhere, expected an anchor that stands before it/,
    ],
    [
      `${head}assumptions: { payments.merchantFeeRate[m]: 1% }`,
      /^s\.yaml:4:40: not YAML: .* \(between { }, a key with \[ \] needs quotes\)$/,
    ],
    [`${head}? [a]\n: 1`, /^s\.yaml:4:3: found a list or a mapping, expected text as a key/],
    [`${head}__proto__: { seed: 1 }`, /^s\.yaml:4:1 __proto__: there is no key __proto__/],
  ])('%j', (text, first) => {
    expect(said(text)[0]).toEqual(typeof first === 'string' ? first : expect.stringMatching(first));
  });

  test('limits: size, depth, what aliases blow up, variants, edits', () => {
    expect(said(`# ${'x'.repeat(1_048_576)}`)).toEqual([
      's.yaml:1:1: found 1048578 bytes, expected at most 1048576 bytes',
    ]);
    expect(said(`a: ${'['.repeat(40)}${']'.repeat(40)}`)[0]).toMatch(/values nested too deeply/);
    expect(said('['.repeat(20_000))[0]).toMatch(/nested too deeply/);
    const times = (anchor: string) => `[${Array(10).fill(anchor).join(', ')}]`;
    const bomb = `a: &a ${times('x')}\nb: &b ${times('*a')}\nc: &c ${times('*b')}\nd: &d ${times('*c')}\ne: &e ${times('*d')}\nf: ${times('*e')}`;
    expect(said(bomb)[0]).toMatch(/found more than 100000 values/);
    expect(said('a: &a [*a]')[0]).toMatch(/nested too deeply/);
    const variants = Array.from({ length: 101 }, (_, at) => `  - name: v${at}`).join('\n');
    expect(said(`${head}variants:\n${variants}`)).toEqual([
      's.yaml:5:3 variants: found 101 variants, expected at most 100',
    ]);
    const drops = (count: number) => Array(count).fill('{ drop: { where: { type: ToppedUp } } }').join(', ');
    expect(said(`${head}facts: [${drops(1001)}]`)).toEqual([
      's.yaml:4:8 facts: found 1001 edits, expected at most 1000',
    ]);
    expect(said(`${head}facts: [${drops(600)}]\nvariants: [{ name: a, facts: [${drops(401)}] }]`)).toEqual([
      's.yaml:4:1 facts: found 1001 edits, expected at most 1000, those of variants included',
    ]);
    expect(bad(Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join('\n'))).toHaveLength(200);
  });
});
