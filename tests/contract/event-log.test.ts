/** What every log engine has to do: one suite, run on each. An exemption carries its reason. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendsOf } from '../../src/book/appends.ts';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { EventStoreLog, type EventStoreLogOptions } from '../../src/log/eventstoredb/eventstore-log.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import {
  AppendTooLarge,
  type EventLog,
  LogClosed,
  LogUnreadable,
  WrongExpectedRevision,
} from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { chain, eventAfter, gathered, revisionsOf } from '../store/events.ts';

interface Engine {
  readonly name: string;
  /** Before the first test. */
  start?(): Promise<void>;
  /** After the last one. */
  stop?(): Promise<void>;
  /** A log of a book in a folder: the same book, opened again, when it is the same folder. */
  open(folder: string, options?: { readonly appendBytesMax?: number }): Promise<EventLog>;
  /** Why what is appended can't be read by another log of the same book; undefined when it can. */
  readonly alone?: string;
  /** Why it takes no more than its server's limit at once; undefined when any of these appends is taken whole. */
  readonly limited?: string;
}

/** A server that speaks the protocol, or a real one where the environment names it. */
class EventStore implements Engine {
  readonly name: string;
  readonly limited = 'a server takes 1 MiB at once: a book splits its batches, a longer append is refused';
  readonly #real = process.env.FORMICARY_TEST_ESDB;
  #server: TestServer | undefined;

  constructor() {
    this.name = this.#real === undefined ? 'eventstoredb (test server)' : 'eventstoredb (real server)';
  }

  async start(): Promise<void> {
    if (this.#real === undefined) this.#server = await TestServer.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  open(folder: string, options: EventStoreLogOptions = {}): Promise<EventLog> {
    return EventStoreLog.open(this.#real ?? this.#server?.url ?? '', basename(folder), options);
  }
}

const engines: readonly Engine[] = [
  {
    name: 'memory',
    open: async (_folder, options) => new MemoryLog(options),
    alone: 'a log in memory is not shared, and ends with its process',
  },
  { name: 'sqlite', open: (folder, options) => SqliteLog.open(join(folder, 'main.formicary'), options) },
  new EventStore(),
];

/** Appends events in as few appends as the engine takes them in. */
async function fill(log: EventLog, events: readonly StoredEvent[]): Promise<void> {
  let expected = (events[0]?.revision ?? 0) - 1;
  for (const append of appendsOf(
    [events.map((event, at) => (at === 0 ? divisible(event) : event))],
    log.appendBytesMax * 0.8,
  )) {
    const batch = append.events.map((event) => events[event.revision - (events[0]?.revision ?? 0)] ?? event);
    await log.append(expected, batch);
    expected += batch.length;
  }
}

/** Says that the events from here on may be split anywhere. */
const divisible = (event: StoredEvent): StoredEvent => ({ ...event, header: { engine: '', events: 0 } });

describe.each(engines)('$name', (engine) => {
  let folder: string;
  let log: EventLog;
  const others: EventLog[] = [];

  beforeAll(async () => await engine.start?.());
  afterAll(async () => await engine.stop?.());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'formicary-contract-'));
    log = await engine.open(folder);
  });

  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await log.close();
    rmSync(folder, { recursive: true });
  });

  const another = async (options?: { readonly appendBytesMax?: number }): Promise<EventLog> => {
    const other = await engine.open(folder, options);
    others.push(other);
    return other;
  };

  const all = (): Promise<readonly StoredEvent[]> => gathered(log.read(0, 'forwards'));

  describe('an empty log', () => {
    it('has a head before revision 0', async () => {
      expect(await log.head()).toEqual({ revision: -1, hash: genesisHash, recordedAt: 0 });
    });

    it('reads as nothing, both ways', async () => {
      expect(await all()).toEqual([]);
      expect(await gathered(log.read(10, 'backwards'))).toEqual([]);
    });

    it('has no event to read', async () => {
      await expect(log.readMany([0])).rejects.toThrow(new RangeError('there is no revision 0'));
    });
  });

  describe('append', () => {
    it('keeps events in order, every field as it was', async () => {
      const first = eventAfter(undefined, {
        refs: ['wallet/a', 'wallet/b'],
        key: 'k',
        inputHash: 'ab',
        correlation: 'c',
      });
      const second = eventAfter(first, {
        kind: 'derived',
        cause: 0,
        header: { engine: '1', events: 3 },
        data: null,
      });
      await log.append(-1, [first]);
      await log.append(0, [second]);
      expect(await all()).toEqual([first, second]);
      expect(await log.head()).toEqual({ revision: 1, hash: second.hash, recordedAt: second.recordedAt });
    });

    it.each([1, 127, 128, 129, 1_000])('takes %d events at once', async (count) => {
      const events = chain(count);
      await log.append(-1, events);
      expect(await all()).toEqual(events);
    });

    it('takes thousands of events, at once or in as many appends as the engine needs', async () => {
      const events = chain(5_000);
      if (engine.limited === undefined) await log.append(-1, events);
      else {
        await expect(log.append(-1, events)).rejects.toThrow(AppendTooLarge);
        expect((await log.head()).revision).toBe(-1);
        await fill(log, events);
      }
      expect(await all()).toEqual(events);
    });

    it('does nothing when there are no events', async () => {
      await log.append(-1, []);
      await log.append(7, []);
      expect((await log.head()).revision).toBe(-1);
    });

    it('takes an event of five hundred postings and a large one', async () => {
      const accounts = Array.from({ length: 500 }, (_, at) => `fund:liability:units:user-${at}`);
      const wide = eventAfter(undefined, { accounts, minors: accounts.map((_, at) => BigInt(at - 250)) });
      const large = eventAfter(wide, { data: { text: 'x'.repeat(700_000) } });
      const next = chain(200, large);
      await fill(log, [wide, large, ...next]);
      expect(await all()).toEqual([wide, large, ...next]);
    });

    it('keeps amounts of 64 bits', async () => {
      const minors = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, 0n];
      const event = eventAfter(undefined, { accounts: minors.map((_, at) => `a:${at}`), minors });
      await log.append(-1, [event]);
      expect(await all()).toEqual([event]);
    });

    it('keeps texts of all scripts, and keys in their order', async () => {
      const data = { z: '余额宝', a: '🐜 \u0000\u2028"\\', m: { '10': 1, '9': [null, true, 1e-7, 'é'] } };
      const event = eventAfter(undefined, {
        data,
        subject: 'wallet/蚂蚁',
        actor: 'Ωμέγα',
        correlation: '\ud800',
      });
      await log.append(-1, [event]);
      const [stored] = await all();
      expect(stored).toEqual(event);
      expect(JSON.stringify(stored?.data)).toBe(JSON.stringify(data));
      expect(stored && hashHolds(stored, genesisHash)).toBe(true);
    });

    it('refuses when the log has gone on, and writes nothing', async () => {
      const events = chain(3);
      await log.append(-1, events);
      const refused = log.append(-1, chain(2, undefined, 'other'));
      await expect(refused).rejects.toThrow(WrongExpectedRevision);
      await expect(refused).rejects.toMatchObject({ expected: -1, actual: 2 });
      await expect(log.append(1, chain(5, events[1], 'other'))).rejects.toThrow(WrongExpectedRevision);
      expect(await all()).toEqual(events);
    });

    it('refuses when the log ends before', async () => {
      const events = chain(3);
      await expect(log.append(0, events.slice(1))).rejects.toMatchObject({ expected: 0, actual: -1 });
      expect(await all()).toEqual([]);
    });

    it('is all or nothing: the end of a batch refuses its beginning', async () => {
      const events = chain(300);
      const last = events[299];
      if (last === undefined) throw new Error('no event');
      const broken = [...events.slice(0, 299), { ...last, accounts: ['one too many', ...last.accounts] }];
      await expect(log.append(-1, broken)).rejects.toThrow(RangeError);
      await expect(log.append(-1, [...events.slice(0, 299), { ...last, cause: 299 }])).rejects.toThrow(
        RangeError,
      );
      expect(await all()).toEqual([]);
    });

    it('refuses revisions that do not follow', async () => {
      const [first, second, third] = chain(3);
      if (!first || !second || !third) throw new Error('no event');
      await expect(log.append(-1, [first, third])).rejects.toThrow(RangeError);
      await expect(log.append(-1, [second])).rejects.toThrow(RangeError);
      await expect(log.append(0.5, [first])).rejects.toThrow(RangeError);
      expect(await all()).toEqual([]);
    });

    it('refuses events that are chained to another history', async () => {
      const [mine] = chain(1);
      await log.append(-1, chain(1, undefined, 'other'));
      await expect(log.append(0, chain(1, mine))).rejects.toThrow(LogUnreadable);
      expect((await log.head()).revision).toBe(0);
    });

    it('answers a resend of what was written', async () => {
      const events = chain(700);
      await log.append(-1, events);
      await log.append(-1, events);
      const more = chain(5, events[699]);
      await log.append(699, more);
      await log.append(-1, events);
      await log.append(99, events.slice(100, 400));
      expect(await all()).toEqual([...events, ...more]);
    });

    it('does not take a part for the whole', async () => {
      const events = chain(4);
      await log.append(-1, events.slice(0, 2));
      await expect(log.append(-1, events)).rejects.toMatchObject({ expected: -1, actual: 1 });
      await expect(log.append(0, [...events.slice(1, 2), ...chain(1, events[1], 'other')])).rejects.toThrow(
        WrongExpectedRevision,
      );
      expect(await all()).toEqual(events.slice(0, 2));
    });

    it('refuses what is beyond the limit, and writes nothing', async () => {
      const limited = await another({ appendBytesMax: 10_000 });
      const refused = limited.append(-1, [eventAfter(undefined, { data: '余'.repeat(4_000) })]);
      await expect(refused).rejects.toThrow(AppendTooLarge);
      await expect(refused).rejects.toMatchObject({ bytesMax: 10_000 });
      expect((await limited.head()).revision).toBe(-1);
      await limited.append(-1, [eventAfter(undefined, { data: '余'.repeat(1_000) })]);
      expect((await limited.head()).revision).toBe(0);
    });

    it('gives each place to one of many writers', async () => {
      const writers = Array.from({ length: 20 }, (_, at) => chain(2, undefined, `writer-${at}`));
      const outcomes = await Promise.allSettled(writers.map((events) => log.append(-1, events)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const winner = writers[outcomes.findIndex(({ status }) => status === 'fulfilled')];
      expect(await all()).toEqual(winner);
    });
  });

  describe('read', () => {
    const events = chain(2_500);
    beforeEach(async () => {
      await fill(log, events.slice(0, 1_500));
      await log.append(1_499, events.slice(1_500, 1_501));
      await log.append(1_500, events.slice(1_501));
    });

    it.each([-3, 0, 1, 127, 128, 1_499, 1_500, 1_501, 2_499, 2_500, 9_999])(
      'forwards from %d on',
      async (from) => {
        expect(await gathered(log.read(from, 'forwards'))).toEqual(events.slice(Math.max(from, 0)));
      },
    );

    it.each([-1, 0, 1, 127, 128, 1_499, 1_500, 1_501, 2_499, 2_500, 9_999])(
      'backwards from %d on',
      async (from) => {
        expect(await gathered(log.read(from, 'backwards'))).toEqual(events.slice(0, from + 1).reverse());
      },
    );

    it.each([0, 1, 100, 1_999, 2_000, 5_000])('no more than a limit of %d', async (limit) => {
      expect(await gathered(log.read(500, 'forwards', limit))).toEqual(events.slice(500, 500 + limit));
      expect(await gathered(log.read(1_999, 'backwards', limit))).toEqual(
        events.slice(Math.max(0, 2_000 - limit), 2_000).reverse(),
      );
    });

    it('hands out bounded pages, none of them empty', async () => {
      const sizes: number[] = [];
      for await (const batch of log.read(0, 'forwards')) sizes.push(batch.length);
      expect(sizes.length).toBeGreaterThan(1);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    });

    it('goes on to what is appended while it reads', async () => {
      const more = chain(10, events[2_499]);
      const found: StoredEvent[] = [];
      for await (const batch of log.read(2_400, 'forwards')) {
        found.push(...batch);
        if ((await log.head()).revision === 2_499) await log.append(2_499, more);
      }
      expect(found).toEqual([...events.slice(2_400), ...more]);
    });

    it('some revisions, in the order asked', async () => {
      const asked = [2_499, 0, 1_500, 1_499, 128, 0, 127, 1_501];
      expect(revisionsOf(await log.readMany(asked))).toEqual(asked);
      expect(await log.readMany([1_500])).toEqual([events[1_500]]);
      expect(await log.readMany([])).toEqual([]);
    });

    it.each([-1, 2_500, 0.5, Number.NaN])('names a revision that is not there: %d', async (revision) => {
      await expect(log.readMany([3, revision, 4])).rejects.toThrow(
        new RangeError(`there is no revision ${revision}`),
      );
    });
  });

  describe('subscribe', () => {
    /** Takes events from a subscription until it has so many. */
    async function take(
      subscription: AsyncIterator<readonly StoredEvent[]>,
      count: number,
    ): Promise<readonly StoredEvent[]> {
      const events: StoredEvent[] = [];
      while (events.length < count) {
        const next = await subscription.next();
        if (next.done) break;
        events.push(...next.value);
      }
      return events;
    }

    it.each([0, 1, 300, 999, 1_000])(
      'gives past and then live from %d on, without gap or double',
      async (from) => {
        const events = chain(1_200);
        await log.append(-1, events.slice(0, 1_000));
        const stop = new AbortController();
        const subscription = log.subscribe(from, stop.signal)[Symbol.asyncIterator]();
        const past = await take(subscription, 1_000 - from);
        const live = take(subscription, 200);
        for (let at = 1_000; at < 1_200; at += 50) await log.append(at - 1, events.slice(at, at + 50));
        expect([...past, ...(await live)]).toEqual(events.slice(from));
        stop.abort();
        expect(await subscription.next()).toMatchObject({ done: true });
      },
    );

    it('waits on an empty log, and for a revision that is yet to come', async () => {
      const events = chain(5);
      const stop = new AbortController();
      const fromStart = log.subscribe(0, stop.signal)[Symbol.asyncIterator]();
      const fromLater = log.subscribe(3, stop.signal)[Symbol.asyncIterator]();
      const [first, later] = [take(fromStart, 2), take(fromLater, 2)];
      await log.append(-1, events.slice(0, 2));
      expect(await first).toEqual(events.slice(0, 2));
      await log.append(1, events.slice(2));
      expect(await later).toEqual(events.slice(3));
      stop.abort();
    });

    it('lets a slow reader read what it missed, page by page', async () => {
      const events = chain(4_000);
      await log.append(-1, events.slice(0, 1));
      const stop = new AbortController();
      const slow = log.subscribe(0, stop.signal)[Symbol.asyncIterator]();
      expect((await slow.next()).value).toEqual(events.slice(0, 1));
      for (let at = 1; at < 4_000; at += 1_333) await fill(log, events.slice(at, at + 1_333));
      const page = await slow.next();
      expect(page.value?.length).toBeLessThan(3_999);
      expect([...(page.value ?? []), ...(await take(slow, 3_999 - (page.value?.length ?? 0)))]).toEqual(
        events.slice(1),
      );
      stop.abort();
    });

    it('ends when it is told to, also while it waits, also before it began', async () => {
      const stop = new AbortController();
      const waiting = log.subscribe(0, stop.signal)[Symbol.asyncIterator]().next();
      stop.abort();
      expect(await waiting).toMatchObject({ done: true });
      await log.append(-1, chain(1));
      expect(await gathered(log.subscribe(0, stop.signal))).toEqual([]);
    });

    it('ends when the log is closed', async () => {
      const never = new AbortController().signal;
      const waiting = log.subscribe(0, never)[Symbol.asyncIterator]().next();
      await log.close();
      expect(await waiting).toMatchObject({ done: true });
      expect(await gathered(log.subscribe(0, never))).toEqual([]);
    });
  });

  describe('close', () => {
    it('may be called twice, and nothing is answered after it', async () => {
      const events = chain(2_000);
      await fill(log, events);
      const reading = log.read(0, 'forwards')[Symbol.asyncIterator]();
      await reading.next();
      await log.close();
      await log.close();
      await expect(reading.next()).rejects.toThrow(LogClosed);
      await expect(log.head()).rejects.toThrow(LogClosed);
      await expect(log.append(1_999, chain(1, events[1_999]))).rejects.toThrow(LogClosed);
      await expect(log.readMany([0])).rejects.toThrow(LogClosed);
      await expect(gathered(log.read(0, 'forwards'))).rejects.toThrow(LogClosed);
    });
  });

  // An engine that is not shared has no such promises to keep; its exemption says why.
  describe.runIf(engine.alone === undefined)('two logs of one book', () => {
    it('read what the other has written, also after a restart', async () => {
      const events = chain(500);
      const other = await another();
      await log.append(-1, events.slice(0, 300));
      await other.append(299, events.slice(300));
      expect(await all()).toEqual(events);
      await log.close();
      await other.close();
      log = await engine.open(folder);
      expect(await all()).toEqual(events);
      expect(await log.head()).toMatchObject({ revision: 499, hash: events[499]?.hash });
    });

    it('give each place to one of them', async () => {
      const other = await another();
      const mine = chain(3, undefined, 'mine');
      await log.append(-1, mine);
      await expect(other.append(-1, chain(3, undefined, 'theirs'))).rejects.toMatchObject({
        expected: -1,
        actual: 2,
      });
      await other.append(-1, mine);
      expect(await gathered(other.read(0, 'forwards'))).toEqual(mine);
    });

    it('take turns under contention: one chain, nothing lost', async () => {
      const other = await another();
      const write = async (to: EventLog, tag: string): Promise<void> => {
        for (let done = 0; done < 30; ) {
          const head = await to.head();
          try {
            await to.append(head.revision, chain(3, head, tag));
            done += 1;
          } catch (error) {
            if (!(error instanceof WrongExpectedRevision)) throw error;
          }
        }
      };
      await Promise.all([write(log, 'a'), write(other, 'b'), write(log, 'c')]);
      const events = await all();
      expect(events).toHaveLength(270);
      for (const tag of ['a', 'b', 'c']) expect(events.filter(({ actor }) => actor === tag)).toHaveLength(90);
      events.forEach((event, at) => {
        expect(hashHolds(event, events[at - 1]?.hash ?? genesisHash)).toBe(true);
      });
    });
  });
});

it('names a reason for each exemption', () => {
  for (const { alone, limited } of engines) {
    expect(alone).not.toBe('');
    expect(limited).not.toBe('');
  }
});
