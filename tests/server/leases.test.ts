/** A server of few places: whoever works on a book over HTTP holds it, and gives it back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { sandboxLimits } from '../../src/book/sandbox.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { ServerAuditing } from '../../src/server/books/auditing.ts';
import { Books } from '../../src/server/books/books.ts';
import { Leases, leasesPlugin } from '../../src/server/books/leases.ts';
import { OpenLibrary } from '../../src/server/books/library.ts';
import { deadlinePlugin } from '../../src/server/guarding/deadline.ts';
import { Served } from './served.ts';

let folder: string;
let served: Served;
/** Makes a book with a little money in it. */
async function makeBook(id: string): Promise<void> {
  const log = await openLog(`sqlite:${folder}`, id);
  const book = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
  const command = { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '5.00 CNY' } };
  await book.execute(command, { actor: 'test' });
  await book.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-leases-'));
  for (const id of ['a', 'b']) await makeBook(id);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  // The default book has one place, so that there is one for all others.
  served = await Served.start([], { store: `sqlite:${folder}`, bounds: { booksMax: 2 } });
});
afterEach(() => served.server.close());

/** The code that a look at a book is answered with, or its revision. */
async function look(book: string): Promise<unknown> {
  const { data, errors } = await served.ask(`{ ledger(book: "${book}") { revision } }`);
  return errors[0]?.extensions.code ?? data.ledger.revision;
}

/** Waits until nobody but the server itself holds a book. */
async function untilFree(): Promise<void> {
  while (served.server.books.held.some(({ book, leases }) => book.id !== 'main' && leases > 0)) await turn();
}

const sandboxOf = (input: string) =>
  `mutation { openSandbox(input: { ${input} }) { __typename ... on Sandbox { id } ... on Refusal { code } } }`;

describe('a book of a server', () => {
  it('is held for as long as a request takes, and gives its place to the next', async () => {
    expect(await look('a')).toBe('1');
    await untilFree();
    expect(await look('b')).toBe('1');
    await untilFree();
    expect(await look('a')).toBe('1');
  });

  it('is held by all that one request asks of it, and two books of one request need two places', async () => {
    const both = '{ a: ledger(book: "a") { revision } b: ledger(book: "b") { revision } }';
    expect((await served.ask(both)).errors[0]?.extensions.code).toBe('TOO_MANY');
    await untilFree();
    const twice = '{ one: ledger(book: "a") { revision } two: ledger(book: "a") { digest } }';
    expect((await served.ask(twice)).errors).toEqual([]);
  });

  it('is held by a stream of its events until the reader goes', async () => {
    const reader = new AbortController();
    const stream = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      signal: reader.signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { events(book: "a", from: "0") { revision } }' }),
    });
    const pull = stream.body?.getReader();
    await pull?.read();
    expect(await look('b')).toBe('TOO_MANY');
    expect(await look('a')).toBe('1');
    reader.abort();
    await untilFree();
    expect(await look('b')).toBe('1');
  });

  it('is held by its sandboxes until they are discarded', async () => {
    const { openSandbox } = await served.data(sandboxOf('book: "a"'));
    await turn();
    expect(await look('b')).toBe('TOO_MANY');
    const { ledger } = await served.data(`{ ledger(sandbox: "${openSandbox.id}") { book revision } }`);
    expect(ledger).toEqual({ book: 'a', revision: '1' });
    const discarded = await served.data(
      `mutation { discardSandbox(id: "${openSandbox.id}") { ... on Sandbox { ledger { digest } } } }`,
    );
    expect(discarded.discardSandbox.ledger.digest).toHaveLength(64);
    await untilFree();
    expect(await look('b')).toBe('1');
  });

  it('is not held by a sandbox that replays its history, nor by one that was refused', async () => {
    const replayed = await served.data(sandboxOf('book: "a", replay: true'));
    expect(replayed.openSandbox.__typename).toBe('Sandbox');
    const refused = await served.data(sandboxOf('book: "a", revision: "99"'));
    expect(refused.openSandbox.code).toBe('POINT_UNKNOWN');
    await untilFree();
    expect(await look('b')).toBe('1');
    expect((await served.ask(`{ ledger(sandbox: "${replayed.openSandbox.id}") { digest } }`)).errors).toEqual(
      [],
    );
  });

  it('that is named by a scenario is held while its facts are read', async () => {
    const text = JSON.stringify({
      scenario: 'of-a',
      title: 'A',
      base: { book: 'a' },
      horizon: { from: '2016-03-01', to: '2016-03-02' },
      report: ['revenue by segment monthly'],
    });
    const run =
      'mutation($text: String!) { runScenario(input: { text: $text }) { __typename ... on Refusal { code } } }';
    expect((await served.data(run, { text })).runScenario).toEqual({ __typename: 'Run' });
    await untilFree();
    expect(await look('b')).toBe('1');
  });

  it('is listed with what it holds, whether it is open or not', async () => {
    const asked =
      'query($after: ID) { books(after: $after) { id open revision openFrom eventCount postingCount } }';
    await look('b');
    const closed = { open: false, revision: null, openFrom: null, eventCount: 0, postingCount: 0 };
    const open = { open: true, revision: '1', openFrom: null, eventCount: 2, postingCount: 2 };
    const [a, b] = (await served.data(asked)).books;
    expect([a, b]).toEqual([
      { id: 'a', ...closed },
      { id: 'b', ...open },
    ]);
    expect((await served.data(asked, { after: 'b' })).books.map(({ id }: { id: string }) => id)).toContain(
      'main',
    );
    expect((await served.data(asked, { after: 'main' })).books).toEqual([]);
    expect((await served.data('{ books(first: 1) { id } }')).books).toEqual([{ id: 'a' }]);
    expect((await served.ask('{ books(first: 501) { id } }')).errors[0]?.extensions.code).toBe(
      'INVALID_INPUT',
    );
  });

  it('is held for the commands of a sender who has gone', async () => {
    await makeBook('c');
    const times = 25;
    const one =
      'topUp(input: { book: "c", holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-03-01" }) { __typename }';
    const gone = new AbortController();
    const sent = fetch(`${served.url}/graphql`, {
      method: 'POST',
      signal: gone.signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { ${Array.from({ length: times }, (_, at) => `c${at}: ${one}`).join(' ')} }`,
      }),
    });
    const head = (): number =>
      served.server.books.held.find(({ book }) => book.id === 'c')?.book.head.revision ?? 0;
    while (head() < 2) await turn();
    gone.abort();
    await expect(sent).rejects.toThrow();
    while (head() < 1 + times) await turn();
    await untilFree();
  });

  it('that is the default one stays open', async () => {
    expect(served.server.books.held.map(({ book, leases }) => [book.id, leases])).toEqual([['main', 1]]);
    const ready = await fetch(`${served.url}/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ready', book: 'main' });
    expect(served.server.books.held.map(({ leases }) => leases)).toEqual([1]);
  });
});

describe('a holder', () => {
  let books: Books;
  let now = 0;
  beforeEach(() => {
    now = 0;
    const store = `sqlite:${folder}`;
    books = new Books({ store, house, engine: 'test', now: () => now, note: () => undefined });
  });
  afterEach(() => books.close());
  const held = () => books.held.map(({ leases }) => leases);

  it('that audits holds the book until its request is over', async () => {
    const leases = new Leases(books);
    const log = await new ServerAuditing().through(leases).log('a');
    expect(log).not.toBeInstanceOf(Refusal);
    expect(held()).toEqual([1]);
    leases.end();
    expect(held()).toEqual([0]);
  });

  it('that is a sandbox holds it, with the requests that use it, until both are gone', async () => {
    const library = new OpenLibrary(house, books, () => now);
    const [first, second] = [new Leases(books), new Leases(books)];
    const { signal } = new AbortController();
    const order = { book: 'a', revision: undefined, overrides: [], replay: false, signal };
    const sandbox = await library.through(first).openSandbox(order);
    if (sandbox instanceof Refusal) throw new Error(sandbox.message);
    first.end();
    expect(held()).toEqual([1]);
    const used = library.through(second);
    expect(used.sandbox(sandbox.id)).toBe(sandbox);
    expect([...used.sandboxes]).toEqual([sandbox]);
    expect(held()).toEqual([2]);
    now += sandboxLimits.idleMsMax;
    library.sweep();
    expect(library.open.sandboxes).toBe(1);
    now += 1;
    library.sweep();
    expect(library.open.sandboxes).toBe(0);
    expect(held()).toEqual([1]);
    expect(await sandbox.events([0])).toHaveLength(1);
    second.end();
    expect(held()).toEqual([0]);
  });

  it('that was given up holds it until its work is done', async () => {
    const leases = new Leases(books);
    let finish = (): void => undefined;
    const slow = new Promise<string>((resolve) => {
      finish = () => resolve('done');
    });
    const resolve = async (): Promise<string> => {
      await leases.book('a');
      return await slow;
    };
    const field = { type: new GraphQLNonNull(GraphQLString), resolve };
    const yoga = createYoga({
      schema: new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { slow: field } }) }),
      context: { leases, giveUp: new AbortController() },
      plugins: [leasesPlugin, deadlinePlugin(1)],
    });
    const answer = await yoga.fetch('http://localhost/graphql?query={slow}');
    expect(await answer.text()).toContain('TIMEOUT');
    leases.end();
    while (books.held.length === 0) await turn();
    expect(held()).toEqual([1]);
    finish();
    while (held()[0] !== 0) await turn();
  });
});
