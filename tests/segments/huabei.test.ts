/** huabei, point by point as its page settles it (docs/segments/huabei.md). What lines that lend share is tested in tests/lending. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { inStages } from '../support/codes.ts';
import {
  changePolicy,
  command,
  confirm,
  pay,
  refund,
  reverse,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import {
  capital,
  closed,
  closing,
  convert,
  daily,
  dataOf,
  draw,
  everyTier,
  expectHeld,
  expectRefused,
  expectSame,
  expectSound,
  expectTold,
  expectTyped,
  given,
  held,
  heldIn,
  madeUp,
  openLine,
  recordOf,
  recoverCredit,
  repayCredit,
  rich,
  scoring,
  sumHeld,
  varied,
  writeOffCredit,
} from '../support/credit.ts';
import type { Outcome, Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-12';
const pool = 'huabei-2016-01';
const hb = { method: 'huabei' } as const;
const instant = { method: 'huabei', escrow: false } as const;

/** A line of a, 1000.00 whatever his score, and money enough; nothing else happens at the platform, and nothing need be borrowed. */
const line = (...commands: readonly Command[]): Scene =>
  given(
    changePolicy(on, 'payments.floatRate', '0%'),
    changePolicy(on, 'huabei.limits', everyTier('1000.00 CNY')),
    capital(on, 'huabei', '100000.00'),
    rich(on, 'a'),
    openLine(on, 'a'),
    ...commands,
  );

/** 600.00, billed on 2016-02-01, due on 2016-02-10, of which 60.00 is the least. */
const billed = (): Scene => closed(line(draw(on, 'a', 'm', '600.00')), '2016-02-01');

/** 60.00 of them paid: 540.00 revolve from 2016-02-11 on. */
const revolving = (): Scene =>
  closed(daily(billed(), repayCredit('2016-02-08', 'a', 'minimum')), '2016-02-11');

/** Nothing of them paid: 600.00 are overdue from 2016-02-11 on. */
const overdue = (): Scene => closed(billed(), '2016-02-11');

const statement = (outcome: Outcome): readonly unknown[] => dataOf(outcome, 'HuabeiStatementIssued');
const moved = (outcome: Outcome): readonly unknown[] => dataOf(outcome, 'HuabeiArrearsMoved');

/** Of a's line this much begins to revolve at the close, and no bucket changes. */
function expectRevolved(outcome: Outcome, amount: string): void {
  expect(dataOf(outcome, 'HuabeiRevolved')).toEqual([{ holder: 'a', principal: `${amount} CNY` }]);
  expectTyped(outcome, 'HuabeiRevolved', []);
  expect(moved(outcome)).toEqual([]);
}

/** Nothing begins to revolve, and a's line is in arrears. */
function expectUnmet(outcome: Outcome): void {
  expect(dataOf(outcome, 'HuabeiRevolved')).toEqual([]);
  expect(moved(outcome)).toMatchObject([{ debt: 'a', from: 'current', to: '1-30', daysPastDue: 1 }]);
}

/** What is said of a statement. */
const said = (
  holder: string,
  principal: string,
  interest: string,
  fee: string,
  minimum: string,
  dueOn: string,
) => ({
  holder,
  principal: `${principal} CNY`,
  interest: `${interest} CNY`,
  fee: `${fee} CNY`,
  minimum: `${minimum} CNY`,
  dueOn,
});

const paid = (scene: Scene, day: string, amount: string): ReturnType<typeof madeUp> => {
  daily(scene, repayCredit(day, 'a', amount));
  return madeUp(scene, 'HuabeiRepaid');
};
const none = { late: '0.00', fee: '0.00', interest: '0.00', principal: '0.00' } as const;

/** All principal of a, in minor units. */
const principal = (scene: Scene): bigint => sumHeld(scene, /\/principal-[^:]*:a$/);

describe('a line', () => {
  it('is opened without postings, once: CREDIT_LINE_EXISTS', () => {
    const scene = given();
    scene.when(openLine(on, 'a')).recorded({ holder: 'a' }).gives('HuabeiLineOpened');
    expectRefused(scene, openLine('2016-01-13', 'a'), 'CREDIT_LINE_EXISTS');
    expectRefused(scene, openLine('2016-01-11', 'a'), 'BEFORE_LATEST');
  });

  it('unused, has no statements', () => {
    const scene = line();
    expectTold(closing(scene, '2016-02-01'), 'huabei');
    expectTold(closing(scene, '2016-02-11'), 'huabei');
  });
});

describe('a draw', () => {
  it('pays the payee at once, less the merchant fee: 0.8 %, which goes to the lending company', () => {
    // Own 12.00, the vehicle 40 % of 588.00, a tenth of it subordinated: 235.20, 23.52.
    expectTyped(line().when(draw(on, 'a', 'm', '600.00')), 'HuabeiDrawn', [
      'reserve +595.20',
      'wallet:m -595.20',
      'own/principal-current:a +12.00',
      `own/retained:${pool} +23.52`,
      'own/cash -30.72',
      'own/income/merchant-fee -4.80',
      'partner/principal-current:a +352.80',
      'partner/funds:bank-1 -352.80',
      'vehicle/principal-current:a +235.20',
      `vehicle/senior:${pool} -211.68`,
      `vehicle/subordinated:${pool} -23.52`,
    ]);
  });

  it('the fee is half to even, and by merchant where agreed otherwise', () => {
    // 0.8 % of 0.625 and 1.875 are not whole: of 3.12 and 3.13 0.02496 and 0.02504; at 50 % of 0.05 and 0.07: 2.5 and 3.5 cents.
    const scene = line(
      changePolicy(on, 'huabei.merchantFeeRate[half]', '50%'),
      draw(on, 'a', 'm', '3.12'),
      draw(on, 'a', 'half', '0.05'),
    );
    expectHeld(scene, { 'wallet:m': '3.10', 'wallet:half': '0.03', 'own/income/merchant-fee': '0.04' });
    scene.and(draw(on, 'a', 'half', '0.07'));
    expectHeld(scene, { 'wallet:half': '0.06', 'own/income/merchant-fee': '0.08' });
  });

  it('within the limit of its tier: 1000.00 without a score', () => {
    const scene = given(openLine(on, 'a'), draw(on, 'a', 'm', '600.00'));
    scene.when(draw(on, 'a', 'm', '400.01')).refused('CREDIT_LIMIT_EXCEEDED', {
      value: '400.01 CNY',
      detail: /400\.00 CNY is left of 1000\.00 CNY/,
    });
    expectRefused(scene, draw(on, 'a', 'm', '400.01'), 'CREDIT_LIMIT_EXCEEDED');
    scene.and(draw(on, 'a', 'm', '400.00'));
    expectRefused(scene, draw(on, 'a', 'm', '0.01'), 'CREDIT_LIMIT_EXCEEDED');
  });

  it.each([
    [0, '500.00'],
    [34, '1000.00'],
    [42, '3000.00'],
    [50, '8000.00'],
    [59, '20000.00'],
  ])('by tier: %i %% of the points, %s', (share, limit) => {
    const scene = closed(
      given(
        changePolicy(on, 'payments.floatRate', '0%'),
        ...scoring(on, share),
        rich(on, 'a'),
        openLine(on, 'a'),
      ),
      on,
    );
    const day = '2016-01-13';
    scene.and(draw(day, 'a', 'm', limit));
    expectRefused(scene, draw(day, 'a', 'm', '0.01'), 'CREDIT_LIMIT_EXCEEDED');
  });

  it('by the limit of its day; all principal counts, and what is repaid counts no more', () => {
    const scene = line(
      draw(on, 'a', 'm', '1000.00'),
      changePolicy('2016-01-14', 'huabei.limits', everyTier('700.00 CNY')),
    );
    daily(scene, repayCredit('2016-01-14', 'a', '400.00'));
    expectRefused(scene, draw('2016-01-14', 'a', 'm', '100.01'), 'CREDIT_LIMIT_EXCEEDED');
    scene.and(draw('2016-01-14', 'a', 'm', '100.00'));
    // Billed, it counts as before.
    closed(scene, '2016-02-01');
    expectRefused(scene, draw('2016-02-02', 'a', 'm', '0.01'), 'CREDIT_LIMIT_EXCEEDED');
  });

  it('not while something is overdue: CREDIT_OVERDUE, before the limit; again when it is paid', () => {
    const scene = overdue();
    const day = '2016-02-12';
    expectRefused(scene, draw(day, 'a', 'm', '9999.00'), 'CREDIT_OVERDUE');
    scene.and(repayCredit(day, 'a', 'due'), draw(day, 'a', 'm', '1.00'));
  });

  it('is refused on the day after the due date, before any close says so', () => {
    const scene = billed();
    closed(scene, '2016-02-09');
    scene.and(draw('2016-02-10', 'a', 'm', '1.00'));
    expectRefused(scene, draw('2016-02-11', 'a', 'm', '1.00'), 'CREDIT_OVERDUE');
  });

  it('payer and payee differ: SAME_PARTY, whether or not there is a line; else CREDIT_LINE_UNKNOWN', () => {
    expectRefused(line(), draw(on, 'a', 'a', '1.00'), 'SAME_PARTY');
    expectRefused(given(), draw(on, 'b', 'b', '1.00'), 'SAME_PARTY');
    expectRefused(line(), draw(on, 'b', 'm', '1.00'), 'CREDIT_LINE_UNKNOWN');
  });
});

describe('a payment on credit', () => {
  it('through escrow draws into the payment; the merchant pays both fees when it is confirmed', () => {
    const scene = line();
    expectTyped(scene.when(pay(on, 'P-1', 'a', 'm', '100.00', hb)), 'PaymentInitiated', [
      'reserve +100.00',
      'escrow -100.00',
      'own/principal-current:a +2.00',
      `own/retained:${pool} +3.92`,
      'own/cash -5.92',
      'partner/principal-current:a +58.80',
      'partner/funds:bank-1 -58.80',
      'vehicle/principal-current:a +39.20',
      `vehicle/senior:${pool} -35.28`,
      `vehicle/subordinated:${pool} -3.92`,
    ]);
    expectTyped(scene.when(confirm('2016-01-13', 'P-1')), 'ReceiptConfirmed', [
      'escrow +100.00',
      // 100.00 less 0.60 and 0.80.
      'wallet:m -98.60',
      'merchant-fee -0.60',
      'reserve -0.80',
      'own/cash +0.80',
      'own/income/merchant-fee -0.80',
    ]);
  });

  it('at once, in one entry', () => {
    expectTyped(line().when(pay(on, 'P-1', 'a', 'm', '100.00', instant)), 'PaymentInitiated', [
      'reserve +99.20',
      'wallet:m -98.60',
      'merchant-fee -0.60',
      'own/principal-current:a +2.00',
      `own/retained:${pool} +3.92`,
      'own/cash -5.12',
      'own/income/merchant-fee -0.80',
      'partner/principal-current:a +58.80',
      'partner/funds:bank-1 -58.80',
      'vehicle/principal-current:a +39.20',
      `vehicle/senior:${pool} -35.28`,
      `vehicle/subordinated:${pool} -3.92`,
    ]);
  });

  it('that times out is confirmed, and costs the merchant the same', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb));
    expectTyped(closing(scene, '2016-01-22'), 'ReceiptTimedOut', [
      'escrow +100.00',
      'wallet:m -98.60',
      'merchant-fee -0.60',
      'reserve -0.80',
      'own/cash +0.80',
      'own/income/merchant-fee -0.80',
    ]);
  });

  it('the fee is on what is released, by the merchant and the day, and at most what payments leaves', () => {
    const scene = line(
      pay(on, 'P-1', 'a', 'm', '100.00', hb),
      changePolicy('2016-01-14', 'huabei.merchantFeeRate', '1%'),
      refund('2016-01-13', 'P-1', '40.00'),
      confirm('2016-01-14', 'P-1'),
    );
    // 1 % of 60.00, beside 0.36.
    expectHeld(scene, { 'wallet:m': '59.04', 'own/income/merchant-fee': '0.60' });
    const all = line(
      changePolicy(on, 'huabei.merchantFeeRate[m]', '100%'),
      pay(on, 'P-2', 'a', 'm', '100.00', instant),
    );
    expectHeld(all, { 'wallet:m': '0.00', 'own/income/merchant-fee': '99.40' });
  });

  it('needs what a draw needs', () => {
    expectRefused(given(), pay(on, 'P-1', 'a', 'm', '1.00', hb), 'CREDIT_LINE_UNKNOWN');
    expectRefused(line(), pay(on, 'P-1', 'a', 'm', '1000.01', hb), 'CREDIT_LIMIT_EXCEEDED');
    expectRefused(overdue(), pay('2016-02-12', 'P-1', 'a', 'm', '1.00', hb), 'CREDIT_OVERDUE');
    expectRefused(
      line(draw('2016-01-15', 'a', 'm', '1.00')),
      pay('2016-01-14', 'P-1', 'a', 'm', '1.00', hb),
      'BEFORE_LATEST',
    );
    const lost = line(draw(on, 'a', 'm', '1.00'), writeOffCredit(on, 'a'));
    expectRefused(lost, pay(on, 'P-1', 'a', 'm', '1.00', hb), 'CREDIT_CLOSED');
  });

  it('is billed like any draw', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), draw(on, 'a', 'm', '50.00'));
    expect(statement(closing(scene, '2016-02-01'))).toEqual([
      said('a', '150.00', '0.00', '0.00', '15.00', '2016-02-10'),
    ]);
  });
});

describe('a refund', () => {
  it('before the confirmation restores the line from escrow', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb));
    expectTyped(scene.when(refund('2016-01-13', 'P-1', '30.00')), 'PaymentRefunded', [
      'escrow +30.00',
      'reserve -30.00',
      'own/cash +0.60',
      'own/principal-current:a -0.60',
      'partner/funds:bank-1 +17.64',
      'partner/principal-current:a -17.64',
      `vehicle/cash:${pool} +11.76`,
      'vehicle/principal-current:a -11.76',
    ]);
    scene.and(refund('2016-01-13', 'P-1'));
    expect(heldIn(scene, /principal|escrow/)).toEqual({});
  });

  it('after it comes from the merchant, who gets payments’ fee back and not huabei’s', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', instant));
    expectTyped(scene.when(refund('2016-01-13', 'P-1', '50.00')), 'PaymentRefunded', [
      // 50.00 less 0.30, which comes from own cash.
      'wallet:m +49.70',
      'merchant-fee +0.30',
      'own-cash -0.30',
      'reserve -49.70',
      'own/cash +1.00',
      'own/principal-current:a -1.00',
      'partner/funds:bank-1 +29.40',
      'partner/principal-current:a -29.40',
      `vehicle/cash:${pool} +19.60`,
      'vehicle/principal-current:a -19.60',
    ]);
    expectHeld(scene, { 'own/income/merchant-fee': '0.80' });
  });

  it('of more than the line owes: the rest goes to the wallet', () => {
    const scene = line(
      pay(on, 'P-1', 'a', 'm', '100.00', hb),
      transfer(on, 'a', 'b', '1000000.00'),
      topUp(on, 'a', '80.00'),
      repayCredit('2016-01-13', 'a', '80.00'),
    );
    expectTyped(scene.when(refund('2016-01-14', 'P-1', '30.00')), 'PaymentRefunded', [
      'escrow +30.00',
      'wallet:a -10.00',
      'reserve -20.00',
      'own/cash +0.40',
      'own/principal-current:a -0.40',
      'partner/funds:bank-1 +11.76',
      'partner/principal-current:a -11.76',
      `vehicle/cash:${pool} +7.84`,
      'vehicle/principal-current:a -7.84',
    ]);
    expectTyped(scene.when(refund('2016-01-14', 'P-1')), 'PaymentRefunded', [
      'escrow +70.00',
      'wallet:a -70.00',
    ]);
  });

  it('takes from what is unbilled, then from what revolves, then from dues, the newest first, then from plans', () => {
    // 540.00 revolve; 100.00 are drawn.
    const scene = revolving();
    daily(scene, pay('2016-02-12', 'P-1', 'a', 'm', '100.00', hb), refund('2016-02-12', 'P-1', '60.00'));
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      // 20 days of 540.00.
      said('a', '580.00', '5.40', '0.00', '63.40', '2016-03-10'),
    ]);
    const more = revolving();
    daily(more, pay('2016-02-12', 'P-1', 'a', 'm', '100.00', hb), repayCredit('2016-02-13', 'a', '0.54'));
    // 0.81 have accrued by the 13th. 40.00 more are paid early: of what revolves. Then 100.00 come back: of what is unbilled.
    daily(more, repayCredit('2016-02-13', 'a', '40.27'), refund('2016-02-13', 'P-1'));
    // 500.00 from the 14th: 17 days.
    expect(statement(closing(more, '2016-03-01'))).toEqual([
      said('a', '500.00', '4.25', '0.00', '54.25', '2016-03-10'),
    ]);
  });

  it('of a due: what counts as billed falls, and the minimum is at most what is unpaid', () => {
    const due = (amount: string): Scene => {
      const scene = line(pay(on, 'P-1', 'a', 'm', '600.00', hb));
      closed(scene, '2016-01-21');
      return daily(scene, refund('2016-02-05', 'P-1', amount));
    };
    // 20.00 are left, all of which are the least; without a payment they are overdue.
    expect(paid(due('580.00'), '2016-02-08', 'minimum')).toEqual({ ...none, principal: '20.00' });
    expect(moved(closing(due('580.00'), '2016-02-11'))).toMatchObject([{ to: '1-30' }]);
    // 300.00 are left, of which 60.00 are the least; with them 240.00 revolve.
    const half = due('300.00');
    expect(paid(half, '2016-02-08', 'minimum')).toEqual({ ...none, principal: '60.00' });
    expectRevolved(closing(half, '2016-02-11'), '240.00');
    const short = due('300.00');
    paid(short, '2016-02-08', '59.99');
    expectUnmet(closing(short, '2016-02-11'));
  });

  it('of all of a due: it passes in silence', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '600.00', hb), confirm(on, 'P-1'));
    closed(scene, '2016-02-04');
    scene.and(topUp('2016-02-05', 'm', '10.00'), refund('2016-02-05', 'P-1'));
    expectTold(closing(scene, '2016-02-11'), 'huabei');
    expect(principal(scene)).toBe(0n);
  });

  it('of what is overdue cures it', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '600.00', hb), confirm(on, 'P-1'), topUp(on, 'm', '10.00'));
    closed(scene, '2016-02-11');
    daily(scene, refund('2016-02-12', 'P-1'));
    expect(moved(closing(scene, '2016-02-12'))).toMatchObject([{ from: '1-30', to: 'current' }]);
    // Late fees of two days, 0.05 % of 600.00, stay owed.
    expect(paid(scene, '2016-02-13', 'all')).toEqual({ ...none, late: '0.60' });
  });

  it('of plans takes the last parts of the one converted last', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '600.00', hb), confirm(on, 'P-1'), topUp(on, 'm', '10.00'));
    closed(scene, '2016-02-01');
    daily(scene, convert('2016-02-05', 'a', '300.00', 3), convert('2016-02-05', 'a', '300.00', 3));
    daily(scene, refund('2016-02-06', 'P-1', '350.00'));
    // The second is gone, and 50.00 of the first's third part: 100.00, 100.00, 50.00.
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '100.00', '0.00', '2.50', '12.50', '2016-03-10'),
    ]);
    paid(scene, '2016-03-05', 'due');
    closed(scene, '2016-04-01');
    paid(scene, '2016-04-05', 'due');
    expect(statement(closing(scene, '2016-05-01'))).toEqual([
      said('a', '50.00', '0.00', '2.50', '7.50', '2016-05-10'),
    ]);
  });

  it('on a line that is written off goes to the wallet', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), writeOffCredit('2016-01-13', 'a'));
    expectTyped(scene.when(refund('2016-01-14', 'P-1')), 'PaymentRefunded', [
      'escrow +100.00',
      'wallet:a -100.00',
    ]);
  });

  it('is not dated before the line’s latest fact: BEFORE_LATEST', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), draw('2016-01-20', 'a', 'm', '1.00'));
    expectRefused(scene, refund('2016-01-19', 'P-1'), 'BEFORE_LATEST');
    scene.and(refund('2016-01-20', 'P-1'));
  });
});

describe('a statement', () => {
  it('on its day bills what is drawn, due on the due day; the least of it is 10 %', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    expect(statement(closing(scene, '2016-01-31'))).toEqual([]);
    const outcome = closing(scene, '2016-02-01');
    expect(statement(outcome)).toEqual([said('a', '600.00', '0.00', '0.00', '60.00', '2016-02-10')]);
    expectTyped(outcome, 'HuabeiStatementIssued', []);
  });

  it('bills what is drawn on its day; what is drawn the day after waits for the next', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    daily(scene, draw('2016-02-01', 'a', 'm', '50.00'));
    expect(statement(closing(scene, '2016-02-01'))).toMatchObject([{ principal: '650.00 CNY' }]);
    daily(scene, draw('2016-02-02', 'a', 'm', '7.00'), repayCredit('2016-02-09', 'a', 'due'));
    expect(madeUp(scene, 'HuabeiRepaid')).toMatchObject({ principal: '650.00' });
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '7.00', '0.00', '0.00', '0.70', '2016-03-10'),
    ]);
  });

  it('the minimum is half to even', () => {
    const scene = line(draw(on, 'a', 'm', '0.25'));
    expect(statement(closing(scene, '2016-02-01'))).toMatchObject([{ minimum: '0.02 CNY' }]);
    const other = line(draw(on, 'a', 'm', '0.35'));
    expect(statement(closing(other, '2016-02-01'))).toMatchObject([{ minimum: '0.04 CNY' }]);
  });

  it('days are those of the opening: a due day may be of the same month, or of the next', () => {
    const days = (statementDay: number, dueDay: number): Scene =>
      given(
        changePolicy(on, 'payments.floatRate', '0%'),
        changePolicy(on, 'huabei.statementDay', statementDay),
        changePolicy(on, 'huabei.dueDay', dueDay),
        openLine(on, 'a'),
        changePolicy('2016-01-13', 'huabei.statementDay', 20),
        changePolicy('2016-01-13', 'huabei.dueDay', 21),
        draw('2016-01-13', 'a', 'm', '100.00'),
      );
    const dueOn = (scene: Scene, day: string): unknown =>
      (statement(closing(scene, day))[0] as { readonly dueOn: string } | undefined)?.dueOn;
    expect(dueOn(days(15, 28), '2016-01-15')).toBe('2016-01-28');
    expect(dueOn(days(15, 10), '2016-01-15')).toBe('2016-02-10');
    expect(dueOn(days(15, 15), '2016-01-15')).toBe('2016-02-15');
  });

  it('of the opening’s own day is one', () => {
    const scene = given(
      changePolicy(on, 'huabei.statementDay', 12),
      openLine(on, 'a'),
      draw(on, 'a', 'm', '1.00'),
    );
    expect(statement(closing(scene, on))).toMatchObject([{ principal: '1.00 CNY', dueOn: '2016-02-10' }]);
  });

  it('with nothing to bill is none', () => {
    const scene = billed();
    paid(scene, '2016-02-05', 'all');
    expect(statement(closing(scene, '2016-03-01'))).toEqual([]);
    // What is overdue is not billed again.
    expect(statement(closing(overdue(), '2016-03-01'))).toEqual([]);
  });

  it('drops what is left of a fraction of interest; without a statement it stays, until nothing is owed', () => {
    // 100.00 are overdue. 1.00, of which nothing need be paid, revolves from 03-11 to 03-20: half a cent, when it is refunded.
    const scene = line(draw(on, 'a', 'm', '100.00'), changePolicy('2016-03-01', 'huabei.minimumShare', '0%'));
    daily(
      scene,
      pay('2016-02-05', 'P-1', 'a', 'm', '1.00', hb),
      confirm('2016-02-05', 'P-1'),
      topUp('2016-02-05', 'm', '1.00'),
      refund('2016-03-20', 'P-1'),
    );
    const carried = (day: string): unknown =>
      (dataOf(closing(scene, day), 'HuabeiInterestAccrued')[0] as { readonly partnerCarry: string })
        .partnerCarry;
    // The partner's 0.59 for ten days.
    expect(carried('2016-03-20')).toBe('59/200');
    expect(carried('2016-04-01')).toBe('59/200');
    daily(scene, topUp('2016-04-05', 'a', '200.00'), repayCredit('2016-04-05', 'a', 'due'));
    expect(carried('2016-04-05')).toBe('59/200');
    expect(carried('2016-04-06')).toBe('0');
  });

  it('of several lines comes in the order of holders', () => {
    const scene = line(
      openLine(on, 'c'),
      openLine(on, 'b'),
      ...['c', 'a', 'b'].map((who) => draw(on, who, 'm', '1.00')),
    );
    const holders = statement(closing(scene, '2016-02-01')).map(
      (each) => (each as { holder: string }).holder,
    );
    expect(holders).toEqual(['a', 'b', 'c']);
  });

  it('takes the minimum’s share of its day', () => {
    const scene = line(
      draw(on, 'a', 'm', '600.00'),
      changePolicy('2016-02-01', 'huabei.minimumShare', '25%'),
    );
    expect(statement(closing(scene, '2016-02-01'))).toMatchObject([{ minimum: '150.00 CNY' }]);
  });
});

describe('a due date', () => {
  it('met in part: the rest revolves, at 0.05 % a day from the day after to the next statement day', () => {
    const scene = daily(billed(), repayCredit('2016-02-08', 'a', 'minimum'));
    expect(madeUp(scene, 'HuabeiRepaid')).toEqual({ ...none, principal: '60.00' });
    expectTold(closing(scene, '2016-02-10'), 'huabei');
    // Of 540.00: own 10.80, partner 317.52, vehicle 211.68: 0.54, 15.876 and 10.584 cents a day.
    const outcome = closing(scene, '2016-02-11');
    expectTold(
      outcome,
      'huabei',
      ['HuabeiRevolved'],
      [
        'HuabeiInterestAccrued',
        'partner/interest +0.15',
        'partner/income/interest -0.15',
        'vehicle/interest +0.10',
        'vehicle/income/interest -0.10',
      ],
    );
    expectRevolved(outcome, '540.00');
    scene.and(draw('2016-02-12', 'a', 'm', '1.00'));
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      // 20 days, with 1 March: 5.40.
      said('a', '541.00', '5.40', '0.00', '59.50', '2016-03-10'),
    ]);
    // It bears no more.
    expectTyped(closing(scene, '2016-03-02'), 'HuabeiInterestAccrued', [
      // 10.8, 317.52 and 211.68 by the 1st, 10, 317 and 211 booked; charged 11, 317 and 212; what is left is dropped.
      'own/interest +0.01',
      'own/income/interest -0.01',
      'vehicle/interest +0.01',
      'vehicle/income/interest -0.01',
    ]);
    expectTyped(closing(scene, '2016-03-03'), 'HuabeiInterestAccrued');
  });

  it('interest of a statement is part of its minimum, and goes first', () => {
    const scene = closed(revolving(), '2016-03-01');
    // 540.00 and 5.40; the least is 54.00 and 5.40.
    expect(paid(scene, '2016-03-05', 'minimum')).toEqual({ ...none, interest: '5.40', principal: '54.00' });
    expectRefused(scene, repayCredit('2016-03-05', 'a', 'minimum'), 'NOTHING_TO_DO');
    expectRevolved(closing(scene, '2016-03-11'), '486.00');
    // 486.00 from 03-11 to 04-01: 22 days of 0.243.
    expect(statement(closing(scene, '2016-04-01'))).toEqual([
      said('a', '486.00', '5.34', '0.00', '53.94', '2016-04-10'),
    ]);
  });

  it('met whole: it passes in silence, and nothing bears', () => {
    const scene = billed();
    expect(paid(scene, '2016-02-10', 'due')).toEqual({ ...none, principal: '600.00' });
    expectTold(closing(scene, '2016-02-10'), 'huabei', [
      'HuabeiProvisioned',
      'own/expense/provision -0.12',
      'own/allowance +0.12',
    ]);
    expectTold(closing(scene, '2016-02-11'), 'huabei');
  });

  it('not met: all that is unpaid of it is overdue, bears a late fee and no interest', () => {
    const scene = billed();
    paid(scene, '2016-02-08', '59.99');
    const outcome = closing(scene, '2016-02-11');
    expect(moved(outcome)).toEqual([{ debt: 'a', from: 'current', to: '1-30', daysPastDue: 1 }]);
    // 0.05 % of 540.01.
    expectTyped(outcome, 'HuabeiInterestAccrued', ['own/late-fees +0.27', 'own/income/late-fee -0.27']);
    // It doesn't revolve later, though more than the least is paid.
    expect(paid(scene, '2016-02-12', '100.54')).toEqual({ ...none, late: '0.54', principal: '100.00' });
    expect(statement(closing(scene, '2016-03-01'))).toEqual([]);
    // 440.01 for 19 days are 4.180095; with 0.00001 from before.
    expect(paid(scene, '2016-03-02', 'all')).toEqual({ ...none, late: '4.18', principal: '440.01' });
  });

  it('interest of it unpaid, it is not met', () => {
    const scene = closed(revolving(), '2016-03-01');
    paid(scene, '2016-03-05', '5.39');
    expect(moved(closing(scene, '2016-03-11'))).toMatchObject([{ to: '1-30' }]);
  });

  it('interest or a fee of it unpaid, it is not met, though no principal need be paid', () => {
    const free = changePolicy('2016-02-12', 'huabei.minimumShare', '0%');
    const interest = closed(revolving().and(free), '2016-03-10');
    expect(moved(closing(interest, '2016-03-11'))).toMatchObject([{ to: '1-30' }]);
    const fee = daily(billed(), convert('2016-02-05', 'a', '600.00', 3), free);
    expect(moved(closing(fee, '2016-03-11'))).toMatchObject([{ to: '1-30' }]);
    // The fee of 5.00 is enough: 200.00 revolve.
    const met = daily(billed(), convert('2016-02-05', 'a', '600.00', 3), free);
    paid(met, '2016-03-10', 'minimum');
    expect(madeUp(met, 'HuabeiRepaid')).toEqual({ ...none, fee: '5.00' });
    expectRevolved(closing(met, '2016-03-11'), '200.00');
  });

  it('met, with a line that goes on to another bucket: what revolves is told first', () => {
    // 600.00 are overdue since 04-10; of 100.00 more, due 05-10, nothing need be paid. 31 days are past on 05-11.
    const scene = line(changePolicy('2016-05-01', 'huabei.minimumShare', '0%'));
    daily(scene, draw('2016-03-12', 'a', 'm', '600.00'), draw('2016-04-05', 'a', 'm', '100.00'));
    const outcome = closing(scene, '2016-05-11');
    const told = outcome.events.map(({ type }) => type).filter((type) => /Revolved|Arrears/.test(type));
    expect(told).toEqual(['HuabeiRevolved', 'HuabeiArrearsMoved']);
    expect(dataOf(outcome, 'HuabeiRevolved')).toEqual([{ holder: 'a', principal: '100.00 CNY' }]);
    expect(moved(outcome)).toEqual([{ debt: 'a', from: '1-30', to: '31-60', daysPastDue: 31 }]);
  });

  it('that a fact of the day after brings is not told again by the close of that day; it revolves all the same', () => {
    const scene = daily(
      billed(),
      repayCredit('2016-02-08', 'a', 'minimum'),
      draw('2016-02-11', 'a', 'm', '1.00'),
    );
    const outcome = closing(scene, '2016-02-11');
    expect(dataOf(outcome, 'HuabeiRevolved')).toEqual([]);
    expect(moved(outcome)).toEqual([]);
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '541.00', '5.40', '0.00', '59.50', '2016-03-10'),
    ]);
  });

  it('the revolving rate is that of the day on which it passes, and kept', () => {
    const scene = daily(billed(), repayCredit('2016-02-08', 'a', 'minimum'));
    closed(scene, '2016-02-09');
    scene.and(
      changePolicy('2016-02-10', 'huabei.revolvingRate', '0.04%'),
      changePolicy('2016-02-15', 'huabei.revolvingRate', '0.01%'),
    );
    // 20 days of 0.216.
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '540.00', '4.32', '0.00', '58.32', '2016-03-10'),
    ]);
  });

  it('what revolves is allocated anew by what each part has of the line’s principal', () => {
    const scene = revolving();
    scene.and(
      changePolicy('2016-02-12', 'huabei.ownFundingShare', '100%'),
      draw('2016-02-12', 'a', 'm', '100.00'),
    );
    closed(scene, '2016-02-12');
    // Own 110.80, partner 317.52, vehicle 211.68 of 640.00: of 540.00 93.49 (0.4875: .75), 267.91 (.75), 178.60 (.5).
    // Two days before: 1.08, 31.752, 21.168 cents; with the third 5.7545, 45.1475, 30.098.
    expectTyped(closing(scene, '2016-02-13'), 'HuabeiInterestAccrued', [
      'own/interest +0.04',
      'own/income/interest -0.04',
      'partner/interest +0.14',
      'partner/income/interest -0.14',
      'vehicle/interest +0.09',
      'vehicle/income/interest -0.09',
    ]);
  });

  it('what revolves is paid before what is unbilled, after the interest that has accrued', () => {
    const scene = revolving();
    scene.and(draw('2016-02-12', 'a', 'm', '100.00'));
    // Five days by the 15th: 1.35.
    expect(paid(scene, '2016-02-15', '541.35')).toEqual({ ...none, interest: '1.35', principal: '540.00' });
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '100.00', '0.00', '0.00', '10.00', '2016-03-10'),
    ]);
  });

  it('and paid whole: its fractions are dropped with the line’s principal', () => {
    const scene = revolving();
    expect(paid(scene, '2016-02-14', 'all')).toEqual({ ...none, interest: '1.08', principal: '540.00' });
    closed(scene, '2016-02-15');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|principal|late)/)).toEqual({});
    expectTold(closing(scene, '2016-02-16'), 'huabei');
  });
});

describe('minimum', () => {
  it('pays late fees, all that is overdue, and what is missing to the least of other dues', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    daily(scene, draw('2016-02-05', 'a', 'm', '100.00'));
    closed(scene, '2016-03-01');
    // 24 days of 0.30; 600.00; 10.00 of 100.00.
    expect(paid(scene, '2016-03-05', 'minimum')).toEqual({ ...none, late: '7.20', principal: '610.00' });
    expectRefused(scene, repayCredit('2016-03-05', 'a', 'minimum'), 'NOTHING_TO_DO');
    expectRevolved(closing(scene, '2016-03-11'), '90.00');
  });

  it('counts what has been paid already', () => {
    const scene = billed();
    paid(scene, '2016-02-05', '25.00');
    expect(paid(scene, '2016-02-06', 'minimum')).toEqual({ ...none, principal: '35.00' });
    const more = billed();
    paid(more, '2016-02-05', '60.01');
    expectRefused(more, repayCredit('2016-02-06', 'a', 'minimum'), 'NOTHING_TO_DO');
  });

  it('without a statement there is nothing', () => {
    expectRefused(line(draw(on, 'a', 'm', '1.00')), repayCredit(on, 'a', 'minimum'), 'NOTHING_TO_DO');
    expectRefused(line(draw(on, 'a', 'm', '1.00')), repayCredit(on, 'a', 'due'), 'NOTHING_TO_DO');
    expectRefused(line(), repayCredit(on, 'a', 'all'), 'NOTHING_TO_DO');
  });
});

describe('instalments', () => {
  it('turn principal of the statement into a plan: each later statement bills a part, with its fee', () => {
    const scene = billed();
    scene
      .when(convert('2016-02-05', 'a', '300.00', 3))
      .recorded({ holder: 'a', amount: '300.00 CNY', term: 3 })
      .gives('HuabeiConverted');
    expect(paid(scene, '2016-02-10', 'due')).toEqual({ ...none, principal: '300.00' });
    // The fee is 7.50.
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '100.00', '0.00', '2.50', '12.50', '2016-03-10'),
    ]);
    daily(scene, topUp('2016-03-10', 'a', '1.00'));
    expectTyped(scene.when(repayCredit('2016-03-10', 'a', 'due')), 'HuabeiRepaid', [
      'wallet:a +102.50',
      'reserve -102.50',
      // The fee is the lending company's, and income when it is paid.
      'own/cash +4.50',
      'own/income/instalment-fee -2.50',
      'own/principal-current:a -2.00',
      'partner/funds:bank-1 +58.80',
      'partner/principal-current:a -58.80',
      `vehicle/cash:${pool} +39.20`,
      'vehicle/principal-current:a -39.20',
    ]);
    expect(statement(closing(scene, '2016-04-01'))).toMatchObject([
      { principal: '100.00 CNY', fee: '2.50 CNY' },
    ]);
    paid(scene, '2016-04-10', 'due');
    expect(statement(closing(scene, '2016-05-01'))).toMatchObject([
      { principal: '100.00 CNY', fee: '2.50 CNY' },
    ]);
    paid(scene, '2016-05-10', 'due');
    expect(statement(closing(scene, '2016-06-01'))).toEqual([]);
    expect(principal(scene)).toBe(0n);
    expectHeld(scene, { 'own/income/instalment-fee': '7.50' });
  });

  it('parts are floored, the last has the rest, of the fee too', () => {
    const scene = billed();
    scene.and(convert('2016-02-05', 'a', '100.00', 3));
    const parts = ['2016-03-01', '2016-04-01', '2016-05-01'].map((day) => {
      paid(scene, `2016-0${Number(day.slice(5, 7)) - 1}-10`, 'due');
      const [each] = statement(closing(scene, day)) as readonly { principal: string; fee: string }[];
      return [each?.principal, each?.fee];
    });
    expect(parts).toEqual([
      ['33.33 CNY', '0.83 CNY'],
      ['33.33 CNY', '0.83 CNY'],
      ['33.34 CNY', '0.84 CNY'],
    ]);
  });

  it.each([
    // 4.99975, 8.99955, 12.99935 and 17.59912: 5.00, 9.00, 13.00, 17.60.
    [3, '66.66', '1.66'],
    [6, '33.33', '1.50'],
    [9, '22.22', '1.44'],
    [12, '16.66', '1.46'],
  ])('of 199.99 over %i months', (term, part, fee) => {
    const scene = billed();
    scene.and(convert('2016-02-05', 'a', '199.99', term));
    paid(scene, '2016-02-10', 'due');
    expect(statement(closing(scene, '2016-03-01'))).toMatchObject([
      { principal: `${part} CNY`, fee: `${fee} CNY` },
    ]);
  });

  it('the fee is at the rates of the conversion’s day', () => {
    const scene = billed();
    const rates = { '3-months': '10%', '6-months': '4.5%', '9-months': '6.5%', '12-months': '8.8%' };
    scene.and(
      changePolicy('2016-02-05', 'huabei.instalmentFeeRates', rates, { to: '2016-02-05' }),
      convert('2016-02-05', 'a', '300.00', 3),
      convert('2016-02-06', 'a', '300.00', 3),
    );
    // 10.00 and 2.50 a part.
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '200.00', '0.00', '12.50', '32.50', '2016-03-10'),
    ]);
  });

  it('what is converted is off what is billed, and the minimum at most what is unpaid', () => {
    const scene = billed().and(convert('2016-02-05', 'a', '580.00', 12));
    expect(paid(scene, '2016-02-06', 'minimum')).toEqual({ ...none, principal: '20.00' });
    const half = billed().and(convert('2016-02-05', 'a', '300.00', 12));
    expect(paid(half, '2016-02-06', 'minimum')).toEqual({ ...none, principal: '60.00' });
    // 60.00 are paid before; of 100.00 billed 40.00 are unpaid, and are the least: more is paid already.
    const before = billed();
    paid(before, '2016-02-05', '60.00');
    before.and(convert('2016-02-05', 'a', '500.00', 12));
    expectRefused(before, repayCredit('2016-02-06', 'a', 'minimum'), 'NOTHING_TO_DO');
    expectRevolved(closing(before, '2016-02-11'), '40.00');
  });

  it('a part of nothing counts as billed, and has no statement', () => {
    // 0.02 over three months: 0.00, 0.00, 0.02.
    const scene = billed().and(convert('2016-02-05', 'a', '0.02', 3));
    paid(scene, '2016-02-10', 'due');
    expect(statement(closing(scene, '2016-03-01'))).toEqual([]);
    expect(statement(closing(scene, '2016-04-01'))).toEqual([]);
    expect(statement(closing(scene, '2016-05-01'))).toEqual([
      said('a', '0.02', '0.00', '0.00', '0.00', '2016-05-10'),
    ]);
    paid(scene, '2016-05-10', 'due');
    expect(principal(scene)).toBe(0n);
  });

  it('paid early: the fees that are not yet billed are waived', () => {
    const scene = billed().and(convert('2016-02-05', 'a', '300.00', 3));
    paid(scene, '2016-02-10', 'due');
    closed(scene, '2016-03-01');
    expect(paid(scene, '2016-03-05', 'all')).toEqual({ ...none, fee: '2.50', principal: '300.00' });
    closed(scene, '2016-06-01');
    expectHeld(scene, { 'own/income/instalment-fee': '2.50' });
  });

  it('paid early in part: the last parts first; a part that is left is billed with its fee', () => {
    const billedAfter = (early: string): readonly unknown[] => {
      const scene = billed().and(convert('2016-02-05', 'a', '300.00', 3));
      paid(scene, '2016-02-10', 'due');
      paid(scene, '2016-02-20', early);
      return [2, 3, 4].map((month) => {
        const outcome = closing(scene, `2016-0${month + 1}-01`);
        const [each] = statement(outcome) as readonly { principal: string; fee: string }[];
        if (each !== undefined) paid(scene, `2016-0${month + 1}-10`, 'due');
        return each === undefined ? undefined : `${each.principal}, ${each.fee}`;
      });
    };
    expect(billedAfter('50.00')).toEqual([
      '100.00 CNY, 2.50 CNY',
      '100.00 CNY, 2.50 CNY',
      '50.00 CNY, 2.50 CNY',
    ]);
    expect(billedAfter('100.00')).toEqual(['100.00 CNY, 2.50 CNY', '100.00 CNY, 2.50 CNY', undefined]);
    expect(billedAfter('150.00')).toEqual(['100.00 CNY, 2.50 CNY', '50.00 CNY, 2.50 CNY', undefined]);
    expect(billedAfter('299.99')).toEqual(['0.01 CNY, 2.50 CNY', undefined, undefined]);
    expect(billedAfter('300.00')).toEqual([undefined, undefined, undefined]);
  });

  it('paid early: unbilled draws before plans, and the plan converted last before others', () => {
    const scene = billed();
    scene.and(convert('2016-02-05', 'a', '300.00', 3), convert('2016-02-05', 'a', '300.00', 6));
    daily(scene, draw('2016-02-20', 'a', 'm', '10.00'));
    // 10.00, and 250.00 of the second: 50.00 are left, one part of six.
    expect(paid(scene, '2016-02-21', '260.00')).toEqual({ ...none, principal: '260.00' });
    // 6-months: 13.50 of fee, 2.25 a part.
    expect(statement(closing(scene, '2016-03-01'))).toMatchObject([
      { principal: '150.00 CNY', fee: '4.75 CNY' },
    ]);
    paid(scene, '2016-03-10', 'due');
    expect(statement(closing(scene, '2016-04-01'))).toMatchObject([
      { principal: '100.00 CNY', fee: '2.50 CNY' },
    ]);
  });

  it('of more than is unpaid of the newest due that is not past: EXCEEDS_BILLED', () => {
    const scene = billed();
    expectRefused(scene, convert('2016-02-05', 'a', '600.01', 3), 'EXCEEDS_BILLED');
    paid(scene, '2016-02-05', '100.00');
    scene.when(convert('2016-02-05', 'a', '500.01', 3)).refused('EXCEEDS_BILLED', { detail: /500\.00 CNY/ });
    scene.and(convert('2016-02-05', 'a', '500.00', 3));
    expectRefused(scene, convert('2016-02-05', 'a', '0.01', 3), 'EXCEEDS_BILLED');
    // Nothing is billed yet.
    expectRefused(line(draw(on, 'a', 'm', '1.00')), convert(on, 'a', '1.00', 3), 'EXCEEDS_BILLED');
  });

  it('on the due day, but not after it', () => {
    const scene = daily(billed(), convert('2016-02-10', 'a', '600.00', 3));
    expectTyped(closing(scene, '2016-02-11'), 'HuabeiArrearsMoved');
    expectRefused(revolving(), convert('2016-02-12', 'a', '1.00', 3), 'EXCEEDS_BILLED');
  });

  it('not while something is overdue: CREDIT_OVERDUE, after EXCEEDS_BILLED', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    daily(scene, draw('2016-02-05', 'a', 'm', '100.00'));
    closed(scene, '2016-03-01');
    expectRefused(scene, convert('2016-03-05', 'a', '100.01', 3), 'EXCEEDS_BILLED');
    expectRefused(scene, convert('2016-03-05', 'a', '100.00', 3), 'CREDIT_OVERDUE');
    scene.and(repayCredit('2016-03-05', 'a', '607.20'), convert('2016-03-05', 'a', '100.00', 3));
  });

  it('at most a hundred at a time: TOO_MANY, after all else', () => {
    const scene = billed();
    for (let plans = 0; plans < 100; plans++) scene.and(convert('2016-02-05', 'a', '1.00', 3));
    expectRefused(scene, convert('2016-02-05', 'a', '500.01', 3), 'EXCEEDS_BILLED');
    expectRefused(scene, convert('2016-02-05', 'a', '1.00', 3), 'TOO_MANY');
    // The due, and one plan early.
    scene.and(repayCredit('2016-02-05', 'a', '499.00'));
    expectRefused(scene, convert('2016-02-05', 'a', '1.00', 3), 'TOO_MANY');
    const early = billed();
    for (let plans = 0; plans < 100; plans++) early.and(convert('2016-02-05', 'a', '1.00', 3));
    daily(early, draw('2016-02-05', 'a', 'm', '1.00'), repayCredit('2016-02-05', 'a', '502.00'));
    daily(early, draw('2016-02-06', 'a', 'm', '5.00'));
    closed(early, '2016-03-01');
    // The plan converted last was paid early: there is room for one.
    early.and(convert('2016-03-02', 'a', '1.00', 3));
    expectRefused(early, convert('2016-03-02', 'a', '1.00', 3), 'TOO_MANY');
  });

  it('of other terms: TERM_OUT_OF_RANGE', () => {
    for (const term of [0, 1, 4, 24])
      expectRefused(billed(), convert('2016-02-05', 'a', '1.00', term), 'TERM_OUT_OF_RANGE');
  });
});

describe('arrears', () => {
  it('an instalment fee goes before interest and principal, and counts as overdue', () => {
    const scene = billed().and(convert('2016-02-05', 'a', '600.00', 3));
    closed(scene, '2016-03-11');
    // 200.00 and 5.00 are overdue; the late fee is on principal alone: 0.10 a day, five days by the 15th.
    expect(paid(scene, '2016-03-15', '1.00')).toEqual({ ...none, late: '0.50', fee: '0.50' });
    expect(paid(scene, '2016-03-15', '5.00')).toEqual({ ...none, fee: '4.50', principal: '0.50' });
    expect(moved(closing(scene, '2016-03-15'))).toEqual([]);
    // 0.05 % of 199.50.
    expect(paid(scene, '2016-03-16', 'due')).toEqual({ ...none, late: '0.09', principal: '199.50' });
  });

  it('all principal of the line moves, also what is not due', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    daily(scene, draw('2016-02-05', 'a', 'm', '100.00'));
    expectTyped(closing(scene, '2016-02-11'), 'HuabeiArrearsMoved', [
      'own/principal-current:a -14.00',
      'own/principal-1-30:a +14.00',
      'partner/principal-current:a -411.60',
      'partner/principal-1-30:a +411.60',
      'vehicle/principal-current:a -274.40',
      'vehicle/principal-1-30:a +274.40',
    ]);
  });

  it('statements go on while something is overdue', () => {
    const scene = line(draw(on, 'a', 'm', '600.00'));
    daily(scene, draw('2016-02-05', 'a', 'm', '100.00'));
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '100.00', '0.00', '0.00', '10.00', '2016-03-10'),
    ]);
    expect(moved(closing(scene, '2016-03-11'))).toEqual([
      { debt: 'a', from: '1-30', to: '1-30', daysPastDue: 30 },
    ]);
  });

  it('at 180 days past due the line is written off, and draws no more', () => {
    const scene = overdue();
    closed(scene, '2016-08-07');
    // 02-10 and 180 days. A late fee of 0.30 for each.
    expectTyped(closing(scene, '2016-08-08'), 'HuabeiWrittenOffByAge', [
      'own/allowance +66.00',
      'own/principal-over-90:a -12.00',
      'own/late-fees -54.00',
      'partner/expense/credit-loss +352.80',
      'partner/principal-over-90:a -352.80',
      'vehicle/expense/credit-loss +235.20',
      'vehicle/principal-over-90:a -235.20',
    ]);
    expectRefused(scene, draw('2016-08-09', 'a', 'm', '1.00'), 'CREDIT_CLOSED');
    closed(scene, '2016-09-12');
    expect(scene.book.events.filter(({ type }) => type === 'HuabeiStatementIssued')).toHaveLength(1);
  });

  it('a line written off by age with draws not yet billed issues no statement, and its refunds go to the wallet', () => {
    const scene = line(changePolicy(on, 'huabei.writeOffAfterDays', 3), draw(on, 'a', 'm', '100.00'));
    daily(scene, pay('2016-02-05', 'P-1', 'a', 'm', '50.00', hb));
    closed(scene, '2016-02-13');
    expectHeld(scene, { 'own/principal-1-30:a': '0.00', 'partner/expense/credit-loss': '88.20' });
    expectTyped(scene.when(refund('2016-02-14', 'P-1')), 'PaymentRefunded', [
      'escrow +50.00',
      'wallet:a -50.00',
    ]);
    // 150.00 and 0.15 of late fees.
    expectRefused(scene, recoverCredit('2016-02-14', 'a', '150.16'), 'EXCEEDS_OWED');
    scene.and(recoverCredit('2016-02-14', 'a', '150.15'));
    expect(statement(closing(scene, '2016-03-01'))).toEqual([]);
  });
});

describe('a write-off by command', () => {
  it('takes all of the line, interest that has accrued too; recoveries are split by the losses', () => {
    // 540.00 revolve for four days: 1.08: 0.0216, 0.63504 and 0.42336: 0.02, 0.64 (.504), 0.42.
    const scene = closed(revolving(), '2016-02-13');
    scene.and(draw('2016-02-14', 'a', 'm', '10.00'));
    expectTyped(scene.when(writeOffCredit('2016-02-14', 'a')), 'HuabeiWrittenOff', [
      // Own 10.80 and 0.20.
      'own/allowance +11.02',
      'own/principal-current:a -11.00',
      'own/interest -0.02',
      'partner/expense/credit-loss +324.04',
      'partner/principal-current:a -323.40',
      'partner/interest -0.64',
      'vehicle/expense/credit-loss +216.02',
      'vehicle/principal-current:a -215.60',
      'vehicle/interest -0.42',
    ]);
    closed(scene, '2016-02-15');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|principal|late|allowance)/)).toEqual({});
    // 11.02, 324.04 and 216.02 of 551.08: of 100.00 1.9997, 58.8009, 39.1994.
    expectTyped(scene.when(recoverCredit('2016-02-16', 'a', '100.00')), 'HuabeiRecovered', [
      'wallet:a +100.00',
      'reserve -100.00',
      'own/cash +2.00',
      'own/expense/provision -2.00',
      'partner/funds:bank-1 +58.80',
      'partner/expense/credit-loss -58.80',
      `vehicle/cash:${pool} +39.20`,
      'vehicle/expense/credit-loss -39.20',
    ]);
    expectRefused(scene, recoverCredit('2016-02-16', 'a', '451.09'), 'EXCEEDS_OWED');
  });

  it('ends the line: CREDIT_CLOSED for all but recoveries', () => {
    const scene = line(draw(on, 'a', 'm', '1.00'), writeOffCredit(on, 'a'));
    for (const each of [
      draw(on, 'a', 'm', '1.00'),
      repayCredit(on, 'a', 'all'),
      convert(on, 'a', '1.00', 3),
      writeOffCredit(on, 'a'),
    ])
      expectRefused(scene, each, 'CREDIT_CLOSED');
    expectRefused(scene, openLine(on, 'a'), 'CREDIT_LINE_EXISTS');
  });

  it('of a line that owes nothing: NOTHING_TO_DO; of a late fee alone it is one', () => {
    expectRefused(line(), writeOffCredit(on, 'a'), 'NOTHING_TO_DO');
    const repaid = line(draw(on, 'a', 'm', '1.00'), repayCredit(on, 'a', 'all'));
    expectRefused(repaid, writeOffCredit(on, 'a'), 'NOTHING_TO_DO');
    const fee = line(pay(on, 'P-1', 'a', 'm', '600.00', hb), confirm(on, 'P-1'), topUp(on, 'm', '10.00'));
    closed(fee, '2016-02-11');
    daily(fee, refund('2016-02-12', 'P-1'));
    expectTyped(fee.when(writeOffCredit('2016-02-12', 'a')), 'HuabeiWrittenOff', [
      'own/allowance +0.60',
      'own/late-fees -0.60',
    ]);
  });
});

describe('the pool of a line that revolves', () => {
  /** What a month's settlement pays, and the notes that stay after it. */
  const settled = (scene: Scene, day: string) => {
    const [data] = dataOf(closing(scene, day), 'HuabeiPoolSettled') as readonly Record<string, string>[];
    const { service, seniorInterest, senior, subordinated, excess } = data ?? {};
    const found = [service, seniorInterest, senior, subordinated, excess];
    const notes = {
      senior: sumHeld(scene, /^vehicle\/senior:/),
      subordinated: sumHeld(scene, /^vehicle\/sub/),
    };
    expect(sumHeld(scene, /^own\/retained:/)).toBe(notes.subordinated);
    return {
      paid: found.map((text) => text?.replace(' CNY', '')).join(' '),
      stay: `${notes.senior} + ${notes.subordinated}`,
      owed: sumHeld(scene, /^vehicle\/principal-/),
    };
  };

  it('repays senior notes down to their share of what is owed first, month by month, through draws and repayments: subordinated ones bear what is short', () => {
    // Amounts in cents after a month: service fee, senior interest, senior and subordinated notes, excess; then the notes.
    const scene = line(draw(on, 'a', 'm', '600.00'));
    // 600.00: 235.20. Nothing is collected. 19 days: 12.24 and 49.59 cents are owed.
    expect(settled(scene, '2016-01-31')).toEqual({
      paid: '0.00 0.00 0.00 0.00 0.00',
      stay: '21168 + 2352',
      owed: 23520n,
    });
    // 60.00: 23.52; 300.00: 117.60. 20 days of 235.20 and 9 of 352.80; 21.82 are left where notes exceed by 23.52.
    daily(scene, repayCredit('2016-02-08', 'a', 'minimum'), draw('2016-02-20', 'a', 'm', '300.00'));
    expect(settled(scene, '2016-02-29')).toEqual({
      // 329.28 are owed, of which 32.93 (.928) are subordinated: 296.35 senior ones stay.
      paid: '0.33 1.37 21.17 0.65 0.00',
      stay: '29635 + 3463',
      owed: 32928n,
    });
    // 5.40, of which 2.12, and 84.00, of which 32.93 (.928); 200.00: 78.40. 33.52 are left of 34.63.
    daily(scene, repayCredit('2016-03-05', 'a', 'minimum'), draw('2016-03-20', 'a', 'm', '200.00'));
    expect(settled(scene, '2016-03-31')).toEqual({
      // 374.75 are owed, of which 37.48 (.475, to even) are subordinated: 337.27 senior ones stay.
      paid: '0.31 1.22 29.64 3.88 0.00',
      stay: '33727 + 3859',
      owed: 37475n,
    });
    // 756.00 revolved for 22 days: 8.31, of which 3.26. All of it is paid, 374.75 of principal; 500.00: 196.00.
    daily(scene, repayCredit('2016-04-08', 'a', 'due'), draw('2016-04-20', 'a', 'm', '500.00'));
    expect(settled(scene, '2016-04-30')).toEqual({
      // Of 376.18 that are left 375.86 are repaid: what was short is made good, and 0.32 are the lending company's.
      paid: '0.36 1.47 337.27 38.59 0.32',
      stay: '17640 + 1960',
      owed: 19600n,
    });
    expectHeld(scene, { 'own/income/retained-income': '0.32', [`vehicle/cash:${pool}`]: '0.00' });
  });
});

describe('codes', () => {
  it('are asked in the order of the page', () => {
    const page = readFileSync(new URL('../../docs/segments/huabei.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('\n## Codes');
    const [asked = ''] = (section.split('\n## ')[0] ?? '').split('(`LENDING_SHORT`');
    const named = [...asked.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
    expect(named).toHaveLength(15);
    expect(inStages(named)).toBe(true);
  });

  it('BEFORE_LATEST: draws, payments, refunds and conversions count; whatever else is wrong', () => {
    const early = '2016-02-04';
    const late = '2016-02-05';
    for (const latest of [
      draw(late, 'a', 'm', '1.00'),
      repayCredit(late, 'a', '1.00'),
      convert(late, 'a', '1.00', 3),
      pay(late, 'P-1', 'a', 'm', '1.00', hb),
      refund(late, 'P-0'),
    ]) {
      const scene = line(
        pay(on, 'P-0', 'a', 'm', '100.00', hb),
        confirm(on, 'P-0'),
        topUp(on, 'm', '5.00'),
        latest,
      );
      for (const each of [
        openLine(early, 'a'),
        draw(early, 'a', 'a', '9999.00'),
        repayCredit(early, 'a', '9999.00'),
        convert(early, 'a', '9999.00', 3),
        writeOffCredit(early, 'a'),
        recoverCredit(early, 'a', '1.00'),
        pay(early, 'P-2', 'a', 'm', '1.00', hb),
      ])
        expectRefused(scene, each, 'BEFORE_LATEST');
    }
  });

  it('CREDIT_LINE_UNKNOWN', () => {
    for (const each of [
      draw(on, 'b', 'm', '1.00'),
      repayCredit(on, 'b', 'all'),
      convert(on, 'b', '1.00', 3),
      writeOffCredit(on, 'b'),
      recoverCredit(on, 'b', '1.00'),
    ])
      expectRefused(line(), each, 'CREDIT_LINE_UNKNOWN');
  });

  it('UNKNOWN_ENTITY, TERM_OUT_OF_RANGE before all that depends on the book', () => {
    expectRefused(
      given(),
      command(on, 'contributeCapital', { entity: 'x', amount: '1.00 CNY' }),
      'UNKNOWN_ENTITY',
    );
    expectRefused(given(), convert(on, 'nobody', '1.00', 5), 'TERM_OUT_OF_RANGE');
  });

  it('NOT_WRITTEN_OFF', () => {
    expectRefused(line(draw(on, 'a', 'm', '1.00')), recoverCredit(on, 'a', '9999.00'), 'NOT_WRITTEN_OFF');
  });

  it('EXCEEDS_OWED: by interest that has accrued and a late fee, to the cent', () => {
    const scene = revolving();
    // Of the 12th: two days of 0.27.
    scene
      .when(repayCredit('2016-02-12', 'a', '540.55'))
      .refused('EXCEEDS_OWED', { detail: /540\.54 CNY is owed/ });
    scene.when(repayCredit('2016-02-12', 'a', '540.54')).accepted();
    const late = overdue();
    expectRefused(late, repayCredit('2016-02-12', 'a', '600.61'), 'EXCEEDS_OWED');
    late.when(repayCredit('2016-02-12', 'a', '600.60')).accepted();
  });

  it('INSUFFICIENT_FUNDS', () => {
    const scene = billed().and(withdraw('2016-02-02', 'a', '999999.99'));
    expectRefused(scene, repayCredit('2016-02-02', 'a', '0.02'), 'INSUFFICIENT_FUNDS');
    expectRefused(scene, repayCredit('2016-02-02', 'a', 'minimum'), 'INSUFFICIENT_FUNDS');
    expectRefused(scene, repayCredit('2016-02-02', 'a', '600.01'), 'EXCEEDS_OWED');
    scene.and(repayCredit('2016-02-02', 'a', '0.01'));
    scene.and(writeOffCredit('2016-02-02', 'a'));
    expectRefused(scene, recoverCredit('2016-02-02', 'a', '1.00'), 'INSUFFICIENT_FUNDS');
  });
});

describe('reversal', () => {
  it('of capital; of nothing else of its own: NOT_REVERSIBLE', () => {
    const scene = billed().and(
      capital('2016-02-02', 'huabei', '1.00'),
      openLine('2016-02-02', 'b'),
      draw('2016-02-02', 'a', 'm', '1.00'),
      convert('2016-02-02', 'a', '300.00', 3),
      repayCredit('2016-02-02', 'a', '1.00'),
      writeOffCredit('2016-02-02', 'a'),
      recoverCredit('2016-02-02', 'a', '1.00'),
    );
    for (const type of ['LineOpened', 'Drawn', 'Repaid', 'Converted', 'WrittenOff', 'Recovered'])
      scene
        .whenOf(`Huabei${type}`, (revision) => reverse('2016-02-02', revision))
        .refused('NOT_REVERSIBLE', { value: `Huabei${type}` });
    scene
      .whenOf('HuabeiCapitalContributed', (revision) => reverse('2016-02-02', revision))
      .gives('Reversed: huabei/cash -1.00 · huabei/capital +1.00');
  });

  it('of a payment on credit takes it off the line, in the parts in which it was drawn', () => {
    const scene = line(
      draw(on, 'a', 'm', '100.00'),
      changePolicy('2016-01-13', 'huabei.ownFundingShare', '100%'),
      pay('2016-01-13', 'P-1', 'a', 'm', '50.00', hb),
    );
    const before = held(line(draw(on, 'a', 'm', '100.00')));
    expectTyped(
      scene.whenOf('PaymentInitiated', (revision) => reverse('2016-01-14', revision)),
      'Reversed',
      ['reserve -50.00', 'escrow +50.00', 'own/principal-current:a -50.00', 'own/cash +50.00'],
    );
    expect(held(scene)).toEqual(before);
    // Its amount can be drawn again, and is not billed.
    expectRefused(scene, draw('2016-01-14', 'a', 'm', '900.01'), 'CREDIT_LIMIT_EXCEEDED');
    expect(statement(closing(scene, '2016-02-01'))).toMatchObject([{ principal: '100.00 CNY' }]);
  });

  it('of an instant one takes the merchant fee back, too', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', instant));
    scene.andOf('PaymentInitiated', (revision) => reverse(on, revision));
    expectHeld(scene, { 'own/income/merchant-fee': '0.00', 'own/cash': '100000.00', 'wallet:m': '0.00' });
    expect(heldIn(scene, /principal|senior|subordinated|retained|funds/)).toEqual({});
    // The id is free again.
    scene.and(pay(on, 'P-1', 'a', 'm', '1.00', hb));
  });

  it('of one of which the line no longer owes as much, or not in the current bucket, does not fit', () => {
    const repaid = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), repayCredit(on, 'a', '0.50'));
    repaid
      .whenOf('PaymentInitiated', (revision) => reverse(on, revision))
      .refused('REVERSAL_DOES_NOT_FIT', { detail: /LENDING_SHORT/ });
    repaid.and(draw(on, 'a', 'm', '0.50'));
    repaid.andOf('PaymentInitiated', (revision) => reverse(on, revision));
    expect(principal(repaid)).toBe(0n);
  });

  it('of one takes from what is unbilled, then from what revolves, as a refund does', () => {
    const scene = revolving();
    daily(scene, pay('2016-02-12', 'P-1', 'a', 'm', '100.00', hb));
    // 540.00 and 60.00 of the 100.00 are paid, with 0.54 of interest; 500.00 are drawn again, so that 540.00 are unbilled.
    scene.and(repayCredit('2016-02-12', 'a', '600.54'), draw('2016-02-12', 'a', 'm', '500.00'));
    scene.andOf('PaymentInitiated', (revision) => reverse('2016-02-12', revision));
    expect(statement(closing(scene, '2016-03-01'))).toEqual([
      said('a', '440.00', '0.00', '0.00', '44.00', '2016-03-10'),
    ]);
  });

  it('not dated before the line’s latest fact: BEFORE_LATEST', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), repayCredit('2016-01-20', 'a', '1.00'));
    scene.whenOf('PaymentInitiated', (revision) => reverse('2016-01-19', revision)).refused('BEFORE_LATEST');
  });

  it('of a refund that the line got, not once it is written off: CREDIT_CLOSED', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), refund('2016-01-13', 'P-1', '30.00'));
    scene.and(writeOffCredit('2016-01-14', 'a'));
    scene.whenOf('PaymentRefunded', (revision) => reverse('2016-01-14', revision)).refused('CREDIT_CLOSED');
  });

  it('of a refund is a draw of the same parts, unbilled', () => {
    const scene = line(pay(on, 'P-1', 'a', 'm', '100.00', hb), confirm(on, 'P-1'), topUp(on, 'm', '5.00'));
    closed(scene, '2016-02-01');
    daily(scene, refund('2016-02-02', 'P-1', '30.00'));
    expectTyped(
      scene.whenOf('PaymentRefunded', (revision) => reverse('2016-02-03', revision)),
      'Reversed',
      [
        'wallet:m -29.82',
        'merchant-fee -0.18',
        'own-cash +0.18',
        'reserve +29.82',
        'own/cash -0.60',
        'own/principal-current:a +0.60',
        'partner/funds:bank-1 -17.64',
        'partner/principal-current:a +17.64',
        `vehicle/cash:${pool} -11.76`,
        'vehicle/principal-current:a +11.76',
      ],
    );
    // 70.00 are due, 30.00 are not.
    expect(paid(scene, '2016-02-05', 'due')).toEqual({ ...none, principal: '70.00' });
    expect(statement(closing(scene, '2016-03-01'))).toMatchObject([{ principal: '30.00 CNY' }]);
  });
});

describe('what-ifs', () => {
  const lines: readonly Command[] = [
    changePolicy(on, 'payments.floatRate', '0%'), // 1
    capital(on, 'huabei', '100000.00'), // 2
    rich(on, 'a'), // 3
    openLine(on, 'a'), // 4
    draw(on, 'a', 'm', '300.00'), // 5
    pay(on, 'P-1', 'a', 'm', '400.00', hb), // 6
    confirm('2016-01-13', 'P-1'), // 7
    convert('2016-02-05', 'a', '600.00', 3), // 8
    repayCredit('2016-02-08', 'a', '100.00'), // 9
    repayCredit('2016-03-08', 'a', 'due'), // 10
    openLine('2016-03-08', 'b'), // 11
    draw('2016-03-09', 'b', 'm', '500.00'), // 12
    writeOffCredit('2016-03-20', 'b'), // 13
    topUp('2016-03-21', 'b', '50.00'), // 14
    recoverCredit('2016-03-21', 'b', '50.00'), // 15
    repayCredit('2016-04-02', 'a', 'all'), // 16
  ];
  const base = recordOf(lines, '2016-04-03');

  it('without overrides, the record', () => {
    expectSame(base);
    // 700.00 and two fees of 5.00.
    expect(varied(base, {}).held['wallet:a']).toBe('999290.00');
  });

  it('a draw above another limit is a divergence with its code, and what it would have bought is not there', () => {
    const tight = varied(base, { 'huabei.limits': everyTier('299.99 CNY') });
    expect(tight.divergences.slice(0, 2)).toEqual([
      [5, 'skip', 'CREDIT_LIMIT_EXCEEDED'],
      [6, 'skip', 'CREDIT_LIMIT_EXCEEDED'],
    ]);
    expect(tight.held['wallet:m']).toBeUndefined();
  });

  it('a payment on credit, too, and what follows on it is skipped with it; later facts clamp to what is billed and owed', () => {
    const less = varied(base, { 'huabei.limits': everyTier('500.00 CNY') });
    expect(less.divergences).toEqual([
      [6, 'skip', 'CREDIT_LIMIT_EXCEEDED'],
      [7, 'skip', 'DEPENDS_ON_SKIPPED'],
      // 300.00 of 600.00; then nothing is due but the plan.
      [8, 'clamp', 'EXCEEDS_BILLED'],
    ]);
    // 300.00, and 7.50 of fees, of which what is not yet billed on 04-02 is waived: 100.00 are paid before any is billed.
    expect(less.held['wallet:a']).toBe('999695.00');
  });

  it('other fees: the same draws, other dues', () => {
    const rates = { '3-months': '10%', '6-months': '4.5%', '9-months': '6.5%', '12-months': '8.8%' };
    const dear = varied(base, { 'huabei.instalmentFeeRates': rates, 'huabei.merchantFeeRate': '1%' });
    expect(dear.divergences).toEqual([]);
    // Two fees of 20.00.
    expect(dear.held['wallet:a']).toBe('999260.00');
    // 300.00, 400.00 and 500.00, less 1 % and payments' 2.40.
    expect(dear.held['wallet:m']).toBe('1185.60');
  });

  it('a payment clamps to what is owed', () => {
    const base2 = recordOf([...lines.slice(0, 6), repayCredit('2016-01-15', 'a', '600.00')], '2016-01-16');
    const less = varied(base2, { 'huabei.limits': everyTier('500.00 CNY') });
    expect(less.divergences).toEqual([
      [6, 'skip', 'CREDIT_LIMIT_EXCEEDED'],
      [7, 'clamp', 'EXCEEDS_OWED'],
    ]);
    expect(less.held['wallet:a']).toBe('999700.00');
  });

  it('a line that a close has written off is not written off again; its draws are skipped', () => {
    const lost = recordOf(
      [
        ...lines.slice(0, 5),
        repayCredit('2016-03-01', 'a', 'all'),
        draw('2016-03-02', 'a', 'm', '1.00'),
        writeOffCredit('2016-03-03', 'a'),
      ],
      '2016-03-04',
    );
    const hard = varied(lost, { 'huabei.writeOffAfterDays': 10 });
    expect(hard.divergences).toEqual([
      [6, 'skip', 'CREDIT_CLOSED'],
      [7, 'skip', 'CREDIT_CLOSED'],
      [8, 'skip', 'CREDIT_CLOSED'],
    ]);
  });
});
