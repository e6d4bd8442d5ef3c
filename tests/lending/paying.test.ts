/** Payments, in their order, and what they book: docs/segments/lending.md, "Payments". */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { changePolicy, topUp, withdraw } from '../support/commands.ts';
import {
  capital,
  daily,
  expectHeld,
  expectRefused,
  expectSound,
  expectTyped,
  given,
  lend,
  madeUp,
  open,
  repay,
  rich,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-15';
const funded = (...commands: readonly Command[]): Scene =>
  given(...open(on), capital(on, 'jiebei', '100000.00'), rich(on, 'a'), ...commands);

/** 900.00 in three parts, of which the first, of 2016-02-15, is five days late: 0.30 of late fees, 13.95 of interest, 300.00; and 2.25 accrued. */
const fiveDaysLate = (): Scene =>
  daily(
    funded(...lend(on, 'L-1', 'a', '900.00', { term: 3, method: 'equal-principal' })),
    topUp('2016-02-20', 'a', '1.00'),
  );

const paid = (scene: Scene, amount: string, day = '2016-02-20'): ReturnType<typeof madeUp> => {
  scene.and(repay(day, 'L-1', amount));
  return madeUp(scene, 'JiebeiLoanRepaid');
};
const none = { late: '0.00', fee: '0.00', interest: '0.00', principal: '0.00' } as const;

describe('a payment', () => {
  it('goes to late fees, interest due, principal of dues, interest accrued, principal not yet due', () => {
    const scene = fiveDaysLate();
    expect(paid(scene, '0.10')).toEqual({ ...none, late: '0.10' });
    expect(paid(scene, '5.00')).toEqual({ ...none, late: '0.20', interest: '4.80' });
    expect(paid(scene, '9.15')).toEqual({ ...none, interest: '9.15' });
    expect(paid(scene, '100.00')).toEqual({ ...none, principal: '100.00' });
    expect(paid(scene, '200.00')).toEqual({ ...none, principal: '200.00' });
    expect(paid(scene, '1.00')).toEqual({ ...none, interest: '1.00' });
    expect(paid(scene, '3.25')).toEqual({ ...none, interest: '1.25', principal: '2.00' });
    // 598.00 are left, and bear for 24 days: 7.176; the third part is 298.00 now.
    expect(paid(scene, 'due', '2016-03-15')).toEqual({ ...none, interest: '7.17', principal: '300.00' });
    // 298.00 for 31 days are 4.619, with 0.006 from before.
    expect(paid(scene, 'due', '2016-04-15')).toEqual({ ...none, interest: '4.62', principal: '298.00' });
    expectRefused(scene, repay('2016-04-15', 'L-1', 'all'), 'LOAN_CLOSED');
  });

  it('at once, all of it', () => {
    expect(paid(fiveDaysLate(), '320.00')).toEqual({
      late: '0.30',
      fee: '0.00',
      interest: '16.20',
      principal: '303.50',
    });
  });

  it('of a due on its own day is of a due', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '900.00', { term: 3, method: 'equal-principal' }));
    expect(paid(scene, 'due', '2016-02-15')).toEqual({ ...none, interest: '13.95', principal: '300.00' });
  });

  it('of dues takes the oldest first', () => {
    // Two dues: interest of 31 and 29 days on 900.00; the older is gone once 300.00 of principal are paid.
    const scene = daily(
      funded(...lend(on, 'L-1', 'a', '900.00', { term: 3, method: 'equal-principal' })),
      topUp('2016-03-16', 'a', '1.00'),
    );
    // 0.06 a day for 29 days and 0.12 for one.
    expect(paid(scene, '328.86', '2016-03-16')).toEqual({
      late: '1.86',
      fee: '0.00',
      interest: '27.00',
      principal: '300.00',
    });
    // The due of 03-15 alone is overdue: 300.00, 0.06 a day.
    expect(paid(scene, 'due', '2016-03-18')).toEqual({ ...none, late: '0.12', principal: '300.00' });
  });
});

describe('due and all', () => {
  it('`due` pays late fees, interest due and principal of dues; `all` what has accrued and what is not yet due, too', () => {
    const due = fiveDaysLate();
    expect(paid(due, 'due')).toEqual({ late: '0.30', fee: '0.00', interest: '13.95', principal: '300.00' });
    expectRefused(due, repay('2016-02-20', 'L-1', 'due'), 'NOTHING_TO_DO');
    const all = fiveDaysLate();
    expect(paid(all, 'all')).toEqual({ late: '0.30', fee: '0.00', interest: '16.20', principal: '900.00' });
    expectRefused(all, repay('2016-02-20', 'L-1', '0.01'), 'LOAN_CLOSED');
  });

  it('`due` of a loan with no due day ahead pays what `all` does', () => {
    const scene = daily(funded(...lend(on, 'L-1', 'a', '1000.00')), topUp('2016-02-20', 'a', '1.00'));
    // 31 days are charged, five accrued; a late fee of five days.
    expect(paid(scene, 'due')).toEqual({
      late: '1.00',
      fee: '0.00',
      interest: '18.00',
      principal: '1000.00',
    });
    expectRefused(scene, repay('2016-02-20', 'L-1', '0.01'), 'LOAN_CLOSED');
  });

  it('nothing due: NOTHING_TO_DO', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '1000.00'));
    scene.when(repay('2016-02-14', 'L-1', 'due')).refused('NOTHING_TO_DO', { value: 'L-1' });
  });

  it('the intent is recorded, not the figure', () => {
    fiveDaysLate()
      .when(repay('2016-02-20', 'L-1', 'due'))
      .recorded({ loan: 'L-1', product: 'jiebei', amount: 'due' });
  });

  it('a loan without interest for a day is closed by its principal', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '1000.00'));
    expect(paid(scene, '1000.00', on)).toEqual({ ...none, principal: '1000.00' });
    expectRefused(scene, repay(on, 'L-1', '0.01'), 'LOAN_CLOSED');
  });

  it('a loan is closed when less than a whole cent is left of its interest', () => {
    // 1.00 bears 0.05 of a cent a day: after 19 days 0.95, after 20 a cent.
    const scene = funded(...lend(on, 'L-1', 'a', '1.00'), ...lend(on, 'L-2', 'a', '1.00'));
    scene.and(repay('2016-02-03', 'L-1', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({ ...none, principal: '1.00' });
    scene.and(repay('2016-02-04', 'L-2', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({ ...none, interest: '0.01', principal: '1.00' });
  });
});

describe('refused', () => {
  it('more than is owed: EXCEEDS_OWED, and the surplus stays in the wallet', () => {
    const scene = fiveDaysLate();
    // 0.30 + 13.95 + 300.00 + 2.25 + 600.00.
    scene
      .when(repay('2016-02-20', 'L-1', '916.51'))
      .refused('EXCEEDS_OWED', { value: '916.51 CNY', detail: /916\.50 CNY is owed/ });
    expectRefused(scene, repay('2016-02-20', 'L-1', '916.51'), 'EXCEEDS_OWED');
    scene.when(repay('2016-02-20', 'L-1', '916.50')).accepted();
  });

  it('more than the wallet holds: INSUFFICIENT_FUNDS, on any date from its own on', () => {
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '900.00'));
    scene.and(withdraw('2016-02-18', 'a', '800.00'));
    scene.when(repay(on, 'L-1', '100.01')).refused('INSUFFICIENT_FUNDS', { detail: /100\.00 CNY/ });
    expectRefused(scene, repay('2016-02-15', 'L-1', 'due'), 'INSUFFICIENT_FUNDS');
    scene.when(repay(on, 'L-1', '100.00')).accepted();
  });
});

describe('what it books', () => {
  it('at each entity, in one entry; the partner pays the technology fee, half to even, on the interest it got', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '1000.00'));
    // 31 days: 0.31, 9.114 and 6.076: 15.50. Of 9.11 30 % are 2.733.
    expectTyped(scene.when(repay('2016-02-15', 'L-1', '115.50')), 'JiebeiLoanRepaid', [
      'wallet:a +115.50',
      'reserve -115.50',
      'own/cash +2.31',
      'own/interest -0.31',
      'own/principal-current:a -2.00',
      'partner/funds:bank-1 +65.18',
      'partner/expense/service-fee +2.73',
      'partner/interest -9.11',
      'partner/principal-current:a -58.80',
      'own-cash +2.73',
      'technology-service -2.73',
      'vehicle/cash:jiebei-2016-01 +45.28',
      'vehicle/interest -6.08',
      'vehicle/principal-current:a -39.20',
    ]);
  });

  it('interest due that is paid in part is allocated by the parts’ interest due', () => {
    const scene = daily(funded(...lend(on, 'L-1', 'a', '1000.00')), topUp('2016-02-15', 'a', '1.00'));
    // 0.31, 9.11 and 6.08 of 15.50: of 1.00 0.02, 0.5877 and 0.3923. Of 0.59 30 % are 0.177.
    expectTyped(scene.when(repay('2016-02-15', 'L-1', '1.00')), 'JiebeiLoanRepaid', [
      'wallet:a +1.00',
      'reserve -1.00',
      'own/cash +0.02',
      'own/interest -0.02',
      'partner/funds:bank-1 +0.41',
      'partner/expense/service-fee +0.18',
      'partner/interest -0.59',
      'own-cash +0.18',
      'technology-service -0.18',
      'vehicle/cash:jiebei-2016-01 +0.39',
      'vehicle/interest -0.39',
    ]);
  });

  it('the technology fee is at the rate of the payment’s day, and rounds half to even', () => {
    // The partner gets 0.05 of interest: half of it is 2.5 cents; of 0.15 7.5.
    const half = changePolicy(on, 'jiebei.technologyFeeRate', '50%');
    const bank = [
      changePolicy(on, 'jiebei.ownFundingShare', '0%'),
      changePolicy(on, 'jiebei.securitisedShare', '0%'),
    ];
    const few = funded(half, ...bank, ...lend(on, 'L-1', 'a', '100.00'));
    few.and(repay('2016-01-16', 'L-1', '0.05'));
    expectHeld(few, { 'technology-service': '0.02', 'own-cash': '0.02', 'partner/funds:bank-1': '99.97' });
    const more = funded(half, ...bank, ...lend(on, 'L-1', 'a', '300.00'));
    more.and(repay('2016-01-16', 'L-1', '0.15'));
    expectHeld(more, { 'technology-service': '0.08', 'partner/funds:bank-1': '299.93' });
  });

  it('a bank’s funds come back to nothing, but for the interest that it has earned', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '1000.00'));
    scene.and(repay('2016-02-15', 'L-1', 'all'));
    // It put 588.00 in, and got 588.00 and 9.11 less 2.73 back.
    expectHeld(scene, { 'partner/funds:bank-1': '-6.38' });
  });
});
