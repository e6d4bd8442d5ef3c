import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { house } from '../../src/segments/index.ts';
import { book, type TestBook } from '../support/book.ts';

const folder = new URL('../data/reference/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** The record of the reference history, days closed as its lines pass. */
function recorded(closedThrough: string): TestBook {
  const made = book();
  for (const line of read('history.jsonl').trim().split('\n')) {
    const given: unknown = JSON.parse(line);
    if (!isRecord(given) || !isRecord(given.with)) throw new Error(`not a command: ${line}`);
    const key = typeof given.key === 'string' ? { key: given.key } : {};
    const on = String(given.on);
    made.closeThrough(dayOf(on) - 1);
    made.decide({ on, command: String(given.command), with: given.with, ...key });
  }
  return made.closeThrough(dayOf(closedThrough));
}

describe('the reference history', () => {
  const expected: unknown = JSON.parse(read('expected.json'));
  if (!isRecord(expected) || !isRecord(expected.record)) throw new Error('expected.json holds no record');
  const { state, nextRevision } = recorded(String(expected.closedThrough));
  const view = new LedgerView(house, state, {
    revision: nextRevision - 1,
    postings: state.journal.length,
    asOf: undefined,
  });
  const { record } = expected;

  it('shows every balance that was worked out apart', () => {
    const shown = view.accounts().filter(({ minor }) => minor !== 0n);
    expect(
      Object.fromEntries(shown.map(({ id, minor, currency }) => [id, formatMinor(minor, currency)])),
    ).toEqual(record.balances);
  });

  it('shows every segment’s revenue by month, as it was worked out apart', () => {
    const revenue = ['payments', 'yuebao'].map((segment) => {
      const amounts = view.revenue(segment, { by: 'MONTH' });
      if (amounts instanceof Refusal) throw new Error(amounts.message);
      return [
        segment,
        Object.fromEntries(amounts.map(({ period, minor }) => [period, formatMinor(minor, 'CNY')])),
      ];
    });
    expect(Object.fromEntries(revenue)).toEqual(record.revenue);
  });
});
