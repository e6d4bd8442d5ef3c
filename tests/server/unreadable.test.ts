/** A book with an event that a newer version wrote, as a server's clients meet it. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLog } from '../../src/log/open.ts';
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
  `mutation { topUp(input: { book: "${book}", effectiveOn: "2016-04-03", holder: "user-1", amount: { amount: "1.00", currency: "CNY" } }) { __typename ... on Refusal { code value hint } } }`;
const run = (base: string): string =>
  `mutation { runScenario(input: { text: "scenario: a\\nbase: { ${base} }\\nhorizon: { from: 2016-03-01, to: 2016-03-05 }" }) { __typename ... on Refusal { code value hint } } }`;
const open = (more = ''): string =>
  `mutation { openSandbox(input: { book: "type"${more} }) { __typename ... on Refusal { code value hint } } }`;

it.each([
  ['type', 'Unheard of version 1'],
  ['version', 'RatePublished of version 99'],
])('a book with an unknown %s is read up to there, and says so', async (book, value) => {
  const { ledger } = await served.data(
    `{ ledger(book: "${book}") { revision verified { through state why } } }`,
  );
  const { revision } = ledger;
  expect(ledger.verified).toMatchObject({
    through: revision,
    state: 'BROKEN',
    why: expect.stringContaining(value.split(' ')[0] ?? ''),
  });
  const { topUp: refused } = await served.data(topUp(book));
  expect(refused).toEqual({
    __typename: 'Unavailable',
    code: 'LOG_UNREADABLE',
    value: expect.stringContaining(value),
    hint,
  });
});

it('what would be made of the whole of it is refused; of what can be read it is made', async () => {
  const refused = { code: 'LOG_UNREADABLE', value: expect.stringContaining('Unheard of version 1'), hint };
  expect((await served.data(open())).openSandbox).toMatchObject(refused);
  expect((await served.data(run('book: type'))).runScenario).toMatchObject(refused);
  expect((await served.data(open(', revision: "412"'))).openSandbox.__typename).toBe('Sandbox');
  expect((await served.data(run('book: type, at: 412'))).runScenario.__typename).toBe('Run');
});

it('a file that is no book is none that can be read, and its place is not told', async () => {
  const { errors } = await served.ask('{ ledger(book: "other") { revision } }');
  expect(errors[0]?.extensions.code).toBe('LOG_UNREADABLE');
  expect(JSON.stringify(errors)).not.toContain(folder);
});

it('other books are served, and the log names those that are broken, without a stack', async () => {
  expect(await served.data('{ ledger { revision } }')).toHaveProperty('ledger.revision');
  const wrong = log.filter((line) => line.includes('"level":50'));
  expect(new Set(wrong.map((line) => JSON.parse(line).book))).toEqual(new Set(['type', 'version', 'other']));
  expect(wrong.filter((line) => line.includes('"stack"'))).toEqual([]);
});

it('a server whose own book it is starts, and is not ready', async () => {
  const alone = mkdtempSync(join(tmpdir(), 'formicary-unreadable-'));
  try {
    copyFileSync(join(folder, 'type.formicary'), join(alone, 'main.formicary'));
    await using other = await Served.start([], { store: `sqlite:${alone}` });
    const ready = await fetch(`${other.url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      why: expect.stringContaining('Unheard of version 1'),
      broken: [{ book: 'main' }],
    });
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
  expect(await other.data(topUp('main'))).toMatchObject({
    topUp: { __typename: 'Unavailable', code: 'LOG_UNREADABLE', hint },
  });
  const { status, errors } = await other.ask(
    '{ ledger { revision digest } events(last: 1) { nodes { type data } } }',
  );
  expect([status, errors]).toEqual([200, []]);
  expect((await fetch(`${other.url}/ready`)).status).toBe(503);
  lease.release();
});
