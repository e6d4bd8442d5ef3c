/** What the SQLite engine promises beyond the common suite: tampering shows, failures are told as what they are. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { openLog } from '../../src/log/open.ts';
import { LogFormatRefused, LogUnavailable, LogUnreadable } from '../../src/log/port/port.ts';
import { rowEventsMax, SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { chain, gathered, inFolder, revisionsOf } from './events.ts';

const writer = join(import.meta.dirname, 'writer.ts');

/** A file of four rows whose events and connection are given to the callback; then it is read. */
async function tampered(change: (database: Database.Database) => void): Promise<{
  readonly read: Promise<readonly StoredEvent[]>;
  readonly backwards: Promise<readonly StoredEvent[]>;
  readonly problems: readonly { readonly first: number; readonly last: number; readonly revision: number }[];
  readonly badHash: number | undefined;
}> {
  return await inFolder(async (folder) => {
    const path = join(folder, 'main.formicary');
    const log = await SqliteLog.open(path);
    await log.append(-1, chain(4 * rowEventsMax));
    await log.close();
    const database = new Database(path);
    change(database);
    database.close();
    const again = await SqliteLog.open(path);
    const read = gathered(again.read(0, 'forwards'));
    const backwards = gathered(again.read(1_000_000, 'backwards'));
    await Promise.allSettled([read, backwards]);
    const problems: { first: number; last: number; revision: number }[] = [];
    let badHash: number | undefined;
    let previous = genesisHash;
    for await (const { first, last, events, problem } of again.verifyBatches()) {
      if (problem !== null) problems.push({ first, last, revision: problem.revision });
      for (const event of events) {
        if (!hashHolds(event, previous)) badHash ??= event.revision;
        previous = event.hash;
      }
    }
    await again.close();
    return { read, backwards, problems, badHash };
  });
}

/** First revision of a row. */
const row = (at: number): number => at * rowEventsMax;
const setBody = 'UPDATE batch SET body = replace(body, ?, ?) WHERE first = ?';

describe('tampering', () => {
  it('does not show where there is none', async () => {
    const { read, backwards, problems, badHash } = await tampered(() => {});
    expect(await read).toHaveLength(4 * rowEventsMax);
    expect(await backwards).toHaveLength(4 * rowEventsMax);
    expect(problems).toEqual([]);
    expect(badHash).toBeUndefined();
  });

  it('an altered event shows by its hash', async () => {
    const { problems, badHash } = await tampered((database) => {
      database.prepare(setBody).run(`"${row(1) + 5}.00 CNY"`, `"${row(1) + 5}.01 CNY"`, row(1));
    });
    expect(problems).toEqual([]);
    expect(badHash).toBe(row(1) + 5);
  });

  it('altered bytes that mean the same show by the bytes', async () => {
    const { read, problems, badHash } = await tampered((database) => {
      database.prepare(setBody).run('"test"', '"t\\u0065st"', row(2));
      database.prepare('UPDATE batch SET body = body || ? WHERE first = ?').run(' ', row(3));
    });
    expect(await read).toHaveLength(4 * rowEventsMax);
    expect(badHash).toBeUndefined();
    expect(problems).toEqual([
      { first: row(2), last: row(3) - 1, revision: row(2) },
      { first: row(3), last: row(4) - 1, revision: row(3) },
    ]);
  });

  it.each([0, 1, 2])('a dropped row %d is a gap', async (at) => {
    const { read, backwards, problems } = await tampered((database) => {
      database.prepare('DELETE FROM batch WHERE first = ?').run(row(at));
    });
    const gap = { first: row(at), last: row(at + 1) - 1, revision: row(at) };
    await expect(read).rejects.toMatchObject({ name: 'LogUnreadable', revision: row(at) });
    await expect(backwards).rejects.toMatchObject({ name: 'LogUnreadable', revision: row(at) });
    expect(problems).toEqual([gap]);
  });

  it('rows that changed places show at the first of them', async () => {
    const { read, problems } = await tampered((database) => {
      database.prepare('UPDATE batch SET first = -1 WHERE first = ?').run(row(1));
      database.prepare('UPDATE batch SET first = ? WHERE first = ?').run(row(1), row(2));
      database.prepare('UPDATE batch SET first = ? WHERE first = -1').run(row(2));
    });
    await expect(read).rejects.toMatchObject({ name: 'LogUnreadable', revision: row(1) });
    expect(problems.map(({ revision }) => revision)).toEqual([row(1), row(2), row(3)]);
  });

  it('bodies that changed places show by their last hash', async () => {
    const { read, problems } = await tampered((database) => {
      const bodies = database.prepare<[], string>('SELECT body FROM batch ORDER BY first').pluck().all();
      database.prepare('UPDATE batch SET body = ? WHERE first = ?').run(bodies[2], row(1));
      database.prepare('UPDATE batch SET body = ? WHERE first = ?').run(bodies[1], row(2));
    });
    await expect(read).rejects.toMatchObject({ name: 'LogUnreadable', revision: row(2) - 1 });
    expect(problems.map(({ first }) => first)).toEqual([row(1), row(2)]);
  });

  it.each([
    ['a count', 'UPDATE batch SET count = count - 1 WHERE first = ?'],
    ['a count below one', 'UPDATE batch SET count = 0 WHERE first = ?'],
    ['a link', `UPDATE batch SET previous_hash = '${'0'.repeat(64)}' WHERE first = ?`],
    ['a text that ends early', 'UPDATE batch SET body = substr(body, 1, 100) WHERE first = ?'],
    ['an empty text', `UPDATE batch SET body = '' WHERE first = ?`],
    [
      'a row inserted before it',
      'INSERT INTO batch SELECT first - 1, count, previous_hash, last_hash, body FROM batch WHERE first = ?',
    ],
  ])('%s that was changed shows at its row, and all before it can be read', async (_what, sql) => {
    const { read, backwards, problems } = await tampered((database) => {
      database.prepare(sql).run(row(2));
    });
    await expect(read).rejects.toThrow(LogUnreadable);
    await expect(backwards).rejects.toThrow(LogUnreadable);
    const revision = problems[0]?.revision ?? 0;
    expect(revision).toBeGreaterThanOrEqual(row(2) - 1);
    expect(revision).toBeLessThanOrEqual(row(3));
  });

  it('a row before the beginning shows', async () => {
    const { read, problems } = await tampered((database) => {
      database.prepare(`INSERT INTO batch VALUES (-5, 5, '', '', '')`).run();
    });
    await expect(read).rejects.toThrow(LogUnreadable);
    expect(problems).not.toEqual([]);
  });

  it('a file that is cut off is said to be damaged', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path);
      await log.append(-1, chain(4 * rowEventsMax));
      await log.close();
      truncateSync(path, 65_536);
      const opened = SqliteLog.open(path).then(
        async (again) => await gathered(again.read(0, 'forwards')).finally(() => again.close()),
      );
      await expect(opened).rejects.toMatchObject({
        name: expect.stringMatching(/^Log(Unreadable|Unavailable)$/),
      });
    });
  });
});

describe('a file', () => {
  it('of something else is refused, and left as it was', async () => {
    await inFolder(async (folder) => {
      const foreign = join(folder, 'foreign.formicary');
      const other = new Database(foreign);
      other.exec('CREATE TABLE batch (a); INSERT INTO batch VALUES (1)');
      other.close();
      const text = join(folder, 'text.formicary');
      writeFileSync(text, 'not a database at all, but long enough to be looked at\n'.repeat(40));
      for (const path of [foreign, text]) {
        const bytes = readFileSync(path);
        await expect(SqliteLog.open(path)).rejects.toThrow(LogFormatRefused);
        expect(readFileSync(path)).toEqual(bytes);
      }
    });
  });

  it('of a later format is refused', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      await (await SqliteLog.open(path)).close();
      const database = new Database(path);
      database.pragma('user_version = 99');
      database.close();
      await expect(SqliteLog.open(path)).rejects.toThrow(/its format is 99/);
    });
  });

  it('that can not be made is unavailable', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '');
      await expect(SqliteLog.open(join(folder, 'file', 'main.formicary'))).rejects.toThrow(LogUnavailable);
    });
  });

  it('is synced at every commit and checkpointed when it is opened', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path);
      const database = new Database(path);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      const events = chain(10);
      await log.append(-1, events);
      const other = await SqliteLog.open(path);
      expect(database.pragma('wal_checkpoint(PASSIVE)')).toMatchObject([{ busy: 0 }]);
      database.close();
      await other.close();
      await log.close();
    });
  });
});

describe('a failure', () => {
  it('a writer that does not let go: nothing is written, and later it is', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path, { busyTimeoutMs: 0 });
      const [first, second] = [chain(1), chain(1, chain(1)[0])];
      await log.append(-1, first);
      const other = new Database(path);
      other.exec('BEGIN IMMEDIATE');
      await expect(log.append(0, second)).rejects.toThrow(LogUnavailable);
      expect(await gathered(log.read(0, 'forwards'))).toEqual(first);
      const beside = await SqliteLog.open(path, { busyTimeoutMs: 0 });
      await expect(beside.append(0, second)).rejects.toThrow(LogUnavailable);
      expect(await gathered(beside.read(0, 'forwards'))).toEqual(first);
      await beside.close();
      other.exec('ROLLBACK');
      other.close();
      await log.append(0, second);
      expect(await gathered(log.read(0, 'forwards'))).toEqual([...first, ...second]);
      await log.close();
    });
  });

  it('a full file: nothing of the append is written, what was there stays, a smaller one still fits', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path, { filePagesMax: 12 });
      const events = chain(6_000);
      await log.append(-1, events.slice(0, 100));
      await expect(log.append(99, events.slice(100))).rejects.toThrow(LogUnavailable);
      expect((await log.head()).revision).toBe(99);
      await log.append(99, events.slice(100, 110));
      expect(await gathered(log.read(0, 'forwards'))).toEqual(events.slice(0, 110));
      await log.close();
      const larger = await SqliteLog.open(path);
      await larger.append(109, events.slice(110));
      expect((await larger.head()).revision).toBe(5_999);
      await larger.close();
    });
  });

  /** What the writer said: the last revision that it was answered, and the errors that it saw. */
  const told = (stdout: string): { readonly answered: number; readonly errors: readonly string[] } => {
    const lines = stdout.trim().split('\n');
    const errors = lines.filter((line) => !/^\d+$/.test(line));
    return { answered: Number(lines.findLast((line) => /^\d+$/.test(line)) ?? -1), errors };
  };

  /** After whatever befell its writer: what was answered is there, once and whole, and the book goes on. */
  async function checkSurvived(path: string, answered: number, batch: number): Promise<void> {
    const log = await SqliteLog.open(path);
    const events = await gathered(log.read(0, 'forwards'));
    expect(events.length - 1).toBeGreaterThanOrEqual(answered);
    expect(events.length % batch).toBe(0);
    expect(revisionsOf(events)).toEqual(events.map((_, at) => at));
    for await (const { problem } of log.verifyBatches()) expect(problem).toBeNull();
    await log.append(events.length - 1, chain(10, events.at(-1)));
    expect((await log.head()).revision).toBe(events.length + 9);
    await log.close();
  }

  it('a disk that takes no more, at any point of a commit, a checkpoint or the opening', async () => {
    await inFolder(async (folder) => {
      const seen = new Set<string>();
      // The limit is in blocks of 512 bytes.
      for (let blocks = 8; blocks < 2_500; blocks += Math.ceil(blocks / 2)) {
        const path = join(folder, `book-${blocks}.formicary`);
        const script = `ulimit -f ${blocks}; exec "$0" "$@"`;
        const command = ['-c', script, process.execPath, writer, path, '100', '300', 'child'];
        const { answered, errors } = told(spawnSync('sh', command, { encoding: 'utf8' }).stdout);
        for (const error of errors) seen.add(error);
        await checkSurvived(path, answered, 300);
      }
      expect([...seen].sort()).toEqual(['LogUnavailable', 'OutcomeUnknown']);
    });
  });

  // Faults are injected by strace; where it isn't there, or may not trace, only the test above makes the disk fail.
  const strace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;

  it.runIf(strace)(
    'a failed sync: never an answer; opened anew, the same events are appended once',
    async () => {
      await inFolder(async (folder) => {
        const seen = new Set<string>();
        // Syncs 1 to 4 make the file, 5 to 9 its write-ahead log; then one a commit; the last are those of closing.
        for (const nth of [1, 3, 4, 5, 7, 8, 9, 10, 11, 12, 15, 19, 20]) {
          const path = join(folder, `book-${nth}.formicary`);
          const inject = `inject=fsync,fdatasync:error=EIO:when=${nth}`;
          const trace = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', inject];
          const command = [...trace, process.execPath, writer, path, '8', '100', 'child'];
          const { answered, errors } = told(spawnSync('strace', command, { encoding: 'utf8' }).stdout);
          for (const error of errors) seen.add(error);
          // A file that can't be made safely isn't made; once it is there, one failure is survived.
          expect(answered).toBe(errors.includes('LogUnavailable') ? -1 : 799);
          await checkSurvived(path, answered, 100);
        }
        expect([...seen].sort()).toEqual(['LogUnavailable', 'OutcomeUnknown']);
      });
    },
  );

  it.runIf(strace)('no answer leaves before its append is synced', async () => {
    await inFolder(async (folder) => {
      const trace = join(folder, 'trace');
      const options = [
        '-f',
        '-qq',
        '-y',
        '-s',
        '8',
        '-o',
        trace,
        '-e',
        'trace=fsync,fdatasync,write,pwrite64',
      ];
      spawnSync('strace', [
        ...options,
        process.execPath,
        writer,
        join(folder, 'main.formicary'),
        '5',
        '10',
        'child',
      ]);
      let unsynced = false;
      let answers = 0;
      for (const line of readFileSync(trace, 'utf8').split('\n')) {
        if (/ pwrite64\(\d+<[^>]*-wal>/.test(line)) unsynced = true;
        if (/ (fsync|fdatasync)\(\d+<[^>]*-wal>\) += 0/.test(line)) unsynced = false;
        if (!/ write\(1<[^>]*>, "\d+\\n"/.test(line)) continue;
        answers += 1;
        expect(unsynced).toBe(false);
      }
      expect(answers).toBe(5);
    });
  });
});

describe('other processes', () => {
  it('write the same file: one chain, each append once', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const run = (tag: string): Promise<string> =>
        new Promise((resolve, reject) => {
          const child = spawn(process.execPath, [writer, path, '40', '3', tag]);
          let said = '';
          child.stdout.setEncoding('utf8').on('data', (text: string) => {
            said += text;
          });
          child.on('error', reject).on('close', () => resolve(said));
        });
      const answers = await Promise.all(['a', 'b', 'c'].map(run));
      const log = await SqliteLog.open(path);
      const events = await gathered(log.read(0, 'forwards'));
      expect(events).toHaveLength(360);
      let previous = genesisHash;
      for (const event of events) {
        expect(hashHolds(event, previous)).toBe(true);
        previous = event.hash;
      }
      ['a', 'b', 'c'].forEach((tag, at) => {
        const lasts = events.filter(({ actor, revision }) => actor === tag && revision % 3 === 2);
        expect(revisionsOf(lasts).map(String)).toEqual(answers[at]?.trim().split('\n'));
      });
      await log.close();
    });
  });

  it('are heard by a subscriber at the next look, and looking ends with the waiting', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const looks = new Set<() => void>();
      const repeat = (_everyMs: number, tick: () => void): (() => void) => {
        looks.add(tick);
        return () => looks.delete(tick);
      };
      const look = (): void => {
        for (const tick of looks) tick();
      };
      const [log, other] = [await SqliteLog.open(path, { repeat }), await SqliteLog.open(path)];
      const stop = new AbortController();
      const subscription = log.subscribe(0, stop.signal)[Symbol.asyncIterator]();
      const events = chain(20);
      const first = subscription.next();
      expect(looks.size).toBe(1);
      await other.append(-1, events.slice(0, 10));
      look();
      expect((await first).value).toEqual(events.slice(0, 10));
      const second = subscription.next();
      look();
      look();
      await other.append(9, events.slice(10));
      look();
      expect((await second).value).toEqual(events.slice(10));
      const third = subscription.next();
      stop.abort();
      expect((await third).done).toBe(true);
      expect(looks.size).toBe(0);
      await log.close();
      await other.close();
    });
  });
});

describe('a store', () => {
  it('in a folder keeps a file a book', async () => {
    await inFolder(async (folder) => {
      const [a, b] = [
        await openLog(`sqlite:${folder}/deep/er`, 'a'),
        await openLog(`sqlite:${folder}/deep/er`, 'b.c'),
      ];
      await a.append(-1, chain(3));
      expect((await b.head()).revision).toBe(-1);
      await a.close();
      await b.close();
      const again = await openLog(`sqlite:${folder}/deep/er`, 'a');
      expect((await again.head()).revision).toBe(2);
      await again.close();
    });
  });

  it.each([
    ['sqlite:', 'main'],
    ['esdb://localhost:2113', 'main'],
    ['', 'main'],
    ['memory:', '../main'],
    ['memory:', ''],
    ['memory:', 'x'.repeat(65)],
  ])('%s with book %s is none', async (url, book) => {
    await expect(openLog(url, book)).rejects.toThrow(RangeError);
  });
});
