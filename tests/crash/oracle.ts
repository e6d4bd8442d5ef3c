/**
 * The oracle: what a book must come to, worked out in memory from what its log holds and what is sent next, and the check of what
 * lies in a store against it. It knows every answer, every event and every place where a log may end.
 */

import assert from 'node:assert/strict';
import { type Answer, Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { house } from '../../src/segments/index.ts';
import { belowZero, bookingOf, unbackedDates, unbalanced } from '../support/invariants.ts';
import { type Ack, type Heard, isUnavailable } from './children.ts';
import { engine, nowOf, type Order, openAt, type Place, sender } from './order.ts';

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

export const foretell = (
  events: readonly StoredEvent[],
  commands: readonly Command[],
  from: number,
  to: number,
): Promise<Foretold> =>
  foretellEach(
    events,
    commands,
    Array.from({ length: to - from }, (_, at) => from + at),
  );

/** The same of commands in any order, by their numbers. */
async function foretellEach(
  events: readonly StoredEvent[],
  commands: readonly Command[],
  numbers: readonly number[],
): Promise<Foretold> {
  const log = await memoryOf(events);
  const book = await Book.open({ id: 'main', house, log, now: () => 0, engine });
  const sent = numbers.map(async (n) => {
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

/** What a book's log holds, read without anybody finishing anything. */
export async function contentsOf(place: Place): Promise<readonly StoredEvent[]> {
  const log = await openAt(place);
  try {
    if (log instanceof SqliteLog)
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
  const state = emptyState(house);
  for (const event of events) fold(house, state, event);
  return digest(house, state);
}

const hashes = (events: readonly StoredEvent[]): readonly string[] => events.map(({ hash }) => hash);

/**
 * The answers told of are those foretold, and what they report is in the log. A command that was UNAVAILABLE may be there or not; if
 * it was repeated, its first result counts. So it is with those that had been sent before and not answered, where what a dead
 * writer has sent may come late.
 */
export function checkAcks(
  acks: readonly Ack[],
  { answers }: Foretold,
  events: readonly StoredEvent[],
  sentBefore: ReadonlySet<number> = new Set(),
): void {
  const keys = new Map(
    events.flatMap(({ key, revision }) => (key === null ? [] : [[key, revision] as const])),
  );
  const unsure = new Set(sentBefore);
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

/** What was answered as carried out is in the log, whatever became of the server meanwhile. */
export function checkThere(acks: readonly Ack[], events: readonly StoredEvent[]): void {
  for (const { n, kind, last, hash } of acks) {
    if (kind === 'accepted') assert.equal(events[last]?.hash, hash, `command ${n} was answered and is lost`);
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

/** Commands that a writer which died had sent to a server, and nobody heard of: they may still come, at the place that they named. */
export interface Late {
  /** Of the writer before: they may have come since its log was checked. */
  readonly sentBefore: ReadonlySet<number>;
}

/**
 * Checks what a crash has left against what was foretold and what was answered: a beginning of what was foretold, whole but for a
 * close's run; with everything that was answered; and after it was opened, the run finished as it would have been. `before` is the
 * number of events that were there when the writer was started. With `late` the log may grow while it is looked at, by what is
 * foretold.
 */
export async function checkLeft(
  place: Place,
  foretold: Foretold,
  acks: readonly Ack[],
  before: number,
  late?: Late,
): Promise<Left> {
  const raw = await contentsOf(place);
  assert.deepEqual(hashes(raw), hashes(foretold.events.slice(0, raw.length)));
  const amidRun = foretold.amidRun.has(raw.length);
  assert(
    amidRun || raw.length === 0 || foretold.whole.has(raw.length),
    `${raw.length} events: half a command`,
  );
  checkAcks(acks, foretold, raw, late?.sentBefore);
  const log = await openAt(place);
  const book = await Book.open({ id: 'main', house, log, now: () => 0, engine });
  assert.equal(book.stopped, undefined);
  assert.equal(book.state.marks.settling, undefined);
  const events = (await eventsOf(log)).slice(0, book.head.revision + 1);
  await book.close();
  assert.deepEqual(hashes(events), hashes(foretold.events.slice(0, events.length)));
  assert(events.length === 0 || foretold.whole.has(events.length));
  if (amidRun) assert(events.length > raw.length);
  else if (late === undefined) assert.equal(events.length, raw.length);
  else assert(events.length >= raw.length);
  checkSound(events);
  assert.equal(digest(house, book.state), digestOf(events));
  const told = Math.max(before, ...acks.map(({ last }) => last + 1));
  return { events, amidRun, unanswered: raw.length - told };
}

/**
 * Checks a writer that carried its commands out one after the other, and repeated what was UNAVAILABLE until it was answered: the
 * log is what it would be if nothing had failed.
 */
export async function checkRepeated(
  { path, from, to }: Order,
  commands: readonly Command[],
  { acks }: Pick<Heard, 'acks'>,
): Promise<void> {
  const foretold = await foretell([], commands, from, to);
  const events = await contentsOf(path);
  checkSound(events);
  assert.deepEqual(hashes(events), hashes(foretold.events));
  const answers = new Map(acks.filter((ack) => !isUnavailable(ack)).map((ack) => [ack.n, ack]));
  assert.equal(answers.size, to - from);
  for (const [n, ack] of answers) {
    const answer = foretold.answers.get(n);
    assert(answer !== undefined);
    if (answer.kind === 'refused') assert.equal(ack.code, answer.refusal.code, `command ${n}`);
    else if (events.some(({ key }) => key === `c-${n}`))
      assert.deepEqual([ack.first, ack.last], [answer.first, answer.last], `command ${n}`);
    // Whoever was told that it is not known asks again, and gets the first result or carries it out now.
    const unsure = acks.some((other) => other.n === n && isUnavailable(other));
    if (!unsure) assert.equal(ack.kind, answer.kind, `command ${n}`);
  }
}

/**
 * Checks a writer that had several commands under way and repeated what was UNAVAILABLE until it was answered, so that they may have
 * been carried out in another order: each answer is of what the log holds, and the commands that it holds come to the very same
 * events when they are carried out in that order, uninterrupted.
 */
export async function checkAnswered(
  { path, from, to }: Order,
  commands: readonly Command[],
  { acks, end }: Pick<Heard, 'acks' | 'end'>,
): Promise<void> {
  const events = await contentsOf(path);
  checkSound(events);
  assert.equal(end?.digest, digestOf(events));
  const booked = new Map(
    events.flatMap((event) => (event.key === null ? [] : [[event.key, event] as const])),
  );
  const answers = new Map(acks.filter((ack) => !isUnavailable(ack)).map((ack) => [ack.n, ack]));
  assert.equal(answers.size, to - from);
  assert.equal(acks.filter((ack) => !isUnavailable(ack)).length, answers.size, 'answered twice');
  for (const [n, ack] of answers) {
    const event = booked.get(`c-${n}`);
    if (ack.kind === 'refused') assert.equal(event, undefined, `command ${n} was refused and is in the log`);
    // A day that was closed before: no event of its own.
    else if (event === undefined) assert.equal(commands[n]?.command, 'closeDay');
    else {
      assert(ack.first <= event.revision && event.revision <= ack.last, `command ${n}`);
      if (ack.kind === 'accepted') assert.equal(events[ack.last]?.hash, ack.hash);
    }
  }
  const numbers = [...booked.keys()].map((key) => Number(key.slice(2)));
  const foretold = await foretellEach([], commands, numbers);
  assert.deepEqual(hashes(events), hashes(foretold.events));
}
