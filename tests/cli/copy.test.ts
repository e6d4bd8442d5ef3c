import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { openLog } from '../../src/log/open.ts';
import { type After, chain, eventAfter, gathered } from '../store/events.ts';
import { closeDay, pay, topUp } from '../support/commands.ts';
import { ended, Place, part } from './program.ts';

/** Writes events into a book of a place's store. */
async function write(
  place: Place,
  store: string,
  book: string,
  events: readonly StoredEvent[],
): Promise<void> {
  const log = await openLog(`sqlite:${place.path(store)}`, book);
  try {
    // Less than the engine takes at once.
    for (let at = 0; at < events.length; at += 20_000) {
      const some = events.slice(at, at + 20_000);
      await log.append((some[0]?.revision ?? 0) - 1, some);
    }
  } finally {
    await log.close();
  }
}

async function read(place: Place, store: string, book: string): Promise<readonly StoredEvent[]> {
  const log = await openLog(`sqlite:${place.path(store)}`, book);
  try {
    return await gathered(log.read(0, 'forwards'));
  } finally {
    await log.close();
  }
}

const anchorOf = (events: readonly StoredEvent[]): string =>
  `${events.at(-1)?.revision}:${events.at(-1)?.hash}`;

describe('copy', () => {
  it('moves a book: audited by its anchor, and with the digest of the first', async () => {
    using place = new Place();
    place.history('march.jsonl', [
      topUp('2016-03-01', 'user-1', '200.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
      closeDay('2016-03-01'),
      closeDay('2016-03-02'),
    ]);
    await place.run('import', 'march.jsonl');
    const { code, stdout, stderr } = await place.run(
      'copy',
      '--from',
      'sqlite:store',
      '--to',
      'sqlite:there',
      '--verify',
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { revision, hash } = await place.head();
    expect(stdout).toContain(`\n${revision}:${hash}\n`);
    expect(stdout).toContain(`verified: ${revision + 1} events`);
    expect(await read(place, 'there', 'main')).toEqual(await read(place, 'store', 'main'));
    const there = ['--store', 'sqlite:there'] as const;
    expect((await place.run('audit', '--conformance', '--head', `${revision}:${hash}`, ...there)).code).toBe(
      0,
    );
    const [here, moved] = [
      await place.json('rebuild', '--verify'),
      await place.json('rebuild', '--verify', ...there),
    ];
    expect(moved.said).toEqual(here.said);
  });

  it('copies every book of a store, or those that are named, under another name where there is one', async () => {
    using place = new Place();
    const books = ['east', 'north', 'south'] as const;
    for (const [at, book] of books.entries())
      await write(place, 'store', book, chain(10 * (at + 1), undefined, book));
    const all = await place.json('copy', '--from', 'sqlite:store', '--to', 'sqlite:all');
    expect(all.code).toBe(0);
    expect(all.said).toEqual({
      from: 'sqlite:store',
      to: 'sqlite:all',
      interrupted: false,
      books: books.map((book, at) => {
        const events = chain(10 * (at + 1), undefined, book);
        const [revision, hash] = anchorOf(events).split(':');
        return {
          book,
          as: book,
          present: 0,
          copied: events.length,
          revision: Number(revision),
          hash,
          left: 0,
          verified: null,
          interrupted: false,
        };
      }),
    });
    const from = ['copy', '--from', 'sqlite:store', '--to'] as const;
    const two = await place.json(...from, 'sqlite:two', '--book', 'south', '--book', 'east', '--verify');
    expect(part(two.said, 'books', 0)).toMatchObject({ book: 'south', copied: 30, verified: 30 });
    expect(part(two.said, 'books', 1)).toMatchObject({ book: 'east', copied: 10, verified: 10 });
    expect(readdirSync(place.path('two')).sort()).toEqual(['east.formicary', 'south.formicary']);
    const renamed = await place.json(...from, 'sqlite:store', '--book', 'north', '--as', 'rehearsal');
    expect(part(renamed.said, 'books', 0)).toMatchObject({ book: 'north', as: 'rehearsal', copied: 20 });
    expect(await read(place, 'store', 'rehearsal')).toEqual(chain(20, undefined, 'north'));
  });

  it('goes on with what the source has gained', async () => {
    using place = new Place();
    const first = chain(50);
    const more = chain(30, first.at(-1));
    const both = ['copy', '--from', 'sqlite:store', '--to', 'sqlite:there'] as const;
    await write(place, 'store', 'main', first);
    await place.run(...both);
    await write(place, 'store', 'main', more);
    const { said } = await place.json(...both);
    expect(part(said, 'books', 0)).toMatchObject({ present: 50, copied: 30, left: 0, revision: 79 });
    const { stdout } = await place.run(...both);
    expect(stdout).toContain('main: 0 events copied, 80 were there');
  });

  it('says no to a target that holds something else, and which of the books it came to', async () => {
    using place = new Place();
    const events = chain(40);
    const others = [...events.slice(0, 25), ...chain(5, events[24], 'other')];
    await write(place, 'store', 'east', chain(3));
    await write(place, 'store', 'main', events);
    await write(place, 'there', 'main', others);
    const both = ['copy', '--from', 'sqlite:store', '--to', 'sqlite:there'] as const;
    const { code, said } = await place.json(...both);
    expect(code).toBe(1);
    expect(said.error).toMatchObject({
      code: 'TARGET_DIFFERS',
      value: 'revision 25',
      message: expect.stringContaining(`source ${events[25]?.hash}, target ${others[25]?.hash}`),
      hint: expect.stringContaining('--as'),
      book: 'main',
      books: [{ book: 'east', copied: 3 }],
    });
    expect(await read(place, 'there', 'main')).toEqual(others);
    expect((await place.run(...both)).stderr).toContain('main is not copied');
    const back = await place.json('copy', '--from', 'sqlite:there', '--to', 'sqlite:store', '--book', 'east');
    expect(back.code).toBe(0);
    await write(place, 'there', 'east', chain(2, chain(3).at(-1)));
    const ahead = await place.json(...both, '--book', 'east');
    expect(ahead.code).toBe(1);
    expect(ahead.said.error).toMatchObject({ code: 'TARGET_AHEAD', value: 'revision 3' });
  });

  it('says no to a source that was tampered with, and copies nothing from there on', async () => {
    using place = new Place();
    const events = chain(1_000);
    await write(place, 'store', 'main', events);
    const database = new Database(place.path('store/main.formicary'));
    database.prepare('UPDATE batch SET body = replace(body, ?, ?)').run('"700.00 CNY"', '"701.00 CNY"');
    database.close();
    const { code, said } = await place.json('copy', '--from', 'sqlite:store', '--to', 'sqlite:there');
    expect(code).toBe(1);
    expect(said.error).toMatchObject({ code: 'SOURCE_BROKEN', value: 'revision 700' });
    const kept = await read(place, 'there', 'main');
    expect(kept).toEqual(events.slice(0, 699));
  });

  it('says no to a target that was tampered with, when it is asked to verify it', async () => {
    using place = new Place();
    await write(place, 'store', 'main', chain(1_000));
    const both = ['copy', '--from', 'sqlite:store', '--to', 'sqlite:there'] as const;
    await place.run(...both);
    const database = new Database(place.path('there/main.formicary'));
    database.prepare('UPDATE batch SET body = replace(body, ?, ?)').run('"700.00 CNY"', '"701.00 CNY"');
    database.close();
    expect((await place.run(...both)).code).toBe(0);
    const { code, said } = await place.json(...both, '--verify');
    expect(code).toBe(1);
    expect(said.error).toMatchObject({ code: 'TARGET_BROKEN', value: 'revision 700' });
  });

  it.each([
    [['--to', 'sqlite:there'], 'BAD_USAGE', '--from URL is missing'],
    [['--from', 'sqlite:store'], 'BAD_USAGE', '--to URL is missing'],
    [['--from', 'sqlite:store', '--to', 'mysql://user:secret@host'], 'BAD_USAGE', 'mysql://***@host'],
    [['--from', 'sqlite:store', '--to', 'memory:'], 'BAD_USAGE', 'ends with the process'],
    [['--from', 'memory:', '--to', 'sqlite:there'], 'BAD_USAGE', 'ends with the process'],
    [['--from', 'sqlite:store', '--to', 'sqlite:./there/../store'], 'BAD_USAGE', 'onto itself'],
    [
      ['--from', 'sqlite:store', '--to', 'sqlite:there', '--as', 'b'],
      'BAD_USAGE',
      '2 would be copied: a, main',
    ],
    [['--from', 'sqlite:store', '--to', 'sqlite:there', '--book', 'a/b'], 'BAD_', 'a/b'],
    [
      ['--from', 'sqlite:store', '--to', 'sqlite:there', '--book', 'a', '--as', 'a/b'],
      'BAD_USAGE',
      '--as a/b',
    ],
    [
      ['--from', 'sqlite:store', '--to', 'sqlite:there', '--book', 'no'],
      'BOOK_UNKNOWN',
      'no (in sqlite:store)',
    ],
    [['--from', 'sqlite:nowhere', '--to', 'sqlite:there'], 'BOOK_UNKNOWN', 'main (in sqlite:nowhere)'],
  ])('%j is bad usage, and makes nothing', async (args, code, says) => {
    using place = new Place();
    await write(place, 'store', 'a', chain(1));
    await write(place, 'store', 'main', chain(1));
    const ran = await place.run('copy', ...args);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toContain('secret');
    expect(readdirSync(place.folder)).toEqual(['store']);
  });

  it('can’t reach what it can’t write', async () => {
    using place = new Place();
    place.write('file', '');
    await write(place, 'store', 'main', chain(1));
    const { code, said } = await place.json('copy', '--from', 'sqlite:store', '--to', 'sqlite:file/below');
    expect(code).toBe(3);
    expect(said.error).toMatchObject({ code: 'STORE_UNREACHABLE', book: 'main' });
  });
});

/** Events of a large book, in commands of three. */
const largeEvents = 90_000;
const commandEvents = 3;

/** The first revision of the last batch of a file, looked at without opening it as a book; -1 while there is none. */
function storedUpTo(path: string): number {
  if (!existsSync(path)) return -1;
  try {
    using database = closingReader(path);
    return database.last() ?? -1;
  } catch {
    // It is just being made.
    return -1;
  }
}

function closingReader(path: string): Disposable & { last(): number | null | undefined } {
  const database = new Database(path, { readonly: true });
  return {
    last: () => database.prepare<[], number | null>('SELECT max(first) FROM batch').pluck().get(),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Sends a process a signal as soon as a book of a folder has come to a revision. */
function signalAt(child: ChildProcess, place: Place, revision: number, signal: NodeJS.Signals): void {
  const watcher = watch(place.path('there'), () => {
    if (storedUpTo(place.path('there/main.formicary')) < revision) return;
    child.kill(signal);
    watcher.close();
  });
  child.on('close', () => watcher.close());
}

describe('a copy that is stopped', () => {
  const places: Place[] = [];
  let events: readonly StoredEvent[] = [];
  let source = '';

  beforeAll(async () => {
    const place = new Place();
    places.push(place);
    const made: StoredEvent[] = [];
    let last: After | undefined;
    for (let at = 0; at < largeEvents; at++) {
      const behind = at % commandEvents;
      const event: StoredEvent = eventAfter(
        last,
        behind === 0 ? {} : { kind: 'derived', cause: at - behind },
      );
      made.push(event);
      last = event;
    }
    events = made;
    await write(place, 'large', 'main', events);
    source = `sqlite:${place.path('large')}`;
  });

  afterAll(() => {
    for (const place of places) place[Symbol.dispose]();
  });

  /** What a target holds must be a beginning of the source that ends with a command. */
  async function beginning(place: Place): Promise<number> {
    const kept = await read(place, 'there', 'main');
    expect(kept).toEqual(events.slice(0, kept.length));
    expect(kept.length % commandEvents).toBe(0);
    return kept.length;
  }

  it('by SIGKILL, again and again, goes on where the target ends', async () => {
    using place = new Place();
    place.folders('there');
    const both = ['copy', '--from', source, '--to', 'sqlite:there', '--json'] as const;
    let before = 0;
    for (const at of [5_000, 20_000, 35_000]) {
      const child = place.start(both);
      signalAt(child, place, at, 'SIGKILL');
      await ended(child);
      expect(child.signalCode).toBe('SIGKILL');
      const kept = await beginning(place);
      expect(kept).toBeGreaterThan(Math.max(at, before));
      expect(kept).toBeLessThan(largeEvents);
      before = kept;
    }
    const { code, said } = await place.json('copy', '--from', source, '--to', 'sqlite:there', '--verify');
    expect(code).toBe(0);
    expect(part(said, 'books', 0)).toMatchObject({
      present: before,
      copied: largeEvents - before,
      verified: largeEvents,
      revision: largeEvents - 1,
      hash: events.at(-1)?.hash,
    });
    expect(await read(place, 'there', 'main')).toEqual(events);
  });

  it('by Ctrl-C says how far it came, and goes on there', async () => {
    using place = new Place();
    place.folders('there');
    const both = ['copy', '--from', source, '--to', 'sqlite:there'] as const;
    const child = place.start([...both, '--json']);
    signalAt(child, place, 5_000, 'SIGINT');
    const { code, stdout } = await ended(child);
    expect(code).toBe(130);
    const kept = await beginning(place);
    const said: unknown = JSON.parse(stdout);
    expect(said).toMatchObject({ interrupted: true });
    expect(part(said, 'books', 0)).toMatchObject({
      interrupted: true,
      copied: kept,
      revision: kept - 1,
      hash: events[kept - 1]?.hash,
      left: largeEvents - kept,
    });
    const rest = await place.run(...both);
    expect(rest.code).toBe(0);
    expect(rest.stdout).toContain(anchorOf(events));
    expect(await beginning(place)).toBe(largeEvents);
  });
});
