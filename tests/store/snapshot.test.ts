import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book, type Restored } from '../../src/book/book.ts';
import { packRows, unpackRows } from '../../src/book/snapshot/packed-rows.ts';
import { restoreSnapshot, snapshotPath, writeSnapshot } from '../../src/book/snapshot/snapshot.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { balanceDigest, digest } from '../../src/kernel/state/digest.ts';
import { dayOf, formatDay, parseDay } from '../../src/kernel/values/dates.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { openLog } from '../../src/log/open.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { history } from '../oracle/histories.ts';
import { closeDay, keyed, topUp, transfer } from '../support/commands.ts';
import { inFolder } from './events.ts';

const engine = 'test';
const sender = { actor: 'test' };
const opened = (log: EventLog, snapshot?: Restored): Promise<Book> =>
  Book.open({
    id: 'main',
    house,
    log,
    now: () => 1_000,
    engine,
    ...(snapshot === undefined ? {} : { snapshot }),
  });

/** A random history, with a close before the first line of each later day, every line under a key. */
function commandsOf(seed: number): readonly Command[] {
  const lines = history(seed, {
    days: 20,
    lines: 120,
    users: 8,
    merchants: 3,
    close: 'daily',
    backdated: true,
  });
  const commands: Command[] = [];
  let open: number | undefined;
  lines.forEach((line, at) => {
    const day = parseDay(line.on);
    if (day !== undefined) {
      open ??= day;
      for (; open < day; open++) commands.push(closeDay(formatDay(open)));
    }
    commands.push(keyed(line, `line-${at}`));
  });
  return commands;
}

async function execute(book: Book, commands: readonly Command[]): Promise<void> {
  await book.executeAll(commands.map((command) => ({ command, sender })));
}

const restore = async (path: string, log: EventLog, settings: { engine?: string } = {}) => {
  const dropped: string[] = [];
  const found = await restoreSnapshot(path, {
    house,
    engine,
    log,
    dropped: (why) => dropped.push(why),
    ...settings,
  });
  return { found, dropped };
};

describe('a snapshot', () => {
  it('and the rest of the log are what the whole log is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (seed, share) => {
          await inFolder(async (folder) => {
            const path = join(folder, 'main.snapshot');
            const log = new MemoryLog();
            const commands = commandsOf(seed);
            const cut = Math.floor(commands.length * share);
            const book = await opened(log);
            await execute(book, commands.slice(0, cut));
            const at = await writeSnapshot(path, book);
            expect(at).toBe(book.head.revision);
            await execute(book, commands.slice(cut));

            const { found, dropped } = await restore(path, log);
            expect(dropped).toEqual([]);
            expect(found?.head.revision ?? -1).toBe(at);
            const again = await opened(log, found);
            expect(again.head).toEqual(book.head);
            expect(digest(house, again.state)).toBe(digest(house, book.state));
            expect(balanceDigest(house, again.state)).toBe(balanceDigest(house, book.state));
            // Keys, subjects and what is decided next, too.
            for (let revision = 0; revision <= book.head.revision; revision++) {
              expect(again.register.recordedAt(revision)).toBe(book.register.recordedAt(revision));
              expect(again.register.postingsAfter(revision)).toBe(book.register.postingsAfter(revision));
              expect(again.register.cause(revision)).toBe(book.register.cause(revision));
            }
            const subject = [...again.register.ofSubject('day', again.register.count)];
            expect(subject).toEqual([...book.register.ofSubject('day', book.register.count)]);
            const next = async (one: Book) => (await one.rehearse(commands, sender)).map(({ kind }) => kind);
            expect(await next(again)).toEqual(await next(book));
          });
        },
      ),
      { numRuns: 15 },
    );
  });

  const small = [
    topUp('2016-03-01', 'user-1', '200.00'),
    closeDay('2016-03-01'),
    transfer('2016-03-02', 'user-1', 'user-2', '5.00'),
  ];

  const withSnapshot = (work: (path: string, log: EventLog, book: Book) => Promise<void>): Promise<void> =>
    inFolder(async (folder) => {
      const log = await openLog(`sqlite:${folder}`, 'main');
      const path = snapshotPath({ store: `sqlite:${folder}` }, 'main', engine) ?? '';
      const book = await opened(log);
      await execute(book, small);
      await writeSnapshot(path, book);
      await work(path, log, book);
      await book.close();
    });

  it('is dropped when any of its bytes is another', async () => {
    await withSnapshot(async (path, log) => {
      const bytes = readFileSync(path);
      const places = [
        0,
        10,
        70,
        100,
        Math.floor(bytes.length / 3),
        Math.floor(bytes.length / 2),
        bytes.length - 1,
      ];
      for (const place of places) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ 1;
        writeFileSync(path, changed);
        const { found, dropped } = await restore(path, log);
        expect(found, `byte ${place}`).toBeUndefined();
        expect(dropped).toHaveLength(1);
      }
    });
  });

  it('is dropped when it is cut off, empty, or something else', async () => {
    await withSnapshot(async (path, log) => {
      const bytes = readFileSync(path);
      for (const text of [
        bytes.subarray(0, -1),
        bytes.subarray(0, 40),
        Buffer.alloc(0),
        Buffer.from('no snapshot\n{}\n'),
      ]) {
        writeFileSync(path, text);
        expect((await restore(path, log)).found).toBeUndefined();
      }
    });
  });

  it('is dropped when another engine wrote it, and when the log is another', async () => {
    await withSnapshot(async (path, log) => {
      expect((await restore(path, log, { engine: 'another' })).dropped).toEqual([
        expect.stringContaining('engine test wrote it'),
      ]);
      const other = new MemoryLog();
      const book = await opened(other);
      await execute(book, [topUp('2016-03-01', 'user-1', '201.00'), ...small.slice(1)]);
      expect((await restore(path, other)).dropped).toEqual([expect.stringContaining('has another hash')]);
      expect((await restore(path, log)).found?.head.revision).toBe((await log.head()).revision);
    });
  });

  it('that is ahead of its log is an error, whichever engine wrote it', async () => {
    await withSnapshot(async (path, log) => {
      const shorter = new MemoryLog();
      const behind = {
        refusal: { code: 'LOG_BEHIND', message: expect.stringContaining('the log ends at -1') },
      };
      await expect(restore(path, shorter)).rejects.toMatchObject(behind);
      const another = path.replace(`@${engine}`, '@another');
      renameSync(path, another);
      await expect(restore(path, shorter, { engine: 'a third' })).rejects.toMatchObject(behind);
      const bytes = readFileSync(another);
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      writeFileSync(another, bytes);
      expect((await restore(path, shorter)).found).toBeUndefined();
      expect((await restore(path, log)).found).toBeUndefined();
    });
  });

  it('is written in place of the one before, and leaves nothing beside it', async () => {
    await withSnapshot(async (path, log, book) => {
      await execute(book, [transfer('2016-03-02', 'user-1', 'user-2', '6.00')]);
      await writeSnapshot(path, book);
      expect((await restore(path, log)).found?.head.revision).toBe(book.head.revision);
      expect(existsSync(`${path}.tmp`)).toBe(false);
      expect(await writeSnapshot(join(path, 'not', 'a', 'folder'), book).catch(() => 'refused')).toBe(
        'refused',
      );
    });
  });

  it('is of the lowest layer while a sandbox holds on to an earlier state', async () => {
    await withSnapshot(async (path, log, book) => {
      const pin = await book.pin();
      const pinned = book.head.revision;
      await execute(book, [transfer('2016-03-02', 'user-1', 'user-2', '7.00')]);
      expect(await writeSnapshot(path, book)).toBe(pinned);
      const { found } = await restore(path, log);
      const again = await opened(log, found);
      expect(digest(house, again.state)).toBe(digest(house, book.state));
      book.unpin(pin);
    });
  });

  it('of a book without events is none', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.snapshot');
      expect(await writeSnapshot(path, await opened(new MemoryLog()))).toBe(-1);
      expect(existsSync(path)).toBe(false);
    });
  });
});

it('rows come back as they were', () => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('wallet', 'card'),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const record = fc.oneof(
    fc.record({ a: value, b: value, on: fc.integer({ min: 0, max: dayOf('2020-01-01') }) }),
    fc.record({ minor: fc.bigInt({ min: 0n, max: 10n ** 15n }), method: fc.constantFrom('wallet', 'card') }),
    fc.array(value),
    value,
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(fc.tuple(fc.string(), record)),
        fc.array(fc.tuple(fc.string(), fc.record({ a: value, b: value }))),
      ),
      (rows) => {
        expect([...unpackRows(packRows(rows))]).toEqual(rows);
      },
    ),
  );
});
