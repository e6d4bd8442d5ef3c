/** Verification of a log's chain: what was changed, dropped, put in, swapped or cut off is named by its first revision. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { problemsMax, verifyChain } from '../../src/audit/chain.ts';
import { type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { encodeBody } from '../../src/log/sqlite/codec.ts';
import { rowEventsMax, SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { inFolder } from '../store/events.ts';
import { logOf, randomHistory, rechained, recordLines } from './recorded.ts';

const events = recordLines(randomHistory(3, 'recorded', true), { close: 'recorded', reverseEvery: 9 });
const last = events.length - 1;
const eventAt = (revision: number): StoredEvent => {
  const event = events[revision];
  if (event === undefined) throw new Error(`no event ${revision}`);
  return event;
};
const hashAt = (revision: number): string => eventAt(revision).hash;

/** A log that gives whatever events it is told to, as a store would whose bytes were changed. */
class Given extends MemoryLog {
  readonly #events: readonly StoredEvent[];

  constructor(given: readonly StoredEvent[]) {
    super();
    this.#events = given;
  }

  override async head(): ReturnType<EventLog['head']> {
    const end = this.#events.at(-1);
    return { revision: end?.revision ?? -1, hash: end?.hash ?? '', recordedAt: end?.recordedAt ?? 0 };
  }

  override async *read(from: number): AsyncGenerator<readonly StoredEvent[]> {
    yield this.#events.slice(from);
  }

  override async readMany(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    return revisions.flatMap((revision) => this.#events[revision] ?? []);
  }
}

const changed = (at: number, parts: Partial<StoredEvent>): readonly StoredEvent[] =>
  events.map((event, place) => (place === at ? { ...event, ...parts } : event));

describe('a chain', () => {
  it('that is whole holds, without an anchor with a remark', async () => {
    const log = await logOf(events);
    const told: number[] = [];
    const found = await verifyChain(log, {}, (checked) => told.push(checked));
    expect(found).toEqual({
      holds: true,
      from: 0,
      to: last,
      events: events.length,
      head: { revision: last, hash: hashAt(last) },
      firstBad: undefined,
      problems: [],
      problemCount: 0,
      remarks: ['tail not anchored'],
    });
    expect(told.at(-1)).toBe(events.length);
  });

  it('of no events holds', async () => {
    const found = await verifyChain(new MemoryLog());
    expect(found).toMatchObject({ holds: true, events: 0, to: -1, remarks: [] });
  });

  it('is checked over a range, its link to what is before included', async () => {
    const log = await logOf(events);
    const found = await verifyChain(log, { from: 100, to: 200 });
    expect(found).toMatchObject({ holds: true, from: 100, to: 200, events: 101 });
    expect(found.head.hash).toBe(hashAt(200));
    const broken = new Given(changed(99, { hash: 'f'.repeat(64) }));
    expect(await verifyChain(broken, { from: 100, to: 200 })).toMatchObject({ holds: false, firstBad: 100 });
    for (const range of [{ from: -1 }, { from: 5, to: 4 }, { to: last + 1 }])
      await expect(verifyChain(log, range)).rejects.toThrow(RangeError);
  });

  const fields: readonly (readonly [string, Partial<StoredEvent>])[] = [
    ['type', { type: 'Other' }],
    ['schema version', { schemaVersion: 2 }],
    ['kind', { kind: eventAt(50).kind === 'fact' ? 'derived' : 'fact' }],
    ['segment', { segment: 'other' }],
    ['subject', { subject: 'wallet/other' }],
    ['refs', { refs: ['wallet/other'] }],
    ['effective date', { effectiveOn: eventAt(50).effectiveOn + 1 }],
    ['recorded time', { recordedAt: eventAt(50).recordedAt + 1 }],
    ['actor', { actor: 'other' }],
    ['cause', { cause: eventAt(50).cause === 7 ? 8 : 7 }],
    ['correlation', { correlation: 'other' }],
    ['key', { key: 'other' }],
    ['input hash', { inputHash: 'other' }],
    ['header', { header: { engine: 'other', events: 1 } }],
    ['data', { data: { other: 'x' } }],
    ['accounts', { accounts: ['a:b:c:d:CNY', 'a:b:c:e:CNY'], minors: [1n, -1n] }],
  ];
  it.each(fields)('shows a change of an event’s %s', async (_field, parts) => {
    const found = await verifyChain(new Given(changed(50, parts)));
    expect(found).toMatchObject({ holds: false, firstBad: 50, problemCount: 1 });
  });

  it('shows a change that was hashed anew, at the event after it', async () => {
    const { hash: _, ...event } = { ...eventAt(50), actor: 'other' };
    const found = await verifyChain(new Given(changed(50, sealed(event, hashAt(49)))));
    expect(found.problems.map(({ revision }) => revision)).toEqual([51]);
  });

  it('shows events dropped, put in and swapped', async () => {
    const dropped = events.filter(({ revision }) => revision !== 60);
    expect((await verifyChain(new Given(dropped))).firstBad).toBe(60);
    const doubled = events.flatMap((event) => (event.revision === 60 ? [event, event] : [event]));
    expect((await verifyChain(new Given(doubled))).firstBad).toBe(60);
    const [a, b] = [eventAt(60), eventAt(61)];
    const swapped = events.map((event) => (event === a ? b : event === b ? a : event));
    expect((await verifyChain(new Given(swapped))).firstBad).toBe(60);
  });

  it('shows an entry that does not balance, or an effect without a cause, whatever its hash', async () => {
    const posted = events.findIndex(({ accounts }) => accounts.length === 2);
    const [first = 0n] = eventAt(posted).minors;
    const unbalanced = rechained(changed(posted, { minors: [first, 1n - first] }));
    const found = await verifyChain(await logOf(unbalanced));
    expect(found).toMatchObject({ holds: false, firstBad: posted, problemCount: 1 });
    expect(found.problems[0]?.reason).toMatch(/does not balance: (platform|fund) 0\.01 CNY/);
    const later = await verifyChain(new Given(rechained(changed(50, { cause: 51 }))));
    expect(later).toMatchObject({ holds: false, firstBad: 50 });
  });

  it('lists so many problems, and counts the rest', async () => {
    const many = Array.from({ length: problemsMax + 5 }, (_, at) => ({
      ...eventAt(0),
      revision: at,
    }));
    const found = await verifyChain(new Given(many));
    expect(found.problems).toHaveLength(problemsMax);
    expect(found.problemCount).toBe(problemsMax + 4);
  });
});

describe('an anchor', () => {
  it('at the head leaves no remark, before it one, with another hash or beyond the end a problem', async () => {
    const log = await logOf(events);
    const anchored = await verifyChain(log, { anchors: [{ revision: last, hash: hashAt(last) }] });
    expect(anchored).toMatchObject({ holds: true, remarks: [] });
    const earlier = await verifyChain(log, { anchors: [{ revision: 10, hash: hashAt(10) }] });
    expect(earlier).toMatchObject({ holds: true, remarks: ['tail not anchored after revision 10'] });
    const other = await verifyChain(log, { anchors: [{ revision: 10, hash: hashAt(11) }] });
    expect(other).toMatchObject({ holds: false, firstBad: 10 });
    const cut = await logOf(events.slice(0, -5));
    const truncated = await verifyChain(cut, { anchors: [{ revision: last, hash: hashAt(last) }] });
    expect(truncated).toMatchObject({ holds: false, firstBad: last - 4 });
    expect(truncated.problems[0]?.reason).toContain(`event ${last} was in it`);
  });

  it('shows a history written anew, which holds by itself', async () => {
    const anew = await logOf(rechained(changed(50, { actor: 'other' })));
    expect((await verifyChain(anew)).holds).toBe(true);
    const found = await verifyChain(anew, { anchors: [{ revision: 90, hash: hashAt(90) }] });
    expect(found).toMatchObject({ holds: false, firstBad: 90 });
  });
});

describe('a file', () => {
  const row = (at: number): number => at * rowEventsMax;

  /** The verification of a file after somebody changed it by hand. */
  async function tampered(change: (database: Database.Database) => void): ReturnType<typeof verifyChain> {
    return await inFolder(async (folder) => {
      const path = join(folder, 'main.formicary');
      const log = await SqliteLog.open(path);
      await log.append(-1, events);
      await log.close();
      const database = new Database(path);
      change(database);
      database.close();
      const again = await SqliteLog.open(path);
      try {
        return await verifyChain(again, { anchors: [{ revision: last, hash: hashAt(last) }] });
      } finally {
        await again.close();
      }
    });
  }

  /** Writes a row's events anew, changed, with the row's own columns as they were. */
  const rewrite = (database: Database.Database, at: number, parts: Partial<StoredEvent>): void => {
    const first = row(Math.floor(at / rowEventsMax));
    const rewritten = events
      .slice(first, first + rowEventsMax)
      .map((event) => (event.revision === at ? { ...event, ...parts } : event));
    database.prepare('UPDATE batch SET body = ? WHERE first = ?').run(encodeBody(rewritten), first);
  };

  it('as it was written holds', async () => {
    expect(await tampered(() => {})).toMatchObject({ holds: true, events: events.length, remarks: [] });
  });

  it('with an altered event names it', async () => {
    const at = row(1) + 5;
    const found = await tampered((database) => rewrite(database, at, { actor: 'other' }));
    expect(found.problems.map(({ revision }) => revision)).toEqual([at]);
  });

  it('with other bytes of the same meaning names their row', async () => {
    const found = await tampered((database) => {
      database.prepare("UPDATE batch SET body = body || ' ' WHERE first = ?").run(row(2));
    });
    expect(found.problems.map(({ revision }) => revision)).toEqual([row(2)]);
  });

  it('with a dropped row names its first event', async () => {
    const found = await tampered((database) => {
      database.prepare('DELETE FROM batch WHERE first = ?').run(row(1));
    });
    expect(found).toMatchObject({ holds: false, firstBad: row(1) });
  });

  it('with the last row dropped shows against the anchor alone', async () => {
    const found = await tampered((database) => {
      database.prepare('DELETE FROM batch WHERE first = (SELECT max(first) FROM batch)').run();
    });
    const lastRow = row(Math.floor(last / rowEventsMax));
    expect(found).toMatchObject({ holds: false, firstBad: lastRow, problemCount: 1 });
  });

  it('with rows that changed places names the first of them', async () => {
    const found = await tampered((database) => {
      database.prepare('UPDATE batch SET first = -1 WHERE first = ?').run(row(1));
      database.prepare('UPDATE batch SET first = ? WHERE first = ?').run(row(1), row(2));
      database.prepare('UPDATE batch SET first = ? WHERE first = -1').run(row(2));
    });
    expect(found).toMatchObject({ holds: false, firstBad: row(1) });
  });

  it('with text that is none names the row', async () => {
    const found = await tampered((database) => {
      database.prepare("UPDATE batch SET body = 'nonsense' WHERE first = ?").run(row(1));
    });
    expect(found).toMatchObject({ holds: false, firstBad: row(1) });
  });
});
