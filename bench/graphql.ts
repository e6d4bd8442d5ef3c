/**
 * Durable commands over GraphQL on each store: 64 clients, each answered when its command is durable. Clients, server and EventStoreDB
 * are processes of their own. Each round measures all of them, one after the other, and a ratio is the median over the rounds. Then where
 * the server's time goes. EventStoreDB is the tests' own server, or a real one that has no book yet:
 * `FORMICARY_TEST_ESDB=esdb://… node bench/graphql.ts [commands a client] [rounds]`.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredEvent } from '../src/kernel/state/events.ts';
import { EventStoreLog } from '../src/log/eventstoredb/eventstore-log.ts';
import { ServerProcess } from '../tests/eventstoredb/server/server-process.ts';
import { appendedBare } from './bare-client.ts';
import { profileIn, sharesOf } from './parts.ts';
import { profiled, Serving } from './serving.ts';
import { median, printRows } from './table.ts';

const clients = 64;
const perClient = Number(process.argv[2] ?? 100);
const rounds = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const real = process.env.FORMICARY_TEST_ESDB;
const tag = `${process.pid}-${Date.now()}`;

const command = `mutation TopUp($input: TopUpInput!) { topUp(input: $input) { __typename ... on CommandAccepted { revision } } }`;

/** Requests with all clients at work: how many a second, and what each costs the server in microseconds of processor. */
interface Rate {
  readonly rate: number;
  readonly cpuMicros: number;
}

async function rateOf(
  server: Serving,
  one: (client: number, turn: number) => Promise<string>,
  expected: string,
): Promise<Rate> {
  const cpuFrom = await server.counter('process_cpu_seconds_total');
  const from = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; turn < perClient; turn++) {
        const answer = await one(client, turn);
        if (!answer.includes(expected)) throw new Error(answer.slice(0, 500));
      }
    }),
  );
  const rate = (clients * perClient * 1_000) / (performance.now() - from);
  const cpuSeconds = (await server.counter('process_cpu_seconds_total')) - cpuFrom;
  return { rate, cpuMicros: (cpuSeconds * 1e6) / (clients * perClient) };
}

const topUps = (server: Serving, round: string): Promise<Rate> =>
  rateOf(
    server,
    (client, turn) =>
      server.ask(command, {
        input: {
          effectiveOn: '2016-03-01',
          holder: `user-${client}`,
          amount: { amount: '10.00', currency: 'CNY' },
          idempotencyKey: `${tag}/${round}/${client}/${turn}`,
        },
      }),
    'CommandAccepted',
  );

const nothing = (server: Serving): Promise<Rate> =>
  rateOf(server, () => server.ask('query Nothing { __typename }', {}), 'Query');

/** A folder of a server's own. */
function own(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

/** The newest events of the book, in batches as large as its appends were. */
async function batchesOf(url: string, server: Serving): Promise<StoredEvent[][]> {
  const size = Math.round(
    (await server.counter('formicary_commands_answered_total{answer="accepted",code=""}')) /
      (await server.counter('formicary_appends_total')),
  );
  const log = await EventStoreLog.open(url, 'main');
  const events: StoredEvent[] = [];
  const head = (await log.head())?.revision ?? -1;
  for await (const page of log.read(head + 1 - clients * perClient, 'forwards')) events.push(...page);
  await log.close();
  return Array.from({ length: Math.ceil(events.length / size) }, (_, at) =>
    events.slice(at * size, (at + 1) * size),
  );
}

/** Where a server's time goes while it takes commands: a line a part. */
async function printParts(what: string, store: string): Promise<void> {
  const home = own(`profile-${what}`);
  {
    await using server = await Serving.start(store, home, clients, profiled(home));
    await topUps(server, `profile-${what}`);
    await topUps(server, `profile-${what}-warm`);
  }
  console.log(`\nWhere the main thread of a server on ${what} spends its time, start included`);
  for (const [part, share] of sharesOf(profileIn(home)))
    if (share >= 0.005) console.log(`  ${(100 * share).toFixed(0).padStart(3)} %  ${part}`);
}

const store = real === undefined ? await ServerProcess.start({ folder: own('eventstoredb') }) : undefined;
const url = real ?? store?.url ?? '';
try {
  const sqliteStore = `sqlite:${own('sqlite')}`;
  const figures: { sqlite: Rate; eventstore: Rate; bare: number; nothing: Rate }[] = [];
  {
    await using sqlite = await Serving.start(sqliteStore, own('server-1'), clients);
    await using eventstore = await Serving.start(url, own('server-2'), clients);
    for (let round = 0; round <= rounds; round++) {
      const one = {
        sqlite: await topUps(sqlite, `${round}-sqlite`),
        eventstore: await topUps(eventstore, `${round}-eventstore`),
        bare: await appendedBare(url, `bare-${tag}-${round}`, await batchesOf(url, eventstore), false),
        nothing: await nothing(eventstore),
      };
      // The first one warms up.
      if (round > 0) figures.push(one);
    }
  }
  type Round = (typeof figures)[number];
  type Figure = (round: Round) => number;
  const row = (what: string, unit: string, figure: Figure, peer: string, against: Figure, aim?: string) => ({
    what,
    figure: median(figures.map(figure)),
    unit,
    against: { what: peer, figure: median(figures.map(against)) },
    ratio: median(figures.map((round) => figure(round) / against(round))),
    ...(aim === undefined ? {} : { aim }),
  });
  const rate = 'commands/s';
  const cpu = 'µs of processor each';
  const onSqlite = 'on SQLite';
  const onEsdb = 'on EventStoreDB';
  const untouched = 'a query that touches nothing';
  printRows(
    `Durable commands over GraphQL, ${clients} clients, median of ${rounds} rounds, ${real ?? 'the test server'}`,
    [
      row(
        onSqlite,
        rate,
        ({ sqlite }) => sqlite.rate,
        untouched,
        ({ nothing: query }) => query.rate,
        '× 0.5',
      ),
      row(
        onEsdb,
        rate,
        ({ eventstore }) => eventstore.rate,
        untouched,
        ({ nothing: query }) => query.rate,
      ),
      row(
        onEsdb,
        rate,
        ({ eventstore }) => eventstore.rate,
        'on SQLite',
        ({ sqlite }) => sqlite.rate,
      ),
      row(
        onEsdb,
        rate,
        ({ eventstore }) => eventstore.rate,
        'the bare client, the same batches',
        ({ bare }) => bare,
      ),
      row(
        onSqlite,
        cpu,
        ({ sqlite }) => sqlite.cpuMicros,
        untouched,
        ({ nothing: query }) => query.cpuMicros,
      ),
      row(
        onEsdb,
        cpu,
        ({ eventstore }) => eventstore.cpuMicros,
        'on SQLite',
        ({ sqlite }) => sqlite.cpuMicros,
      ),
    ],
  );
  await printParts('SQLite', sqliteStore);
  await printParts('EventStoreDB', url);
} finally {
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
