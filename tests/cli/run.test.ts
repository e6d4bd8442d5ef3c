import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { command, pay, topUp, transfer } from '../support/commands.ts';
import { Place, part } from './program.ts';

const history: readonly Command[] = [
  topUp('2016-03-01', 'user-1', '200.00'),
  pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
  command('2016-03-04', 'confirmReceipt', { payment: 'P-1' }),
  transfer('2016-04-05', 'merchant-1', 'user-2', '119.28'),
];

const scenario = (more = ''): string => `
scenario: fees
title: What if the fee had been another?
description: Whether the merchant could still pass on what it got.
base: { history: ../histories/spring.jsonl }
horizon: { from: 2016-03-01, to: 2016-04-30, close: daily }
assumptions:
  payments.merchantFeeRate: 1%
report:
  - revenue by segment monthly
  - balance(platform:liability:payments:wallet) monthly
${more}`;

function placed(more?: string): Place {
  const place = new Place();
  place.folders('histories', 'scenarios');
  place.history('histories/spring.jsonl', history);
  place.write('scenarios/fees.yaml', scenario(more));
  return place;
}

describe('several files at the same time', () => {
  /** Three files, each with another rate. */
  function three(): Place {
    const place = placed();
    for (const [name, rate] of Object.entries({ a: '2%', b: '3%' }))
      place.write(`scenarios/${name}.yaml`, scenario().replace('1%', rate));
    return place;
  }
  const files = ['scenarios/a.yaml', 'scenarios/fees.yaml', 'scenarios/b.yaml'];

  it.each([['--json'], ['--csv'], ['--md'], []])(
    'print what one after the other print: %s',
    async (...form) => {
      using place = three();
      const alone = await place.run('run', ...files, ...form, '--runs', '1');
      const together = await place.run('run', ...files, ...form, '--runs', '3');
      expect(together).toMatchObject({ code: 0, stdout: alone.stdout });
      expect(alone.stdout).not.toBe('');
    },
  );

  it('end with the first that can’t be run, and with 1 where an expectation fails', async () => {
    using place = three();
    place.write('scenarios/a.yaml', scenario('expect:\n  - divergences = 7\n'));
    expect(await place.run('run', ...files, '--runs', '2')).toMatchObject({ code: 1 });
    place.write('scenarios/a.yaml', scenario().replace('spring.jsonl', 'none.jsonl'));
    expect(await place.run('run', ...files, '--runs', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FILE_UNREADABLE'),
    });
  });
});

describe('run', () => {
  it('prints variants beside the baseline, what diverged, and that the baseline is the record', async () => {
    using place = placed();
    const { code, said } = await place.json('run', 'scenarios/fees.yaml');
    expect(code).toBe(0);
    const run = part(said, 'runs', 0);
    expect(run).toMatchObject({
      scenario: 'fees',
      title: 'What if the fee had been another?',
      base: { title: 'history ../histories/spring.jsonl' },
      engine: expect.stringMatching(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/),
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      baselineEqualsRecord: true,
    });
    expect(part(run, 'variants')).toMatchObject([
      { name: 'baseline', divergences: { total: 0 }, firstTouched: null },
      {
        name: 'fees',
        overrides: ['payments.merchantFeeRate: "1%"'],
        // The merchant got 118.80 instead of 119.28, and can't pass on as much.
        divergences: {
          total: 1,
          byCode: { INSUFFICIENT_FUNDS: 1 },
          byKind: { skip: 1 },
          first: [{ line: 4, kind: 'skip' }],
        },
      },
    ]);
    expect(part(run, 'report', 0, 'rows')).toContainEqual(
      expect.objectContaining({
        segment: 'payments',
        period: '2016-03',
        differences: expect.objectContaining({ fees: '0.48' }),
      }),
    );
  });

  it('answers people on one screen: totals, what changed, what could not be kept', async () => {
    using place = placed();
    const { stdout } = await place.run('run', 'scenarios/fees.yaml');
    // 120.00 at 0.6 % and at 1 %: 0.72 and 1.20, beside 0.66 of interest on the float; the merchant then lacks 0.48 of 119.28.
    expect(stdout.replace(/(run|digest) [0-9a-f]+/g, '$1')).toBe(`What if the fee had been another?
2016-03-01 to 2016-04-30, on history ../histories/spring.jsonl
run

totals                                        baseline      fees  difference
  revenue                                         1.38      1.86        0.48
largest changes
  payments revenue                                1.38      1.86        0.48
  platform:liability:payments:wallet 2016-04    199.28    198.80       -0.48
  payments.float                                199.28    198.80       -0.48
  payments.takeRate, share                    0.006000  0.010000    0.004000

1 divergence: 1 × skip INSUFFICIENT_FUNDS
the baseline equals the record
digest
--all prints every figure: 86 rows, 78 of them without a change, nothing of
  huabei, jiebei, mybank, yuebao, zhima, interbook, treasury
`);
  });

  it('prints every figure for people with --all', async () => {
    using place = placed();
    const { stdout } = await place.run('run', 'scenarios/fees.yaml', '--all');
    expect(stdout).toContain('What if the fee had been another?');
    expect(stdout).toMatch(/segment +period +baseline +fees +difference/);
    expect(stdout).toContain('1 × skip INSUFFICIENT_FUNDS');
    expect(stdout).toContain('the baseline equals the record');
  });

  it('gives the same id and digest with --full and with a spelling of its own', async () => {
    using place = placed();
    const [plain, full] = [
      await place.json('run', 'scenarios/fees.yaml'),
      await place.json('run', 'scenarios/fees.yaml', '--full'),
    ];
    place.write('scenarios/fees.yaml', scenario().replace('1%', '1.00%'));
    const spelt = await place.json('run', 'scenarios/fees.yaml');
    for (const key of ['id', 'digest']) {
      expect(part(full.said, 'runs', 0, key)).toBe(part(plain.said, 'runs', 0, key));
      expect(part(spelt.said, 'runs', 0, key)).toBe(part(plain.said, 'runs', 0, key));
    }
  });

  it('ticks expectations, and exits with 1 when one fails', async () => {
    using place = placed(
      'expect:\n  - divergences = 1\n  - difference(revenue.payments, baseline) <= 0.00 CNY\n',
    );
    const { code, stdout } = await place.run('run', 'scenarios/fees.yaml', '--all');
    expect(code).toBe(1);
    expect(stdout).toContain('✓ divergences = 1');
    expect(stdout).toContain('✗ difference(revenue.payments, baseline) <= 0.00 CNY');
    const first = await place.run('run', 'scenarios/fees.yaml');
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('✗ difference(revenue.payments, baseline) <= 0.00 CNY');
    expect(first.stdout).toContain('1 of 2 expectations hold');
  });

  it('takes warnings for errors with --strict', async () => {
    using place = placed('facts:\n  - drop: { where: { type: PaymentInitiated, payee: merchant-7 } }\n');
    const plain = await place.json('run', 'scenarios/fees.yaml');
    expect(plain.code).toBe(0);
    expect(part(plain.said, 'runs', 0, 'warnings')).toMatchObject([{ code: 'UNMATCHED_FILTER' }]);
    expect((await place.run('run', 'scenarios/fees.yaml', '--strict')).code).toBe(1);
  });

  it('takes assumptions and variants from the command line', async () => {
    using place = placed(
      'variants:\n  - name: low\n    assumptions: { payments.merchantFeeRate: 0.1% }\n  - name: none\n    assumptions: { payments.merchantFeeRate: 0% }\n',
    );
    const { said } = await place.json(
      'run',
      'scenarios/fees.yaml',
      '--variant',
      'none',
      '--set',
      'payments.floatRate=1%',
    );
    expect(part(said, 'runs', 0, 'variants')).toMatchObject([
      { name: 'baseline' },
      { name: 'fees', overrides: ['payments.merchantFeeRate: "1%"', 'payments.floatRate: "1%"'] },
      { name: 'none' },
    ]);
    expect(await place.run('run', 'scenarios/fees.yaml', '--variant', 'nine')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('low, none'),
    });
    expect(await place.run('run', 'scenarios/fees.yaml', '--set', 'payments.floatRat=1%')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean payments.floatRate?'),
    });
  });

  it('prints CSV and Markdown, and writes figures and charts', async () => {
    using place = placed();
    const csv = await place.run('run', 'scenarios/fees.yaml', '--csv', '--out', 'out');
    expect(csv.stdout.split('\n')[0]).toBe(
      'scenario,line,segment,period,from,to,unit,variant,value,baseline,difference',
    );
    expect(place.read('out/fees/figures.csv')).toBe(csv.stdout);
    const chart = place.read('out/fees/revenue-by-segment-monthly-payments.svg');
    expect(chart).toMatch(/^<svg [^>]*viewBox=/);
    expect(chart.match(/<polyline /g)).toHaveLength(2);
    expect((await place.run('run', 'scenarios/fees.yaml', '--md')).stdout).toContain(
      '| segment | period | baseline | fees | difference |',
    );
  });

  it('runs on a book, up to a revision, and leaves it as it was', async () => {
    using place = placed();
    await place.run('import', 'histories/spring.jsonl', '--close', 'daily');
    const head = await place.head();
    place.write(
      'book.yaml',
      'scenario: on-a-book\nbase: { book: main }\nhorizon: { from: 2016-03-01, to: 2016-04-30 }\nassumptions: { payments.merchantFeeRate: 1% }\nexpect:\n  - difference(revenue.payments.2016-03, baseline) >= 0.48 CNY\n',
    );
    const { code, said } = await place.json('run', 'book.yaml');
    expect(code).toBe(0);
    expect(part(said, 'runs', 0)).toMatchObject({
      base: { title: 'book main', revision: head.revision, hash: head.hash },
      baselineEqualsRecord: true,
    });
    expect(await place.head()).toEqual(head);
  });

  it('says file, line and column of every mistake, and runs nothing', async () => {
    using place = placed();
    place.write(
      'bad.yaml',
      scenario()
        .replace('payments.merchantFeeRate: 1%', 'payments.merchantFeRate: 1%')
        .replace('to: 2016-04-30', 'to: 2016-04-31'),
    );
    const { code, stderr } = await place.run('run', 'scenarios/fees.yaml', 'bad.yaml', '--out', 'out');
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:6:\d+ horizon\.to/);
    expect(stderr).toMatch(/bad\.yaml:8:\d+ .*did you mean payments\.merchantFeeRate\?/);
    expect(existsSync(place.path('out'))).toBe(false);
    const { said } = await place.json('run', 'bad.yaml');
    expect(said.error).toMatchObject({ code: 'SCENARIO_MISTAKEN', mistakes: [{ line: 6 }, { line: 8 }] });
  });

  it('refuses malformed YAML, a missing file, and a base with a refused line', async () => {
    using place = placed();
    place.write('broken.yaml', 'scenario: [');
    expect((await place.run('run', 'broken.yaml')).code).toBe(2);
    expect((await place.json('run', 'nothing.yaml')).said.error).toMatchObject({ code: 'FILE_UNREADABLE' });
    place.history('histories/spring.jsonl', [
      ...history,
      transfer('2016-04-06', 'user-2', 'user-3', '999.00'),
    ]);
    const { code, said } = await place.json('run', 'scenarios/fees.yaml');
    expect(code).toBe(2);
    expect(said.error).toMatchObject({
      code: 'HISTORY_REFUSED',
      value: 'line 5',
      message: expect.stringContaining('INSUFFICIENT_FUNDS'),
    });
  });
});
