/**
 * Balances by account from cold, beside hledger and ledger on the same journal. A peer that is not installed is left out.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Book } from '../src/book/book.ts';
import { exportBook } from '../src/export/export.ts';
import { dayOf } from '../src/kernel/values/dates.ts';
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts';
import { house } from '../src/segments/index.ts';
import { fixedHistory, fixedSize } from './history.ts';
import { printRows, type Row, seconds } from './table.ts';

const facts = Number(process.argv[2] ?? 50_000);
const batch = 4096;
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const settings = { id: 'main', house, now: () => 1_451_606_400_000, engine: 'bench' };
try {
  const file = join(folder, 'main.formicary');
  const book = await Book.open({ ...settings, log: await SqliteLog.open(file) });
  let waiting: Promise<unknown>[] = [];
  for (const command of fixedHistory({ ...fixedSize, facts, days: 30 })) {
    if (dayOf(command.on) > dayOf('2016-01-31')) break;
    waiting.push(book.execute(command, { actor: 'bench' }));
    if (waiting.length < batch) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  const transactions = book.head.revision + 1;
  const journal = createWriteStream(join(folder, 'main.journal'));
  for await (const text of exportBook(house, book.log, { format: 'hledger' })) {
    if (!journal.write(text)) await once(journal, 'drain');
  }
  journal.end();
  await once(journal, 'finish');
  await book.close();

  const ours = await seconds(async () => {
    const log = await SqliteLog.open(file);
    const opened = await Book.open({ ...settings, log });
    let sum = 0n;
    for (let account = 0; account < opened.state.chart.size; account++)
      sum += opened.state.journal.balance(account);
    if (sum !== 0n) throw new Error('the books do not balance');
    await opened.close();
  });
  const rows: Row[] = [];
  for (const [peer, ...words] of [
    ['hledger', '-f', join(folder, 'main.journal'), 'balance', '--flat', '-O', 'csv'],
    ['ledger', '-f', join(folder, 'main.journal'), 'balance', '--flat'],
  ]) {
    if (peer === undefined) continue;
    let status: number | null = null;
    const theirs = await seconds(() => {
      status = spawnSync(peer, words, { maxBuffer: 1 << 28 }).status;
    });
    if (status !== 0) console.log(`  ${peer} is not here, or did not take the journal`);
    else {
      rows.push({
        what: 'balances by account, from cold',
        figure: transactions / ours,
        unit: 'transactions/s',
        against: { what: peer, figure: transactions / theirs },
        aim: peer === 'ledger' ? '× 10' : '',
      });
    }
  }
  printRows(`The same journal of ${transactions.toLocaleString('en')} transactions`, rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
