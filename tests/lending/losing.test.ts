/** Losses: written off by age and by command, and what comes back. docs/segments/lending.md, "At a close". */
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
  expectRefused,
  expectSound,
  expectTold,
  expectTyped,
  given,
  heldIn,
  lend,
  open,
  recover,
  repay,
  rich,
  writeOff,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-10';
const pool = 'jiebei-2016-01';
const funded = (...commands: readonly Command[]): Scene =>
  given(...open(on), capital(on, 'jiebei', '100000.00'), rich(on, 'a'), ...commands);

/** 1000.00 at 0.05 % a day, due on 2016-02-10 and never paid. */
const lost = (): Scene => funded(...lend(on, 'L-1', 'a', '1000.00'));

/** 31 days are charged: 0.31, 9.11, 6.08. 180 more are 90.00: 1.80, 52.92, 35.28. The late fee is 0.20 a day. */
const wholeLoss = [
  'own/allowance +58.11',
  'own/principal-over-90:a -20.00',
  'own/interest -2.11',
  'own/late-fees -36.00',
  'partner/expense/credit-loss +650.03',
  'partner/principal-over-90:a -588.00',
  'partner/interest -62.03',
  'vehicle/expense/credit-loss +433.36',
  'vehicle/principal-over-90:a -392.00',
  'vehicle/interest -41.36',
];

describe('by age', () => {
  it('at 180 days past due, whole: from the allowance, and to the others’ losses', () => {
    const scene = lost();
    expectTyped(closing(scene, '2016-08-07'), 'JiebeiWrittenOffByAge');
    const outcome = closing(scene, '2016-08-08');
    expectTold(
      outcome,
      'jiebei',
      ['JiebeiWrittenOffByAge', ...wholeLoss],
      [
        'JiebeiInterestAccrued',
        'own/interest +0.01',
        'own/income/interest -0.01',
        'partner/interest +0.29',
        'partner/income/interest -0.29',
        'vehicle/interest +0.19',
        'vehicle/income/interest -0.19',
        'own/late-fees +0.20',
        'own/income/late-fee -0.20',
      ],
      // 20.00 were provided for; interest and late fees were not.
      ['JiebeiProvisioned', 'own/expense/provision +38.11', 'own/allowance -38.11'],
    );
    expect(dataOf(outcome, 'JiebeiWrittenOffByAge')).toEqual([{ debt: 'L-1', daysPastDue: 180 }]);
    closed(scene, '2016-08-09');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal|allowance)/)).toEqual({});
  });

  it('by the days of the policy of the close’s day', () => {
    const scene = lost().and(changePolicy('2016-02-20', 'jiebei.writeOffAfterDays', 9));
    closed(scene, '2016-02-19');
    const outcome = closing(scene, '2016-02-20');
    expect(dataOf(outcome, 'JiebeiWrittenOffByAge')).toEqual([{ debt: 'L-1', daysPastDue: 10 }]);
  });

  it('may be the very close that tells of the due', () => {
    const scene = lost().and(changePolicy(on, 'jiebei.writeOffAfterDays', 1));
    const outcome = closing(scene, '2016-02-11');
    const told = outcome.events.map(({ type }) => type).filter((type) => /Arrears|WrittenOff/.test(type));
    expect(told).toEqual(['JiebeiArrearsMoved', 'JiebeiWrittenOffByAge']);
  });

  it('a notes’ end: what the pool can no longer collect is written down at the month’s end', () => {
    const scene = lost();
    closed(scene, '2016-08-30');
    const outcome = closing(scene, '2016-08-31');
    expectTyped(outcome, 'JiebeiPoolSettled', []);
    expectTyped(outcome, 'JiebeiPoolEnded', [
      `vehicle/senior:${pool} +352.80`,
      `vehicle/subordinated:${pool} +39.20`,
      'vehicle/income/write-down -392.00',
      `own/retained:${pool} -39.20`,
      'own/expense/retained-loss +39.20',
    ]);
    expect(dataOf(outcome, 'JiebeiPoolEnded')).toEqual([
      { pool, senior: '352.80 CNY', subordinated: '39.20 CNY' },
    ]);
    const after = closing(scene, '2016-09-30');
    expectTyped(after, 'JiebeiPoolSettled');
    expectTyped(after, 'JiebeiPoolEnded');
  });

  it('a pool to which the log has cash still to come has not ended', () => {
    // 37.96 of 100.00 come on 09-05, known before: in September 0.32 and 1.31 are added to 2.51 and 10.17.
    const scene = lost();
    closed(scene, '2016-08-08');
    scene.and(recover('2016-09-05', 'L-1', '100.00'));
    expectTyped(closing(scene, '2016-08-31'), 'JiebeiPoolEnded');
    const outcome = closing(scene, '2016-09-30');
    expectTyped(outcome, 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -37.96`,
      'vehicle/expense/service-fee +2.83',
      'vehicle/expense/senior-interest +11.48',
      // Nothing is owed any more: what is left, 23.65, is less than the senior notes, and all theirs.
      `vehicle/senior:${pool} +23.65`,
      'own/cash +2.83',
      'own/income/service-fee -2.83',
    ]);
    expect(dataOf(outcome, 'JiebeiPoolEnded')).toEqual([
      { pool, senior: '329.15 CNY', subordinated: '39.20 CNY' },
    ]);
  });
});

describe('what a pool loses', () => {
  const begin = '2016-01-31';
  /**
   * 1000.00, of which interest is paid each month, and a small one in the same pool of which nothing comes: what it is written
   * off by is what notes exceed that which borrowers owe.
   */
  const beside = (small: string): Scene => {
    const scene = given(...open(begin), capital(begin, 'jiebei', '100000.00'), rich(begin, 'a'));
    scene.and(
      ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'interest-only' }),
      ...lend(begin, 'L-2', 'b', small, { term: 12 }),
    );
    return daily(scene, writeOff('2016-02-15', 'L-2'), repay('2016-02-29', 'L-1', 'due'));
  };

  it('is made good from the month’s excess first: notes are repaid by it, and none is written down', () => {
    // 10.00: the vehicle's part is 3.92, of which 3.53 are senior. 29 days of 395.92 and of 356.33: 31.457 and 127.40 cents.
    // Of 5.68 there are 4.10 left.
    const scene = beside('10.00');
    expectTyped(closing(scene, '2016-02-29'), 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -5.68`,
      'vehicle/expense/service-fee +0.31',
      'vehicle/expense/senior-interest +1.27',
      `vehicle/senior:${pool} +3.53`,
      `vehicle/subordinated:${pool} +0.39`,
      'vehicle/expense/excess +0.18',
      'own/cash +0.88',
      'own/income/service-fee -0.31',
      `own/retained:${pool} -0.39`,
      'own/income/retained-income -0.18',
    ]);
    // Each note has something behind it again: 392.00.
    expectHeld(scene, { [`vehicle/senior:${pool}`]: '352.80', [`vehicle/subordinated:${pool}`]: '39.20' });
    // All of the next month's is excess.
    daily(scene, repay('2016-03-31', 'L-1', 'due'));
    expectTyped(closing(scene, '2016-03-31'), 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -6.08`,
      'vehicle/expense/service-fee +0.33',
      'vehicle/expense/senior-interest +1.35',
      'vehicle/expense/excess +4.40',
      'own/cash +4.73',
      'own/income/service-fee -0.33',
      'own/income/retained-income -4.40',
    ]);
    daily(scene, repay('2016-04-30', 'L-1', 'due'));
    expectTyped(closing(scene, '2016-04-30'), 'JiebeiPoolEnded');
    expectHeld(scene, { 'own/expense/retained-loss': '0.00', [`vehicle/senior:${pool}`]: '0.00' });
  });

  it('beyond it is borne by the subordinated notes first: senior ones are repaid month by month, and of the others what is left is written down', () => {
    // 100.00: the vehicle's part is 39.20, notes are 388.08 and 43.12; 392.00 are owed, 352.80 of them to senior ones.
    // Fees are 0.34 and 1.38.
    const scene = beside('100.00');
    expectTyped(closing(scene, '2016-02-29'), 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -5.68`,
      'vehicle/expense/service-fee +0.34',
      'vehicle/expense/senior-interest +1.38',
      // 3.96 of 35.28.
      `vehicle/senior:${pool} +3.96`,
      'own/cash +0.34',
      'own/income/service-fee -0.34',
    ]);
    // 31 days of 427.24 and of 384.12, with the fractions before: 36.546 and 147.559 cents.
    daily(scene, repay('2016-03-31', 'L-1', 'due'));
    expectTyped(closing(scene, '2016-03-31'), 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -6.08`,
      'vehicle/expense/service-fee +0.36',
      'vehicle/expense/senior-interest +1.47',
      // 4.25 of 31.32.
      `vehicle/senior:${pool} +4.25`,
      'own/cash +0.36',
      'own/income/service-fee -0.36',
    ]);
    expectHeld(scene, { [`vehicle/senior:${pool}`]: '379.87', [`vehicle/subordinated:${pool}`]: '43.12' });
    // 30 days of 422.99 and of 379.87: 35.312 and 141.059 cents.
    // 5.88 of interest and 392.00. Nothing is owed any more: 396.12 are left, the senior notes get all of theirs.
    daily(scene, repay('2016-04-30', 'L-1', 'due'));
    const april = closing(scene, '2016-04-30');
    expectTyped(april, 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -397.88`,
      'vehicle/expense/service-fee +0.35',
      'vehicle/expense/senior-interest +1.41',
      `vehicle/senior:${pool} +379.87`,
      `vehicle/subordinated:${pool} +16.25`,
      'own/cash +16.60',
      'own/income/service-fee -0.35',
      `own/retained:${pool} -16.25`,
    ]);
    // 39.20 were lost; 3.96, 4.25 and 4.12 were made good; the lending company bears the rest alone.
    expectTyped(april, 'JiebeiPoolEnded', [
      `vehicle/subordinated:${pool} +26.87`,
      'vehicle/income/write-down -26.87',
      `own/retained:${pool} -26.87`,
      'own/expense/retained-loss +26.87',
    ]);
  });
});

describe('by command', () => {
  it('on any day: interest that has accrued is charged first', () => {
    const scene = lost();
    closed(scene, '2016-01-19');
    // Ten days: 0.10, 2.94 and 1.96.
    expectTyped(scene.when(writeOff('2016-01-20', 'L-1')), 'JiebeiLoanWrittenOff', [
      'own/allowance +20.10',
      'own/principal-current:a -20.00',
      'own/interest -0.10',
      'partner/expense/credit-loss +590.94',
      'partner/principal-current:a -588.00',
      'partner/interest -2.94',
      'vehicle/expense/credit-loss +393.96',
      'vehicle/principal-current:a -392.00',
      'vehicle/interest -1.96',
    ]);
    expectHeld(scene, { 'own/allowance': '-19.90' });
    expectTyped(closing(scene, '2016-01-20'), 'JiebeiProvisioned', [
      'own/expense/provision +19.90',
      'own/allowance -19.90',
    ]);
    expectRefused(scene, writeOff('2016-01-21', 'L-1'), 'LOAN_WRITTEN_OFF');
    expectRefused(scene, repay('2016-01-21', 'L-1', 'all'), 'LOAN_WRITTEN_OFF');
  });

  it('late fees are floored, and their fraction is dropped', () => {
    // 0.02 % of 123.45: 2.469 a day; 7.407 after three days. Interest of 34 days on own 2.47: 4.199; partner 72.59: 123.403; vehicle 48.39: 82.263.
    const scene = funded(...lend(on, 'L-1', 'a', '123.45'));
    closed(scene, '2016-02-12');
    expectTyped(scene.when(writeOff('2016-02-13', 'L-1')), 'JiebeiLoanWrittenOff', [
      // 2.47 + 0.04 + 0.07.
      'own/allowance +2.58',
      'own/principal-1-30:a -2.47',
      'own/interest -0.04',
      'own/late-fees -0.07',
      'partner/expense/credit-loss +73.82',
      'partner/principal-1-30:a -72.59',
      'partner/interest -1.23',
      'vehicle/expense/credit-loss +49.21',
      'vehicle/principal-1-30:a -48.39',
      'vehicle/interest -0.82',
    ]);
    closed(scene, '2016-02-14');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal|allowance)/)).toEqual({});
  });
});

describe('recoveries', () => {
  const written = (): Scene => {
    const scene = lost();
    closed(scene, '2016-08-09');
    return scene;
  };

  it('are allocated by what each has left of its loss', () => {
    // 58.11, 650.03 and 433.36 of 1141.50: 5.0907, 56.9452, 37.9641.
    const scene = written();
    expectTyped(scene.when(recover('2016-08-10', 'L-1', '100.00')), 'JiebeiLoanRecovered', [
      'wallet:a +100.00',
      'reserve -100.00',
      'own/cash +5.09',
      'own/expense/provision -5.09',
      'partner/funds:bank-1 +56.95',
      'partner/expense/credit-loss -56.95',
      `vehicle/cash:${pool} +37.96`,
      'vehicle/expense/credit-loss -37.96',
    ]);
    expectTyped(scene.when(recover('2016-08-10', 'L-1', '1041.50')), 'JiebeiLoanRecovered', [
      'wallet:a +1041.50',
      'reserve -1041.50',
      'own/cash +53.02',
      'own/expense/provision -53.02',
      'partner/funds:bank-1 +593.08',
      'partner/expense/credit-loss -593.08',
      `vehicle/cash:${pool} +395.40`,
      'vehicle/expense/credit-loss -395.40',
    ]);
    expectHeld(scene, { 'partner/expense/credit-loss': '0.00', 'vehicle/expense/credit-loss': '0.00' });
    expectRefused(scene, recover('2016-08-10', 'L-1', '0.01'), 'EXCEEDS_OWED');
  });

  it('are at most what was written off and not recovered: EXCEEDS_OWED; and what the wallet holds', () => {
    const scene = written();
    scene.and(recover('2016-08-10', 'L-1', '100.00'));
    scene
      .when(recover('2016-08-10', 'L-1', '1041.51'))
      .refused('EXCEEDS_OWED', { value: '1041.51 CNY', detail: /1041\.50 CNY/ });
    scene.and({ on: '2016-08-10', command: 'withdraw', with: { holder: 'a', amount: 'all' } });
    expectRefused(scene, recover('2016-08-10', 'L-1', '1.00'), 'INSUFFICIENT_FUNDS');
  });

  it('only of what is written off: NOT_WRITTEN_OFF', () => {
    lost()
      .when(recover(on, 'L-1', '1.00'))
      .refused('NOT_WRITTEN_OFF', { value: 'L-1' });
  });

  it('after the pool’s end pay what it owed, and the rest is excess', () => {
    const scene = written();
    closed(scene, '2016-08-31');
    daily(scene, recover('2016-09-05', 'L-1', '100.00'));
    // Service fees and senior interest of January (21 days) to August: 2.51 and 10.17.
    expectTyped(closing(scene, '2016-09-30'), 'JiebeiPoolSettled', [
      `vehicle/cash:${pool} -37.96`,
      'vehicle/expense/service-fee +2.51',
      'vehicle/expense/senior-interest +10.17',
      'vehicle/expense/excess +25.28',
      'own/cash +27.79',
      'own/income/service-fee -2.51',
      'own/income/retained-income -25.28',
    ]);
  });
});
