import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Served } from './served.ts';

const day = 86_400_000;
const spring = Date.UTC(2016, 3, 5);

/** A server under a clock that is set by hand, the texts of its warnings, and a way to top up. */
async function underClock(store = 'memory:', from = spring) {
  const clock = { now: from };
  const warned: string[] = [];
  const write = (line: string): void => {
    const { level, msg } = JSON.parse(line);
    if (level === 40) warned.push(msg);
  };
  const served = await Served.start([], { store, now: () => clock.now, log: { write } });
  const topUp = async (): Promise<string> => {
    const { topUp: answer } = await served.data(
      'mutation { topUp(input: { effectiveOn: "2016-03-01", holder: "user-1", amount: { amount: "1.00", currency: "CNY" } }) { __typename ... on CommandAccepted { events { nodes { recordedAt } } } } }',
    );
    return answer.events.nodes.at(-1).recordedAt;
  };
  const ready = async (): Promise<unknown> => await (await fetch(`${served.url}/ready`)).json();
  const ahead = async (): Promise<string | undefined> =>
    /recorded_ahead_seconds\{book="main"\} (\S+)/.exec(
      await (await fetch(`${served.url}/metrics`)).text(),
    )?.[1];
  return { served, clock, warned, topUp, ready, ahead };
}

it('a clock that was once in 2100 stamps all that follows, and that is told', async () => {
  const { served, clock, warned, topUp, ready, ahead } = await underClock();
  await using _ = served;
  expect(await topUp()).toBe('2016-04-05T00:00:00.000Z');
  expect(warned).toEqual([]);
  clock.now = Date.UTC(2100, 0, 1);
  expect(await topUp()).toBe('2100-01-01T00:00:00.000Z');
  expect(warned).toEqual([
    expect.stringMatching(/^book main: \d+ days lie between 2016-04-05.* and 2100-01-01/),
  ]);
  expect(await ready()).not.toHaveProperty('warnings');
  clock.now = spring + day;
  // Recorded time does not run back.
  expect(await topUp()).toBe('2100-01-01T00:00:00.000Z');
  await topUp();
  expect(warned.slice(1)).toEqual([
    expect.stringMatching(
      /^book main: the last event was recorded at 2100-01-01.*this clock says 2016-04-06/,
    ),
  ]);
  expect(await ready()).toMatchObject({
    status: 'ready',
    warnings: [expect.stringContaining('2100-01-01')],
  });
  expect(Number(await ahead())).toBe((Date.UTC(2100, 0, 1) - spring - day) / 1_000);
});

it('seconds between clocks are nothing to tell of', async () => {
  const { served, clock, warned, topUp, ready, ahead } = await underClock();
  await using _ = served;
  await topUp();
  clock.now = spring - 60_000;
  await topUp();
  expect(warned).toEqual([]);
  expect(await ready()).not.toHaveProperty('warnings');
  expect(await ahead()).toBe('60');
});

it('a book that is opened under a clock behind it, or long after its last event, says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'formicary-clock-'));
  const openedAt = async (now: number): Promise<readonly string[]> => {
    const { served, warned, topUp } = await underClock(`sqlite:${folder}`, now);
    await using _ = served;
    const told = [...warned];
    await topUp();
    return told;
  };
  try {
    expect(await openedAt(spring)).toEqual([]);
    expect(await openedAt(spring - 2 * day)).toEqual([expect.stringContaining('this clock says 2016-04-03')]);
    expect(await openedAt(spring + 400 * day)).toEqual([expect.stringContaining('400 days lie between')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
