/** The histories that are shipped: what their generators make, and nothing that a book would refuse. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { credit2016, creditHistory } from '../../scenarios/histories/credit-2016.ts';
import { platform2016 } from '../../scenarios/histories/platform-2016.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { HistoryBook } from '../../src/scenario/running/base.ts';
import { house } from '../../src/segments/index.ts';
import { kindOf, viewOf } from './figures.ts';
import { baseOf, engine, scenarioOf } from './shipped.ts';

/** Events that credit-2016 does without. */
const leftOut: readonly string[] = [
  'HuabeiFundingCostAccrued',
  'HuabeiBorrowed',
  'HuabeiPoolEnded',
  'HuabeiLeverageMoved',
  'JiebeiLoanWrittenOff',
  'JiebeiLoanRecovered',
  'JiebeiFundingCostAccrued',
  'JiebeiBorrowed',
  'JiebeiLeverageMoved',
  'MybankLeverageMoved',
];

const shippedHistories = [
  { name: 'platform-2016', make: platform2016, about: 'no-change', days: 366, linesMax: 6_000 },
  { name: 'credit-2016', make: credit2016, about: 'no-change-credit', days: 547, linesMax: 25_000 },
];
/** Most bytes of a history for each of its lines. */
const lineBytesMax = 200;

describe.each(shippedHistories)('$name', ({ name, make, about, days, linesMax }) => {
  const text = readFileSync(new URL(`../../scenarios/histories/${name}.jsonl`, import.meta.url), 'utf8');
  const commands = make();

  test('is what its generator makes, to the byte', () => {
    expect(commands.map((command) => `${JSON.stringify(command)}\n`).join('')).toBe(text);
  });

  test('is made the same twice', () => {
    expect(make()).toEqual(commands);
  });

  test('has a key of its own on every line', () => {
    const keys = commands.flatMap(({ key }) => key ?? []);
    expect(keys).toHaveLength(commands.length);
    expect(new Set(keys).size).toBe(commands.length);
  });

  test('stays small', () => {
    expect(commands.length).toBeLessThanOrEqual(linesMax);
    expect(text.length).toBeLessThanOrEqual(linesMax * lineBytesMax);
  });

  test('is accepted line by line when days are closed daily, and no close lists a breach', async () => {
    const { facts, events } = await baseOf(scenarioOf(about));
    expect(facts.filter(({ key }) => key !== null)).toHaveLength(commands.length);
    const closed = events.filter(({ type }) => type === 'DayClosed').map(({ data }) => data);
    expect(closed).toHaveLength(days);
    expect(closed.filter((data) => isRecord(data) && JSON.stringify(data.breaches) !== '[]')).toEqual([]);
  });
});

describe('platform-2016', () => {
  test('has yields like those of its year: 2.3 to 4.2 %, lowest in late summer', async () => {
    const view = viewOf((await baseOf(scenarioOf('no-change'))).state);
    const yields: { readonly day: number; readonly basisPoints: number }[] = [];
    for (let day = dayOf('2016-01-10'); day <= dayOf('2016-12-31'); day++) {
      const paid = view.change(kindOf('fund:expense:yuebao:distribution'), day - 6, day);
      const held = view.totalOn(kindOf('fund:liability:yuebao:units'), day - 7);
      yields.push({ day, basisPoints: Math.round((Number(paid) / Number(held)) * (365 / 7) * 10_000) });
    }
    const lowest = yields.reduce((least, one) => (one.basisPoints < least.basisPoints ? one : least));
    const highest = yields.reduce((most, one) => (one.basisPoints > most.basisPoints ? one : most));
    expect([lowest.basisPoints, highest.basisPoints]).toEqual([239, 332]);
    expect(formatDay(lowest.day)).toMatch(/^2016-0[89]-/);
  });
});

describe('a history with credit', () => {
  test.each([
    { borrowers: 40, from: '2016-01-01', to: '2016-12-31', seed: 1 },
    { borrowers: 250, from: '2015-07-15', to: '2016-05-20', seed: 2 },
    { borrowers: 60, from: '2016-03-01', to: '2017-09-30', seed: 3 },
  ])('of another size and seed is accepted, too: $borrowers borrowers from $from to $to', (size) => {
    const book = new HistoryBook({
      house,
      engine,
      title: 'another',
      refused: 'fail',
      close: 'daily',
      to: dayOf(size.to),
    });
    let line = 0;
    for (const command of creditHistory(size))
      expect(book.take({ line: ++line, command }, dayOf(command.on))?.refusal.message).toBeUndefined();
    expect(line).toBeGreaterThan(1_000);
  });

  test('has everything in it that happens to credit', async () => {
    const { events } = await baseOf(scenarioOf('no-change-credit'));
    const happened = new Set(events.map(({ type }) => type));
    const lines = house.segments.filter(({ id }) => ['huabei', 'jiebei', 'mybank', 'zhima'].includes(id));
    const types = lines.flatMap(({ facts, derived }) => [...facts, ...derived].map(({ name }) => name));
    expect(types.filter((name) => !happened.has(name))).toEqual(leftOut);
  });
});
