/** Several servers on one book, hundreds of clients, and things that go wrong meanwhile. */
import { describe, expect, it } from 'vitest';
import { TestCluster } from '../eventstoredb/server/index.ts';
import type { Crowd } from './crowd.ts';
import { Stage } from './stage.ts';
import { hasFaults, Store, storeName, unkillable } from './store.ts';

const size = { clients: 200, commands: 2_000 };

/** What goes wrong, and when: at shares of the commands answered, in order. */
type Trouble = readonly [share: number, happens: () => Promise<unknown> | unknown];

/** Lets a crowd send its commands while one trouble comes after the other. */
async function amid(crowd: Crowd, troubles: readonly Trouble[]): Promise<void> {
  const troubled = async (): Promise<void> => {
    for (const [share, happens] of troubles) {
      await crowd.reached(Math.floor(share * crowd.commands));
      await happens();
    }
  };
  await Promise.all([crowd.run(), troubled()]);
}

describe(`servers on one book of a ${storeName}`, () => {
  it(`one is killed and comes again${hasFaults ? ', while connections are cut and answers lost' : ''}`, async () => {
    await using store = await Store.start();
    await using stage = await Stage.start(store.url, 3);
    const [, killed] = stage.servers;
    const crowd = stage.crowd(11, size);
    const cuts: readonly Trouble[] = [
      [0.05, () => store.test.tell({ do: 'cut', by: 'connection' })],
      [0.1, () => store.test.tell({ do: 'next-append', fault: { kind: 'lose-answer', by: 'cut' } })],
      [0.15, () => store.test.tell({ do: 'next-append', fault: { kind: 'lose-append' } })],
      [0.2, () => store.test.tell({ do: 'cut', by: 'unavailable' })],
    ];
    const kill: readonly Trouble[] = [
      [0.3, () => killed?.kill()],
      [0.5, () => killed?.startAgain()],
      [0.7, () => killed?.kill()],
      [0.75, () => killed?.startAgain()],
    ];
    const more: readonly Trouble[] = [
      [0.8, () => store.test.tell({ do: 'cut', by: 'connection' })],
      [
        0.85,
        () => store.test.tell({ do: 'next-append', fault: { kind: 'lose-answer', by: 'cut' }, after: 2 }),
      ],
      [0.9, () => store.test.tell({ do: 'cut', by: 'connection' })],
    ];
    await amid(crowd, hasFaults ? [...cuts, ...kill, ...more] : kill);
    const seen = await stage.check(crowd);
    expect(seen.unanswered).toBeGreaterThan(0);
    expect(seen.closes).toBeGreaterThan(1);
    expect(seen.repeated).toBeGreaterThan(10);
  }, 180_000);
});

describe.runIf(unkillable === undefined)(
  `servers on one book of a ${storeName} that is killed${unkillable === undefined ? '' : ` (passed over: ${unkillable})`}`,
  () => {
    it('go on when it is there again', async () => {
      await using store = await Store.start({ killable: true });
      await using stage = await Stage.start(store.url, 2);
      const crowd = stage.crowd(13, size);
      const again = async (): Promise<void> => {
        await store.kill();
        await store.startAgain();
      };
      await amid(crowd, [
        [0.2, again],
        [0.4, again],
        [0.7, again],
      ]);
      const seen = await stage.check(crowd);
      expect(seen.closes).toBeGreaterThan(1);
      expect(seen.accepted).toBeGreaterThan(size.commands / 3);
    }, 240_000);
  },
);

describe('servers on one book of a cluster', () => {
  it.runIf(hasFaults)(
    'its leader changes again and again, and a node goes away',
    async () => {
      await using cluster = await TestCluster.start(3);
      await using stage = await Stage.start(cluster.url, 2);
      const crowd = stage.crowd(12, size);
      const elections = [0.1, 0.25, 0.4, 0.55].map(
        (share, at): Trouble => [share, () => cluster.elect((at + 1) % 3)],
      );
      await amid(crowd, [...elections, [0.7, () => cluster.elect(2)], [0.75, () => cluster.stopNode(0)]]);
      const seen = await stage.check(crowd);
      expect(seen.closes).toBeGreaterThan(1);
      expect(seen.accepted).toBeGreaterThan(size.commands / 3);
    },
    180_000,
  );
});
