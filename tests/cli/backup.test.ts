import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { headAt } from '../../src/log/port/port.ts';
import { type Backup, type BackupRules, backupBook } from '../../src/log/sqlite/backup.ts';
import { rowEventsMax, SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { untraceable } from '../crash/children.ts';
import { type After, chain, eventAfter, gathered } from '../store/events.ts';
import { closeDay, pay, topUp } from '../support/commands.ts';
import { ended, Place } from './program.ts';

const root = join(import.meta.dirname, '../..');
const node = join(root, 'node_modules/.bin/node');
const program = join(root, 'bin/formicary.js');
const writer = join(root, 'tests/store/writer.ts');

/** The file of the book main in a place's store. */
const bookOf = (place: Place): string => place.path('store/main.formicary');

async function write(path: string, events: readonly StoredEvent[]): Promise<void> {
  const log = await SqliteLog.open(path);
  await log.append((events[0]?.revision ?? 0) - 1, events);
  await log.close();
}

async function read(path: string): Promise<readonly StoredEvent[]> {
  const log = await SqliteLog.open(path);
  try {
    return await gathered(log.read(0, 'forwards'));
  } finally {
    await log.close();
  }
}

/** Rules of a backup that does nothing but go on. */
const rules = (parts: Partial<BackupRules> = {}): BackupRules => ({
  replace: false,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...parts,
});

/** More batches than are copied in one read. */
const manyEvents = 200 * rowEventsMax;

describe('backup', () => {
  it('makes a file that is a book: audited by its anchor, with the digest of the first', async () => {
    using place = new Place();
    place.history('march.jsonl', [
      topUp('2016-03-01', 'user-1', '200.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
      closeDay('2016-03-01'),
    ]);
    await place.run('import', 'march.jsonl');
    const { revision, hash } = await place.head();
    const text = await place.run('backup', 'kept/main.formicary');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain(`kept/main.formicary: ${revision + 1} events of main`);
    expect(text.stdout).toContain(`\n${revision}:${hash}\n`);
    const { code, said } = await place.json('backup', 'kept/other.formicary');
    expect(code).toBe(0);
    expect(said).toEqual({
      book: 'main',
      file: 'kept/other.formicary',
      events: revision + 1,
      bytes: readFileSync(place.path('kept/other.formicary')).length,
      revision,
      hash,
    });
    expect(readdirSync(place.path('kept')).sort()).toEqual(['main.formicary', 'other.formicary']);
    const kept = ['--store', 'sqlite:kept'] as const;
    expect((await place.run('audit', '--conformance', '--head', `${revision}:${hash}`, ...kept)).code).toBe(
      0,
    );
    const [here, there] = [
      await place.json('rebuild', '--verify'),
      await place.json('rebuild', '--verify', ...kept),
    ];
    expect(there.said).toEqual(here.said);
    // It takes commands like any other.
    place.history('april.jsonl', [topUp('2016-03-02', 'user-2', '1.00')]);
    expect((await place.run('import', 'april.jsonl', ...kept)).code).toBe(0);
    expect((await place.head()).revision).toBe(revision);
  });

  it('replaces no file unless it is told to, and never the book itself or one that is open', async () => {
    using place = new Place();
    await write(bookOf(place), chain(10));
    place.write('kept.formicary', 'something');
    const refused = await place.json('backup', 'kept.formicary');
    expect(refused.code).toBe(2);
    expect(refused.said.error).toMatchObject({
      code: 'FILE_EXISTS',
      value: 'kept.formicary',
      hint: expect.stringContaining('--force'),
    });
    expect(place.read('kept.formicary')).toBe('something');
    expect((await place.run('backup', 'kept.formicary', '--force')).code).toBe(0);
    expect(await read(place.path('kept.formicary'))).toEqual(chain(10));
    for (const name of ['store/main.formicary', 'store'])
      expect((await place.json('backup', name, '--force')).said.error).toMatchObject({ code: 'FILE_EXISTS' });
    expect(await read(bookOf(place))).toEqual(chain(10));
    const open = await SqliteLog.open(place.path('kept.formicary'));
    await open.append(9, chain(1, chain(10).at(-1)));
    const inUse = await place.json('backup', 'kept.formicary', '--force');
    await open.close();
    expect(inUse.code).toBe(2);
    expect(inUse.said.error).toMatchObject({ code: 'FILE_IN_USE', value: 'kept.formicary-wal' });
    expect(await read(place.path('kept.formicary'))).toEqual(chain(11));
    expect(readdirSync(place.folder).sort()).toEqual(['kept.formicary', 'store']);
  });

  it.each([
    [['kept', '--store', 'memory:'], 2, 'STORE_HAS_NO_FILE', 'formicary copy'],
    [['kept', '--store', 'esdb://user:secret@localhost?tls=false'], 2, 'STORE_HAS_NO_FILE', '***@localhost'],
    [['kept', '--book', 'north'], 2, 'BOOK_UNKNOWN', 'north (in sqlite:store)'],
    [['file/below'], 3, 'NOT_WRITTEN', 'file/below'],
    [[], 2, 'BAD_USAGE', 'FILE is missing'],
  ])('%j exits with %d', async (args, code, name, says) => {
    using place = new Place();
    await write(bookOf(place), chain(1));
    place.write('file', '');
    const ran = await place.run('backup', ...args);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(name);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toContain('secret');
    expect(readdirSync(place.folder).sort()).toEqual(['file', 'store']);
  });

  it('of an empty book is an empty book', async () => {
    using place = new Place();
    await (await SqliteLog.open(bookOf(place))).close();
    const { code, said } = await place.json('backup', 'kept.formicary');
    expect(code).toBe(0);
    expect(said).toMatchObject({ events: 0, revision: -1 });
    expect(await read(place.path('kept.formicary'))).toEqual([]);
  });

  it.each([
    ['an event', `UPDATE batch SET body = replace(body, '"700.00 CNY"', '"701.00 CNY"')`, 700],
    ['bytes that mean the same', `UPDATE batch SET body = body || ' ' WHERE first = 256`, 256],
    ['a batch', 'DELETE FROM batch WHERE first = 256', 256],
    ['the text of a batch', `UPDATE batch SET body = 'x' WHERE first = 256`, 256],
    ['a batch before all', `INSERT INTO batch VALUES (-5, 5, '', '', '')`, -5],
  ])('says no when %s was tampered with, and keeps nothing', async (_what, sql, revision) => {
    using place = new Place();
    await write(bookOf(place), chain(1_000));
    const database = new Database(bookOf(place));
    database.exec(sql);
    database.close();
    const { code, said } = await place.json('backup', 'kept.formicary');
    expect(code).toBe(1);
    expect(said.error).toMatchObject({ code: 'BACKUP_BROKEN', value: `revision ${revision}` });
    expect(readdirSync(place.folder)).toEqual(['store']);
  });

  it('keeps nothing when it is stopped, whatever it was doing', async () => {
    using place = new Place();
    await write(bookOf(place), chain(manyEvents));
    for (const stage of ['copying', 'verifying'] as const) {
      const stop = new AbortController();
      const reason = new Error('stopped');
      const stopping = rules({
        signal: stop.signal,
        onProgress: (at) => {
          if (at === stage) stop.abort(reason);
        },
      });
      await expect(backupBook(bookOf(place), place.path('kept.formicary'), stopping)).rejects.toBe(reason);
      expect(readdirSync(place.folder)).toEqual(['store']);
    }
  });

  it('gives no name away that somebody has taken in the meantime', async () => {
    using place = new Place();
    await write(bookOf(place), chain(10));
    const late = rules({ onProgress: () => place.write('kept.formicary', 'theirs') });
    await expect(backupBook(bookOf(place), place.path('kept.formicary'), late)).rejects.toMatchObject({
      refusal: { code: 'FILE_EXISTS' },
    });
    expect(place.read('kept.formicary')).toBe('theirs');
    expect(readdirSync(place.folder).sort()).toEqual(['kept.formicary', 'store']);
  });

  it('killed amid its work leaves no file of that name, and the next one is whole', async () => {
    using place = new Place();
    const events = chain(manyEvents);
    await write(bookOf(place), events);
    place.folders('kept');
    const child = place.start(['backup', 'kept/main.formicary']);
    const watcher = watch(place.path('kept'), () => {
      child.kill('SIGKILL');
      watcher.close();
    });
    await ended(child);
    expect(child.signalCode).toBe('SIGKILL');
    expect(existsSync(place.path('kept/main.formicary'))).toBe(false);
    expect((await place.run('backup', 'kept/main.formicary')).code).toBe(0);
    expect(await read(place.path('kept/main.formicary'))).toEqual(events);
  });

  it.runIf(untraceable === undefined)('has its name when it is synced, and syncs the name', async () => {
    using place = new Place();
    await write(bookOf(place), chain(1_000));
    mkdirSync(place.path('kept'));
    const traced = spawnSync(
      'strace',
      [
        ...['-f', '-qq', '-y', '-o', place.path('trace')],
        ...['-e', 'trace=fsync,fdatasync,write,pwrite64,link,linkat'],
        ...[node, program, 'backup', 'kept/main.formicary', '--store', 'sqlite:store'],
      ],
      { cwd: place.folder },
    );
    expect(traced.status).toBe(0);
    const calls = readFileSync(place.path('trace'), 'utf8').split('\n');
    const written = calls.findLastIndex((call) => /pwrite64\(\d+<[^>]*\/kept\/[^>]*\.tmp>/.test(call));
    const synced = calls.findLastIndex((call) => /fsync\(\d+<[^>]*\/kept\/[^>]*\.tmp>/.test(call));
    const named = calls.findIndex((call) => /link(at)?\(.*\.tmp"/.test(call));
    const folder = calls.findLastIndex((call) => /fsync\(\d+<[^>]*\/kept>/.test(call));
    const said = calls.findIndex((call) => / write\(1<[^>]*>, "kept\/main\.formicary/.test(call));
    expect(written).toBeGreaterThan(-1);
    const order = [written, synced, named, folder, said];
    expect(order.toSorted((a, b) => a - b)).toEqual(order);
    expect(new Set(order).size).toBe(order.length);
  });
});

/** Starts a process that appends; its lines are gathered, one an append. */
function startWriter(path: string, appends: number, events: number): ChildProcessWithoutNullStreams {
  return spawn(node, [writer, path, String(appends), String(events), 'child']);
}

describe('beside a writer', () => {
  it('a backup is a beginning of the log, and every append is done', async () => {
    using place = new Place();
    const before = chain(manyEvents);
    await write(bookOf(place), before);
    const [appends, eventsOfAppend] = [1_500, 4];
    const child = startWriter(bookOf(place), appends, eventsOfAppend);
    const end = ended(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const backups: (Backup & { readonly path: string })[] = [];
    while (child.exitCode === null && child.signalCode === null) {
      const path = place.path(`kept-${backups.length}.formicary`);
      backups.push({ ...(await backupBook(bookOf(place), path, rules())), path });
      // Its end is heard of between two backups.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { stdout, stderr } = await end;
    expect(stderr).toBe('');
    // A line an append, each its last revision: none was refused, put off or lost.
    expect(stdout.trim().split('\n')).toEqual(
      Array.from({ length: appends }, (_, at) => String(manyEvents - 1 + (at + 1) * eventsOfAppend)),
    );
    const events = await read(bookOf(place));
    expect(events).toEqual([...before, ...chain(appends * eventsOfAppend, before.at(-1), 'child')]);
    const hashes = events.map(({ hash }) => hash);
    for (const { path, head, bytes } of backups) {
      const kept = await read(path);
      expect(kept.map(({ hash }) => hash)).toEqual(hashes.slice(0, head.revision + 1));
      expect(headAt(kept.at(-1) ?? eventAfter())).toEqual(head);
      expect(readFileSync(path).length).toBe(bytes);
    }
    // Some were made amid the appends.
    expect(
      backups.some(({ head: { revision } }) => revision >= manyEvents && revision < events.length - 1),
    ).toBe(true);
  });

  it('a backup holds what was there when it began; nobody waits for it, who appends or who opens the book', async () => {
    using place = new Place();
    const events = chain(manyEvents);
    await write(bookOf(place), events);
    // Whoever meets a lock of the backup’s fails at once.
    const log = await SqliteLog.open(bookOf(place), { busyTimeoutMs: 0 });
    let last: After | undefined = events.at(-1);
    let turns = 0;
    const appends: Promise<void>[] = [];
    const { head } = await backupBook(
      bookOf(place),
      place.path('kept.formicary'),
      rules({
        onProgress: () => {
          turns++;
          const event = eventAfter(last);
          appends.push(log.append(event.revision - 1, [event]));
          last = event;
          // Opening copies the write-ahead log into the file, which takes that no reader is at an older state.
          appends.push(
            SqliteLog.open(bookOf(place), { busyTimeoutMs: 0 }).then((another) => another.close()),
          );
        },
      }),
    );
    await Promise.all(appends);
    await log.close();
    expect(turns).toBeGreaterThan(3);
    expect(head).toEqual(headAt(events.at(-1) ?? eventAfter()));
    expect(await read(place.path('kept.formicary'))).toEqual(events);
    expect((await read(bookOf(place))).length).toBe(events.length + turns);
  });

  it('what a killed writer left is in the backup', async () => {
    using place = new Place();
    const log = await SqliteLog.open(bookOf(place));
    await log.append(-1, chain(50));
    // The files as a kill would leave them: the events stand in the write-ahead log alone.
    place.folders('left');
    for (const name of readdirSync(place.path('store')))
      copyFileSync(place.path(`store/${name}`), place.path(`left/${name}`));
    await log.close();
    const { said } = await place.json('backup', 'kept.formicary', '--store', 'sqlite:left');
    expect(said).toMatchObject({ events: 50 });
    expect(await read(place.path('kept.formicary'))).toEqual(chain(50));
  });
});
