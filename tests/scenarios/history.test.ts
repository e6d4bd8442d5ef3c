/** The history that is shipped: what its generator makes, and nothing that a book would refuse. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { platform2016 } from '../../scenarios/histories/platform-2016.ts';
import { dayOf, formatDay } from '../../src/kernel/dates.ts';
import { isRecord } from '../../src/kernel/fields.ts';
import { kindOf, viewOf } from './figures.ts';
import { baseOf, scenarioOf } from './shipped.ts';

const text = readFileSync(new URL('../../scenarios/histories/platform-2016.jsonl', import.meta.url), 'utf8');
const commands = platform2016();

describe('platform-2016.jsonl', () => {
  test('is what its generator makes, to the byte', () => {
    expect(commands.map((command) => `${JSON.stringify(command)}\n`).join('')).toBe(text);
  });

  test('is made the same twice', () => {
    expect(platform2016()).toEqual(commands);
  });

  test('has a key of its own on every line', () => {
    const keys = commands.flatMap(({ key }) => key ?? []);
    expect(keys).toHaveLength(commands.length);
    expect(new Set(keys).size).toBe(commands.length);
  });

  test('stays small', () => {
    expect(commands.length).toBeLessThanOrEqual(6_000);
    expect(text.length).toBeLessThanOrEqual(1_200_000);
  });

  test('is accepted line by line when days are closed daily, and no close lists a breach', async () => {
    const { facts, events } = await baseOf(scenarioOf('no-change'));
    expect(facts.filter(({ key }) => key !== null)).toHaveLength(commands.length);
    const closed = events.filter(({ type }) => type === 'DayClosed').map(({ data }) => data);
    expect(closed).toHaveLength(366);
    expect(closed.filter((data) => isRecord(data) && JSON.stringify(data.breaches) !== '[]')).toEqual([]);
  });

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
