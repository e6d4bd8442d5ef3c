/** Servers on a store that somebody changes behind their backs: what is broken is said and takes no commands, the rest goes on. */
import { EventStoreDBClient, FORWARDS, jsonEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { streamOf } from '../../src/log/eventstoredb/codec.ts';
import { openLog } from '../../src/log/open.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { chain } from '../store/events.ts';
import { Served } from './served.ts';

let store: TestServer;
let served: Served;
const main = streamOf('main');

beforeEach(async () => {
  store = await TestServer.start();
  served = await Served.start([['2016-03-01', 'topUp', { holder: 'user-1', amount: '5.00 CNY' }]], {
    store: store.url,
  });
  await store.until(({ open: { subscribe, watchMetadata } }) => subscribe === 1 && watchMetadata === 1);
});

afterEach(async () => {
  await served.server.close();
  await store.stop();
});

const topUp = (key: string): string => `mutation {
  topUp(input: { holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-03-01", idempotencyKey: "${key}" }) {
    __typename
    ... on Unavailable { message hint }
    ... on CommandAccepted { repeated }
  }
}`;

const ready = (): Promise<Response> => fetch(`${served.url}/ready`);

it('a deleted stream stops its book, with what to do; the book goes on when that is done', async () => {
  expect((await ready()).status).toBe(200);
  const last = store.log.lastOf(main);
  await store.delete(main);
  await store.until(({ open: { subscribe } }) => subscribe === 0);
  const { topUp: refused } = await served.data(topUp('k-1'));
  expect(refused).toEqual({
    __typename: 'Unavailable',
    message: expect.stringContaining('the stream formicary-main was deleted in EventStoreDB'),
    hint: expect.stringContaining('take $tb out of the metadata'),
  });
  const away = await ready();
  expect(away.status).toBe(503);
  expect(await away.json()).toMatchObject({ why: expect.stringContaining('was deleted in EventStoreDB') });
  expect(store.log.lastOf(main)).toBe(last);

  await store.setMetadata(main, {});
  await store.setMetadata(main, {});
  expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: false } });
  expect((await ready()).status).toBe(200);
});

it('a repeat of what an older backup has lost is not answered as if it were there', async () => {
  const older = store.log.backup();
  expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: false } });
  store.restore(older);
  expect(await served.data(topUp('k-1'))).toMatchObject({
    topUp: {
      __typename: 'Unavailable',
      message: expect.stringContaining('the stream ends at revision 1, and was written up to 2'),
    },
  });
  expect((await ready()).status).toBe(503);
});

it('a broken book leaves the others alone, and is listed with them', async () => {
  const log = await openLog(store.url, 'other');
  await log.append(-1, chain(1));
  await log.close();
  await store.tombstone(streamOf('other'));
  const { errors } = await served.ask('{ ledger(book: "other") { revision } }');
  expect(errors).toMatchObject([
    { message: expect.stringContaining('deleted for good'), extensions: { code: 'UNAVAILABLE' } },
  ]);
  expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: false } });
  expect(await served.data('{ books { id } }')).toEqual({ books: [{ id: 'main' }, { id: 'other' }] });
  expect((await ready()).status).toBe(200);
});

it('an old event that is appended again, with its id and its bytes, is no event of the book, also after a restart', async () => {
  const client = EventStoreDBClient.connectionString(store.url);
  const last = BigInt(store.log.lastOf(main));
  for await (const { event } of client.readStream(main, {
    direction: FORWARDS,
    fromRevision: 1n,
    maxCount: 1,
  })) {
    if (event === undefined) throw new Error('nothing was read');
    const { id, type, data, metadata } = event;
    const again = jsonEvent({ id, type, data: { ...Object(data) }, metadata: { ...Object(metadata) } });
    await client.appendToStream(main, again, { expectedRevision: last });
  }
  await client.dispose();
  const stops = async (): Promise<void> => {
    const { ledger } = await served.data('{ ledger { revision verified { through state why } } }');
    expect(ledger).toMatchObject({
      revision: String(last),
      verified: {
        through: String(last),
        state: 'BROKEN',
        why: expect.stringContaining(`revision ${last + 1n}`),
      },
    });
    expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { __typename: 'Unavailable' } });
    expect((await ready()).status).toBe(503);
  };
  // A command has it looked at, whether the follower has come to it or not.
  await served.data(topUp('k-0'));
  await stops();
  await served.server.close();
  served = await Served.start([], { store: store.url });
  await stops();
});
