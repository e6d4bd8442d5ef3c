import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Served } from './served.ts';

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-metrics-'));
  served = await Served.start([], { store: `sqlite:${folder}` });
});
afterAll(async () => {
  await served.server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A book in another process' hands, as far as the server can tell. */
async function append(book: string, key: string): Promise<void> {
  const log = await openLog(`sqlite:${folder}`, book);
  const other = await Book.open({ id: book, house, log, now: () => 0, engine: 'test' });
  const input = { holder: 'user-1', amount: '1.00 CNY' };
  await other.execute({ on: '2016-03-01', command: 'topUp', with: input, key }, { actor: 'other' });
  await other.close();
}

const topUp = (key: string, amount = '1.00') =>
  `mutation { topUp(input: { holder: "user-1", amount: { amount: "${amount}", currency: "CNY" }, effectiveOn: "2016-03-01", idempotencyKey: "${key}" }) { __typename } }`;

/** Every sample by its name and labels, as text. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${served.url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('metrics', () => {
  it('count commands by their answers, and what was appended', async () => {
    for (const [key, amount] of [
      ['k-1', '1.00'],
      ['k-1', '1.00'],
      ['k-1', '2.00'],
      ['k-2', '1.00'],
    ] as const)
      await served.data(topUp(key, amount));
    const found = await scrape();
    expect(found.get('formicary_commands_answered_total{answer="accepted",code=""}')).toBe(2);
    expect(found.get('formicary_commands_answered_total{answer="repeated",code=""}')).toBe(1);
    expect(found.get('formicary_commands_answered_total{answer="refused",code="KEY_REUSED"}')).toBe(1);
    expect(found.get('formicary_appends_total')).toBe(2);
    // The first fact opens the book.
    expect(found.get('formicary_events_appended_total')).toBe(3);
    expect(found.get('formicary_append_conflicts_total')).toBe(0);
    expect(found.get('formicary_append_outcomes_unknown_total')).toBe(0);
  });

  it('tell of each open book how far it is, and how long it has stood still', async () => {
    const before = await scrape();
    expect(before.get('formicary_books_open')).toBe(1);
    expect(before.get('formicary_book_revision{book="main"}')).toBe(2);
    expect(before.get('formicary_books_bytes')).toBe(3 * 250 + 4 * 60);
    expect(before.get('formicary_books_not_followed')).toBe(0);
    await append('north', 'k-1');
    await served.data('{ ledger(book: "north") { revision } }');
    const after = await scrape();
    expect(after.get('formicary_books_open')).toBe(2);
    expect(after.get('formicary_book_revision{book="north"}')).toBe(1);
    // The clock of these tests goes on by a second a look.
    expect(after.get('formicary_book_progress_age_seconds{book="main"}')).toBeGreaterThan(
      before.get('formicary_book_progress_age_seconds{book="main"}') ?? 0,
    );
  });

  it('count what others appended', async () => {
    const before = await scrape();
    const followed = before.get('formicary_events_followed_total') ?? 0;
    await append('north', 'k-2');
    const revision = async () => (await scrape()).get('formicary_book_revision{book="north"}');
    while ((await revision()) !== 2) await turn();
    expect((await scrape()).get('formicary_events_followed_total')).toBe(followed + 1);
  });

  it('open no book', async () => {
    await append('south', 'k-1');
    const found = await scrape();
    expect([...found.keys()].some((name) => name.includes('south'))).toBe(false);
  });

  it('count streams, sandboxes and runs', async () => {
    const none = await scrape();
    const about = ['formicary_streams_open', 'formicary_sandboxes_open', 'formicary_runs{status="done"}'];
    expect(about.map((name) => none.get(name))).toEqual([0, 0, 0]);
    await served.data('mutation { openSandbox(input: {}) { __typename } }');
    const text = JSON.stringify({
      scenario: 'of-main',
      title: 'Main',
      base: { book: 'main' },
      horizon: { from: '2016-03-01', to: '2016-03-02' },
      report: ['revenue by segment monthly'],
    });
    await served.data('mutation($text: String!) { runScenario(input: { text: $text }) { __typename } }', {
      text,
    });
    const reader = new AbortController();
    const stream = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      signal: reader.signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { events(from: "0") { revision } }' }),
    });
    await stream.body?.getReader().read();
    const found = await scrape();
    expect(about.map((name) => found.get(name))).toEqual([1, 1, 1]);
    reader.abort();
    while ((await scrape()).get('formicary_streams_open') !== 0) await turn();
  });

  it('measure how long operations take, by kind', async () => {
    const count = async (kind: string): Promise<number> =>
      (await scrape()).get(`formicary_request_duration_seconds_count{kind="${kind}"}`) ?? 0;
    const before = [await count('query'), await count('mutation'), await count('subscription')];
    await served.data('{ __typename }');
    await served.data(topUp('k-3'));
    expect([await count('query'), await count('mutation'), await count('subscription')]).toEqual([
      (before[0] ?? 0) + 1,
      (before[1] ?? 0) + 1,
      1,
    ]);
  });

  it('tell of the process, beside each server of it', async () => {
    await using other = await Served.start([]);
    const answer = await (await fetch(`${other.url}/metrics`)).text();
    expect(answer.match(/^process_cpu_seconds_total /gm)).toHaveLength(1);
    expect(answer).toContain('formicary_books_open 1');
    expect((await scrape()).get('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('are for this machine alone', async () => {
    const { port } = new URL(served.url);
    const status = await new Promise((resolve, reject) => {
      request(
        { port, host: '127.0.0.1', path: '/metrics', headers: { host: 'books.example.org' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });
});
