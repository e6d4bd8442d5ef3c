/** The meaning of a scenario: which spellings are the same run, and which are not. */
import { describe, expect, test } from 'vitest';
import {
  formatMistakes,
  isMistaken,
  meaningOf,
  meaningOfVariant,
  parseScenario,
  type Scenario,
} from '../../src/scenario/file/file.ts';
import { house } from '../../src/segments/index.ts';

const base = 'base: { history: h.jsonl }';
const year = 'horizon: { from: 2016-01-01, to: 2016-12-31 }';
const head = `scenario: s\n${base}\n${year}\n`;

function scenario(text: string): Scenario {
  const parsed = parseScenario(text, { file: 's.yaml', house });
  if (isMistaken(parsed)) throw new Error(formatMistakes(parsed));
  return parsed;
}

const meaning = (text: string): string => meaningOf(scenario(text));
const assume = (text: string): string => `${head}assumptions: { ${text} }`;
const edit = (text: string): string => `${head}facts: [${text}]`;
const vary = (text: string): string => `${head}variants: [${text}]`;

const allocation = 'deposit-3m: 20%, deposit-long: 20%, bond: 7%, insurance: 2%, other: 1%';
const topUp = '{ inject: { on: 2016-01-02, command: topUp, with: { holder: a, amount: 1 CNY } } }';
const drop = '{ drop: { where: { type: ToppedUp, holder: a } } }';

describe('the same run', () => {
  test.each([
    ['a name', head, head.replace('scenario: s', 'scenario: t')],
    ['words for people', head, `${head}title: T\ndescription: D\nsource: S\n# a comment\n`],
    [
      'a report and expectations',
      head,
      `${head}report: [revenue by segment monthly]\nexpect: [divergences = 0]`,
    ],
    ['the order of sections', head, `${year}\nseed: 0\n${base}\nscenario: s\n`],
    ['defaults', head, `${head}seed: 0\nscale: 1\nassumptions: {}\nfacts: []\nvariants: []\n`],
    ['the default of closing', head, head.replace('12-31 }', '12-31, close: daily }')],
    ['the default of refusals', head, head.replace('h.jsonl }', 'h.jsonl, refused: fail }')],
    ["where the history lies: its hash is the base's", head, head.replace('h.jsonl', 'other/g.jsonl')],
    ['a rate, with a nought more', assume('payments.floatRate: 0.38%'), assume('payments.floatRate: 0.380%')],
    ['a rate, in basis points', assume('payments.floatRate: 0.38%'), assume('payments.floatRate: 38bp')],
    [
      'a rate, with its period',
      assume('payments.floatRate: 0.38%'),
      assume('payments.floatRate: 0.38%/year'),
    ],
    ['an amount', assume('yuebao.holdingCap: 5 CNY'), assume('yuebao.holdingCap: 5.00 CNY')],
    ['days', assume('payments.confirmAfterDays: 10'), assume('payments.confirmAfterDays: 10 days')],
    ['yes and no', assume('payments.refundReturnsFee: no'), assume('payments.refundReturnsFee: false')],
    [
      'the order of assumptions',
      assume('payments.floatRate: 1%, payments.cardCostRate: 2%'),
      assume('payments.cardCostRate: 2%, payments.floatRate: 1%'),
    ],
    [
      'the order of dates',
      assume('payments.floatRate: { 2016-01-01: 1%, 2016-05-01: 2% }'),
      assume('payments.floatRate: { 2016-05-01: 2%, 2016-01-01: 1% }'),
    ],
    [
      'the order inside a record',
      assume(`yuebao.allocation: { deposit-1m: 50%, ${allocation} }`),
      assume(`yuebao.allocation: { ${allocation}, deposit-1m: 50.0% }`),
    ],
    [
      'a bare value, and one from the first of all days',
      assume('payments.floatRate: 1%'),
      assume('payments.floatRate: { 0001-01-01: 1% }'),
    ],
    [
      'the order and the spelling of a filter',
      edit('{ drop: { where: { type: ToppedUp, holder: a, amount: 1 CNY } } }'),
      edit('{ drop: { where: { amount: 1.00 CNY, type: ToppedUp, with: { holder: a } } } }'),
    ],
    [
      'a factor',
      edit('{ scale: { where: { type: ToppedUp }, field: amount, by: 1.5 } }'),
      edit('{ scale: { by: "1.50", where: { type: ToppedUp }, field: amount } }'),
    ],
    [
      'a shift',
      edit('{ shift: { where: { type: ToppedUp }, days: 3 } }'),
      edit('{ shift: { where: { type: ToppedUp }, days: 3 days } }'),
    ],
    [
      'a value that is set',
      edit('{ set: { where: { type: ToppedUp }, field: amount, to: 1 CNY } }'),
      edit('{ set: { where: { type: ToppedUp }, field: amount, to: 1.00 CNY } }'),
    ],
    [
      'one day, and every day of one',
      edit(topUp),
      edit(topUp.replace('on: 2016-01-02', 'from: 2016-01-02, to: 2016-01-02, every: day')),
    ],
    [
      'the order of holders',
      edit('{ inject: { on: 2016-01-02, for: [a, b], command: topUp, with: { amount: 1 CNY } } }'),
      edit('{ inject: { on: 2016-01-02, for: [b, a], command: topUp, with: { amount: 1.00 CNY } } }'),
    ],
    [
      'the name of a variant',
      vary('{ name: a, assumptions: { payments.floatRate: 1% } }'),
      vary('{ name: b, assumptions: { payments.floatRate: 100bp } }'),
    ],
    [
      'the order of variants',
      vary('{ name: a, assumptions: { payments.floatRate: 1% } }, { name: b }'),
      vary('{ name: b }, { name: a, assumptions: { payments.floatRate: 1% } }'),
    ],
    ['a variant twice', vary('{ name: a, facts: [] }'), vary('{ name: a }, { name: b, assumptions: {} }')],
  ])('%s', (_, one, other) => {
    expect(meaning(other)).toBe(meaning(one));
  });
});

describe('another run', () => {
  test.each([
    ['a seed', head, `${head}seed: 1`],
    ['a scale', head, `${head}scale: 2`],
    ['a horizon', head, head.replace('12-31', '12-30')],
    ['closing', head, head.replace('12-31 }', '12-31, close: recorded }')],
    ['refusals', head, head.replace('h.jsonl }', 'h.jsonl, refused: skip }')],
    [
      'a kind of base',
      head,
      head.replace('history: h.jsonl', 'book: main').replace('12-31 }', '12-31, close: daily }'),
    ],
    ['a value', assume('payments.floatRate: 1%'), assume('payments.floatRate: 1.1%')],
    [
      'a day',
      assume('payments.floatRate: { 2016-01-01: 1% }'),
      assume('payments.floatRate: { 2016-01-02: 1% }'),
    ],
    [
      'a range',
      assume('payments.floatRate: { 2016-01-01: 1% }'),
      assume('payments.floatRate: { 2016-01-01..2016-12-31: 1% }'),
    ],
    [
      'a key',
      assume('payments.merchantFeeRate: 1%'),
      `${head}assumptions:\n  payments.merchantFeeRate[*]: 1%`,
    ],
    ['the order of edits', edit(`${drop}, ${topUp}`), edit(`${topUp}, ${drop}`)],
    ['an edit twice', edit(topUp), edit(`${topUp}, ${topUp}`)],
    ['a filter', edit(drop), edit(drop.replace('holder: a', 'holder: b'))],
    ['a day of a filter', edit(drop), edit(drop.replace('holder: a', 'holder: a, to: 2016-03-01'))],
    ['all, and the whole', edit(injectWithdrawal('all')), edit(injectWithdrawal('1 CNY'))],
    [
      'an assumption, and the same in a variant',
      assume('payments.floatRate: 1%'),
      vary('{ name: a, assumptions: { payments.floatRate: 1% } }'),
    ],
  ])('%s', (_, one, other) => {
    expect(meaning(other)).not.toBe(meaning(one));
  });
});

function injectWithdrawal(amount: string): string {
  return `{ inject: { on: 2016-01-02, command: withdraw, with: { holder: a, amount: ${amount} } } }`;
}

test('variants are told apart by their meaning', () => {
  const parsed = scenario(
    vary(
      '{ name: a, assumptions: { payments.floatRate: 1% } }, { name: b }, { name: c, assumptions: { payments.floatRate: 100bp } }',
    ),
  );
  const [a, b, c] = parsed.variants.map(meaningOfVariant);
  expect(a).toBe(c);
  expect(a).not.toBe(b);
});

test('the text is canonical JSON', () => {
  const text = meaning(edit(`${drop}, ${topUp}`));
  expect(JSON.stringify(JSON.parse(text))).toBe(text);
  expect(Object.keys(JSON.parse(text))).toEqual([
    'assumptions',
    'base',
    'facts',
    'horizon',
    'scale',
    'seed',
    'variants',
  ]);
});
