/** mybank, point by point as its page settles it (docs/segments/mybank.md). What lines that lend share is tested in tests/lending. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { loans } from '../../src/segments/mybank/loans.ts';
import { inStages } from '../support/codes.ts';
import { changePolicy, command, reverse, topUp, withdraw } from '../support/commands.ts';
import {
  apply,
  capital,
  closed,
  closing,
  daily,
  dataOf,
  disburse,
  everyTier,
  expectHeld,
  expectRefused,
  expectSame,
  expectSound,
  expectTold,
  expectTyped,
  given,
  heldIn,
  lend,
  madeUp,
  recordOf,
  recover,
  repay,
  restructure,
  rich,
  scoring,
  varied,
  writeOff,
} from '../support/credit.ts';
import type { Outcome, Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-03-01';
const pool = 'mybank-2016-03';
const of = 'mybank';

type Kind = 'receivable' | 'order' | 'inventory';

interface Asked {
  readonly kind?: Kind;
  readonly holder?: string;
  readonly core?: string;
  readonly value?: string;
  readonly dueOn?: string;
}

/** An application of s for an advance on what c owes or buys, due in a month, unless it says otherwise. */
const advance = (
  day: string,
  loan: string,
  principal: string,
  { kind = 'receivable', holder = 's', core = 'c', value = '1000.00', dueOn = '2016-03-31' }: Asked = {},
): Command =>
  command(day, 'applyForAdvance', {
    loan,
    kind,
    holder,
    core,
    ...(value === '' ? {} : { value: `${value} CNY` }),
    principal: `${principal} CNY`,
    dueOn,
  });
const settle = (day: string, loan: string, amount: string): Command =>
  command(day, 'settleAdvance', { loan, amount: `${amount} CNY` });
const valued = (day: string, loan: string, value: string): Command =>
  command(day, 'valuePledge', { loan, value: `${value} CNY` });
const sell = (day: string, loan: string, price: string): Command =>
  command(day, 'sellPledge', { loan, price: `${price} CNY` });

/** A bank with money enough; c, the buyer, and s, the supplier, too. */
const funded = (...commands: readonly Command[]): Scene =>
  given(
    changePolicy(on, 'payments.floatRate', '0%'),
    capital(on, 'mybank', '100000.00'),
    topUp(on, 'c', '10000.00'),
    topUp(on, 's', '10000.00'),
    ...commands,
  );

/** 800.00 on a receivable of 1000.00, paid out on 1 March, due on the 31st: own 240.00, partner 336.00, vehicle 224.00. */
const advanced = (): Scene => funded(advance(on, 'A-1', '800.00'), disburse(on, 'A-1', of));

const stock = { kind: 'inventory' } as const;
/** 600.00 on inventory of 1000.00, due on the 31st. */
const pledged = (...commands: readonly Command[]): Scene =>
  funded(advance(on, 'A-1', '600.00', stock), disburse(on, 'A-1', of), ...commands);

const decided = ({ book }: Scene, loan: string): string | undefined => {
  const row = book.state.row(loans.table, loan);
  return row?.status === 'declined' ? `declined: ${row.declined}` : row?.status;
};
const margins = (outcome: Outcome): readonly unknown[] => dataOf(outcome, 'MybankMarginMoved');
const moved = (outcome: Outcome): readonly unknown[] => dataOf(outcome, 'MybankArrearsMoved');
const told = ({ events }: Outcome): readonly string[] =>
  events.map(({ type }) => type).filter((type) => type.startsWith('Mybank'));

describe('loans', () => {
  it('are split with an own part of 30 %', () => {
    // The vehicle's 40 % of 700.00, a tenth of it subordinated.
    const scene = funded(apply(on, 'L-1', 's', '1000.00', { product: of }));
    expectTyped(scene.when(disburse(on, 'L-1', of)), 'MybankLoanDisbursed', [
      'reserve +1000.00',
      'wallet:s -1000.00',
      'own/principal-current:s +300.00',
      `own/retained:${pool} +28.00`,
      'own/cash -328.00',
      'partner/principal-current:s +420.00',
      'partner/funds:bank-1 -420.00',
      'vehicle/principal-current:s +280.00',
      `vehicle/senior:${pool} -252.00`,
      `vehicle/subordinated:${pool} -28.00`,
    ]);
  });

  it.each([
    [0, '10000.00', '5.00'],
    [34, '50000.00', '4.50'],
    [42, '100000.00', '4.00'],
    [50, '300000.00', '3.50'],
    [59, '1000000.00', '3.00'],
  ])('limit and price by tier: %i %% of the points, %s, %s', (share, limit, interest) => {
    const day = '2016-03-02';
    const scene = closed(
      given(changePolicy(on, 'payments.floatRate', '0%'), ...scoring(on, share), rich(on, 'a')),
      on,
    );
    scene.and(
      ...lend(day, 'L-1', 'a', '1000.00', { product: of }),
      // With the thousand: a cent too much, and just enough.
      apply(day, 'L-2', 'a', `${Number(limit.slice(0, -3)) - 1000}.01`, { product: of }),
      apply(day, 'L-3', 'a', `${Number(limit.slice(0, -3)) - 1000}.00`, { product: of }),
      repay('2016-03-12', 'L-1', 'all', of),
    );
    expect([decided(scene, 'L-2'), decided(scene, 'L-3')]).toEqual(['declined: limit', 'approved']);
    // Ten days of 1000.00.
    expect(madeUp(scene, 'MybankLoanRepaid').interest).toBe(interest);
  });

  it('of who has no score: 20000.00 at 0.05 %', () => {
    const scene = given(
      apply(on, 'L-1', 'a', '20000.01', { product: of }),
      ...lend(on, 'L-2', 'a', '20000.00', { product: of }),
      topUp(on, 'a', '1000.00'),
      repay('2016-03-02', 'L-2', 'all', of),
    );
    expect(decided(scene, 'L-1')).toBe('declined: limit');
    expect(madeUp(scene, 'MybankLoanRepaid').interest).toBe('10.00');
  });

  it('are declined for their score where the tier has no limit', () => {
    const scene = given(
      changePolicy(on, 'mybank.limits', everyTier('0.00 CNY')),
      apply(on, 'L-1', 'a', '1.00', { product: of }),
    );
    expect(decided(scene, 'L-1')).toBe('declined: score');
  });

  it('and jiebei’s count apart, and have ids of their own', () => {
    const scene = given(
      changePolicy(on, 'jiebei.limits', everyTier('20000.00 CNY')),
      apply(on, 'L-1', 'a', '20000.00', { product: of }),
      apply(on, 'L-1', 'a', '20000.00'),
      apply(on, 'L-2', 'a', '0.01', { product: of }),
    );
    expect([decided(scene, 'L-1'), decided(scene, 'L-2')]).toEqual(['approved', 'declined: limit']);
    expect(dataOf(scene.when(disburse(on, 'L-1')), 'JiebeiLoanDisbursed')).toHaveLength(1);
  });

  it('the annuity of the page’s example, at its rate', () => {
    const day = '2016-01-31';
    const scene = given(
      changePolicy(day, 'mybank.prices', everyTier('0.05%')),
      rich(day, 'a'),
      capital(day, 'mybank', '10000.00'),
      ...lend(day, 'L-1', 'a', '1000.00', { product: of, term: 3, method: 'annuity' }),
    );
    const paid = ['2016-02-29', '2016-03-31', '2016-04-30'].map((each) => {
      daily(scene, repay(each, 'L-1', 'due', of));
      const { interest, principal } = madeUp(scene, 'MybankLoanRepaid');
      return [interest, principal];
    });
    expect(paid).toEqual([
      ['14.50', '328.83'],
      ['10.40', '332.93'],
      ['5.07', '338.24'],
    ]);
    expectRefused(scene, repay('2016-04-30', 'L-1', 'all', of), 'LOAN_CLOSED');
  });
});

describe('an advance', () => {
  it('is applied for without postings', () => {
    funded()
      .when(advance(on, 'A-1', '800.00'))
      .recorded({
        loan: 'A-1',
        kind: 'receivable',
        holder: 's',
        core: 'c',
        value: '1000.00 CNY',
        principal: '800.00 CNY',
        dueOn: '2016-03-31',
      })
      .gives('MybankAdvanceApplied');
  });

  it.each([
    ['receivable', '800.00', '800.01'],
    ['order', '500.00', '500.01'],
    ['inventory', '600.00', '600.01'],
  ] as const)('on %s: of 1000.00 at most %s', (kind, most, above) => {
    const scene = funded(advance(on, 'A-1', most, { kind }), advance(on, 'A-2', above, { kind }));
    expect([decided(scene, 'A-1'), decided(scene, 'A-2')]).toEqual(['approved', 'declined: value']);
  });

  it('the share of its value is floored, and of the day', () => {
    // 80 % of 10.01 are 8.008; 79.9 % 7.99799.
    const scene = funded(
      advance(on, 'A-1', '8.00', { value: '10.01' }),
      advance(on, 'A-2', '8.01', { value: '10.01' }),
      changePolicy('2016-03-02', 'mybank.advanceShares', {
        receivable: '79.9%',
        order: '50%',
        inventory: '60%',
      }),
      advance('2016-03-02', 'A-3', '8.00', { value: '10.01' }),
      advance('2016-03-02', 'A-4', '7.99', { value: '10.01' }),
    );
    expect(['A-1', 'A-2', 'A-3', 'A-4'].map((loan) => decided(scene, loan))).toEqual([
      'approved',
      'declined: value',
      'declined: value',
      'approved',
    ]);
  });

  it('within the core enterprise’s limit: what is outstanding and approved on it, of whichever supplier', () => {
    const scene = funded(
      changePolicy(on, 'mybank.coreLimit[c]', '1000.00 CNY'),
      advance(on, 'A-1', '600.00'),
      advance(on, 'A-2', '400.01', { holder: 't' }),
      advance(on, 'A-3', '400.00', { holder: 't' }),
      advance(on, 'A-4', '0.01'),
      advance(on, 'A-5', '800.00', { core: 'd' }),
    );
    expect(['A-1', 'A-2', 'A-3', 'A-4', 'A-5'].map((loan) => decided(scene, loan))).toEqual([
      'approved',
      'declined: core',
      'approved',
      'declined: core',
      'approved',
    ]);
    // Paid out it counts as before; repaid, settled or taken back it doesn't.
    scene.and(disburse(on, 'A-1', of), advance(on, 'A-6', '0.01'), repay(on, 'A-1', '100.00', of));
    expect(decided(scene, 'A-6')).toBe('declined: core');
    scene.and(advance(on, 'A-7', '100.00'), settle(on, 'A-1', '500.00'), advance(on, 'A-8', '500.00'));
    expect([decided(scene, 'A-7'), decided(scene, 'A-8')]).toEqual(['approved', 'approved']);
    scene.andOf('MybankAdvanceApplied', (revision) => reverse(on, revision));
    scene.and(advance(on, 'A-9', '500.01'), advance(on, 'A-8', '500.00'));
    expect([decided(scene, 'A-9'), decided(scene, 'A-8')]).toEqual(['declined: core', 'approved']);
  });

  it('of a million, where nothing else is agreed', () => {
    const scene = funded(
      advance(on, 'A-1', '1000000.00', { value: '9000000.00' }),
      advance(on, 'A-2', '0.01'),
    );
    expect([decided(scene, 'A-1'), decided(scene, 'A-2')]).toEqual(['approved', 'declined: core']);
  });

  it('declined for its value first', () => {
    const scene = funded(
      changePolicy(on, 'mybank.coreLimit', '1.00 CNY'),
      advance(on, 'A-1', '800.01'),
      advance(on, 'A-2', '1.01'),
    );
    expect([decided(scene, 'A-1'), decided(scene, 'A-2')]).toEqual(['declined: value', 'declined: core']);
  });

  it('the limits by tier don’t count for it, nor it for them', () => {
    const scene = funded(
      changePolicy(on, 'mybank.limits', everyTier('100.00 CNY')),
      advance(on, 'A-1', '800.00'),
      disburse(on, 'A-1', of),
      apply(on, 'L-1', 's', '100.00', { product: of }),
      changePolicy(on, 'mybank.coreLimit', '900.00 CNY'),
      advance(on, 'A-2', '100.00'),
      advance(on, 'A-3', '0.01'),
    );
    expect(['L-1', 'A-2', 'A-3'].map((loan) => decided(scene, loan))).toEqual([
      'approved',
      'approved',
      'declined: core',
    ]);
  });

  it('costs 0.03 % a day, by its application, and is due on its one day', () => {
    const scene = funded(
      advance(on, 'A-1', '800.00'),
      changePolicy('2016-03-02', 'mybank.advancePrice', '0.01%'),
      disburse('2016-03-02', 'A-1', of),
    );
    expectRefused(scene, repay('2016-03-30', 'A-1', 'due', of), 'NOTHING_TO_DO');
    daily(scene, repay('2016-03-31', 'A-1', 'due', of));
    // 29 days.
    expect(madeUp(scene, 'MybankLoanRepaid')).toMatchObject({ interest: '6.96', principal: '800.00' });
    expectRefused(scene, repay('2016-03-31', 'A-1', 'all', of), 'LOAN_CLOSED');
  });

  it('is paid out before it is due: INVALID_INPUT', () => {
    const scene = funded(advance(on, 'A-1', '800.00', { dueOn: '2016-03-05' }));
    expectRefused(scene, disburse('2016-03-05', 'A-1', of), 'INVALID_INPUT');
    expectRefused(scene, disburse('2016-03-06', 'A-1', of), 'INVALID_INPUT');
    scene.and(disburse('2016-03-04', 'A-1', of));
  });

  it('inventory needs its value: VALUATION_REQUIRED; others name it, too', () => {
    const scene = funded();
    expectRefused(scene, advance(on, 'A-1', '1.00', { ...stock, value: '' }), 'VALUATION_REQUIRED');
    expectRefused(scene, advance(on, 'A-1', '1.00', { value: '' }), 'INVALID_INPUT');
    // Before all that depends on the book.
    expectRefused(
      pledged(),
      advance(on, 'A-1', '1.00', { ...stock, value: '', core: 's' }),
      'VALUATION_REQUIRED',
    );
  });

  it('supplier and core enterprise differ: SAME_PARTY, before LOAN_EXISTS', () => {
    const scene = funded(advance(on, 'A-1', '1.00'));
    expectRefused(scene, advance(on, 'A-1', '1.00', { core: 's' }), 'SAME_PARTY');
    expectRefused(scene, advance(on, 'A-1', '1.00'), 'LOAN_EXISTS');
    expectRefused(scene, apply(on, 'A-1', 'x', '1.00', { product: of }), 'LOAN_EXISTS');
    expectRefused(scene, advance('2016-02-29', 'A-1', '1.00', { core: 's' }), 'BEFORE_LATEST');
  });

  it('is a loan: overdue, planned anew, written off, recovered like one', () => {
    const scene = advanced();
    expect(moved(closing(scene, '2016-04-01'))).toEqual([
      { debt: 'A-1', from: 'current', to: '1-30', daysPastDue: 1 },
    ]);
    // 30 days of 0.24, two more; then 29 days of 807.68 × 0.03 % are 7.02682: late fees of two days, 0.16 each.
    daily(scene, restructure('2016-04-02', 'A-1', 1, 'bullet', of), repay('2016-05-01', 'A-1', 'all', of));
    expect(madeUp(scene, 'MybankLoanRepaid')).toEqual({
      late: '0.32',
      fee: '0.00',
      interest: '7.02',
      principal: '807.68',
    });
    const lost = advanced();
    daily(lost, writeOff('2016-03-02', 'A-1', of), recover('2016-03-02', 'A-1', '800.24', of));
    expectHeld(lost, { 'partner/expense/credit-loss': '0.00', 'vehicle/expense/credit-loss': '0.00' });
  });
});

describe('the buyer’s payment', () => {
  it('pays all that is owed, and the rest goes to the supplier', () => {
    const scene = closed(advanced(), '2016-03-30');
    // 30 days of 0.24: 2.16, 3.024, 2.016. Of 3.02 30 % are 0.906.
    expectTyped(scene.when(settle('2016-03-31', 'A-1', '1000.00')), 'MybankAdvanceSettled', [
      'wallet:c +1000.00',
      'wallet:s -192.80',
      'reserve -807.20',
      'own/cash +242.16',
      'own/interest -2.16',
      'own/principal-current:s -240.00',
      'partner/funds:bank-1 +338.11',
      'partner/expense/service-fee +0.91',
      'partner/interest -3.02',
      'partner/principal-current:s -336.00',
      'own-cash +0.91',
      'technology-service -0.91',
      `vehicle/cash:${pool} +226.02`,
      'vehicle/interest -2.02',
      'vehicle/principal-current:s -224.00',
    ]);
    expectRefused(scene, repay('2016-03-31', 'A-1', 'all', of), 'LOAN_CLOSED');
    closed(scene, '2016-04-01');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal)/)).toEqual({});
  });

  it('of less than is owed goes the way of a payment of the borrower’s', () => {
    const scene = closed(advanced(), '2016-04-04');
    // Four days late by 04-04, five by the 5th: 0.80; 7.20 due; 1.20 accrued.
    scene.and(settle('2016-04-05', 'A-1', '108.00'));
    expect(madeUp(scene, 'MybankAdvanceSettled')).toEqual({
      late: '0.80',
      fee: '0.00',
      interest: '7.20',
      principal: '100.00',
    });
    expectHeld(scene, { 'wallet:s': '10800.00', 'wallet:c': '9892.00' });
    scene.and(settle('2016-04-05', 'A-1', '701.21'));
    expect(madeUp(scene, 'MybankAdvanceSettled')).toEqual({
      late: '0.00',
      fee: '0.00',
      interest: '1.20',
      principal: '700.00',
    });
    expectHeld(scene, { 'wallet:s': '10800.01' });
  });

  it('on a closed advance goes to the supplier, all of it', () => {
    const scene = daily(advanced(), repay('2016-03-02', 'A-1', 'all', of));
    expectTyped(scene.when(settle('2016-03-03', 'A-1', '1000.00')), 'MybankAdvanceSettled', [
      'wallet:c +1000.00',
      'wallet:s -1000.00',
    ]);
    expectRefused(scene, settle('2016-03-02', 'A-1', '1.00'), 'BEFORE_LATEST');
  });

  it('is of receivables and orders: else ADVANCE_KIND', () => {
    expectRefused(pledged(), settle(on, 'A-1', '1.00'), 'ADVANCE_KIND');
    const plain = funded(...lend(on, 'L-1', 's', '100.00', { product: of }));
    expectRefused(plain, settle(on, 'L-1', '1.00'), 'ADVANCE_KIND');
    expectRefused(plain.and(repay(on, 'L-1', 'all', of)), settle(on, 'L-1', '1.00'), 'LOAN_CLOSED');
    expectRefused(pledged(repay(on, 'A-1', 'all', of)), settle(on, 'A-1', '1.00'), 'LOAN_CLOSED');
    const order = funded(advance(on, 'A-2', '500.00', { kind: 'order' }), disburse(on, 'A-2', of));
    order.when(settle(on, 'A-2', '1000.00')).accepted();
    expectHeld(order, { 'wallet:s': '11000.00', 'wallet:c': '9000.00' });
  });

  it('needs an advance that is paid out and not written off, and the money', () => {
    const scene = funded(advance(on, 'A-1', '800.00'), advance(on, 'A-2', '800.01'));
    expectRefused(scene, settle(on, 'A-1', '1.00'), 'LOAN_NOT_APPROVED');
    expectRefused(scene, settle(on, 'A-2', '1.00'), 'LOAN_NOT_APPROVED');
    expectRefused(scene, settle(on, 'A-3', '1.00'), 'LOAN_UNKNOWN');
    scene.and(disburse(on, 'A-1', of));
    scene
      .when(settle(on, 'A-1', '10000.01'))
      .refused('INSUFFICIENT_FUNDS', { detail: /c has 10000\.00 CNY/ });
    scene.and(writeOff(on, 'A-1', of));
    expectRefused(scene, settle(on, 'A-1', '1.00'), 'LOAN_WRITTEN_OFF');
  });
});

describe('a pledge', () => {
  it('is called at the close when principal is above 75 % of its value, and no longer once it isn’t', () => {
    // 75 % of 799.99 are 599.9925.
    const scene = pledged(valued('2016-03-02', 'A-1', '799.99'));
    expect(margins(closing(scene, on))).toEqual([]);
    const outcome = closing(scene, '2016-03-02');
    expect(margins(outcome)).toEqual([
      { loan: 'A-1', called: true, principal: '600.00 CNY', value: '799.99 CNY' },
    ]);
    expectTyped(outcome, 'MybankMarginMoved', []);
    expect(margins(closing(scene, '2016-03-03'))).toEqual([]);
    scene.and(valued('2016-03-04', 'A-1', '800.00'));
    expect(margins(closing(scene, '2016-03-04'))).toEqual([
      { loan: 'A-1', called: false, principal: '600.00 CNY', value: '800.00 CNY' },
    ]);
    expect(margins(closing(scene, '2016-03-05'))).toEqual([]);
  });

  it('is valued without postings; a payment cures it, too', () => {
    const scene = pledged();
    scene.when(valued('2016-03-02', 'A-1', '700.00')).gives('MybankPledgeValued');
    closed(scene, '2016-03-02');
    // 75 % of 700.00 are 525.00. Interest of two days is 0.36.
    daily(scene, repay('2016-03-03', 'A-1', '75.35', of));
    expect(margins(closing(scene, '2016-03-03'))).toEqual([]);
    daily(scene, repay('2016-03-04', 'A-1', '0.16', of));
    // 0.1575 and nothing else have accrued: a cent of it is principal.
    expect(margins(closing(scene, '2016-03-04'))).toEqual([
      { loan: 'A-1', called: false, principal: '525.00 CNY', value: '700.00 CNY' },
    ]);
  });

  it('by the share of the close’s day', () => {
    const scene = pledged(changePolicy('2016-03-03', 'mybank.marginCallShare', '59.99%'));
    expect(margins(closing(scene, '2016-03-02'))).toEqual([]);
    expect(margins(closing(scene, '2016-03-03'))).toMatchObject([{ called: true, value: '1000.00 CNY' }]);
  });

  it('is looked at only when it is paid out, open, of inventory, and has no later fact', () => {
    const low = changePolicy(on, 'mybank.marginCallShare', '1%');
    const scene = funded(
      low,
      advance(on, 'A-1', '600.00', stock),
      advance(on, 'A-2', '600.00', stock),
      disburse(on, 'A-2', of),
      repay(on, 'A-2', 'all', of),
      advance(on, 'A-3', '800.00'),
      disburse(on, 'A-3', of),
      advance(on, 'A-4', '600.00', stock),
      disburse(on, 'A-4', of),
      writeOff(on, 'A-4', of),
      advance(on, 'A-5', '600.00', stock),
      disburse(on, 'A-5', of),
      valued('2016-03-04', 'A-5', '2000.00'),
    );
    expect(margins(closing(scene, '2016-03-03'))).toEqual([]);
    expect(margins(closing(scene, '2016-03-04'))).toMatchObject([{ loan: 'A-5', value: '2000.00 CNY' }]);
  });

  it('margins come after arrears, in the order of loans', () => {
    const due = { ...stock, dueOn: '2016-03-02' } as const;
    const scene = funded(
      advance(on, 'A-2', '600.00', due),
      disburse(on, 'A-2', of),
      advance(on, 'A-1', '600.00', stock),
      disburse(on, 'A-1', of),
      valued(on, 'A-1', '10.00'),
      valued(on, 'A-2', '10.00'),
    );
    expect(margins(closing(scene, on))).toMatchObject([{ loan: 'A-1' }, { loan: 'A-2' }]);
    scene.and(valued('2016-03-02', 'A-1', '1000.00'));
    closed(scene, '2016-03-01');
    daily(scene, valued('2016-03-03', 'A-2', '1000.00'));
    expect(told(closing(scene, '2016-03-03')).slice(0, 2)).toEqual([
      'MybankArrearsMoved',
      'MybankMarginMoved',
    ]);
  });

  it('can be sold five days after the call: else PLEDGE_NOT_CALLED', () => {
    const scene = pledged(valued('2016-03-02', 'A-1', '700.00'));
    expectRefused(scene, sell('2016-03-31', 'A-1', '700.00'), 'PLEDGE_NOT_CALLED');
    closed(scene, '2016-03-02');
    expectRefused(scene, sell('2016-03-06', 'A-1', '700.00'), 'PLEDGE_NOT_CALLED');
    scene.when(sell('2016-03-07', 'A-1', '700.00')).accepted();
    // A call that is over begins anew.
    const again = pledged(valued('2016-03-02', 'A-1', '700.00'));
    daily(again, valued('2016-03-04', 'A-1', '900.00'), valued('2016-03-05', 'A-1', '700.00'));
    closed(again, '2016-03-05');
    expectRefused(again, sell('2016-03-09', 'A-1', '700.00'), 'PLEDGE_NOT_CALLED');
    again.when(sell('2016-03-10', 'A-1', '700.00')).accepted();
  });

  it('by the days of the sale’s day', () => {
    const scene = closed(
      pledged(
        valued('2016-03-02', 'A-1', '700.00'),
        changePolicy(on, 'mybank.marginDays', 0, { to: '2016-03-03' }),
      ),
      '2016-03-02',
    );
    expectRefused(scene, sell('2016-03-04', 'A-1', '700.00'), 'PLEDGE_NOT_CALLED');
    scene.when(sell('2016-03-03', 'A-1', '700.00')).accepted();
  });

  it('of a loan in arrears can be sold at once, also before a close says so', () => {
    const scene = pledged();
    closed(scene, '2016-03-30');
    expectRefused(scene, sell('2016-03-31', 'A-1', '700.00'), 'PLEDGE_NOT_CALLED');
    scene.when(sell('2016-04-01', 'A-1', '700.00')).accepted();
  });

  it('sold for more than is owed: the rest goes to the borrower', () => {
    const scene = closed(pledged(valued('2016-03-02', 'A-1', '700.00')), '2016-03-10');
    // Ten days of 0.18: 0.54, 0.756 and 0.504. Own 180.00, partner 252.00, vehicle 168.00. Of 0.76 30 % are 0.228.
    expectTyped(scene.when(sell('2016-03-11', 'A-1', '700.00')), 'MybankPledgeSold', [
      // 700.00 come from outside; 601.80 of it go to the lenders.
      'reserve +98.20',
      'wallet:s -98.20',
      'own/cash +180.54',
      'own/interest -0.54',
      'own/principal-current:s -180.00',
      'partner/funds:bank-1 +252.53',
      'partner/expense/service-fee +0.23',
      'partner/interest -0.76',
      'partner/principal-current:s -252.00',
      'own-cash +0.23',
      'technology-service -0.23',
      `vehicle/cash:${pool} +168.50`,
      'vehicle/interest -0.50',
      'vehicle/principal-current:s -168.00',
    ]);
    expectRefused(scene, repay('2016-03-11', 'A-1', 'all', of), 'LOAN_CLOSED');
    expectRefused(scene, sell('2016-03-11', 'A-1', '1.00'), 'LOAN_CLOSED');
    expect(margins(closing(scene, '2016-03-11'))).toEqual([]);
  });

  it('sold for less: it pays in the order of a payment, and the rest stays owed; nothing is pledged any more', () => {
    const scene = closed(pledged(valued('2016-03-02', 'A-1', '700.00')), '2016-04-01');
    // On 04-02: late fees of two days of 0.12, 30 days of 0.18; 0.36 have accrued.
    scene.and(sell('2016-04-02', 'A-1', '400.00'));
    expect(madeUp(scene, 'MybankPledgeSold')).toEqual({
      late: '0.24',
      fee: '0.00',
      interest: '5.40',
      principal: '394.36',
    });
    expectHeld(scene, { 'wallet:s': '10600.00' });
    expectRefused(scene, valued('2016-04-02', 'A-1', '1.00'), 'ADVANCE_KIND');
    expectRefused(scene, sell('2016-04-02', 'A-1', '1.00'), 'ADVANCE_KIND');
    expect(scene.book.state.row(loans.table, 'A-1')?.advance).toMatchObject({ value: 0n, sold: true });
    expect(margins(closing(scene, '2016-04-02'))).toEqual([]);
    // 205.64, and the 0.36; a late fee of 0.041128.
    daily(scene, repay('2016-04-03', 'A-1', 'all', of));
    expect(madeUp(scene, 'MybankLoanRepaid')).toEqual({
      late: '0.04',
      fee: '0.00',
      interest: '0.42',
      principal: '205.64',
    });
  });

  it('what is no open advance on inventory: ADVANCE_KIND, after what stands against the loan', () => {
    for (const each of [valued(on, 'A-1', '1.00'), sell(on, 'A-1', '1.00')]) {
      expectRefused(advanced(), each, 'ADVANCE_KIND');
      expectRefused(funded(), each, 'LOAN_UNKNOWN');
      expectRefused(funded(advance(on, 'A-1', '600.00', stock)), each, 'LOAN_NOT_APPROVED');
      expectRefused(pledged(repay(on, 'A-1', 'all', of)), each, 'LOAN_CLOSED');
      expectRefused(pledged(writeOff(on, 'A-1', of)), each, 'LOAN_WRITTEN_OFF');
      expectRefused(pledged(valued('2016-03-02', 'A-1', '1.00')), each, 'BEFORE_LATEST');
    }
    const plain = funded(...lend(on, 'L-1', 's', '1.00', { product: of }));
    expectRefused(plain, valued(on, 'L-1', '1.00'), 'ADVANCE_KIND');
  });

  it('a valuation of a later date brings the due that passed before it, at its own date', () => {
    // lending.md, "What time brings": where a fact of a later date came first, the fact brings it, each step at its own date.
    // 600.00 are overdue from 04-01 on: 0.12 a day, booked at each close, which passes over the debt until 04-05.
    const scene = pledged(valued('2016-04-05', 'A-1', '900.00'));
    const late = (day: string): unknown =>
      (dataOf(closing(scene, day), 'MybankInterestAccrued')[0] as { readonly late: unknown }).late;
    expect(['2016-03-31', '2016-04-01', '2016-04-04', '2016-04-05', '2016-04-06'].map(late)).toEqual([
      '0.00 CNY',
      '0.12 CNY',
      '0.12 CNY',
      '0.12 CNY',
      '0.12 CNY',
    ]);
  });

  it('and so all late fees that are owed are booked', () => {
    const scene = pledged(valued('2016-04-05', 'A-1', '900.00'));
    daily(scene, repay('2016-04-06', 'A-1', 'all', of));
    expect(madeUp(scene, 'MybankLoanRepaid')).toMatchObject({ late: '0.72' });
    closed(scene, '2016-04-07');
    expectHeld(scene, { 'own/income/late-fee': '0.72', 'own/late-fees': '0.00' });
  });
});

describe('two sources', () => {
  it('a day of a lone loan without capital, whole', () => {
    const scene = given(...lend(on, 'L-1', 'a', '1000.00', { product: of }));
    // 1 % of 300.00; 300.00 and 28.00, 70 and 30 % of it. Net assets are −3.00.
    const outcome = closing(scene, on);
    expectTold(
      outcome,
      'mybank',
      ['MybankProvisioned', 'own/expense/provision +3.00', 'own/allowance -3.00'],
      ['MybankBorrowed', 'own/cash +328.00', 'own/deposits -229.60', 'own/interbank -98.40'],
      ['MybankLeverageMoved'],
      ['MybankLeverageMoved'],
    );
    expect(dataOf(outcome, 'MybankLeverageMoved')).toEqual([
      { side: 'on', beyond: true, exposure: '328.00 CNY', netAssets: '-3.00 CNY' },
      { side: 'off', beyond: true, exposure: '252.00 CNY', netAssets: '-3.00 CNY' },
    ]);
    expectTold(
      closing(scene, '2016-03-02'),
      'mybank',
      [
        // 0.05 % of 300.00, 420.00 and 280.00.
        'MybankInterestAccrued',
        'own/interest +0.15',
        'own/income/interest -0.15',
        'partner/interest +0.21',
        'partner/income/interest -0.21',
        'vehicle/interest +0.14',
        'vehicle/income/interest -0.14',
      ],
      ['MybankFundingCostAccrued', 'own/expense/funding-cost +0.02', 'own/cash -0.02'],
      ['MybankBorrowed', 'own/cash +0.02', 'own/deposits -0.01', 'own/interbank -0.01'],
    );
  });

  it('borrows up to twelve times its net assets', () => {
    // Paid in 27.00, less 3.00: 24.00; borrowed 301.00, of at most 288.00. With 29.00: 299.00 of 312.00.
    const moves = (amount: string): readonly unknown[] =>
      dataOf(
        closing(
          given(capital(on, 'mybank', amount), ...lend(on, 'L-1', 'a', '1000.00', { product: of })),
          on,
        ),
        'MybankLeverageMoved',
      ).filter((data) => (data as { side: string }).side === 'on');
    expect(moves('27.00')).toEqual([
      { side: 'on', beyond: true, exposure: '301.00 CNY', netAssets: '24.00 CNY' },
    ]);
    expect(moves('29.00')).toEqual([]);
  });
});

describe('codes', () => {
  it('are asked in the order of the page', () => {
    const page = readFileSync(new URL('../../docs/segments/mybank.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('\n## Codes');
    const [asked = ''] = (section.split('\n## ')[0] ?? '').split('(`LENDING_SHORT`');
    const named = [...asked.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
    expect(named).toHaveLength(18);
    expect(inStages(named)).toBe(true);
  });

  it('of loans', () => {
    const term = { product: of } as const;
    const scene = funded(...lend(on, 'L-1', 's', '100.00', term), apply(on, 'L-2', 's', '99999.00', term));
    expectRefused(scene, apply(on, 'L-3', 's', '1.00', { ...term, term: 61 }), 'TERM_OUT_OF_RANGE');
    expectRefused(scene, restructure(on, 'L-1', 0, 'bullet', of), 'TERM_OUT_OF_RANGE');
    expectRefused(scene, apply(on, 'L-1', 's', '1.00', term), 'LOAN_EXISTS');
    expectRefused(scene, apply('2016-02-28', 'L-1', 's', '1.00', term), 'BEFORE_LATEST');
    expectRefused(scene, repay(on, 'L-9', 'all', of), 'LOAN_UNKNOWN');
    expectRefused(scene, disburse(on, 'L-2', of), 'LOAN_NOT_APPROVED');
    expectRefused(scene, disburse(on, 'L-1', of), 'LOAN_DISBURSED');
    expectRefused(scene, recover(on, 'L-1', '1.00', of), 'NOT_WRITTEN_OFF');
    expectRefused(scene, repay(on, 'L-1', '100.01', of), 'EXCEEDS_OWED');
    expectRefused(scene, repay(on, 'L-1', 'due', of), 'NOTHING_TO_DO');
    scene.and(withdraw(on, 's', '10050.00'));
    expectRefused(scene, repay(on, 'L-1', 'all', of), 'INSUFFICIENT_FUNDS');
    scene.and(topUp(on, 's', '100.00'), repay(on, 'L-1', 'all', of));
    expectRefused(scene, writeOff(on, 'L-1', of), 'LOAN_CLOSED');
    expectRefused(
      scene,
      command(on, 'repayLoan', { loan: 'L-1', product: 'bank', amount: 'all' }),
      'UNKNOWN_PRODUCT',
    );
    expectRefused(
      scene,
      command(on, 'contributeCapital', { entity: 'bank', amount: '1.00 CNY' }),
      'UNKNOWN_ENTITY',
    );
  });
});

describe('reversal', () => {
  it('of applications, as long as the loan is not paid out', () => {
    const scene = funded(advance(on, 'A-1', '800.00'), apply(on, 'L-1', 's', '1.00', { product: of }));
    for (const [type, loan] of [
      ['MybankAdvanceApplied', 'A-1'],
      ['MybankLoanApplied', 'L-1'],
    ] as const) {
      scene.whenOf(type, (revision) => reverse(on, revision)).gives('Reversed');
      expectRefused(scene, disburse(on, loan, of), 'LOAN_UNKNOWN');
    }
    const paidOut = advanced();
    paidOut.whenOf('MybankAdvanceApplied', (revision) => reverse(on, revision)).refused('NOT_REVERSIBLE');
  });

  it('of all else but capital: NOT_REVERSIBLE', () => {
    const scene = funded(
      capital(on, 'mybank', '1.00'),
      advance(on, 'A-1', '800.00'),
      disburse(on, 'A-1', of),
      repay(on, 'A-1', '1.00', of),
      restructure(on, 'A-1', 1, 'bullet', of),
      settle(on, 'A-1', '1.00'),
      writeOff(on, 'A-1', of),
      recover(on, 'A-1', '1.00', of),
      changePolicy(on, 'mybank.marginDays', 0),
      changePolicy(on, 'mybank.marginCallShare', '10%'),
      advance(on, 'A-2', '600.00', stock),
      disburse(on, 'A-2', of),
    );
    closed(scene, on);
    const day = '2016-03-02';
    scene.and(
      capital(day, 'mybank', '1.00'),
      valued(day, 'A-2', '700.00'),
      sell(day, 'A-2', '1.00'),
      repay(day, 'A-2', '1.00', of),
    );
    for (const type of ['PledgeValued', 'PledgeSold', 'LoanRepaid'])
      scene
        .whenOf(`Mybank${type}`, (revision) => reverse(day, revision))
        .refused('NOT_REVERSIBLE', { value: `Mybank${type}` });
    for (const type of [
      'LoanDisbursed',
      'LoanRestructured',
      'AdvanceSettled',
      'LoanWrittenOff',
      'LoanRecovered',
    ])
      scene
        .whenOf(`Mybank${type}`, (revision) => reverse(day, revision))
        .refused('NOT_REVERSIBLE', { value: `Mybank${type}` });
    scene.andOf('MybankCapitalContributed', (revision) => reverse(day, revision));
  });
});

describe('what-ifs', () => {
  const lines: readonly Command[] = [
    changePolicy(on, 'payments.floatRate', '0%'), // 1
    capital(on, 'mybank', '100000.00'), // 2
    topUp(on, 'c', '10000.00'), // 3
    topUp(on, 's', '10000.00'), // 4
    advance(on, 'A-1', '800.00'), // 5
    disburse(on, 'A-1', of), // 6
    advance(on, 'A-2', '600.00', stock), // 7
    disburse(on, 'A-2', of), // 8
    ...lend(on, 'L-1', 's', '1000.00', { product: of, term: 2, method: 'equal-principal' }), // 9, 10
    valued('2016-03-05', 'A-2', '700.00'), // 11
    sell('2016-03-11', 'A-2', '500.00'), // 12
    repay('2016-03-20', 'A-2', 'all', of), // 13
    settle('2016-03-31', 'A-1', '1000.00'), // 14
    repay('2016-04-01', 'L-1', 'due', of), // 15
    repay('2016-05-01', 'L-1', 'due', of), // 16
  ];
  const base = recordOf(lines, '2016-05-02');

  it('without overrides, the record', () => {
    expectSame(base);
    // 1.80 by the 11th, 101.80 left, nine days of 0.03054: 0.27. A-1: 7.20. L-1 (0.05 %): 31 days of 0.50 and 30 of 0.25.
    expect(varied(base, {}).held).toMatchObject({
      // 10 000.00, 800.00, 600.00, 1000.00; 102.07; 192.80; 515.50; 507.50.
      'wallet:s': '11467.73',
      'wallet:c': '9000.00',
    });
  });

  it('an advance that is declined is not paid out, nor settled', () => {
    const strict = varied(base, {
      'mybank.advanceShares': { receivable: '79%', order: '50%', inventory: '60%' },
    });
    expect(strict.divergences).toEqual([
      [6, 'skip', 'LOAN_NOT_APPROVED'],
      [14, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
    expect(strict.held['wallet:c']).toBe('10000.00');
    const tight = varied(base, { 'mybank.coreLimit[c]': '1000.00 CNY' });
    expect(tight.divergences).toEqual([
      [8, 'skip', 'LOAN_NOT_APPROVED'],
      [11, 'skip', 'DEPENDS_ON_SKIPPED'],
      [12, 'skip', 'DEPENDS_ON_SKIPPED'],
      [13, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
  });

  it('a pledge that is not called in time is not sold; the loan is repaid whole', () => {
    const patient = varied(base, { 'mybank.marginDays': 7 });
    expect(patient.divergences).toEqual([[12, 'skip', 'PLEDGE_NOT_CALLED']]);
    // 600.00 and 19 days of 0.18, in place of 102.07.
    expect(patient.held['wallet:s']).toBe('10966.38');
  });

  it('another price of advances leaves another rest to the supplier; `due` and `all` follow', () => {
    const dear = varied(base, { 'mybank.advancePrice': '0.06%' });
    expect(dear.divergences).toEqual([]);
    // 14.40. A-2: 3.60 by the 11th, 103.60 left, nine days of 0.06216: 0.55. In all 7.20, and 104.15 less 102.07, more.
    expect(dear.held['wallet:s']).toBe('11458.45');
  });

  it('a valuation is skipped where the loan is written off', () => {
    const lost = recordOf([...lines.slice(0, 8), valued('2016-04-10', 'A-2', '900.00')], '2016-04-11');
    const hard = varied(lost, { 'mybank.writeOffAfterDays': 3 });
    expect(hard.divergences).toEqual([[9, 'skip', 'LOAN_WRITTEN_OFF']]);
  });
});
