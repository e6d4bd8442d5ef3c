/**
 * Start: a book rebuilt from its log, with and without its hashes verified, and from a snapshot.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '../src/audit/chain.ts';
import { Book } from '../src/book/book.ts';
import { restoreSnapshot, writeSnapshot } from '../src/book/snapshot/snapshot.ts';
import { dayOf, formatDay } from '../src/kernel/values/dates.ts';
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts';
import { house } from '../src/segments/index.ts';
import { beginningOf, fixedHistory } from './history.ts';
import { median, printRows, seconds } from './table.ts';

const facts = Number(process.argv[2] ?? 200_000);
const runs = 3;
const batch = 4096;
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const file = join(folder, 'main.formicary');
const snapshot = join(folder, 'main.snapshot');
const engine = 'bench';
const settings = { id: 'main', house, now: () => 1_451_606_400_000, engine };
try {
  const book = await Book.open({ ...settings, log: await SqliteLog.open(file) });
  let waiting: Promise<unknown>[] = [];
  let day = dayOf('2016-01-01');
  for (const command of fixedHistory(beginningOf(facts))) {
    for (; day < dayOf(command.on); day++) {
      waiting.push(book.execute({ on: formatDay(day), command: 'closeDay', with: {} }, { actor: 'bench' }));
    }
    waiting.push(book.execute(command, { actor: 'bench' }));
    if (waiting.length < batch) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  await writeSnapshot(snapshot, book);
  const events = book.head.revision + 1;
  const postings = book.state.journal.length;
  await book.close();

  const cold: number[] = [];
  const trusted: number[] = [];
  const verified: number[] = [];
  const restored: number[] = [];
  for (let run = 0; run < runs; run++) {
    const log = await SqliteLog.open(file);
    cold.push(await seconds(async () => void (await Book.open({ ...settings, log }))));
    trusted.push(await seconds(async () => void (await Book.open({ ...settings, log, trust: true }))));
    verified.push(await seconds(() => verifyChain(log)));
    restored.push(
      await seconds(async () => {
        const from = await restoreSnapshot(snapshot, { house, engine, log });
        if (from === undefined) throw new Error('the snapshot was dropped');
      }),
    );
    await log.close();
  }
  printRows(
    `Start of a book of ${events.toLocaleString('en')} events, ${postings.toLocaleString('en')} postings, median of ${runs}`,
    [
      {
        what: 'cold rebuild, hashes verified',
        figure: events / median(cold),
        unit: 'events/s',
        aim: '200,000',
      },
      {
        what: 'cold rebuild with --trust',
        figure: events / median(trusted),
        unit: 'events/s',
        aim: '400,000',
      },
      {
        what: 'chain and bytes verified',
        figure: events / median(verified),
        unit: 'events/s',
        aim: '200,000',
      },
      { what: 'from a snapshot', figure: postings / median(restored), unit: 'postings/s', aim: '20,000,000' },
    ],
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
