/**
 * A writer that is killed again and again, and a client that keeps a list of what was answered and repeats what was not. After each
 * kill the book is checked against the oracle, wherever it lies.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { newBook } from '../servers/store.ts';
import { dice } from '../support/histories.ts';
import { type Heard, type Manner, run, untraceable } from './children.ts';
import { checkLeft, foretell } from './oracle.ts';
import { type Order, type Place, randomCommands, textOf } from './order.ts';

/** Where books lie, and what is special about writers of such books. */
export interface Engine {
  readonly name: string;
  /** Where a new book lies; the folder is its own, and goes with it. */
  place(folder: string): Place;
  /** Calls of the system at which a writer is killed, and up to the how manieth of them: of the opening, of appends. */
  readonly calls: readonly { readonly call: string; readonly nthMax: number }[];
  /** Whether what a writer has sent may still come when it is dead. */
  readonly late: boolean;
}

/** A file a book: what is written and synced is of one commit, or of a checkpoint. */
export const sqlite: Engine = {
  name: 'sqlite',
  place: (folder) => join(folder, 'main.formicary'),
  calls: [
    { call: 'fdatasync', nthMax: 30 },
    { call: 'pwrite64', nthMax: 150 },
    { call: 'pwrite64', nthMax: 150 },
  ],
  late: false,
};

/**
 * A stream a book, on a server: what is written goes to it or, as an answer, to whoever listens. A writer is killed with an append
 * that has not gone out, or one whose answer has come and has not been passed on; or with one under way.
 */
export const eventStore = (url: string): Engine => ({
  name: 'eventstoredb',
  place: () => ({ store: url, book: newBook('crash') }),
  calls: [
    { call: 'writev', nthMax: 60 },
    { call: 'writev', nthMax: 60 },
    { call: 'write', nthMax: 80 },
  ],
  late: true,
});

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

/** Which writers are killed, and for how long. */
export interface Crashing {
  readonly engine: Engine;
  readonly seed: number;
  /** Whether enough are dead. */
  readonly enough: (seen: Seen) => boolean;
  /** Told of each that came to its end, and of what it left. */
  readonly told?: (seen: Seen, left: string) => void;
}

/** Kills writers until it is enough; every book is thrown away when its commands are used up. */
export async function crash(crashing: Crashing): Promise<Seen> {
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
  const roll = dice(crashing.seed);
  for (let book = 0; !crashing.enough(seen); book++) {
    const folder = mkdtempSync(join(tmpdir(), 'formicary-crash-'));
    try {
      await crashBook(crashing, folder, crashing.seed * 1_000 + book, roll, seen);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return seen;
}

async function crashBook(
  { engine, enough, told }: Crashing,
  folder: string,
  seed: number,
  roll: (below: number) => number,
  seen: Seen,
): Promise<void> {
  const all = randomCommands(seed, linesOfBook);
  const files = { path: engine.place(folder), commands: join(folder, 'commands.jsonl') };
  writeFileSync(files.commands, textOf(all));
  // Those that a writer had been told to carry out when it died: one for whom others are waiting, too, has been sent.
  let sentBefore: ReadonlySet<number> = new Set();
  let events: readonly StoredEvent[] = [];
  let from = 0;
  while (from < all.length && !enough(seen)) {
    const to = Math.min(all.length, from + commandsOfCycle);
    const foretold = await foretell(events, all, from, to);
    const { way, order, manner } = end(engine, roll, {
      ...files,
      from,
      to,
      window: [1, 1, 5, 64][roll(4)] ?? 1,
      appendBytesMax,
    });
    const heard = await run(order, manner);
    if (heard.end === undefined && heard.signal !== 'SIGKILL')
      throw new Error(`the writer ended by itself: ${heard.stderr}`);
    const late = engine.late ? { sentBefore } : undefined;
    const left = await checkLeft(files.path, foretold, heard.acks, events.length, late);
    events = left.events;
    from = firstUnanswered(heard, from);
    sentBefore = new Set(Array.from({ length: to - from }, (_, at) => from + at));
    seen.answers += heard.acks.length;
    seen.repeated += heard.acks.filter(({ kind }) => kind === 'repeated').length;
    if (heard.end === undefined) {
      seen.kills++;
      seen.byWay[way]++;
      if (left.amidRun) seen.amidRun++;
      if (left.unanswered > 0) seen.unanswered++;
      if (heard.opened === undefined) seen.opening++;
    } else seen.unhurt++;
    told?.(
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
  engine: Engine,
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
      // Killed when it enters the n-th such call.
      const { call, nthMax } = engine.calls[roll(engine.calls.length)] ?? { call: 'write', nthMax: 1 };
      const nth = 1 + roll(nthMax);
      const inject = `inject=${call}:signal=SIGKILL:when=${nth}`;
      return {
        way,
        order,
        manner: { under: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject] },
      };
    }
  }
}
