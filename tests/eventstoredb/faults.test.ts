/** What goes wrong with the test server when a test says so, as the client sees it. */

import type { EventStoreDBClient } from '@eventstore/db-client';
import { ErrorType } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Counted } from './client.ts';
import {
  confirmed,
  connect,
  counted,
  countedTo,
  endOf,
  newStream,
  next,
  numbersIn,
  readAll,
  ways,
} from './client.ts';
import { TestCluster, TestServer } from './server/index.ts';

let server: TestServer;
let client: EventStoreDBClient & AsyncDisposable;
let stream: string;
beforeEach(async () => {
  server = await TestServer.start();
  client = connect(server.url);
  stream = newStream();
});
afterEach(async () => {
  await client.dispose();
  await server.stop();
});

const unavailable = { type: ErrorType.UNAVAILABLE };

describe.each(ways)('an append $way', ({ how }) => {
  const append = (n: number, expectedRevision: bigint | 'no_stream' | 'any' = 'any') =>
    client.appendToStream(stream, counted(n), { expectedRevision, ...how });

  it('loses against another writer', async () => {
    server.faults.nextAppend({
      kind: 'before',
      run: async ({ stream: name, expected, events }) => {
        expect(expected).toBe('no_stream');
        expect(events).toHaveLength(1);
        await server.write(name, [counted(100)]);
      },
    });
    await expect(append(0, 'no_stream')).rejects.toMatchObject({
      type: ErrorType.WRONG_EXPECTED_VERSION,
      actualVersion: 0n,
    });
    expect(await numbersIn(client, stream)).toEqual([100]);
    expect(server.counts).toMatchObject({ appendsRefused: 1, appendsTaken: 0 });
  });

  it('is taken, and cut before it is answered', async () => {
    server.faults.nextAppend({ kind: 'lose-answer', by: 'cut' });
    const event = counted(0);
    const resend = () => client.appendToStream(stream, event, { expectedRevision: 'no_stream', ...how });
    await expect(resend()).rejects.toMatchObject(unavailable);
    expect(server.counts).toMatchObject({ appendsTaken: 1, openConnections: 0 });
    expect(await resend()).toMatchObject({ nextExpectedRevision: 0n });
    expect(await numbersIn(client, stream)).toEqual([0]);
    expect(server.counts).toMatchObject({ appendsTaken: 1, appendsRepeated: 1, connections: 2 });
  });

  it('is not taken, and cut', async () => {
    server.faults.nextAppend({ kind: 'lose-append' });
    await expect(append(0)).rejects.toMatchObject(unavailable);
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    expect(await append(0)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('is taken, and never answered', async () => {
    server.faults.nextAppend({ kind: 'lose-answer', by: 'silence' });
    const lost = append(0);
    await server.until(({ appendsTaken }) => appendsTaken === 1);
    await append(1);
    expect(await numbersIn(client, stream)).toEqual([0, 1]);
    server.cut('connection');
    await expect(lost).rejects.toMatchObject(unavailable);
  });

  it('is taken, and the server says that it took too long', async () => {
    server.faults.nextAppend({ kind: 'lose-answer', by: 'timeout' });
    const event = counted(0);
    const resend = () => client.appendToStream(stream, event, { expectedRevision: 'no_stream', ...how });
    const type = 'credentials' in how ? ErrorType.TIMEOUT : ErrorType.DEADLINE_EXCEEDED;
    await expect(resend()).rejects.toMatchObject({ type });
    expect(await resend()).toMatchObject({ nextExpectedRevision: 0n });
    expect(server.counts).toMatchObject({ appendsTaken: 1, appendsRepeated: 1, connections: 1 });
  });

  it('is not taken, and the server says that it took too long', async () => {
    server.faults.nextAppend({ kind: 'lose-append', by: 'timeout' });
    const type = 'credentials' in how ? ErrorType.TIMEOUT : ErrorType.DEADLINE_EXCEEDED;
    await expect(append(0)).rejects.toMatchObject({ type });
    expect(server.counts.appendsTaken).toBe(0);
  });

  it('comes before the server is ready', async () => {
    const refused =
      'credentials' in how
        ? { type: ErrorType.UNAVAILABLE, message: '14 UNAVAILABLE: Server Is Not Ready' }
        : { type: ErrorType.UNKNOWN, message: 'Could not recognize Server Is Not Ready' };
    server.faults.nextAppend({ kind: 'lose-append', by: 'not-ready' });
    await expect(append(0)).rejects.toMatchObject(refused);
    server.settings.ready = false;
    await expect(append(0)).rejects.toMatchObject(refused);
    await expect(readAll(client, stream)).rejects.toMatchObject(unavailable);
    server.settings.ready = true;
    expect(await append(0)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('is answered after later ones', async () => {
    server.faults.nextAppend({ kind: 'lose-answer', by: { lateByAppends: 2 } });
    const order: number[] = [];
    const late = append(0).then(() => order.push(0));
    await server.until(({ appendsTaken }) => appendsTaken === 1);
    for (const n of [1, 2]) await append(n).then(() => order.push(n));
    await late;
    expect(order[0]).toBe(1);
    expect(order.toSorted()).toEqual([0, 1, 2]);
    expect(await numbersIn(client, stream)).toEqual([0, 1, 2]);
  });

  it('has its fault when others have gone before', async () => {
    server.faults.nextAppend({ kind: 'lose-append' }, { after: 2 });
    server.faults.nextAppend({ kind: 'lose-append' }, { after: 3 });
    await append(0);
    await append(1);
    await expect(append(2)).rejects.toMatchObject(unavailable);
    await expect(append(3)).rejects.toMatchObject(unavailable);
    await append(4);
    expect(await numbersIn(client, stream)).toEqual([0, 1, 4]);
  });

  it('hangs, and is cut in the end', async () => {
    server.faults.hang('append', 'batchAppend');
    const hanging = append(0);
    hanging.catch(() => undefined);
    await server.until(({ calls }) => calls.append + calls.batchAppend === 1);
    server.faults.resume();
    server.cut('unavailable');
    await expect(hanging).rejects.toMatchObject(unavailable);
    expect(await append(1)).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('is sent to the leader if it requires one', async () => {
    await using leader = await TestServer.start({ log: server.log });
    server.follow(leader.endpoint);
    const requiring = () => client.appendToStream(stream, counted(0), { requiresLeader: true, ...how });
    await expect(requiring()).rejects.toMatchObject({
      type: ErrorType.NOT_LEADER,
      leader: { address: leader.endpoint.host, port: leader.endpoint.port },
    });
    // The client goes on with the leader that it was told.
    await requiring();
    expect([server, leader].map(({ counts }) => counts.appendsTaken)).toEqual([0, 1]);
  });

  it('is handed on by a follower if it requires no leader', async () => {
    await using leader = await TestServer.start({ log: server.log });
    server.follow(leader.endpoint);
    await append(0);
    expect(await numbersIn(client, stream)).toEqual([0]);
  });
});

describe('a batch', () => {
  it('of which the rest does not come in time is not taken', async () => {
    server.settings.writeTimeoutMs = 5;
    const held = Promise.withResolvers<void>();
    let messages = 0;
    server.faults.slow(async () => {
      messages += 1;
      // The first two are the features that were asked for, and their answer; the next is the first chunk.
      if (messages === 4) await held.promise;
    });
    const batch = client.appendToStream(stream, countedTo(5, { filling: 400 }), { batchAppendSize: 1_000 });
    await expect(batch).rejects.toMatchObject({ type: ErrorType.DEADLINE_EXCEEDED });
    held.resolve();
    server.faults.slow(undefined);
    expect(server.counts.appends).toBe(0);
  });

  it('of many at once is answered each, though the connection is cut between them', async () => {
    server.faults.nextAppend({ kind: 'lose-answer', by: 'cut' }, { after: 20 });
    const answers = await Promise.allSettled(
      countedTo(60).map((event) =>
        client.appendToStream(newStream(), event, { expectedRevision: 'no_stream' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject(unavailable);
  });
});

describe('a server without batches', () => {
  it('gets each append by a call of its own', async () => {
    await using old = await TestServer.start({ batchAppend: false, version: '20.10.5' });
    await using single = connect(old.url);
    await single.appendToStream(stream, countedTo(3));
    expect(old.counts.calls).toMatchObject({ append: 1, batchAppend: 0 });
    expect(await numbersIn(single, stream)).toEqual([0, 1, 2]);
  });
});

describe('a limit on appends', () => {
  it.each(ways)('is told $way', async ({ how }) => {
    await using small = await TestServer.start({ maxAppendSizeBytes: 1_000 });
    await using single = connect(small.url);
    await expect(single.appendToStream(stream, counted(0, { filling: 1_000 }), how)).rejects.toMatchObject({
      type: ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
      maxAppendSize: 1_000,
    });
  });
});

describe('a read', () => {
  beforeEach(async () => {
    await server.write(stream, countedTo(100));
  });

  it.each(['connection', 'unavailable'] as const)('is cut after some events: %s', async (by) => {
    server.faults.cutNext('read', { afterEvents: 40, by });
    const numbers: number[] = [];
    const reading = (async () => {
      for await (const { event } of client.readStream<Counted>(stream)) numbers.push(event?.data.n ?? -1);
    })();
    await expect(reading).rejects.toMatchObject(unavailable);
    // What the client had received and not yet given out is lost with the error.
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n));
    expect(numbers.length).toBeLessThanOrEqual(40);
    expect(server.counts.eventsSent).toBe(40);
    expect(await readAll(client, stream)).toHaveLength(100);
  });

  it('is cut before its first event, even where there is no stream', async () => {
    server.faults.cutNext('read', { afterEvents: 0, by: 'unavailable' });
    server.faults.cutNext('read', { afterEvents: 0, by: 'connection' });
    await expect(readAll(client, newStream())).rejects.toMatchObject(unavailable);
    await expect(readAll(client, stream)).rejects.toMatchObject(unavailable);
    expect(server.counts.eventsSent).toBe(0);
    expect(await readAll(client, stream)).toHaveLength(100);
  });

  it('hangs', async () => {
    server.faults.hang('read');
    const reading = readAll(client, stream);
    reading.catch(() => undefined);
    await server.until(({ open }) => open.read === 1);
    server.cut('connection');
    await expect(reading).rejects.toMatchObject(unavailable);
    server.faults.resume();
    expect(await readAll(client, stream)).toHaveLength(100);
  });

  it('waits for a slow link, message by message', async () => {
    let waits = 0;
    server.faults.slow(async () => {
      waits += 1;
    });
    await readAll(client, stream);
    // The request and each event.
    expect(waits).toBe(101);
  });

  it('is sent to the leader if it requires one', async () => {
    await using leader = await TestServer.start({ log: server.log });
    server.follow(leader.endpoint);
    expect(await readAll(client, stream)).toHaveLength(100);
    await expect(readAll(client, stream, { requiresLeader: true })).rejects.toMatchObject({
      type: ErrorType.NOT_LEADER,
      leader: { address: leader.endpoint.host, port: leader.endpoint.port },
    });
    expect(await readAll(client, stream, { requiresLeader: true })).toHaveLength(100);
    expect(leader.counts.calls.read).toBe(1);
  });
});

describe('a subscription', () => {
  it.each(['connection', 'unavailable'] as const)('is cut after some events: %s', async (by) => {
    await server.write(stream, countedTo(100));
    server.faults.cutNext('subscribe', { afterEvents: 40, by });
    expect(await endOf(client.subscribeToStream(stream))).toMatchObject(unavailable);
    expect(server.counts).toMatchObject({ eventsSent: 40, open: { subscribe: 0 } });
    const again = client.subscribeToStream<Counted>(stream, { fromRevision: 39n });
    expect((await next(again, 60)).map(({ data }) => data.n)).toEqual(
      Array.from({ length: 60 }, (_, n) => n + 40),
    );
    await again.unsubscribe();
  });

  it('is cut as soon as it is confirmed', async () => {
    server.faults.cutNext('subscribe', { afterEvents: 0, by: 'unavailable' });
    const subscription = client.subscribeToStream(stream);
    let confirmations = 0;
    subscription.on('confirmation', () => {
      confirmations += 1;
    });
    expect(await endOf(subscription)).toMatchObject(unavailable);
    expect(confirmations).toBe(1);
  });

  it('ends with the server', async () => {
    const subscription = client.subscribeToStream(stream);
    await confirmed(subscription);
    const end = endOf(subscription);
    await server.stop();
    expect(await end).toMatchObject(unavailable);
  });

  it('is counted out when its reader leaves', async () => {
    const subscription = client.subscribeToStream(stream);
    await server.until(({ open }) => open.subscribe === 1);
    await confirmed(subscription);
    await subscription.unsubscribe();
    await server.until(({ open }) => open.subscribe === 0);
  });

  it('is cut by a change of leader', async () => {
    const subscription = client.subscribeToStream(stream);
    await confirmed(subscription);
    const end = endOf(subscription);
    await using leader = await TestServer.start({ log: server.log });
    server.follow(leader.endpoint);
    expect(await end).toMatchObject(unavailable);
  });

  it('of a slow reader is fed from the store as far as it reads', async () => {
    const count = 4_000;
    const bytes = 1_000;
    const subscription = client.subscribeToStream<Counted>(stream);
    await confirmed(subscription);
    for (let n = 0; n < count; n += 500) {
      const events = Array.from({ length: 500 }, (_, index) => counted(n + index, { filling: bytes }));
      await client.appendToStream(stream, events);
    }
    // The client takes nothing more than its buffers hold; the rest stays in the store.
    await server.until(({ eventsTaken }) => eventsTaken === count);
    expect(server.counts.eventsSent).toBeLessThan(count / 2);
    const numbers = (await next(subscription, count)).map(({ data }) => data.n);
    expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
    await subscription.unsubscribe();
  });

  it('that falls behind is dropped where the server is so set, as a real one of 21.10 is', async () => {
    server.settings.slowSubscribers = 'drop';
    await server.write(stream, countedTo(500));
    const subscription = client.subscribeToStream<Counted>(stream);
    const before = await next(subscription, 500);
    expect(before).toHaveLength(500);
    await client.appendToStream(stream, countedTo(60));
    await next(subscription, 60);
    const end = endOf(subscription);
    await client.appendToStream(stream, countedTo(200));
    expect(await end).toMatchObject({ type: ErrorType.TIMEOUT, code: 10 });
  });
});

describe('what the server does not have', () => {
  it('is unimplemented', async () => {
    const unimplemented = { code: 12 };
    await expect(endOf(client.readAll())).resolves.toMatchObject(unimplemented);
    await expect(endOf(client.subscribeToAll())).resolves.toMatchObject(unimplemented);
    await expect(
      endOf(client.subscribeToPersistentSubscriptionToStream(stream, 'group')),
    ).resolves.toMatchObject(unimplemented);
  });
});

describe('several nodes', () => {
  it('are found from any of them, and the leader is preferred', async () => {
    await using cluster = await TestCluster.start(3);
    cluster.elect(1);
    for (const url of [cluster.url, cluster.discoverUrl(2)]) {
      await using single = connect(url);
      await single.appendToStream(stream, counted(0));
    }
    expect(cluster.nodes.map(({ counts }) => counts.appends)).toEqual([0, 2, 0]);
  });

  it('have followers that can be preferred', async () => {
    await using cluster = await TestCluster.start(2);
    await using single = connect(`${cluster.url}&nodePreference=follower`);
    await single.appendToStream(stream, counted(0));
    expect(cluster.nodes.map(({ counts }) => counts.appends)).toEqual([0, 1]);
    expect(await numbersIn(single, stream)).toEqual([0]);
  });

  it('go on under another leader when one is lost', async () => {
    await using cluster = await TestCluster.start(3);
    await using single = connect(cluster.url);
    const [first, second] = [counted(0), counted(1)];
    await single.appendToStream(stream, first, { expectedRevision: 'no_stream' });
    const subscription = single.subscribeToStream(stream);
    await confirmed(subscription);
    const end = endOf(subscription);
    cluster.elect(2);
    await cluster.stopNode(0);
    expect(await end).toMatchObject(unavailable);
    await single.appendToStream(stream, second, { expectedRevision: 0n });
    expect(await numbersIn(single, stream)).toEqual([0, 1]);
    expect(cluster.nodes[2]?.counts.appends).toBe(1);
  });
});

describe('counts', () => {
  it('tell calls, events and bytes', async () => {
    await client.appendToStream(stream, countedTo(3, { filling: 1_000 }));
    await readAll(client, stream);
    await expect(client.appendToStream(stream, counted(0), { expectedRevision: 0n })).rejects.toThrow();
    const { counts } = server;
    expect(counts).toMatchObject({
      calls: { append: 0, batchAppend: 1, read: 1, subscribe: 0, features: 1, gossip: 0 },
      open: { batchAppend: 1, read: 0 },
      connections: 1,
      openConnections: 1,
      appends: 2,
      appendsTaken: 1,
      appendsRepeated: 0,
      appendsRefused: 1,
      eventsReceived: 4,
      eventsTaken: 3,
      eventsSent: 3,
    });
    for (const bytes of [counts.bytesReceived, counts.bytesSent]) {
      expect(bytes).toBeGreaterThan(3_000);
      expect(bytes).toBeLessThan(6_000);
    }
  });
});
