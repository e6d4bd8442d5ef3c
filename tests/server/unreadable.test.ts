/** A book with an event that a newer version wrote, as a server's clients meet it. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RefusedError } from '../../src/kernel/refusals.ts';
import { startServer } from '../../src/server/server.ts';
import { openLog } from '../../src/store/open.ts';
import { eventAfter } from '../store/events.ts';
import { Served } from './served.ts';

const folder = mkdtempSync(join(tmpdir(), 'formicary-unreadable-'));
const store = `sqlite:${folder}`;
const log: string[] = [];
let served: Served;
beforeAll(async () => {
  const made = await Served.start(undefined, { store });
  await made.server.close();
  const file = (book: string): string => join(folder, `${book}.formicary`);
  const newer = { type: 'Unheard', version: 'RatePublished' } as const;
  for (const [book, type] of Object.entries(newer)) {
    copyFileSync(file('main'), file(book));
    const of = await openLog(store, book);
    const head = await of.head();
    const schemaVersion = type === 'Unheard' ? 1 : 99;
    await of.append(head.revision, [
      eventAfter(head, { type, schemaVersion, kind: 'fact', recordedAt: head.recordedAt }),
    ]);
    await of.close();
  }
  writeFileSync(file('other'), 'no book');
  served = await Served.start([], { store, log: { write: (line) => void log.push(line) } });
});
afterAll(async () => {
  await served.server.close();
  rmSync(folder, { recursive: true });
});

const hint = expect.stringContaining('A newer version');
const topUp = (book: string): string =>
  `mutation { topUp(input: { book: "${book}", effectiveOn: "2016-04-03", holder: "user-1", amount: { amount: "1.00", currency: "CNY" } }) { __typename } }`;
const run = (base: string): string =>
  `mutation { runScenario(input: { text: "scenario: a\\nbase: { ${base} }\\nhorizon: { from: 2016-03-01, to: 2016-03-05 }" }) { __typename ... on Refusal { code hint } } }`;

it.each([
  ['a query', '{ ledger(book: "type") { revision } }', 'Unheard of version 1'],
  [
    'a query, of a newer version of a type',
    '{ ledger(book: "version") { revision } }',
    'RatePublished of version 99',
  ],
  ['a command', topUp('type'), 'Unheard of version 1'],
  ['a sandbox', 'mutation { openSandbox(input: { book: "type" }) { __typename } }', 'Unheard of version 1'],
])('%s is answered with LOG_UNREADABLE', async (_what, query, value) => {
  const { errors, data } = await served.ask(query);
  const said = errors[0]?.extensions ?? Object.values(data)[0];
  expect(JSON.stringify({ said, data })).toContain(value);
  expect(said).toMatchObject({ code: 'LOG_UNREADABLE', hint });
});

it('so is a what-if', async () => {
  const { errors, data } = await served.ask(run('book: type'));
  expect(errors[0]?.extensions ?? data.runScenario).toMatchObject({ code: 'LOG_UNREADABLE', hint });
});

it('a file that is no book is none that can be read, and its place is not told', async () => {
  const { errors } = await served.ask('{ ledger(book: "other") { revision } }');
  expect(errors[0]?.extensions.code).toBe('LOG_UNREADABLE');
  expect(JSON.stringify(errors)).not.toContain(folder);
});

it('other books are served, and nobody finds a stack in the log', async () => {
  expect(await served.data('{ ledger { revision } }')).toHaveProperty('ledger.revision');
  expect(log.filter((line) => line.includes('"level":50'))).toEqual([]);
});

it('a server whose own book it is does not start, and says why', async () => {
  const alone = mkdtempSync(join(tmpdir(), 'formicary-unreadable-'));
  try {
    copyFileSync(join(folder, 'type.formicary'), join(alone, 'main.formicary'));
    const started = startServer({ store: `sqlite:${alone}`, port: 0 });
    await expect(started).rejects.toThrow(RefusedError);
    await expect(started).rejects.toMatchObject({ refusal: { code: 'LOG_UNREADABLE', hint } });
  } finally {
    rmSync(alone, { recursive: true });
  }
});

it('one that somebody else appends to an open book stops its commands with the same code', async () => {
  await using other = await Served.start();
  const lease = await other.server.books.lease('main');
  if (!('book' in lease)) throw new Error(lease.message);
  const { book } = lease;
  await book.log.append(book.head.revision, [
    eventAfter(book.head, { type: 'Unheard', kind: 'fact', recordedAt: book.head.recordedAt }),
  ]);
  const command = topUp('main').replace('__typename }', '__typename ... on Refusal { code hint } }');
  expect(await other.data(command)).toEqual({
    topUp: { __typename: 'Unavailable', code: 'LOG_UNREADABLE', hint },
  });
  const { status, errors } = await other.ask(
    '{ ledger { revision digest } events(last: 1) { nodes { type data } } }',
  );
  expect([status, errors]).toEqual([200, []]);
  expect((await fetch(`${other.url}/ready`)).status).toBe(503);
  lease.release();
});
