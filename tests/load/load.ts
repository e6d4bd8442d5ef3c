/**
 * Queries beside runs: what a server promises is that any number of what-ifs leaves its plain queries as fast as they are, within a
 * factor, and that it says so when it takes no more.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import { codes } from '../../src/kernel/values/refusals.ts';
import { Asking } from './asking.ts';
import { type Latencies, latenciesOf } from './latencies.ts';
import { awaitAll, scenarios, startAll } from './runs.ts';

/** How many times as slow the slowest hundredth of queries may be beside runs. */
export const ratioMax = 3;
/** Most runs of a test, and most time of each of its halves in milliseconds. */
export const runsMax = 2_000;
export const halfMsMax = 120_000;

const plain = 'query Plain { ledger { revision accounts(first: 10) { nodes { id } } } }';

/** What a load test does. */
export interface LoadOrder {
  /** The server, on this machine. */
  readonly url: string;
  /** Small what-ifs that are asked for. */
  readonly runs: number;
  /** How long the idle server is measured, and how long at most the busy one. */
  readonly msMax: number;
  /** Tells this test's what-ifs from another's: a server answers the same one with the same run. */
  readonly tag: string;
}

/** What a load test found. */
export interface Load {
  readonly idle: Latencies;
  readonly beside: Latencies;
  /** Runs that were asked for, that were taken, and of which no word came. */
  readonly asked: number;
  readonly started: number;
  readonly unanswered: number;
  /** Runs that went on when time was up, and were ended. */
  readonly cancelled: number;
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * Measures a plain query at the idle server, then beside runs.
 *
 * @throws RangeError where the order is beyond its bounds, or the server is not of this machine
 * @throws Error where a query has errors
 */
export async function load({ url, runs, msMax, tag }: LoadOrder): Promise<Load> {
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= runsMax))
    throw new RangeError(`${runs} runs: a load test takes 1 to ${runsMax}`);
  if (!(msMax > 0 && msMax <= halfMsMax))
    throw new RangeError(`${msMax} ms: a load test takes at most ${halfMsMax} ms`);
  using server = new Asking(url);
  const ask = (): Promise<unknown> => server.data(plain);
  // Opens connections and compiles what queries run through.
  await latenciesOf(ask, new Promise(() => undefined), Math.min(msMax, 1_000));
  const idle = await latenciesOf(ask, new Promise(() => undefined), msMax);
  const texts = scenarios(tag, runs);
  const all = startAll(server, texts).then(async (started) => ({
    started,
    cancelled: await awaitAll(server, started.runs, msMax),
  }));
  all.catch(() => undefined);
  // A little longer, for the queries that come just before the end.
  const beside = await latenciesOf(
    ask,
    all.then(() => wait(100)),
    2 * msMax,
  );
  const { started, cancelled } = await all;
  return {
    idle,
    beside,
    asked: texts.length,
    started: started.runs.length,
    unanswered: started.unanswered,
    cancelled,
    refused: started.refused,
  };
}

/** What does not hold of what was found: nothing where all does. */
export function shortcomings({ idle, beside, started, refused, unanswered }: Load): string[] {
  const ratio = beside.p99Ms / idle.p99Ms;
  return [
    ...(ratio <= ratioMax
      ? []
      : [`the slowest hundredth of queries took × ${ratio.toFixed(1)}, at most × ${ratioMax} is promised`]),
    ...(idle.unanswered + beside.unanswered === 0
      ? []
      : [`${idle.unanswered + beside.unanswered} queries were not answered`]),
    ...(unanswered === 0 ? [] : [`${unanswered} runs were neither taken nor refused`]),
    ...(started > 0 ? [] : ['no run was taken']),
    ...((refused.get(codes.tooMany.code) ?? 0) > 0 ? [] : ['nobody was told TOO_MANY']),
  ];
}
