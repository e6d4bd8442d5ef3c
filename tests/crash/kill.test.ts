/** A writer that is killed again and again; `node scripts/crash.ts` does it hundreds of times. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store, storeName } from '../servers/store.ts';
import { untraceable } from './children.ts';
import { crash, type Engine, eventStore, type Seen, sqlite } from './crashing.ts';

const kills = 12;
/** What the clock of another process decides is not always the same: so many must do. */
const killsMax = 48;

/** Kills writers until so many are dead, and some of them in each of the places that count. */
async function checkKills(engine: Engine, seed: number): Promise<void> {
  const everywhere = ({ amidRun, unanswered, repeated, byWay }: Seen): boolean =>
    [amidRun, unanswered, repeated, byWay.bytes].every((count) => count > 0) &&
    (untraceable !== undefined || byWay.call > 0);
  const enough = (seen: Seen): boolean => seen.kills >= killsMax || (seen.kills >= kills && everywhere(seen));
  const seen = await crash({ engine, seed, enough });
  expect([seen, everywhere(seen)]).toEqual([seen, true]);
}

const promise = 'what was answered is there, once and in order, and every close is whole';

it(`${kills} kills at random moments: ${promise}`, async () => {
  await checkKills(sqlite, 3);
}, 180_000);

describe(`a book on a ${storeName} of EventStoreDB`, () => {
  let store: Store;
  beforeAll(async () => {
    store = await Store.start();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  it(`${kills} kills at random moments: ${promise}`, async () => {
    await checkKills(eventStore(store.url), 3);
  }, 180_000);
});
