/** What a book promises of commands: decided together, answered when durable, once, in one order, whatever its log does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, Book, type BookSettings } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { EventStoreLog } from '../../src/log/eventstoredb/eventstore-log.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import {
  type EventLog,
  LogUnavailable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { house } from '../../src/segments/index.ts';
import { run } from '../crash/children.ts';
import { Gate, WrappedLog } from '../crash/logs.ts';
import { checkSound, contentsOf, digestOf, eventsOf, memoryOf } from '../crash/oracle.ts';
import { nowOf, randomCommands, textOf } from '../crash/order.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { altered } from '../support/altered-house.ts';
import {
  closeDay,
  contributeCapital,
  keyed,
  pay,
  publishRate,
  reverse,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { dice } from '../support/histories.ts';
import { eventAfter } from './events.ts';

const sender = { actor: 'test', correlation: 'one' };
/** Requests differ by their correlation: two equal events at one place in a log count as one that was sent again. */
const another = { actor: 'test', correlation: 'another' };
const day = '2016-03-01';

const open = (log: EventLog, given: Partial<BookSettings> = {}): Promise<Book> =>
  Book.open({
    id: 'main',
    house,
    log,
    now: () => 1_000,
    engine: 'engine-a',
    wait: () => Promise.resolve(),
    ...given,
  });

const digestNow = (book: Book): string => digest(book.house, book.state);

/** A few turns of the event loop: whatever can happen by itself has happened then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The answer's kind, or a refusal's code. */
const told = (answer: Answer): string => (answer.kind === 'refused' ? answer.refusal.code : answer.kind);

const range = (answer: Answer): readonly [number, number] =>
  answer.kind === 'refused' ? [-1, -1] : [answer.first, answer.last];

/** Promises, and how many of them have been settled. */
function watched(answers: readonly Promise<Answer>[]): {
  readonly all: Promise<Answer[]>;
  readonly done: () => number;
} {
  let done = 0;
  for (const answer of answers) void answer.finally(() => done++);
  return { all: Promise.all(answers), done: () => done };
}

/** A log whose appends each wait at a gate of their own. */
function gated(inner: EventLog): { readonly log: WrappedLog; readonly gate: (append: number) => Gate } {
  const gates: Gate[] = [];
  const gate = (at: number): Gate => {
    while (gates.length <= at) gates.push(new Gate());
    return gates[at] ?? new Gate();
  };
  const log: WrappedLog = new WrappedLog(inner, {
    append: async (_expected, _events, write) => {
      const mine = gate(log.appends.length - 1);
      await write();
      await mine.pass();
    },
  });
  return { log, gate };
}

interface Engine {
  readonly name: string;
  open(folder: string): Promise<EventLog>;
}

const engines: readonly Engine[] = [
  { name: 'memory', open: async () => new MemoryLog() },
  { name: 'sqlite', open: (folder) => SqliteLog.open(join(folder, 'main.formicary')) },
  { name: 'eventstoredb', open: (folder) => EventStoreLog.open(server.url, basename(folder)) },
];

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-book-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(engines)('a book on a log in $name', (engine) => {
  let inner: EventLog;
  beforeEach(async () => {
    inner = await engine.open(folder);
  });
  afterEach(() => inner.close());

  describe('group commit', () => {
    it('decides together what came while an append was under way, and answers after its own', async () => {
      const { log, gate } = gated(inner);
      const book = await open(log);
      const first = watched([book.execute(keyed(topUp(day, 'a', '10.00'), 'k-0'), sender)]);
      await gate(0).reached;
      const later = watched([
        ...Array.from({ length: 200 }, (_, at) => book.execute(topUp(day, `u-${at % 9}`, '1.00'), sender)),
        book.execute(withdraw(day, 'nobody', '5.00'), sender),
        book.execute(keyed(topUp(day, 'a', '10.00'), 'k-0'), sender),
        book.execute(keyed(topUp(day, 'a', '99.00'), 'k-0'), sender),
      ]);
      await settled();
      expect([first.done(), later.done(), log.appends]).toEqual([0, 0, [2]]);
      gate(0).open();
      expect((await first.all).map(told)).toEqual(['accepted']);
      await gate(1).reached;
      await settled();
      // The refusals and the repeat of the batch wait with it.
      expect([later.done(), log.appends]).toEqual([0, [2, 200]]);
      gate(1).open();
      const answers = await later.all;
      expect(answers.slice(0, 200).map(told)).toEqual(Array.from({ length: 200 }, () => 'accepted'));
      expect(answers.slice(200).map(told)).toEqual(['INSUFFICIENT_FUNDS', 'repeated', 'KEY_REUSED']);
      expect(answers.map((answer) => range(answer)[0]).slice(0, 200)).toEqual(
        Array.from({ length: 200 }, (_, at) => at + 2),
      );
      expect(await eventsOf(inner)).toHaveLength(202);
    });

    it('answers refusals and repeats without an append where there is nothing else', async () => {
      const log = new WrappedLog(inner);
      const book = await open(log);
      await book.execute(keyed(topUp(day, 'a', '10.00'), 'k'), sender);
      const answers = await Promise.all([
        book.execute(withdraw(day, 'a', '10.01'), sender),
        book.execute(keyed(topUp(day, 'a', '10.00'), 'k'), sender),
      ]);
      expect(answers.map(told)).toEqual(['INSUFFICIENT_FUNDS', 'repeated']);
      expect(log.appends).toEqual([2]);
    });

    it('shows nobody what is not durable yet', async () => {
      const { log, gate } = gated(inner);
      gate(0).open();
      const book = await open(log);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const before = { digest: digestNow(book), head: book.head };
      const spent = book.execute(withdraw(day, 'a', '10.00'), sender);
      await gate(1).reached;
      expect({ digest: digestNow(book), head: book.head }).toEqual(before);
      expect((await book.rehearse([withdraw(day, 'a', '10.00')], sender)).map(({ kind }) => kind)).toEqual([
        'accepted',
      ]);
      gate(1).open();
      await spent;
      expect(book.head.revision).toBe(before.head.revision + 1);
      expect(digestNow(book)).not.toBe(before.digest);
      expect((await book.rehearse([withdraw(day, 'a', '10.00')], sender)).map(({ kind }) => kind)).toEqual([
        'refused',
      ]);
    });

    it('keeps a pin that was asked for, and one that was let go, while an append is under way', async () => {
      const { log, gate } = gated(inner);
      for (const at of [0, 1, 3]) gate(at).open();
      const book = await open(log);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const early = await book.pin();
      await book.execute(topUp(day, 'a', '20.00'), sender);
      const answer = book.execute(topUp(day, 'a', '40.00'), sender);
      await gate(2).reached;
      const late = book.pin();
      book.unpin(early);
      await settled();
      gate(2).open();
      await answer;
      const pin = await late;
      const pinned = digest(house, pin.state);
      await book.execute(topUp(day, 'a', '80.00'), sender);
      const events = await eventsOf(inner);
      expect(digest(house, pin.state)).toBe(pinned);
      expect(pinned).toBe(digestOf(events.slice(0, pin.state.marks.events)));
      expect(digestNow(book)).toBe(digestOf(events));
      book.unpin(pin);
      expect(digestNow(book)).toBe(digestOf(events));
    });

    it('cuts a large batch between commands, and answers each part when it is there', async () => {
      const log = new WrappedLog(inner);
      const book = await open(log, { appendBytesMax: 20_000 });
      const answers = await Promise.all(
        Array.from({ length: 150 }, (_, at) => book.execute(topUp(day, `u-${at}`, '1.00'), sender)),
      );
      expect(new Set(answers.map(told))).toEqual(new Set(['accepted']));
      expect(log.appends.length).toBeGreaterThan(3);
      expect(log.appends.reduce((sum, count) => sum + count)).toBe(151);
    });
  });

  describe('an unknown outcome', () => {
    /** A log that is asked for an append, does it or not, and doesn't know. */
    const unsure = (written: boolean, nth: number): WrappedLog => {
      const log: WrappedLog = new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          const fails = log.appends.length - 1 === nth;
          if (!fails || written) await write();
          if (fails) throw new OutcomeUnknown(new Error('the line is dead'));
        },
      });
      return log;
    };

    it.each([
      { written: true, again: 'repeated' },
      { written: false, again: 'accepted' },
    ])(
      'is UNAVAILABLE, and is found out before the next command: written $written',
      async ({ written, again }) => {
        const book = await open(unsure(written, 1));
        await book.execute(topUp(day, 'a', '10.00'), sender);
        const known = digestNow(book);
        const lost = [keyed(topUp(day, 'a', '5.00'), 'k-1'), keyed(transfer(day, 'a', 'b', '12.00'), 'k-2')];
        const answers = await Promise.all(lost.map((command) => book.execute(command, sender)));
        expect(answers.map(told)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
        expect(book.stopped?.code).toBe('UNAVAILABLE');
        expect(digestNow(book)).toBe(known);
        const next = await book.execute(withdraw(day, 'b', '12.00'), sender);
        expect(told(next)).toBe(written ? 'accepted' : 'INSUFFICIENT_FUNDS');
        expect(book.stopped).toBeUndefined();
        const retried = await Promise.all(lost.map((command) => book.execute(command, sender)));
        expect(retried.map(told)).toEqual([again, again]);
        const events = await eventsOf(inner);
        checkSound(events);
        expect(digestNow(book)).toBe(digestOf(events));
        for (const [at, { key }] of lost.entries()) {
          const there = events.filter((event) => event.key === key);
          expect(there.map(({ revision }) => revision)).toEqual([
            range(retried[at] ?? { kind: 'repeated', first: -1, last: -1 })[0],
          ]);
        }
      },
    );

    it('of a batch of several appends: those that are there are answered as such', async () => {
      const book = await open(unsure(true, 2), { appendBytesMax: 20_000 });
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const commands = Array.from({ length: 100 }, (_, at) =>
        keyed(topUp(day, `u-${at}`, '1.00'), `k-${at}`),
      );
      const answers = (await Promise.all(commands.map((command) => book.execute(command, sender)))).map(told);
      const accepted = answers.filter((answer) => answer === 'accepted').length;
      expect(accepted).toBeGreaterThan(0);
      expect(answers).toEqual([
        ...Array.from({ length: accepted }, () => 'accepted'),
        ...Array.from({ length: 100 - accepted }, () => 'UNAVAILABLE'),
      ]);
      // What was answered is also what is read.
      expect(book.head.revision).toBeGreaterThanOrEqual(1 + accepted);
      await Promise.all(commands.map((command) => book.execute(command, sender)));
      const events = await eventsOf(inner);
      checkSound(events);
      expect(events).toHaveLength(102);
      expect(digestNow(book)).toBe(digestOf(events));
    });

    it('that can not be found out: the book says so until it can', async () => {
      let dead = false;
      const log: WrappedLog = new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          await write();
          if (log.appends.length === 2) {
            dead = true;
            throw new OutcomeUnknown(new Error('gone'));
          }
        },
        read: async function* (_from, pages) {
          if (dead) throw new LogUnavailable('reading', new Error('still gone'));
          yield* pages;
        },
      });
      const book = await open(log);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const command = keyed(topUp(day, 'a', '5.00'), 'k');
      for (let tries = 0; tries < 3; tries++) {
        expect(told(await book.execute(command, sender))).toBe('UNAVAILABLE');
        expect(book.stopped?.code).toBe('UNAVAILABLE');
      }
      dead = false;
      expect(told(await book.execute(command, sender))).toBe('repeated');
      expect(book.stopped).toBeUndefined();
      expect(digestNow(book)).toBe(digestOf(await eventsOf(inner)));
    });
  });

  describe('a log that fails', () => {
    it('before it has written: UNAVAILABLE, nothing is there, and the next command is taken', async () => {
      let full = false;
      const log = new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          if (full) throw new LogUnavailable('writing', new Error('no space left'));
          await write();
        },
      });
      const book = await open(log);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      full = true;
      const command = keyed(topUp(day, 'a', '5.00'), 'k');
      const answer = await book.execute(command, sender);
      expect(told(answer)).toBe('UNAVAILABLE');
      expect(answer.kind === 'refused' && answer.refusal.message).toMatch(/no space left/);
      full = false;
      expect(told(await book.execute(command, sender))).toBe('accepted');
      expect(await eventsOf(inner)).toHaveLength(3);
      expect(digestNow(book)).toBe(digestOf(await eventsOf(inner)));
    });

    it('amid a batch: what is there is answered and read, the rest is UNAVAILABLE', async () => {
      const log: WrappedLog = new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          if (log.appends.length === 3) throw new LogUnavailable('writing', new Error('no space left'));
          await write();
        },
      });
      const book = await open(log, { appendBytesMax: 20_000 });
      const answers = (
        await Promise.all(
          Array.from({ length: 100 }, (_, at) => book.execute(topUp(day, `u-${at}`, '1.00'), sender)),
        )
      ).map(told);
      const accepted = answers.filter((answer) => answer === 'accepted').length;
      const events = await eventsOf(inner);
      expect(accepted).toBe(events.length - 1);
      expect(answers.slice(accepted)).toEqual(Array.from({ length: 100 - accepted }, () => 'UNAVAILABLE'));
      expect(book.head.revision).toBe(accepted);
      expect(digestNow(book)).toBe(digestOf(events));
    });

    it('with an event that this engine does not know: no commands, and nothing is folded twice', async () => {
      const book = await open(inner);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const other = await open(inner);
      await other.execute(topUp(day, 'a', '3.00'), sender);
      await inner.append(other.head.revision, [
        eventAfter(other.head, { type: 'Unheard', recordedAt: 1_000 }),
      ]);
      for (let tries = 0; tries < 2; tries++) {
        const answer = await book.execute(topUp(day, 'a', '1.00'), sender);
        expect(told(answer)).toBe('LOG_UNREADABLE');
        expect(answer.kind === 'refused' && answer.refusal.message).toMatch(
          /revision 3, Unheard of version 1 \(no event type Unheard\)/,
        );
        expect(answer.kind === 'refused' && answer.refusal.hint).toMatch(/A newer version/);
        expect(book.stopped?.message).toMatch(/Unheard/);
        // It stays readable, up to there.
        expect(book.head.revision).toBe(2);
        expect(digestNow(book)).toBe(digestOf((await eventsOf(inner)).slice(0, 3)));
      }
      const again = await open(inner);
      expect([again.head.revision, again.verified.state, again.verified.through]).toEqual([2, 'BROKEN', 2]);
      expect(again.stopped?.message).toMatch(/Unheard/);
    });

    it('that another has been put in place of: no commands', async () => {
      let which = inner;
      const log = new WrappedLog(inner, {
        append: (expected, events) => which.append(expected, events),
        read: (from) => which.read(from, 'forwards'),
      });
      const book = await open(log);
      await book.execute(topUp(day, 'a', '10.00'), sender);
      const other = await open(new MemoryLog());
      for (const amount of ['1.00', '2.00', '3.00']) await other.execute(topUp(day, 'b', amount), sender);
      which = other.log;
      const known = digestNow(book);
      for (let tries = 0; tries < 2; tries++) {
        expect(told(await book.execute(topUp(day, 'a', '1.00'), sender))).toBe('UNAVAILABLE');
        expect(book.stopped?.message).toMatch(/its hash is not that of/);
      }
      expect(digestNow(book)).toBe(known);
      expect(other.head.revision).toBe((await eventsOf(other.log)).length - 1);
    });
  });

  describe('two books on one log', () => {
    it('folds what the other wrote once, however many ask at a time', async () => {
      const [a, b] = [await open(new WrappedLog(inner, { read: slowly })), await open(inner)];
      for (let at = 0; at < 5; at++) await b.execute(topUp(day, 'a', '1.00'), sender);
      const answers = [
        a.execute(topUp(day, 'a', '1.00'), sender),
        a.execute(withdraw(day, 'a', '6.01'), sender),
      ];
      await Promise.all([a.refresh(), a.refresh(), a.refresh()]);
      expect((await Promise.all(answers)).map(told)).toEqual(['accepted', 'INSUFFICIENT_FUNDS']);
      await a.refresh();
      expect(a.head.revision).toBe(6);
      expect(digestNow(a)).toBe(digestOf(await eventsOf(inner)));
    });

    /** Pages that take some turns of the event loop each. */
    async function* slowly(
      _from: number,
      pages: AsyncIterable<readonly StoredEvent[]>,
    ): AsyncGenerator<readonly StoredEvent[]> {
      await settled();
      for await (const page of pages) {
        yield page;
        await settled();
      }
    }

    it('decides again what the other was faster with: nothing lost, nothing overdrawn', async () => {
      const [a, b] = [await open(inner), await open(inner)];
      await a.execute(topUp(day, 'a', '10.00'), sender);
      const answers = await Promise.all(
        [a, b, a, b].map((book, at) => book.execute(keyed(withdraw(day, 'a', '4.00'), `k-${at}`), sender)),
      );
      expect(answers.map(told).sort()).toEqual([
        'INSUFFICIENT_FUNDS',
        'INSUFFICIENT_FUNDS',
        'accepted',
        'accepted',
      ]);
      await Promise.all([a.refresh(), b.refresh()]);
      expect(digestNow(a)).toBe(digestNow(b));
      checkSound(await eventsOf(inner));
    });

    it('answers the same key at once with one event and equal answers', async () => {
      const [a, b] = [await open(inner), await open(inner)];
      const commands = [
        keyed(topUp(day, 'a', '10.00'), 'the first of all'),
        keyed(topUp(day, 'a', '5.00'), 'another'),
        keyed(closeDay(day), 'a close'),
      ];
      for (const command of commands) {
        const answers = await Promise.all([a.execute(command, sender), b.execute(command, another)]);
        expect(answers.map(told)).toEqual(['accepted', 'repeated']);
        expect(range(answers[0] ?? never)).toEqual(range(answers[1] ?? never));
        const again = await a.execute(command, sender);
        expect(told(again)).toBe('repeated');
        expect(range(again)).toEqual(range(answers[0] ?? never));
      }
      expect(told(await b.execute(keyed(topUp(day, 'a', '5.01'), 'another'), sender))).toBe('KEY_REUSED');
      const events = await eventsOf(inner);
      for (const { key } of commands) expect(events.filter((event) => event.key === key)).toHaveLength(1);
      const opened = await open(inner);
      expect(told(await opened.execute(commands[0] ?? closeDay(day), sender))).toBe('repeated');
    });

    it('takes equal commands without a key from two requests as two', async () => {
      const [a, b] = [await open(inner), await open(inner)];
      const command = topUp(day, 'a', '1.00');
      const answers = await Promise.all([a.execute(command, sender), b.execute(command, another)]);
      expect(answers.map(told)).toEqual(['accepted', 'accepted']);
      expect(answers.map((answer) => range(answer)[1])).toEqual([1, 2]);
      expect(await eventsOf(inner)).toHaveLength(3);
    });

    const never: Answer = { kind: 'repeated', first: -2, last: -2 };

    /** What an answer reports is what the log holds there. */
    function checkReported(
      answer: Answer,
      command: Command | undefined,
      events: readonly StoredEvent[],
    ): void {
      if (answer.kind === 'refused') return;
      const mine = events.slice(answer.first, answer.last + 1);
      if (answer.kind === 'accepted') expect(answer.events).toEqual(mine);
      // A day that the other has closed under another key has no event of this one.
      else if (command?.command === 'closeDay') return;
      expect(mine.some(({ key }) => key === command?.key)).toBe(true);
    }

    interface Sent {
      readonly command: Command;
      readonly answer: Promise<Answer>;
    }

    /** Sends the commands of a seed to one book or the other, now and then to both; waits for no answer. */
    async function sendRandomly(books: readonly Book[], seed: number): Promise<readonly Sent[]> {
      const roll = dice(seed);
      const sent: Sent[] = [];
      for (const [n, command] of randomCommands(seed, 500).entries()) {
        const to = roll(10) === 0 ? [0, 1] : [roll(2)];
        for (const at of to) {
          const answer = books[at]?.execute(command, at === 0 ? sender : another, nowOf(n));
          if (answer !== undefined) sent.push({ command, answer });
        }
        if (roll(6) === 0) await settled();
      }
      return sent;
    }

    /** A log that takes its time, and tells when somebody else was faster. */
    const countingConflicts = (tell: () => void): EventLog =>
      new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          await settled();
          await write().catch((error: unknown) => {
            if (error instanceof WrongExpectedRevision) tell();
            throw error;
          });
        },
      });

    it.each([1, 2, 3])(
      'random commands from both, seed %d: each answered as the one log has it',
      async (seed) => {
        let conflicts = 0;
        const log = (): EventLog => countingConflicts(() => conflicts++);
        const books = [await open(log()), await open(log())];
        const sent = await sendRandomly(books, seed);
        const answers = await Promise.all(sent.map(({ answer }) => answer));
        await Promise.all(books.map((book) => book.refresh()));
        const events = await eventsOf(inner);
        checkSound(events);
        // The slower the engine, the larger the batches.
        expect(conflicts).toBeGreaterThan(3);
        for (const book of books) expect(digestNow(book)).toBe(digestOf(events));
        answers.forEach((answer, at) => {
          checkReported(answer, sent[at]?.command, events);
        });
        // Every event belongs to one answer.
        const told = answers.flatMap((answer) => (answer.kind === 'accepted' ? answer.events : []));
        expect(told.map(({ revision }) => revision).sort((left, right) => left - right)).toEqual(
          events.map(({ revision }) => revision),
        );
      },
    );
  });

  it('reverses across batches, once', async () => {
    const book = await open(inner);
    await book.execute(topUp(day, 'a', '10.00'), sender);
    const paid = await book.execute(pay(day, 'P-1', 'a', 'm', '4.00'), sender);
    const other = await open(inner);
    const [revision] = range(paid);
    const answers = await Promise.all([
      book.execute(reverse(day, revision), sender),
      other.execute(reverse(day, revision), another),
      book.execute(reverse(day, revision), sender),
      // Of the same batch, and of a revision that is not there.
      book.execute(topUp(day, 'b', '1.00'), sender),
      book.execute(reverse(day, revision + 2), sender),
      book.execute(reverse(day, 99), sender),
    ]);
    const [one = '', two = '', ...rest] = answers.map(told);
    // Whichever of the two was faster.
    expect([one, two].sort()).toEqual(['ALREADY_REVERSED', 'accepted']);
    expect(rest).toEqual(['ALREADY_REVERSED', 'accepted', 'accepted', 'EVENT_UNKNOWN']);
    const opened = await open(inner);
    expect(told(await opened.execute(reverse(day, revision), sender))).toBe('ALREADY_REVERSED');
    await opened.execute(withdraw(day, 'a', '10.00'), sender);
    checkSound(await eventsOf(inner));
  });

  it('rehearses without a trace', async () => {
    const log = new WrappedLog(inner);
    const book = await open(log);
    await book.execute(topUp(day, 'a', '10.00'), sender);
    const before = { digest: digestNow(book), head: book.head };
    const commands = [
      keyed(withdraw(day, 'a', '6.00'), 'k'),
      keyed(withdraw(day, 'a', '6.00'), 'k'),
      withdraw(day, 'a', '6.00'),
      reverse(day, 1),
      closeDay(day),
    ];
    const rehearsed = await book.rehearse(commands, sender);
    expect({ digest: digestNow(book), head: book.head }).toEqual(before);
    expect(log.appends).toEqual([2]);
    const answers = await Promise.all(commands.map((command) => book.execute(command, sender)));
    const short = (kind: string, refusal?: { readonly code: string }): string => refusal?.code ?? kind;
    expect(rehearsed.map((one) => short(one.kind, one.kind === 'refused' ? one.refusal : undefined))).toEqual(
      answers.map(told),
    );
  });

  it('is closed when all that waited has been answered, and takes nothing after', async () => {
    const { log, gate } = gated(inner);
    gate(1).open();
    const book = await open(log);
    const first = book.execute(topUp(day, 'a', '1.00'), sender);
    await gate(0).reached;
    const waiting = Array.from({ length: 300 }, () => book.execute(topUp(day, 'a', '1.00'), sender));
    let shut = false;
    const closed = book.close().then(() => {
      shut = true;
    });
    const after = book.execute(topUp(day, 'a', '1.00'), sender);
    expect(told(await after)).toBe('UNAVAILABLE');
    await settled();
    expect(shut).toBe(false);
    gate(0).open();
    await closed;
    expect(told(await first)).toBe('accepted');
    expect(new Set((await Promise.all(waiting)).map(told))).toEqual(new Set(['accepted']));
    expect(told(await book.execute(topUp(day, 'a', '1.00'), sender))).toBe('UNAVAILABLE');
    expect(log.appends).toEqual([2, 300]);
  });
});

describe('a close of many events', () => {
  const holders = 1_500;
  const close = keyed(closeDay('2016-03-02'), 'the close');
  /** Small enough for a run of a good many appends. */
  const limits = { appendBytesMax: 50_000 };

  /** A book of many holders, a day before the close that gives each a yield. */
  let before: readonly StoredEvent[] = [];
  /** The same with the close, never interrupted, and how its run was cut into appends. */
  let whole: readonly StoredEvent[] = [];
  let cuts: readonly number[] = [];

  const prepared = async (): Promise<void> => {
    if (whole.length > 0) return;
    const log = new WrappedLog(new MemoryLog());
    const book = await open(log, limits);
    const commands = [
      contributeCapital(day, '1000000.00'),
      ...['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'].map((asset) =>
        publishRate(day, asset, '4%'),
      ),
    ];
    for (let at = 0; at < holders; at++) {
      const holder = `user-${(at * 7_919) % holders}`;
      commands.push(topUp(day, holder, '9000.00'), subscribe(day, holder, `${3_000 + at}.00`));
    }
    commands.push(closeDay(day));
    const answers = await Promise.all(commands.map((command) => book.execute(command, sender)));
    expect(new Set(answers.map(told))).toEqual(new Set(['accepted']));
    before = await eventsOf(log);
    log.appends.length = 0;
    await book.execute(close, sender, 2_000);
    whole = await eventsOf(log);
    let end = before.length;
    cuts = log.appends.map((count) => {
      end += count;
      return end;
    });
  };
  beforeEach(prepared);

  const hashes = (events: readonly StoredEvent[]): readonly string[] => events.map(({ hash }) => hash);

  it('is appended in several appends, each event to its holders', () => {
    expect(cuts.length).toBeGreaterThan(3);
    expect(cuts.at(-1)).toBe(whole.length);
    const run = whole.slice(before.length);
    expect(run[0]).toMatchObject({
      type: 'DayClosing',
      header: { engine: 'engine-a', events: run.length - 1 },
    });
    expect(run.at(-1)?.type).toBe('DayClosed');
    const credited = run
      .filter(({ type }) => type === 'Distributed')
      .flatMap(({ accounts }) => accounts.slice(1));
    expect(new Set(credited).size).toBe(holders);
  });

  it('read in between by another writer says settling; no command comes in between', async () => {
    const inner = await memoryOf(before);
    const { log, gate } = gated(inner);
    const [a, b] = [await open(log, limits), await open(inner)];
    const answer = a.execute(close, sender, 2_000);
    gate(0).open();
    await gate(1).reached;
    await b.refresh();
    expect(b.state.marks.settling).toBeDefined();
    expect(b.head.revision).toBe((cuts[1] ?? 0) - 1);
    expect(
      (await b.rehearse([topUp('2016-03-03', 'user-1', '1.00')], sender)).map(
        (one) => one.kind === 'refused' && one.refusal.code,
      ),
    ).toEqual(['BOOK_SETTLING']);
    // The other takes a command: it finishes the run first, as the first writer would have.
    const other = await b.execute(topUp('2016-03-03', 'user-1', '1.00'), sender, 3_000);
    expect(told(other)).toBe('accepted');
    for (let at = 1; at < cuts.length; at++) gate(at).open();
    const closed = await answer;
    expect(told(closed)).toBe('accepted');
    expect(range(closed)).toEqual([before.length, whole.length - 1]);
    const events = await eventsOf(inner);
    expect(hashes(events.slice(0, whole.length))).toEqual(hashes(whole));
    expect(range(other)).toEqual([whole.length, whole.length]);
    await a.refresh();
    expect(digestNow(a)).toBe(digestNow(b));
  });

  it('begun and not ended is finished on opening, wherever it was interrupted, as if it never had been', async () => {
    for (const end of [before.length + 1, before.length + 5, ...cuts]) {
      const log = await memoryOf(whole.slice(0, end));
      const book = await open(log, { ...limits, engine: 'engine-b' });
      expect(hashes(await eventsOf(log))).toEqual(hashes(whole));
      expect(book.state.marks.settling).toBeUndefined();
      expect(digestNow(book)).toBe(digestOf(whole));
      expect(range(await book.execute(close, sender))).toEqual([before.length, whole.length - 1]);
    }
  });

  it('is finished by two that open it at once, and by one while the other goes on with commands', async () => {
    const inner = await memoryOf(whole.slice(0, cuts[0]));
    const pausing = (): EventLog =>
      new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          await settled();
          await write();
        },
      });
    const books = await Promise.all([open(pausing(), limits), open(pausing(), { appendBytesMax: 30_000 })]);
    expect(hashes(await eventsOf(inner))).toEqual(hashes(whole));
    for (const book of books) expect(digestNow(book)).toBe(digestOf(whole));

    // One has begun to finish it and is held up; the other finishes it and takes a command.
    const cut = await memoryOf(whole.slice(0, cuts[0]));
    const gate = new Gate();
    const held = new WrappedLog(cut, {
      read: async function* (from, pages) {
        if (from === before.length) await gate.pass();
        yield* pages;
      },
    });
    const slow = open(held, limits);
    await gate.reached;
    const quick = await open(cut, limits);
    expect(told(await quick.execute(topUp('2016-03-03', 'user-1', '1.00'), sender, 3_000))).toBe('accepted');
    gate.open();
    const book = await slow;
    expect(book.stopped).toBeUndefined();
    expect(digestNow(book)).toBe(digestNow(quick));
    expect(told(await book.execute(topUp('2016-03-03', 'user-1', '1.00'), sender, 3_000))).toBe('accepted');
  });

  it('that another engine would derive otherwise stays as it is: readable, no commands, and says who began it', async () => {
    const without = altered('yuebao.feesPaid', undefined);
    const more = altered('yuebao.incomeOfClass', 2n);
    for (const changed of [without, more]) {
      const log = await memoryOf(whole.slice(0, cuts[1]));
      const book = await open(log, { house: changed, engine: 'engine-c' });
      expect(book.stopped?.message).toMatch(
        /begun by engine engine-a, and this one, engine-c, derives otherwise/,
      );
      for (let tries = 0; tries < 2; tries++) {
        const answer = await book.execute(topUp('2016-03-03', 'user-1', '1.00'), sender);
        expect(told(answer)).toBe('UNAVAILABLE');
        expect(answer.kind === 'refused' && answer.refusal.message).toMatch(/engine-a/);
        expect(answer.kind === 'refused' && answer.refusal.hint).toMatch(
          /^Start engine engine-a on this store once/,
        );
      }
      expect(await eventsOf(log)).toHaveLength(cuts[1] ?? 0);
      expect(book.state.marks.settling).toBeDefined();
      expect(digestNow(book)).toBe(digestOf(whole.slice(0, cuts[1])));
      // The engine that began it finishes it; then the other takes commands again.
      await open(log, limits);
      expect(hashes(await eventsOf(log))).toEqual(hashes(whole));
      expect(told(await book.execute(topUp('2016-03-03', 'user-1', '1.00'), sender, 3_000))).toBe('accepted');
      expect(book.stopped).toBeUndefined();
    }
  });

  it.each([true, false])(
    'whose append fails in its midst is finished before the next command; written: %s',
    async (written) => {
      const inner = await memoryOf(before);
      const log: WrappedLog = new WrappedLog(inner, {
        append: async (_expected, _events, write) => {
          const fails = log.appends.length === 2;
          if (!fails || written) await write();
          if (fails) throw new OutcomeUnknown(new Error('gone'));
        },
      });
      const book = await open(log, limits);
      expect(told(await book.execute(close, sender, 2_000))).toBe('UNAVAILABLE');
      expect(await eventsOf(inner)).toHaveLength(cuts[written ? 1 : 0] ?? 0);
      const again = await book.execute(close, sender, 9_000);
      expect(told(again)).toBe('repeated');
      expect(range(again)).toEqual([before.length, whole.length - 1]);
      expect(hashes(await eventsOf(inner))).toEqual(hashes(whole));
      expect(digestNow(book)).toBe(digestOf(whole));
    },
  );
});

describe('a book in a file', () => {
  it('whose bytes were changed takes no commands, and says so', async () => {
    const path = join(folder, 'main.formicary');
    const [log, otherLog] = [await SqliteLog.open(path), await SqliteLog.open(path)];
    const [book, other] = [await open(log), await open(otherLog)];
    await book.execute(topUp(day, 'a', '10.00'), sender);
    await other.execute(topUp(day, 'a', '3.00'), sender);
    const database = new Database(path);
    database.prepare('UPDATE batch SET body = substr(body, 1, 40) WHERE first = 2').run();
    database.close();
    const answer = await book.execute(topUp(day, 'a', '1.00'), sender);
    expect(told(answer)).toBe('UNAVAILABLE');
    expect(book.stopped?.message).toMatch(/revision 2/);
    expect(book.head.revision).toBe(1);
    await book.close();
    await other.close();
    const again = await SqliteLog.open(path);
    const reopened = await open(again);
    expect(reopened.stopped?.message).toMatch(/revision 2/);
    expect([reopened.head.revision, reopened.verified.state]).toEqual([1, 'BROKEN']);
    await again.close();
  });

  it('that is full refuses with UNAVAILABLE, loses nothing, and goes on where there is room', async () => {
    const path = join(folder, 'main.formicary');
    const log = await SqliteLog.open(path, { filePagesMax: 24 });
    const book = await open(log);
    const seen = new Set<string>();
    const booked: string[] = [];
    for (let round = 0; round < 40; round++) {
      const commands = Array.from({ length: 40 }, (_, at) => {
        const n = round * 40 + at;
        return keyed(topUp(day, `holder-${(n * 2_654_435_761) % 4_294_967_291}`, '1.00'), `key number ${n}`);
      });
      const answers = await Promise.all(commands.map((command) => book.execute(command, sender)));
      answers.forEach((answer, at) => {
        seen.add(told(answer));
        if (answer.kind === 'accepted') booked.push(commands[at]?.key ?? '');
      });
    }
    expect([...seen].sort()).toEqual(['UNAVAILABLE', 'accepted']);
    const events = await eventsOf(log);
    expect(events.flatMap(({ key }) => (key === null ? [] : [key]))).toEqual(booked);
    expect(digestNow(book)).toBe(digestOf(events));
    await book.close();
    const larger = await SqliteLog.open(path);
    const again = await open(larger);
    expect(told(await again.execute(topUp(day, 'a', '1.00'), sender))).toBe('accepted');
    await again.close();
  });

  it('is written by two processes: one chain, each command once, equal answers to equal keys', async () => {
    const path = join(folder, 'main.formicary');
    const commands = join(folder, 'commands.jsonl');
    const all = randomCommands(11, 500);
    writeFileSync(commands, textOf(all));
    const order = { path, commands, from: 0, to: all.length, window: 8 };
    const [a, b] = await Promise.all([
      run({ ...order, actor: 'a' }),
      run({ ...order, actor: 'b', window: 3 }),
    ]);
    expect([a.stderr, b.stderr]).toEqual(['', '']);
    const events = await contentsOf(path);
    checkSound(events);
    for (const { end } of [a, b]) {
      expect(end?.digest).toBe(digestOf(events.slice(0, (end?.revision ?? -2) + 1)));
    }
    const theirs = new Map(b.acks.map((ack) => [ack.n, ack]));
    let contested = 0;
    const booked = new Set<string>();
    for (const mine of a.acks) {
      const other = theirs.get(mine.n);
      for (const ack of [mine, other]) {
        if (ack?.kind === 'accepted') {
          expect(booked.has(`c-${ack.n}`)).toBe(false);
          booked.add(`c-${ack.n}`);
        }
      }
      if (mine.kind === 'refused' || other === undefined || other.kind === 'refused') continue;
      if (all[mine.n]?.command === 'closeDay' && mine.kind === other.kind) continue;
      expect([mine.first, mine.last]).toEqual([other.first, other.last]);
      expect([mine.kind, other.kind].sort()).toEqual(['accepted', 'repeated']);
      contested++;
    }
    expect(contested).toBeGreaterThan(100);
    expect(events.flatMap(({ key }) => (key === null ? [] : [key])).sort()).toEqual([...booked].sort());
  });
});
