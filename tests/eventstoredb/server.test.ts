/**
 * What the test server has in common with a real one. With the address of a real server in FORMICARY_TEST_ESDB
 * (`esdb://…`), the same holds there.
 */
import { randomUUID } from 'node:crypto';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { binaryEvent, ErrorType } from '@eventstore/db-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import { TestServer } from './server/index.ts';

const real = process.env.FORMICARY_TEST_ESDB;

/** What a stream read has for a position: 2⁶⁴ − 1 for "unknown". */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

const MIB = 1024 * 1024;

const servers: { name: string; start: () => Promise<{ url: string; stop: () => Promise<void> }> }[] = [
  { name: 'the test server', start: () => TestServer.start() },
  ...(real === undefined
    ? []
    : [{ name: 'a real server', start: async () => ({ url: real, stop: async () => {} }) }]),
];

describe.each(servers)('$name', ({ start }) => {
  let server: { url: string; stop: () => Promise<void> };
  let client: EventStoreDBClient & AsyncDisposable;
  let stream: string;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    client = connect(server.url);
    stream = newStream();
  });
  afterEach(() => client.dispose());

  describe.each(ways)('takes an append $way', ({ how }) => {
    it('and gives it back as it came', async () => {
      const id = randomUUID();
      const startedMs = Date.now();
      const appended = await client.appendToStream(stream, [counted(7, { id }), counted(8)], {
        expectedRevision: 'no_stream',
        ...how,
      });
      expect(appended).toMatchObject({ success: true, nextExpectedRevision: 1n });
      const [first, second] = await readAll(client, stream);
      expect(first).toEqual({
        id,
        streamId: stream,
        revision: 0n,
        type: 'counted',
        data: { n: 7 },
        metadata: { by: 'test' },
        isJson: true,
        created: expect.any(Date),
        position: { commit: NO_POSITION, prepare: NO_POSITION },
      });
      expect(second).toMatchObject({ revision: 1n, data: { n: 8 } });
      expect(Math.abs((first?.created.getTime() ?? 0) - startedMs)).toBeLessThan(60_000);
    });

    it('of octets, with and without metadata', async () => {
      const data = Uint8Array.from([0, 255, 128, 10]);
      const events = [
        binaryEvent({ type: 'octets', data, metadata: Uint8Array.from([1, 0]) }),
        binaryEvent({ type: 'octets', data: Uint8Array.from([]) }),
      ];
      await client.appendToStream(stream, events, how);
      const read: unknown[] = [];
      for await (const { event } of client.readStream(stream)) read.push(event);
      expect(read).toMatchObject([
        { isJson: false, type: 'octets', data, metadata: Uint8Array.from([1, 0]) },
        { isJson: false, type: 'octets', data: Uint8Array.from([]), metadata: undefined },
      ]);
    });

    it('at the position behind all that was taken before, whatever the stream', async () => {
      const other = newStream();
      const first = await client.appendToStream(stream, counted(0), how);
      const second = await client.appendToStream(other, counted(0), how);
      const third = await client.appendToStream(stream, counted(1), how);
      const positions = [first, second, third].map(({ position }) => position?.commit ?? 0n);
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(positions).size).toBe(3);
    });

    it('at the expected revision only', async () => {
      const append = (expectedRevision: bigint | 'no_stream' | 'stream_exists') =>
        client.appendToStream(stream, counted(0), { expectedRevision, ...how });
      const conflict = (expectedVersion: unknown, actualVersion: unknown) =>
        expect.objectContaining({
          type: ErrorType.WRONG_EXPECTED_VERSION,
          message: '',
          streamName: stream,
          expectedVersion,
          actualVersion,
        });
      await expect(append(0n)).rejects.toEqual(conflict(0n, 'no_stream'));
      await expect(append('stream_exists')).rejects.toEqual(conflict('stream_exists', 'no_stream'));
      expect(await append('no_stream')).toMatchObject({ nextExpectedRevision: 0n });
      await expect(append('no_stream')).rejects.toEqual(conflict('no_stream', 0n));
      await expect(append(1n)).rejects.toEqual(conflict(1n, 0n));
      expect(await append(0n)).toMatchObject({ nextExpectedRevision: 1n });
      expect(await append('stream_exists')).toMatchObject({ nextExpectedRevision: 2n });
      await expect(append(0n)).rejects.toEqual(conflict(0n, 2n));
      expect(await readAll(client, stream)).toHaveLength(3);
    });

    it('of one among many who expect no stream', async () => {
      const answers = await Promise.allSettled(
        countedTo(50).map((event) =>
          client.appendToStream(stream, event, { expectedRevision: 'no_stream', ...how }),
        ),
      );
      const refused = answers.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(49);
      for (const { reason } of refused.filter((answer) => answer.status === 'rejected'))
        expect(reason).toMatchObject({ type: ErrorType.WRONG_EXPECTED_VERSION, actualVersion: 0n });
      expect(await readAll(client, stream)).toHaveLength(1);
    });

    it('once, when the same ids come again at the same revision, and answers as it did', async () => {
      const [a, b, c, d] = [counted(0), counted(1), counted(2), counted(3)];
      const append = (events: ReturnType<typeof counted>[], expectedRevision: bigint | 'no_stream') =>
        client.appendToStream(stream, events, { expectedRevision, ...how });
      const first = await append([a, b], 'no_stream');
      const last = await append([c, d], 1n);

      expect(await append([a, b], 'no_stream')).toEqual(first);
      expect(await append([c, d], 1n)).toEqual(last);
      // Whatever the appends were that brought them.
      expect(await append([a], 'no_stream')).toMatchObject({ nextExpectedRevision: 0n });
      expect(await append([b, c], 0n)).toMatchObject({ nextExpectedRevision: 2n });
      expect(await append([a, b, c, d], 'no_stream')).toEqual(last);
      expect(await numbersIn(client, stream)).toEqual([0, 1, 2, 3]);
    });

    it('once, whatever else the event holds and however its id is written', async () => {
      const id = randomUUID();
      await client.appendToStream(stream, counted(1, { id }), { expectedRevision: 'no_stream', ...how });
      const again = await client.appendToStream(stream, counted(2, { id: id.toUpperCase() }), {
        expectedRevision: 'no_stream',
        ...how,
      });
      expect(again.nextExpectedRevision).toBe(0n);
      expect(await readAll(client, stream)).toMatchObject([{ id, data: { n: 1 } }]);
    });

    it('not at all, when a part of it was taken before', async () => {
      const [a, b, c] = [counted(0), counted(1), counted(2)];
      await client.appendToStream(stream, [a, b], { expectedRevision: 'no_stream', ...how });
      const conflict = { type: ErrorType.WRONG_EXPECTED_VERSION, actualVersion: 1n };
      for (const events of [
        [a, c],
        [a, b, c],
        [c, a],
        [b, a],
      ])
        await expect(
          client.appendToStream(stream, events, { expectedRevision: 'no_stream', ...how }),
        ).rejects.toMatchObject(conflict);
      expect(await numbersIn(client, stream)).toEqual([0, 1]);
    });

    it('unless an event has no type or no usable id', async () => {
      // By a call of its own only: of a batch the server answers twice, on which the client throws outside of any call.
      if (!('credentials' in how)) return;
      for (const wrong of [{ id: 'none' }, { id: '00000000-0000-0000-0000-000000000000' }, { type: '' }])
        await expect(client.appendToStream(stream, { ...counted(0), ...wrong }, how)).rejects.toMatchObject({
          type: ErrorType.UNKNOWN,
        });
    });

    it('unless what it expects is no revision', async () => {
      await expect(
        client.appendToStream(stream, counted(0), { expectedRevision: 2n ** 63n, ...how }),
      ).rejects.toMatchObject({ type: ErrorType.UNKNOWN });
    });

    it('again, when the same ids come at the present end', async () => {
      const event = counted(0);
      await client.appendToStream(stream, event, { expectedRevision: 'no_stream', ...how });
      await client.appendToStream(stream, event, { expectedRevision: 0n, ...how });
      expect(await numbersIn(client, stream)).toEqual([0, 0]);
    });

    it.each(['any', 'stream_exists'] as const)(
      'once at `%s` while the server stays up',
      async (expectedRevision) => {
        const [a, b, c] = [counted(0), counted(1), counted(2)];
        const first = await client.appendToStream(stream, [a, b], how);
        const append = (events: ReturnType<typeof counted>[]) =>
          client.appendToStream(stream, events, { expectedRevision, ...how });
        expect(await append([a, b])).toEqual(first);
        expect(await append([a])).toMatchObject({ nextExpectedRevision: 0n });
        await expect(append([b, c])).rejects.toMatchObject({
          type: ErrorType.WRONG_EXPECTED_VERSION,
          expectedVersion: expectedRevision,
          actualVersion: 1n,
        });
        // Only the first id is asked whether the append is new.
        expect(await append([c, a])).toMatchObject({ nextExpectedRevision: 3n });
        expect(await numbersIn(client, stream)).toEqual([0, 1, 2, 0]);
      },
    );

    it('in another stream, though its ids are known in one', async () => {
      const other = newStream();
      const event = counted(0);
      await client.appendToStream(stream, event, how);
      await client.appendToStream(other, event, how);
      expect(await numbersIn(client, other)).toEqual([0]);
    });

    it('of a megabyte of data, metadata apart, and no byte more', async () => {
      const half = (bytes: number) =>
        binaryEvent({ type: 'half', data: new Uint8Array(bytes), metadata: new Uint8Array(100_000) });
      await expect(
        client.appendToStream(stream, [half(MIB / 2), half(MIB / 2 + 1)], {
          expectedRevision: 'no_stream',
          ...how,
        }),
      ).rejects.toMatchObject({ type: ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED, maxAppendSize: MIB });
      const taken = await client.appendToStream(stream, [half(MIB / 2), half(MIB / 2)], {
        expectedRevision: 'no_stream',
        ...how,
      });
      expect(taken.nextExpectedRevision).toBe(1n);
    });

    it('of nothing, which makes no stream and changes none', async () => {
      const none = (expectedRevision: bigint | 'no_stream' | 'any') =>
        client.appendToStream(stream, [], { expectedRevision, ...how });
      expect(await none('no_stream')).toMatchObject({ success: true, nextExpectedRevision: 0n });
      await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
      await client.appendToStream(stream, [counted(0), counted(1)], {
        expectedRevision: 'no_stream',
        ...how,
      });
      expect(await none(1n)).toMatchObject({ nextExpectedRevision: 1n });
      expect(await none('any')).toMatchObject({ nextExpectedRevision: 1n });
      await expect(none(0n)).rejects.toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
        actualVersion: 1n,
      });
      expect(await numbersIn(client, stream)).toEqual([0, 1]);
    });
  });

  describe('takes a batch', () => {
    it('in several chunks as one', async () => {
      const chunked = { expectedRevision: 'no_stream', batchAppendSize: 1_000 } as const;
      await client.appendToStream(stream, countedTo(50, { filling: 400 }), chunked);
      expect(await numbersIn(client, stream)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      await expect(
        client.appendToStream(stream, countedTo(50, { filling: 400 }), chunked),
      ).rejects.toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
      });
      await expect(
        client.appendToStream(stream, countedTo(50, { filling: 40_000 }), { batchAppendSize: 100_000 }),
      ).rejects.toMatchObject({ type: ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED });
      expect(await readAll(client, stream)).toHaveLength(50);
    });

    it('of which the chunks alternate with those of others', async () => {
      const streams = [newStream(), newStream(), newStream()];
      await Promise.all(
        streams.map((each) =>
          client.appendToStream(each, countedTo(20, { filling: 400 }), { batchAppendSize: 1_000 }),
        ),
      );
      for (const each of streams)
        expect(await numbersIn(client, each)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    });

    it('unless its time is up when it comes', async () => {
      await expect(client.appendToStream(stream, counted(0), { deadline: 0 })).rejects.toMatchObject({
        type: ErrorType.DEADLINE_EXCEEDED,
      });
      await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    });
  });

  describe('reads a stream', () => {
    beforeEach(async () => {
      await client.appendToStream(stream, countedTo(100));
    });

    it('forwards, over any number of its own pages', async () => {
      expect(await numbersIn(client, stream)).toEqual(Array.from({ length: 100 }, (_, n) => n));
      expect(await numbersIn(client, stream, { fromRevision: 3n, maxCount: 40 })).toEqual(
        Array.from({ length: 40 }, (_, n) => n + 3),
      );
      expect(await numbersIn(client, stream, { fromRevision: 97n, maxCount: 40 })).toEqual([97, 98, 99]);
      expect(await numbersIn(client, stream, { fromRevision: 100n })).toEqual([]);
      expect(await numbersIn(client, stream, { fromRevision: 5_000n, maxCount: 1 })).toEqual([]);
    });

    it('backwards', async () => {
      const backwards = { direction: 'backwards', fromRevision: 'end' } as const;
      expect(await numbersIn(client, stream, backwards)).toEqual(
        Array.from({ length: 100 }, (_, n) => 99 - n),
      );
      expect(await numbersIn(client, stream, { ...backwards, maxCount: 2 })).toEqual([99, 98]);
      expect(await numbersIn(client, stream, { ...backwards, fromRevision: 40n, maxCount: 35 })).toEqual(
        Array.from({ length: 35 }, (_, n) => 40 - n),
      );
      expect(await numbersIn(client, stream, { ...backwards, fromRevision: 1n, maxCount: 35 })).toEqual([
        1, 0,
      ]);
      expect(await numbersIn(client, stream, { ...backwards, fromRevision: 'start' })).toEqual([0]);
      expect(await numbersIn(client, stream, { ...backwards, fromRevision: 5_000n, maxCount: 3 })).toEqual([
        99, 98, 97,
      ]);
    });

    it('unless there is none, which shows when it is read', async () => {
      const none = newStream();
      await expect(readAll(client, none)).rejects.toMatchObject({
        type: ErrorType.STREAM_NOT_FOUND,
        streamName: none,
      });
      await expect(
        readAll(client, none, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }),
      ).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    });

    it('and refuses what makes no sense', async () => {
      const unknown = { type: ErrorType.UNKNOWN, code: 2 };
      await expect(readAll(client, stream, { maxCount: 0 })).rejects.toMatchObject(unknown);
      await expect(readAll(client, newStream(), { maxCount: 0 })).rejects.toMatchObject(unknown);
      await expect(readAll(client, stream, { fromRevision: 'end' })).rejects.toMatchObject(unknown);
      await expect(readAll(client, stream, { fromRevision: 2n ** 63n })).rejects.toMatchObject(unknown);
      await expect(readAll(client, '')).rejects.toMatchObject(unknown);
    });

    it('from the start, behind the greatest revision that there can be', async () => {
      expect(await numbersIn(client, stream, { fromRevision: 2n ** 63n - 1n, maxCount: 2 })).toEqual([0, 1]);
    });
  });

  describe('sends to a subscriber', () => {
    it('what is there behind a revision, then what comes', async () => {
      await client.appendToStream(stream, countedTo(70));
      const subscription = client.subscribeToStream<Counted>(stream, { fromRevision: 2n });
      await confirmed(subscription);
      const numbers = (await next(subscription, 67)).map(({ data }) => data.n);
      expect(numbers).toEqual(Array.from({ length: 67 }, (_, n) => n + 3));
      await client.appendToStream(stream, counted(70));
      expect(await next(subscription, 1)).toMatchObject([{ revision: 70n, data: { n: 70 } }]);
      await client.appendToStream(newStream(), counted(0));
      await client.appendToStream(stream, [counted(71), counted(72)]);
      expect(await next(subscription, 2)).toMatchObject([{ revision: 71n }, { revision: 72n }]);
      await subscription.unsubscribe();
    });

    it('everything from the start, of a stream that does not exist yet', async () => {
      const subscription = client.subscribeToStream<Counted>(stream);
      await confirmed(subscription);
      await client.appendToStream(stream, counted(0));
      expect(await next(subscription, 1)).toMatchObject([{ revision: 0n }]);
      await subscription.unsubscribe();
    });

    it('only what comes, from the end', async () => {
      await client.appendToStream(stream, countedTo(3));
      const subscription = client.subscribeToStream<Counted>(stream, { fromRevision: 'end' });
      await confirmed(subscription);
      const { position } = await client.appendToStream(stream, counted(3));
      expect(await next(subscription, 1)).toMatchObject([{ revision: 3n, position }]);
      await subscription.unsubscribe();
    });

    it('only what is behind a revision that is still to come', async () => {
      await client.appendToStream(stream, countedTo(3));
      const subscription = client.subscribeToStream<Counted>(stream, { fromRevision: 4n });
      await confirmed(subscription);
      for (const n of [3, 4, 5, 6]) await client.appendToStream(stream, counted(n));
      expect(await next(subscription, 2)).toMatchObject([{ revision: 5n }, { revision: 6n }]);
      await subscription.unsubscribe();
    });

    it('each event once and in order while others are appended', async () => {
      await client.appendToStream(stream, countedTo(50));
      const subscription = client.subscribeToStream<Counted>(stream);
      const appending = (async () => {
        for (let n = 50; n < 150; n += 1) await client.appendToStream(stream, counted(n));
      })();
      const numbers = (await next(subscription, 150)).map(({ data }) => data.n);
      expect(numbers).toEqual(Array.from({ length: 150 }, (_, n) => n));
      await appending;
      await subscription.unsubscribe();
    });
  });

  describe('deletes a stream', () => {
    beforeEach(async () => {
      await client.appendToStream(stream, countedTo(3), { expectedRevision: 'no_stream' });
    });

    const metadata = async () => (await client.getStreamMetadata(stream)).metadata;

    it('so that it is not found', async () => {
      await client.deleteStream(stream);
      await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
      await expect(
        readAll(client, stream, { direction: 'backwards', fromRevision: 'end' }),
      ).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
      expect(Number((await metadata())?.truncateBefore)).toBe(2 ** 63);
    });

    it.each(ways)('and lets it be begun anew behind its end $way', async ({ how }) => {
      await client.deleteStream(stream);
      const expectedRevision = 'no_stream';
      const begun = await client.appendToStream(stream, counted(9), { expectedRevision, ...how });
      expect(begun).toMatchObject({ nextExpectedRevision: 3n });
      expect(await numbersIn(client, stream)).toEqual([9]);
      expect(await readAll(client, stream, { maxCount: 1 })).toMatchObject([{ revision: 3n }]);
      expect(await metadata()).toMatchObject({ truncateBefore: 3 });
    });

    it.each(ways)('and goes on with it at its last revision $way', async ({ how }) => {
      await client.deleteStream(stream);
      const appended = await client.appendToStream(stream, counted(3), { expectedRevision: 2n, ...how });
      expect(appended).toMatchObject({ nextExpectedRevision: 3n });
      expect(await numbersIn(client, stream)).toEqual([3]);
    });

    it('and gives all back when its metadata is set twice', async () => {
      await client.deleteStream(stream);
      await client.setStreamMetadata(stream, {});
      expect(await metadata()).toMatchObject({ truncateBefore: 3 });
      expect(await numbersIn(client, stream)).toEqual([]);
      await client.setStreamMetadata(stream, {});
      expect(await numbersIn(client, stream)).toEqual([0, 1, 2]);
    });

    it('only where it ends as expected', async () => {
      await expect(client.deleteStream(stream, { expectedRevision: 1n })).rejects.toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
      });
      await expect(client.deleteStream(newStream())).rejects.toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
      });
      await client.deleteStream(stream, { expectedRevision: 2n });
    });

    it('for good', async () => {
      const subscription = client.subscribeToStream<Counted>(stream);
      expect(await next(subscription, 3)).toHaveLength(3);
      const ended = { type: ErrorType.STREAM_DELETED };
      const end = endOf(subscription);
      await client.tombstoneStream(stream);
      expect(await end).toMatchObject(ended);
      await expect(readAll(client, stream)).rejects.toMatchObject(ended);
      expect(await endOf(client.subscribeToStream(stream))).toMatchObject(ended);
      await expect(client.deleteStream(stream)).rejects.toMatchObject(ended);
      await expect(metadata()).rejects.toMatchObject(ended);
    });

    it.each(ways)('for good, which is said to an append $way', async ({ how }) => {
      await client.tombstoneStream(stream);
      for (const expectedRevision of [2n, 'no_stream', 'any'] as const)
        await expect(
          client.appendToStream(stream, counted(3), { expectedRevision, ...how }),
        ).rejects.toMatchObject({ type: ErrorType.STREAM_DELETED });
    });
  });

  describe('hides events by metadata', () => {
    beforeEach(async () => {
      await client.appendToStream(stream, countedTo(40));
    });

    it.each([
      ['$maxCount', { maxCount: 3 }, [37, 38, 39]],
      ['$tb', { truncateBefore: 38 }, [38, 39]],
      ['$maxAge', { maxAge: 3_600 }, Array.from({ length: 40 }, (_, n) => n)],
    ] as const)('%s, and shows them again when it is taken out', async (_, metadata, shown) => {
      await client.setStreamMetadata(stream, metadata);
      expect(await numbersIn(client, stream)).toEqual(shown);
      expect(await numbersIn(client, stream, { direction: 'backwards', fromRevision: 'end' })).toEqual(
        shown.toReversed(),
      );
      // Whoever asks for a hidden one gets the first that is shown.
      expect(await numbersIn(client, stream, { fromRevision: 0n, maxCount: 1 })).toEqual(shown.slice(0, 1));
      expect(await numbersIn(client, stream, { direction: 'backwards', fromRevision: 5n })).toEqual(
        shown.filter((n) => n <= 5).toReversed(),
      );
      const subscription = client.subscribeToStream<Counted>(stream);
      expect((await next(subscription, shown.length)).map(({ data }) => data.n)).toEqual(shown);
      await subscription.unsubscribe();
      await client.setStreamMetadata(stream, {});
      expect(await numbersIn(client, stream)).toHaveLength(40);
    });

    it('and tells who watches it, from its end on, though there was none', async () => {
      const watch = client.subscribeToStream(`$$${stream}`, { fromRevision: 'end' });
      await confirmed(watch);
      const changed = new Promise((resolve) => watch.once('data', resolve));
      await client.setStreamMetadata(stream, { maxCount: 3 });
      expect(await changed).toMatchObject({ event: { type: '$metadata', data: { $maxCount: 3 } } });
      await watch.unsubscribe();
    });
  });
});
