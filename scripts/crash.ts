/**
 * The long crash test: `node scripts/crash.ts [kills] [seed] [sqlite|eventstoredb|servers]`. Writers are killed at random moments,
 * inside closes and inside system calls too, or the server that they write to; after each kill the book is checked against the oracle.
 * Ends with an error at the first that doesn't hold.
 *
 * @module
 */
import { crash, eventStore, sqlite } from '../tests/crash/crashing.ts';
import { outages } from '../tests/crash/outages.ts';
import { Store } from '../tests/servers/store.ts';

const [kills = '200', seed = '1', engine = 'sqlite'] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Carries out what is asked for, and gives what was seen. */
async function run(): Promise<object> {
  const told = (so: { readonly kills: number }, left: string): boolean => say(`${so.kills} ${left}`);
  const enough = (so: { readonly kills: number }): boolean => so.kills >= Number(kills);
  switch (engine) {
    case 'sqlite':
      return await crash({ engine: sqlite, seed: Number(seed), enough, told });
    case 'eventstoredb': {
      await using store = await Store.start();
      return await crash({ engine: eventStore(store.url), seed: Number(seed), enough, told });
    }
    case 'servers':
      return await outages(Number(kills), Number(seed), told);
    default:
      throw new RangeError(`no such engine: ${engine}`);
  }
}

const began = performance.now();
say(JSON.stringify(await run(), null, 2));
say(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
