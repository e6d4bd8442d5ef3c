/**
 * What-ifs asked for by a crowd of clients, and what became of each.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { type Asking, Unanswered } from './asking.ts';

/**
 * Clients that ask for runs. More requests at one moment measure how fast a server takes requests, whatever they ask for, and not what
 * runs take from those beside them.
 */
const clientsMax = 16;
/** How often the runs that are under way are asked after, in milliseconds. */
const lookMs = 250;

const start = `mutation Start($text: String!) {
  told: runScenario(input: { text: $text, wait: false }) {
    __typename
    ... on Run { id }
    ... on RunProgress { id }
    ... on Refusal { code }
  }
}`;
const look = 'query Look($id: ID!) { runProgress(id: $id) { status } }';
const cancel = 'mutation Cancel($id: ID!) { cancelRun(id: $id) { __typename } }';

/** A what-if of its own: no two have the same name or the same assumption. */
function scenario(name: string, horizon: { to: string; close?: string }, fee: number): string {
  return JSON.stringify({
    scenario: name,
    base: { book: 'main' },
    horizon: { from: '2016-01-01', ...horizon },
    assumptions: { 'payments.merchantFeeRate[*]': { '2016-01-15': `${fee.toFixed(4)}%` } },
  });
}

/** Ends of a horizon, from the farthest that a date can name. */
const farEnds = ['9999-12-31', '2200-12-31', '2050-12-31', '2026-12-31'];

/** Texts of so many small what-ifs, and of some whose horizon ends far away. `tag` tells one test's from another's. */
export function scenarios(tag: string, count: number): string[] {
  const far = farEnds.map((to, at) => scenario(`load-${tag}-far-${at}`, { to, close: 'daily' }, 0.5));
  const small = Array.from({ length: count }, (_, at) =>
    scenario(`load-${tag}-${at}`, { to: '2016-01-31' }, 0.1 + at / 10_000),
  );
  return [...far, ...small];
}

/** The runs that were taken, and how many were refused, by code. */
export interface Started {
  readonly runs: readonly string[];
  readonly refused: ReadonlyMap<string, number>;
  readonly unanswered: number;
}

/** Asks for all of them, as a crowd of clients does: each asks for its next as soon as it is answered. */
export async function startAll(server: Asking, texts: readonly string[]): Promise<Started> {
  const runs: string[] = [];
  const refused = new Map<string, number>();
  let unanswered = 0;
  const one = async (text: string): Promise<void> => {
    const answer = await orUnanswered(server.data(start, { text }));
    if (answer === undefined) {
      unanswered++;
      return;
    }
    const { told } = answer;
    if (!isRecord(told)) throw new Error(`no answer to a run: ${JSON.stringify(told)}`);
    if (typeof told.id === 'string') runs.push(told.id);
    else refused.set(String(told.code), (refused.get(String(told.code)) ?? 0) + 1);
  };
  const left = texts.values();
  const client = async (): Promise<void> => {
    for (const text of left) await one(text);
  };
  await Promise.all(Array.from({ length: clientsMax }, client));
  return { runs, refused, unanswered };
}

/** What something comes to; undefined where no answer comes. */
async function orUnanswered<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unanswered) return undefined;
    throw error;
  }
}

/** Waits until no run goes on, or so long at most; then ends those that do. Gives how many it ended. */
export async function awaitAll(server: Asking, runs: readonly string[], msMax: number): Promise<number> {
  const until = performance.now() + msMax;
  let going = [...runs];
  while (going.length > 0 && performance.now() < until) {
    await wait(lookMs);
    const looks = await Promise.all(going.map((id) => orUnanswered(server.data(look, { id }))));
    going = going.filter((_, at) => {
      const found = looks[at];
      if (found === undefined) return true;
      const state = found.runProgress;
      return isRecord(state) && (state.status === 'QUEUED' || state.status === 'RUNNING');
    });
  }
  await Promise.all(going.map((id) => orUnanswered(server.data(cancel, { id }))));
  return going.length;
}
