/** A server whose store goes away and comes back: it says so, reads go on, nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestServer } from '../eventstoredb/server/index.ts';
import { Served } from './served.ts';

const topUp = (key: string): string => `mutation {
  topUp(input: { holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03", idempotencyKey: "${key}" }) {
    __typename
    ... on Unavailable { code }
    ... on CommandAccepted { repeated }
  }
}`;

it('is not ready while its store is away, answers from memory, and goes on when it is back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'formicary-gone-'));
  let store = await TestServer.start({ folder });
  const served = await Served.start(undefined, { store: store.url });
  try {
    const ready = (): Promise<Response> => fetch(`${served.url}/ready`);
    expect((await ready()).status).toBe(200);
    const before = await served.data('{ ledger { revision digest } }');

    const { port } = store;
    await store.stop();
    const away = await ready();
    expect(away.status).toBe(503);
    expect(await away.json()).toMatchObject({ status: 'unavailable', why: expect.stringMatching(/./) });
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
    expect(await served.data('{ ledger { revision digest } }')).toEqual(before);
    expect(await served.data(topUp('k-1'))).toEqual({
      topUp: { __typename: 'Unavailable', code: 'UNAVAILABLE' },
    });

    store = await TestServer.start({ folder, port });
    expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { __typename: 'CommandAccepted' } });
    expect(await served.data(topUp('k-1'))).toEqual({
      topUp: { __typename: 'CommandAccepted', repeated: true },
    });
    expect((await ready()).status).toBe(200);
  } finally {
    await served.server.close();
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
