/**
 * Durable commands over GraphQL: 64 clients, each answered after its fsync, against a query that touches nothing.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../src/server/index.ts';
import { median, printRows } from './table.ts';

const clients = 64;
const perClient = Number(process.argv[2] ?? 60);
const rounds = 3;
const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
const server = await startServer({ store: `sqlite:${folder}`, host: '127.0.0.1', port: 0 });
const agent = new Agent({ keepAlive: true, maxSockets: clients });

function ask(query: string, variables: object): Promise<string> {
  const body = JSON.stringify({ query, variables });
  return new Promise((resolve, reject) => {
    const asked = request(
      `${server.url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Requests a second with all clients at work. */
async function rate(
  one: (client: number, turn: number) => Promise<string>,
  expected: string,
): Promise<number> {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        for (let turn = 0; turn < perClient; turn++) {
          const answer = await one(client, round * perClient + turn);
          if (!answer.includes(expected)) throw new Error(answer.slice(0, 500));
        }
      }),
    );
    figures.push((clients * perClient * 1000) / (performance.now() - from));
  }
  return median(figures);
}

try {
  const command = `mutation TopUp($input: TopUpInput!) { topUp(input: $input) { __typename ... on CommandAccepted { revision } } }`;
  const topUp = await rate(
    (client, turn) =>
      ask(command, {
        input: {
          effectiveOn: '2016-03-01',
          holder: `user-${client}`,
          amount: { amount: '10.00', currency: 'CNY' },
          idempotencyKey: `${client}/${turn}`,
        },
      }),
    'CommandAccepted',
  );
  const nothing = await rate(() => ask('query Nothing { __typename }', {}), 'Query');
  printRows(`Durable commands over GraphQL, ${clients} clients, median of ${rounds}`, [
    {
      what: 'topUp, answered when durable',
      figure: topUp,
      unit: 'commands/s',
      against: { what: 'a query that touches nothing', figure: nothing },
      aim: '× 0.5',
    },
  ]);
} finally {
  agent.destroy();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
