/** Report lines and expectations: their grammar, their names, and the one way in which each is written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf, formatDay, periodOf, periods } from '../../src/kernel/values/dates.ts';
import { fraction } from '../../src/kernel/values/rates.ts';
import {
  type Accounts,
  type Expectation,
  type Flaw,
  type Level,
  type Literal,
  type Moment,
  operators,
  parseExpectation,
  parseReportLine,
  printExpectation,
  printReportLine,
  type Side,
  type Span,
  spanOf,
  type Term,
} from '../../src/scenario/file/file.ts';
import { house } from '../../src/segments/index.ts';

const names = { house, horizon: { from: dayOf('2016-01-01'), to: dayOf('2016-12-31') } };

const isFlawed = <T extends object>(parsed: T | readonly Flaw[]): parsed is readonly Flaw[] =>
  Array.isArray(parsed);

function normal(text: string): string {
  const parsed = parseExpectation(text, names);
  if (isFlawed(parsed)) throw new Error(JSON.stringify(parsed));
  return printExpectation(parsed);
}

function normalLine(text: string): string {
  const parsed = parseReportLine(text, names);
  if (isFlawed(parsed)) throw new Error(JSON.stringify(parsed));
  return printReportLine(parsed);
}

describe('expectations', () => {
  test.each([
    'revenue.payments.2016 within 1% of 18200000000.00 CNY',
    'balance(fund:asset:yuebao:deposit-*) >= 0 always',
    'difference(revenue.payments.2016, baseline) <= -1000.00 CNY',
    'divergences = 0',
    'divergences(INSUFFICIENT_FUNDS) < 10',
    'divergences(DEPENDS_ON_SKIPPED) = 0',
    'revenue.payments.2016-03 > cost.payments.2016-Q1',
    'revenue.total != 0',
    'cost.total.2016-03-01 <= 1.00 CNY',
    'metric(payments.takeRate) > 0.5%',
    'metric(payments.takeRate.2016) <= 0.006',
    'difference(metric(payments.takeRate.2016-12), baseline) >= -0.25%',
    'balance(platform:asset:payments:reserve:CNY) > 0 on 2016-03-01',
    'balance(platform:liability:payments:wallet:user-1:CNY) = 1.00 CNY on 2016-03-01',
    'balance(platform:liability:payments:wallet) <= balance(platform:asset:payments:reserve) always',
    'balance(platform:liability:payments:wallet:user-*) >= 0 always',
    'difference(balance(platform:asset:payments:reserve), baseline) within 10% of 1.00 CNY on 2016-12-31',
  ])('%s is its own text', (text) => {
    expect(normal(text)).toBe(text);
  });

  test.each([
    ['  divergences  =  0 ', 'divergences = 0'],
    ['divergences=0', 'divergences = 0'],
    ['revenue.total>=1 CNY', 'revenue.total >= 1.00 CNY'],
    ['revenue.total within 100bp of 1000 CNY', 'revenue.total within 1% of 1000.00 CNY'],
    ['metric( payments.takeRate ) = 38bp', 'metric(payments.takeRate) = 0.38%'],
    ['metric(payments.takeRate) = 0.380%', 'metric(payments.takeRate) = 0.38%'],
    ['metric(payments.takeRate) = 0.50', 'metric(payments.takeRate) = 0.5'],
    ['difference( divergences ,baseline )>1', 'difference(divergences, baseline) > 1'],
    ['0 <= revenue.total', '0 <= revenue.total'],
  ])('%s is written %s', (text, written) => {
    expect(normal(text)).toBe(written);
  });

  // ▸ marks where the flaw is.
  test.each([
    ['▸', 'found the end of the line', /an amount, a number, revenue/],
    ['▸profit.total = 0', 'found profit.total', /revenue\.SEGMENT/],
    ['revenue.▸paymnts = 0', 'there is no segment paymnts', /payments/],
    ['revenue.▸kernel = 0', 'there is no segment kernel', /payments/],
    ['revenue.payments.▸2016-13 = 0', 'found 2016-13', /as in 2016, 2016-Q1/],
    ['revenue.payments.▸2015 = 0', '2015 has no day in the horizon', /a day of the horizon/],
    ['revenue.payments =▸= 0', 'found =', /an amount/],
    ['revenue.payments ▸', 'found the end of the line', /within, or one of/],
    ['revenue.payments >= ▸', 'found the end of the line', /an amount/],
    ['revenue.payments >= 1.00 ▸RMB', 'found RMB', /CNY/],
    ['revenue.payments >= ▸1.001 CNY', 'found 1.001', /2 digits/],
    ['revenue.payments >= ▸1.0.0 CNY', 'found 1.0.0', /a decimal/],
    ['revenue.payments >= 1.00 CNY ▸today', 'found today', /the end of the line/],
    [
      'revenue.payments >= ▸10',
      "10 can't be compared with revenue.payments, which is an amount, as in 1000.00 CNY",
      undefined,
    ],
    ['divergences <= ▸1.00 CNY', "1.00 CNY can't be compared with divergences, which is a count", undefined],
    ['divergences <= ▸1%', "1% can't be compared with divergences, which is a count", undefined],
    ['balance(platform:asset:payments:reserve:CNY) = ▸1.00 USD', /which is an amount of CNY$/, undefined],
    ['revenue.payments within ▸1 of 10.00 CNY', 'found 1', /a tolerance/],
    ['revenue.payments within ▸101% of 10.00 CNY', 'found 101', /a tolerance/],
    ['▸1.00 CNY within 1% of revenue.payments', 'found 1.00', /revenue/],
    ['▸1 = 1', 'neither side is a figure of the run', undefined],
    [
      'revenue.payments >= 0 ▸always',
      'revenue.payments is over a span of days: always is for balances',
      undefined,
    ],
    ['metric(payments.takeRate) >= 0 ▸on 2016-03-01', /on is for balances/, undefined],
    ['balance(platform:asset:payments:reserve) >= 0 on ▸2016-02-30', 'found 2016-02-30', /a date/],
    [
      'balance(platform:asset:payments:reserve) >= 0 on ▸2017-01-01',
      '2017-01-01 is not in the horizon',
      undefined,
    ],
    [
      'balance(▸platform:asset:payments:reserv) = 0',
      'there is no account kind platform:asset:payments:reserv',
      /^one of .* … \(\d+ in all\)$/,
    ],
    ['balance(▸platform:asset:payments:reserve:user-1:CNY) = 0', /^found platform/, /reserve:CNY$/],
    ['balance(▸platform:liability:payments:wallet:CNY) = 0', /^found platform/, /HOLDER/],
    ['balance(▸platform:liability:payments:wallet:user-1:XXX) = 0', /^found platform/, /HOLDER/],
    ['balance(▸bank:*) = 0', /^there is no account that begins with bank:/, undefined],
    ['metric(▸payments.takeRat) = 0', 'there is no metric payments.takeRat', undefined],
    ['divergences(▸INSUFICIENT_FUNDS) = 0', 'there is no code INSUFICIENT_FUNDS', undefined],
    ['divergences(▸funds) = 0', 'found funds', /a code/],
    ['difference(▸difference(revenue.total, baseline), baseline) = 0', 'found difference', /revenue/],
    ['difference(revenue.total, ▸variant) = 0', 'found variant', /baseline/],
    ['difference(revenue.total▸) = 0', 'found )', /,/],
  ])('%s: %s', (text, message, expected) => {
    const offset = text.indexOf('▸');
    const parsed = parseExpectation(text.replace('▸', ''), names);
    if (!isFlawed(parsed)) throw new Error(`no flaw: ${printExpectation(parsed)}`);
    const [flaw] = parsed;
    expect(parsed).toHaveLength(1);
    expect(flaw?.offset).toBe(offset);
    const said = flaw?.message ?? `found ${flaw?.found}`;
    if (typeof message === 'string') expect(said.startsWith(message)).toBe(true);
    else expect(said).toMatch(message);
    if (expected !== undefined) expect(flaw?.expected).toMatch(expected);
  });

  test('all names that are unknown are told, not only the first', () => {
    const parsed = parseExpectation('revenue.paymnts >= cost.yueboa', names);
    expect(isFlawed(parsed) && parsed.map(({ offset, didYouMean }) => [offset, didYouMean])).toEqual([
      [8, 'payments'],
      [24, 'yuebao'],
    ]);
  });

  test('spans are their days', () => {
    const days = (text: string) => {
      const span = spanOf(text);
      return span && [formatDay(span.from), formatDay(span.to)];
    };
    expect(['2016', '2016-Q4', '2016-02', '2016-02-29'].map(days)).toEqual([
      ['2016-01-01', '2016-12-31'],
      ['2016-10-01', '2016-12-31'],
      ['2016-02-01', '2016-02-29'],
      ['2016-02-29', '2016-02-29'],
    ]);
    expect(['2016-Q5', '2015-02-29', '2016-00', '0000', '16'].map(days)).toEqual(Array(5).fill(undefined));
  });
});

describe('report lines', () => {
  test.each([
    'revenue by segment monthly',
    'cost by segment yearly',
    'balance(platform:asset:payments:reserve) daily',
    'balance(fund:asset:yuebao:*) quarterly',
    'metric payments.takeRate monthly',
  ])('%s is its own text', (text) => {
    expect(normalLine(text)).toBe(text);
    expect(normalLine(` ${text.replaceAll(' ', '   ')} `)).toBe(text);
  });

  test.each([
    ['▸profit by segment daily', 'found profit'],
    ['revenue by ▸day daily', 'found day'],
    ['revenue by segment ▸weekly', 'found weekly'],
    ['revenue by segment ▸', 'found the end of the line'],
    ['revenue by segment daily ▸x', 'found x'],
    ['metric ▸payments.takeRat daily', 'there is no metric payments.takeRat'],
    ['metric payments ▸daily', 'found daily'],
    ['▸sensitivity of revenue.total to assumptions', 'sensitivity comes with a later version'],
  ])('%s: %s', (text, message) => {
    const parsed = parseReportLine(text.replace('▸', ''), names);
    if (!isFlawed(parsed)) throw new Error('no flaw');
    const [flaw] = parsed;
    expect([flaw?.offset, flaw?.message ?? `found ${flaw?.found}`]).toEqual([text.indexOf('▸'), message]);
  });
});

const digits = (most: number) => fc.bigInt({ min: -(10n ** BigInt(most)), max: 10n ** BigInt(most) });
const decimal = fc.tuple(digits(20), fc.nat(9)).map(([num, places]) => fraction(num, 10n ** BigInt(places)));
const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.record({
    kind: fc.constant('money' as const),
    minor: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    currency: fc.constantFrom('CNY', 'JPY', 'KWD'),
  }),
  fc.record({ kind: fc.constant('number' as const), value: decimal }),
  fc.record({ kind: fc.constant('percent' as const), value: decimal }),
);
const day = fc.integer({ min: dayOf('1000-01-01'), max: dayOf('9999-12-31') });
const span: fc.Arbitrary<Span | undefined> = fc.option(
  fc
    .tuple(day, fc.constantFrom(...periods))
    .map(([at, by]): Span => spanOf(periodOf(at, by)) ?? { text: '', from: 0, to: 0 }),
  { nil: undefined },
);
const name = fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,9}$/);
const accounts: fc.Arbitrary<Accounts> = fc.oneof(
  fc.tuple(name, name, name, name).map((parts): Accounts => ({ match: 'kind', path: parts.join(':') })),
  fc
    .tuple(name, name, name, name, name)
    .map((parts): Accounts => ({ match: 'account', id: parts.join(':') })),
  fc.stringMatching(/^[a-z0-9:._-]{0,12}$/).map((prefix): Accounts => ({ match: 'prefix', prefix })),
);
const level: fc.Arbitrary<Level> = fc.oneof(
  fc.record({
    kind: fc.constant('flow' as const),
    of: fc.constantFrom('revenue' as const, 'cost' as const),
    segment: name,
    span,
  }),
  fc.record({ kind: fc.constant('balance' as const), accounts }),
  fc.record({ kind: fc.constant('metric' as const), segment: name, metric: name, span }),
  fc.record({
    kind: fc.constant('divergences' as const),
    code: fc.option(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/), { nil: undefined }),
  }),
);
const term: fc.Arbitrary<Term> = fc.oneof(
  level,
  level.map((of): Term => ({ kind: 'difference', of, against: 'baseline' })),
);
const side: fc.Arbitrary<Side> = fc.oneof(term, literal);
const balance = level.filter(({ kind }) => kind === 'balance');
const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.constant<Moment>({ kind: 'always' }),
  day.map((on): Moment => ({ kind: 'on', day: on })),
);
const end: fc.Arbitrary<Moment> = fc.constant({ kind: 'end' });
const operator = fc.constantFrom(...operators);
const tolerance = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 6n }), fc.constant(10n ** 6n))
  .map(([num, den]) => fraction(num, den));
const expectation: fc.Arbitrary<Expectation> = fc.oneof(
  fc.record({ kind: fc.constant('compare' as const), left: side, operator, right: term, moment: end }),
  fc.record({ kind: fc.constant('compare' as const), left: balance, operator, right: literal, moment }),
  fc.record({ kind: fc.constant('within' as const), term, tolerance, of: side, moment: end }),
  fc.record({ kind: fc.constant('within' as const), term: balance, tolerance, of: literal, moment }),
);

test('what is printed is parsed to the same', () => {
  fc.assert(
    fc.property(expectation, (given) => {
      const text = printExpectation(given);
      const parsed = parseExpectation(text, undefined);
      expect(parsed).toEqual(given);
    }),
    { numRuns: 2000 },
  );
});
