/** Consolidation asked for in the graph, of books between which a transfer is half way: no server, whose carrier would carry it on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Books } from '../../src/server/books/books.ts';
import { Leases } from '../../src/server/books/leases.ts';
import { OpenLibrary } from '../../src/server/books/library.ts';
import { schema } from '../../src/server/http/schema.ts';
import { completeTransfer, receiveTransfer, sendTransfer, topUp } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'formicary-'));
const store = `sqlite:${folder}`;
let books: Books;

/** Gives a book commands, in another process' hands as far as the open books can tell. */
async function give(id: string, ...commands: readonly Command[]): Promise<void> {
  const log = await openLog(store, id);
  const book = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
  for (const command of commands) {
    const answer = await book.execute(command, { actor: 'test' });
    if (answer.kind === 'refused') throw new Error(answer.refusal.message);
  }
  await book.close();
}

const half = (transfer: string, book: string, amount: string) => ({
  transfer,
  book,
  from: 'user-1',
  to: 'user-9',
  amount,
});

beforeAll(async () => {
  await give(
    'main',
    topUp('2016-03-01', 'user-1', '100.00'),
    sendTransfer('2016-03-02', half('T-1', 'north', '30.00')),
    sendTransfer('2016-03-03', half('T-2', 'north', '5.00')),
  );
  await give(
    'north',
    topUp('2016-03-01', 'user-9', '50.00'),
    receiveTransfer('2016-03-02', half('T-1', 'main', '30.00')),
  );
  await give('south', topUp('2016-03-01', 'user-9', '1.00'));
  books = new Books({ store, house, engine: 'test', now: () => 0, note: () => undefined });
});
afterAll(async () => {
  await books.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(source: string, variableValues: { readonly [name: string]: unknown } = {}) {
  const leases = new Leases(books);
  const library = new OpenLibrary(house, books, () => 0).through(leases);
  const { signal } = new AbortController();
  const contextValue = { library, signal, sender: { actor: 'test', correlation: 'test' } };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  const held = books.held.filter(({ leases: count }) => count > 0).map(({ book }) => book.id);
  leases.end();
  const plain: { readonly consolidation?: unknown } = JSON.parse(JSON.stringify(data ?? {}));
  return { found: plain.consolidation, codes: errors?.map(({ extensions }) => extensions.code) ?? [], held };
}

const money = (amount: string) => ({ amount, currency: 'CNY' });
const query = `query($books: [ID!]!, $asOf: Date) { consolidation(books: $books, asOf: $asOf) {
  asOf
  books { book revision ledger { book revision asOf balance(of: "platform:liability:payments:wallet") { amount } } }
  lines { account entity class books { book amount { amount } } eliminated { amount } total { amount currency } }
  totals { entity debit { amount } credit { amount } assets { amount } liabilities { amount } equity { amount } income { amount } expenses { amount } result { amount } }
  eliminations { id book toBook amount { amount currency } sentOn decidedOn holding } eliminationCount eliminated { amount currency }
  inTransit { id holding } inTransitCount inTransitTotal { amount currency }
  differences { id } differenceCount
} }`;

describe('consolidation', () => {
  it('has books side by side, and takes off what two of them hold', async () => {
    const { found, held, codes } = await ask(query, { books: ['north', 'main'] });
    expect(codes).toEqual([]);
    expect(held.sort()).toEqual(['main', 'north']);
    const line = (
      account: string,
      of: string,
      north: string,
      main: string,
      eliminated: string,
      total: string,
    ) => ({
      account: `platform:${account}`,
      entity: 'platform',
      class: of,
      books: [
        { book: 'north', amount: { amount: north } },
        { book: 'main', amount: { amount: main } },
      ],
      eliminated: { amount: eliminated },
      total: money(total),
    });
    const whole = { amount: '150.00' };
    const none = { amount: '0.00' };
    expect(found).toEqual({
      asOf: null,
      books: [
        {
          book: 'north',
          revision: '2',
          ledger: { book: 'north', revision: '2', asOf: null, balance: [{ amount: '80.00' }] },
        },
        {
          book: 'main',
          revision: '3',
          ledger: { book: 'main', revision: '3', asOf: null, balance: [{ amount: '65.00' }] },
        },
      ],
      lines: [
        line('asset:interbook:set-aside', 'ASSET', '0.00', '35.00', '30.00', '5.00'),
        line('asset:payments:reserve', 'ASSET', '80.00', '65.00', '0.00', '145.00'),
        line('liability:interbook:in-transit', 'LIABILITY', '0.00', '35.00', '30.00', '5.00'),
        line('liability:payments:wallet', 'LIABILITY', '80.00', '65.00', '0.00', '145.00'),
      ],
      totals: [
        {
          entity: 'platform',
          debit: whole,
          credit: whole,
          assets: whole,
          liabilities: whole,
          equity: none,
          income: none,
          expenses: none,
          result: none,
        },
      ],
      eliminations: [
        {
          id: 'T-1',
          book: 'main',
          toBook: 'north',
          amount: money('30.00'),
          sentOn: '2016-03-02',
          decidedOn: '2016-03-02',
          holding: 'HELD_TWICE',
        },
      ],
      eliminationCount: 1,
      eliminated: money('30.00'),
      inTransit: [{ id: 'T-2', holding: 'IN_TRANSIT' }],
      inTransitCount: 1,
      inTransitTotal: money('5.00'),
      differences: [],
      differenceCount: 0,
    });
  });

  it('is as of a day in every book', async () => {
    const { found } = await ask(
      'query($books: [ID!]!) { consolidation(books: $books, asOf: "2016-03-01") { asOf eliminationCount inTransitCount books { ledger { asOf } } } }',
      { books: ['main', 'north'] },
    );
    expect(found).toEqual({
      asOf: '2016-03-01',
      eliminationCount: 0,
      inTransitCount: 0,
      books: [{ ledger: { asOf: '2016-03-01' } }, { ledger: { asOf: '2016-03-01' } }],
    });
  });

  it('tells of as many transfers as it is asked for, and how many there are', async () => {
    const { found } = await ask(
      '{ consolidation(books: ["main", "north"]) { eliminations(first: 0) { id } eliminationCount } }',
    );
    expect(found).toEqual({ eliminations: [], eliminationCount: 1 });
  });

  it('reads a book’s log where the book lags behind another', async () => {
    // What another process appends is followed, and soon seen; a consolidation that sees one half asks for the other at once.
    await ask('{ consolidation(books: ["main", "north"]) { eliminationCount } }');
    await give('north', receiveTransfer('2016-03-03', half('T-2', 'main', '5.00')));
    await give('main', completeTransfer('2016-03-03', 'T-2'));
    await books.use('main', ({ book }) => book.refresh());
    const { found } = await ask(
      '{ consolidation(books: ["main", "north"]) { inTransitCount differenceCount } }',
    );
    expect(found).toEqual({ inTransitCount: 0, differenceCount: 0 });
  });

  it.each([
    ['one book', ['main'], 'INVALID_INPUT'],
    ['a book twice', ['main', 'north', 'main'], 'INVALID_INPUT'],
    ['too many books', Array.from({ length: 65 }, (_, at) => `b-${at}`), 'INVALID_INPUT'],
    ['a book that is not there', ['main', 'nowhere'], 'BOOK_UNKNOWN'],
  ])('of %s is refused', async (_what, names, code) => {
    const { codes } = await ask('query($books: [ID!]!) { consolidation(books: $books) { asOf } }', {
      books: names,
    });
    expect(codes).toEqual([code]);
  });

  it('of books that can’t all be open at once is refused', async () => {
    const few = new Books({
      store,
      house,
      engine: 'test',
      now: () => 0,
      note: () => undefined,
      bounds: { booksMax: 2 },
    });
    const leases = new Leases(few);
    const contextValue = {
      library: new OpenLibrary(house, few, () => 0).through(leases),
      signal: new AbortController().signal,
    };
    const source = '{ consolidation(books: ["main", "north", "south"]) { asOf } }';
    const { errors } = await graphql({ schema, source, contextValue });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['TOO_MANY']);
    leases.end();
    await few.close();
  });
});
