/** The month's waterfall of a pool: docs/segments/lending.md, "The waterfall". */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/commands.ts';
import { changePolicy, pay, refund, reverse } from '../support/commands.ts';
import {
  capital,
  closing,
  daily,
  dataOf,
  expectHeld,
  expectSound,
  expectTyped,
  given,
  lend,
  open,
  openLine,
  repay,
  rich,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const type = 'JiebeiPoolSettled';
const funded = (on: string, ...commands: readonly Command[]): Scene =>
  given(...open(on), capital(on, 'jiebei', '100000.00'), rich(on, 'a'), ...commands);

describe('the loan of the page’s example, paid on time', () => {
  const begin = '2016-01-31';
  const pool = 'jiebei-2016-01';
  const scene = (): Scene =>
    funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' }));

  it('month by month: service fee, senior interest, senior notes; at the end subordinated notes and the excess', () => {
    const of = scene();
    const january = closing(of, '2016-01-31');
    expectTyped(january, type, []);
    expect(dataOf(january, type)).toEqual([
      {
        pool,
        service: '0.00 CNY',
        seniorInterest: '0.00 CNY',
        senior: '0.00 CNY',
        subordinated: '0.00 CNY',
        excess: '0.00 CNY',
        serviceOwed: '0.00 CNY',
        seniorOwed: '0.00 CNY',
        serviceCarry: '0',
        seniorCarry: '0',
      },
    ]);

    // The vehicle gets 5.68 of interest and 128.90 of principal. 29 days: 392.00 × 1 % / 365, 352.80 × 4.5 % / 365.
    daily(of, repay('2016-02-29', 'L-1', 'due'));
    const february = closing(of, '2016-02-29');
    expectTyped(february, type, [
      `vehicle/cash:${pool} -134.58`,
      'vehicle/expense/service-fee +0.31',
      'vehicle/expense/senior-interest +1.26',
      `vehicle/senior:${pool} +133.01`,
      'own/cash +0.31',
      'own/income/service-fee -0.31',
    ]);
    expect(dataOf(february, type)).toMatchObject([{ serviceCarry: '53/365', seniorCarry: '252/1825' }]);

    // 4.08 and 130.51. 31 days of 258.99 and of 219.79, with the fractions before: 22.14 and 84.14 cents.
    daily(of, repay('2016-03-31', 'L-1', 'due'));
    expectTyped(closing(of, '2016-03-31'), type, [
      `vehicle/cash:${pool} -134.59`,
      'vehicle/expense/service-fee +0.22',
      'vehicle/expense/senior-interest +0.84',
      `vehicle/senior:${pool} +133.53`,
      'own/cash +0.22',
      'own/income/service-fee -0.22',
    ]);

    // 1.99 and 132.59. 30 days of 125.46 and of 86.26: 10.45 and 32.04 cents.
    daily(of, repay('2016-04-30', 'L-1', 'due'));
    expectTyped(closing(of, '2016-04-30'), type, [
      `vehicle/cash:${pool} -134.58`,
      'vehicle/expense/service-fee +0.10',
      'vehicle/expense/senior-interest +0.32',
      `vehicle/senior:${pool} +86.26`,
      `vehicle/subordinated:${pool} +39.20`,
      'vehicle/expense/excess +8.70',
      'own/cash +48.00',
      'own/income/service-fee -0.10',
      `own/retained:${pool} -39.20`,
      'own/income/retained-income -8.70',
    ]);
    const may = closing(of, '2016-05-31');
    expectTyped(may, type);
    expectTyped(may, 'JiebeiPoolEnded');
  });

  it('on the last day of a month only', () => {
    const of = scene();
    for (const day of ['2016-02-01', '2016-02-28', '2016-03-30']) expectTyped(closing(of, day), type);
  });
});

describe('what cash does not reach', () => {
  const begin = '2016-01-10';
  const pool = 'jiebei-2016-01';
  const owed = (figures: readonly [service: string, senior: string]) =>
    expect.objectContaining({ serviceOwed: `${figures[0]} CNY`, seniorOwed: `${figures[1]} CNY` });

  it('stays owed, is not booked until it is paid, and is paid first', () => {
    const of = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }));
    // 21 days: 22.55 and 91.34 cents.
    const january = closing(of, '2016-01-31');
    expectTyped(january, type, []);
    expect(dataOf(january, type)).toEqual([owed(['0.22', '0.91'])]);
    // 5.00 of the 20.50 accrued: 0.10, 2.94 and 1.96. The fee 0.22 + 0.31, the interest 0.91 + 1.26.
    daily(of, repay('2016-02-20', 'L-1', '5.00'));
    const february = closing(of, '2016-02-29');
    expectTyped(february, type, [
      `vehicle/cash:${pool} -1.96`,
      'vehicle/expense/service-fee +0.53',
      'vehicle/expense/senior-interest +1.43',
      'own/cash +0.53',
      'own/income/service-fee -0.53',
    ]);
    expect(dataOf(february, type)).toEqual([owed(['0.00', '0.74'])]);
    // Notes bear on: 0.33 and 1.35.
    const march = closing(of, '2016-03-31');
    expectTyped(march, type, []);
    expect(dataOf(march, type)).toEqual([owed(['0.33', '2.09'])]);
  });

  it('the service fee comes first', () => {
    const of = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }));
    // 0.25 accrued: 0.005, 0.147 and 0.098: by largest remainder 0.01 (0.5), 0.14, 0.10 (0.8).
    daily(of, repay('2016-01-20', 'L-1', '0.25'));
    expectTyped(closing(of, '2016-01-31'), type, [
      `vehicle/cash:${pool} -0.10`,
      'vehicle/expense/service-fee +0.10',
      'own/cash +0.10',
      'own/income/service-fee -0.10',
    ]);
  });

  it('rates are those of the day of the waterfall', () => {
    const of = funded(
      begin,
      ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }),
      changePolicy('2016-01-31', 'jiebei.serviceFeeRate', '3.65%'),
      changePolicy('2016-01-31', 'jiebei.seniorRate', '7.3%'),
    );
    // 0.01 % and 0.02 % a day, for 21 days: 82.32 and 148.176 cents.
    expect(dataOf(closing(of, '2016-01-31'), type)).toEqual([owed(['0.82', '1.48'])]);
  });
});

describe('each month’s debts', () => {
  it('have a pool of their own', () => {
    const of = funded('2016-01-31', ...lend('2016-01-31', 'L-1', 'a', '1000.00', { term: 12 }));
    daily(
      of,
      ...lend('2016-02-01', 'L-2', 'a', '1000.00', { term: 12 }),
      repay('2016-02-10', 'L-2', '104.50'),
    );
    const outcome = closing(of, '2016-02-29');
    expect(dataOf(outcome, type).map((data) => (data as { pool: string }).pool)).toEqual([
      'jiebei-2016-01',
      'jiebei-2016-02',
    ]);
    // The second got 1.76 and 39.20: 28 days are 30.07 and 121.79 cents.
    expectTyped(
      outcome,
      type,
      [],
      [
        'vehicle/cash:jiebei-2016-02 -40.96',
        'vehicle/expense/service-fee +0.30',
        'vehicle/expense/senior-interest +1.21',
        'vehicle/senior:jiebei-2016-02 +39.45',
        'own/cash +0.30',
        'own/income/service-fee -0.30',
      ],
    );
    expectHeld(of, { 'vehicle/senior:jiebei-2016-01': '352.80' });
  });

  it('cash that a payment dated ahead brings is not there yet', () => {
    const of = funded('2016-01-10', ...lend('2016-01-10', 'L-1', 'a', '1000.00', { term: 12 }));
    of.and(repay('2016-02-03', 'L-1', '112.00'));
    expectTyped(closing(of, '2016-01-31'), type, []);
    // 24 days are 12.00: 4.70 of it, and 39.20 of 100.00. Owed 0.22 + 0.31, 0.91 + 1.26.
    expectTyped(closing(of, '2016-02-29'), type, [
      'vehicle/cash:jiebei-2016-01 -43.90',
      'vehicle/expense/service-fee +0.53',
      'vehicle/expense/senior-interest +2.17',
      'vehicle/senior:jiebei-2016-01 +41.20',
      'own/cash +0.53',
      'own/income/service-fee -0.53',
    ]);
  });

  it('cash that will be taken back later is not there any more', () => {
    // A refund of 30.00 brings the pool 11.76; its reversal of February takes them back.
    const begin = '2016-01-12';
    const of = given(
      openLine(begin, 'a'),
      pay(begin, 'P-1', 'a', 'm', '100.00', { method: 'huabei' }),
      refund('2016-01-31', 'P-1', '30.00'),
    ).andOf('PaymentRefunded', (revision) => reverse('2016-02-02', revision));
    expectTyped(closing(of, '2016-01-31'), 'HuabeiPoolSettled', []);
    closing(of, '2016-02-02');
    expectHeld(of, { 'vehicle/cash:huabei-2016-01': '0.00', 'vehicle/senior:huabei-2016-01': '35.28' });
  });
});
