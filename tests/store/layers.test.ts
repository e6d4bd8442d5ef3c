/** Layers against a plain model: what was pinned stays as it was, and layers don't pile up. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layers, type Pin } from '../../src/book/layers.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { house } from '../../src/segments/index.ts';
import { generate, run } from '../support/histories.ts';

const { lines } = generate(4, {
  days: 30,
  lines: 260,
  users: 6,
  merchants: 3,
  close: 'recorded',
  backdated: true,
});
const { events } = run(lines, { close: 'recorded' }).book;

/** The digest after so many events, folded from nothing: the model. */
const digests: readonly string[] = (() => {
  const state = emptyState(house);
  const found = [digest(house, state)];
  for (const event of events) {
    fold(house, state, event);
    found.push(digest(house, state));
  }
  return found;
})();

type Step =
  | { readonly does: 'commit' | 'fold' | 'drop'; readonly count: number }
  | { readonly does: 'pin' | 'unpin' | 'again'; readonly which: number }
  | { readonly does: 'fork'; readonly which: number };

const count = fc.integer({ min: 1, max: 12 });
const which = fc.nat(1_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('commit' as const), count }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('fold' as const), count }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('drop' as const), count }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('pin' as const), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('unpin' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('again' as const), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('fork' as const), which }) },
);

/** A pin, and what hangs on it: a fork in which events go on that the book may never see. */
interface Held {
  readonly pin: Pin;
  readonly at: number;
  fork: State | undefined;
  ahead: number;
}

const foldOnto = (state: State, from: number, to: number): void => {
  for (const event of events.slice(from, to)) fold(house, state, event);
};

/** Takes steps, and checks after each everything that is held. */
async function walk(
  steps: readonly Step[],
  check: (held: readonly Held[], layers: Layers, at: number) => void,
): Promise<void> {
  const layers = new Layers(emptyState(house));
  const held: Held[] = [];
  const gone: Pin[] = [];
  let at = 0;
  for (const taken of steps) {
    switch (taken.does) {
      case 'commit':
      case 'drop': {
        const fork = layers.head.fork();
        const to = Math.min(events.length, at + taken.count);
        foldOnto(fork, at, to);
        if (taken.does === 'drop') break;
        fork.publish();
        at = to;
        break;
      }
      case 'fold': {
        const to = Math.min(events.length, at + taken.count);
        foldOnto(layers.head, at, to);
        at = to;
        break;
      }
      case 'pin':
        held.push({ pin: await layers.pin(), at, fork: undefined, ahead: at });
        break;
      case 'fork': {
        const one = held[taken.which % Math.max(1, held.length)];
        if (one === undefined) break;
        one.fork ??= one.pin.state.fork();
        const to = Math.min(events.length, one.ahead + 5);
        foldOnto(one.fork, one.ahead, to);
        one.ahead = to;
        break;
      }
      case 'unpin': {
        const [one] = held.splice(taken.which % Math.max(1, held.length), 1);
        if (one === undefined) break;
        layers.unpin(one.pin);
        gone.push(one.pin);
        break;
      }
      case 'again': {
        const pin = gone[taken.which % Math.max(1, gone.length)];
        if (pin !== undefined) layers.unpin(pin);
      }
    }
    check(held, layers, at);
  }
}

describe('layers', () => {
  it('show what was pinned as it was, the forks on it as they went on, and the head as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), (steps) =>
        walk(steps, (held, { head }, at) => {
          expect(digest(house, head)).toBe(digests[at]);
          for (const { pin, at: then, fork, ahead } of held) {
            expect(digest(house, pin.state)).toBe(digests[then]);
            if (fork !== undefined) expect(digest(house, fork)).toBe(digests[ahead]);
          }
        }),
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  it('are at most two a pin and one more, and one when nothing is pinned', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300, size: 'max' }), (steps) =>
        walk(steps, (held, { count: layers }) => {
          expect(layers).toBeLessThanOrEqual(2 * held.length + 1);
          if (held.length === 0) expect(layers).toBe(1);
        }),
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('serve pins of one state with one layer', async () => {
    const layers = new Layers(emptyState(house));
    foldOnto(layers.head, 0, 10);
    const pins = await Promise.all(Array.from({ length: 20 }, () => layers.pin()));
    expect(layers.count).toBe(2);
    for (const pin of pins.slice(1)) {
      layers.unpin(pin);
      layers.unpin(pin);
    }
    foldOnto(layers.head, 10, 20);
    expect(layers.count).toBe(2);
    expect(digest(house, pins[0]?.state ?? layers.head)).toBe(digests[10]);
  });

  it('keep a pin waiting while something is under way on the head, and what is let go until then', async () => {
    const layers = new Layers(emptyState(house));
    foldOnto(layers.head, 0, 10);
    const early = await layers.pin();
    foldOnto(layers.head, 10, 20);
    layers.hold();
    const fork = layers.head.fork();
    foldOnto(fork, 20, 30);
    let given = false;
    const asked = layers.pin().then((pin) => {
      given = true;
      return pin;
    });
    layers.unpin(early);
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBe(false);
    expect(layers.count).toBe(2);
    fork.publish();
    layers.release();
    const pin = await asked;
    expect(layers.count).toBe(2);
    foldOnto(layers.head, 30, 40);
    expect(digest(house, pin.state)).toBe(digests[30]);
    expect(digest(house, layers.head)).toBe(digests[40]);
    layers.unpin(pin);
    expect(layers.count).toBe(1);
    expect(digest(house, layers.head)).toBe(digests[40]);
  });
});
