/**
 * What an event takes: on the disk, in EventStoreDB's form, in a snapshot, and in the memory of a server that holds the book.
 * Run: `node --expose-gc bench/size.ts [commands]`; without the flag memory is what the collector has left by itself.
 *
 * @module
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Book } from '../src/book/book.ts';
import { restoreSnapshot, snapshotPath, writeSnapshot } from '../src/book/snapshot/snapshot.ts';
import { dayOf, formatDay } from '../src/kernel/values/dates.ts';
import { bytesOf, encoded, toProposed } from '../src/log/eventstoredb/codec.ts';
import { bookFileEnding, openLog } from '../src/log/open.ts';
import { house } from '../src/segments/index.ts';
import { beginningOf, fixedHistory } from './history.ts';
import { printRows, seconds } from './table.ts';

const commands = Number(process.argv[2] ?? 100_000);
const batch = 4_096;
const engine = 'bench';
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const store = `sqlite:${folder}`;

const open = async () =>
  await Book.open({ id: 'main', house, log: await openLog(store, 'main'), engine, now: () => 0 });

/** Bytes in use, on the heap and beside it. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function fill(): Promise<void> {
  const book = await open();
  const sender = { actor: 'bench' };
  let waiting: Promise<unknown>[] = [];
  let day = dayOf('2016-01-01');
  let line = 0;
  for (const command of fixedHistory(beginningOf(commands))) {
    for (; day < dayOf(command.on); day++)
      waiting.push(book.execute({ on: formatDay(day), command: 'closeDay', with: {} }, sender));
    waiting.push(book.execute({ ...command, key: `line-${line++}` }, sender));
    if (waiting.length < batch) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  await book.close();
}

try {
  await fill();
  const before = memory();
  let book = await open();
  const held = memory() - before;
  const events = book.head.revision + 1;
  const postings = book.state.journal.length;
  let sent = 0;
  for await (const page of book.log.read(0, 'forwards'))
    for (const event of page) sent += bytesOf(encoded(toProposed(event, undefined)));
  const path = snapshotPath({ store }, 'main', engine) ?? '';
  await writeSnapshot(path, book);
  await book.close();
  const restoring = await seconds(async () => {
    const log = await openLog(store, 'main');
    const snapshot = await restoreSnapshot(path, { house, engine, log });
    if (snapshot === undefined) throw new Error('the snapshot was dropped');
    book = await Book.open({ id: 'main', house, log, engine, now: () => 0, snapshot });
  });
  await book.close();
  const each = (bytes: number): number => bytes / events;
  printRows(`What an event takes, ${events} events of ${(postings / events).toFixed(1)} postings`, [
    {
      what: 'SQLite, on disk',
      figure: each(statSync(join(folder, `main${bookFileEnding}`)).size),
      unit: 'bytes',
    },
    { what: 'EventStoreDB, data and metadata', figure: each(sent), unit: 'bytes' },
    { what: 'snapshot', figure: each(statSync(path).size), unit: 'bytes' },
    { what: 'memory of a server', figure: each(held), unit: 'bytes' },
    { what: 'opened from its snapshot', figure: restoring * 1_000, unit: 'ms' },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
