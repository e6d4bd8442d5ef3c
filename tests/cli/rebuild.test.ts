/** A new version beside a running one: built from the log, compared with the one that runs, and ready to take over. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topUp, transfer } from '../support/commands.ts';
import { Place } from './program.ts';
import { served } from './serving.ts';

const lines = [topUp('2016-03-01', 'user-1', '200.00'), transfer('2016-03-02', 'user-1', 'user-2', '50.00')];

describe('rebuild --against', () => {
  const place = new Place();
  let running: Awaited<ReturnType<typeof served>>;
  const snapshots = (): readonly string[] =>
    readdirSync(place.path('store')).filter((name) => name.endsWith('.snapshot'));

  beforeAll(async () => {
    place.history('spring.jsonl', lines);
    await place.run('import', 'spring.jsonl', '--close', 'daily');
    running = await served(place, '--no-demo');
  });
  afterAll(async () => {
    await running.stop('SIGTERM');
    place[Symbol.dispose]();
  });

  it('writes the snapshot where the running server has the same, goes on to the head, and says so', async () => {
    const { code, stdout } = await place.run('rebuild', '--against', running.url);
    expect(code).toBe(0);
    expect(stdout).toContain('they are equal');
    expect(stdout).toMatch(/^running [0-9a-f]{64} at \d+, engine /m);
    expect(snapshots()).toEqual([expect.stringMatching(/^main@.+\.snapshot$/)]);
    const { said } = await place.json('rebuild', '--against', running.url);
    expect(said).toMatchObject({ snapshot: expect.stringContaining('main@') });
  });

  it('writes nothing where the running server has something else, and exits with 1', async () => {
    const before = snapshots();
    const other = createServer((request, response) => {
      const ledger = { revision: '3', digest: 'f'.repeat(64), balanceDigest: 'f'.repeat(64) };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(request.url === '/health' ? { engine: '0.0.9+abc' } : { data: { ledger } }),
      );
    });
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      const told = await place.json('rebuild', '--against', `http://127.0.0.1:${port}`);
      expect(told).toMatchObject({
        code: 1,
        said: { equal: false, running: { engine: '0.0.9+abc', digest: 'f'.repeat(64) } },
      });
      const { code, stdout } = await place.run('rebuild', '--against', `http://127.0.0.1:${port}`);
      expect(code).toBe(1);
      expect(stdout).toContain('should not take over');
      expect(snapshots()).toEqual(before);
    } finally {
      other.close();
    }
  });

  it('says what keeps it from asking', async () => {
    expect(await place.json('rebuild', '--against', 'http://127.0.0.1:9')).toMatchObject({
      code: 3,
      said: { error: { code: 'SERVER_UNREACHABLE', value: 'http://127.0.0.1:9' } },
    });
    expect(await place.json('rebuild', '--against', 'here')).toMatchObject({ code: 2 });
    expect(await place.json('rebuild', '--against', running.url, '--book', 'none')).toMatchObject({
      code: 2,
      said: { error: { code: 'BOOK_UNKNOWN' } },
    });
  });
});
