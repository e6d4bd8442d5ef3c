/**
 * The long crash test: `node scripts/crash.ts [kills] [seed]`. Writers are killed at random moments, inside closes and inside
 * system calls too; after each kill the book is checked against the oracle. Ends with an error at the first that doesn't hold.
 *
 * @module
 */
import { crash } from '../tests/crash/crashing.ts';

const [kills = '200', seed = '1'] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const began = performance.now();
const seen = await crash(Number(kills), Number(seed), (so, left) => say(`${so.kills} ${left}`));
say(JSON.stringify(seen, null, 2));
say(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
