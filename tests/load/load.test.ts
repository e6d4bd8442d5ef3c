/**
 * The load test itself: what it asks is understood, what it finds is told, and it keeps within its bounds.
 */
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';
import { Asking, Unanswered } from './asking.ts';
import { latenciesOf, quantile } from './latencies.ts';
import { type Load, load, shortcomings } from './load.ts';
import { awaitAll, scenarios, startAll } from './runs.ts';

const never = new Promise<never>(() => undefined);

describe('latencies', () => {
  it('have quantiles', () => {
    const figures = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect([quantile(figures, 0.5), quantile(figures, 0.99), quantile([7], 0.99)]).toEqual([100, 198, 7]);
  });

  it('count what is given up, and stop at what they must not hide', async () => {
    const unanswered = (): Promise<never> => Promise.reject(new Unanswered('cut'));
    expect(await latenciesOf(unanswered, never, 60)).toMatchObject({ count: 3, unanswered: 3 });
    const wrong = (): Promise<never> => Promise.reject(new Error('the server answered {}'));
    await expect(latenciesOf(wrong, never, 60)).rejects.toThrow('the server answered {}');
  });
});

describe('runs', () => {
  it('are what-ifs that a server takes, no two of them the same', async () => {
    await using served = await Served.start();
    using server = new Asking(served.url);
    const small = scenarios('test', 3).slice(-3);
    const { runs, refused, unanswered } = await startAll(server, small);
    expect([new Set(runs).size, refused.size, unanswered]).toEqual([3, 0, 0]);
    expect(await awaitAll(server, runs, 60_000)).toBe(0);
  });

  it('end far away, some of them', () => {
    expect(scenarios('test', 1).join()).toContain('9999-12-31');
  });
});

/** A server that takes so many runs and refuses the others, and answers the plain query. */
async function serverOf(taken: number): Promise<{ url: string } & Disposable> {
  let runs = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const started = (): object => (runs++ < taken ? { id: `run-${runs}` } : { code: 'TOO_MANY' });
      const data = body.includes('mutation Start')
        ? { told: started() }
        : { ledger: { revision: '0' }, runProgress: { status: 'DONE' } };
      response.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`listening at ${address}`);
  return { url: `http://127.0.0.1:${address.port}`, [Symbol.dispose]: () => server.close() };
}

describe('a load test', () => {
  it('counts what was taken and what was refused', async () => {
    using server = await serverOf(9);
    const found = await load({ url: server.url, runs: 20, msMax: 40, tag: 'test' });
    expect(found).toMatchObject({ asked: 24, started: 9, unanswered: 0, cancelled: 0 });
    expect([...found.refused]).toEqual([['TOO_MANY', 15]]);
    expect(found.idle.count).toBe(2);
  });

  it.each([
    [{ url: 'http://example.org:4000' }, '127.0.0.1 and no others'],
    [{ url: 'https://127.0.0.1:4000' }, '127.0.0.1 and no others'],
    [{ runs: 0 }, '0 runs'],
    [{ runs: 2_001 }, '2001 runs'],
    [{ msMax: 120_001 }, '120001 ms'],
    [{ msMax: Number.NaN }, 'NaN ms'],
  ])('keeps within its bounds: %o', async (order, told) => {
    await expect(
      load({ url: 'http://127.0.0.1:1', runs: 1, msMax: 1, tag: 'test', ...order }),
    ).rejects.toThrow(told);
  });

  const latencies = { count: 500, p50Ms: 1, p99Ms: 4, unanswered: 0 };
  const good: Load = {
    idle: latencies,
    beside: { ...latencies, p99Ms: 12 },
    asked: 204,
    started: 9,
    unanswered: 0,
    cancelled: 0,
    refused: new Map([['TOO_MANY', 195]]),
  };

  it.each([
    [{}, []],
    [{ beside: { ...latencies, p99Ms: 12.4 } }, [/took × 3\.1, at most × 3/]],
    [{ refused: new Map([['SCENARIO_MISTAKEN', 204]]) }, [/nobody was told TOO_MANY/]],
    [{ started: 0 }, [/no run was taken/]],
    [{ beside: { ...latencies, unanswered: 2 } }, [/2 queries were not answered/]],
    [{ unanswered: 3 }, [/3 runs were neither taken nor refused/]],
  ])('says what does not hold: %o', (changed, told) => {
    expect(shortcomings({ ...good, ...changed })).toEqual(told.map((line) => expect.stringMatching(line)));
  });
});
