/** The month's waterfall of a pool: docs/segments/lending.md, "The waterfall". */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { changePolicy, pay, refund, reverse } from '../support/commands.ts';
import {
  capital,
  closing,
  daily,
  dataOf,
  draw,
  everyTier,
  expectHeld,
  expectSound,
  expectTyped,
  given,
  lend,
  open,
  openLine,
  repay,
  repayCredit,
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

  it('month by month: service fee, senior interest, notes down to what is owed, each in its share; and the excess', () => {
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
    // 128.90 of notes are repaid; 263.10 stay, of which 26.31 are subordinated. 4.11 are left.
    daily(of, repay('2016-02-29', 'L-1', 'due'));
    const february = closing(of, '2016-02-29');
    expectTyped(february, type, [
      `vehicle/cash:${pool} -134.58`,
      'vehicle/expense/service-fee +0.31',
      'vehicle/expense/senior-interest +1.26',
      `vehicle/senior:${pool} +116.01`,
      `vehicle/subordinated:${pool} +12.89`,
      'vehicle/expense/excess +4.11',
      'own/cash +17.31',
      'own/income/service-fee -0.31',
      `own/retained:${pool} -12.89`,
      'own/income/retained-income -4.11',
    ]);
    expect(dataOf(february, type)).toMatchObject([{ serviceCarry: '53/365', seniorCarry: '252/1825' }]);

    // 4.08 and 130.51. 31 days of 263.10 and of 236.79, with the fractions before: 22.49 and 90.64 cents.
    // 132.59 stay, of which 13.26 (.259) are subordinated.
    daily(of, repay('2016-03-31', 'L-1', 'due'));
    expectTyped(closing(of, '2016-03-31'), type, [
      `vehicle/cash:${pool} -134.59`,
      'vehicle/expense/service-fee +0.22',
      'vehicle/expense/senior-interest +0.90',
      `vehicle/senior:${pool} +117.46`,
      `vehicle/subordinated:${pool} +13.05`,
      'vehicle/expense/excess +2.96',
      'own/cash +16.23',
      'own/income/service-fee -0.22',
      `own/retained:${pool} -13.05`,
      'own/income/retained-income -2.96',
    ]);

    // 1.99 and 132.59. 30 days of 132.59 and of 119.33: 11.39 and 44.77 cents.
    daily(of, repay('2016-04-30', 'L-1', 'due'));
    expectTyped(closing(of, '2016-04-30'), type, [
      `vehicle/cash:${pool} -134.58`,
      'vehicle/expense/service-fee +0.11',
      'vehicle/expense/senior-interest +0.44',
      `vehicle/senior:${pool} +119.33`,
      `vehicle/subordinated:${pool} +13.26`,
      'vehicle/expense/excess +1.44',
      'own/cash +14.81',
      'own/income/service-fee -0.11',
      `own/retained:${pool} -13.26`,
      'own/income/retained-income -1.44',
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

  it('of what notes exceed that which is owed stays in subordinated notes, and is repaid before there is an excess', () => {
    const of = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }));
    // 0.50 of interest: 0.01, 0.294 and 0.196: 0.20 by largest remainder; 39.20 of 100.00. 1.13 go first: 38.27 of 39.20 are left.
    daily(of, repay('2016-01-11', 'L-1', '100.50'));
    const january = closing(of, '2016-01-31');
    expectTyped(january, type, [
      `vehicle/cash:${pool} -39.40`,
      'vehicle/expense/service-fee +0.22',
      'vehicle/expense/senior-interest +0.91',
      // 352.80 are owed: senior notes down to 317.52 first; 2.99 of 3.92 are left for the others.
      `vehicle/senior:${pool} +35.28`,
      `vehicle/subordinated:${pool} +2.99`,
      'own/cash +3.21',
      'own/income/service-fee -0.22',
      `own/retained:${pool} -2.99`,
    ]);
    expect(dataOf(january, type)).toEqual([owed(['0.00', '0.00'])]);
    // 40 days of 900.00: 18.00, of which 7.05, and 0.39 of 1.00. 29 days of 353.73 and of 317.52: 28.66 and 113.87 cents.
    daily(of, repay('2016-02-20', 'L-1', '19.00'));
    expectTyped(closing(of, '2016-02-29'), type, [
      `vehicle/cash:${pool} -7.44`,
      'vehicle/expense/service-fee +0.28',
      'vehicle/expense/senior-interest +1.13',
      // 352.41 are owed, 35.24 of them to subordinated notes: 0.35 of the 0.39 are senior; 0.04 and 0.93 from before are not.
      `vehicle/senior:${pool} +0.35`,
      `vehicle/subordinated:${pool} +0.97`,
      'vehicle/expense/excess +4.71',
      'own/cash +5.96',
      'own/income/service-fee -0.28',
      `own/retained:${pool} -0.97`,
      'own/income/retained-income -4.71',
    ]);
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

describe('the excess', () => {
  const begin = '2016-01-31';
  const pool = 'jiebei-2016-01';

  it('of a loan that bears interest alone is the lending company’s each month, and the notes stay until it is repaid', () => {
    const of = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'interest-only' }));
    const only = (cash: string, service: string, interest: string, excess: string, own: string) => [
      `vehicle/cash:${pool} -${cash}`,
      `vehicle/expense/service-fee +${service}`,
      `vehicle/expense/senior-interest +${interest}`,
      `vehicle/expense/excess +${excess}`,
      `own/cash +${own}`,
      `own/income/service-fee -${service}`,
      `own/income/retained-income -${excess}`,
    ];
    // 29 days are 14.50, the vehicle's part 5.684; 31 are 15.50, 6.076 with 0.004 from before.
    daily(of, repay('2016-02-29', 'L-1', 'due'));
    expectTyped(closing(of, '2016-02-29'), type, only('5.68', '0.31', '1.26', '4.11', '4.42'));
    // 33.44 and 134.98 cents.
    daily(of, repay('2016-03-31', 'L-1', 'due'));
    expectTyped(closing(of, '2016-03-31'), type, only('6.08', '0.33', '1.34', '4.41', '4.74'));
    expectHeld(of, {
      [`vehicle/senior:${pool}`]: '352.80',
      [`own/retained:${pool}`]: '39.20',
      'own/income/retained-income': '8.52',
    });
    // 15.00, 5.88 of them, and all principal. 32.66 and 131.46 cents.
    daily(of, repay('2016-04-30', 'L-1', 'due'));
    expectTyped(closing(of, '2016-04-30'), type, [
      `vehicle/cash:${pool} -397.88`,
      'vehicle/expense/service-fee +0.32',
      'vehicle/expense/senior-interest +1.31',
      `vehicle/senior:${pool} +352.80`,
      `vehicle/subordinated:${pool} +39.20`,
      'vehicle/expense/excess +4.25',
      'own/cash +43.77',
      'own/income/service-fee -0.32',
      `own/retained:${pool} -39.20`,
      'own/income/retained-income -4.25',
    ]);
  });
});

describe('the subordinated share', () => {
  const begin = '2016-02-01';
  const pool = 'jiebei-2016-02';
  /** 39.20 of principal and 1.76 of interest come; 39.45 are left for notes of 352.80 and 39.20, of which 39.20 are repaid. */
  const at = (share: string): readonly string[] => {
    const of = funded(
      begin,
      ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }),
      changePolicy('2016-02-29', 'jiebei.subordinatedShare', share),
    );
    daily(of, repay('2016-02-10', 'L-1', '104.50'));
    const [data] = dataOf(closing(of, '2016-02-29'), type) as readonly {
      readonly [of in 'senior' | 'subordinated' | 'excess']: string;
    }[];
    return [data?.senior ?? '', data?.subordinated ?? '', data?.excess ?? ''];
  };

  it('is that of the waterfall’s day: notes are brought down to it, as far as any are repaid, never up', () => {
    // Of 352.80 that stay.
    expect(at('10%')).toEqual(['35.28 CNY', '3.92 CNY', '0.25 CNY']);
    expect(at('5%')).toEqual(['17.64 CNY', '21.56 CNY', '0.25 CNY']);
    expect(at('0%')).toEqual(['0.00 CNY', '39.20 CNY', '0.25 CNY']);
    expect(at('20%')).toEqual(['39.20 CNY', '0.00 CNY', '0.25 CNY']);
  });

  it('rounds half to even', () => {
    // 10.625 % and 9.375 % of 352.80 are 37.485 and 33.075.
    expect(at('10.625%')).toEqual(['37.48 CNY', '1.72 CNY', '0.25 CNY']);
    expect(at('9.375%')).toEqual(['33.08 CNY', '6.12 CNY', '0.25 CNY']);
  });

  it('takes subordinated notes at most what is repaid', () => {
    // At 0 % senior notes may be all that is owed, 372.40: none of 352.80 is repaid, and the others get what there is, 18.29.
    const of = funded(
      begin,
      ...lend(begin, 'L-1', 'a', '1000.00', { term: 12 }),
      changePolicy('2016-02-29', 'jiebei.subordinatedShare', '0%'),
    );
    // 0.50 for a day and 50.00: 0.20 and 19.60. 0.30 and 1.21 go first.
    daily(of, repay('2016-02-02', 'L-1', '50.50'));
    expectTyped(closing(of, '2016-02-29'), type, [
      `vehicle/cash:${pool} -19.80`,
      'vehicle/expense/service-fee +0.30',
      'vehicle/expense/senior-interest +1.21',
      `vehicle/subordinated:${pool} +18.29`,
      'own/cash +18.59',
      'own/income/service-fee -0.30',
      `own/retained:${pool} -18.29`,
    ]);
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
    // The second got 1.76 and 39.20: 28 days are 30.07 and 121.79 cents. 352.80 stay, of which 35.28 are subordinated.
    expectTyped(
      outcome,
      type,
      [],
      [
        'vehicle/cash:jiebei-2016-02 -40.96',
        'vehicle/expense/service-fee +0.30',
        'vehicle/expense/senior-interest +1.21',
        'vehicle/senior:jiebei-2016-02 +35.28',
        'vehicle/subordinated:jiebei-2016-02 +3.92',
        'vehicle/expense/excess +0.25',
        'own/cash +4.47',
        'own/income/service-fee -0.30',
        'own/retained:jiebei-2016-02 -3.92',
        'own/income/retained-income -0.25',
      ],
    );
    expectHeld(of, { 'vehicle/senior:jiebei-2016-01': '352.80' });
  });

  it('cash that a payment dated ahead brings is not there yet', () => {
    const of = funded('2016-01-10', ...lend('2016-01-10', 'L-1', 'a', '1000.00', { term: 12 }));
    of.and(repay('2016-02-03', 'L-1', '112.00'));
    expectTyped(closing(of, '2016-01-31'), type, []);
    // 24 days are 12.00: 4.70 of it, and 39.20 of 100.00. Owed 0.22 + 0.31, 0.91 + 1.26. 2.00 are left.
    expectTyped(closing(of, '2016-02-29'), type, [
      'vehicle/cash:jiebei-2016-01 -43.90',
      'vehicle/expense/service-fee +0.53',
      'vehicle/expense/senior-interest +2.17',
      'vehicle/senior:jiebei-2016-01 +35.28',
      'vehicle/subordinated:jiebei-2016-01 +3.92',
      'vehicle/expense/excess +2.00',
      'own/cash +6.45',
      'own/income/service-fee -0.53',
      'own/retained:jiebei-2016-01 -3.92',
      'own/income/retained-income -2.00',
    ]);
  });

  it('a payment on credit that is reversed with a later date counts in this month all the same', () => {
    const begin = '2016-01-12';
    const drawnAndPaid = (): Scene =>
      given(
        changePolicy(begin, 'huabei.limits', everyTier('1000.00 CNY')),
        capital(begin, 'huabei', '100000.00'),
        rich(begin, 'a'),
        openLine(begin, 'a'),
        draw(begin, 'a', 'm', '500.00'),
        repayCredit('2016-01-20', 'a', '200.00'),
        pay('2016-01-21', 'P-1', 'a', 'm', '100.00', { method: 'huabei' }),
      );
    const kept = dataOf(closing(drawnAndPaid(), '2016-01-31'), 'HuabeiPoolSettled');
    expect(kept).toMatchObject([{ senior: '70.56 CNY', subordinated: '7.28 CNY', excess: '0.00 CNY' }]);
    const reversed = drawnAndPaid().andOf('PaymentInitiated', (revision) => reverse('2016-02-01', revision));
    expect(dataOf(closing(reversed, '2016-01-31'), 'HuabeiPoolSettled')).toEqual(kept);
  });

  it('a draw dated ahead, known before the close, changes nothing of this month’s waterfall', () => {
    const begin = '2016-01-12';
    const known = (...ahead: readonly Command[]): Scene =>
      given(
        changePolicy(begin, 'huabei.limits', everyTier('1000.00 CNY')),
        capital(begin, 'huabei', '100000.00'),
        rich(begin, 'a'),
        openLine(begin, 'a'),
        openLine(begin, 'b'),
        draw(begin, 'a', 'm', '600.00'),
        repayCredit('2016-01-20', 'a', '100.00'),
        ...ahead,
      );
    const drawnAhead = draw('2016-02-20', 'b', 'm', '300.00');
    const of = known(drawnAhead);
    const january = closing(of, '2016-01-31');
    // 19 days of 235.20 and of 211.68: 12.24 and 49.59 cents. 38.59 of 39.20 are left; 196.00 are owed, 176.40 to senior notes.
    // With the 117.60 of February more would be owed than there are notes: none would be repaid, and all be excess.
    expectTyped(january, 'HuabeiPoolSettled', [
      'vehicle/cash:huabei-2016-01 -39.20',
      'vehicle/expense/service-fee +0.12',
      'vehicle/expense/senior-interest +0.49',
      'vehicle/senior:huabei-2016-01 +35.28',
      'vehicle/subordinated:huabei-2016-01 +3.31',
      'own/cash +3.43',
      'own/income/service-fee -0.12',
      'own/retained:huabei-2016-01 -3.31',
    ]);
    // As if it were not known yet.
    const unknown = known();
    const same = closing(unknown, '2016-01-31');
    expect(dataOf(january, 'HuabeiPoolSettled')).toEqual(dataOf(same, 'HuabeiPoolSettled'));
    // It counts in its own month, from its day on. 20 days of 196.61 and 9 of 314.21; of 176.40 and of 282.24: 18.76 and 75.40 cents.
    // 50.00 bring 19.60: 294.00 are owed, 264.60 to senior notes. 18.67 of 20.21 are left.
    const february = [
      'vehicle/cash:huabei-2016-01 -19.60',
      'vehicle/expense/service-fee +0.18',
      'vehicle/expense/senior-interest +0.75',
      'vehicle/senior:huabei-2016-01 +17.64',
      'vehicle/subordinated:huabei-2016-01 +1.03',
      'own/cash +1.21',
      'own/income/service-fee -0.18',
      'own/retained:huabei-2016-01 -1.03',
    ];
    daily(of, repayCredit('2016-02-08', 'a', 'minimum'));
    expectTyped(closing(of, '2016-02-29'), 'HuabeiPoolSettled', february);
    daily(unknown, repayCredit('2016-02-08', 'a', 'minimum'), drawnAhead);
    expectTyped(closing(unknown, '2016-02-29'), 'HuabeiPoolSettled', february);
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
