import { createWriteStream } from 'node:fs';
import { fixedHistory } from './history.ts';

const facts = Number(process.argv[2]);
const w = createWriteStream(process.argv[3]!);
for (const c of fixedHistory({
  facts,
  holders: 10000,
  investors: Number(process.argv[4] ?? 2000),
  merchants: 200,
  days: 365,
}))
  if (!w.write(JSON.stringify(c) + '\n')) await new Promise((r) => w.once('drain', r));
w.end();
