/** Conformance over credit: clean as recorded; under a changed accrual it names the days and the loans concerned, and no others. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Conformance, conformance } from '../../src/audit/conformance.ts';
import type { CloseRule } from '../../src/kernel/contract/rule.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import { House } from '../../src/kernel/engine/house.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { formatDay } from '../../src/kernel/values/dates.ts';
import { DebtWork } from '../../src/lending/debt/debt.ts';
import { house, segments } from '../../src/segments/index.ts';
import { creditHistory } from '../oracle/credit-histories.ts';
import { altering } from '../support/altering.ts';
import { historiesOf } from '../support/histories.ts';
import { logOf, recordLines } from './recorded.ts';

const line = (on: string, command: string, inputs: Readonly<Record<string, unknown>>) => ({
  on,
  command,
  with: inputs,
});
const tiers = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'];

/** Two loans of jiebei, one of mybank: repaid on their first due day; every day closed. */
const example = [
  line('2016-03-01', 'changePolicy', {
    parameter: 'jiebei.limits',
    value: Object.fromEntries(tiers.map((tier) => [tier, '9000.00 CNY'])),
    from: '2016-03-01',
    reason: 'a test',
  }),
  ...['user-1', 'user-2', 'firm-1'].map((holder) =>
    line('2016-03-01', 'topUp', { holder, amount: '5000.00 CNY' }),
  ),
  ...(
    [
      ['L-1', 'jiebei', 'user-1'],
      ['L-2', 'jiebei', 'user-2'],
      ['L-3', 'mybank', 'firm-1'],
    ] as const
  ).flatMap(([loan, product, holder]) => [
    line('2016-03-01', 'applyForLoan', {
      loan,
      product,
      holder,
      principal: '3000.00 CNY',
      term: 2,
      method: 'annuity',
    }),
    line('2016-03-01', 'disburseLoan', { loan, product }),
  ]),
  line('2016-04-01', 'repayLoan', { loan: 'L-1', product: 'jiebei', amount: 'due' }),
  line('2016-04-01', 'repayLoan', { loan: 'L-3', product: 'mybank', amount: 'due' }),
  line('2016-04-03', 'topUp', { holder: 'user-1', amount: '1.00 CNY' }),
];

const judged = async (events: readonly StoredEvent[], rules?: House): Promise<Conformance> =>
  await conformance(house, await logOf(events), rules === undefined ? {} : { rules });

/** jiebei with one of its close rules changed. */
const withRule = (name: string, change: (rule: CloseRule) => CloseRule): House =>
  new House(
    segments.map((segment: Segment) =>
      segment.id === 'jiebei'
        ? { ...segment, close: segment.close.map((rule) => (rule.name === name ? change(rule) : rule)) }
        : segment,
    ),
  );

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a record of credit', () => {
  it.each(historiesOf(creditHistory, 3, { days: 90, lines: 250, users: 6, merchants: 3 }))(
    'is clean: $name',
    async ({ lines, close }) => {
      const events = recordLines(lines, { close, reverseEvery: 6 });
      const { findings, clean } = await judged(events);
      expect(findings).toEqual([]);
      expect(clean).toBe(true);
    },
  );
});

describe('a changed accrual', () => {
  it('of the day: each day on which the line accrued is named, by its rule', async () => {
    const events = recordLines(example, { close: 'daily' });
    const changed = withRule('jiebei.interestAccrued', (rule) => ({
      ...rule,
      derive: (item, s, entry) =>
        rule.derive(
          item,
          s,
          altering(entry, (_, minor, at) => (at < 2 ? 0n : minor)),
        ),
    }));
    const { findings } = await judged(events, changed);
    const accrued = events.filter(({ type }) => type === 'JiebeiInterestAccrued');
    const roots = findings.filter(({ followsFrom }) => followsFrom === undefined);
    expect(accrued.length).toBeGreaterThan(30);
    expect(roots.map(({ revision }) => revision)).toEqual(accrued.map(({ revision }) => revision));
    expect(new Set(roots.map(({ rule }) => rule))).toEqual(new Set(['jiebei.interestAccrued']));
  });

  it('of a debt: the loans are named whose payments it would have made others', async () => {
    const events = recordLines(example, { close: 'daily' });
    const { accrue } = DebtWork.prototype;
    vi.spyOn(DebtWork.prototype, 'accrue').mockImplementation(function (this: DebtWork, to) {
      const before = this.accruedTo;
      accrue.call(this, to);
      // A day more at each step: as if the day of the draw bore interest.
      if (to > before && before === 16_861) accrue.call(this, to + 1);
    });
    const { findings } = await judged(events);
    const named = findings.map(({ subject, on }) => `${formatDay(on)} ${subject}`).sort();
    expect(named.slice(0, 2)).toEqual(['2016-04-01 loan/jiebei/L-1', '2016-04-01 loan/mybank/L-3']);
    // What they left unpaid by the changed rule is named on the days after it; nothing is said of the loan that nobody paid on.
    expect(new Set(findings.map(({ subject }) => subject))).toEqual(
      new Set(['loan/jiebei/L-1', 'loan/mybank/L-3']),
    );
  });
});
