/** Several books as if they were one: what two of them hold at once counts once, on every date. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { Register } from '../../src/kernel/state/register.ts';
import { type Day, dayOf } from '../../src/kernel/values/dates.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { LedgerView } from '../../src/reading/view.ts';
import {
  type ConsolidatedBook,
  consolidated,
} from '../../src/segments/interbook/consolidation/consolidating.ts';
import { book, type TestBook } from '../support/book.ts';
import {
  completeTransfer,
  declineTransfer,
  receiveTransfer,
  returnTransfer,
  sendTransfer,
  topUp,
} from '../support/commands.ts';

type Books = ReadonlyMap<string, TestBook>;

const booksOf = (...ids: readonly string[]): Books => new Map(ids.map((id) => [id, book()]));

function take(books: Books, id: string, ...commands: readonly Command[]): void {
  books.get(id)?.take(...commands);
}

/** The books at their heads. */
const readOf = (books: Books, asOf?: Day) => (): readonly ConsolidatedBook[] =>
  [...books].map(([id, { house, state, events }]) => {
    const lookups = new Register();
    let postings = 0;
    for (const event of events) {
      postings += event.accounts.length;
      lookups.add(event, postings);
    }
    const revision = events.length - 1;
    return { id, lookups, view: new LedgerView(house, state, { revision, postings, asOf }) };
  });

const nothingNew = async (): Promise<void> => undefined;

const consolidatedOf = (books: Books, asOf?: string) =>
  consolidated(readOf(books, asOf === undefined ? undefined : dayOf(asOf)), nothingNew);

type Consolidated = Awaited<ReturnType<typeof consolidatedOf>>;

/** A line by account: a balance a book, what is eliminated, and what is left. */
const linesOf = ({ lines }: Consolidated): { readonly [account: string]: readonly string[] } =>
  Object.fromEntries(
    lines.map(({ kind, currency, books, eliminated, total }) => [
      kind.path.replace('platform:', ''),
      [...books, eliminated, total].map((minor) => formatMinor(minor, currency)),
    ]),
  );

/** Transfers, a short line each: `T-1 a→b 30.00 held twice`. */
const shown = (transfers: Consolidated['eliminations']): readonly string[] =>
  transfers.map(
    ({ transfer, from, to, minor, holding }) =>
      `${transfer} ${from}→${to} ${formatMinor(minor, 'CNY')} ${holding}`,
  );

/** What is not settled between two books. */
const unsettled = ({ eliminations, inTransit, differences }: Consolidated): readonly string[] =>
  shown([...eliminations, ...inTransit, ...differences]);

const half = { transfer: 'T-1', book: 'b', from: 'user-1', to: 'user-9', amount: '30.00' };
const there = { ...half, book: 'a' };

/** Books a and b, 100.00 in a wallet of each. */
function twoBooks(): Books {
  const books = booksOf('a', 'b');
  take(books, 'a', topUp('2016-03-01', 'user-1', '100.00'));
  take(books, 'b', topUp('2016-03-01', 'user-9', '100.00'));
  return books;
}

const ids = ['a', 'b', 'c'] as const;
const days = ['2016-03-01', '2016-03-02', '2016-03-03', '2016-03-04'];

/** Something that somebody gives a book, whether it makes sense or not. */
const step = fc.record({
  kind: fc.constantFrom('top up', 'send', 'send away', 'receive', 'decline', 'complete', 'return'),
  in: fc.constantFrom(...ids),
  other: fc.constantFrom(...ids),
  transfer: fc.constantFrom('T-1', 'T-2'),
  on: fc.constantFrom(...days),
  amount: fc.constantFrom('1.00', '2.00', '5.00'),
});

function commandOf({
  kind,
  other,
  transfer,
  on,
  amount,
}: typeof step extends fc.Arbitrary<infer T> ? T : never): Command {
  const of = { transfer, book: other, from: 'user-1', to: 'user-1', amount };
  switch (kind) {
    case 'send':
      return sendTransfer(on, of);
    case 'send away':
      return sendTransfer(on, { ...of, book: 'elsewhere', transfer: `away-${transfer}` });
    case 'receive':
      return receiveTransfer(on, of);
    case 'decline':
      return declineTransfer(on, of);
    case 'complete':
      return completeTransfer(on, transfer);
    case 'return':
      return returnTransfer(on, transfer);
    default:
      return topUp(on, 'user-1', amount);
  }
}

describe('a consolidation', () => {
  it('sums books side by side', async () => {
    const found = await consolidatedOf(twoBooks());
    expect(linesOf(found)).toEqual({
      'asset:payments:reserve': ['100.00', '100.00', '0.00', '200.00'],
      'liability:payments:wallet': ['100.00', '100.00', '0.00', '200.00'],
    });
    expect(found.totals).toEqual([
      {
        entity: 'platform',
        currency: 'CNY',
        debit: 20_000n,
        credit: 20_000n,
        assets: 20_000n,
        liabilities: 20_000n,
        equity: 0n,
        income: 0n,
        expenses: 0n,
        result: 0n,
      },
    ]);
    expect(unsettled(found)).toEqual([]);
  });

  it('holds a transfer once at each of its steps', async () => {
    const books = twoBooks();
    const wallets = async () => linesOf(await consolidatedOf(books))['liability:payments:wallet'];
    take(books, 'a', sendTransfer('2016-03-03', half));
    expect(unsettled(await consolidatedOf(books))).toEqual(['T-1 a→b 30.00 in transit']);
    expect(await wallets()).toEqual(['70.00', '100.00', '0.00', '170.00']);

    take(books, 'b', receiveTransfer('2016-03-03', there));
    const twice = await consolidatedOf(books);
    expect(linesOf(twice)).toEqual({
      'asset:interbook:set-aside': ['30.00', '0.00', '30.00', '0.00'],
      'asset:payments:reserve': ['70.00', '130.00', '0.00', '200.00'],
      'liability:interbook:in-transit': ['30.00', '0.00', '30.00', '0.00'],
      'liability:payments:wallet': ['70.00', '130.00', '0.00', '200.00'],
    });
    expect(twice.totals).toMatchObject([
      { debit: 20_000n, credit: 20_000n, assets: 20_000n, liabilities: 20_000n },
    ]);
    expect(twice.eliminations).toMatchObject([
      { sentOn: dayOf('2016-03-03'), decidedOn: dayOf('2016-03-03') },
    ]);
    expect(unsettled(twice)).toEqual(['T-1 a→b 30.00 held twice']);

    take(books, 'a', completeTransfer('2016-03-04', 'T-1'));
    expect(unsettled(await consolidatedOf(books))).toEqual([]);
    expect(await wallets()).toEqual(['70.00', '130.00', '0.00', '200.00']);
    // As of the day before it still was in both.
    expect(unsettled(await consolidatedOf(books, '2016-03-03'))).toEqual(['T-1 a→b 30.00 held twice']);
    expect(unsettled(await consolidatedOf(books, '2016-03-02'))).toEqual([]);
  });

  it('holds one that is declined in the book that it leaves, until it is returned', async () => {
    const books = twoBooks();
    take(books, 'a', sendTransfer('2016-03-03', half));
    take(books, 'b', declineTransfer('2016-03-04', there));
    expect(unsettled(await consolidatedOf(books))).toEqual(['T-1 a→b 30.00 declined']);
    expect(unsettled(await consolidatedOf(books, '2016-03-03'))).toEqual(['T-1 a→b 30.00 in transit']);
    take(books, 'a', returnTransfer('2016-03-05', 'T-1'));
    expect(unsettled(await consolidatedOf(books))).toEqual([]);
    expect(unsettled(await consolidatedOf(books, '2016-03-04'))).toEqual(['T-1 a→b 30.00 declined']);
  });

  it('leaves what goes to other books as it is', async () => {
    const books = twoBooks();
    take(books, 'a', sendTransfer('2016-03-03', { ...half, book: 'elsewhere' }));
    take(books, 'b', receiveTransfer('2016-03-03', { ...there, book: 'elsewhere' }));
    const found = await consolidatedOf(books);
    expect(unsettled(found)).toEqual([]);
    expect(linesOf(found)['liability:interbook:in-transit']).toEqual(['30.00', '0.00', '0.00', '30.00']);
  });

  it('says what the dates of two books leave open, as of a day', async () => {
    const books = twoBooks();
    take(books, 'a', sendTransfer('2016-03-03', half));
    take(books, 'b', receiveTransfer('2016-03-11', there));
    take(books, 'a', completeTransfer('2016-03-03', 'T-1'));
    const found = await consolidatedOf(books, '2016-03-05');
    expect(unsettled(found)).toEqual(['T-1 a→b 30.00 in neither']);
    expect(found.differences).toMatchObject([{ decidedOn: dayOf('2016-03-11') }]);
    expect(unsettled(await consolidatedOf(books))).toEqual([]);
  });

  it('says what was done by hand, and eliminates no more than both books hold', async () => {
    const books = twoBooks();
    take(books, 'b', receiveTransfer('2016-03-02', { ...there, transfer: 'T-0' }));
    take(books, 'a', sendTransfer('2016-03-03', half));
    take(books, 'b', receiveTransfer('2016-03-03', { ...there, amount: '20.00' }));
    expect(unsettled(await consolidatedOf(books))).toEqual([
      'T-1 a→b 20.00 held twice',
      'T-1 a→b 10.00 in transit',
      'T-0 a→b 30.00 in both',
    ]);
    take(books, 'a', returnTransfer('2016-03-03', 'T-1'));
    expect(unsettled(await consolidatedOf(books))).toEqual([
      'T-1 a→b 20.00 in both',
      'T-0 a→b 30.00 in both',
    ]);
  });

  it('reads books again where one lags behind another', async () => {
    const [now, before] = [twoBooks(), twoBooks()];
    take(now, 'a', sendTransfer('2016-03-03', half), completeTransfer('2016-03-03', 'T-1'));
    take(now, 'b', receiveTransfer('2016-03-03', there));
    const a = now.get('a') ?? book();
    /** How far b has been read. */
    let b = before.get('b') ?? book();
    let looks = 0;
    const refresh = async (): Promise<void> => {
      if (++looks === 2) b = now.get('b') ?? book();
    };
    const read = () =>
      readOf(
        new Map([
          ['a', a],
          ['b', b],
        ]),
      )();
    const found = await consolidated(read, refresh);
    expect(looks).toBe(2);
    expect(unsettled(found)).toEqual([]);
    expect(found.books.map(({ view }) => view.point.revision)).toEqual([3, 2]);
    // One that does not come up is told of.
    looks = 2;
    b = before.get('b') ?? book();
    expect(unsettled(await consolidated(read, refresh))).toEqual(['T-1 a→b 30.00 in neither']);
    expect(looks).toBe(5);
  });

  it('keeps customers’ money whole, whatever is sent by whom and dated when', async () => {
    let held = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const books = booksOf(...ids);
        for (const id of ids) take(books, id, topUp('2016-03-01', 'user-1', '10.00'));
        for (const each of steps) books.get(each.in)?.decide(commandOf(each));
        for (const asOf of [undefined, ...days]) {
          const found = await consolidatedOf(books, asOf);
          const toppedUp = steps
            .filter(({ kind, on }) => kind === 'top up' && (asOf === undefined || on <= asOf))
            .reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 3_000n);
          checkWhole(found, toppedUp);
          held += found.eliminations.length;
        }
      }),
      // Always the same steps: how many transfers are held among them is no matter of luck.
      { numRuns: 200, seed: 20_160_301 },
    );
    expect(held).toBeGreaterThan(100);
  });
});

/** Customers' money is in wallets, on its way, or told of as a difference; and both sides of the sums agree. */
function checkWhole({ lines, totals, differences }: Consolidated, toppedUp: bigint): void {
  const total = (account: string): bigint => lines.find(({ kind }) => kind.path === account)?.total ?? 0n;
  const missing = differences.reduce(
    (sum, { holding, minor }) => (holding === 'in neither' ? sum + minor : sum - minor),
    0n,
  );
  const onItsWay = total('platform:liability:interbook:in-transit');
  expect(total('platform:liability:payments:wallet') + onItsWay + missing).toBe(toppedUp);
  expect(total('platform:asset:interbook:set-aside')).toBe(onItsWay);
  for (const { debit, credit, assets, liabilities, equity, result } of totals)
    expect([debit, assets]).toEqual([credit, liabilities + equity + result]);
}
