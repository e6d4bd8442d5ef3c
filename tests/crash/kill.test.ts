/** A writer that is killed again and again; `node scripts/crash.ts` does it hundreds of times. */
import { expect, it } from 'vitest';
import { untraceable } from './children.ts';
import { crash } from './crashing.ts';

const kills = 12;

it(`${kills} kills at random moments: what was answered is there, once and in order, and every close is whole`, async () => {
  const seen = await crash(kills, 3);
  expect(seen.kills).toBe(kills);
  // The seed is one whose kills fall in all the places that count.
  expect(seen.amidRun).toBeGreaterThan(0);
  expect(seen.unanswered).toBeGreaterThan(0);
  expect(seen.repeated).toBeGreaterThan(0);
  expect(seen.byWay.bytes).toBeGreaterThan(0);
  if (untraceable === undefined) expect(seen.byWay.call).toBeGreaterThan(0);
}, 180_000);
