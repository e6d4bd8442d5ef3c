/** An import into a book that another process writes to all the while: it ends, every line arrives once, and it counts its own. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { checkSound, eventsOf } from '../crash/oracle.ts';
import { newBook, Store, storeName } from '../servers/store.ts';
import { keyed, topUp } from '../support/commands.ts';
import { Place } from './program.ts';

const on = '2016-03-01';
/** More than an import sends at once. */
const lines = Array.from({ length: 2_500 }, (_, n) =>
  keyed(topUp(on, `user-${n % 50}`, '1.00'), `line/${n}`),
);
/**
 * Commands that the busy writer has under way at any time. It appends without a rest; but what it appends must be less than another
 * process can read in the same time, else nobody could ever be at the log's end.
 */
const window = 12;

/** Imports while this process has as many commands under way as it can. */
async function importBeside(store: string, id: string): Promise<void> {
  using place = new Place();
  place.history('lines.jsonl', lines);
  const log = await openLog(store, id);
  const book = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
  let done = false;
  let sent = 0;
  const writing = Array.from({ length: window }, async () => {
    while (!done) {
      const answer = await book.execute(keyed(topUp(on, 'other', '1.00'), `other/${sent++}`), {
        actor: 'other',
      });
      if (answer.kind !== 'accepted') throw new Error(JSON.stringify(answer));
      // On SQLite nothing else gives the other process's end a chance to be heard of.
      await setImmediate();
    }
  });
  const { code, said } = await place
    .json('import', 'lines.jsonl', '--store', store, '--book', id)
    .finally(() => {
      done = true;
    });
  await Promise.all(writing);
  const count = lines.length;
  expect(code).toBe(0);
  expect(said).toMatchObject({ lines: count, accepted: count, repeated: 0, refused: 0, events: count });

  const events = await eventsOf(log);
  await book.close();
  checkSound(events);
  const keysOf = (name: string) => events.filter(({ actor }) => actor === name).map(({ key }) => key);
  expect(keysOf('import')).toEqual(lines.map(({ key }) => key));
  expect(keysOf('other').filter((key) => key !== null)).toHaveLength(sent);
  // The two were in each other's way.
  expect(book.counts.followed).toBe(count);
  expect(book.counts.conflicts).toBeGreaterThan(0);
}

it('on SQLite', async () => {
  using place = new Place();
  await importBeside(`sqlite:${place.path('store')}`, 'main');
});

it(`on EventStoreDB (${storeName})`, async () => {
  await using store = await Store.start();
  await importBeside(store.url, newBook('import-beside'));
}, 180_000);
