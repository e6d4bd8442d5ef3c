import { rmSync } from 'node:fs';
import { fixedHistory } from '/work/main/bench/history.ts';
import { formatDay, parseDay } from '/work/main/src/kernel/dates.ts';
import { digest } from '/work/main/src/kernel/digest.ts';
import { house } from '/work/main/src/segments/index.ts';
import { Book } from '/work/main/src/store/book.ts';
import { engineVersion } from '/work/main/src/store/engine.ts';
import { openLog } from '/work/main/src/store/open.ts';
import { restoreSnapshot, snapshotPath, writeSnapshot } from '/work/main/src/store/snapshot.ts';

const facts = Number(process.argv[2] ?? 100000);
const dir = '/tmp/snapbench';
rmSync(dir, { recursive: true, force: true });
const engine = engineVersion();
const t = (l: string, t0: number) => console.log(l, (performance.now() - t0).toFixed(0), 'ms');
const open = async (snap = false) => {
  const log = await openLog(`sqlite:${dir}`, 'main');
  const s = snap
    ? await restoreSnapshot(snapshotPath(`sqlite:${dir}`, 'main')!, {
        house,
        engine,
        log,
        dropped: console.error,
      })
    : undefined;
  return Book.open({ id: 'main', house, log, now: Date.now, engine, ...(s ? { snapshot: s } : {}) });
};
let book = await open();
let t0 = performance.now();
let last: number | undefined;
let ps: Promise<unknown>[] = [];
let n = 0;
let refused = 0;
for (const c of fixedHistory({ facts, holders: 10000, investors: 2000, merchants: 200, days: 365 })) {
  const d = parseDay(c.on)!;
  if (last === undefined) last = d;
  while (last < d) {
    ps.push(book.execute({ on: formatDay(last), command: 'closeDay', with: {} }, { actor: 'b' }));
    last++;
  }
  ps.push(
    book.execute(process.argv[3] === 'key' ? { ...c, key: `key-${n}` } : c, { actor: 'b' }).then((a) => {
      if (a.kind === 'refused') refused++;
    }),
  );
  n++;
  if (ps.length >= 4096) {
    await Promise.all(ps);
    ps = [];
  }
}
await Promise.all(ps);
const ev = book.head.revision + 1;
let ms = performance.now() - t0;
console.log(
  'facts',
  n,
  'refused',
  refused,
  'events',
  ev,
  'postings',
  book.state.journal.length,
  'import',
  (ev / ms).toFixed(1),
  'k ev/s',
);
const d1 = digest(house, book.state);
t0 = performance.now();
await writeSnapshot(snapshotPath(`sqlite:${dir}`, 'main')!, book);
t('write snapshot', t0);
const posts = book.state.journal.length;
await book.close();
t0 = performance.now();
book = await open();
ms = performance.now() - t0;
console.log('rebuild', ms.toFixed(0), (ev / ms).toFixed(0), 'k ev/s');
await book.close();
for (let i = 0; i < 3; i++) {
  t0 = performance.now();
  book = await open(true);
  ms = performance.now() - t0;
  console.log(
    'snapshot open',
    ms.toFixed(0),
    'ms',
    (ev / ms / 1000).toFixed(2),
    'M ev/s',
    (posts / ms / 1000).toFixed(2),
    'M postings/s',
  );
  t0 = performance.now();
  const d2 = digest(house, book.state);
  t('digest', t0);
  console.log(d1 === d2);
  t0 = performance.now();
  await book.execute(
    { on: '2016-12-31', command: 'topUp', with: { holder: 'user-1', amount: '1.00 CNY' }, key: 'xx' + i },
    { actor: 'x' },
  );
  t('first command', t0);
  await book.close();
}
