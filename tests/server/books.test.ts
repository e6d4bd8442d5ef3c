/** Books opened on demand, held by leases, unloaded when nobody needs them, and opened anew: no command lost, none answered wrongly. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Books, type BooksBounds, booksBounds, type Lease } from '../../src/server/books/books.ts';
import { Leases } from '../../src/server/books/leases.ts';

let folder: string;
const opened: Rig[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-books-'));
});
afterEach(async () => {
  for (const rig of opened.splice(0)) await rig.books.close();
  rmSync(folder, { recursive: true, force: true });
});

const sender = { actor: 'test', correlation: 'test' };
const topUp = (holder = 'user-1', key?: string) => ({
  on: '2016-03-01',
  command: 'topUp',
  with: { holder, amount: '1.00 CNY' },
  ...(key === undefined ? {} : { key }),
});

/** A wait that somebody ends by hand. */
interface Wait {
  readonly ms: number;
  readonly end: () => void;
}

/** Books on a folder of files, with a clock that stands until it is moved. */
class Rig {
  now = Date.UTC(2016, 2, 1);
  readonly notes: { readonly text: string; readonly [name: string]: unknown }[] = [];
  readonly waits: Wait[] = [];
  /** Whether a wait ends when its signal aborts, as it should. */
  heeds = true;
  readonly books: Books;

  constructor(bounds: Partial<BooksBounds> = {}, store = `sqlite:${folder}`) {
    this.books = new Books({
      store,
      house,
      engine: 'test',
      now: () => this.now,
      note: (text, about) => this.notes.push({ text, ...about }),
      wait: (ms, signal) =>
        new Promise((resolve) => {
          this.waits.push({ ms, end: resolve });
          signal.addEventListener('abort', () => this.heeds && resolve(), { once: true });
        }),
      bounds,
    });
    opened.push(this);
  }

  /** The books that are open, the least recently used first. */
  get open(): readonly string[] {
    return this.books.held.map(({ book }) => book.id);
  }

  async lease(id: string): Promise<Lease> {
    const lease = await this.books.lease(id);
    if (lease instanceof Refusal) throw new Error(lease.message);
    return lease;
  }

  /** Asks for books, one after the other, and gives each back. */
  async touch(...ids: readonly string[]): Promise<void> {
    for (const id of ids) (await this.lease(id)).release();
  }

  /** What was noted of a kind, by book. */
  noted(text: string): readonly unknown[] {
    return this.notes.filter((note) => note.text === text).map(({ book }) => book);
  }
}

/** Makes books of so many wallets with money in them. */
async function makeBooks(ids: readonly string[], wallets = 1): Promise<void> {
  for (const id of ids) {
    const log = await openLog(`sqlite:${folder}`, id);
    const book = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
    for (let at = 0; at < wallets; at++) await book.execute(topUp(`user-${at}`), sender);
    await book.close();
  }
}

/** Puts a row that nobody can read at the end of a book's file; gives back how to take it away. */
function damage(id: string, revision: number): () => void {
  const raw = new Database(join(folder, `${id}.formicary`));
  const table = raw.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().get();
  const columns = raw.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all();
  const copied = columns.map((name) =>
    name === 'first' ? String(revision) : name === 'body' ? "'garbage'" : name,
  );
  raw.exec(`insert into ${table} select ${copied.join(', ')} from ${table} order by first desc limit 1`);
  return () => {
    raw.exec(`delete from ${table} where first = ${revision}`);
    raw.close();
  };
}

/** Waits, turn by turn of the event loop, until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

const code = (found: unknown): unknown => (found instanceof Refusal ? found.code : 'none');

describe('a book', () => {
  it('is opened when it is asked for, and is one for all who ask at once', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    expect(rig.open).toEqual([]);
    const [one, two] = await Promise.all([rig.lease('a'), rig.lease('a')]);
    expect(one.book).toBe(two.book);
    expect(rig.noted('book opened')).toEqual(['a']);
    one.release();
    two.release();
  });

  it('that nobody needs for long is unloaded, keeps a snapshot, and is opened anew as it was', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    await lease.desk.execute(topUp('user-2', 'k'), sender);
    const before = { head: lease.book.head, digest: digest(house, lease.book.state) };
    lease.release();

    rig.now += booksBounds.idleMsMax - 1;
    await rig.books.sweep();
    expect(rig.open).toEqual(['a']);
    rig.now += 1;
    await rig.books.sweep();
    expect(rig.open).toEqual([]);
    expect(rig.noted('book unloaded')).toEqual(['a']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(1);

    const again = await rig.lease('a');
    expect(again.book).not.toBe(lease.book);
    expect({ head: again.book.head, digest: digest(house, again.book.state) }).toEqual(before);
    expect(rig.noted('snapshot dropped')).toEqual([]);
    expect(await again.desk.execute(topUp('user-2', 'k'), sender)).toMatchObject({ kind: 'repeated' });
    again.release();
  });

  it('that has not grown keeps no snapshot anew', async () => {
    await makeBooks(['a']);
    const snapshots = (): readonly string[] =>
      readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
    const rig = new Rig();
    const unload = async (): Promise<void> => {
      rig.now += booksBounds.idleMsMax;
      await rig.books.sweep();
      expect(rig.open).toEqual([]);
    };
    await rig.touch('a');
    await unload();
    const [written = ''] = snapshots();
    // It is opened from the snapshot, which is gone before it is unloaded again.
    const lease = await rig.lease('a');
    rmSync(join(folder, written));
    lease.release();
    await unload();
    expect(snapshots()).toEqual([]);
  });

  it('in use is never unloaded, however long it is used', async () => {
    await makeBooks(['a', 'b']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    const other = lease.share();
    lease.release();
    lease.release();
    await rig.touch('b');
    rig.now += 10 * booksBounds.idleMsMax;
    await rig.books.sweep();
    expect(rig.open).toEqual(['a']);
    expect(await other.desk.execute(topUp(), sender)).toMatchObject({ kind: 'accepted' });
    other.release();
    expect(() => other.share()).toThrow('has been given back');
    rig.now += booksBounds.idleMsMax;
    await rig.books.sweep();
    expect(rig.open).toEqual([]);
  });

  it('that somebody comes for while its snapshot is written stays open', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    await rig.touch('a');
    rig.now += booksBounds.idleMsMax;
    const sweeping = rig.books.sweep();
    const lease = await rig.lease('a');
    await sweeping;
    expect(rig.open).toEqual(['a']);
    expect(await lease.desk.execute(topUp(), sender)).toMatchObject({ kind: 'accepted' });
    lease.release();
    expect(rig.noted('book opened')).toEqual(['a']);
  });

  it('that is being let go of is waited for, and opened anew', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    const mend = damage('a', lease.book.head.revision + 1);
    // It can't be let go of before it has noticed that it is to be followed no more.
    rig.heeds = false;
    await until(() => rig.waits.length === 1);
    mend();
    lease.release();
    rig.now += booksBounds.idleMsMax;
    const sweeping = rig.books.sweep();
    await until(() => rig.open.length === 0);
    const asked = [rig.lease('a'), rig.lease('a')];
    await turn();
    rig.heeds = true;
    rig.waits[0]?.end();
    const [one, two] = await Promise.all(asked);
    await sweeping;
    expect(one?.book).not.toBe(lease.book);
    expect(one?.book).toBe(two?.book);
    expect(await one?.desk.execute(topUp(), sender)).toMatchObject({ kind: 'accepted' });
    one?.release();
    two?.release();
  });

  it('that only memory holds is never unloaded', async () => {
    const rig = new Rig({ booksMax: 1 }, 'memory:');
    const lease = await rig.lease('main');
    await lease.desk.execute(topUp(), sender);
    lease.release();
    rig.now += booksBounds.idleMsMax;
    await rig.books.sweep();
    expect(rig.open).toEqual(['main']);
  });

  it('that is not there is refused, and made of no name', async () => {
    const rig = new Rig();
    expect(code(await rig.books.lease('a'))).toBe('BOOK_UNKNOWN');
    expect(code(await rig.books.lease('../a'))).toBe('BOOK_UNKNOWN');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that can’t be opened takes no place, and is tried again when it is asked for again', async () => {
    await makeBooks(['a']);
    writeFileSync(join(folder, 'b.formicary'), 'not a book');
    const rig = new Rig({ booksMax: 1 });
    const tries = await Promise.allSettled([rig.lease('b'), rig.lease('b')]);
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    rmSync(join(folder, 'b.formicary'));
    await rig.touch('a');
    await makeBooks(['b']);
    await rig.touch('b');
    expect(rig.open).toEqual(['b']);
  });
});

describe('bounds', () => {
  it('of number: the least recently used makes room', async () => {
    await makeBooks(['a', 'b', 'c', 'd']);
    const rig = new Rig({ booksMax: 3 });
    await rig.touch('a', 'b', 'c', 'a', 'd');
    expect(rig.open).toEqual(['c', 'a', 'd']);
    await rig.touch('c', 'b');
    expect(rig.open).toEqual(['d', 'c', 'b']);
    // What counts is when it was given back.
    const lease = await rig.lease('d');
    await rig.touch('c', 'b');
    lease.release();
    await rig.touch('a');
    expect(rig.open).toEqual(['b', 'd', 'a']);
  });

  it('of number: a book in use gives no room, and the next one is refused by the name of the bound', async () => {
    await makeBooks(['a', 'b', 'c']);
    const rig = new Rig({ booksMax: 2 });
    const [a, b] = [await rig.lease('a'), await rig.lease('b')];
    const refused = await rig.books.lease('c');
    expect(refused).toMatchObject({ code: 'TOO_MANY' });
    expect(refused instanceof Refusal && refused.message).toContain('book c (2 books are in use');
    expect(rig.open).toEqual(['a', 'b']);
    a.release();
    await rig.touch('c');
    expect(rig.open).toEqual(['b', 'c']);
    b.release();
  });

  it('of number: hold where many are asked for at once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await makeBooks(ids);
    const rig = new Rig({ booksMax: 2 });
    await rig.touch('a', 'b');
    const leases = await Promise.all(ids.slice(2).map((id) => rig.books.lease(id)));
    const given = leases.filter((lease) => !(lease instanceof Refusal));
    expect(given).toHaveLength(2);
    expect(leases.filter((lease) => lease instanceof Refusal).map(code)).toEqual(['TOO_MANY', 'TOO_MANY']);
    expect(rig.open).toHaveLength(2);
    for (const lease of given) if (!(lease instanceof Refusal)) lease.release();
  });

  it('of memory: the least recently used makes room before the next is opened', async () => {
    await makeBooks(['a', 'b', 'c'], 10);
    const whole = new Rig();
    await whole.touch('a');
    const { bytes } = whole.books;
    const rig = new Rig({ memoryBytesMax: Math.floor(bytes * 2.5) });
    await rig.touch('a', 'b', 'c');
    expect(rig.open).toEqual(['b', 'c']);
    const [b, c] = [await rig.lease('b'), await rig.lease('c')];
    const refused = await rig.books.lease('a');
    expect(refused).toMatchObject({ code: 'TOO_MANY' });
    expect(refused instanceof Refusal && refused.message).toContain('together they may take 1 MiB');
    b.release();
    c.release();
    await rig.touch('a');
    expect(rig.open).toEqual(['c', 'a']);
  });

  it('of memory: what is held is expected as long as it is being opened', async () => {
    await makeBooks(['a', 'b', 'c'], 10);
    const whole = new Rig();
    await whole.touch('a');
    const rig = new Rig({ memoryBytesMax: Math.floor(whole.books.bytes * 1.5) });
    const found = await Promise.all(['a', 'b', 'c'].map((id) => rig.books.lease(id)));
    expect(found.filter((lease) => !(lease instanceof Refusal))).toHaveLength(1);
  });

  it('of memory: a book that is open alone may take any', async () => {
    await makeBooks(['a', 'b']);
    const rig = new Rig({ memoryBytesMax: 1 });
    await rig.touch('a', 'b');
    expect(rig.open).toEqual(['b']);
  });

  it('of memory: what grows beyond them makes others go when it is given back', async () => {
    await makeBooks(['a', 'b']);
    const rig = new Rig({ memoryBytesMax: 8_000 });
    await rig.touch('a', 'b');
    const lease = await rig.lease('b');
    for (let at = 0; at < 30; at++) await lease.desk.execute(topUp(`user-${at}`), sender);
    expect(rig.open).toEqual(['a', 'b']);
    lease.release();
    await until(() => rig.noted('book unloaded').length > 0);
    expect(rig.open[0]).not.toBe('a');
  });
});

describe('a book that others write to', () => {
  it('is followed without being asked', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    const { revision } = lease.book.head;
    await makeBooks(['a']);
    await until(() => lease.book.head.revision === revision + 1);
    expect(rig.books.counts.followed).toBeGreaterThan(0);
    lease.release();
  });

  it('is followed again after a failure, later each time that nothing came of it', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    const mend = damage('a', lease.book.head.revision + 1);
    await until(() => rig.waits.length === 1);
    expect(rig.books.held.map(({ followed }) => followed)).toEqual([false]);
    rig.waits[0]?.end();
    await until(() => rig.waits.length === 2);
    expect(rig.waits.map(({ ms }) => ms)).toEqual([100, 200]);
    expect(rig.noted('book not followed')).toEqual(['a', 'a']);

    mend();
    rig.waits[1]?.end();
    await makeBooks(['a']);
    await until(() => lease.book.head.revision === 2);
    expect(rig.books.held.map(({ followed }) => followed)).toEqual([true]);
    lease.release();
  });
});

describe('an open book', () => {
  it('says when it last moved on', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const lease = await rig.lease('a');
    const progressAt = (): number | undefined => rig.books.held[0]?.progressAt;
    const openedAt = rig.now;
    rig.now += 5_000;
    expect(progressAt()).toBe(openedAt);
    await lease.desk.execute(topUp(), sender);
    expect(progressAt()).toBe(openedAt + 5_000);
    rig.now += 5_000;
    await makeBooks(['a']);
    await until(() => lease.book.head.revision === 3);
    expect(progressAt()).toBe(openedAt + 10_000);
    lease.release();
  });
});

describe('the list of books', () => {
  it('has every book of the store and opens none', async () => {
    await makeBooks(['b', 'a']);
    writeFileSync(join(folder, 'notes.txt'), '');
    const rig = new Rig();
    await rig.touch('b');
    expect(await rig.books.list()).toEqual([
      { id: 'a', open: undefined },
      { id: 'b', open: { revision: 1, openFrom: undefined, eventCount: 2, postingCount: 2 } },
    ]);
    expect(rig.open).toEqual(['b']);
  });
});

describe('counts', () => {
  it('go on where a book is unloaded and opened anew', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    for (let round = 0; round < 2; round++) {
      const lease = await rig.lease('a');
      await lease.desk.execute(topUp('user-1', `k-${round}`), sender);
      await lease.desk.execute(topUp('user-1', 'k-0'), sender);
      await lease.desk.execute({ ...topUp(), with: {} }, sender);
      lease.release();
      rig.now += booksBounds.idleMsMax;
      await rig.books.sweep();
      expect(rig.open).toEqual([]);
    }
    expect(rig.books.counts).toMatchObject({ commands: 6, events: 2 });
    expect(Object.fromEntries(rig.books.answers)).toEqual({ accepted: 2, repeated: 2, INVALID_INPUT: 2 });
  });
});

describe('the leases of a request', () => {
  it('hold each book once, from when it is asked for until nobody waits and nothing runs', async () => {
    await makeBooks(['a']);
    const rig = new Rig();
    const leases = new Leases(rig.books);
    let finish = (): void => undefined;
    const running = leases.during(async () => {
      await Promise.all([leases.book('a'), leases.book('a')]);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      // Nobody waits any more, and what is under way may still ask.
      return await leases.book('a');
    });
    await until(() => rig.books.held.some(({ leases: count }) => count === 1));
    leases.end();
    rig.now += booksBounds.idleMsMax;
    await rig.books.sweep();
    expect(rig.open).toEqual(['a']);
    finish();
    expect(await running).not.toBeInstanceOf(Refusal);
    expect(rig.books.held.map(({ leases: count }) => count)).toEqual([0]);
    expect(code(await leases.book('a'))).toBe('UNAVAILABLE');
    expect(rig.books.held.map(({ leases: count }) => count)).toEqual([0]);
  });
});

/** Something that happens to books after so many turns of the event loop. */
type Step =
  | { readonly kind: 'sweep'; readonly turns: number }
  | { readonly kind: 'read'; readonly turns: number; readonly book: string }
  | { readonly kind: 'command'; readonly turns: number; readonly book: string; readonly key: number };

/** What was answered, held against what may be. */
class Clerk {
  readonly #rig: Rig;
  /** The revision that each key of each book was answered with. */
  readonly answered = new Map<string, number>();
  /** The newest revision that was seen of each book. */
  readonly #newest = new Map<string, number>();

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  async take(step: Step): Promise<void> {
    for (let left = step.turns; left > 0; left--) await turn();
    if (step.kind === 'sweep') await this.#rig.books.sweep();
    else if (step.kind === 'read') await this.#with(step.book, async (lease) => this.#read(lease));
    else await this.#with(step.book, (lease) => this.#command(lease, `k-${step.key}`));
  }

  /** Asks again for as long as others need all places. */
  async #with(id: string, work: (lease: Lease) => Promise<void>): Promise<void> {
    for (;;) {
      const refused = await this.#rig.books.use(id, work);
      if (!(refused instanceof Refusal)) return;
      expect(refused.code).toBe('TOO_MANY');
      await turn();
    }
  }

  #read({ book }: Lease): void {
    expect(book.head.revision).toBeGreaterThanOrEqual(this.#newest.get(book.id) ?? 0);
    this.#newest.set(book.id, book.head.revision);
  }

  async #command({ book, desk }: Lease, key: string): Promise<void> {
    const answer = await desk.execute(topUp('user-9', key), sender);
    if (answer.kind === 'refused') throw new Error(answer.refusal.message);
    const known = this.answered.get(`${book.id}/${key}`);
    if (known !== undefined) expect([answer.kind, answer.first]).toEqual(['repeated', known]);
    this.answered.set(`${book.id}/${key}`, answer.first);
    this.#newest.set(book.id, Math.max(answer.last, this.#newest.get(book.id) ?? 0));
  }
}

describe('commands', () => {
  it('are never lost and never answered wrongly, whatever is unloaded in between', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const turns = fc.nat(20);
    const book = fc.constantFrom(...ids);
    const step: fc.Arbitrary<Step> = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('command' as const), turns, book, key: fc.nat(30) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const), turns }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const), turns, book }) },
    );
    let unloaded = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 5, maxLength: 25 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (clients, booksMax) => {
          rmSync(folder, { recursive: true, force: true });
          await makeBooks(ids);
          const rig = new Rig({ booksMax, idleMsMax: 0 });
          const clerk = new Clerk(rig);
          await Promise.all(
            clients.map(async (steps) => {
              for (const each of steps) await clerk.take(each);
            }),
          );
          expect(rig.open.length).toBeLessThanOrEqual(booksMax);
          unloaded += rig.noted('book unloaded').length;
          await rig.books.close();
          for (const id of ids) {
            const log = await openLog(`sqlite:${folder}`, id);
            const found = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
            const keys = [...clerk.answered].filter(([key]) => key.startsWith(`${id}/`));
            expect(found.head.revision).toBe(1 + keys.length);
            for (const [key, revision] of keys)
              expect(found.register.withKey(key.slice(id.length + 1))).toBe(revision);
            await found.close();
          }
        },
      ),
      { numRuns: 20 },
    );
    expect(unloaded).toBeGreaterThan(50);
  });
});
