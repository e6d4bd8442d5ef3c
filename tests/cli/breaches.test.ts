import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pay, topUp } from '../support/commands.ts';
import { Place } from './program.ts';

const place = new Place();
beforeAll(async () => {
  // A card payment of which the bank's cost overdraws own cash.
  place.history('short.jsonl', [
    topUp('2016-03-01', 'user-1', '1.00'),
    pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1000.00', { method: 'card', escrow: true }),
    topUp('2016-03-03', 'user-1', '1.00'),
  ]);
  place.history('even.jsonl', [topUp('2016-03-01', 'user-1', '1.00')]);
  expect((await place.run('import', 'short.jsonl', '--close', 'daily')).code).toBe(0);
  expect((await place.run('import', 'even.jsonl', '--book', 'even')).code).toBe(0);
});
afterAll(() => place[Symbol.dispose]());

describe('report breaches', () => {
  it('lists what could not be paid or held, day by day, as text, CSV and JSON', async () => {
    const { code, stdout } = await place.run('report', 'breaches');
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^main at revision \d+$/);
    expect(lines[2]).toMatch(/^2016-03-01 +treasury\.overdraft +1\.45 CNY +own cash is overdrawn$/);
    const csv = await place.run('report', 'breaches', '--csv', '--to', '2016-03-01');
    expect(csv.stdout.trim().split('\n')).toEqual([
      'day,rule,amount,detail',
      '2016-03-01,treasury.overdraft,1.45 CNY,own cash is overdrawn',
    ]);
    const { said } = await place.json('report', 'breaches', '--from', '2016-03-02', '--as-of', '2016-03-02');
    expect(said).toMatchObject({ report: 'breaches', breaches: [{ day: '2016-03-02' }] });
  });

  it('of a book that had none says so; a revision before a close knows nothing of it', async () => {
    expect((await place.run('report', 'breaches', '--book', 'even')).stdout).toContain('no breaches');
    expect((await place.run('report', 'breaches', '--revision', '2')).stdout).toContain('no breaches');
  });

  it('goes by no entity, and by one form', async () => {
    expect((await place.json('report', 'breaches', '--entity', 'platform')).code).toBe(2);
    expect((await place.json('report', 'breaches', '--csv')).code).toBe(2);
  });
});
