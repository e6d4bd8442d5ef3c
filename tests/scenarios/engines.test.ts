/**
 * One history, one answer, whichever engine keeps the log: the demo, byte for byte, a scenario on each book that it makes, and every
 * example of the playground.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { ImportKeys } from '../../src/cli/importing/import-keys.ts';
import { importHistory } from '../../src/cli/importing/importing.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { openLog } from '../../src/log/open.ts';
import type { Scenario } from '../../src/scenario/file/file.ts';
import { recordOfLog } from '../../src/scenario/running/base.ts';
import { readHistoryFile } from '../../src/scenario/running/history.ts';
import { type Run, runScenario } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { examples } from '../../src/server/index.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { Served } from '../server/served.ts';
import { baseOf, engine, scenarioOf } from './shipped.ts';

/** Histories, the scenario that changes nothing in each, and of the others the one that touches most. */
const histories = [
  { name: 'platform-2016', unchanged: 'no-change', asked: ['run-on-the-fund'] },
  { name: 'credit-2016', unchanged: 'no-change-credit', asked: ['stricter-score'] },
];
const real = process.env.FORMICARY_TEST_ESDB;

let folder: string;
let server: TestServer;
/** A real server keeps what it is given: each run of these tests has books of its own. */
const run = `${process.pid}-${Date.now().toString(36)}`;
const stores = (): readonly (readonly [string, string])[] => [
  ['sqlite', `sqlite:${folder}`],
  ['eventstoredb', real ?? server.url],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-engines-'));
  server = await TestServer.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A book with a history in it, every day closed, as `formicary serve` fills an empty one. */
async function filled(store: string, history: string): Promise<Book> {
  const path = fileURLToPath(new URL(`../../scenarios/histories/${history}.jsonl`, import.meta.url));
  const log = await openLog(store, `${history}-${run}`);
  const book = await Book.open({ id: 'main', house, log, engine, now: () => Date.UTC(2018, 0, 1) });
  let last = '';
  const items = async function* () {
    for await (const item of readHistoryFile(path, (name) => createReadStream(name), house)) {
      if (item.kind === 'command') last = item.command.on > last ? item.command.on : last;
      yield item;
    }
  };
  const target = {
    get state() {
      return book.state;
    },
    send: book.executeAll.bind(book),
  };
  await importHistory(items(), target, {
    keys: new ImportKeys(book, path),
    closeDaily: true,
    keepGoing: true,
    actor: 'demo',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  for (let day = book.state.openFrom ?? dayOf(last); day <= dayOf(last); day++)
    await book.execute({ on: formatDay(day), command: 'closeDay', with: {} }, { actor: 'demo' });
  return book;
}

describe.each(histories)('$name', ({ name: history, unchanged, asked }) => {
  const books = new Map<string, Book>();
  beforeAll(async () => {
    for (const [name, store] of stores()) books.set(name, await filled(store, history));
  }, 120_000);
  afterAll(async () => {
    for (const book of books.values()) await book.close();
  });
  const pair = (): readonly [Book, Book] => {
    const [one, two] = [...books.values()];
    if (one === undefined || two === undefined) throw new Error('no books');
    return [one, two];
  };

  test('has the same digest, that of the history itself, and the same hashes', async () => {
    const [one, two] = pair();
    const scenario = scenarioOf(unchanged);
    const { recordDigest } = await runScenario({ house, scenario, base: await baseOf(scenario), engine });
    expect(digest(house, one.state)).toBe(recordDigest);
    expect(digest(house, two.state)).toBe(recordDigest);
    // The same clock, the same senders: the same bytes.
    expect(two.head).toEqual(one.head);
  });

  test.each(asked)('comes to the same in %s', async (id) => {
    const [one, two] = pair();
    const scenario: Scenario = { ...scenarioOf(id), base: { kind: 'book', book: 'main', at: undefined } };
    const runs: Run[] = [];
    for (const book of [one, two]) {
      const base = await recordOfLog(house, book.log, 'main', book.head.revision);
      runs.push(await runScenario({ house, scenario, base, engine }));
    }
    const [left, right] = runs.map(({ id: named, digest: all, variants }) => ({
      named,
      all,
      variants: variants.map(({ name, digest: each }) => [name, each]),
    }));
    expect(left?.variants.length).toBeGreaterThan(0);
    expect(right).toEqual(left);
  });
});

describe('an example of the playground', () => {
  const asked = new Map<string, Served>();
  beforeAll(async () => {
    for (const [name, store] of stores()) {
      // A real server may hold a book of that name already.
      if (name === 'eventstoredb' && real !== undefined) continue;
      asked.set(name, await Served.start(undefined, { store }));
    }
  }, 60_000);
  afterAll(async () => {
    for (const { server: each } of asked.values()) await each.close();
  });

  test
    .skipIf(real !== undefined)
    .each(
      examples.filter(({ name }) => name !== 'Follow').map((example) => [example.name, example] as const),
    )('%s answers the same', async (_name, { query, variables }) => {
    const answers: unknown[] = [];
    // The small books of these servers are one each: that of credit is made by `formicary serve`.
    const onMain = query.replace('(book: "credit")', '');
    for (const each of asked.values()) answers.push(await each.data(onMain, variables));
    expect(answers).toHaveLength(2);
    expect(answers[1]).toEqual(answers[0]);
  });
});
