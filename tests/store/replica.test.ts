/** Several books on one log, as servers beside each other have them: each follows what the others append. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Book, type BookSettings } from '../../src/book/book.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { EventStoreLog } from '../../src/log/eventstoredb/eventstore-log.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { type EventLog, emptyHead, LogUnavailable, WrongExpectedRevision } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { WrappedLog } from '../crash/logs.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { closeDay, topUp, transfer } from '../support/commands.ts';

const day = '2016-03-01';
const sender = { actor: 'one', correlation: 'one' };

const open = (log: EventLog, given: Partial<BookSettings> = {}): Promise<Book> =>
  Book.open({
    id: 'main',
    house,
    log,
    now: () => 1_000,
    engine: 'engine',
    wait: () => Promise.resolve(),
    ...given,
  });

/** Resolves when a book has come so far. */
const reached = (book: Book, revision: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (book.head.revision < revision) return;
      stop();
      resolve();
    };
    const stop = book.onProgress(look);
    look();
  });

let server: TestServer;
let count = 0;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const engines = [
  { name: 'memory', share: (): (() => Promise<EventLog>) => shared(new MemoryLog()) },
  {
    name: 'eventstoredb',
    share: (): (() => Promise<EventLog>) => {
      const book = `replica-${count++}`;
      return () => EventStoreLog.open(server.url, book, { wait: () => Promise.resolve() });
    },
  },
];

/** One log in memory for all. */
function shared(log: EventLog): () => Promise<EventLog> {
  return () => Promise.resolve(log);
}

describe.each(engines)('books on one log in $name', ({ share }) => {
  let one: Book;
  let two: Book;
  let stop: AbortController;

  beforeEach(async () => {
    const log = share();
    [one, two] = [await open(await log()), await open(await log())];
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await one.close();
    await two.close();
  });

  it('follow each other: what one appends is in the other’s state, without being asked for', async () => {
    const following = [one.follow(stop.signal), two.follow(stop.signal)];
    for (let n = 0; n < 20; n++) {
      const [by, other] = n % 2 === 0 ? [one, two] : [two, one];
      const answer = await by.execute(topUp(day, `user-${n}`, '1.00'), { actor: 'a', correlation: `${n}` });
      if (answer.kind !== 'accepted') throw new Error(answer.kind);
      await reached(other, answer.last);
    }
    expect(digest(house, one.state)).toBe(digest(house, two.state));
    expect(one.head).toEqual(two.head);
    expect(one.counts).toMatchObject({ commands: 10, conflicts: 0, unknownOutcomes: 0 });
    // The opening of the book, and what the other has appended; what it has appended itself is not folded again.
    expect(one.counts.followed).toBe(10);
    expect(two.counts.followed).toBe(one.head.revision + 1 - two.counts.events);
    stop.abort();
    await Promise.all(following);
  });

  it('go on from a gap: a subscription that comes late finds what was read meanwhile', async () => {
    const following = two.follow(stop.signal);
    await one.execute(topUp(day, 'user-1', '1.00'), sender);
    await two.refresh();
    await one.execute(topUp(day, 'user-2', '1.00'), sender);
    await reached(two, one.head.revision);
    expect(digest(house, two.state)).toBe(digest(house, one.state));
    stop.abort();
    await following;
  });

  it('refuse nothing on what is no longer so: the log is asked before a refusal is answered', async () => {
    await one.execute(topUp(day, 'user-1', '1.00'), sender);
    const answer = await two.execute(transfer(day, 'user-1', 'user-2', '1.00'), sender);
    expect(answer.kind).toBe('accepted');
    const late = await one.execute(transfer(day, 'user-1', 'user-3', '1.00'), sender);
    expect(late).toMatchObject({ kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS' } });
  });

  it('decide again where the other was faster, and say how often', async () => {
    await one.execute(topUp(day, 'user-1', '1.00'), sender);
    const answer = await two.execute(topUp(day, 'user-2', '1.00'), sender);
    expect(answer.kind).toBe('accepted');
    expect(two.counts).toMatchObject({ conflicts: 1, batches: 1, commands: 1 });
  });
});

describe('a close that another writer is about to write', () => {
  /** A log on which a close stops after its first append, until it is let go on. */
  function halting(inner: EventLog): { readonly log: EventLog; readonly begun: Promise<void>; goOn(): void } {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const log = new WrappedLog(inner, {
      append: async (_expected, events, write) => {
        if (events[0]?.cause !== null && events[0]?.type !== 'BookOpened') {
          begun.resolve();
          await gate.promise;
        }
        await write();
      },
    });
    return { log, begun: begun.promise, goOn: () => gate.resolve() };
  }

  /** An event an append. */
  const small = { appendBytesMax: 700 };

  /** A writer that has begun a close and halts, and another that has seen the beginning. */
  async function amid(wait: () => Promise<void>) {
    const inner = new MemoryLog();
    const { log, begun, goOn } = halting(inner);
    const writer = await open(log, small);
    for (let n = 0; n < 30; n++) await writer.execute(topUp(day, `user-${n}`, '1.00'), sender);
    const other = await open(inner, { ...small, wait });
    const closing = writer.execute(closeDay(day), sender);
    await begun;
    await other.refresh();
    expect(other.state.marks.settling).toBeDefined();
    return { writer, other, closing, goOn };
  }

  it('is left to it: a command waits until it is done', async () => {
    let looks = 0;
    let third: () => Promise<unknown> = async () => undefined;
    const { other, closing, goOn } = await amid(async () => {
      if (++looks === 3) await third();
    });
    third = () => {
      goOn();
      return closing;
    };
    const answer = await other.execute(topUp('2016-03-02', 'user-1', '1.00'), sender);
    expect(answer.kind).toBe('accepted');
    expect((await closing).kind).toBe('accepted');
    expect(looks).toBe(3);
    // It has written nothing of the close itself.
    expect(other.counts.events).toBe(1);
  });

  it('is finished for it when nothing more comes: both writers come to the same', async () => {
    const { writer, other, closing, goOn } = await amid(() => Promise.resolve());
    const answer = await other.execute(topUp('2016-03-02', 'user-1', '1.00'), sender);
    expect(answer.kind).toBe('accepted');
    goOn();
    // Its own appends meet the same events there, and count as written.
    expect((await closing).kind).toBe('accepted');
    await writer.refresh();
    expect(writer.head).toEqual(other.head);
    expect(digest(house, writer.state)).toBe(digest(house, other.state));
  });
});

describe('a book whose log is not to be had', () => {
  it('says so, and is no less', async () => {
    const inner = new MemoryLog();
    const log: EventLog = new WrappedLog(inner);
    log.subscribe = async function* () {
      yield* [];
      throw new LogUnavailable('the log can’t be followed', new Error('gone'));
    };
    const book = await open(log);
    await expect(book.follow(new AbortController().signal)).rejects.toThrow(LogUnavailable);
    expect((await book.execute(topUp(day, 'user-1', '1.00'), sender)).kind).toBe('accepted');
  });

  it('names it when the log has lost its end, and takes no commands', async () => {
    const inner = new MemoryLog();
    let lost = false;
    const log = new WrappedLog(inner, {
      append: async (expected, _events, write) => {
        if (lost) throw new WrongExpectedRevision(expected, 0);
        await write();
      },
    });
    const book = await open(log);
    for (let n = 0; n < 3; n++) await book.execute(topUp(day, `user-${n}`, '1.00'), sender);
    lost = true;
    const answer = await book.execute(topUp(day, 'user-9', '1.00'), sender);
    expect(answer).toMatchObject({
      kind: 'refused',
      refusal: { code: 'UNAVAILABLE', detail: 'the log ends at revision 0, and 3 has been read of it' },
    });
    expect(book.stopped).toBeDefined();
    expect(book.counts.conflicts).toBe(0);
  });

  it('answers a refusal though whoever answers for the log is behind it', async () => {
    const log = new WrappedLog(new MemoryLog());
    const book = await open(log);
    await book.execute(topUp(day, 'user-1', '1.00'), sender);
    log.head = () => Promise.resolve(emptyHead);
    const answer = await book.execute(transfer(day, 'user-1', 'user-2', '2.00'), sender);
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'INSUFFICIENT_FUNDS' } });
  });

  it('waits longer from conflict to conflict, and gives up in the end', async () => {
    const waits: number[] = [];
    const inner = new MemoryLog();
    const faster = await open(inner);
    const log = new WrappedLog(inner, {
      append: async (_expected, _events, write) => {
        await faster.execute(topUp(day, 'user-2', '1.00'), { actor: 'two' });
        await write();
      },
    });
    const book = await open(log, {
      wait: async (ms) => {
        waits.push(ms);
      },
    });
    const answer = await book.execute(topUp(day, 'user-1', '1.00'), sender);
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'UNAVAILABLE' } });
    expect(waits.length).toBe(300);
    expect(Math.max(...waits)).toBeLessThanOrEqual(64);
    expect(book.counts.conflicts).toBe(301);
  });

  it('says so when the log goes on with what cannot be read, and blames no other writer', async () => {
    const log = new WrappedLog(new MemoryLog(), {
      append: async () => {
        throw new WrongExpectedRevision(-1, 7);
      },
    });
    const book = await open(log);
    const answer = await book.execute(topUp(day, 'user-1', '1.00'), sender);
    expect(answer).toMatchObject({
      kind: 'refused',
      refusal: { detail: "the log says that it ends at revision 7, and can't be read after -1" },
    });
    expect(book.counts.conflicts).toBe(1);
  });
});
