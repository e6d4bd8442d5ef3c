/**
 * Durable commands on EventStoreDB: 64 clients, each answered when its command is durable, against the bare client appending the same
 * bytes in the same batches to the same server. The server is the tests' own in a process of its own, or a real one:
 * `FORMICARY_TEST_ESDB=esdb://… node bench/eventstoredb.ts [commands a client]`.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Book } from '../src/book/book.ts';
import type { StoredEvent } from '../src/kernel/state/events.ts';
import { EventStoreLog } from '../src/log/eventstoredb/eventstore-log.ts';
import type { EventLog } from '../src/log/port/port.ts';
import { house } from '../src/segments/index.ts';
import { ServerProcess } from '../tests/eventstoredb/server/server-process.ts';
import { appendedBare } from './bare-client.ts';
import { median, printRows } from './table.ts';

const clients = 64;
const perClient = Number(process.argv[2] ?? 100);
const rounds = 5;

const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const real = process.env.FORMICARY_TEST_ESDB;
const server = real === undefined ? await ServerProcess.start({ folder }) : undefined;
const url = real ?? server?.url ?? '';

/** The log, with the batches that were appended to it. */
function noting(log: EventLog, batches: (readonly StoredEvent[])[]): EventLog {
  return {
    appendBytesMax: log.appendBytesMax,
    head: () => log.head(),
    append: (expected, events) => {
      batches.push(events);
      return log.append(expected, events);
    },
    read: (from, direction, limit) => log.read(from, direction, limit),
    readMany: (revisions) => log.readMany(revisions),
    subscribe: (from, signal) => log.subscribe(from, signal),
    close: () => log.close(),
  };
}

/** Commands a second, and the batches that they came to. */
async function commands(round: string): Promise<{ rate: number; batches: (readonly StoredEvent[])[] }> {
  const batches: (readonly StoredEvent[])[] = [];
  const log = noting(await EventStoreLog.open(url, `bench-${round}`), batches);
  const book = await Book.open({ id: 'bench', house, log, engine: 'bench', now: Date.now });
  const from = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; turn < perClient; turn++) {
        const answer = await book.execute(
          {
            on: '2016-03-01',
            command: 'topUp',
            with: { holder: `user-${client}`, amount: '10.00 CNY' },
            key: `${client}/${turn}`,
          },
          { actor: `client-${client}`, correlation: `${client}/${turn}` },
        );
        if (answer.kind !== 'accepted') throw new Error(JSON.stringify(answer));
      }
    }),
  );
  const rate = (clients * perClient * 1_000) / (performance.now() - from);
  await book.close();
  return { rate, batches };
}

try {
  const tag = `${process.pid}-${Date.now()}`;
  const reached: number[] = [];
  const batched: number[] = [];
  const single: number[] = [];
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { rate, batches } = await commands(`${tag}-${round}`);
    const events = batches.reduce((sum, { length }) => sum + length, 0);
    sizes.push(events / batches.length);
    reached.push((rate * events) / (clients * perClient));
    batched.push(await appendedBare(url, `bare-${tag}-${round}-batch`, batches, false));
    single.push(await appendedBare(url, `bare-${tag}-${round}-unary`, batches, true));
  }
  const what = `commands, answered when durable (${Math.round(median(sizes))} events an append)`;
  printRows(
    `Durable commands on EventStoreDB, ${clients} clients, median of ${rounds}, ${real ?? 'the test server'}`,
    [
      {
        what,
        figure: median(reached),
        unit: 'events/s',
        against: { what: 'the bare client, its batch call', figure: median(batched) },
        aim: '× 0.7',
      },
      {
        what,
        figure: median(reached),
        unit: 'events/s',
        against: { what: 'the bare client, its unary call', figure: median(single) },
      },
    ],
  );
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
