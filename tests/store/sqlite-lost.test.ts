/** A book's file that somebody deletes, replaces or cuts while it is open: nothing is acknowledged that nobody can find again. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { LogFormatRefused, LogUnavailable, LogUnreadable } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { chain, gathered, inFolder } from './events.ts';

const events = chain(1_200);
/** Large enough for several pages of the file. */
const before = events.slice(0, 600);
const later = events.slice(600, 1_100);
const next = events.slice(1_100, 1_110);

/** Copies all that has been written into the file itself. */
function checkpoint(path: string): void {
  const database = new Database(path);
  database.pragma('wal_checkpoint(FULL)');
  database.close();
}

/** A log of 1,100 events that is open, and a copy of its file as it was at 600. */
async function withLog(
  work: (log: SqliteLog, path: string, older: string) => Promise<void>,
  name = 'main.formicary',
): Promise<void> {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, 'store'));
    const path = join(folder, 'store', name);
    const older = join(folder, 'older');
    const log = await SqliteLog.open(path);
    await log.append(-1, before);
    checkpoint(path);
    copyFileSync(path, older);
    await log.append(599, later);
    checkpoint(path);
    expect((await log.head()).revision).toBe(1_099);
    try {
      await work(log, path, older);
    } finally {
      await log.close();
    }
  });
}

/** Nothing is acknowledged, and nothing is written that the log would hold afterwards. */
async function refuses(log: SqliteLog, why: RegExp): Promise<void> {
  for (let tries = 0; tries < 2; tries++) {
    await expect(log.append(1_099, next)).rejects.toThrow(LogUnavailable);
    await expect(log.append(1_099, next)).rejects.toThrow(why);
    await expect(log.head()).rejects.toThrow(why);
    await expect(gathered(log.read(0, 'forwards'))).rejects.toThrow(why);
    await expect(log.verifyBatches().next()).rejects.toThrow(why);
  }
}

async function goesOn(log: SqliteLog, path: string): Promise<void> {
  expect((await log.head()).revision).toBe(1_099);
  await log.append(1_099, next);
  const other = await SqliteLog.open(path);
  expect(await gathered(other.read(0, 'forwards'))).toEqual(events.slice(0, 1_110));
  await other.close();
}

/** What befalls the file, what is said then, and what puts it right. */
interface Fault {
  readonly befall: (path: string, older: string) => void;
  readonly why: RegExp;
  readonly mend: (path: string) => void;
}

const faults: { readonly [what: string]: Fault } = {
  'deleted, or moved elsewhere': {
    befall: (path) => renameSync(path, `${path}.away`),
    why: /main\.formicary was deleted or moved; put the file back/,
    mend: (path) => renameSync(`${path}.away`, path),
  },
  'replaced by an older copy': {
    befall: (path, older) => {
      renameSync(path, `${path}.away`);
      copyFileSync(older, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
    why: /another file was put in the place of main\.formicary/,
    mend: (path) => renameSync(`${path}.away`, path),
  },
  'replaced by a link to another': {
    befall: (path, older) => {
      renameSync(path, `${path}.away`);
      symlinkSync(older, path);
    },
    why: /another file was put in the place of main\.formicary/,
    mend: (path) => renameSync(`${path}.away`, path),
  },
  'copied over in place by an older one': {
    befall: (path, older) => {
      copyFileSync(path, `${path}.away`);
      copyFileSync(older, path);
    },
    why: /main\.formicary has been cut: it has \d+ bytes, and had \d+/,
    mend: (path) => copyFileSync(`${path}.away`, path),
  },
  'cut to nothing': {
    befall: (path) => {
      copyFileSync(path, `${path}.away`);
      truncateSync(path, 0);
    },
    why: /main\.formicary has been cut: it has 0 bytes/,
    mend: (path) => copyFileSync(`${path}.away`, path),
  },
  'robbed of its write-ahead log': {
    befall: (path) => renameSync(`${path}-wal`, `${path}.away`),
    why: /main\.formicary-wal was deleted or moved/,
    mend: (path) => renameSync(`${path}.away`, `${path}-wal`),
  },
  'given another write-ahead log': {
    befall: (path) => {
      renameSync(`${path}-wal`, `${path}.away`);
      writeFileSync(`${path}-wal`, '');
    },
    why: /another file was put in the place of main\.formicary-wal/,
    mend: (path) => renameSync(`${path}.away`, `${path}-wal`),
  },
  'robbed of the file that locks are taken on': {
    befall: (path) => renameSync(`${path}-shm`, `${path}.away`),
    why: /main\.formicary-shm was deleted or moved/,
    mend: (path) => renameSync(`${path}.away`, `${path}-shm`),
  },
  'moved with its folder': {
    befall: (path) => renameSync(join(path, '..'), join(path, '../../moved')),
    why: /main\.formicary was deleted or moved/,
    mend: (path) => renameSync(join(path, '../../moved'), join(path, '..')),
  },
};

describe('a file that is open', () => {
  it.each(Object.entries(faults))(
    '%s: nothing is acknowledged, until it is back',
    async (_what, { befall, why, mend }) => {
      await withLog(async (log, path, older) => {
        befall(path, older);
        await refuses(log, why);
        mend(path);
        await goesOn(log, path);
      });
    },
  );

  it('deleted for good: no other is made in its place, and what is known can be read', async () => {
    await withLog(async (log, path) => {
      rmSync(path);
      await refuses(log, /was deleted or moved/);
      expect(existsSync(path)).toBe(false);
      expect(await log.readMany([1_000])).toEqual([events[1_000]]);
    });
  });

  it('copied over in place by one of the same length is read anew', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path);
      await log.append(-1, events.slice(0, 5));
      checkpoint(path);
      copyFileSync(path, `${path}.older`);
      await log.append(4, events.slice(5, 10));
      checkpoint(path);
      expect((await log.head()).revision).toBe(9);
      copyFileSync(path, `${path}.away`);
      expect(readFileSync(`${path}.older`)).toHaveLength(readFileSync(path).length);
      copyFileSync(`${path}.older`, path);
      await expect(log.append(9, events.slice(10, 15))).rejects.toThrow(
        /it ends at revision 4, and 9 has been read of it/,
      );
      await expect(log.head()).rejects.toThrow(LogUnavailable);
      copyFileSync(`${path}.away`, path);
      await log.append(9, events.slice(10, 15));
      expect(await gathered(log.read(0, 'forwards'))).toEqual(events.slice(0, 15));
      await log.close();
    });
  });

  it('deleted amid a transaction: the outcome is unknown, and nothing more is taken', async () => {
    await withLog(async (log, path) => {
      const other = new Database(path, { timeout: 0 });
      const isBeingWritten = (): boolean => {
        try {
          other.exec('BEGIN IMMEDIATE; ROLLBACK');
          return false;
        } catch {
          return true;
        }
      };
      const [event] = next;
      const { hash = '' } = event ?? {};
      const deleting = Object.defineProperty({ ...event }, 'hash', {
        get: () => {
          if (existsSync(path) && isBeingWritten()) renameSync(path, `${path}.away`);
          return hash;
        },
      }) as StoredEvent;
      await expect(log.append(1_099, [deleting])).rejects.toMatchObject({
        name: 'OutcomeUnknown',
        message: expect.stringContaining('main.formicary was deleted or moved'),
      });
      await refuses(log, /main\.formicary was deleted or moved/);
      renameSync(`${path}.away`, path);
      expect((await log.head()).revision).toBe(1_100);
      await log.append(1_099, next.slice(0, 1));
      other.close();
    });
  });

  it('is told to who follows it', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      let look: () => void = () => {};
      const log = await SqliteLog.open(path, {
        repeat: (_everyMs, tick) => {
          look = tick;
          return () => {};
        },
      });
      const following = gathered(log.subscribe(0, new AbortController().signal));
      rmSync(path);
      look();
      await expect(following).rejects.toThrow(/was deleted or moved/);
      await log.close();
    });
  });

  it('by a link is the file that the link leads to', async () => {
    await inFolder(async (folder) => {
      const [path, link] = [join(folder, 'real'), join(folder, 'main.formicary')];
      await (await SqliteLog.open(path)).close();
      symlinkSync(path, link);
      const log = await SqliteLog.open(link);
      await log.append(-1, events.slice(0, 3));
      rmSync(link);
      await expect(log.head()).rejects.toThrow(/was deleted or moved/);
      symlinkSync(path, link);
      expect((await log.head()).revision).toBe(2);
      await log.close();
    });
  });

  it('with another name beside its own may lose that', async () => {
    await withLog(async (log, path) => {
      linkSync(path, `${path}.link`);
      rmSync(`${path}.link`);
      await goesOn(log, path);
    });
  });

  it('that another process checkpoints, cutting its write-ahead log, goes on', async () => {
    await withLog(async (log, path) => {
      const other = new Database(path);
      expect(other.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
      other.close();
      await goesOn(log, path);
    });
  });

  it('whose last events are taken out of it has lost its end', async () => {
    await withLog(async (log, path) => {
      const other = new Database(path);
      other.exec('DELETE FROM batch WHERE first >= 600');
      other.close();
      await expect(log.head()).rejects.toThrow(/it ends at revision 599, and 1099 has been read of it/);
      await expect(log.append(1_099, next)).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        actual: 599,
      });
    });
  });
});

/** What another program may leave in a file. */
const foreign = {
  'a trigger':
    'CREATE TRIGGER later AFTER INSERT ON batch BEGIN DELETE FROM batch WHERE first = new.first; END',
  'a table': 'CREATE TABLE notes (text)',
  'a view': 'CREATE VIEW ends AS SELECT last_hash FROM batch',
  'an index': 'CREATE INDEX by_hash ON batch (last_hash)',
  statistics: 'ANALYZE',
  'a column': 'ALTER TABLE batch ADD COLUMN note TEXT',
};

describe('a file that holds', () => {
  it.each(Object.entries(foreign))('%s of others is refused, and left as it was', async (_what, sql) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path);
      await log.append(-1, events.slice(0, 3));
      await log.close();
      const other = new Database(path);
      other.exec(sql);
      other.close();
      const bytes = readFileSync(path);
      await expect(SqliteLog.open(path)).rejects.toThrow(LogFormatRefused);
      await expect(SqliteLog.open(path)).rejects.toThrow(/it holds the \w+ \w+|its table batch is not/);
      expect(readFileSync(path)).toEqual(bytes);
    });
  });

  it.each(Object.entries(foreign))('%s since it was opened takes nothing', async (_what, sql) => {
    await withLog(async (log, path) => {
      const other = new Database(path);
      other.exec(sql);
      await expect(log.append(1_099, next)).rejects.toThrow(LogUnavailable);
      await expect(log.head()).rejects.toThrow(/is not the book that was opened/);
      expect(other.prepare('SELECT max(first) FROM batch').pluck().get()).toBeLessThan(1_100);
      other.close();
    });
  });

  it('a trigger that was taken away again goes on', async () => {
    await withLog(async (log, path) => {
      const other = new Database(path);
      other.exec(foreign['a trigger']);
      await expect(log.head()).rejects.toThrow(/it holds the trigger later/);
      other.exec('DROP TRIGGER later');
      other.close();
      await goesOn(log, path);
    });
  });

  it.each([
    ['a batch before the first', `INSERT INTO batch VALUES (-5, 5, '', '', '')`],
    [
      'a batch after a gap',
      `INSERT INTO batch SELECT 9000, 1, last_hash, last_hash, body FROM batch LIMIT 1`,
    ],
    [
      'a batch that is not linked',
      `INSERT INTO batch SELECT 1100, 1, previous_hash, last_hash, body FROM batch LIMIT 1`,
    ],
    ['no beginning', 'DELETE FROM batch WHERE first = 0'],
  ])('%s shows when its head is asked for', async (_what, sql) => {
    await withLog(async (log, path) => {
      const other = new Database(path);
      other.exec(sql);
      other.close();
      await expect(log.head()).rejects.toThrow(LogUnreadable);
      const anew = await SqliteLog.open(path);
      await expect(anew.head()).rejects.toThrow(LogUnreadable);
      await anew.close();
    });
  });
});

describe('opening a file', () => {
  it('waits for no reader, and keeps no writer waiting', async () => {
    await withLog(async (log, path) => {
      const reader = new Database(path);
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM batch').get();
      await log.append(1_099, next);
      const opened = await SqliteLog.open(path, { busyTimeoutMs: 0 });
      expect((await opened.head()).revision).toBe(1_109);
      await log.append(1_109, chain(1, events[1_109]));
      await opened.close();
      reader.exec('COMMIT');
      reader.close();
    });
  });
});
