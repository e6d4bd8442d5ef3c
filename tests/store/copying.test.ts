/** Copying a log to another store: equal to the last hash, whatever is in the way. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { type Copied, compareLogs, copyLog, preludes } from '../../src/book/copying.ts';
import { type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { type EventLog, headAt, type LogHead, OutcomeUnknown } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { house } from '../../src/segments/index.ts';
import { histories, run } from '../support/histories.ts';
import { type After, chain, eventAfter, gathered, inFolder } from './events.ts';

const all = (log: EventLog): Promise<readonly StoredEvent[]> => gathered(log.read(0, 'forwards'));

/** A log in memory that holds events. */
async function logOf(events: readonly StoredEvent[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  await log.append(-1, events);
  return log;
}

/** A log in memory that remembers how many appends were tried, and where each ended that was taken. */
class Watched extends MemoryLog {
  tries = 0;
  readonly ends: number[] = [];

  override async append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
    this.tries++;
    await super.append(expectedRevision, events);
    this.ends.push(expectedRevision + events.length);
  }
}

/** Drafts of commands, as they come to stand in a log: what opened the book first, a fact, what it caused; or a close's run. */
interface Draft {
  readonly prelude: boolean;
  readonly run: boolean;
  readonly texts: readonly string[];
}

const drafts: fc.Arbitrary<readonly Draft[]> = fc.array(
  fc.record({
    prelude: fc.boolean(),
    run: fc.boolean(),
    texts: fc.array(
      fc.tuple(fc.nat(900), fc.constantFrom('x', '余')).map(([length, char]) => char.repeat(length)),
      { minLength: 1, maxLength: 8 },
    ),
  }),
  { minLength: 1, maxLength: 16 },
);

/** The events of drafts, and the revisions after which an append may end. */
function written(commands: readonly Draft[]): { events: readonly StoredEvent[]; ends: ReadonlySet<number> } {
  const events: StoredEvent[] = [];
  const ends = new Set<number>();
  const push = (parts: Parameters<typeof eventAfter>[1]): number => {
    const event = eventAfter(events.at(-1), parts);
    events.push(event);
    return event.revision;
  };
  for (const { prelude, run, texts } of commands) {
    if (prelude) push({ type: 'PolicyExtended', data: {} });
    const [first = '', ...rest] = texts;
    const header = run ? { engine: 'test', events: rest.length } : null;
    if (run) ends.add(events.length - 1);
    const cause = push({ data: { text: first }, header });
    for (const text of rest) {
      if (run) ends.add(events.length - 1);
      push({ kind: 'derived', cause, data: { text } });
    }
    ends.add(events.length - 1);
  }
  return { events, ends };
}

/** Copies again and again, each time stopped after so many appends, until it is done. */
async function copiedInBits(source: EventLog, target: EventLog, appends: number, bytesMax: number) {
  const bits: Copied[] = [];
  for (;;) {
    const stop = new AbortController();
    let done = 0;
    const onProgress = (): void => {
      if (++done === appends) stop.abort();
    };
    const copied = await copyLog(source, target, { bytesMax, signal: stop.signal, onProgress });
    bits.push(copied);
    if (!copied.interrupted) return bits;
  }
}

const engines: readonly {
  readonly name: string;
  readonly open: (folder: string, name: string) => Promise<EventLog>;
}[] = [
  { name: 'memory', open: async () => new MemoryLog() },
  { name: 'sqlite', open: (folder, name) => SqliteLog.open(join(folder, `${name}.formicary`)) },
];

describe.each(engines)('from $name', ({ open: openSource }) => {
  describe.each(engines)('to $name', ({ open: openTarget }) => {
    it.each(histories(1, { days: 25, lines: 400, users: 8, merchants: 3 }))(
      'every event is as it was: $name',
      async ({ lines, close, last }) => {
        await inFolder(async (folder) => {
          const { events } = run(lines, { close, through: last }).book;
          const [source, target] = [await openSource(folder, 'source'), await openTarget(folder, 'target')];
          await source.append(-1, events);
          const head = await source.head();
          expect(await copyLog(source, target, { bytesMax: 20_000 })).toEqual({
            present: 0,
            events: events.length,
            head,
            left: 0,
            interrupted: false,
          });
          expect(await target.head()).toEqual(head);
          expect(await all(target)).toEqual(events);
          expect(await compareLogs(source, target, head)).toEqual({
            events: events.length,
            interrupted: false,
          });
          expect(await copyLog(source, target)).toMatchObject({ present: events.length, events: 0 });
          await source.close();
          await target.close();
        });
      },
    );
  });
});

describe('a copy', () => {
  it('can be stopped after any append, and goes on there', async () => {
    await fc.assert(
      fc.asyncProperty(
        drafts,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 500, max: 20_000 }),
        async (commands, appends, bytesMax) => {
          const { events } = written(commands);
          const target = new MemoryLog();
          const bits = await copiedInBits(await logOf(events), target, appends, bytesMax);
          expect(await all(target)).toEqual(events);
          expect(bits.reduce((sum, bit) => sum + bit.events, 0)).toBe(events.length);
          for (const { present, events: count, head, left, interrupted } of bits) {
            expect(head).toEqual(headAt(events[present + count - 1] ?? eventAfter()));
            expect(left).toBe(events.length - present - count);
            expect(interrupted).toBe(left > 0);
          }
        },
      ),
    );
  });

  it('splits appends between commands alone, but for a run, whatever size the target takes', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.integer({ min: 3_000, max: 20_000 }), async (commands, appendBytesMax) => {
        const { events, ends } = written(commands);
        const target = new Watched({ appendBytesMax });
        const copied = await copyLog(await logOf(events), target).catch((error: unknown) => error);
        for (const end of target.ends) expect(ends).toContain(end);
        expect(await all(target)).toEqual(events.slice(0, (target.ends.at(-1) ?? -1) + 1));
        // One command may be more than the target takes; else all of it is there.
        if (copied instanceof Error) expect(copied).toMatchObject({ refusal: { code: 'COMMAND_TOO_LARGE' } });
        else expect(await target.head()).toEqual(headAt(events.at(-1) ?? eventAfter()));
      }),
    );
  });

  it('takes the facts before a command’s own to it', () => {
    expect([...preludes].sort()).toEqual([house.own.opened.name, house.own.extended.name].sort());
  });

  it('splits a run of any length, and goes on amid it', async () => {
    const texts = Array.from({ length: 12_000 }, () => 'x');
    const { events } = written([{ prelude: true, run: true, texts }]);
    const [source, target] = [await logOf(events), new Watched()];
    const bits = await copiedInBits(source, target, 1, 900_000);
    expect(bits.length).toBeGreaterThan(5);
    expect(await all(target)).toEqual(events);
  });

  it('that was stopped amid a close is a book: opened, it finishes the close as the source has it', async () => {
    const [{ lines, close, last } = expect.unreachable()] = histories(1, {
      days: 12,
      lines: 200,
      users: 30,
      merchants: 3,
    });
    const { events } = run(lines, { close, through: last }).book;
    const [source, target] = [await logOf(events), new MemoryLog()];
    let amid = 0;
    for (let left = events.length; left > 0; ) {
      const stop = new AbortController();
      const onProgress = (): void => stop.abort();
      const copied = await copyLog(source, target, { bytesMax: 4_000, signal: stop.signal, onProgress });
      const { revision } = copied.head;
      const [end, next] = events.slice(revision, revision + 2);
      if (next?.cause != null && next.cause !== revision && end?.cause === next.cause) {
        amid++;
        // It isn't closed: that would close the target.
        await Book.open({ id: 'main', house, log: target, now: () => 0, engine: 'test' });
        const kept = await all(target);
        expect(kept.length).toBeGreaterThan(revision + 1);
        expect(kept).toEqual(events.slice(0, kept.length));
      }
      ({ left } = copied);
    }
    expect(amid).toBeGreaterThan(0);
    expect(await all(target)).toEqual(events);
  });

  it('refuses a command that the target can’t take at once, and keeps what was before it', async () => {
    const small: Draft = { prelude: false, run: false, texts: ['x', 'x'] };
    const { events } = written([small, { ...small, texts: ['x'.repeat(3_000), 'y'.repeat(3_000)] }, small]);
    const target = new MemoryLog({ appendBytesMax: 5_000 });
    await expect(copyLog(await logOf(events), target)).rejects.toMatchObject({
      refusal: { code: 'COMMAND_TOO_LARGE', value: 'revision 2', detail: expect.stringContaining('5000') },
    });
    expect(await all(target)).toEqual(events.slice(0, 2));
  });

  it('packs fewer events into an append where their sizes were taken for smaller than they are', async () => {
    // A size is taken in characters, and each of these is three bytes.
    const texts = Array.from({ length: 40 }, (_, at) => `${at}${'余'.repeat(1_000)}`);
    const { events } = written(texts.map((text) => ({ prelude: false, run: false, texts: [text] })));
    const target = new Watched({ appendBytesMax: 20_000 });
    await copyLog(await logOf(events), target);
    expect(await all(target)).toEqual(events);
    expect(target.ends.length).toBeLessThan(events.length);
  });

  it('asks no more of a target than it says it takes', async () => {
    const events = chain(2_000);
    const target = new Watched({ appendBytesMax: 50_000 });
    await copyLog(await logOf(events), target);
    expect(await all(target)).toEqual(events);
    expect(target.tries).toBe(target.ends.length);
  });

  it('of nothing is nothing', async () => {
    const target = new MemoryLog();
    expect(await copyLog(new MemoryLog(), target)).toMatchObject({ present: 0, events: 0, left: 0 });
    expect((await target.head()).revision).toBe(-1);
  });

  it('ends where the source ended when it began, and says what has come since', async () => {
    const events = chain(3_000);
    const [source, target] = [await logOf(events), new MemoryLog()];
    let last: After | undefined = events.at(-1);
    const copied = await copyLog(source, target, {
      bytesMax: 100_000,
      onProgress: () => {
        const more = chain(5, last);
        void source.append(last?.revision ?? -1, more);
        last = more.at(-1);
      },
    });
    expect(copied).toMatchObject({ events: 3_000, head: headAt(events.at(-1) ?? eventAfter()) });
    expect(copied.left).toBeGreaterThan(0);
    expect(copied.left).toBe((await source.head()).revision - 2_999);
    expect(await copyLog(source, target)).toMatchObject({ present: 3_000, events: copied.left, left: 0 });
    expect(await all(target)).toEqual(await all(source));
  });

  it('sends the identical events again where an answer was lost, written or not', async () => {
    class Losing extends MemoryLog {
      #appends = 0;
      override async append(expectedRevision: number, events: readonly StoredEvent[]): Promise<void> {
        this.#appends++;
        if (this.#appends % 4 === 1) throw new OutcomeUnknown('lost before it was written');
        await super.append(expectedRevision, events);
        if (this.#appends % 4 === 3) throw new OutcomeUnknown('lost after it was written');
      }
    }
    const events = chain(2_000);
    const target = new Losing();
    await copyLog(await logOf(events), target, { bytesMax: 50_000 });
    expect(await all(target)).toEqual(events);
  });
});

describe('a target', () => {
  it('that holds another history is left as it was, and told where it parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(59),
        fc.integer({ min: 1, max: 20 }),
        async (length, at, more) => {
          const events = chain(length);
          const common = events.slice(0, Math.min(at, length - 1));
          const others = [...common, ...chain(more, common.at(-1), 'other')];
          const target = await logOf(others);
          const [ours, theirs] = [events[common.length], others[common.length]];
          await expect(copyLog(await logOf(events), target)).rejects.toMatchObject({
            refusal: {
              code: 'TARGET_DIFFERS',
              value: `revision ${common.length}`,
              detail: `source ${ours?.hash}, target ${theirs?.hash}`,
            },
          });
          expect(await all(target)).toEqual(others);
        },
      ),
    );
  });

  it.each([0, 1, 20])('that has gone on after %d events of the source is left as it was', async (length) => {
    const events = chain(30);
    const target = await logOf(events);
    await expect(copyLog(await logOf(events.slice(0, length)), target)).rejects.toMatchObject({
      refusal: { code: 'TARGET_AHEAD', value: `revision ${length}` },
    });
    expect(await all(target)).toEqual(events);
  });

  it('that somebody else writes to meanwhile is told, and nothing is written over', async () => {
    const [source, target] = [await logOf(chain(3_000)), new MemoryLog()];
    let theirs: readonly StoredEvent[] = [];
    const copying = copyLog(source, target, {
      bytesMax: 100_000,
      onProgress: (done) => {
        if (theirs.length > 0) return;
        theirs = chain(1, chain(done).at(-1), 'other');
        void target.append(done - 1, theirs);
      },
    });
    const said = await copying.catch((error: unknown) => error);
    const [{ revision } = eventAfter()] = theirs;
    expect(revision).toBeGreaterThan(0);
    expect(said).toMatchObject({
      refusal: { code: 'TARGET_WRITTEN', value: `revision ${revision}`, detail: `it ends at ${revision}` },
    });
    expect((await all(target)).at(-1)).toEqual(theirs[0]);
    await expect(copyLog(source, target)).rejects.toMatchObject({ refusal: { code: 'TARGET_DIFFERS' } });
  });
});

describe('an end', () => {
  it('that the source said it has and doesn’t give is told', async () => {
    const events = chain(100);
    const [last = eventAfter(), beyond = eventAfter()] = [events.at(-1), ...chain(1, events.at(-1))];
    class Boasting extends MemoryLog {
      readonly #head: LogHead;
      constructor(head: LogHead) {
        super();
        this.#head = head;
      }
      override head(): Promise<LogHead> {
        return Promise.resolve(this.#head);
      }
    }
    for (const [head, revision] of [
      [headAt(beyond), 100],
      [{ ...headAt(last), hash: beyond.hash }, 99],
    ] as const) {
      const source = new Boasting(head);
      await source.append(-1, events);
      await expect(copyLog(source, new MemoryLog())).rejects.toMatchObject({
        refusal: { code: 'SOURCE_BROKEN', value: `revision ${revision}` },
      });
    }
  });

  it('that the target doesn’t have when all was appended is told', async () => {
    class Forgetful extends MemoryLog {
      override async append(): Promise<void> {
        // It says that it is done.
      }
    }
    await expect(copyLog(await logOf(chain(10)), new Forgetful())).rejects.toMatchObject({
      refusal: { code: 'TARGET_BROKEN', value: 'revision 0' },
    });
  });
});

describe('a source', () => {
  it('with an event whose hash doesn’t hold is copied up to the command before, and no further', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.nat(), async (commands, seed) => {
        const { events, ends } = written(commands);
        const at = seed % events.length;
        // The first is checked by the log that takes it.
        fc.pre(at > 0);
        const altered = events.map((event) =>
          event.revision === at ? { ...event, actor: 'nobody' } : event,
        );
        const target = new MemoryLog();
        await expect(copyLog(await logOf(altered), target)).rejects.toMatchObject({
          refusal: {
            code: 'SOURCE_BROKEN',
            value: `revision ${at}`,
            detail: expect.stringContaining(events[at]?.hash ?? ''),
          },
        });
        // Whether the command of the event before it was whole can't be known from what comes there.
        const whole = [...ends].filter((end) => end < at - 1);
        expect(await all(target)).toEqual(events.slice(0, Math.max(-1, ...whole) + 1));
      }),
    );
  });

  it('with an event that was put in its place with a chain of its own breaks at the next', async () => {
    const events = chain(40);
    const { hash: _, ...draft } = events[20] ?? eventAfter();
    const forged = sealed({ ...draft, actor: 'nobody' }, events[19]?.hash ?? '');
    const source = await logOf(events.map((event) => (event.revision === 20 ? forged : event)));
    const target = new MemoryLog();
    await expect(copyLog(source, target)).rejects.toMatchObject({
      refusal: { code: 'SOURCE_BROKEN', value: 'revision 21' },
    });
    expect((await target.head()).revision).toBeLessThanOrEqual(20);
  });

  it.each([
    ['whose bytes can’t be read', 'UPDATE batch SET body = substr(body, 1, 100) WHERE first = 1024'],
    ['with a gap', 'DELETE FROM batch WHERE first = 1024'],
  ])('%s is copied up to there', async (_what, sql) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const events = chain(3_000);
      const written = await SqliteLog.open(path);
      await written.append(-1, events);
      await written.close();
      const database = new Database(path);
      database.exec(sql);
      database.close();
      const [source, target] = [await SqliteLog.open(path), new MemoryLog()];
      await expect(copyLog(source, target)).rejects.toMatchObject({
        refusal: { code: 'SOURCE_BROKEN', value: 'revision 1024' },
      });
      const kept = await all(target);
      expect(kept).toEqual(events.slice(0, kept.length));
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.length).toBeLessThanOrEqual(1_024);
      await source.close();
    });
  });
});

describe('a comparison', () => {
  it('finds the first event of the target that is not the source’s', async () => {
    const events = chain(300);
    const source = await logOf(events);
    const head = await source.head();
    const altered = events.map((event) => (event.revision === 77 ? { ...event, actor: 'nobody' } : event));
    await expect(compareLogs(source, await logOf(altered), head)).rejects.toMatchObject({
      refusal: { code: 'TARGET_BROKEN', value: 'revision 77', detail: expect.stringContaining('its fields') },
    });
    const other = [...events.slice(0, 50), ...chain(250, events[49], 'other')];
    await expect(compareLogs(source, await logOf(other), head)).rejects.toMatchObject({
      refusal: {
        code: 'TARGET_BROKEN',
        value: 'revision 50',
        detail: `source ${events[50]?.hash}, target ${other[50]?.hash}`,
      },
    });
    await expect(compareLogs(source, await logOf(events.slice(0, 200)), head)).rejects.toMatchObject({
      refusal: { code: 'TARGET_BROKEN', value: 'revision 200' },
    });
    await expect(compareLogs(await logOf(events.slice(0, 200)), source, head)).rejects.toMatchObject({
      refusal: { code: 'SOURCE_BROKEN', value: 'revision 200' },
    });
  });

  it('stops when it is told to', async () => {
    const source = await logOf(chain(3_000));
    const stop = new AbortController();
    const compared = await compareLogs(source, source, await source.head(), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(compared.interrupted).toBe(true);
    expect(compared.events).toBeLessThan(3_000);
  });
});
