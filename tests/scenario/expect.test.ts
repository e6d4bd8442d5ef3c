/** What expectations come to where a metric has no value: there is nothing to divide by. */
import { beforeAll, describe, expect, test } from 'vitest';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { expectationsOf } from '../../src/scenario/comparing/expect.ts';
import { levelOf } from '../../src/scenario/comparing/figures.ts';
import { formatMistakes, isMistaken, parseScenario } from '../../src/scenario/file/file.ts';
import { type Run, runScenario } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { topUp } from '../support/commands.ts';
import { baseOf } from '../support/what-if.ts';

const on = '2016-01-12';
const horizon = { from: dayOf('2016-01-01'), to: dayOf('2016-01-31'), close: 'daily' } as const;

/** What huabei's lending company has: nothing, unless somebody pays capital in. */
const variants = `
  - name: owned
    facts: [{ inject: { on: ${on}, command: contributeCapital, with: { entity: huabei, amount: 100.00 CNY } } }]
  - name: in debt
    assumptions: { huabei.ownFundingShare: 100%, huabei.merchantFeeRate: 0% }
    facts:
      - inject: { on: ${on}, command: openCreditLine, with: { holder: a } }
      - inject: { on: ${on}, command: drawCredit, with: { holder: a, payee: m, amount: 500.00 CNY } }
`;

const asked = [
  'metric(huabei.leverageOn) <= 1',
  'metric(huabei.leverageOn) >= 0',
  'metric(huabei.leverageOn) = 0',
  'metric(huabei.leverageOn) != 0',
  '1 >= metric(huabei.leverageOn)',
  'metric(huabei.leverageOn) within 100% of 0',
  'metric(huabei.leverageOn.2016-01) <= 1',
  'metric(huabei.leverageOff) <= 4',
] as const;
const ofAnother = 'difference(metric(huabei.leverageOn), baseline) = 0';
const amount = 'metric(huabei.netAssets) <= 100.00 CNY';

async function run(expected: readonly string[], others: string): Promise<Run> {
  const text = `scenario: s\nbase: { history: h.jsonl }\nhorizon: { from: 2016-01-01, to: 2016-01-31 }\n${others}expect:\n${expected.map((line) => `  - ${line}\n`).join('')}`;
  const scenario = parseScenario(text, { file: 's.yaml', house });
  if (isMistaken(scenario)) throw new Error(formatMistakes(scenario));
  const { record } = baseOf([topUp(on, 'b', '1.00')], { close: 'daily', to: '2016-01-31' });
  return runScenario({ house, scenario, base: record, engine: 'test' });
}

/** What huabei.leverageOn is in a variant. */
function leverage({ variants: all }: Run, name: string): unknown {
  const variant = all.find((each) => each.name === name);
  if (variant === undefined) throw new Error(`no variant ${name}`);
  const level = { kind: 'metric', segment: 'huabei', metric: 'leverageOn', span: undefined } as const;
  const found = levelOf(variant, level, horizon, undefined);
  return found instanceof Refusal ? found.code : found.value;
}

describe('an expectation about a metric without a value', () => {
  let made: Run;
  beforeAll(async () => {
    made = await run([...asked, ofAnother, amount], `variants:${variants}`);
  });
  const outcomes = (variant: string) =>
    expectationsOf(made)
      .filter((each) => each.variant === variant)
      .map(({ text, holds, found }) => [text, holds, found]);
  const without = (metric: string) => `METRIC_WITHOUT_VALUE: the metric has no value: huabei.${metric}`;

  test('does not hold, whatever is expected of it, where net assets are below zero: METRIC_WITHOUT_VALUE', () => {
    expect(leverage(made, 'in debt')).toBe('METRIC_WITHOUT_VALUE');
    expect(outcomes('in debt')).toEqual([
      ...asked.map((text) => [text, false, without(text.includes('Off') ? 'leverageOff' : 'leverageOn')]),
      [ofAnother, false, without('leverageOn')],
      // Provisions of 1 % of 500.00; interest on what is borrowed from the 13th on, 19 days of 4.5 % a year of 500.00 and a little.
      [amount, true, '-6.17 CNY'],
    ]);
  });

  test('does where there is a value; a difference needs one on both sides', () => {
    expect(leverage(made, 'owned')).toEqual({ num: 0n, den: 1n });
    expect(outcomes('owned')).toEqual([
      ...asked.map((text) => [text, !text.includes('!='), text.startsWith('1') ? '1' : '0']),
      // The baseline, without any capital, has none.
      [ofAnother, false, without('leverageOn')],
      [amount, true, '100.00 CNY'],
    ]);
  });

  test('nor where they are zero: of the baseline, where nothing else is run', async () => {
    const alone = await run([asked[0], 'metric(huabei.netAssets) = 0.00 CNY'], '');
    expect(leverage(alone, 'baseline')).toBe('METRIC_WITHOUT_VALUE');
    expect(expectationsOf(alone)).toEqual([
      { text: asked[0], variant: 'baseline', holds: false, found: without('leverageOn') },
      { text: 'metric(huabei.netAssets) = 0.00 CNY', variant: 'baseline', holds: true, found: '0.00 CNY' },
    ]);
  });

  test('nor any other ratio: arrears of nothing', async () => {
    const alone = await run(['metric(huabei.arrearsRate) <= 1', 'metric(huabei.outstanding) = 0'], '');
    expect(expectationsOf(alone).map(({ holds, found }) => [holds, found])).toEqual([
      [false, without('arrearsRate')],
      [true, '0.00 CNY'],
    ]);
  });
});
