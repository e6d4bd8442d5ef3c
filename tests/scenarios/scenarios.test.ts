/** Every scenario that is shipped: it runs, what it expects holds, and what the docs say of it is so. */
import { Writable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { Output } from '../../src/cli/frame/output.ts';
import { figureTables, metricRows } from '../../src/cli/runs/run-figures.ts';
import { printRun } from '../../src/cli/runs/run-report.ts';
import { printSummary } from '../../src/cli/runs/run-summary.ts';
import { expectationsOf } from '../../src/scenario/comparing/expect.ts';
import type { BaseRecord } from '../../src/scenario/running/base.ts';
import {
  baselineName,
  type Run,
  replayVariant,
  runScenario,
  type VariantRun,
} from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { countsOf, creditCell, creditCellsOf, creditColumns } from './credit-figures.ts';
import { cellsOf, statedOf, type Table, tablesOf } from './figures.ts';
import { baseOf, engine, historyOf, newBaseOf, scenarioOf, shipped } from './shipped.ts';

/** Warnings that are the point of a scenario, whose description says so. */
const warnings: { readonly [id: string]: readonly string[] } = {
  'run-on-the-fund': [
    'REFUSED_INJECTION 10 % a day, quick: variants[0].facts[0]: 247 injected commands refused with FUND_ILLIQUID',
    'REFUSED_INJECTION 20 % a day, quick: variants[2].facts[0]: 336 injected commands refused with FUND_ILLIQUID',
  ],
};

/** Scenarios that are asked again, and evaluated with nothing shared: of each history one that changes nothing, and one that does most. */
const thorough: readonly string[] = ['no-change', 'singles-day', 'no-change-credit', 'stricter-score'];

test('there are scenarios', () => {
  expect(shipped.length).toBeGreaterThanOrEqual(7);
});

describe.each(shipped)('%s', (id) => {
  const scenario = scenarioOf(id);
  const isAboutCredit = historyOf(scenario) === 'credit-2016';
  let base: BaseRecord;
  let run: Run;

  beforeAll(async () => {
    base = await baseOf(scenario);
    run = await runScenario({ house, scenario, base, engine });
  });

  const others = (): readonly VariantRun[] => run.variants.filter(({ name }) => name !== baselineName);

  test('says what it asks, why, and where its figures come from', () => {
    expect(scenario.id).toBe(id);
    expect(scenario.title).toMatch(/\?$/);
    expect(scenario.description.length).toBeGreaterThan(100);
    expect(scenario.source).not.toBe('');
    expect(scenario.report.length).toBeGreaterThan(0);
    expect(scenario.expect.length).toBeGreaterThan(0);
  });

  test('comes to what it expects', () => {
    const outcomes = expectationsOf(run);
    expect(outcomes).toHaveLength(scenario.expect.length * Math.max(1, others().length));
    expect(outcomes.filter(({ holds }) => !holds)).toEqual([]);
  });

  test('comes to what the docs say of it', () => {
    if (isAboutCredit) {
      const stated = tablesOf('credit.md', id);
      expect(stated.length).toBeGreaterThan(0);
      expect(creditFound()).toEqual(stated);
    } else expect(run.variants.map((variant) => cellsOf(run, variant))).toEqual(statedOf(id));
  });

  test('answers on one screen, whose width it keeps', () => {
    const expected = expectationsOf(run);
    const told = { file: id, run, tables: figureTables(run), metrics: metricRows(run), expected };
    for (const columns of [80, 132]) {
      const first = printed(columns, (out) => printSummary(out, told));
      expect(first.length, `${columns} wide`).toBeLessThanOrEqual(40);
      const all = printed(columns, (out) => printRun(out, told));
      expect([...first, ...all].filter((line) => line.length > columns)).toEqual([]);
    }
  });

  test('warns of nothing that it does not mean to', () => {
    const given = run.warnings.map(({ code, variant, message }) => `${code} ${variant}: ${message}`);
    expect(given).toEqual(warnings[id] ?? []);
  });

  test('has the record as its baseline, every fact evaluated', () => {
    const [baseline] = run.variants;
    expect(baseline?.digest).toBe(run.recordDigest);
    expect(baseline?.evaluated).toBe(base.facts.length);
    expect(baseline?.divergences).toEqual([]);
    expect(baseline?.moot).toBe(0);
  });

  test.runIf(thorough.includes(id))('comes to the same when nothing is shared', async () => {
    const full = await runScenario({ house, scenario, base, engine, full: true });
    expect(full.id).toBe(run.id);
    expect(full.digest).toBe(run.digest);
    expect(full.variants.map(outcome)).toEqual(run.variants.map(outcome));
  });

  test('gives every variant an effect of its own', () => {
    const digests = run.variants.map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('differs in nothing before the first revision that it touches', () => {
    for (const variant of others()) {
      const touched = variant.firstTouched?.revision ?? base.revision + 1;
      const recorded = base.events.slice(0, touched).map(({ type, effectiveOn, accounts, minors }) => ({
        type,
        on: effectiveOn,
        accounts,
        minors,
      }));
      expect(eventsOf(variant, touched)).toEqual(recorded);
    }
  });

  test('differs in no balance before the first day that it touches', () => {
    const [baseline] = run.variants;
    for (const { view, firstTouched } of others()) {
      const before = (firstTouched?.on ?? scenario.horizon.to + 1) - 1;
      for (const kind of house.kinds) {
        expect(view.totalOn(kind, before), kind.path).toBe(baseline?.view.totalOn(kind, before));
      }
    }
  });

  test.runIf(thorough.includes(id))('gives the same answer to the same question', async () => {
    const again = await runScenario({
      house,
      scenario: scenarioOf(id),
      base: await newBaseOf(scenario),
      engine,
    });
    expect([again.id, again.digest]).toEqual([run.id, run.digest]);
  });

  /** What the page on credit has to say of the scenario: its first table, and what stands over the columns of the others. */
  function creditFound(): readonly Table[] {
    const counts = new Map(
      run.variants.map((variant) => [variant, lazily(() => countsOf(base, run, variant))]),
    );
    return tablesOf('credit.md', id).map(({ head }, at) => ({
      head: at === 0 ? creditColumns : head,
      rows: run.variants.map((variant) =>
        at === 0
          ? creditCellsOf(run, variant)
          : head.map((words) => creditCell(words, run, variant, counts.get(variant))),
      ),
    }));
  }

  /** The first events of a variant, made by evaluating it again. */
  function eventsOf(variant: VariantRun, count: number): readonly unknown[] {
    const found: unknown[] = [];
    replayVariant(house, base, variant, scenario, (type, { on }, entry) => {
      if (found.length >= count) return;
      const accounts = entry.accounts.map((account) => entry.chart.id(account));
      found.push({ type: type.name, on, accounts, minors: entry.minors });
    });
    return found;
  }
});

/** The lines that are printed on a terminal of so many columns. */
function printed(columns: number, print: (out: Output) => void): readonly string[] {
  let text = '';
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  print(new Output({ stdout: Object.assign(stdout, { columns }), stderr: process.stderr }, false));
  return text.split('\n');
}

/** Works something out when it is first asked for. */
function lazily<T>(work: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: work() };
    return found.value;
  };
}

const outcome = ({ name, digest, divergences, moot, events, firstTouched }: VariantRun) => ({
  name,
  digest,
  divergences,
  moot,
  events,
  firstTouched,
});
