/** A book beside others that write to its log at the same time: fewer commands are decided together, until they get in. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, Book, Series } from '../../src/book/book.ts';
import { ImportKeys } from '../../src/cli/importing/import-keys.ts';
import { importHistory } from '../../src/cli/importing/importing.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { type EventLog, LogUnavailable, WrongExpectedRevision } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import type { HistoryItem } from '../../src/scenario/running/history.ts';
import { house } from '../../src/segments/index.ts';
import { WrappedLog } from '../crash/logs.ts';
import { checkSound, eventsOf } from '../crash/oracle.ts';
import { keyed, topUp } from '../support/commands.ts';
import { chain, inFolder } from './events.ts';

const day = '2016-03-01';
const sender = { actor: 'mine' };
const waits: number[] = [];
const wait = async (ms: number): Promise<void> => {
  waits.push(ms);
};
const open = (log: EventLog): Promise<Book> =>
  Book.open({ id: 'main', house, log, now: () => 0, engine: 'test', wait });
const commands = (count: number): readonly Command[] =>
  Array.from({ length: count }, (_, n) => keyed(topUp(day, `user-${n % 9}`, '1.00'), `mine/${n}`));

let inner: MemoryLog;
let other: Book;
/** How often the other one was faster. */
let faster: number;

beforeEach(async () => {
  inner = new MemoryLog();
  other = await open(inner);
  await other.execute(topUp(day, 'other', '1.00'), { actor: 'other' });
  faster = 0;
  waits.length = 0;
});

/** A log on which another book appends before an append, where the answer is yes: of how many events it is. */
const beside = (isFaster: (events: number) => boolean): WrappedLog =>
  new WrappedLog(inner, {
    append: async (_expected, events, write) => {
      if (isFaster(events.length)) {
        faster++;
        await other.execute(topUp(day, 'other', '1.00'), { actor: 'other', correlation: `${faster}` });
      }
      await write();
    },
  });

const executed = (book: Book, given: readonly Command[], series?: Series): Promise<readonly Answer[]> =>
  book.executeAll(
    given.map((command) => ({ command, sender })),
    series,
  );

const kinds = (answers: readonly Answer[]): readonly string[] => [
  ...new Set(answers.map((answer) => (answer.kind === 'refused' ? answer.refusal.code : answer.kind))),
];

/** Checks that commands were booked once each, in their order. */
async function checkBooked(given: readonly Command[]): Promise<void> {
  const events = await eventsOf(inner);
  checkSound(events);
  const mine = events.filter(({ actor }) => actor === 'mine');
  expect(mine.map(({ key }) => key)).toEqual(given.map(({ key }) => key));
}

describe('a book beside another that is always faster', () => {
  it('than more than one command: decides them one by one', async () => {
    const given = commands(300);
    const log = beside((events) => events > 1);
    const book = await open(log);
    expect(kinds(await executed(book, given))).toEqual(['accepted']);
    await checkBooked(given);
    // Halved down to one, and tried with more after each that got in.
    expect(log.appends.slice(0, 9)).toEqual([300, 150, 75, 37, 18, 9, 4, 2, 1]);
    expect(Math.max(...log.appends.slice(9))).toBe(8);
    expect(Math.max(...waits)).toBeLessThanOrEqual(64);
  });

  it('than some commands: finds how many get in, and decides more again when it can', async () => {
    const given = commands(2_000);
    let most = 40;
    const log = beside((events) => events > most);
    const book = await open(log);
    expect(kinds(await executed(book, given))).toEqual(['accepted']);
    await checkBooked(given);
    expect(log.appends.filter((events) => events <= most).length).toBeLessThan(100);
    most = Number.POSITIVE_INFINITY;
    const before = log.appends.length;
    const more = commands(3_000).map((command) => keyed(command, `more/${command.key}`));
    expect(kinds(await executed(book, more))).toEqual(['accepted']);
    expect(log.appends.slice(before).length).toBeLessThan(10);
    expect(Math.max(...log.appends.slice(before))).toBeGreaterThan(1_000);
  });

  it('for longer than a batch used to be tried: gets in in the end', async () => {
    const given = commands(4_096);
    const book = await open(beside(() => faster < 120));
    expect(kinds(await executed(book, given))).toEqual(['accepted']);
    expect(faster).toBe(120);
    await checkBooked(given);
  });

  it('for ever: says so of one command after some seconds, of the others at once, and takes them when it can again', async () => {
    let always = true;
    const log = beside(() => always);
    const book = await open(log);
    const given = commands(20);
    expect(kinds(await executed(book, given))).toEqual(['UNAVAILABLE']);
    await checkBooked([]);
    expect(log.appends.length).toBeLessThan(340);
    const seconds = waits.reduce((sum, ms) => sum + ms, 0) / 1_000;
    expect(seconds).toBeGreaterThan(5);
    expect(seconds).toBeLessThan(16);
    always = false;
    expect(kinds(await executed(book, given))).toEqual(['accepted']);
    await checkBooked(given);
  });
});

it('an import beside another writer ends, and counts what was its own', async () => {
  const given = commands(5_000);
  const log = beside((events) => events > 20 || faster % 3 === 0);
  const book = await open(log);
  const series = new Series();
  async function* items(): AsyncGenerator<HistoryItem> {
    for (const [at, command] of given.entries())
      yield { kind: 'command', line: at + 1, text: JSON.stringify(command), command };
  }
  const target = {
    get state() {
      return book.state;
    },
    send: (sent: Parameters<Book['executeAll']>[0]) => book.executeAll(sent, series),
  };
  const result = await importHistory(items(), target, {
    keys: new ImportKeys(book, 'given'),
    closeDaily: false,
    keepGoing: false,
    actor: 'mine',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(result).toMatchObject({
    lines: 5_000,
    accepted: 5_000,
    refused: 0,
    events: 5_000,
    interrupted: false,
  });
  expect(faster).toBeGreaterThan(50);
  expect(book.head.revision).toBe(1 + 5_000 + faster);
  await checkBooked(given);
});

describe('a file that is held', () => {
  const [first, second] = [chain(1), chain(1, undefined, 'other')];
  const at = (folder: string): Promise<SqliteLog> =>
    SqliteLog.open(join(folder, 'main.formicary'), { busyTimeoutMs: 0 });

  it('takes nobody else’s append until the work’s first, and is let go then', () =>
    inFolder(async (folder) => {
      const [mine, theirs] = [await at(folder), await at(folder)];
      await mine.hold(async () => {
        await expect(theirs.append(-1, second)).rejects.toBeInstanceOf(LogUnavailable);
        await expect(theirs.hold(async () => 1)).rejects.toBeInstanceOf(LogUnavailable);
        // Reading is free.
        expect((await theirs.head()).revision).toBe(-1);
        await mine.append(-1, first);
        expect((await theirs.head()).revision).toBe(0);
        await theirs.append(0, chain(1, first[0]));
      });
      expect((await mine.head()).revision).toBe(1);
      await mine.close();
      await theirs.close();
    }));

  it('is let go when the work appends nothing, fails, or what it appends does not follow', () =>
    inFolder(async (folder) => {
      const [mine, theirs] = [await at(folder), await at(folder)];
      expect(await mine.hold(async () => 'nothing')).toBe('nothing');
      await theirs.append(-1, first);
      await expect(mine.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
      await theirs.append(0, chain(1, first[0]));
      await mine.hold(async () => {
        await expect(mine.append(-1, second)).rejects.toBeInstanceOf(WrongExpectedRevision);
        await theirs.append(1, chain(1, await theirs.head()));
      });
      expect((await mine.head()).revision).toBe(2);
      await mine.append(2, chain(1, await mine.head()));
      await mine.close();
      await theirs.close();
    }));
});

it('two books on one file: after a conflict nobody comes in between', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'main.formicary');
    const file = await SqliteLog.open(path);
    const theirs = await open(await SqliteLog.open(path, { busyTimeoutMs: 0 }));
    // The other one appends whenever nothing keeps it from it.
    const log: EventLog = new Proxy(file, {
      get: (of, name) => {
        if (name === 'append')
          return async (expected: number, events: Parameters<EventLog['append']>[1]): Promise<void> => {
            const answer = await theirs.execute(topUp(day, 'other', '1.00'), { actor: 'other' });
            if (answer.kind === 'accepted') faster++;
            await of.append(expected, events);
          };
        const found: unknown = Reflect.get(of, name, of);
        return typeof found === 'function' ? found.bind(of) : found;
      },
    });
    const book = await open(log);
    await theirs.execute(topUp(day, 'other', '1.00'), { actor: 'other' });
    const given = commands(3_000);
    expect(kinds(await executed(book, given))).toEqual(['accepted']);
    expect(book.counts.conflicts).toBe(1);
    checkSound(await eventsOf(file));
    await book.close();
    await theirs.close();
  }));
