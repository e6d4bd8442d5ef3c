/**
 * The adapter to EventStoreDB where things go wrong: through the real client, against a server of our own that speaks the protocol and
 * fails on demand.
 */
import { EventStoreDBClient, jsonEvent, type RecordedEvent as Recorded } from '@eventstore/db-client';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { eventId, genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { fromRecorded, streamOf, toProposed } from '../../src/log/eventstoredb/codec.ts';
import { acquire, release } from '../../src/log/eventstoredb/connection.ts';
import { EventStoreLog, type EventStoreLogOptions } from '../../src/log/eventstoredb/eventstore-log.ts';
import { booksOf } from '../../src/log/open.ts';
import {
  AppendTooLarge,
  LogClosed,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { closeDay, topUp } from '../support/commands.ts';
import { chain, eventAfter, gathered } from './events.ts';

let server: TestServer;
let log: EventStoreLog;
const stream = streamOf('main');

/** Attempts follow one another at once: what is tested is what comes of them. */
const hasty: EventStoreLogOptions = { wait: () => Promise.resolve() };
const open = (options: EventStoreLogOptions = {}): Promise<EventStoreLog> =>
  EventStoreLog.open(server.url, 'main', { ...hasty, ...options });

beforeEach(async () => {
  server = await TestServer.start();
  log = await open();
});

afterEach(async () => {
  await log.close();
  await server.stop();
});

const all = (): Promise<readonly StoredEvent[]> => gathered(log.read(0, 'forwards'));

describe('what stands in a stream', () => {
  it('is an event each, with names that the server’s own projections know', async () => {
    const cause = eventAfter(undefined, { correlation: 'request-7', key: 'k', inputHash: 'ab' });
    const derived = eventAfter(cause, { kind: 'derived', cause: 0, correlation: 'request-7' });
    const later = eventAfter(derived, { kind: 'derived', cause: 0 });
    await log.append(-1, [cause, derived]);
    await log.append(1, [later]);
    const client = EventStoreDBClient.connectionString(server.url);
    const stored: (Recorded | undefined)[] = [];
    for await (const { event } of client.readStream(stream)) stored.push(event);
    await client.dispose();
    expect(stored.map((event) => event?.id)).toEqual(
      [cause, derived, later].map(({ hash }) => eventId(hash)),
    );
    expect(stored[0]).toMatchObject({
      type: 'WalletToppedUp',
      isJson: true,
      data: {
        on: '2016-03-01',
        subject: 'wallet/user-0',
        data: { amount: '0.00 CNY' },
        entry: [
          ['platform:asset:deposit', 0],
          ['platform:liability:wallet:user-0', 0],
        ],
      },
      metadata: { $correlationId: 'request-7', kind: 'fact', key: 'k', inputHash: 'ab', hash: cause.hash },
    });
    expect(stored[0]?.metadata).not.toHaveProperty('$causationId');
    expect(stored[1]?.metadata).toMatchObject({
      $correlationId: 'request-7',
      $causationId: eventId(cause.hash),
      cause: 0,
    });
    // The cause stands in an earlier append.
    expect(stored[2]?.metadata).toMatchObject({ $causationId: eventId(cause.hash) });
    expect(stored[2]?.metadata).not.toHaveProperty('$correlationId');
  });

  it('names the cause, too, where somebody else goes on with a run', async () => {
    const cause = eventAfter();
    await log.append(-1, [cause]);
    const other = await open();
    await other.append(0, [eventAfter(cause, { kind: 'derived', cause: 0 })]);
    await other.close();
    const client = EventStoreDBClient.connectionString(server.url);
    for await (const { event } of client.readStream(stream, { fromRevision: 1n }))
      expect(event?.metadata).toMatchObject({ $causationId: eventId(cause.hash) });
    await client.dispose();
  });

  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.record({
          subject: fc.string({ unit: 'binary' }),
          actor: fc.string({ unit: 'binary' }),
          refs: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
          key: fc.option(fc.string({ unit: 'binary' })),
          correlation: fc.option(fc.string({ unit: 'binary' })),
          cause: fc.option(fc.nat()),
          header: fc.option(fc.record({ engine: fc.string(), events: fc.nat() }, { noNullPrototype: true })),
          // Numbers as JSON has them: it knows no minus zero.
          data: fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value))),
          minors: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 }),
        }),
        (parts) => {
          const event = eventAfter(undefined, { ...parts, accounts: parts.minors.map((_, at) => `a:${at}`) });
          const { id, type, data, metadata } = toProposed(event, undefined);
          const back = fromRecorded({
            streamId: stream,
            id,
            type,
            isJson: true,
            revision: 0n,
            created: new Date(0),
            data: JSON.parse(JSON.stringify(data)),
            metadata: JSON.parse(JSON.stringify(metadata)),
          });
          expect(back).toEqual(event);
          expect(hashHolds(back, genesisHash)).toBe(true);
        },
      ),
    );
  });

  it.each<[string, object, string]>([
    ['no format', { metadata: { hash: genesisHash } }, 'its format is undefined'],
    ['another hash', { metadata: { hash: 'f'.repeat(64) } }, 'its id is not the one that its hash gives'],
    ['no posting', { data: { entry: [['a', 1.5]] } }, 'not an amount'],
    ['no date', { data: { on: '2016-02-30' } }, 'on is no date'],
    ['no data', { data: { data: undefined } }, 'data is missing'],
    ['another kind', { metadata: { kind: 'guess' } }, 'not a kind of event'],
  ])('is not read where it is not ours: %s', async (what, change, reason) => {
    const event = eventAfter();
    const { id, type, data, metadata } = toProposed(event, undefined);
    const changed = { data: { ...data }, metadata: { ...metadata } };
    if ('data' in change) Object.assign(changed.data, change.data);
    if ('metadata' in change) Object.assign(changed.metadata, change.metadata);
    if (what === 'no format') Reflect.deleteProperty(changed.metadata, 'format');
    await log.append(-1, [event]);
    await server.write(
      stream,
      [{ id, type, ...changed }].map((each) => ({ ...each, id: eventId('0'.repeat(64)) })),
    );
    const found: StoredEvent[] = [];
    const reading = async (): Promise<void> => {
      for await (const events of log.read(0, 'forwards')) found.push(...events);
    };
    const expected = what === 'another hash' || reason.startsWith('its format') ? reason : /./;
    await expect(reading()).rejects.toThrow(LogUnreadable);
    await expect(reading()).rejects.toThrow(expected);
    // What comes before it has been handed out.
    expect(found.slice(0, 1)).toEqual([event]);
  });
});

describe('an append whose answer is lost', () => {
  /** The first append to a book enters it into the store's list before. */
  const afterListing = { after: 1 };
  const [first, second] = [chain(3), chain(2, chain(3)[2])];

  it.each(['silence', 'cut'] as const)(
    'after it was written (%s): found by the event that it ends in',
    async (by) => {
      const patient = await open({ patience: { appendMsMax: 200 } });
      server.faults.nextAppend({ kind: 'lose-answer', by }, afterListing);
      await patient.append(-1, first);
      await patient.append(2, second);
      expect(await all()).toEqual([...first, ...second]);
      expect(server.counts.appendsTaken).toBe(3);
      await patient.close();
    },
  );

  it('before it was written: sent again as it was', async () => {
    server.faults.nextAppend({ kind: 'lose-append' });
    server.faults.nextAppend({ kind: 'lose-append' }, { after: 2 });
    server.faults.nextAppend({ kind: 'lose-append' }, { after: 3 });
    await log.append(-1, first);
    await log.append(2, second);
    expect(await all()).toEqual([...first, ...second]);
  });

  it('and somebody else’s stands in its place: a conflict', async () => {
    const theirs = chain(4, undefined, 'theirs');
    server.faults.nextAppend({ kind: 'lose-append' }, { after: 1 });
    server.faults.nextAppend(
      {
        kind: 'before',
        run: async () => {
          await server.write(
            stream,
            theirs.map((event) => toProposed(event, undefined)),
          );
        },
      },
      { after: 2 },
    );
    const lost = log.append(-1, first);
    await expect(lost).rejects.toThrow(WrongExpectedRevision);
    await expect(lost).rejects.toMatchObject({ expected: -1, actual: 3 });
    expect(await all()).toEqual(theirs);
  });

  it('and the same events, sent again, meet themselves: written once', async () => {
    const patient = await open({ patience: { appendMsMax: 200 } });
    await log.append(-1, first);
    server.faults.nextAppend({ kind: 'lose-answer', by: { lateByAppends: 1 } });
    await patient.append(2, second);
    await log.append(-1, first);
    expect(await all()).toEqual([...first, ...second]);
    await patient.close();
  });

  it('and nothing can be read for good: it is not known', async () => {
    const hopeless = await open({ patience: { appendMsMax: 100, readMsMax: 100, attemptsMax: 2 } });
    server.faults.nextAppend({ kind: 'lose-answer', by: 'silence' }, afterListing);
    server.faults.hang('read');
    await expect(hopeless.append(-1, first)).rejects.toThrow(OutcomeUnknown);
    server.faults.resume();
    await hopeless.append(-1, first);
    expect(await all()).toEqual(first);
    await hopeless.close();
  });

  it('and the log is closed meanwhile: it is not known', async () => {
    const closing = await EventStoreLog.open(server.url, 'main', {
      wait: () => closing.close(),
      patience: { appendMsMax: 100 },
    });
    server.faults.nextAppend({ kind: 'lose-answer', by: 'silence' }, afterListing);
    await expect(closing.append(-1, first)).rejects.toThrow(OutcomeUnknown);
    await expect(closing.append(2, second)).rejects.toThrow(LogClosed);
  });

  it('nobody is there at all: nothing was written', async () => {
    await server.stop();
    const append = log.append(-1, first);
    await expect(append).rejects.toThrow(/listed|written/);
    await expect(append).rejects.toThrow(LogUnavailable);
    await expect(log.head()).rejects.toThrow(LogUnavailable);
    await expect(EventStoreLog.open(server.url, 'main', hasty)).rejects.toThrow(LogUnavailable);
  });
});

describe('a server that comes and goes', () => {
  it('is found again by reads, in the middle of one', async () => {
    const events = chain(1_400);
    for (let at = 0; at < 1_400; at += 700) await log.append(at - 1, events.slice(at, at + 700));
    server.faults.cutNext('read', { afterEvents: 100, by: 'connection' });
    server.faults.cutNext('read', { afterEvents: 0, by: 'unavailable' });
    expect(await all()).toEqual(events);
  });

  it('is found again by subscriptions, which go on where they were', async () => {
    const events = chain(600);
    await log.append(-1, events.slice(0, 300));
    const stop = new AbortController();
    server.faults.cutNext('subscribe', { afterEvents: 120, by: 'unavailable' });
    server.faults.cutNext('subscribe', { afterEvents: 10, by: 'connection' });
    const found: StoredEvent[] = [];
    const reading = (async () => {
      for await (const batch of log.subscribe(5, stop.signal)) {
        found.push(...batch);
        if (found.length === 595) stop.abort();
      }
    })();
    await server.until(({ calls, open: { subscribe } }) => calls.subscribe === 3 && subscribe === 1);
    await log.append(299, events.slice(300));
    await reading;
    expect(found).toEqual(events.slice(5));
    await server.until(({ open: { subscribe } }) => subscribe === 0);
  });

  it('drops who is slow, also amid one large append: the subscription goes on by itself', async () => {
    const strict = await TestServer.start({ slowSubscribers: 'drop' });
    const writer = await EventStoreLog.open(strict.url, 'main', hasty);
    const events = chain(2_000);
    const stop = new AbortController();
    const found: StoredEvent[] = [];
    const reading = (async () => {
      for await (const batch of writer.subscribe(0, stop.signal)) {
        found.push(...batch);
        if (found.length === events.length) stop.abort();
      }
    })();
    await strict.until(({ open: { subscribe } }) => subscribe === 1);
    for (let at = 0; at < 2_000; at += 500) await writer.append(at - 1, events.slice(at, at + 500));
    await reading;
    expect(found).toEqual(events);
    expect(strict.counts.calls.subscribe).toBeGreaterThan(1);
    await writer.close();
    await strict.stop();
  });

  it('makes a subscription give up in the end', async () => {
    const impatient = await open({ patience: { attemptsMax: 3 } });
    const never = new AbortController().signal;
    const following = gathered(impatient.subscribe(0, never));
    await server.until(({ open: { subscribe } }) => subscribe === 1);
    await server.stop();
    await expect(following).rejects.toThrow(LogUnavailable);
    await impatient.close();
  });

  it('has another leader: the client turns to it, and nothing is lost or doubled', async () => {
    const leader = await TestServer.start({ log: server.log });
    const events = chain(6);
    await log.append(-1, events.slice(0, 2));
    server.follow(leader.endpoint);
    await log.append(1, events.slice(2, 4));
    server.lead();
    leader.follow(server.endpoint);
    await log.append(3, events.slice(4));
    expect(await all()).toEqual(events);
    await leader.stop();
  });

  it('holds a slow reader’s events back until he asks', async () => {
    const events = chain(3_000);
    await log.append(-1, events.slice(0, 1_000));
    await log.append(999, events.slice(1_000, 2_000));
    await log.append(1_999, events.slice(2_000));
    const stop = new AbortController();
    const slow = log.subscribe(0, stop.signal)[Symbol.asyncIterator]();
    const first = await slow.next();
    expect(first.value?.length).toBeLessThanOrEqual(512);
    const found = [...(first.value ?? [])];
    while (found.length < 3_000) found.push(...((await slow.next()).value ?? []));
    expect(found).toEqual(events);
    stop.abort();
  });

  it('answers over a slow link, too', async () => {
    server.faults.slow(() => new Promise((resolve) => setImmediate(resolve)));
    const events = chain(40);
    await log.append(-1, events);
    expect(await all()).toEqual(events);
    server.faults.slow(undefined);
  });
});

describe('limits', () => {
  it('the server’s own, smaller than ours, is said as such', async () => {
    server.settings.maxAppendSizeBytes = 5_000;
    const append = log.append(-1, chain(100));
    await expect(append).rejects.toThrow(AppendTooLarge);
    await expect(append).rejects.toMatchObject({ bytesMax: 5_000 });
    expect((await log.head()).revision).toBe(-1);
  });

  it('a book makes its appends smaller when it meets one, between commands', async () => {
    // The first event of a book names all parameters, and stands alone: it has to fit.
    server.settings.maxAppendSizeBytes = 12_000;
    const book = await Book.open({ id: 'main', house, log, now: () => 1_000, engine: 'engine' });
    const commands = Array.from({ length: 40 }, (_, at) => topUp('2016-03-01', `user-${at}`, '1.00'));
    const answers = await book.executeAll(
      commands.map((command, at) => ({ command, sender: { actor: 'a', correlation: `${at}` } })),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(commands.map(() => 'accepted'));
    expect(book.counts.batches).toBeGreaterThan(1);
    const closed = await book.execute(closeDay('2016-03-01'), { actor: 'a' });
    expect(closed.kind).toBe('accepted');
    const again = await Book.open({
      id: 'main',
      house,
      log: await open(),
      now: () => 1_000,
      engine: 'engine',
    });
    expect(again.head).toEqual(book.head);
    await again.close();
  });
});

describe('a connection', () => {
  it.each([
    ['esdb://127.0.0.1:2113', 'it names no user'],
    ['esdb://127.0.0.1:port?tls=false', 'port number'],
    ['esdb://user:secret@127.0.0.1:2113?tls=perhaps', 'true or false'],
  ])('to %s is refused: %s', async (url, reason) => {
    const opening = EventStoreLog.open(url, 'main', hasty);
    await expect(opening).rejects.toThrow(RangeError);
    await expect(opening).rejects.toThrow(reason);
    await expect(opening).rejects.not.toThrow('secret');
  });

  it('is shared by the books of a store, and ends with the last of them', async () => {
    const [one, two] = [acquire(server.url), acquire(server.url)];
    expect(one).toBe(two);
    await release(server.url);
    await release(server.url);
    const other = await EventStoreLog.open(server.url, 'other', hasty);
    await other.append(-1, chain(1));
    await log.close();
    expect((await other.head()).revision).toBe(0);
    await other.close();
  });

  it('finds the leader of a cluster by its gossip', async () => {
    const found = await EventStoreLog.open(server.url.replace('esdb://', 'esdb+discover://'), 'main', hasty);
    await found.append(-1, chain(2));
    expect(await all()).toEqual(chain(2));
    await found.close();
  });

  it('lists the books of a store', async () => {
    expect(await booksOf(server.url)).toEqual([]);
    for (const book of ['south', 'main', 'north']) {
      const each = await EventStoreLog.open(server.url, book, hasty);
      await each.append(-1, chain(1));
      await each.append(0, chain(1, chain(1)[0]));
      await each.close();
    }
    await server.write('formicary:books', [jsonEvent({ type: 'BookListed', data: { book: 'main' } })]);
    expect(await booksOf(server.url)).toEqual(['main', 'north', 'south']);
    expect(await EventStoreLog.exists(server.url, 'north')).toBe(true);
    expect(await EventStoreLog.exists(server.url, 'west')).toBe(false);
  });
});
