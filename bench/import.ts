/**
 * Import: facts decided, balanced, hashed and durable on the embedded engine, against a bare insert of the same number of rows.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Book } from '../src/book/book.ts';
import { dayOf, formatDay } from '../src/kernel/values/dates.ts';
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts';
import { house } from '../src/segments/index.ts';
import { beginningOf, fixedHistory } from './history.ts';
import { printRows, seconds } from './table.ts';

const facts = Number(process.argv[2] ?? 200_000);
const batch = 4096;
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
try {
  const book = await Book.open({
    id: 'main',
    house,
    log: await SqliteLog.open(join(folder, 'main.formicary')),
    now: () => 1_451_606_400_000,
    engine: 'bench',
  });
  const sender = { actor: 'bench' };
  let waiting: Promise<unknown>[] = [];
  let day = dayOf('2016-01-01');
  const took = await seconds(async () => {
    let number = 0;
    for (const command of fixedHistory(beginningOf(facts))) {
      for (; day < dayOf(command.on); day++) {
        waiting.push(book.execute({ on: formatDay(day), command: 'closeDay', with: {} }, sender));
      }
      waiting.push(book.execute({ ...command, key: `line-${number++}` }, sender));
      if (waiting.length >= batch) {
        await Promise.all(waiting);
        waiting = [];
      }
    }
    await Promise.all(waiting);
  });
  const events = book.head.revision + 1;
  await book.close();
  const bare = new Database(join(folder, 'bare.sqlite'));
  bare.pragma('journal_mode = WAL');
  bare.pragma('synchronous = FULL');
  bare.exec('create table row (revision integer primary key, body text)');
  const insert = bare.prepare('insert into row values (?, ?)');
  const body = JSON.stringify({ text: 'x'.repeat(480) });
  const insertTook = await seconds(() => {
    for (let at = 0; at < events; at += 1000) {
      bare.transaction(() => {
        for (let row = at; row < Math.min(events, at + 1000); row++) insert.run(row, body);
      })();
    }
  });
  bare.close();
  printRows(
    `Import of ${facts.toLocaleString('en')} commands (${events.toLocaleString('en')} events, every day closed)`,
    [
      {
        what: 'decided, hashed, durable',
        figure: events / took,
        unit: 'events/s',
        against: { what: 'bare rows of 500 bytes, 1,000 a transaction', figure: events / insertTook },
        aim: '100,000',
      },
    ],
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
