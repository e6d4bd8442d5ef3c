/**
 * A server that is killed again and again while a writer goes on, and is started again on the same folder. The writer repeats what
 * was UNAVAILABLE, with its key, until it is answered; when it is done, the log is checked against the oracle.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasFaults, newBook, Store } from '../servers/store.ts';
import { dice } from '../support/histories.ts';
import { isUnavailable, run } from './children.ts';
import { checkAnswered, checkRepeated } from './oracle.ts';
import { type Order, randomCommands, textOf } from './order.ts';

/** When a server is killed: with whatever is under way, or with an append that it has carried out and not answered. */
const moments = ['any', 'unanswered'] as const;
type Moment = (typeof moments)[number];

/** What was seen of a number of kills. */
export interface Outages {
  kills: number;
  readonly byMoment: Record<Moment, number>;
  books: number;
  events: number;
  answers: number;
  /** Commands that were answered UNAVAILABLE, each time that they were. */
  unavailable: number;
  /** Commands that had been carried out when they were UNAVAILABLE: their repeat was answered with the first result. */
  repeated: number;
}

const linesOfBook = 300;
const killsOfBookMax = 4;
/** Small, so that a close is a run of several appends. */
const appendBytesMax = 3_000;
/** How often a log of little patience tries: it gives up before a server can be there again. */
const impatient = 2;
/** More than a restart takes: a writer goes on until it is answered, and gives up where it never will be. */
const retries = 3_000;

/** Kills servers until so many are dead. */
export async function outages(
  kills: number,
  seed: number,
  told: (seen: Outages, left: string) => void = () => undefined,
): Promise<Outages> {
  const seen: Outages = {
    kills: 0,
    byMoment: { any: 0, unanswered: 0 },
    books: 0,
    events: 0,
    answers: 0,
    unavailable: 0,
    repeated: 0,
  };
  const roll = dice(seed);
  await using store = await Store.start({ killable: true });
  const folder = mkdtempSync(join(tmpdir(), 'formicary-outages-'));
  try {
    for (; seen.kills < kills; seen.books++)
      await outageBook({ store, folder, seed, kills, roll, seen, told });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return seen;
}

interface Making {
  readonly store: Store;
  readonly folder: string;
  readonly seed: number;
  readonly kills: number;
  readonly roll: (below: number) => number;
  readonly seen: Outages;
  readonly told: (seen: Outages, left: string) => void;
}

async function outageBook({ store, folder, seed, kills, roll, seen, told }: Making): Promise<void> {
  const all = randomCommands(seed * 1_000 + seen.books, linesOfBook);
  const commands = join(folder, 'commands.jsonl');
  writeFileSync(commands, textOf(all));
  const order: Order = {
    path: { store: store.url, book: newBook('outage') },
    commands,
    from: 0,
    to: all.length,
    window: [1, 64][seen.books % 2] ?? 1,
    appendBytesMax,
    retries,
    ...(roll(3) === 0 ? {} : { attemptsMax: impatient }),
  };
  const killer = new Killer(store, roll, Math.min(killsOfBookMax, kills - seen.kills), seen);
  const heard = await run(order, { said: (bytes) => killer.said(bytes) });
  await killer.end();
  if (heard.end === undefined) throw new Error(`the writer ended by itself: ${heard.stderr}`);
  if (order.window === 1) await checkRepeated(order, all, heard);
  else await checkAnswered(order, all, heard);
  const unsure = new Set(heard.acks.filter(isUnavailable).map(({ n }) => n));
  seen.events += heard.end.revision + 1;
  seen.answers += heard.acks.length;
  seen.unavailable += heard.acks.filter(isUnavailable).length;
  seen.repeated += heard.acks.filter(({ n, kind }) => kind === 'repeated' && unsure.has(n)).length;
  told(seen, `${order.window} waiting: ${heard.end.revision + 1} events, ${heard.acks.length} answers`);
}

/** Kills a server whenever its writer has said so much more, by counts and never by the clock. */
class Killer {
  readonly #store: Store;
  readonly #roll: (below: number) => number;
  readonly #seen: Outages;
  #left: number;
  #due: number;
  #outage: Promise<void> | undefined;
  #failure: unknown;
  #bytes = 0;
  #over = false;

  constructor(store: Store, roll: (below: number) => number, kills: number, seen: Outages) {
    this.#store = store;
    this.#roll = roll;
    this.#left = kills;
    this.#seen = seen;
    this.#due = 1 + roll(4_000);
  }

  /** What the writer has said until now. */
  said(bytes: number): void {
    this.#bytes = bytes;
    if (bytes < this.#due || this.#outage !== undefined || this.#left === 0) return;
    this.#left--;
    this.#outage = this.#outageNow()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#outage = undefined;
        this.#due = this.#bytes + 1 + this.#roll(6_000);
      });
  }

  /** Resolves when the server is there again. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#outage;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #outageNow(): Promise<void> {
    const moment: Moment = hasFaults && this.#roll(2) === 0 ? 'unanswered' : 'any';
    if (moment === 'unanswered') await this.#untilUnanswered();
    await this.#store.kill();
    this.#seen.kills++;
    this.#seen.byMoment[moment]++;
    await this.#store.startAgain();
  }

  /** Resolves when an append has been carried out whose answer will not come; or when there will be none. */
  async #untilUnanswered(): Promise<void> {
    const { test } = this.#store;
    await test.tell({ do: 'next-append', fault: { kind: 'lose-answer', by: 'silence' } });
    const { appendsTaken } = await test.counts();
    await this.#store.until((counts) => this.#over || counts.appendsTaken > appendsTaken);
  }
}
