/** Several servers on one book, and hundreds of clients with random commands: what each was answered, and what it all came to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from './stage.ts';
import { Store, storeName } from './store.ts';

const size = { clients: 200, commands: 2_000 };

let store: Store;
beforeAll(async () => {
  store = await Store.start();
});
afterAll(() => store[Symbol.asyncDispose]());

describe(`servers on one book of a ${storeName}`, () => {
  it.each([2, 3])(
    '%d of them: no update is lost, none is booked twice, and each refusal was right when it was given',
    async (servers) => {
      await using stage = await Stage.start(store.url, servers);
      const crowd = stage.crowd(servers, size);
      await crowd.run();
      const seen = await stage.check(crowd);
      // It has been as wild as it was meant to be.
      expect(seen.unanswered).toBe(0);
      expect(seen.accepted).toBeGreaterThan(size.commands / 3);
      expect(seen.repeated).toBeGreaterThan(10);
      expect(seen.closes).toBeGreaterThan(1);
      expect(seen.turns).toBeGreaterThan(4);
      expect(seen.conflicts).toBeGreaterThan(4);
      expect(Object.keys(seen.codes).length).toBeGreaterThan(6);
      expect(seen.codes).toHaveProperty('INSUFFICIENT_FUNDS');
    },
    180_000,
  );
});
