/**
 * A server that is killed again and again while a writer goes on, and is started again on the same folder. The writer repeats what
 * was UNAVAILABLE, with its key, until it is answered; when it is done, the log is checked against the oracle.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasFaults, newBook, Store } from '../servers/store.ts';
import { dice } from '../support/histories.ts';
import { heard, isUnavailable, run } from './children.ts';
import { checkAnswered, checkRepeated, checkThere, contentsOf } from './oracle.ts';
import { type Order, type Place, randomCommands, textOf } from './order.ts';

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
  const killer = new Killer(store, order.path, roll, Math.min(killsOfBookMax, kills - seen.kills), seen);
  const came = await run(order, { said: (stdout) => killer.said(stdout), giveUp: killer.failed });
  await killer.end();
  if (came.end === undefined) throw new Error(`the writer ended by itself: ${came.stderr}`);
  if (order.window === 1) await checkRepeated(order, all, came);
  else await checkAnswered(order, all, came);
  const unsure = new Set(came.acks.filter(isUnavailable).map(({ n }) => n));
  seen.events += came.end.revision + 1;
  seen.answers += came.acks.length;
  seen.unavailable += came.acks.filter(isUnavailable).length;
  seen.repeated += came.acks.filter(({ n, kind }) => kind === 'repeated' && unsure.has(n)).length;
  told(seen, `${order.window} waiting: ${came.end.revision + 1} events, ${came.acks.length} answers`);
}

/** Kills a server whenever its writer has said so much more, by counts and never by the clock. */
class Killer {
  readonly #store: Store;
  readonly #book: Place;
  readonly #roll: (below: number) => number;
  readonly #seen: Outages;
  readonly #failed = new AbortController();
  #left: number;
  #due: number;
  #outage: Promise<void> | undefined;
  #stdout = '';
  #over = false;

  constructor(store: Store, book: Place, roll: (below: number) => number, kills: number, seen: Outages) {
    this.#store = store;
    this.#book = book;
    this.#roll = roll;
    this.#left = kills;
    this.#seen = seen;
    this.#due = 1 + roll(4_000);
  }

  /** Aborts when something did not hold: it is of no use that the writer goes on. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** What the writer has said until now. */
  said(stdout: string): void {
    this.#stdout = stdout;
    if (stdout.length < this.#due || this.#outage !== undefined || this.#left === 0) return;
    this.#left--;
    this.#outage = this.#outageNow()
      .catch((error: unknown) => {
        this.#failed.abort(error);
      })
      .finally(() => {
        this.#outage = undefined;
        this.#due = this.#stdout.length + 1 + this.#roll(6_000);
      });
  }

  /** Resolves when the server is there again. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#outage;
    this.#failed.signal.throwIfAborted();
  }

  async #outageNow(): Promise<void> {
    const moment: Moment = hasFaults && this.#roll(2) === 0 ? 'unanswered' : 'any';
    if (moment === 'unanswered') await this.#untilUnanswered();
    await this.#store.kill();
    this.#seen.kills++;
    this.#seen.byMoment[moment]++;
    const { acks } = heard(this.#stdout);
    await this.#store.startAgain();
    checkThere(acks, await contentsOf(this.#book));
  }

  /** Resolves when an append has been carried out whose answer will not come; or when there will be none. */
  async #untilUnanswered(): Promise<void> {
    const { test } = this.#store;
    await test.tell({ do: 'next-append', fault: { kind: 'lose-answer', by: 'silence' } });
    const { appendsTaken } = await test.counts();
    await this.#store.until((counts) => this.#over || counts.appendsTaken > appendsTaken);
  }
}
