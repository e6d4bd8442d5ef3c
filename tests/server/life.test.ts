import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Served } from './served.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const store = () => `sqlite:${folder}`;
const topUp = (book = 'main') =>
  `mutation { topUp(input: { book: "${book}", holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename ... on CommandAccepted { revision } ... on Refusal { code } } }`;

describe('a server', () => {
  it('finds its books again, by the snapshot that it kept', async () => {
    const first = await Served.start(undefined, { store: store() });
    const then = await first.data('{ ledger { revision digest } }');
    await first.server.close();
    expect(readdirSync(folder).filter((name) => /^main@.+\.snapshot$/.test(name))).toHaveLength(1);
    await using again = await Served.start([], { store: store() });
    expect(await again.data('{ ledger { revision digest } }')).toEqual(then);
    const { events } = await again.data(
      '{ events(filter: { subject: "wallet/merchant-1" }, last: 1) { nodes { type } } }',
    );
    expect(events.nodes).toEqual([{ type: 'PaymentInitiated' }]);
  });

  it('makes no book of a misspelt name', async () => {
    await using served = await Served.start([], { store: store() });
    expect((await served.data(topUp('mian'))).topUp).toEqual({
      __typename: 'NotFound',
      code: 'BOOK_UNKNOWN',
    });
    expect(readdirSync(folder).some((name) => name.startsWith('mian'))).toBe(false);
  });

  it('serves other books of its store', async () => {
    const log = await openLog(store(), 'branch-2');
    const book = await Book.open({ id: 'branch-2', house, log, now: Date.now, engine: 'test' });
    await book.execute(
      { on: '2016-01-01', command: 'topUp', with: { holder: 'u', amount: '3.00 CNY' } },
      { actor: 'x' },
    );
    await book.close();
    await using served = await Served.start([], { store: store() });
    const { ledger } = await served.data(
      '{ ledger(book: "branch-2") { book revision balance(of: "platform:liability") { amount } } }',
    );
    expect(ledger).toEqual({ book: 'branch-2', revision: '1', balance: [{ amount: '3.00' }] });
  });

  it('sees what another process appends, and waits for it', async () => {
    await using served = await Served.start([], { store: store() });
    const log = await openLog(store(), 'main');
    const other = await Book.open({ id: 'main', house, log, now: Date.now, engine: 'test' });
    const command = { on: '2016-01-01', command: 'topUp', with: { holder: 'u', amount: '3.00 CNY' } };
    await other.execute(command, { actor: 'x' });
    const { ledger } = await served.data('{ ledger(atLeast: "1") { revision } }');
    expect(ledger.revision).toBe('1');
    expect((await served.data(topUp())).topUp).toEqual({ __typename: 'CommandAccepted', revision: '2' });
    await other.close();
  });

  it('stops: a stream gets its last word, a command its answer, and the port is free', async () => {
    const served = await Served.start();
    const stream = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { events { revision } }' }),
    });
    const text = stream.text();
    const command = served.data(topUp());
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await served.server.close();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await text).toContain('event: complete');
    expect((await command).topUp.__typename).toBe('CommandAccepted');
    await expect(fetch(`${served.url}/health`)).rejects.toThrow();
    const lease = await served.server.books.lease('main');
    expect(lease instanceof Refusal && lease.code).toBe('UNAVAILABLE');
    await served.server.close();
  });
});
