/**
 * A writer that is killed again and again, and a client that keeps a list of what was answered and repeats what was not. After each
 * kill the file is checked against the oracle.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../../src/kernel/events.ts';
import { dice } from '../support/histories.ts';
import { type Heard, type Manner, run, untraceable } from './children.ts';
import { checkLeft, foretell } from './oracle.ts';
import { type Order, randomCommands, textOf } from './order.ts';

/** How a writer comes to its end. */
const ways = ['bytes', 'append', 'run', 'call'] as const;
type Way = (typeof ways)[number];

/** What was seen of a number of kills. */
export interface Seen {
  kills: number;
  readonly byWay: Record<Way, number>;
  /** Writers that had carried out everything before the kill could come. */
  unhurt: number;
  /** Kills that left a close begun and not ended. */
  amidRun: number;
  /** Kills that left events of which nobody had been told. */
  unanswered: number;
  /** Kills before the book was open. */
  opening: number;
  answers: number;
  /** Commands that were repeated and answered with their first result. */
  repeated: number;
  events: number;
}

const commandsOfCycle = 160;
/** Small, so that a close is a run of several appends. */
const appendBytesMax = 3_000;
const linesOfBook = 1_200;

/** Kills writers until so many are dead; every book is thrown away when its commands are used up. */
export async function crash(
  kills: number,
  seed: number,
  told: (seen: Seen, left: string) => void = () => undefined,
): Promise<Seen> {
  const seen: Seen = {
    kills: 0,
    byWay: { bytes: 0, append: 0, run: 0, call: 0 },
    unhurt: 0,
    amidRun: 0,
    unanswered: 0,
    opening: 0,
    answers: 0,
    repeated: 0,
    events: 0,
  };
  const roll = dice(seed);
  for (let book = 0; seen.kills < kills; book++) {
    const folder = mkdtempSync(join(tmpdir(), 'formicary-crash-'));
    try {
      await crashBook(folder, seed * 1_000 + book, kills, roll, seen, told);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return seen;
}

async function crashBook(
  folder: string,
  seed: number,
  kills: number,
  roll: (below: number) => number,
  seen: Seen,
  told: (seen: Seen, left: string) => void,
): Promise<void> {
  const all = randomCommands(seed, linesOfBook);
  const files = { path: join(folder, 'main.formicary'), commands: join(folder, 'commands.jsonl') };
  writeFileSync(files.commands, textOf(all));
  let events: readonly StoredEvent[] = [];
  let from = 0;
  while (from < all.length && seen.kills < kills) {
    const to = Math.min(all.length, from + commandsOfCycle);
    const foretold = await foretell(events, all, from, to);
    const { way, order, manner } = end(roll, {
      ...files,
      from,
      to,
      window: [1, 1, 5, 64][roll(4)] ?? 1,
      appendBytesMax,
    });
    const heard = await run(order, manner);
    if (heard.end === undefined && heard.signal !== 'SIGKILL')
      throw new Error(`the writer ended by itself: ${heard.stderr}`);
    const left = await checkLeft(files.path, foretold, heard.acks, events.length);
    events = left.events;
    from = firstUnanswered(heard, from);
    seen.answers += heard.acks.length;
    seen.repeated += heard.acks.filter(({ kind }) => kind === 'repeated').length;
    if (heard.end === undefined) {
      seen.kills++;
      seen.byWay[way]++;
      if (left.amidRun) seen.amidRun++;
      if (left.unanswered > 0) seen.unanswered++;
      if (heard.opened === undefined) seen.opening++;
    } else seen.unhurt++;
    told(
      seen,
      `${way}: ${events.length} events, ${heard.acks.length} answers, ${left.unanswered} unanswered`,
    );
  }
  seen.events += events.length;
}

/** The first command that no answer was heard for: answers come in the order of the commands. */
function firstUnanswered({ acks }: Heard, from: number): number {
  let next = from;
  for (const { n } of acks) {
    if (n !== next) throw new Error(`answer ${n} where ${next} was due`);
    next++;
  }
  return next;
}

/** Chooses the end of a writer: by counts, never by the clock. */
function end(
  roll: (below: number) => number,
  order: Order,
): { readonly way: Way; readonly order: Order; readonly manner: Manner } {
  const chosen = ways[roll(ways.length)] ?? 'bytes';
  const way = chosen === 'call' && untraceable !== undefined ? 'append' : chosen;
  const when = roll(2) === 0 ? 'before' : 'after';
  switch (way) {
    case 'bytes':
      return { way, order, manner: { killAfterBytes: 1 + roll(6_000) } };
    case 'append':
      return { way, order: { ...order, dieAt: { of: 'any', nth: roll(40), when } }, manner: {} };
    case 'run':
      return { way, order: { ...order, dieAt: { of: 'run', nth: roll(12), when } }, manner: {} };
    case 'call': {
      // Killed when it enters the n-th call that writes or syncs: of the opening, of a commit, of a checkpoint.
      const call = roll(3) === 0 ? 'fdatasync' : 'pwrite64';
      const nth = 1 + roll(call === 'pwrite64' ? 150 : 30);
      const inject = `inject=${call}:signal=SIGKILL:when=${nth}`;
      return {
        way,
        order,
        manner: { under: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject] },
      };
    }
  }
}
