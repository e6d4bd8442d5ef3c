/** A fact that is reversed on its own day leaves the books as they were before it. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { type Day, parseDay } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { house } from '../../src/segments/index.ts';
import { balancesOf, book, rowsOf, type TestBook } from '../support/book.ts';
import { reverse } from '../support/commands.ts';
import { histories } from '../support/histories.ts';

/**
 * Tables of which a reversal takes nothing back: numbers of redemptions are given once; and what was counted for a score stays
 * counted, as the page of zhima says: since when a holder is known, his payments, and whom he paid.
 */
const kept: ReadonlySet<string> = new Set(['yuebao.counters', 'zhima.counted', 'zhima.relations']);

/** Rows, but for those, and for a payment's latest date: a reversal is a fact of its payment, which takes none of an earlier date afterwards. */
const rowsBeside = (state: State) =>
  rowsOf(house, state)
    .filter(([table]) => !kept.has(table))
    .map(([table, key, row]) => [
      table,
      key,
      table === 'payments.payments' && isRecord(row) ? { ...row, latest: undefined } : row,
    ]);

const irreversible = new Set(['changePolicy', 'closeDay', 'publishRate']);

/** Does a line on a fork of a book, and reverses it there: whether there was something to reverse. All must then be as before. */
function undo(made: TestBook, { on, command, with: inputs }: Command, day: Day): boolean {
  const { decisions, state } = made.rehearse({ on, command, with: inputs }, reverse(on, made.nextRevision));
  const [done, reversed] = decisions;
  if (done?.kind !== 'accepted') return false;
  expect(reversed?.kind).toBe('accepted');
  for (const date of [day - 1, day, day + 1, undefined]) {
    expect(balancesOf(state, date)).toEqual(balancesOf(made.state, date));
  }
  expect(rowsBeside(state)).toEqual(rowsBeside(made.state));
  return true;
}

describe.each(histories(4, { days: 30, lines: 300, users: 6, merchants: 3 }))('$name', ({ lines, close }) => {
  it('balances on every date and rows are as before, fact by fact', () => {
    const made = book();
    const undone = new Set<string>();
    for (const line of lines) {
      const day = parseDay(line.on);
      if (day === undefined) continue;
      if (close === 'daily') made.closeThrough(day - 1);
      // The first line opens the book as well, which is not undone.
      const some = made.nextRevision > 0 && !irreversible.has(line.command);
      if (some && undo(made, line, day)) undone.add(line.command);
      made.decide(line);
    }
    expect([...undone]).toEqual(
      expect.arrayContaining(['initiatePayment', 'refundPayment', 'withdraw', 'subscribeFund', 'redeemFund']),
    );
  });
});
