/** Dues, arrears, buckets, late fees, provisions: docs/segments/lending.md, "Due, overdue, late" and "At a close". */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { changePolicy } from '../support/commands.ts';
import {
  capital,
  closed,
  closing,
  daily,
  dataOf,
  expectHeld,
  expectSound,
  expectTold,
  expectTyped,
  given,
  lend,
  madeUp,
  open,
  repay,
  restructure,
  rich,
} from '../support/credit.ts';
import type { Outcome, Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-10';
const moved = 'JiebeiArrearsMoved';
const accrued = 'JiebeiInterestAccrued';

/** A lending company with money enough, and a borrower with money enough. */
const funded = (...commands: readonly Command[]): Scene =>
  given(...open(on), capital(on, 'jiebei', '100000.00'), rich(on, 'a'), rich(on, 'b'), ...commands);

/** 1000.00 at 0.05 % a day, due on 2016-02-10. */
const late = (): Scene => funded(...lend(on, 'L-1', 'a', '1000.00'));

/** 900.00 in three parts of 300.00, due on 2016-02-10, 03-10 and 04-10. */
const inParts = (): Scene =>
  funded(...lend(on, 'L-1', 'a', '900.00', { term: 3, method: 'equal-principal' }));

const figure = (outcome: Outcome, name: string): unknown =>
  (dataOf(outcome, accrued)[0] as { readonly [name: string]: unknown } | undefined)?.[name];

/** All parts of a loan of 1000.00 move. */
const wholeMoves = (from: string, to: string): readonly string[] => [
  `own/principal-${to}:a +20.00`,
  `own/principal-${from}:a -20.00`,
  `partner/principal-${to}:a +588.00`,
  `partner/principal-${from}:a -588.00`,
  `vehicle/principal-${to}:a +392.00`,
  `vehicle/principal-${from}:a -392.00`,
];

describe('a due that passes unpaid', () => {
  it('is overdue the day after: the debt moves, a late fee begins, and more is provided for', () => {
    const scene = late();
    expectTold(closing(scene, '2016-02-10'), 'jiebei', [
      accrued,
      'own/interest +0.01',
      'own/income/interest -0.01',
      // 911.4 after 882.0, 607.6 after 588.0 cents.
      'partner/interest +0.29',
      'partner/income/interest -0.29',
      'vehicle/interest +0.19',
      'vehicle/income/interest -0.19',
    ]);
    const outcome = closing(scene, '2016-02-11');
    expectTold(
      outcome,
      'jiebei',
      [moved, ...wholeMoves('current', '1-30')],
      [
        accrued,
        'own/interest +0.01',
        'own/income/interest -0.01',
        // 940.8 after 911.4, 627.2 after 607.6 cents.
        'partner/interest +0.29',
        'partner/income/interest -0.29',
        'vehicle/interest +0.20',
        'vehicle/income/interest -0.20',
        // 0.02 % of 1000.00, all for the lending company.
        'own/late-fees +0.20',
        'own/income/late-fee -0.20',
      ],
      // 25 % of 20.00 in place of 1 %.
      ['JiebeiProvisioned', 'own/expense/provision +4.80', 'own/allowance -4.80'],
    );
    expect(dataOf(outcome, moved)).toEqual([{ debt: 'L-1', from: 'current', to: '1-30', daysPastDue: 1 }]);
  });

  it('paid on its day is none', () => {
    const scene = daily(late(), repay('2016-02-10', 'L-1', 'due'));
    expectTyped(closing(scene, '2016-02-11'), moved);
    expectHeld(scene, { 'own/income/late-fee': '0.00' });
  });

  it('paid on the next day, before its close, it never moves, but a day’s late fee is owed', () => {
    const scene = daily(late(), repay('2016-02-11', 'L-1', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '0.20',
      fee: '0.00',
      interest: '16.00',
      principal: '1000.00',
    });
    expectTyped(closing(scene, '2016-02-11'), moved);
    expectHeld(scene, { 'own/income/late-fee': '0.20', 'own/late-fees': '0.00' });
  });

  it('though the debt is in the same bucket, a second one is told', () => {
    const scene = inParts();
    const outcome = closing(scene, '2016-03-11');
    expectTyped(outcome, moved, []);
    expect(dataOf(outcome, moved)).toEqual([{ debt: 'L-1', from: '1-30', to: '1-30', daysPastDue: 30 }]);
  });

  it('debts of the same date are told in the order of ids', () => {
    const scene = funded(
      ...lend(on, 'L-2', 'a', '10.00'),
      ...lend(on, 'L-1', 'b', '10.00'),
      ...lend('2016-01-11', 'L-0', 'a', '10.00'),
    );
    const of = (day: string): readonly unknown[] =>
      dataOf(closing(scene, day), moved).map((data) => (data as { debt: string }).debt);
    expect(of('2016-02-11')).toEqual(['L-1', 'L-2']);
    expect(of('2016-02-12')).toEqual(['L-0']);
  });
});

describe('buckets', () => {
  it('begin at 1, 31, 61 and 91 days past due, and provisions follow', () => {
    const scene = late();
    const told = (day: string): readonly unknown[] => dataOf(closing(scene, day), moved);
    const at = (from: string, to: string, daysPastDue: number): unknown[] => [
      { debt: 'L-1', from, to, daysPastDue },
    ];
    expect(told('2016-02-11')).toEqual(at('current', '1-30', 1));
    expectHeld(scene, { 'own/allowance': '5.00' });
    expect(told('2016-03-11')).toEqual([]);
    expect(told('2016-03-12')).toEqual(at('1-30', '31-60', 31));
    expectHeld(scene, { 'own/allowance': '10.00', 'own/principal-31-60:a': '20.00' });
    expect(told('2016-04-10')).toEqual([]);
    expect(told('2016-04-11')).toEqual(at('31-60', '61-90', 61));
    expectHeld(scene, { 'own/allowance': '15.00', 'own/principal-61-90:a': '20.00' });
    expect(told('2016-05-10')).toEqual([]);
    expectTyped(closing(scene, '2016-05-11'), moved, wholeMoves('61-90', 'over-90'));
    expectHeld(scene, { 'own/allowance': '20.00', 'partner/principal-over-90:a': '588.00' });
    closed(scene, '2016-08-07');
    expect(scene.book.events.filter(({ type }) => type === moved)).toHaveLength(4);
  });

  it('a payment of the oldest due moves it back; of all that is overdue, to current', () => {
    const scene = inParts();
    closed(scene, '2016-03-14');
    expectHeld(scene, { 'own/principal-31-60:a': '18.00' });
    // 0.06 a day for 29 days, 0.12 for 5; interest of 31 and of 29 days on 900.00.
    daily(scene, repay('2016-03-15', 'L-1', '329.34'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '2.34',
      fee: '0.00',
      interest: '27.00',
      principal: '300.00',
    });
    const back = closing(scene, '2016-03-15');
    expect(dataOf(back, moved)).toEqual([{ debt: 'L-1', from: '31-60', to: '1-30', daysPastDue: 5 }]);
    expectTyped(back, moved, [
      'own/principal-31-60:a -12.00',
      'own/principal-1-30:a +12.00',
      'partner/principal-31-60:a -352.80',
      'partner/principal-1-30:a +352.80',
      'vehicle/principal-31-60:a -235.20',
      'vehicle/principal-1-30:a +235.20',
    ]);
    expectHeld(scene, { 'own/allowance': '3.00' });
    daily(scene, repay('2016-03-16', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '0.06',
      fee: '0.00',
      interest: '0.00',
      principal: '300.00',
    });
    const cured = closing(scene, '2016-03-16');
    expect(dataOf(cured, moved)).toEqual([{ debt: 'L-1', from: '1-30', to: 'current', daysPastDue: 0 }]);
    expectHeld(scene, { 'own/allowance': '0.06', 'own/principal-current:a': '6.00' });
    expect(figure(closing(scene, '2016-03-17'), 'late')).toBe('0.00 CNY');
  });

  it('a part of the oldest due moves nothing', () => {
    const scene = inParts();
    closed(scene, '2016-03-14');
    daily(scene, repay('2016-03-15', 'L-1', '329.33'));
    expectTyped(closing(scene, '2016-03-15'), moved);
  });

  it('principal that is paid leaves the bucket in which it is booked', () => {
    const scene = late();
    closed(scene, '2016-02-11');
    // Late fees of two days, interest of 31; the rest is principal that is due.
    const outcome = scene.when(repay('2016-02-12', 'L-1', '115.90'));
    expectTyped(outcome, 'JiebeiLoanRepaid', [
      'wallet:a +115.90',
      'reserve -115.90',
      'own/cash +2.71',
      'own/late-fees -0.40',
      'own/interest -0.31',
      'own/principal-1-30:a -2.00',
      // 9.11 of interest, 2.73 of it for the platform.
      'partner/funds:bank-1 +65.18',
      'partner/expense/service-fee +2.73',
      'partner/interest -9.11',
      'partner/principal-1-30:a -58.80',
      'own-cash +2.73',
      'technology-service -2.73',
      'vehicle/cash:jiebei-2016-01 +45.28',
      'vehicle/interest -6.08',
      'vehicle/principal-1-30:a -39.20',
    ]);
  });
});

describe('late fees', () => {
  it('are at the rate of the day on which the debt fell into arrears, until it is out of them', () => {
    const scene = funded(
      ...lend(on, 'L-1', 'a', '1000.00'),
      ...lend('2016-01-20', 'L-2', 'b', '1000.00'),
      changePolicy('2016-02-15', 'jiebei.lateFeeRate', '0.1%'),
    );
    expect(figure(closing(scene, '2016-02-14'), 'late')).toBe('0.20 CNY');
    expect(figure(closing(scene, '2016-02-15'), 'late')).toBe('0.20 CNY');
    expect(figure(closing(scene, '2016-02-20'), 'late')).toBe('0.20 CNY');
    expect(figure(closing(scene, '2016-02-21'), 'late')).toBe('1.20 CNY');
    daily(scene, repay('2016-02-25', 'L-1', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '3.00', principal: '1000.00' });
    daily(scene, repay('2016-02-25', 'L-2', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '5.00', principal: '1000.00' });
  });

  it('also after payments that leave something overdue, and further dues', () => {
    // 0.02 % of 300.00, of which 100.00 are paid on 02-20, and, from 03-11 on, of 300.00 more.
    const scene = inParts().and(changePolicy('2016-02-15', 'jiebei.lateFeeRate', '0.1%'));
    // 0.60 of late fees, 13.95 of interest: 100.00 of principal.
    daily(scene, repay('2016-02-20', 'L-1', '114.55'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '0.60', principal: '100.00' });
    expect(figure(closing(scene, '2016-02-21'), 'late')).toBe('0.04 CNY');
    expect(figure(closing(scene, '2016-03-11'), 'late')).toBe('0.10 CNY');
    daily(scene, repay('2016-03-12', 'L-1', 'due'));
    // 19 days of 0.04, two of 0.10.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '0.96', principal: '500.00' });
  });

  it('are read anew when it falls again', () => {
    const scene = funded(
      ...lend(on, 'L-1', 'a', '1000.00', { term: 2, method: 'equal-principal' }),
      changePolicy('2016-02-15', 'jiebei.lateFeeRate', '0.1%'),
    );
    daily(scene, repay('2016-02-20', 'L-1', 'due'));
    // 10 days of 0.02 % of 500.00; interest of 31 days.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '1.00',
      fee: '0.00',
      interest: '15.50',
      principal: '500.00',
    });
    daily(scene, repay('2016-03-15', 'L-1', 'due'));
    // 5 days of 0.1 % of 500.00.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '2.50', principal: '500.00' });
  });

  it('are on principal alone, not on interest', () => {
    // Interest only: 15.50 is due, and no principal.
    const scene = funded(...lend(on, 'L-1', 'a', '1000.00', { term: 2, method: 'interest-only' }));
    const outcome = closing(scene, '2016-02-11');
    expect(dataOf(outcome, moved)).toEqual([{ debt: 'L-1', from: 'current', to: '1-30', daysPastDue: 1 }]);
    expect(figure(outcome, 'late')).toBe('0.00 CNY');
  });

  it('are exact, booked floored over all debts, and owed floored; out of arrears the fraction is dropped', () => {
    // 0.02 % of 123.45 and of 67.89 are 2.469 and 1.3578 cents a day: 3.8268, 7.6536, 11.4804.
    const scene = funded(...lend(on, 'L-1', 'a', '123.45'), ...lend(on, 'L-2', 'b', '67.89'));
    const booked = (day: string): unknown => figure(closing(scene, day), 'late');
    expect(booked('2016-02-11')).toBe('0.03 CNY');
    expect(booked('2016-02-12')).toBe('0.04 CNY');
    expect(booked('2016-02-13')).toBe('0.04 CNY');
    // 9.876 after four days: 0.09 is owed of the first.
    daily(scene, restructure('2016-02-14', 'L-1', 3, 'bullet'));
    // 15.3072; then 9 and 6.789.
    expect(booked('2016-02-14')).toBe('0.04 CNY');
    expect(booked('2016-02-15')).toBe('0.00 CNY');
    daily(scene, repay('2016-02-16', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '0.09',
      fee: '0.00',
      interest: '0.00',
      principal: '0.00',
    });
    // 8.1468 of the second, and 9 of the first.
    expect(booked('2016-02-16')).toBe('0.02 CNY');
    expectHeld(scene, { 'own/late-fees': '0.08', 'own/income/late-fee': '0.17' });
  });
});

describe('provisions', () => {
  it('are rounded half to even for each bucket, over all debts in it', () => {
    // Own 0.50 and 2.00 of 25.00 and 100.00: 0.5 and 2 cents are 2.5 cents together: 0.02.
    const scene = funded(...lend(on, 'L-1', 'a', '25.00'), ...lend(on, 'L-2', 'b', '100.00'));
    expectTyped(closing(scene, on), 'JiebeiProvisioned', [
      'own/expense/provision +0.02',
      'own/allowance -0.02',
    ]);
    expectTyped(closing(scene, '2016-01-11'), 'JiebeiProvisioned');
  });

  it('half a cent over an odd one is rounded up', () => {
    expectTyped(closing(funded(...lend(on, 'L-1', 'a', '75.00')), on), 'JiebeiProvisioned', [
      'own/expense/provision +0.02',
      'own/allowance -0.02',
    ]);
  });

  it('are at the rates of the day, and fall again', () => {
    const scene = late();
    closed(scene, on);
    scene.and(
      changePolicy('2016-01-11', 'jiebei.provisionRates', {
        current: '2%',
        '1-30': '25%',
        '31-60': '50%',
        '61-90': '75%',
        'over-90': '100%',
      }),
    );
    expectTyped(closing(scene, '2016-01-11'), 'JiebeiProvisioned', [
      'own/expense/provision +0.20',
      'own/allowance -0.20',
    ]);
    daily(scene, repay('2016-01-12', 'L-1', 'all'));
    expectTyped(closing(scene, '2016-01-12'), 'JiebeiProvisioned', [
      'own/expense/provision -0.40',
      'own/allowance +0.40',
    ]);
  });
});
