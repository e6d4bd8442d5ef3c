/** A log that is behind its snapshot, or gone from beside it: commands say so, and change nothing. */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { topUp } from '../support/commands.ts';
import { Place } from './program.ts';

it('a book is not opened from what is left of it', async () => {
  using place = new Place();
  const path = place.path('store/main.formicary');
  place.history('first.jsonl', [topUp('2016-03-01', 'user-1', '200.00')]);
  place.history('second.jsonl', [topUp('2016-03-02', 'user-1', '50.00')]);
  await place.run('import', 'first.jsonl');
  copyFileSync(path, place.path('older'));
  await place.run('import', 'second.jsonl');
  expect((await place.run('rebuild')).code).toBe(0);
  const snapshot = readdirSync(place.path('store')).find((name) => name.endsWith('.snapshot')) ?? '';
  const kept = readFileSync(place.path(`store/${snapshot}`));

  copyFileSync(place.path('older'), path);
  for (const args of [['report', 'balance'], ['rebuild'], ['serve', '--port', '0']]) {
    const { code, stderr } = await place.run(...args);
    expect([args[0], code]).toEqual([args[0], 3]);
    expect(stderr).toMatch(/LOG_BEHIND/);
    expect(stderr).toContain('Restore the log from a backup that holds more.');
  }
  expect(readFileSync(path)).toEqual(readFileSync(place.path('older')));
  expect(readFileSync(place.path(`store/${snapshot}`))).toEqual(kept);
  expect((await place.run('audit')).code).toBe(0);

  rmSync(path);
  for (const args of [
    ['import', 'first.jsonl'],
    ['serve', '--port', '0'],
  ]) {
    const { code, stderr } = await place.run(...args);
    expect([args[0], code]).toEqual([args[0], 3]);
    expect(stderr).toMatch(/LOG_GONE/);
  }
  expect(existsSync(path)).toBe(false);
}, 240_000);
