/** A stream in EventStoreDB that somebody changes behind the servers' back: it is noticed, said with what to do, and nothing is booked. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { eventId, type StoredEvent } from '../../src/kernel/state/events.ts';
import { streamOf, toProposed } from '../../src/log/eventstoredb/codec.ts';
import { EventStoreLog, type EventStoreLogOptions } from '../../src/log/eventstoredb/eventstore-log.ts';
import { booksOf } from '../../src/log/open.ts';
import { LogNotKept, LogUnreadable } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { closeDay, topUp } from '../support/commands.ts';
import { chain, gathered } from './events.ts';

let server: TestServer;
const logs: EventStoreLog[] = [];
const stream = streamOf('main');
const list = 'formicary:books';

/** Attempts follow one another at once. */
const hasty: EventStoreLogOptions = { wait: () => Promise.resolve() };

async function open(book = 'main', options: EventStoreLogOptions = {}): Promise<EventStoreLog> {
  const log = await EventStoreLog.open(server.url, book, { ...hasty, ...options });
  logs.push(log);
  return log;
}

beforeEach(async () => {
  server = await TestServer.start();
});

afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  await server.stop();
});

/** As another writer, or a restore, would put them there: past the adapter. */
function put(events: readonly StoredEvent[]) {
  const last = server.log.lastOf(stream);
  const proposed = events.map((event) => toProposed(event, undefined));
  return server.write(stream, proposed, last < 0 ? 'no_stream' : BigInt(last));
}

/** What a reader gets before it fails, and how it fails. */
async function readThrough(
  batches: AsyncIterable<readonly StoredEvent[]>,
): Promise<{ found: readonly StoredEvent[]; error: unknown }> {
  const found: StoredEvent[] = [];
  try {
    for await (const events of batches) found.push(...events);
  } catch (error) {
    return { found, error };
  }
  return { found, error: undefined };
}

const notKept = (reason: RegExp, hint: RegExp): unknown =>
  expect.objectContaining({
    name: 'LogNotKept',
    message: expect.stringMatching(reason),
    refusal: expect.objectContaining({ hint: expect.stringMatching(hint) }),
  });

const events = chain(6);
const never = new AbortController().signal;

describe('an older backup that was put back', () => {
  let log: EventStoreLog;
  let older: ReturnType<TestServer['log']['backup']>;
  beforeEach(async () => {
    log = await open();
    await log.append(-1, events.slice(0, 2));
    older = server.log.backup();
    await log.append(1, events.slice(2, 4));
  });

  it('takes nothing more, and is named by what was lost', async () => {
    server.restore(older);
    const lost = notKept(/ends at revision 1, and was written up to 3/, /newest backup/);
    await expect(log.append(3, events.slice(4))).rejects.toEqual(lost);
    await expect(log.head()).rejects.toEqual(lost);
    expect(await readThrough(log.read(0, 'forwards'))).toEqual({ found: events.slice(0, 2), error: lost });
    await expect(gathered(log.subscribe(4, never))).rejects.toEqual(lost);
    expect(server.log.lastOf(stream)).toBe(1);
  });

  it('takes nothing more when others have written as much to it again', async () => {
    server.restore(older);
    const theirs = chain(2, events[1], 'theirs');
    await put(theirs);
    const replaced = notKept(
      new RegExp(
        `at revision 3 stands event ${eventId(theirs[1]?.hash ?? '')}, where ${eventId(events[3]?.hash ?? '')}`,
      ),
      /newest backup/,
    );
    await expect(log.append(3, events.slice(4))).rejects.toEqual(replaced);
    await expect(log.head()).rejects.toEqual(replaced);
    const { found, error } = await readThrough(log.read(0, 'forwards'));
    expect(found).toEqual([...events.slice(0, 2), ...theirs].slice(0, 3));
    expect(error).toEqual(replaced);
    expect(server.log.lastOf(stream)).toBe(3);
  });

  it('is taken again once the newest is back', async () => {
    const newest = server.log.backup();
    server.restore(older);
    await expect(log.append(3, events.slice(4))).rejects.toThrow(LogNotKept);
    await put(events.slice(2, 4));
    await log.append(3, events.slice(4));
    expect(await gathered(log.read(0, 'forwards'))).toEqual(events);
    expect(newest.get(stream)?.length).toBe(4);
  });

  it('is looked for once a connection, and not before each append', async () => {
    const { read } = server.counts.calls;
    await log.append(3, events.slice(4));
    expect(server.counts.calls.read).toBe(read);
    server.cut('connection');
    const more = chain(1, events[5]);
    await log.append(5, more);
    expect(server.counts.calls.read).toBeGreaterThanOrEqual(read + 2);
  });
});

describe('a stream that was deleted', () => {
  beforeEach(async () => {
    const log = await open();
    await log.append(-1, events.slice(0, 3));
  });

  const deleted = notKept(/was deleted in EventStoreDB/, /take \$tb out of the metadata/);

  it('is not begun a second time', async () => {
    await server.delete(stream);
    const log = await open();
    expect(await EventStoreLog.exists(server.url, 'main')).toBe(true);
    await expect(log.append(-1, chain(1, undefined, 'second'))).rejects.toEqual(deleted);
    expect(await readThrough(log.read(0, 'forwards'))).toEqual({ found: [], error: deleted });
    expect(server.log.lastOf(stream)).toBe(2);
  });

  it('stops who follows it, and gives all back when that is undone', async () => {
    const log = await open();
    const following = gathered(log.subscribe(3, never));
    await server.until(({ open: { subscribe, watchMetadata } }) => subscribe === 1 && watchMetadata === 1);
    await server.delete(stream);
    await expect(following).rejects.toEqual(deleted);
    await expect(log.append(2, events.slice(3, 4))).rejects.toEqual(deleted);
    await expect(log.head()).rejects.toEqual(deleted);
    // The server takes the first change for a new beginning, and hides what was there by a $tb of its own.
    await server.setMetadata(stream, {});
    await expect(log.append(2, events.slice(3, 4))).rejects.toEqual(notKept(/has \$tb 3/, /take \$tb out/));
    await server.setMetadata(stream, {});
    await log.append(2, events.slice(3, 4));
    expect(await gathered(log.read(0, 'forwards'))).toEqual(events.slice(0, 4));
  });

  it('and begun anew behind its end is no book', async () => {
    await server.delete(stream);
    await put(chain(1, undefined, 'second'));
    const log = await open();
    const { found, error } = await readThrough(log.read(0, 'forwards'));
    expect(found).toEqual([]);
    expect(error).toEqual(notKept(/has \$tb 3/, /take \$tb out/));
  });

  it('between the last look and an append is seen by where the append went', async () => {
    await server.delete(streamOf('other'));
    const other = await open('other');
    // The first append enters the book into the list.
    server.faults.nextAppend(
      {
        kind: 'before',
        run: async () => {
          await server.write(streamOf('other'), [
            toProposed(chain(1, undefined, 'x')[0] ?? gone(), undefined),
          ]);
          await server.delete(streamOf('other'));
        },
      },
      { after: 1 },
    );
    await expect(other.append(-1, events.slice(0, 1))).rejects.toEqual(
      notKept(/has put at revision 1 what was to stand at 0/, /from a backup/),
    );
  });

  it('for good has a reason of its own', async () => {
    const log = await open();
    const following = gathered(log.subscribe(3, never));
    await server.until(({ open: { subscribe } }) => subscribe === 1);
    await server.tombstone(stream);
    const ended = notKept(/deleted for good, by a tombstone/, /No server can undo/);
    await expect(following).rejects.toEqual(ended);
    await expect(log.append(2, events.slice(3, 4))).rejects.toEqual(ended);
    await expect(log.head()).rejects.toEqual(ended);
    const again = await open();
    await expect(again.append(-1, events.slice(0, 1))).rejects.toEqual(ended);
    expect(await readThrough(again.read(0, 'forwards'))).toEqual({ found: [], error: ended });
    expect(await EventStoreLog.exists(server.url, 'main')).toBe(true);
  });
});

const gone = (): never => {
  throw new Error('there is no such event');
};

describe('metadata by which events are taken away', () => {
  it.each([
    [{ $maxCount: 10 }, /has \$maxCount 10/],
    [{ $maxAge: 86_400, $acl: { $r: '$all' } }, /has \$maxAge 86400/],
    [{ $tb: 2, $maxCount: 1 }, /has \$tb 2, \$maxCount 1/],
  ])('%o stop who follows, and whoever opens it', async (metadata, reason) => {
    const log = await open();
    await log.append(-1, events.slice(0, 3));
    const following = gathered(log.subscribe(3, never));
    await server.until(({ open: { subscribe, watchMetadata } }) => subscribe === 1 && watchMetadata === 1);
    await server.setMetadata(stream, metadata);
    const limited = notKept(reason, /out of the metadata of formicary-main/);
    await expect(following).rejects.toEqual(limited);
    await expect(log.append(2, events.slice(3, 4))).rejects.toEqual(limited);

    const again = await open();
    await expect(again.append(2, events.slice(3, 4))).rejects.toEqual(limited);
    const { found, error } = await readThrough(again.read(0, 'forwards'));
    // What the server still shows from its beginning on is handed out.
    expect(found).toEqual('$tb' in metadata ? [] : events.slice(0, 3));
    expect(error).toEqual(limited);

    await server.setMetadata(stream, { $maxCount: 0 });
    await again.append(2, events.slice(3, 4));
    expect(await gathered(log.read(0, 'forwards'))).toEqual(events.slice(0, 4));
  });

  it('before a book is begun keep it from being begun', async () => {
    await server.setMetadata(stream, { $maxCount: 10 });
    const log = await open();
    await expect(log.append(-1, events)).rejects.toThrow('has $maxCount 10');
    expect(server.log.lastOf(stream)).toBe(-1);
  });

  it('may be gone when the events are, too', async () => {
    const log = await open();
    await log.append(-1, events);
    await server.setMetadata(stream, { $maxCount: 2 });
    server.log.scavenge();
    await server.setMetadata(stream, {});
    const scavenged = notKept(/first events are gone: they were scavenged/, /from before the scavenge/);
    const again = await open();
    expect(await readThrough(again.read(0, 'forwards'))).toEqual({ found: [], error: scavenged });
    server.cut('connection');
    await expect(log.append(5, chain(1, events[5]))).rejects.toEqual(scavenged);
  });

  it('need not be looked at to the end by who is told to stop', async () => {
    const log = await open();
    await log.append(-1, events);
    for (const method of ['watchMetadata', 'readMetadata'] as const) {
      server.faults.hang(method);
      const stop = new AbortController();
      const following = gathered(log.subscribe(6, stop.signal));
      await server.until(({ open: calls }) => calls[method] === 1);
      stop.abort();
      expect(await following).toEqual([]);
      server.faults.resume();
      server.cut('unavailable');
    }
  });

  it('that grant rights, or change otherwise, stop nobody', async () => {
    const log = await open();
    await log.append(-1, events.slice(0, 3));
    const stop = new AbortController();
    const following = gathered(log.subscribe(0, stop.signal));
    await server.until(({ open: { subscribe } }) => subscribe === 1);
    await server.setMetadata(stream, { $acl: { $r: 'ops' }, owner: 'finance' });
    await server.until(({ calls }) => calls.subscribe === 2);
    await log.append(2, events.slice(3));
    await server.until(({ eventsSent }) => eventsSent >= 6);
    stop.abort();
    expect((await following).length).toBeGreaterThanOrEqual(3);
  });
});

describe('an event that somebody appends again', () => {
  const many = chain(512);

  it('does not follow the page before it', async () => {
    await put(many);
    await put(many.slice(1, 2));
    const log = await open();
    const { found, error } = await readThrough(log.read(0, 'forwards'));
    expect(found).toEqual(many);
    expect(error).toEqual(
      expect.objectContaining({ revision: 512, message: expect.stringContaining('does not follow') }),
    );
    await expect(log.readMany([512])).rejects.toThrow(LogUnreadable);
  });

  it('does not follow what was read before', async () => {
    await put(many.slice(0, 3));
    const log = await open();
    await put(many.slice(1, 2));
    await expect(gathered(log.read(3, 'forwards'))).rejects.toThrow('does not follow');
    await expect(gathered(log.subscribe(3, never))).rejects.toThrow('does not follow');
  });
});

describe('the list of books', () => {
  it.each(['delete', 'tombstone'] as const)('is not short by what a %s took from it', async (how) => {
    await (await open()).append(-1, events);
    expect(await booksOf(server.url)).toEqual(['main']);
    await server[how](list);
    await expect(booksOf(server.url)).rejects.toThrow(LogNotKept);
  });

  it('is not short by what was scavenged', async () => {
    for (const book of ['main', 'other']) await (await open(book)).append(-1, events);
    await server.setMetadata(list, { $maxCount: 1 });
    await expect(booksOf(server.url)).rejects.toThrow('has $maxCount 1');
    server.log.scavenge();
    await server.setMetadata(list, {});
    await expect(booksOf(server.url)).rejects.toThrow('entries of formicary:books were taken away');
  });
});

describe('a book', () => {
  const settings = { id: 'main', house, now: () => 1_000, engine: 'engine' };
  const sender = { actor: 'a' };

  it('does not answer a repeat from memory when the log has lost the first', async () => {
    const book = await Book.open({ ...settings, log: await open() });
    await book.execute(topUp('2016-03-01', 'user-1', '1.00'), sender);
    const older = server.log.backup();
    const keyed = { ...topUp('2016-03-01', 'user-2', '2.00'), key: 'k-1' };
    expect((await book.execute(keyed, sender)).kind).toBe('accepted');
    expect((await book.execute(keyed, sender)).kind).toBe('repeated');
    server.restore(older);
    const answer = await book.execute(keyed, sender);
    expect(answer).toMatchObject({
      kind: 'refused',
      refusal: {
        code: 'UNAVAILABLE',
        detail: expect.stringContaining('an older state of the store was put back'),
      },
    });
    expect(book.stopped?.hint).toMatch(/newest backup/);
    expect(await book.execute(topUp('2016-03-01', 'user-3', '3.00'), sender)).toMatchObject({
      refusal: { detail: expect.stringContaining('an older state of the store was put back') },
    });
  });

  it('that is followed takes no commands from when its stream is deleted until that is undone', async () => {
    const book = await Book.open({ ...settings, log: await open() });
    await book.execute(topUp('2016-03-01', 'user-1', '1.00'), sender);
    const following = book.follow(never);
    await server.until(({ open: { subscribe, watchMetadata } }) => subscribe === 1 && watchMetadata === 1);
    await server.delete(stream);
    await expect(following).rejects.toThrow(LogNotKept);
    expect(book.stopped?.hint).toContain('$tb');
    expect((await book.execute(topUp('2016-03-01', 'user-1', '1.00'), sender)).kind).toBe('refused');
    await server.setMetadata(stream, {});
    await server.setMetadata(stream, {});
    // Whoever follows it again finds it whole.
    const stop = new AbortController();
    const again = book.follow(stop.signal);
    await server.until(({ open: { subscribe } }) => subscribe === 1);
    expect(book.stopped).toBeUndefined();
    expect((await book.execute(topUp('2016-03-01', 'user-1', '1.00'), sender)).kind).toBe('accepted');
    stop.abort();
    await again;
  });

  it('does not begin a close of which an event is beyond what the server takes', async () => {
    const book = await Book.open({ ...settings, log: await open() });
    await book.execute(topUp('2016-03-01', 'user-1', '1.00'), sender);
    const { revision } = book.head;
    server.settings.maxAppendSizeBytes = 150;
    const small: EventStoreLogOptions = { appendBytesMax: 200 };
    const narrow = await Book.open({ ...settings, log: await open('main', small) });
    expect(await narrow.execute(closeDay('2016-03-01'), sender)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'TOO_MANY', detail: expect.stringContaining('was not begun') },
    });
    expect((await book.log.head()).revision).toBe(revision);
    expect(narrow.state.marks.settling).toBeUndefined();
    server.settings.maxAppendSizeBytes = 1_048_576;
    expect((await book.execute(closeDay('2016-03-01'), sender)).kind).toBe('accepted');
  });

  it('leaves the others of its store alone when it is broken', async () => {
    const main = await Book.open({ ...settings, log: await open() });
    const other = await open('other');
    await other.append(-1, events);
    await server.tombstone(streamOf('other'));
    await expect(other.head()).rejects.toThrow(LogNotKept);
    expect((await main.execute(topUp('2016-03-01', 'user-1', '1.00'), sender)).kind).toBe('accepted');
    expect(await booksOf(server.url)).toEqual(['main', 'other']);
    await expect(open('other')).resolves.toBeInstanceOf(EventStoreLog);
  });
});
