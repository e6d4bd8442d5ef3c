/**
 * Stores that earlier versions wrote: this one opens them, verifies them, folds them to the digests that were written down then, and
 * finishes a close that was cut. Each test works on a copy.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/audit/chain.ts';
import { conformance } from '../../src/audit/conformance.ts';
import { Book } from '../../src/book/book.ts';
import { engineVersion } from '../../src/book/engine-version.ts';
import { restoreSnapshot, snapshotPath, writeSnapshot } from '../../src/book/snapshot/snapshot.ts';
import type { House } from '../../src/kernel/engine/house.ts';
import { balanceDigest, digest } from '../../src/kernel/state/digest.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { openLog } from '../../src/log/open.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { eventsOf } from '../crash/oracle.ts';
import { altered } from '../support/altered-house.ts';
import { topUp } from '../support/commands.ts';
import { type BookKept, type CommandKept, figuresAt, type StoreKept } from './record.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const now = Date.UTC(2030, 0, 1);
const sender = { actor: 'test' };

describe.each(readdirSync(fixtures))('a store of version %s', (version) => {
  const kept: StoreKept = JSON.parse(readFileSync(join(fixtures, version, 'kept.json'), 'utf8'));
  let folder: string;
  let store: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'formicary-kept-'));
    cpSync(join(fixtures, version), folder, { recursive: true });
    store = `sqlite:${folder}`;
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function withLog(id: string, work: (log: EventLog) => Promise<void>): Promise<void> {
    const log = await openLog(store, id);
    try {
      await work(log);
    } finally {
      await log.close();
    }
  }

  /** Opens a book with this version of the program, or with another one. */
  async function withBook(
    id: string,
    work: (book: Book) => Promise<void>,
    by: { readonly house: House; readonly engine: string } = { house, engine: engineVersion() },
  ): Promise<void> {
    await withLog(id, async (log) => {
      await work(await Book.open({ id, log, now: () => now, ...by }));
    });
  }

  const commandsOf = (id: string): readonly CommandKept[] =>
    readFileSync(join(folder, `${id}.commands.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): CommandKept => JSON.parse(line));

  /** Checks that a book holds what was written down, every figure of it. */
  async function checkHolds(book: Book, wanted: BookKept): Promise<void> {
    const { events, revision, hash, postings, closedThrough, points } = wanted;
    const recorded = await eventsOf(book.log);
    const types: Record<string, number> = {};
    for (const { type } of recorded) types[type] = (types[type] ?? 0) + 1;
    expect({ events: recorded.length, ...book.head, recordedAt: 0 }).toEqual({
      events,
      revision,
      hash,
      recordedAt: 0,
    });
    expect(types).toEqual(wanted.types);
    expect(book.state.journal.length).toBe(postings);
    expect(book.state.marks.closedThrough).toBe(dayOf(closedThrough));
    expect(digest(house, book.state)).toBe(wanted.digest);
    expect(balanceDigest(house, book.state)).toBe(wanted.balanceDigest);
    for (const { revision: at, asOf, balances } of points)
      expect(figuresAt(book, at, dayOf(asOf)), `${asOf} at ${at}`).toEqual(balances);
  }

  /** Gives every command again that had a key and was accepted: each answers with its first result, and nothing is booked. */
  async function checkRepeats(book: Book): Promise<void> {
    const { revision } = book.head;
    const accepted = commandsOf(book.id).filter(
      ({ key, answer }) => key !== undefined && answer.kind === 'accepted',
    );
    const answers = await book.executeAll(accepted.map((command) => ({ command, sender })));
    const told = answers.map((answer) => (answer.kind === 'refused' ? answer : { ...answer }));
    expect(told).toEqual(accepted.map(({ answer: { first, last } }) => ({ kind: 'repeated', first, last })));
    expect(book.head.revision).toBe(revision);
    expect(accepted.length).toBeGreaterThan(0);
  }

  it.each(['main', 'south'] as const)(
    '%s: the chain holds, every rule says the same, and it folds to the same figures',
    async (id) => {
      const wanted = kept.books[id];
      await withLog(id, async (log) => {
        const anchor = { revision: wanted.revision, hash: wanted.hash };
        expect(await verifyChain(log, { anchors: [anchor] })).toMatchObject({
          holds: true,
          events: wanted.events,
          remarks: [],
        });
        expect(await conformance(house, log)).toMatchObject({
          findings: [],
          clean: true,
          checked: wanted.events,
        });
      });
      await withBook(id, async (book) => {
        expect(book.stopped).toBeUndefined();
        await checkHolds(book, wanted);
        await checkRepeats(book);
        expect((await book.execute(topUp('2016-12-01', 'user-0', '1.00'), sender)).kind).toBe('accepted');
      });
    },
  );

  it('holds what it was kept for', () => {
    const { types } = kept.books.main;
    for (const type of [
      'Reversed',
      'Attempted',
      'PolicyChanged',
      'TransferSent',
      'HuabeiDrawn',
      'FundSubscribed',
    ])
      expect(types[type] ?? 0, type).toBeGreaterThan(0);
    expect(kept.books.south.types.TransferArrived).toBe(1);
    // One day before and after a policy for it became known: the same day shows other figures.
    const [before, after] = kept.books.main.points.slice(-2);
    expect(before?.asOf).toBe(after?.asOf);
    expect(before?.balances).not.toEqual(after?.balances);
    expect(kept.cut.events).toBeLessThan(kept.cut.beginning + kept.cut.run.length);
  });

  it('the snapshot of that engine is passed over, and left as it is', async () => {
    const { file } = kept.snapshot;
    const bytes = (): string =>
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex');
    const old = join(folder, file);
    expect(bytes()).toBe(kept.snapshot.sha256);
    // By another engine than wrote it: it is not looked for under that name, and not taken under its own.
    const engine = `${kept.engine} later`;
    expect(snapshotPath({ store }, 'main', engine)).not.toBe(old);
    await withLog('main', async (log) => {
      const dropped: string[] = [];
      const settings = { house, engine, log, dropped: (why: string) => dropped.push(why) };
      expect(await restoreSnapshot(old, settings)).toBeUndefined();
      // Another format is seen before another engine.
      expect(dropped).toEqual([expect.stringMatching(/^its format is 1|wrote it/)]);
    });
    await withBook(
      'main',
      async (book) => {
        const path = snapshotPath({ store }, 'main', engine);
        expect(path === undefined ? -1 : await writeSnapshot(path, book)).toBe(kept.books.main.revision);
      },
      { house, engine },
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(2);
    expect(bytes()).toBe(kept.snapshot.sha256);
  });

  it('the close that was cut is finished, to the very events that an uninterrupted one gave', async () => {
    const { cut } = kept;
    await withLog('cut', async (log) => {
      const hashes = (await eventsOf(log)).map(({ hash }) => hash);
      expect([hashes.length, hashes.at(-1)]).toEqual([cut.events, cut.hash]);
      expect(hashes.slice(cut.beginning)).toEqual(cut.run.slice(0, cut.events - cut.beginning));
      expect(await verifyChain(log)).toMatchObject({ holds: true, events: cut.events });
    });
    await withBook('cut', async (book) => {
      expect(book.stopped).toBeUndefined();
      const hashes = (await eventsOf(book.log)).map(({ hash }) => hash);
      expect(hashes.slice(cut.beginning)).toEqual(cut.run);
      await checkHolds(book, cut.finished);
      await checkRepeats(book);
      expect(await conformance(house, book.log)).toMatchObject({
        findings: [],
        checked: cut.finished.events,
      });
    });
  });

  it('a version with other rules leaves the cut close as it is, and says which version is to finish it', async () => {
    const { cut } = kept;
    const later = { house: altered('yuebao.incomeOfClass', 2n), engine: '99.0.0+later' };
    await withBook(
      'cut',
      async (book) => {
        const answer = await book.execute(topUp('2016-03-03', 'user-1', '1.00'), sender);
        if (answer.kind !== 'refused') throw new Error(answer.kind);
        const { code, message, hint } = answer.refusal;
        expect(code).toBe('UNAVAILABLE');
        expect(message).toContain(
          `begun by engine ${cut.begunBy}, and this one, 99.0.0+later, derives otherwise`,
        );
        expect(hint).toContain(`Start engine ${cut.begunBy} on this store once`);
        // It can be read, as far as it came.
        expect(book.head.revision).toBe(cut.revision);
        const closed = book.state.marks.closedThrough;
        expect(closed === undefined ? '' : formatDay(closed)).toBe('2016-03-01');
        const figures = figuresAt(book, cut.revision, dayOf('2016-03-01'));
        expect(figures['platform:liability:payments:wallet:user-299:CNY']).toBe('100.00');
      },
      later,
    );
    await withLog('cut', async (log) => expect((await log.head()).hash).toBe(cut.hash));
    // The rules that began it finish it; then the later version goes on.
    await withBook('cut', async (book) => expect(book.head.hash).toBe(cut.run.at(-1)));
    await withBook(
      'cut',
      async (book) => {
        const answer = await book.execute(topUp('2016-03-03', 'user-1', '1.00'), sender);
        expect(answer.kind).toBe('accepted');
      },
      later,
    );
  });
});
