/**
 * The close of a day with 50,000 holders of fund units is a run of many appends. Its writer is killed on the way, and a server that
 * was open on the same book finishes it: to the same hashes as one that nothing ever interrupted.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendsOf } from '../../src/book/appends.ts';
import { Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { digest as digestNow } from '../../src/kernel/state/digest.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { run } from '../crash/children.ts';
import { eventsOf } from '../crash/oracle.ts';
import { engine, nowOf, type Order, sender, textOf } from '../crash/order.ts';
import { closeDay, contributeCapital, keyed, publishRate, subscribe, topUp } from '../support/commands.ts';
import { asked, toldBy } from './asking.ts';
import { Formicary } from './formicary.ts';
import { newBook, Store, storeName } from './store.ts';

const holders = 50_000;
/** Commands that are decided together while the history is made. */
const batch = 10_000;
/** The most that an event and an append may hold. */
const postingsMax = 500;
const appendBytesMax = 900_000;

const opening = '2016-03-01';
/** The first day on which units bear a yield is the one after. */
const days = ['2016-03-02', '2016-03-03'];
const closes: readonly Command[] = days.map((on) => keyed(closeDay(on), `close-${on}`));

/** A book in memory in which everybody holds units, and the first day is closed. */
async function manyHolders(log: MemoryLog, holders: number): Promise<Book> {
  const book = await Book.open({ id: 'main', house, log, now: () => nowOf(0), engine });
  const commands = [contributeCapital(opening, '1000.00'), publishRate(opening, 'deposit-1m', '3.5%')];
  for (let n = 0; n < holders; n++)
    commands.push(topUp(opening, `user-${n}`, '1000.00'), subscribe(opening, `user-${n}`, '1000.00'));
  commands.push(closeDay(opening));
  for (let at = 0; at < commands.length; at += batch) {
    const answers = await book.executeAll(
      commands.slice(at, at + batch).map((command) => ({ command, sender })),
    );
    expect(answers.every(({ kind }) => kind === 'accepted')).toBe(true);
  }
  return book;
}

/** Appends events as they are, in as few appends as a log takes them in. */
async function copy(events: readonly StoredEvent[], store: string, book: string): Promise<void> {
  const log = await openLog(store, book);
  for (const append of appendsOf(
    events.map((event) => [event]),
    appendBytesMax,
  ))
    await log.append((append.events[0]?.revision ?? 0) - 1, append.events);
  await log.close();
}

it('what is left of a run is appended in several appends, too, where it is more than a log takes at once', async () => {
  const book = await manyHolders(new MemoryLog(), 4 * postingsMax);
  const before = await eventsOf(book.log);
  const answer = await book.execute(closeDay(days[0] ?? ''), sender);
  if (answer.kind !== 'accepted') throw new Error(answer.kind);
  // A log that takes about one event of as many postings as there may be.
  const small = new MemoryLog({ appendBytesMax: 70_000 });
  for (const event of [...before, ...answer.events.slice(0, 2)])
    await small.append(event.revision - 1, [event]);
  const finished = await Book.open({ id: 'main', house, log: small, now: () => 0, engine });
  expect(finished.stopped).toBeUndefined();
  expect(hashes(await eventsOf(small))).toEqual(hashes([...before, ...answer.events]));
});

const hashes = (events: readonly StoredEvent[]): readonly string[] => events.map(({ hash }) => hash);

describe(`the close of a day with ${holders} holders, on a ${storeName}`, () => {
  let store: Store;
  let servers: readonly Formicary[];
  let folder: string;
  const id = newBook('long-close');
  /** The book as it is to come: what the servers have appended is entered there, too. */
  const expected = new MemoryLog();
  let book: Book;

  beforeAll(async () => {
    store = await Store.start();
    folder = mkdtempSync(join(tmpdir(), 'formicary-long-close-'));
    writeFileSync(join(folder, 'commands.jsonl'), textOf(closes));
    book = await manyHolders(expected, holders);
    await copy(await eventsOf(expected), store.url, id);
    servers = [await Formicary.start(0, store.url), await Formicary.start(1, store.url)];
    const heads = await Promise.all(servers.map((server) => server.headOf(id)));
    expect(heads).toEqual([book.head.revision, book.head.revision]);
  }, 180_000);

  afterAll(async () => {
    for (const server of servers ?? []) await server[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the store holds from a revision on. */
  async function tail(from: number): Promise<readonly StoredEvent[]> {
    const log = await openLog(store.url, id);
    try {
      const events: StoredEvent[] = [];
      for await (const page of log.read(from, 'forwards')) events.push(...page);
      return events;
    } finally {
      await log.close();
    }
  }

  /** A writer that closes a day of {@link days}, and is killed when it has made so many appends. */
  async function killedAt(day: number, appends: number): Promise<void> {
    const order: Order = {
      path: { store: store.url, book: id },
      commands: join(folder, 'commands.jsonl'),
      from: day,
      to: day + 1,
      window: 1,
      dieAt: { of: 'any', nth: appends - 1, when: 'after' },
    };
    const { signal, acks, stderr } = await run(order);
    expect([signal, acks, stderr]).toEqual(['SIGKILL', [], '']);
  }

  /** The run of a day's close as nothing interrupts it, by the clock of the writer; and its appends. */
  async function uninterrupted(day: number): Promise<{ run: readonly StoredEvent[]; appends: number[] }> {
    await book.refresh();
    const command = closes[day];
    if (command === undefined) throw new RangeError(`no day ${day}`);
    const answer = await book.execute(command, sender, nowOf(day));
    if (answer.kind !== 'accepted') throw new Error(answer.kind);
    const appends = [...appendsOf([answer.events])].map(({ events }) => events.length);
    return { run: answer.events, appends };
  }

  const isSettling = async (server: Formicary, atLeast: number): Promise<boolean> => {
    const query = 'query ($book: ID!, $at: Revision!) { ledger(book: $book, atLeast: $at) { settling } }';
    const { data } = await server.ask(query, { book: id, at: String(atLeast) });
    const ledger = isRecord(data) ? data.ledger : undefined;
    return isRecord(ledger) && ledger.settling === true;
  };

  /** A command to a server, after the close. */
  async function send(server: Formicary, key: string): Promise<void> {
    const command = keyed(topUp('2016-04-01', 'user-1', '1.00'), key);
    const { data, errors } = await server.ask(...asked(command, id));
    expect([toldBy(data)?.kind, errors]).toEqual(['accepted', []]);
  }

  /** Checks that the store holds a whole run and so many commands after it; and lets the book in memory follow. */
  async function checkFinished(wanted: readonly StoredEvent[], after: number): Promise<void> {
    const from = wanted[0]?.revision ?? 0;
    const found = await tail(from);
    expect(hashes(found.slice(0, wanted.length))).toEqual(hashes(wanted));
    expect(found.slice(wanted.length).map(({ type }) => type)).toEqual(
      Array.from({ length: after }, () => 'ToppedUp'),
    );
    await expected.append(from + wanted.length - 1, found.slice(wanted.length));
    await book.refresh();
    const { revision } = book.head;
    const digests = await Promise.all(servers.map((server) => server.digestAt(id, revision)));
    const digest = digestNow(house, book.state);
    expect(digests).toEqual([
      { revision, digest },
      { revision, digest },
    ]);
  }

  it('is a run of many appends, none of which is larger than a server takes', async () => {
    const ledger = await book.rehearse([closeDay(days[0] ?? '')], sender);
    const [decision] = ledger;
    if (decision?.kind !== 'accepted') throw new Error(decision?.kind);
    const postings = decision.events.map(({ accounts }) => accounts.length);
    expect(Math.max(...postings)).toBeLessThanOrEqual(postingsMax);
    expect(postings.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(holders);
    expect([...appendsOf([decision.events])].length).toBeGreaterThan(4);
  });

  it('killed on the way, is finished by servers that were open on the book, two at once', async () => {
    const day = 0;
    const dies = 3;
    const before = book.head.revision;
    await killedAt(day, dies);
    const { run: wanted, appends } = await uninterrupted(day);
    const written = appends.slice(0, dies).reduce((sum, count) => sum + count, 0);
    expect(hashes(await tail(before + 1))).toEqual(hashes(wanted.slice(0, written)));
    expect(appends.length).toBeGreaterThan(dies + 1);
    for (const server of servers) expect(await isSettling(server, before + written)).toBe(true);
    await Promise.all(servers.map((server) => send(server, `after by ${server.number}`)));
    await checkFinished(wanted, servers.length);
  }, 240_000);

  it('killed, and then whoever finishes it, too, is finished by the next', async () => {
    const day = 1;
    const before = book.head.revision;
    await killedAt(day, 1);
    // It finishes the close when it opens the book.
    await killedAt(day, 2);
    const { run: wanted, appends } = await uninterrupted(day);
    const found = await tail(before + 1);
    expect(found.length).toBeGreaterThan(appends[0] ?? 0);
    expect(found.length).toBeLessThan(wanted.length);
    expect(hashes(found)).toEqual(hashes(wanted.slice(0, found.length)));
    const [, server] = servers;
    if (server === undefined) throw new Error('no server');
    await send(server, 'after both');
    await checkFinished(wanted, 1);
  }, 240_000);
});
