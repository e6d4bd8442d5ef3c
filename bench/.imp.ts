import { rmSync } from 'node:fs';
import { fixedHistory } from '/work/main/bench/history.ts';
import { formatDay, parseDay } from '/work/main/src/kernel/dates.ts';
import { house } from '/work/main/src/segments/index.ts';
import { Book } from '/work/main/src/store/book.ts';
import { engineVersion } from '/work/main/src/store/engine.ts';
import { openLog } from '/work/main/src/store/open.ts';

const facts = Number(process.argv[2] ?? 100000);
const closes = process.argv[3] !== 'noclose';
const dir = '/tmp/impb';
rmSync(dir, { recursive: true, force: true });
const log = await openLog(`sqlite:${dir}`, 'main');
const book = await Book.open({ id: 'main', house, log, now: Date.now, engine: engineVersion() });
const t0 = performance.now();
let last: number | undefined;
let ps: Promise<unknown>[] = [];
let n = 0;
for (const c of fixedHistory({
  facts,
  holders: Math.min(10000, facts / 10),
  investors: closes ? 2000 : 10,
  merchants: 200,
  days: 365,
})) {
  const d = parseDay(c.on)!;
  if (last === undefined) last = d;
  while (last < d) {
    if (closes) ps.push(book.execute({ on: formatDay(last), command: 'closeDay', with: {} }, { actor: 'b' }));
    last++;
  }
  ps.push(book.execute({ ...c, key: `key-${n}` }, { actor: 'b' }));
  n++;
  if (ps.length >= 4096) {
    await Promise.all(ps);
    ps = [];
  }
}
await Promise.all(ps);
const ms = performance.now() - t0;
console.log(
  n,
  book.head.revision + 1,
  book.state.journal.length,
  ((book.head.revision + 1) / ms).toFixed(1),
  'k ev/s',
);
await book.close();
