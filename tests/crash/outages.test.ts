/** A server that is killed while a writer goes on; `node scripts/crash.ts 100 1 servers` does it a hundred times. */
import { expect, it } from 'vitest';
import { hasFaults, storeName, unkillable } from '../servers/store.ts';
import { outages } from './outages.ts';

const kills = 6;
const skipped = unkillable === undefined ? '' : ` (passed over: ${unkillable})`;

it.runIf(unkillable === undefined)(
  `${kills} kills of a ${storeName}: what was answered is there, once, and what was not known is booked once${skipped}`,
  async () => {
    const seen = await outages(kills, 3);
    expect(seen.kills).toBe(kills);
    // One with a single command under way, and one with many.
    expect(seen.books).toBeGreaterThan(1);
    if (!hasFaults) return;
    // The seed is one whose kills fall in all the places that count.
    expect(seen.byMoment.any).toBeGreaterThan(0);
    expect(seen.byMoment.unanswered).toBeGreaterThan(0);
    expect(seen.unavailable).toBeGreaterThan(0);
    expect(seen.repeated).toBeGreaterThan(0);
  },
  240_000,
);
