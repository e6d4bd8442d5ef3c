/**
 * The oracle: what a book must come to, worked out in memory from what its log holds and what is sent next, and the check of a
 * file against it. It knows every answer, every event and every place where a log may end.
 */
import assert from 'node:assert/strict';
import { Chart } from '../../src/kernel/accounts.ts';
import type { Command } from '../../src/kernel/commands.ts';
import { digest } from '../../src/kernel/digest.ts';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/events.ts';
import { fold } from '../../src/kernel/fold.ts';
import { State } from '../../src/kernel/state.ts';
import { house } from '../../src/segments/index.ts';
import { type Answer, Book } from '../../src/store/book.ts';
import { MemoryLog } from '../../src/store/memory.ts';
import { SqliteLog } from '../../src/store/sqlite.ts';
import { belowZero, bookingOf, unbackedDates, unbalanced } from '../support/invariants.ts';
import { type Ack, isUnavailable } from './children.ts';
import { engine, nowOf, sender } from './order.ts';

/** What is to come when commands are carried out on a log, uninterrupted. */
export interface Foretold {
  /** Every event, those that were there before included. */
  readonly events: readonly StoredEvent[];
  readonly answers: ReadonlyMap<number, Answer>;
  /** Numbers of events after which no command is half done. */
  readonly whole: ReadonlySet<number>;
  /** Lengths of the log inside a close's run. */
  readonly amidRun: ReadonlySet<number>;
}

export async function eventsOf(log: {
  read(from: number, direction: 'forwards'): AsyncIterable<readonly StoredEvent[]>;
}): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of log.read(0, 'forwards')) events.push(...page);
  return events;
}

/** A log in memory that holds events already. */
export async function memoryOf(events: readonly StoredEvent[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  await log.append(-1, events);
  return log;
}

export async function foretell(
  events: readonly StoredEvent[],
  commands: readonly Command[],
  from: number,
  to: number,
): Promise<Foretold> {
  const log = await memoryOf(events);
  const book = await Book.open({ id: 'main', house, log, now: () => 0, engine });
  const sent = Array.from({ length: to - from }, (_, at) => from + at).map(async (n) => {
    const command = commands[n];
    assert(command !== undefined);
    return [n, await book.execute(command, sender, nowOf(n))] as const;
  });
  const answers = new Map(await Promise.all(sent));
  const whole = new Set([events.length]);
  const amidRun = new Set<number>();
  for (const answer of answers.values()) {
    if (answer.kind !== 'accepted') continue;
    whole.add(answer.last + 1);
    const begun = answer.events.find(({ header }) => header !== null);
    if (begun !== undefined)
      for (let length = begun.revision + 1; length <= answer.last; length++) amidRun.add(length);
  }
  const after = await eventsOf(log);
  return { events: after, answers, whole, amidRun };
}

/** What a book's file holds, read without anybody finishing anything. */
export async function contentsOf(path: string): Promise<readonly StoredEvent[]> {
  const log = await SqliteLog.open(path);
  try {
    for await (const { problem } of log.verifyBatches()) assert.equal(problem, null);
    return await eventsOf(log);
  } finally {
    await log.close();
  }
}

/** Everything that is true of any book: its chain, its entries, its keys. */
export function checkSound(events: readonly StoredEvent[]): void {
  let before = genesisHash;
  const keys = new Set<string>();
  for (const [at, event] of events.entries()) {
    assert.equal(event.revision, at);
    assert(hashHolds(event, before), `the chain is broken at ${at}`);
    before = event.hash;
    if (event.key === null) continue;
    assert(!keys.has(event.key), `${event.key} is booked twice`);
    keys.add(event.key);
  }
  const bookings = events.map(bookingOf);
  assert.deepEqual(unbalanced(bookings), []);
  assert.deepEqual(belowZero(bookings), []);
  assert.deepEqual(unbackedDates(bookings), []);
}

/** The digest of what a list of events folds to. */
export function digestOf(events: readonly StoredEvent[]): string {
  const state = State.empty(new Chart(house.kinds));
  for (const event of events) fold(house, state, event);
  return digest(house, state);
}

const hashes = (events: readonly StoredEvent[]): readonly string[] => events.map(({ hash }) => hash);

/**
 * The answers told of are those foretold, and what they report is in the log. A command that was UNAVAILABLE may be there or not; if
 * it was repeated, its first result counts.
 */
export function checkAcks(acks: readonly Ack[], { answers }: Foretold, events: readonly StoredEvent[]): void {
  const keys = new Map(
    events.flatMap(({ key, revision }) => (key === null ? [] : [[key, revision] as const])),
  );
  const unsure = new Set<number>();
  for (const ack of acks) {
    const answer = answers.get(ack.n);
    assert(answer !== undefined, `nobody asked for ${ack.n}`);
    if (isUnavailable(ack)) {
      unsure.add(ack.n);
      continue;
    }
    const found = unsure.has(ack.n) && ack.kind === 'repeated' && answer.kind === 'accepted';
    if (!found) assert.equal(ack.kind, answer.kind, `command ${ack.n}`);
    if (answer.kind === 'refused') {
      assert.equal(ack.code, answer.refusal.code);
      assert(!keys.has(`c-${ack.n}`), `command ${ack.n} was refused and is in the log`);
      continue;
    }
    // A day that was closed before, under another key or none, is answered with the head of the batch: no events of its own.
    if (answer.kind === 'repeated' && !keys.has(`c-${ack.n}`)) assert.equal(ack.first, ack.last);
    else assert.deepEqual([ack.first, ack.last], [answer.first, answer.last], `command ${ack.n}`);
    assert(ack.last < events.length, `command ${ack.n} was answered and is lost`);
    if (ack.kind === 'accepted') assert.equal(events[ack.last]?.hash, ack.hash);
  }
}

/** What a crash has left. */
export interface Left {
  readonly events: readonly StoredEvent[];
  /** Whether it had fallen inside a close's run. */
  readonly amidRun: boolean;
  /** Events that it left of which nobody had been told. */
  readonly unanswered: number;
}

/**
 * Checks what a crash has left against what was foretold and what was answered: a beginning of what was foretold, whole but for a
 * close's run; with everything that was answered; and after it was opened, the run finished as it would have been. `before` is the
 * number of events that were there when the writer was started.
 */
export async function checkLeft(
  path: string,
  foretold: Foretold,
  acks: readonly Ack[],
  before: number,
): Promise<Left> {
  const raw = await contentsOf(path);
  assert.deepEqual(hashes(raw), hashes(foretold.events.slice(0, raw.length)));
  const amidRun = foretold.amidRun.has(raw.length);
  assert(
    amidRun || raw.length === 0 || foretold.whole.has(raw.length),
    `${raw.length} events: half a command`,
  );
  checkAcks(acks, foretold, raw);
  const log = await SqliteLog.open(path);
  const book = await Book.open({ id: 'main', house, log, now: () => 0, engine });
  assert.equal(book.stopped, undefined);
  assert.equal(book.state.marks.settling, undefined);
  const events = await eventsOf(log);
  await book.close();
  assert.deepEqual(hashes(events), hashes(foretold.events.slice(0, events.length)));
  assert(events.length === 0 || foretold.whole.has(events.length));
  assert(amidRun ? events.length > raw.length : events.length === raw.length);
  checkSound(events);
  assert.equal(digest(house, book.state), digestOf(events));
  const told = Math.max(before, ...acks.map(({ last }) => last + 1));
  return { events, amidRun, unanswered: raw.length - told };
}
