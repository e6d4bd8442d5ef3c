/** Flows: what a segment earns and costs, whatever the entity whose books it is in. */

import { describe, expect, it } from 'vitest';
import { accountKind } from '../../src/kernel/contract/account.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { NumberedEntry } from '../../src/kernel/state/state.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { flowKinds, groupEntities } from '../../src/reading/flows.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { house as wholeHouse } from '../../src/segments/index.ts';
import { bare } from '../support/toy-house.ts';

const reportingLine = 'CreditTech';
const accounts = [
  accountKind('platform:income:loans:referral', { doc: '', reportingLine }),
  accountKind('platform:expense:loans:cost', { doc: '' }),
  accountKind('lender:income:loans:interest', { doc: '', reportingLine }),
  accountKind('lender:income:loans:other', { doc: 'reported nowhere' }),
  accountKind('lender:expense:loans:provision', { doc: '' }),
  accountKind('lender:asset:loans:cash', { doc: '' }),
  accountKind('partner:income:loans:interest', { doc: 'another’s' }),
  accountKind('partner:expense:loans:provision', { doc: 'another’s' }),
];
const house = new House([bare('loans', { accounts })]);
const paths = (of: 'revenue' | 'cost', segment?: string): readonly string[] =>
  flowKinds(house.kinds, of, segment).map(({ path }) => path);

describe('the flows of a segment', () => {
  it('are incomes of the platform, and those that other entities report', () => {
    expect(paths('revenue', 'loans')).toEqual([
      'lender:income:loans:interest',
      'platform:income:loans:referral',
    ]);
    expect(paths('revenue')).toEqual(paths('revenue', 'loans'));
    expect(paths('revenue', 'kernel')).toEqual([]);
  });

  it('are expenses of the entities that report an income', () => {
    expect(paths('cost', 'loans')).toEqual(['lender:expense:loans:provision', 'platform:expense:loans:cost']);
    expect([...groupEntities(house.kinds)]).toEqual(['platform', 'lender']);
  });

  it('leave the fund’s books to the fund', () => {
    const { kinds } = wholeHouse;
    for (const of of ['revenue', 'cost'] as const) {
      const entities = flowKinds(kinds, of, 'yuebao').map(({ entity }) => entity);
      expect(entities).not.toContain('fund');
    }
    expect(groupEntities(kinds).has('fund')).toBe(false);
    const incomes = kinds.filter(({ class: of, entity }) => of === 'income' && entity === 'platform');
    expect(flowKinds(kinds, 'revenue')).toEqual(expect.arrayContaining(incomes));
  });

  it('are summed over all of them by a view, from the first day of any', () => {
    const state = emptyState(house);
    const post = (on: string, path: string, minor: bigint): void => {
      const ids = [`${path}:CNY`, 'lender:asset:loans:cash:CNY'];
      const numbers = ids.map((id) => state.chart.indexOfId(id) ?? -1);
      state.post(new NumberedEntry(state.chart, numbers, [minor, -minor]), dayOf(on), state.marks.events);
      state.marks.events++;
    };
    post('2016-01-31', 'lender:income:loans:interest', -100n);
    post('2016-03-01', 'lender:expense:loans:provision', 30n);
    post('2016-03-01', 'platform:income:loans:referral', -5n);
    post('2016-03-02', 'partner:income:loans:interest', -7_000n);
    post('2016-04-02', 'lender:income:loans:other', -9n);
    const point = { revision: state.marks.events - 1, postings: state.journal.length, asOf: undefined };
    const view = new LedgerView(house, state, point);
    const flow = (of: 'revenue' | 'cost', entity?: string) => {
      const found = view[of]('loans', { by: 'MONTH' }, entity);
      if (found instanceof Refusal) throw new Error(found.message);
      return found.map(({ period, minor }) => [period, minor]);
    };
    expect(flow('revenue')).toEqual([
      ['2016-01', 100n],
      ['2016-02', 0n],
      ['2016-03', 5n],
      ['2016-04', 0n],
    ]);
    expect(flow('cost').map(([, minor]) => minor)).toEqual([0n, 0n, 30n, 0n]);
    expect(flow('revenue', 'partner')).toEqual([['2016-03', 7_000n]]);
    expect(flow('revenue', 'lender').map(([, minor]) => minor)).toEqual([100n, 0n, 0n, 9n]);
  });
});
