/** What vouches for a book: every hash on the way, and what it does where one does not hold. */
import { describe, expect, it } from 'vitest';
import { Book, type BookSettings } from '../../src/book/book.ts';
import { foldLog } from '../../src/book/folding.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { closeDay, topUp, transfer } from '../support/commands.ts';
import { gathered } from './events.ts';

const sender = { actor: 'test' };
const day = '2016-03-01';

const open = (log: EventLog, given: Partial<BookSettings> = {}): Promise<Book> =>
  Book.open({ id: 'main', house, log, now: () => 1_000, engine: 'test', wait: async () => {}, ...given });

/** A book of a few wallets, and its events. */
async function made(): Promise<readonly StoredEvent[]> {
  const book = await open(new MemoryLog());
  for (const user of ['a', 'b', 'c', 'd']) await book.execute(topUp(day, user, '10.00'), sender);
  await book.execute(closeDay(day), sender);
  for (const user of ['b', 'c', 'd']) await book.execute(transfer('2016-03-02', 'a', user, '1.00'), sender);
  return await gathered(book.log.read(0, 'forwards'));
}

/** A log that gives the events that it is told to. */
class Given extends MemoryLog {
  events: readonly StoredEvent[];

  constructor(events: readonly StoredEvent[]) {
    super();
    this.events = events;
  }

  override async head(): ReturnType<EventLog['head']> {
    const { revision = -1, hash = '', recordedAt = 0 } = this.events.at(-1) ?? {};
    return { revision, hash, recordedAt };
  }

  override async *read(
    from: number,
    _direction?: unknown,
    limit?: number,
  ): AsyncGenerator<readonly StoredEvent[]> {
    const page = this.events.slice(from, limit === undefined ? undefined : from + limit);
    if (page.length > 0) yield page;
  }

  override async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    return revisions.flatMap((revision) => this.events[revision] ?? []);
  }

  override async *subscribe(from: number): AsyncGenerator<readonly StoredEvent[]> {
    yield* this.read(from);
  }
}

const changed = (events: readonly StoredEvent[], at: number, parts: Partial<StoredEvent>) =>
  events.map((event, place) => (place === at ? { ...event, ...parts } : event));

const digestOf = async (events: readonly StoredEvent[]): Promise<string> => {
  const { folded, fault } = await foldLog(house, new Given(events));
  expect(fault).toBeUndefined();
  return digest(house, folded.state);
};

const told = async (book: Book): Promise<string> => {
  const answer = await book.execute(topUp('2016-03-02', 'a', '1.00'), sender);
  return answer.kind === 'refused' ? answer.refusal.code : answer.kind;
};

describe('a book', () => {
  it('on a log that holds is verified through its head', async () => {
    const events = await made();
    const book = await open(new Given(events));
    expect(book.verified).toEqual({ through: events.length - 1, state: 'VERIFIED', why: undefined });
  });

  it('holds up to each event that was changed, tells of it once, and goes on when it is put right', async () => {
    const events = await made();
    for (let bad = 1; bad < events.length; bad++) {
      const log = new Given(changed(events, bad, { actor: 'other' }));
      const broken: string[] = [];
      const book = await open(log, { broken: ({ message }) => broken.push(message) });
      expect(book.head.revision).toBe(bad - 1);
      expect(book.verified).toMatchObject({ through: bad - 1, state: 'BROKEN' });
      expect(digest(house, book.state)).toBe(await digestOf(events.slice(0, bad)));
      for (let tries = 0; tries < 2; tries++) expect(await told(book)).toBe('UNAVAILABLE');
      expect(broken).toEqual([expect.stringContaining(`revision ${bad}`)]);
      expect(book.stopped?.hint).toContain('formicary audit');
      log.events = events;
      await book.recover();
      expect(book.stopped).toBeUndefined();
      expect(book.verified.state).toBe('VERIFIED');
      expect(digest(house, book.state)).toBe(await digestOf(events));
    }
  });

  it('of which the first event was changed can’t be opened', async () => {
    const events = await made();
    await expect(open(new Given(changed(events, 0, { actor: 'other' })))).rejects.toThrow(/revision 0/);
  });

  it('that follows a log finds what was changed, and takes no commands', async () => {
    const events = await made();
    const log = new Given(events.slice(0, 4));
    const book = await open(log);
    log.events = changed(events, 6, { actor: 'other' });
    await expect(book.follow(new AbortController().signal)).rejects.toThrow(/revision 6/);
    expect(book.verified).toMatchObject({ through: 5, state: 'BROKEN' });
    expect(digest(house, book.state)).toBe(await digestOf(events.slice(0, 6)));
    expect(await told(book)).toBe('UNAVAILABLE');
    log.events = events;
    await book.follow(new AbortController().signal);
    expect([book.stopped, book.verified.state]).toEqual([undefined, 'VERIFIED']);
    expect(digest(house, book.state)).toBe(await digestOf(events));
  });

  it('holds up to an event that can be booked in part only, though its hash is right', async () => {
    const events = await made();
    const before = events.slice(0, 4);
    const { hash: _, ...last } = events[4] ?? events[0] ?? expect.fail('no event');
    const most = 2n ** 63n - 1n;
    const torn = sealed(
      { ...last, accounts: [...last.accounts, ...last.accounts], minors: [1n, -1n, most, -most] },
      before.at(-1)?.hash ?? '',
    );
    const book = await open(new Given([...before, torn]));
    expect(book.verified).toMatchObject({ through: 3, state: 'BROKEN' });
    expect(digest(house, book.state)).toBe(await digestOf(before));
    expect(book.register.count).toBe(4);
  });

  it('that trusts its log works out no hash, and says so', async () => {
    const events = await made();
    const book = await open(new Given(changed(events, 5, { actor: 'other' })), { trust: true });
    expect(book.head.revision).toBe(events.length - 1);
    expect(book.verified).toEqual({ through: -1, state: 'UNVERIFIED', why: undefined });
  });

  it('does not finish a close that was cut in a log that does not hold', async () => {
    const events = await made();
    const closed = events.findIndex(({ type }) => type === house.own.closed.name);
    const cut = changed(events.slice(0, closed), 2, { actor: 'other' });
    const log = new Given(cut);
    // It begins behind the changed event, as from a snapshot.
    const { folded } = await foldLog(house, new Given(events), { through: 3 });
    const book = await open(log, { snapshot: { ...folded, proved: true } });
    expect(book.state.marks.settling).toBeDefined();
    expect(book.verified).toMatchObject({ through: 1, state: 'BROKEN' });
    expect(await told(book)).toBe('UNAVAILABLE');
    expect(log.events).toBe(cut);
  });
});
