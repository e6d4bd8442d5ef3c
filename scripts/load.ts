/**
 * The load test of a running server: `node scripts/load.ts [URL] [runs] [seconds]`. Measures a plain query at the idle server, then
 * beside what-ifs that sixteen clients ask for one after the other, some of them with a horizon that ends far away. Ends with an error where the slowest
 * hundredth of queries took more than three times as long beside runs, or where nobody was told TOO_MANY. It knows the server by its
 * address on this machine alone, whatever store is behind it; what-ifs change no book.
 *
 * @module
 */

import type { Latencies } from '../tests/load/latencies.ts';
import { load, shortcomings } from '../tests/load/load.ts';

const [url = 'http://127.0.0.1:4000', runs = '200', seconds = '10'] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const shown = ({ count, p50Ms, p99Ms }: Latencies): string =>
  `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${count} queries`;

const found = await load({
  url,
  runs: Number(runs),
  msMax: Number(seconds) * 1_000,
  tag: `${process.pid}-${Date.now()}`,
});
const refused = [...found.refused].map(([code, count]) => `, ${count} told ${code}`).join('');
say(`idle         ${shown(found.idle)}`);
say(`beside runs  ${shown(found.beside)}`);
say(`p99          × ${(found.beside.p99Ms / found.idle.p99Ms).toFixed(2)}`);
say(
  `runs         ${found.asked} asked for, ${found.started} taken${refused}; ${found.cancelled} ended by this test`,
);
const wrong = shortcomings(found);
for (const line of wrong) say(`wrong: ${line}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
