/**
 * A process that writes: `node writer.ts FILE APPENDS EVENTS TAG` appends so many batches and prints a line for each: its last
 * revision. When somebody else was first it decides again; on any other error it prints the error's name and tries the same events
 * again, once.
 */
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { type EventLog, WrongExpectedRevision } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { chain } from './events.ts';

const [path = '', appends = '', events = '', tag = ''] = process.argv.slice(2);
const say = (line: unknown): boolean => process.stdout.write(`${line}\n`);
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

async function append(log: EventLog, expected: number, batch: readonly StoredEvent[]): Promise<void> {
  try {
    await log.append(expected, batch);
  } catch (error) {
    if (error instanceof WrongExpectedRevision) throw error;
    say(nameOf(error));
    await log.append(expected, batch);
  }
  say(expected + batch.length);
}

try {
  const log = await SqliteLog.open(path);
  for (let done = 0; done < Number(appends); ) {
    const head = await log.head();
    try {
      await append(log, head.revision, chain(Number(events), head, tag));
      done += 1;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
  await log.close();
} catch (error) {
  say(nameOf(error));
}
