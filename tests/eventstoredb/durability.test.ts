/** What the test server keeps over a restart, and how it runs as a process that can be killed. */
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorType } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, counted, countedTo, newStream, numbersIn, readAll, ways } from './client.ts';
import { EventLog, ServerProcess, TestServer } from './server/index.ts';
import { DamagedJournal, JOURNAL } from './server/journal.ts';

let folder: string;
let stream: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formicary-esdb-'));
  stream = newStream();
});
afterEach(() => rm(folder, { recursive: true }));

const journal = () => join(folder, JOURNAL);

/** Writes some appends to the folder, and ends. */
async function write(...appends: readonly (readonly number[])[]): Promise<void> {
  await using server = await TestServer.start({ folder });
  for (const numbers of appends)
    await server.write(
      stream,
      numbers.map((n) => counted(n)),
    );
}

async function numbersKept(): Promise<number[]> {
  await using server = await TestServer.start({ folder });
  await using client = connect(server.url);
  return await numbersIn(client, stream);
}

describe('a server with a folder', () => {
  it('gives everything back after a restart as it was', async () => {
    const before = await TestServer.start({ folder });
    await using client = connect(before.url);
    const other = newStream();
    await client.appendToStream(stream, [counted(0), counted(1)]);
    await client.appendToStream(other, countedTo(3, { filling: 100_000 }));
    const { position } = await client.appendToStream(stream, counted(2));
    const events = await readAll(client, stream);
    await client.dispose();
    await before.stop();

    await using server = await TestServer.start({ folder });
    await using again = connect(server.url);
    expect(await readAll(again, stream)).toEqual(events);
    expect(await numbersIn(again, other)).toEqual([0, 1, 2]);
    const next = await again.appendToStream(stream, counted(3), { expectedRevision: 2n });
    expect(next.position?.commit).toBeGreaterThan(position?.commit ?? 0n);
  });

  it.each(ways)(
    'knows after a restart what it took at an exact revision, and not what at `any` ($way)',
    async ({ how }) => {
      const events = countedTo(3);
      const [first, second, third] = events;
      if (first === undefined || second === undefined || third === undefined) throw new Error('three events');
      const before = await TestServer.start({ folder });
      await using client = connect(before.url);
      const taken = await client.appendToStream(stream, events, { expectedRevision: 'no_stream', ...how });
      await client.dispose();
      await before.stop();

      await using server = await TestServer.start({ folder });
      await using again = connect(server.url);
      const append = (some: typeof events, expectedRevision: bigint | 'no_stream' | 'any') =>
        again.appendToStream(stream, some, { expectedRevision, ...how });
      expect(await append(events, 'no_stream')).toEqual(taken);
      expect(await append([second], 0n)).toMatchObject({ nextExpectedRevision: 1n });
      await expect(append([second, counted(9)], 0n)).rejects.toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
        actualVersion: 2n,
      });
      expect(await append([third], 'any')).toMatchObject({ nextExpectedRevision: 3n });
      expect(await numbersIn(again, stream)).toEqual([0, 1, 2, 2]);
    },
  );

  it('drops a record that was cut off at its end, and goes on', async () => {
    await write([0], [1, 2]);
    const { size } = await stat(journal());
    await write([3, 4]);
    const whole = await readFile(journal());
    for (let bytes = whole.length - 1; bytes > size; bytes -= 7) {
      await writeFile(journal(), whole.subarray(0, bytes));
      expect(await numbersKept()).toEqual([0, 1, 2]);
      expect((await stat(journal())).size).toBe(size);
    }
    // A file may have grown before its bytes came to disk.
    await appendFile(journal(), Buffer.alloc(1_000));
    await write([5]);
    expect(await numbersKept()).toEqual([0, 1, 2, 5]);
  });

  it('does not start over a record that is damaged before the end', async () => {
    await write([0], [1]);
    const bytes = await readFile(journal());
    // In its length, its checksum, and its body.
    for (const at of [3, 5, 20]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await writeFile(journal(), damaged);
      await expect(TestServer.start({ folder })).rejects.toThrow(DamagedJournal);
    }
  });

  it('answers when an append is on disk, and takes those that came meanwhile there together', async () => {
    const disk = new HeldDisk();
    const log = await EventLog.open({ folder, nowMs: Date.now, sync: disk.sync });
    await using server = await TestServer.start({ log });
    await using client = connect(server.url);
    // Of the first appends on a new connection the client may send a later one first.
    await client.appendToStream(newStream(), counted(0));

    disk.hold();
    const answered: number[] = [];
    const appends = countedTo(5).map((event, n) =>
      client
        .appendToStream(stream, event, { expectedRevision: n === 0 ? 'no_stream' : BigInt(n - 1) })
        .then(() => answered.push(n)),
    );
    await server.until(({ appends: received }) => received === 6);
    // What has come is on its way to the disk a moment later.
    await vi.waitFor(() => expect(disk.syncs).toBe(2));
    expect(log.lengthOf(stream)).toBeUndefined();
    disk.release();
    await Promise.all(appends);
    expect(answered).toEqual([0, 1, 2, 3, 4]);
    // The first had one for itself, as nothing was under way; the others shared the next.
    expect(disk.syncs).toBe(3);
    await log.close();
  });

  it('drops a repetition of what is still on its way to the disk, and says so late, as the real one does', async () => {
    const disk = new HeldDisk();
    const log = await EventLog.open({ folder, nowMs: Date.now, sync: disk.sync });
    await using server = await TestServer.start({ log, writeTimeoutMs: 50 });
    await using client = connect(server.url);
    await client.appendToStream(newStream(), counted(0));

    disk.hold();
    const event = counted(0);
    const append = () => client.appendToStream(stream, event, { expectedRevision: 'no_stream' });
    const first = append();
    await expect(append()).rejects.toMatchObject({ type: ErrorType.DEADLINE_EXCEEDED });
    disk.release();
    expect(await append()).toEqual(await first);
    expect(await numbersIn(client, stream)).toEqual([0]);
    await log.close();
  });

  it('acknowledges nothing any more when the disk has failed', async () => {
    let failing = false;
    const log = await EventLog.open({
      folder,
      nowMs: Date.now,
      sync: async () => {
        if (failing) throw new Error('EIO: i/o error, fdatasync');
      },
    });
    await using server = await TestServer.start({ log });
    await using client = connect(server.url);
    await client.appendToStream(stream, counted(0));
    failing = true;
    await expect(client.appendToStream(stream, counted(1))).rejects.toMatchObject({
      type: ErrorType.UNKNOWN,
    });
    failing = false;
    await expect(client.appendToStream(stream, counted(2))).rejects.toMatchObject({
      type: ErrorType.UNKNOWN,
    });
    expect(await numbersIn(client, stream)).toEqual([0]);
    await log.close();
  });
});

describe('a server in a process of its own', () => {
  it('loses nothing that it has acknowledged when it is killed, and takes nothing twice', async () => {
    await using lives = new Lives(folder);
    let server = await lives.next();
    const { port } = server;
    await using client = connect(server.url);
    const streams = Array.from({ length: 8 }, newStream);
    let acknowledged = 0;
    let unanswered = 0;

    /** Sends again what is not answered, as it was, at the revision where it was. */
    const insist = async (
      name: string,
      events: ReturnType<typeof counted>[],
      expectedRevision: bigint | 'no_stream',
    ) => {
      for (;;) {
        try {
          const { nextExpectedRevision } = await client.appendToStream(name, events, { expectedRevision });
          acknowledged += 1;
          return nextExpectedRevision;
        } catch (error) {
          expect(error).toMatchObject({ code: 14 });
          unanswered += 1;
          await lives.alive;
        }
      }
    };
    const writer = async (name: string, isDone: () => boolean): Promise<number> => {
      let revision: bigint | 'no_stream' = 'no_stream';
      let n = 0;
      for (; !isDone(); n += 3) {
        revision = await insist(name, [counted(n), counted(n + 1), counted(n + 2)], revision);
        expect(revision).toBe(BigInt(n + 2));
      }
      return n;
    };

    const kills = 4;
    const writing = streams.map((name) => writer(name, () => lives.count > kills));
    for (let kill = 0; kill < kills; kill += 1) {
      const before = acknowledged;
      await lives.until(() => acknowledged >= before + 100);
      await server.kill();
      server = await lives.next(port);
    }
    const written = await Promise.all(writing);
    expect(unanswered).toBeGreaterThan(0);
    for (const [index, name] of streams.entries())
      expect(await numbersIn(client, name)).toEqual(Array.from({ length: written[index] ?? 0 }, (_, n) => n));
  });

  it('takes commands', async () => {
    await using server = await ServerProcess.start();
    await using client = connect(server.url);
    await server.tell({ do: 'next-append', fault: { kind: 'lose-append' } });
    await expect(client.appendToStream(stream, counted(0))).rejects.toMatchObject({
      type: ErrorType.UNAVAILABLE,
    });
    await server.tell({ do: 'next-append', fault: { kind: 'overtake', events: [counted(7)] } });
    await expect(
      client.appendToStream(stream, counted(0), { expectedRevision: 'no_stream' }),
    ).rejects.toMatchObject({ type: ErrorType.WRONG_EXPECTED_VERSION });
    await server.tell({ do: 'write', stream, events: [counted(8)] });
    await server.tell({ do: 'cut-next', method: 'read', afterEvents: 0, by: 'connection' });
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.UNAVAILABLE });
    await server.tell({ do: 'slow', ms: 1 });
    expect(await numbersIn(client, stream)).toEqual([7, 8]);
    await server.tell({ do: 'slow', ms: 0 });
    await server.tell({ do: 'hang', methods: ['read'] });
    await server.tell({ do: 'resume' });
    await server.tell({ do: 'follow', host: '127.0.0.1', port: 1 });
    await expect(readAll(client, stream, { requiresLeader: true })).rejects.toMatchObject({
      type: ErrorType.NOT_LEADER,
    });
    await server.tell({ do: 'lead' });
    await server.tell({ do: 'ready', is: false });
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.UNAVAILABLE });
    await server.tell({ do: 'ready', is: true });
    await server.tell({ do: 'set-metadata', stream, metadata: { $maxCount: 1 } });
    expect(await numbersIn(client, stream)).toEqual([8]);
    await server.tell({ do: 'scavenge' });
    await server.tell({ do: 'set-metadata', stream, metadata: {} });
    expect(await numbersIn(client, stream)).toEqual([8]);
    await server.tell({ do: 'back-up', as: 'before' });
    await server.tell({ do: 'delete', stream });
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    await server.tell({ do: 'tombstone', stream });
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_DELETED });
    await server.tell({ do: 'restore', from: 'before' });
    await expect(server.tell({ do: 'restore', from: 'never' })).rejects.toThrow(/no backup never/);
    await server.tell({ do: 'slow-subscribers', are: 'drop' });
    await server.tell({ do: 'cut', by: 'connection' });
    expect(await server.counts()).toMatchObject({ appends: 2, appendsRefused: 1 });
    await expect(server.tell({ do: 'write', stream: '', events: [] })).rejects.toThrow(/stream/);
  });

  it('keeps a tombstone, and what hides events, over a restart', async () => {
    const kept = newStream();
    {
      await using server = await TestServer.start({ folder });
      await using client = connect(server.url);
      for (const name of [stream, kept]) await client.appendToStream(name, countedTo(3));
      await client.tombstoneStream(stream);
      await client.setStreamMetadata(kept, { truncateBefore: 2 });
      expect(() => server.restore(server.log.backup())).toThrow(/while the server is down/);
    }
    await using server = await TestServer.start({ folder });
    await using client = connect(server.url);
    await expect(readAll(client, stream)).rejects.toMatchObject({ type: ErrorType.STREAM_DELETED });
    expect(await numbersIn(client, kept)).toEqual([2]);
  });

  it('ends when it is told to', async () => {
    const server = await ServerProcess.start({ folder, maxAppendSizeBytes: 500, batchAppend: false });
    await using client = connect(server.url);
    await client.appendToStream(stream, counted(0));
    await expect(client.appendToStream(stream, counted(0, { filling: 500 }))).rejects.toMatchObject({
      maxAppendSize: 500,
    });
    expect(await server.stop()).toBe(0);
    expect(await numbersKept()).toEqual([0]);
  });
});

/** A disk that can be made to wait; counts how often it was synced. */
class HeldDisk {
  syncs = 0;
  #held: PromiseWithResolvers<void> | undefined;

  readonly sync = async (): Promise<void> => {
    this.syncs += 1;
    await this.#held?.promise;
  };

  hold(): void {
    this.#held = Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }
}

/** The processes of one folder, one after the other. */
class Lives {
  readonly #folder: string;
  #server: ServerProcess | undefined;
  #alive = Promise.withResolvers<void>();
  count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves when there is a server that was not killed yet, as far as this knows. */
  get alive(): Promise<void> {
    return this.#alive.promise;
  }

  async next(port = 0): Promise<ServerProcess> {
    this.#alive = Promise.withResolvers();
    this.#server = await ServerProcess.start({ folder: this.#folder, port });
    this.count += 1;
    this.#alive.resolve();
    return this.#server;
  }

  /** Looks again whenever something else has had its turn. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.kill();
  }
}
