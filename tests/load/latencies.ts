/**
 * Latencies of one query, asked at a fixed pace whether the ones before it are answered or not: a server that stops for a second is seen
 * by every query that came in that second.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Unanswered } from './asking.ts';

/** Between two queries, in milliseconds: a light load, and in ten seconds enough of them for a 99th percentile. */
const paceMs = 20;

/** Latencies, in milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Queries that were given up; each counts with the time until then. */
  readonly unanswered: number;
}

/** The value below which a share of all lies. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Asks until `over` resolves, or so long at most.
 *
 * @param ask resolves when it is answered
 * @throws what `ask` throws, but for Unanswered
 */
export async function latenciesOf(
  ask: () => Promise<unknown>,
  over: Promise<unknown>,
  msMax: number,
): Promise<Latencies> {
  const figures: number[] = [];
  const underWay: Promise<void>[] = [];
  let stopped = false;
  let unanswered = 0;
  const stop = (): void => {
    stopped = true;
  };
  over.then(stop, stop);
  const began = performance.now();
  for (let turn = 0; !stopped && turn * paceMs < msMax; turn++) {
    const due = began + turn * paceMs;
    await wait(Math.max(0, due - performance.now()));
    const answered = ask()
      .catch((error: unknown) => {
        if (!(error instanceof Unanswered)) throw error;
        unanswered++;
      })
      .then(() => {
        figures.push(performance.now() - due);
      });
    // One that fails is told at the end.
    answered.catch(() => undefined);
    underWay.push(answered);
  }
  await Promise.all(underWay);
  return { count: figures.length, p50Ms: quantile(figures, 0.5), p99Ms: quantile(figures, 0.99), unanswered };
}
