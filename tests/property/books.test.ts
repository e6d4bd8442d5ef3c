/** What holds of every book, over random histories with reversals among the commands. */

import { describe, expect, it } from 'vitest';
import { postingsMax } from '../../src/kernel/engine/booking.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { genesisHash, hashHolds } from '../../src/kernel/state/events.ts';
import { house } from '../../src/segments/index.ts';
import { interbookHistory } from '../oracle/interbook-histories.ts';
import { balancesOf, rowsOf } from '../support/book.ts';
import {
  type Generated,
  generate,
  histories,
  historiesOf,
  run,
  withReversals,
} from '../support/histories.ts';
import { belowZero, bookingOf, unbackedDates, unbalanced, unmatchedDates } from '../support/invariants.ts';

const long: Generated = generate(202, {
  days: 200,
  lines: 4000,
  users: 30,
  merchants: 6,
  close: 'recorded',
  backdated: true,
});

const small = { days: 40, lines: 400, users: 8, merchants: 3 } as const;
const betweenBooks = historiesOf(interbookHistory, 3, small).map((generated) => ({
  ...generated,
  name: `between books, ${generated.name}`,
}));

describe.each([...histories(6, small), ...betweenBooks, long])('$name', (generated) => {
  const { close, last } = generated;
  const lines = withReversals(generated);
  const { book, refused } = run(lines, { close, through: last });
  const bookings = book.events.map(bookingOf);

  it('has reversals, and refusals', () => {
    expect(book.events.some(({ type }) => type === 'Reversed')).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('every entry balances, per entity and currency', () => {
    expect(unbalanced(bookings)).toEqual([]);
  });

  it('customers’ money is backed on every date, with the unswept fees', () => {
    expect(unbackedDates(bookings)).toEqual([]);
  });

  it('what is set aside is on its way to other books, on every date', () => {
    expect(unmatchedDates(bookings)).toEqual([]);
  });

  it('no wallet, and no account with a floor, is below zero on any date', () => {
    expect(belowZero(bookings)).toEqual([]);
  });

  it('no event has more postings than one may, none of zero, and none twice on an account', () => {
    for (const { accounts, minors } of book.events) {
      expect(accounts.length).toBeLessThanOrEqual(postingsMax);
      expect(minors).not.toContain(0n);
      expect(new Set(accounts).size).toBe(accounts.length);
    }
  });

  it('every event is chained to the one before it', () => {
    let before = genesisHash;
    for (const event of book.events) {
      expect(hashHolds(event, before)).toBe(true);
      before = event.hash;
    }
  });

  it('a rebuild from the events equals the live book', () => {
    const rebuilt = emptyState(house);
    for (const event of book.events) fold(house, rebuilt, event);
    expect(balancesOf(rebuilt)).toEqual(book.balances());
    expect(rowsOf(house, rebuilt)).toEqual(rowsOf(house, book.state));
    expect(digest(house, rebuilt)).toBe(digest(house, book.state));
  });

  it('the same commands give the same bytes', () => {
    const again = run(lines, { close, through: last });
    expect(again.book.events.at(-1)?.hash).toBe(book.events.at(-1)?.hash);
  });

  it('what carries a key is booked once, however often it is sent', () => {
    const before = digest(house, book.state);
    const count = book.events.length;
    // A refused command's key stays free: only what went through is sent again.
    const left = new Set(refused.map(([line]) => line));
    lines.forEach((line, at) => {
      if (line.key === undefined || left.has(at + 1)) return;
      expect(book.decide(line).kind).toBe('repeated');
    });
    expect(book.events.length).toBe(count);
    expect(digest(house, book.state)).toBe(before);
  });
});
