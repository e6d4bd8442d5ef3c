import { describe, expect, it } from 'vitest';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import { balanceDigest, canonical, digest } from '../../src/kernel/state/digest.ts';
import { policyTable, type State } from '../../src/kernel/state/state.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { type Booked, house, type OrderRow, orders, SmallBook, volumes } from './small-house.ts';

const day = dayOf('2016-03-01');
const cash = 'platform:asset:shop:cash:CNY';
const dollars = 'platform:asset:shop:cash:USD';
const capital = 'platform:equity:shop:capital:CNY';
const dollarFee = 'platform:income:shop:fee:USD';
const walletOf = (user: string): string => `platform:liability:shop:wallet:${user}:CNY`;

const booked: readonly Booked[] = [
  { day, ids: [cash, capital], minors: [500n, -500n] },
  { day: day + 1, ids: [cash, walletOf('user-1')], minors: [70n, -70n] },
  { day, ids: [cash, walletOf('user-10')], minors: [30n, -30n] },
  { day: day + 2, ids: [dollars, dollarFee], minors: [9n, -9n] },
];

const row: OrderRow = { on: day, amount: 70n, lines: [{ what: 'tea', count: 2 }] };

/** The state that all tests start from. */
function made(order: readonly Booked[] = booked): SmallBook {
  const book = new SmallBook();
  for (const entry of order) book.book(entry);
  book.state.set(orders, 'O-1', row);
  book.state.set(orders, 'O-2', { ...row, note: 'gift' });
  book.state.set(volumes, '2016-03-01', 100n);
  return book;
}

const digestOf = (change: (book: SmallBook) => void): string => {
  const book = made();
  change(book);
  return digest(house, book.state);
};

describe('a digest', () => {
  const plain = digest(house, made().state);

  it('is the same for the same state, however it came about', () => {
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(digest(house, made().state)).toBe(plain);
    // Accounts get other numbers, and postings another order.
    expect(digest(house, made(booked.toReversed()).state)).toBe(plain);
    // In layers, and published.
    const base = new SmallBook();
    for (const entry of booked.slice(0, 2)) base.book(entry);
    base.state.set(orders, 'O-3', row);
    const fork = base.fork();
    for (const entry of booked.slice(2)) fork.book(entry);
    fork.state.set(orders, 'O-2', { note: 'gift', lines: row.lines, amount: 70n, on: day });
    fork.state.set(orders, 'O-1', { ...row, note: undefined });
    fork.state.set(volumes, '2016-03-01', 100n);
    fork.state.delete(orders, 'O-3');
    expect(digest(house, fork.state)).toBe(plain);
    fork.state.publish();
    expect(digest(house, base.state)).toBe(plain);
  });

  it('does not see accounts and days that came to nothing, nor numbers that a dropped fork gave', () => {
    const book = made();
    const dropped = book.fork();
    dropped.book({
      day: day + 5,
      ids: ['fund:asset:pool:deposit-1m:USD', 'fund:income:pool:yield:USD'],
      minors: [1n, -1n],
    });
    const back: Booked = { day: day + 9, ids: [cash, walletOf('user-3')], minors: [5n, -5n] };
    book.book(back);
    book.book({ ...back, minors: [-5n, 5n] });
    expect(digest(house, book.state)).toBe(plain);
  });

  it('changes with every balance, and with it every cell', () => {
    const ids = [cash, capital, walletOf('user-1'), walletOf('user-10'), dollars, dollarFee];
    const seen = new Set([plain]);
    for (const id of ids) {
      // One leg alone: no entry of a book, but the smallest change that there is.
      seen.add(digestOf((book) => book.book({ day, ids: [id], minors: [1n] })));
      seen.add(digestOf((book) => book.book({ day: day + 1, ids: [id], minors: [1n] })));
      seen.add(digestOf((book) => book.book({ day, ids: [id], minors: [-1n] })));
    }
    expect(seen.size).toBe(1 + 3 * ids.length);
  });

  it('changes with every cell, balances as they were', () => {
    const seen = new Set([plain]);
    const balances = balanceDigest(house, made().state);
    for (const id of [cash, capital, walletOf('user-1'), dollars, dollarFee]) {
      for (const on of [day, day + 1, day + 2, day + 30]) {
        const book = made();
        book.book({ day: on, ids: [id], minors: [4n] });
        book.book({ day: on + 3, ids: [id], minors: [-4n] });
        expect(balanceDigest(house, book.state)).toBe(balances);
        seen.add(digest(house, book.state));
      }
    }
    expect(seen.size).toBe(1 + 5 * 4);
  });

  it('changes with whose a balance is, the cells as they were', () => {
    const moved: Booked = { day: day + 1, ids: [walletOf('user-1'), walletOf('user-10')], minors: [1n, -1n] };
    expect(digestOf((book) => book.book(moved))).not.toBe(plain);
  });

  it('changes with every field of every row, and with its key', () => {
    const rows: readonly ((book: SmallBook) => void)[] = [
      (book) => book.state.set(orders, 'O-1', { ...row, on: day + 1 }),
      (book) => book.state.set(orders, 'O-1', { ...row, amount: 71n }),
      (book) => book.state.set(orders, 'O-1', { ...row, note: '' }),
      (book) => book.state.set(orders, 'O-1', { ...row, lines: [] }),
      (book) => book.state.set(orders, 'O-1', { ...row, lines: [...row.lines, ...row.lines] }),
      (book) => book.state.set(orders, 'O-1', { ...row, lines: [{ what: 'tea', count: 3 }] }),
      (book) => book.state.set(orders, 'O-1', { ...row, lines: [{ what: 'tea\n', count: 2 }] }),
      (book) => book.state.set(orders, 'O-2', { ...row, note: 'gifts' }),
      (book) => book.state.set(orders, 'O-3', row),
      (book) => book.state.delete(orders, 'O-1'),
      (book) => book.state.delete(orders, 'O-2'),
      (book) => book.state.set(volumes, '2016-03-01', 101n),
      (book) => book.state.set(volumes, '2016-03-02', 100n),
      (book) => book.state.delete(volumes, '2016-03-01'),
    ];
    const seen = new Set([plain, ...rows.map(digestOf)]);
    expect(seen.size).toBe(1 + rows.length);
  });

  it('changes with what is closed, and with the earliest date while nothing is', () => {
    const marks = (closedThrough?: number, earliestEver?: number, settling?: number): string =>
      digestOf(({ state }) => Object.assign(state.marks, { closedThrough, earliestEver, settling }));
    const open = [marks(), marks(undefined, day), marks(undefined, day + 1)];
    const closed = [marks(day, day), marks(day + 1, day), marks(day, day, day + 1)];
    expect(new Set([...open, ...closed]).size).toBe(6);
    expect(marks(day, day)).toBe(marks(day, day - 1));
  });

  it('in a book that is bounded, with the earliest and the latest date of a fact that stands', () => {
    const marks = (earliest: number, latest: number, earliestEver = earliest): string =>
      digestOf(({ state }) => {
        state.set(policyTable, 'kernel.amountMax', []);
        Object.assign(state.marks, { earliest, latest, earliestEver });
      });
    expect(new Set([marks(day, day), marks(day, day + 1), marks(day + 1, day + 1)]).size).toBe(3);
    expect(marks(day, day, day - 1)).toBe(marks(day, day));
  });

  it('is nothing’s own', () => {
    const empty = (): State => emptyState(house);
    expect(digest(house, empty())).toBe(digest(house, empty()));
    expect(digest(house, empty())).not.toBe(plain);
    expect(balanceDigest(house, empty())).not.toBe(digest(house, empty()));
  });
});

describe('canonical text', () => {
  it.each([
    [{ b: 1, a: [true, null, 'x"\n'], c: undefined }, '{"a":[true,null,"x\\"\\n"],"b":1}'],
    [{ a: undefined }, '{}'],
    [{ 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    [2n ** 70n, '"1180591620717411303424"'],
    [-0, '0'],
    [[], '[]'],
  ])('of %o', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it.each([
    [new Map()],
    [new Set([1])],
    [() => 1],
    [Symbol('s')],
    [Number.NaN],
    [new Date(0)],
    [[undefined]],
  ])('is none of %o', (value) => {
    expect(() => canonical(value)).toThrow(TypeError);
  });
});
