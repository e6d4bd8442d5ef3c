import { describe, expect, it } from 'vitest';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { metrics, ratio } from '../../src/reading/metrics.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { house, SmallBook, volumes } from './small-house.ts';

const from = dayOf('2016-10-30');
const to = dayOf('2016-11-02');

/** A payment of 100.00 at 0.60 a day. */
function soldDaily(): SmallBook {
  const book = new SmallBook();
  for (let day = from; day <= to; day++) {
    const ids = [
      'platform:asset:shop:cash:CNY',
      'platform:liability:shop:wallet:user-1:CNY',
      'platform:income:shop:fee:CNY',
    ];
    book.state.set(volumes, formatDay(day), 10_000n);
    book.book({ day, ids, minors: [10_000n, -9_940n, -60n] });
  }
  return book;
}

function figures(view: LedgerView, segment: string, by: 'DAY' | 'MONTH'): unknown {
  const found = metrics(house, view, segment, from, to, by);
  return found instanceof Refusal ? found.code : found.map(({ id, period, value }) => [id, period, value]);
}

describe('metrics', () => {
  const book = soldDaily();
  const head = { revision: 3, postings: 12, asOf: undefined };

  it('are figures at the end of each period, and sums over it', () => {
    expect(figures(new LedgerView(house, book.state, head), 'shop', 'MONTH')).toEqual([
      ['takeRate', '2016-10', '0.006000'],
      ['takeRate', '2016-11', '0.006000'],
      ['owed', '2016-10', '198.80'],
      ['owed', '2016-11', '397.60'],
    ]);
  });

  it('end at the last day that counts', () => {
    const view = new LedgerView(house, book.state, { ...head, asOf: dayOf('2016-10-31') });
    expect(figures(view, 'shop', 'DAY')).toEqual([
      ['takeRate', '2016-10-30', '0.006000'],
      ['takeRate', '2016-10-31', '0.006000'],
      ['owed', '2016-10-30', '99.40'],
      ['owed', '2016-10-31', '198.80'],
    ]);
  });

  it('of an older revision are refused where they read tables, which say what they say now', () => {
    const older = new LedgerView(house, book.state, { revision: 1, postings: 6, asOf: undefined });
    expect(figures(older, 'shop', 'MONTH')).toBe('TABLES_NOT_HELD');
    expect(figures(older, 'pool', 'MONTH')).toEqual([
      ['units', '2016-10', '0.00'],
      ['units', '2016-11', '0.00'],
    ]);
  });

  it('of nobody are none', () => {
    expect(figures(new LedgerView(house, book.state, head), 'nobody', 'DAY')).toEqual([]);
  });
});

describe('a ratio', () => {
  it.each([
    [1n, 3n, '0.333333'],
    [2n, 3n, '0.666667'],
    [-2n, 3n, '-0.666667'],
    [2n, -3n, '-0.666667'],
    [1n, 2_000_000n, '0.000000'],
    [3n, 2_000_000n, '0.000002'],
    [5n, 2_000_000n, '0.000002'],
    [-3n, 2_000_000n, '-0.000002'],
    [-1n, 4_000_000n, '0.000000'],
    [12n, 1n, '12.000000'],
    [0n, 7n, '0.000000'],
    [7n, 0n, undefined],
  ])('of %s to %s is %s', (part, whole, shown) => {
    expect(ratio(part, whole)).toBe(shown);
  });
});
