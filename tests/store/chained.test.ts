/** A log that hands out no event whose hash does not hold, whichever way it is asked for. */
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { ChainedLog, readable } from '../../src/log/port/chained.ts';
import { LogUnreadable } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { tamper } from '../support/tampering.ts';
import { chain, gathered, inFolder, revisionsOf } from './events.ts';

const events = chain(300);

/** What a reader was given, and at which revision it failed. */
async function until(batches: AsyncIterable<readonly StoredEvent[]>): Promise<{
  readonly given: readonly number[];
  readonly fault: number | undefined;
}> {
  const given: number[] = [];
  try {
    for await (const batch of batches) given.push(...revisionsOf(batch));
  } catch (error) {
    if (!(error instanceof LogUnreadable)) throw error;
    return { given, fault: error.revision };
  }
  return { given, fault: undefined };
}

const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => (to < from ? from - at : from + at));

/** A file of three rows in which one event was changed. */
async function tampered(
  revision: number,
  rehash: 'none' | 'row',
  work: (log: ChainedLog, found: readonly number[]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/main.formicary`;
    const raw = await SqliteLog.open(path);
    await raw.append(-1, events);
    tamper(path, revision, { actor: 'other' }, rehash);
    const found: number[] = [];
    await work(new ChainedLog(raw, (fault) => found.push(fault.revision)), found);
    await raw.close();
  });
}

describe('a chained log', () => {
  it('gives what is whole as it is, from anywhere, in both directions', async () => {
    const raw = new MemoryLog();
    await raw.append(-1, events);
    const log = new ChainedLog(raw);
    for (const from of [0, 1, 137, 299, 300, 5_000]) {
      expect(await gathered(log.read(from, 'forwards'))).toEqual(await gathered(raw.read(from, 'forwards')));
      expect(await gathered(log.read(from, 'backwards', 20))).toEqual(
        await gathered(raw.read(from, 'backwards', 20)),
      );
    }
    const asked = [7, 0, 299, 7, 8];
    expect(revisionsOf(await log.readMany(asked))).toEqual(asked);
    await expect(log.readMany([300])).rejects.toThrow(RangeError);
  });

  it('stops at an event that was changed, and says so', async () => {
    await tampered(200, 'none', async (log, found) => {
      expect(await until(log.read(0, 'forwards'))).toEqual({ given: numbers(0, 199), fault: 200 });
      expect(await until(log.read(200, 'forwards'))).toEqual({ given: [], fault: 200 });
      expect(await until(log.read(299, 'backwards'))).toEqual({ given: numbers(299, 201), fault: 200 });
      await expect(log.readMany([3, 200])).rejects.toThrow(/revision 200/);
      expect(revisionsOf(await log.readMany([199, 201]))).toEqual([199, 201]);
      const { signal } = new AbortController();
      expect(await until(log.subscribe(190, signal))).toEqual({ given: numbers(190, 199), fault: 200 });
      expect(found).toEqual([200, 200, 200, 200, 200]);
    });
  });

  it('stops at the event after one that was changed with its hash', async () => {
    await tampered(200, 'row', async (log) => {
      const { given, fault } = await until(log.read(0, 'forwards'));
      expect(fault).toBe(256);
      expect(given.at(-1)).toBe(255);
    });
  });

  it('stops at a number that is not the next', async () => {
    const raw = new MemoryLog();
    const read = async function* () {
      yield [...events.slice(0, 5), ...events.slice(6, 9)];
    };
    Object.assign(raw, { read });
    expect(await until(new ChainedLog(raw).read(0, 'forwards'))).toEqual({ given: numbers(0, 4), fault: 5 });
  });
});

it('a log is read up to a row that can’t be, however many rows are read at once', async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/main.formicary`;
    const raw = await SqliteLog.open(path);
    await raw.append(-1, events);
    const database = new Database(path);
    database.prepare("UPDATE batch SET body = 'no JSON' WHERE first = 256").run();
    database.close();
    expect(await until(readable(raw, 0))).toEqual({ given: numbers(0, 255), fault: 256 });
    await raw.close();
  });
});
