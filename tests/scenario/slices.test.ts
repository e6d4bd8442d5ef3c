/** Long work in slices: who waits for the same thread gets a turn. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { asRecorded, retell } from '../../src/scenario/running/retold.ts';
import { inSlices } from '../../src/scenario/running/slices.ts';
import { house } from '../../src/segments/index.ts';
import { closeDay, topUp } from '../support/commands.ts';
import { baseOf } from '../support/what-if.ts';

it('a slice ends with the bit that takes it to its length, and others come before the next', async () => {
  let now = 0;
  const seen: string[] = [];
  function* bits(): Generator<void, void, void> {
    // 4 ms each: 12 ms is the first time at or past 10.
    for (let bit = 1; bit <= 7; bit++) {
      now += 4;
      seen.push(`bit ${bit}`);
      yield;
    }
  }
  let working = true;
  const other = (async () => {
    for (;;) {
      await setImmediate();
      if (!working) return;
      seen.push('another');
    }
  })();
  await inSlices(
    bits(),
    () => seen.push('between'),
    10,
    () => now,
  );
  working = false;
  await other;
  expect(seen).toEqual([
    ...['bit 1', 'bit 2', 'bit 3', 'between', 'another'],
    ...['bit 4', 'bit 5', 'bit 6', 'between', 'another'],
    ...['bit 7', 'between'],
  ]);
});

it('a slice is as long as it is said to be where nothing else is said: 10 ms', async () => {
  let now = 0;
  const ends: number[] = [];
  function* bits(): Generator<void, void, void> {
    for (; now < 35; now++) yield;
  }
  await inSlices(
    bits(),
    () => ends.push(now),
    undefined,
    () => now,
  );
  expect(ends).toEqual([10, 20, 30, 35]);
});

it('a history that is told again stops in its midst when others have had a turn and no longer want it', async () => {
  const days = Array.from({ length: 366 }, (_, day) =>
    new Date(Date.UTC(2016, 0, 1 + day)).toISOString().slice(0, 10),
  );
  const lines = days.flatMap((on) => [
    ...Array.from({ length: 10 }, (_, at) => topUp(on, `user-${at}`, '1.00')),
    closeDay(on),
  ]);
  const { record: base } = baseOf(lines, { close: 'recorded', to: '2016-12-31' });
  const stop = new AbortController();
  const telling = retell({
    house,
    base,
    overrides: [],
    edits: [],
    horizon: asRecorded,
    signal: stop.signal,
  });
  const why = new Error('nobody waits for it');
  const stopped = setImmediate().then(() => stop.abort(why));
  await expect(telling).rejects.toBe(why);
  await stopped;
});
