/** jiebei, point by point as its page settles it (docs/segments/jiebei.md). What lines that lend share is tested in tests/lending. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { loans } from '../../src/segments/jiebei/loans.ts';
import { inStages } from '../support/codes.ts';
import { changePolicy, closeDay, command, reverse, topUp, withdraw } from '../support/commands.ts';
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
  type Method,
  madeUp,
  open,
  recordOf,
  recover,
  repay,
  restructure,
  rich,
  scoring,
  varied,
  writeOff,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-03-01';
const day = '2016-03-02';

/** `approved`, or why a loan was declined. */
const decided = ({ book }: Scene, loan: string): string | undefined => {
  const row = book.state.row(loans.table, loan);
  return row?.status === 'declined' ? `declined: ${row.declined}` : row?.status;
};

/** On 2 March a and b, and whoever topped up on 1 March, have a score of 350 and six points for each per cent of a share. */
const scored = (share: number, ...commands: readonly Command[]): Scene =>
  closed(
    given(
      changePolicy(on, 'payments.floatRate', '0%'),
      ...scoring(on, share),
      rich(on, 'a'),
      rich(on, 'b'),
      ...commands,
    ),
    on,
  );

const funded = (from: string, ...commands: readonly Command[]): Scene =>
  given(...open(from), capital(from, 'jiebei', '100000.00'), rich(from, 'a'), rich(from, 'b'), ...commands);

describe('an application', () => {
  it('is a fact without postings, decided at once', () => {
    const scene = scored(34);
    expectTold(scene.when(apply(day, 'L-1', 'a', '3000.00', { term: 12, method: 'annuity' })), 'jiebei', [
      'JiebeiLoanApplied',
    ]);
    expect(decided(scene, 'L-1')).toBe('approved');
  });

  it('without a score is declined: the limit of its tier is zero; that is no error', () => {
    const scene = given();
    scene.when(apply(day, 'L-1', 'a', '0.01')).gives('JiebeiLoanApplied');
    expect(decided(scene, 'L-1')).toBe('declined: score');
  });

  it.each([
    [0, '0.00', '0.01', 'declined: score'],
    [34, '3000.00', '3000.01', 'declined: limit'],
    [42, '10000.00', '10000.01', 'declined: limit'],
    [50, '30000.00', '30000.01', 'declined: limit'],
    [59, '100000.00', '100000.01', 'declined: limit'],
  ])('goes by the limit of the tier: %i %% of the points, %s', (share, limit, above, reason) => {
    const scene = scored(share).and(apply(day, 'L-2', 'b', above));
    expect(decided(scene, 'L-2')).toBe(reason);
    if (limit === '0.00') return;
    scene.and(apply(day, 'L-1', 'a', limit));
    expect(decided(scene, 'L-1')).toBe('approved');
  });

  it('counts what is outstanding and what is approved and not paid out', () => {
    const scene = scored(34).and(
      apply(day, 'L-1', 'a', '1000.00'),
      ...lend(day, 'L-2', 'a', '1500.00'),
      apply(day, 'L-3', 'a', '500.01'),
      apply(day, 'L-4', 'a', '500.00'),
      apply(day, 'L-5', 'a', '0.01'),
      apply(day, 'L-6', 'b', '3000.00'),
    );
    expect(['L-3', 'L-4', 'L-5', 'L-6'].map((loan) => decided(scene, loan))).toEqual([
      'declined: limit',
      'approved',
      'declined: limit',
      'approved',
    ]);
  });

  it('does not count what was repaid, written off, or taken back', () => {
    const scene = scored(34).and(...lend(day, 'L-1', 'a', '3000.00'), repay(day, 'L-1', '1000.00'));
    const decide = (loan: string, principal: string): string | undefined => {
      scene.and(apply(day, loan, 'a', principal));
      return decided(scene, loan);
    };
    expect(decide('L-2', '1000.01')).toBe('declined: limit');
    expect(decide('L-3', '1000.00')).toBe('approved');
    scene.andOf('JiebeiLoanApplied', (revision) => reverse(day, revision));
    expect(decided(scene, 'L-3')).toBeUndefined();
    expect(decide('L-3', '1000.00')).toBe('approved');
    scene.and(writeOff(day, 'L-1'));
    expect(decide('L-4', '2000.01')).toBe('declined: limit');
    expect(decide('L-5', '2000.00')).toBe('approved');
  });

  it('does not count what a debt written off by age had', () => {
    const scene = scored(34, changePolicy(on, 'jiebei.writeOffAfterDays', 5));
    daily(scene, ...lend(day, 'L-1', 'a', '3000.00'), apply('2016-04-08', 'L-2', 'a', '3000.00'));
    expect(decided(scene, 'L-1')).toBe('written-off');
    expect(decided(scene, 'L-2')).toBe('approved');
  });

  it('counts interest that became principal', () => {
    // 40 days of 0.05 % of 1000.00.
    const scene = scored(34);
    daily(scene, ...lend(day, 'L-1', 'a', '1000.00'), restructure('2016-04-11', 'L-1', 2, 'bullet'));
    daily(scene, apply('2016-04-11', 'L-2', 'a', '1980.01'), apply('2016-04-11', 'L-3', 'a', '1980.00'));
    expect([decided(scene, 'L-2'), decided(scene, 'L-3')]).toEqual(['declined: limit', 'approved']);
  });

  it('keeps its decision, whatever the limit is later', () => {
    const scene = scored(34).and(
      apply(day, 'L-1', 'a', '3000.00'),
      apply(day, 'L-2', 'b', '3000.01'),
      changePolicy('2016-03-03', 'jiebei.limits', everyTier('1.00 CNY')),
    );
    scene.and(disburse('2016-03-03', 'L-1'));
    scene.and(changePolicy('2016-03-04', 'jiebei.limits', everyTier('9000.00 CNY')));
    expectRefused(scene, disburse('2016-03-04', 'L-2'), 'LOAN_NOT_APPROVED');
  });
});

describe('the price', () => {
  /** Interest of ten days on 1000.00. */
  const interestAt = (share: number): string => {
    const scene = scored(share, changePolicy(on, 'jiebei.limits', everyTier('1000.00 CNY')));
    scene.and(...lend(day, 'L-1', 'a', '1000.00'), repay('2016-03-12', 'L-1', 'all'));
    return madeUp(scene, 'JiebeiLoanRepaid').interest;
  };

  it('is that of the tier: the highest step that is not above the score', () => {
    expect([0, 33.33, 33.34, 41.66, 41.67, 49.99, 50, 58.33, 58.34].map(interestAt)).toEqual([
      '6.00', // 350
      '6.00', // 549
      '5.00', // 550
      '5.00', // 599
      '4.50', // 600
      '4.50', // 649
      '4.00', // 650
      '4.00', // 699
      '3.00', // 700
    ]);
  });

  it('of who has no score is the highest', () => {
    const scene = given(rich(day, 'a'), changePolicy(day, 'jiebei.limits', everyTier('1000.00 CNY')));
    scene.and(...lend(day, 'L-1', 'a', '1000.00'), repay('2016-03-12', 'L-1', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid').interest).toBe('6.00');
  });

  it('is that of the application’s day, for the loan’s life', () => {
    const scene = scored(34).and(
      apply(day, 'L-1', 'a', '1000.00'),
      changePolicy('2016-03-03', 'jiebei.prices', everyTier('0.01%')),
      disburse('2016-03-03', 'L-1'),
      repay('2016-03-13', 'L-1', 'all'),
    );
    expect(madeUp(scene, 'JiebeiLoanRepaid').interest).toBe('5.00');
  });
});

describe('schedules', () => {
  const begin = '2016-01-31';

  /** Pays what is due on each day: interest and principal. */
  function paidOn(
    method: Method,
    term: number,
    days: readonly string[],
    rate = '0.05%',
    principal = '1000.00',
  ) {
    const scene = given(
      ...open(begin, rate),
      capital(begin, 'jiebei', '100000.00'),
      rich(begin, 'a'),
      ...lend(begin, 'L-1', 'a', principal, { term, method }),
    );
    const found = days.map((each) => {
      daily(scene, repay(each, 'L-1', 'due'));
      const paid = madeUp(scene, 'JiebeiLoanRepaid');
      return [paid.interest, paid.principal];
    });
    expectRefused(scene, repay(days.at(-1) ?? begin, 'L-1', '0.01'), 'LOAN_CLOSED');
    closed(scene, '2016-06-01');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal|allowance)/)).toEqual({});
    expectHeld(scene, { 'own/income/late-fee': '0.00' });
    expect(scene.book.events.some(({ type }) => type === 'JiebeiArrearsMoved')).toBe(false);
    return found;
  }

  it('annuity: the page’s example, on the last day of months that have no 31st', () => {
    expect(paidOn('annuity', 3, ['2016-02-29', '2016-03-31', '2016-04-30'])).toEqual([
      ['14.50', '328.83'],
      ['10.40', '332.93'],
      ['5.07', '338.24'],
    ]);
  });

  it('annuity without interest: P / n, half to even, the last has the rest', () => {
    expect(paidOn('annuity', 3, ['2016-02-29', '2016-03-31', '2016-04-30'], '0%')).toEqual([
      ['0.00', '333.33'],
      ['0.00', '333.33'],
      ['0.00', '333.34'],
    ]);
    expect(paidOn('annuity', 3, ['2016-02-29', '2016-03-31', '2016-04-30'], '0%', '2.00')).toEqual([
      ['0.00', '0.67'],
      ['0.00', '0.67'],
      ['0.00', '0.66'],
    ]);
  });

  it('equal-principal: floor(P / n) each, the last has the rest', () => {
    // 1000.00 for 29 days; 666.67 for 31: 10.333; 333.34 for 30: 5.0001, with 0.0034.
    expect(paidOn('equal-principal', 3, ['2016-02-29', '2016-03-31', '2016-04-30'])).toEqual([
      ['14.50', '333.33'],
      ['10.33', '333.33'],
      ['5.00', '333.34'],
    ]);
  });

  it('interest-only: all principal on the last', () => {
    expect(paidOn('interest-only', 3, ['2016-02-29', '2016-03-31', '2016-04-30'])).toEqual([
      ['14.50', '0.00'],
      ['15.50', '0.00'],
      ['15.00', '1000.00'],
    ]);
  });

  it('bullet: one due day, n months on', () => {
    expect(paidOn('bullet', 3, ['2016-04-30'])).toEqual([['45.00', '1000.00']]);
    expect(paidOn('bullet', 1, ['2016-02-29'])).toEqual([['14.50', '1000.00']]);
  });

  it('begin on the day of the payment out, not of the application', () => {
    const scene = funded(begin, apply(begin, 'L-1', 'a', '1000.00', { term: 2, method: 'equal-principal' }));
    daily(scene, disburse('2016-02-10', 'L-1'));
    expectRefused(scene, repay('2016-03-09', 'L-1', 'due'), 'NOTHING_TO_DO');
    daily(scene, repay('2016-03-10', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '14.50', principal: '500.00' });
  });

  it('of the shortest and the longest term', () => {
    const scene = funded(
      begin,
      ...lend(begin, 'L-1', 'a', '600.00', { term: 60, method: 'equal-principal' }),
    );
    scene.and(repay('2016-02-29', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ principal: '10.00' });
    const row = scene.book.state.row(loans.table, 'L-1');
    expect(row?.planned).toHaveLength(59);
  });

  it('interest that is charged is by what is outstanding, not by plan', () => {
    // 500.00 are paid early, with the interest of ten days: 5.00. 19 days of 500.00 are 4.75.
    const scene = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' }));
    daily(scene, repay('2016-02-10', 'L-1', '505.00'), repay('2016-02-29', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '4.75', principal: '328.83' });
  });
});

describe('paying out', () => {
  it('the entry of the page’s example', () => {
    expectTyped(
      given(...open('2016-01-31'), apply('2016-01-31', 'L-1', 'a', '1000.00')).when(
        disburse('2016-01-31', 'L-1'),
      ),
      'JiebeiLoanDisbursed',
      [
        'reserve +1000.00',
        'wallet:a -1000.00',
        'own/principal-current:a +20.00',
        'own/retained:jiebei-2016-01 +39.20',
        'own/cash -59.20',
        'partner/principal-current:a +588.00',
        'partner/funds:bank-1 -588.00',
        'vehicle/principal-current:a +392.00',
        'vehicle/senior:jiebei-2016-01 -352.80',
        'vehicle/subordinated:jiebei-2016-01 -39.20',
      ],
    );
  });

  it('and the first payment’s: interest 14.50, principal 328.83', () => {
    const scene = daily(
      funded('2016-01-31', ...lend('2016-01-31', 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' })),
      topUp('2016-02-29', 'a', '1.00'),
    );
    // 0.29, 8.526 and 5.684; 6.5766, 193.35204 and 128.90136. Of 8.53 30 % are 2.559.
    expectTyped(scene.when(repay('2016-02-29', 'L-1', '343.33')), 'JiebeiLoanRepaid', [
      'wallet:a +343.33',
      'reserve -343.33',
      'own/cash +6.87',
      'own/interest -0.29',
      'own/principal-current:a -6.58',
      'partner/funds:bank-1 +199.32',
      'partner/expense/service-fee +2.56',
      'partner/interest -8.53',
      'partner/principal-current:a -193.35',
      'own-cash +2.56',
      'technology-service -2.56',
      'vehicle/cash:jiebei-2016-01 +134.58',
      'vehicle/interest -5.68',
      'vehicle/principal-current:a -128.90',
    ]);
  });
});

describe('a prepayment', () => {
  const begin = '2016-01-31';
  const annuity = (): Scene =>
    funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' }));

  it('takes from the last due backward: the level stays, the term shortens', () => {
    // 5.00 of interest, and 400.00: the last due's 338.24 and 61.76 of the second's 332.93.
    const scene = daily(annuity(), repay('2016-02-10', 'L-1', '405.00'), repay('2016-02-29', 'L-1', 'due'));
    // 19 days of 600.00.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '5.70', principal: '328.83' });
    // 31 days of 271.17 are 4.2031.
    daily(scene, repay('2016-03-31', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '4.20', principal: '271.17' });
    expectRefused(scene, repay('2016-03-31', 'L-1', '0.01'), 'LOAN_CLOSED');
  });

  it('of all is the end', () => {
    const scene = daily(annuity(), repay('2016-02-10', 'L-1', 'all'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '5.00', principal: '1000.00' });
    expectRefused(scene, repay('2016-02-10', 'L-1', 'all'), 'LOAN_CLOSED');
  });

  it('of all that is not yet due makes what is left due whole', () => {
    // On the first due day: 671.17 are not yet due. Paid early but for the dues, which are not paid first: they are.
    const scene = daily(annuity(), repay('2016-02-29', 'L-1', '1014.49'));
    // 0.01 of principal is left, of the second due.
    daily(scene, repay('2016-03-31', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '0.00', principal: '0.01' });
  });
});

describe('restructuring', () => {
  const begin = '2016-01-10';
  /** 1000.00, due on 2016-02-10, ten days late: 15.50 is due, 5.00 has accrued, 2.00 of late fees. */
  const tenDaysLate = (): Scene => {
    const scene = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00'));
    return closed(scene, '2016-02-19');
  };

  it('interest due and accrued becomes principal, part by part, in the bucket of the debt', () => {
    // Charged on 02-10: 0.31, 9.11, 6.08; on 02-20 of 0.10, 2.944 and 1.956: 0.10, 2.94, 1.96.
    expectTyped(
      tenDaysLate().when(restructure('2016-02-20', 'L-1', 2, 'equal-principal')),
      'JiebeiLoanRestructured',
      [
        'own/principal-1-30:a +0.41',
        'own/interest -0.41',
        'partner/principal-1-30:a +12.05',
        'partner/interest -12.05',
        'vehicle/principal-1-30:a +8.04',
        'vehicle/interest -8.04',
      ],
    );
  });

  it('arrears end, the bucket follows at the close; late fees stay owed; the new plan begins on its day', () => {
    const scene = tenDaysLate().and(restructure('2016-02-20', 'L-1', 2, 'equal-principal'));
    const outcome = closing(scene, '2016-02-20');
    expect(dataOf(outcome, 'JiebeiArrearsMoved')).toEqual([
      { debt: 'L-1', from: '1-30', to: 'current', daysPastDue: 0 },
    ]);
    expectTyped(outcome, 'JiebeiArrearsMoved', [
      'own/principal-1-30:a -20.41',
      'own/principal-current:a +20.41',
      'partner/principal-1-30:a -600.05',
      'partner/principal-current:a +600.05',
      'vehicle/principal-1-30:a -400.04',
      'vehicle/principal-current:a +400.04',
    ]);
    // 29 days of 1020.50 are 14.79725; late fees since the 20th are none.
    daily(scene, repay('2016-03-20', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '2.00',
      fee: '0.00',
      interest: '14.79',
      principal: '510.25',
    });
    // 31 days of 510.25 are 7.908875, with 0.00725.
    daily(scene, repay('2016-04-20', 'L-1', 'due'));
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '0.00',
      fee: '0.00',
      interest: '7.91',
      principal: '510.25',
    });
    closed(scene, '2016-04-21');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal)/)).toEqual({});
  });

  it('of a loan with nothing due plans what is outstanding', () => {
    const scene = funded(begin, ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' }));
    daily(scene, restructure('2016-01-20', 'L-1', 1, 'bullet'), repay('2016-02-20', 'L-1', 'due'));
    // 5.00 became principal: 31 days of 1005.00 are 15.5775.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '15.57', principal: '1005.00' });
  });

  it('is at the loan’s own rate', () => {
    const scene = funded(
      begin,
      ...lend(begin, 'L-1', 'a', '1000.00'),
      changePolicy('2016-01-15', 'jiebei.prices', everyTier('0.01%')),
    );
    daily(scene, restructure('2016-01-20', 'L-1', 1, 'bullet'), repay('2016-01-21', 'L-1', 'all'));
    // 0.05 % of 1005.00 are 0.5025.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ interest: '0.50', principal: '1005.00' });
  });
});

describe('codes', () => {
  const open1 = (): Scene => funded(on, ...lend(on, 'L-1', 'a', '1000.00'));

  it('are asked in the order of the page', () => {
    const page = readFileSync(new URL('../../docs/segments/jiebei.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('\n## Codes');
    const [asked = ''] = (section.split('\n## ')[0] ?? '').split('(`LENDING_SHORT`');
    const named = [...asked.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
    expect(named).toHaveLength(14);
    expect(inStages(named)).toBe(true);
  });

  it('UNKNOWN_PRODUCT, of every command that names one', () => {
    const scene = open1();
    const product = 'nobody';
    for (const [name, inputs] of Object.entries({
      applyForLoan: { holder: 'a', principal: '1.00 CNY', term: 1, method: 'bullet' },
      disburseLoan: {},
      repayLoan: { amount: 'all' },
      restructureLoan: { term: 1, method: 'bullet' },
      writeOffLoan: {},
      recoverLoan: { amount: '1.00 CNY' },
    }))
      expectRefused(scene, command(on, name, { loan: 'L-9', product, ...inputs }), 'UNKNOWN_PRODUCT');
  });

  it('UNKNOWN_ENTITY', () => {
    expectRefused(
      given(),
      command(on, 'contributeCapital', { entity: 'nobody', amount: '1.00 CNY' }),
      'UNKNOWN_ENTITY',
    );
  });

  it('TERM_OUT_OF_RANGE: 1 to 60 months, of an application and of a new plan', () => {
    const scene = open1();
    for (const term of [0, 61]) {
      expectRefused(scene, apply(on, 'L-2', 'a', '1.00', { term }), 'TERM_OUT_OF_RANGE');
      expectRefused(scene, restructure(on, 'L-1', term, 'bullet'), 'TERM_OUT_OF_RANGE');
    }
    scene.and(apply(on, 'L-60', 'a', '1.00', { term: 60 }));
  });

  it('BEFORE_LATEST: dated before the loan’s latest fact, whatever else is wrong', () => {
    const scene = funded(
      on,
      ...lend('2016-03-05', 'L-1', 'a', '1000.00'),
      repay('2016-03-10', 'L-1', '1.00'),
    );
    for (const each of [
      apply('2016-03-09', 'L-1', 'a', '1.00'),
      disburse('2016-03-09', 'L-1'),
      repay('2016-03-09', 'L-1', '1.00'),
      restructure('2016-03-09', 'L-1', 1, 'bullet'),
      writeOff('2016-03-09', 'L-1'),
      recover('2016-03-09', 'L-1', '1.00'),
    ])
      expectRefused(scene, each, 'BEFORE_LATEST');
    scene.and(repay('2016-03-10', 'L-1', '1.00'), repay('2016-03-10', 'L-1', 'all'));
    expectRefused(scene, repay('2016-03-09', 'L-1', '1.00'), 'BEFORE_LATEST');
  });

  it('LOAN_EXISTS, also of one declined; LOAN_UNKNOWN', () => {
    const scene = given(apply(on, 'L-1', 'a', '1.00'));
    expectRefused(scene, apply(on, 'L-1', 'b', '2.00'), 'LOAN_EXISTS');
    for (const each of [
      disburse(on, 'L-2'),
      repay(on, 'L-2', 'all'),
      restructure(on, 'L-2', 1, 'bullet'),
      writeOff(on, 'L-2'),
      recover(on, 'L-2', '1.00'),
    ])
      expectRefused(scene, each, 'LOAN_UNKNOWN');
  });

  it('LOAN_NOT_APPROVED: declined, or not paid out', () => {
    const declined = given(apply(on, 'L-1', 'a', '1.00'));
    expectRefused(declined, disburse(on, 'L-1'), 'LOAN_NOT_APPROVED');
    const waiting = funded(on, apply(on, 'L-1', 'a', '1.00'));
    for (const each of [
      repay(on, 'L-1', 'all'),
      restructure(on, 'L-1', 1, 'bullet'),
      writeOff(on, 'L-1'),
      recover(on, 'L-1', '1.00'),
    ]) {
      expectRefused(declined, each, 'LOAN_NOT_APPROVED');
      expectRefused(waiting, each, 'LOAN_NOT_APPROVED');
    }
  });

  it('LOAN_DISBURSED: once, also when it is closed or written off', () => {
    const scene = open1();
    expectRefused(scene, disburse(on, 'L-1'), 'LOAN_DISBURSED');
    scene.and(...lend(on, 'L-2', 'a', '1.00'), repay(on, 'L-2', 'all'), writeOff(on, 'L-1'));
    expectRefused(scene, disburse(on, 'L-1'), 'LOAN_DISBURSED');
    expectRefused(scene, disburse(on, 'L-2'), 'LOAN_DISBURSED');
  });

  it('LOAN_CLOSED: nothing more', () => {
    const scene = open1().and(repay(on, 'L-1', 'all'));
    for (const each of [
      repay(on, 'L-1', 'all'),
      restructure(on, 'L-1', 1, 'bullet'),
      writeOff(on, 'L-1'),
      recover(on, 'L-1', '1.00'),
    ])
      expectRefused(scene, each, 'LOAN_CLOSED');
  });

  it('LOAN_WRITTEN_OFF: only recoveries; NOT_WRITTEN_OFF', () => {
    const scene = open1();
    expectRefused(scene, recover(on, 'L-1', '9999.00'), 'NOT_WRITTEN_OFF');
    scene.and(writeOff(on, 'L-1'));
    for (const each of [repay(on, 'L-1', 'all'), restructure(on, 'L-1', 1, 'bullet'), writeOff(on, 'L-1')])
      expectRefused(scene, each, 'LOAN_WRITTEN_OFF');
    scene.when(recover(on, 'L-1', '1.00')).accepted();
  });

  it('EXCEEDS_OWED, NOTHING_TO_DO, INSUFFICIENT_FUNDS, in this order', () => {
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'), withdraw(on, 'a', '999.99'));
    expectRefused(scene, repay(on, 'L-1', '1000.01'), 'EXCEEDS_OWED');
    expectRefused(scene, repay(on, 'L-1', 'due'), 'NOTHING_TO_DO');
    expectRefused(scene, repay(on, 'L-1', '1000.00'), 'INSUFFICIENT_FUNDS');
    expectRefused(scene, repay(on, 'L-1', 'all'), 'INSUFFICIENT_FUNDS');
    scene.and(writeOff(on, 'L-1'));
    expectRefused(scene, recover(on, 'L-1', '1000.01'), 'EXCEEDS_OWED');
    expectRefused(scene, recover(on, 'L-1', '1000.00'), 'INSUFFICIENT_FUNDS');
  });
});

describe('reversal', () => {
  it('of an application, as long as the loan is not paid out; its id is free again', () => {
    const scene = funded(on, apply(on, 'L-1', 'a', '1000.00'));
    scene.whenOf('JiebeiLoanApplied', (revision) => reverse(on, revision)).gives('Reversed');
    scene.and(...lend(on, 'L-1', 'b', '500.00'));
    scene.whenOf('JiebeiLoanApplied', (revision) => reverse(on, revision)).refused('NOT_REVERSIBLE');
    const declined = given(apply(on, 'L-2', 'a', '1.00'));
    declined.andOf('JiebeiLoanApplied', (revision) => reverse(on, revision));
    expectRefused(declined, disburse(on, 'L-2'), 'LOAN_UNKNOWN');
  });

  it('of all else: NOT_REVERSIBLE', () => {
    const scene = funded(
      on,
      ...lend(on, 'L-1', 'a', '1000.00'),
      repay(on, 'L-1', '1.00'),
      restructure(on, 'L-1', 2, 'annuity'),
      writeOff(on, 'L-1'),
      recover(on, 'L-1', '1.00'),
    );
    for (const name of ['Disbursed', 'Repaid', 'Restructured', 'WrittenOff', 'Recovered'])
      scene
        .whenOf(`JiebeiLoan${name}`, (revision) => reverse(on, revision))
        .refused('NOT_REVERSIBLE', { value: `JiebeiLoan${name}` });
  });
});

describe('what-ifs', () => {
  const begin = '2016-01-31';
  const lines: readonly Command[] = [
    ...open(begin), // 1 to 3
    capital(begin, 'jiebei', '10000.00'), // 4
    rich(begin, 'a'), // 5
    topUp(begin, 'b', '5.00'), // 6
    ...lend(begin, 'L-1', 'a', '1000.00', { term: 3, method: 'annuity' }), // 7, 8
    ...lend(begin, 'L-2', 'b', '300.00'), // 9, 10
    ...lend(begin, 'L-3', 'a', '200.00'), // 11, 12
    repay('2016-02-29', 'L-1', 'due'), // 13
    repay('2016-02-29', 'L-2', '304.35'), // 14
    restructure('2016-03-05', 'L-3', 2, 'interest-only'), // 15
    repay('2016-03-31', 'L-1', 'due'), // 16
    writeOff('2016-04-05', 'L-3'), // 17
    recover('2016-04-06', 'L-3', '100.00'), // 18
    repay('2016-04-30', 'L-1', 'all'), // 19
  ];
  const base = recordOf(lines, '2016-05-02');

  it('without overrides, the record', () => {
    expectSame(base);
    expect(varied(base, {}).held['wallet:a']).toBe(
      // 1 000 000.00, and 1000.00 less 343.33, 343.33 and 343.31; 200.00 less 100.00.
      '1000070.03',
    );
  });

  it('another price gives another `due`, which is no divergence', () => {
    const dearer = varied(base, { 'jiebei.prices': everyTier('0.06%') });
    // 345.34, 345.34 and 345.32 at 0.06 %; b pays 304.35 as before, of 305.22.
    expect(dearer.held['wallet:a']).toBe('1000064.00');
    expect(dearer.divergences).toEqual([]);
  });

  it('a payment clamps to what is owed', () => {
    const free = varied(base, { 'jiebei.prices': everyTier('0%') });
    expect(free.divergences).toEqual([[14, 'clamp', 'EXCEEDS_OWED']]);
    expect(free.held['wallet:b']).toBe('5.00');
    // 333.33, 333.33, 333.34.
    expect(free.held['wallet:a']).toBe('1000100.00');
  });

  it('and to what the wallet holds', () => {
    // b has 305.00, and would owe 305.22.
    const poor = recordOf(
      [
        ...open(begin),
        topUp(begin, 'b', '5.00'),
        ...lend(begin, 'L-1', 'b', '300.00'),
        repay('2016-02-29', 'L-1', 'all'),
      ],
      '2016-02-29',
    );
    const dearer = varied(poor, { 'jiebei.prices': everyTier('0.06%') });
    expect(dearer.divergences).toEqual([[7, 'clamp', 'INSUFFICIENT_FUNDS']]);
    expect(dearer.held['wallet:b']).toBeUndefined();
    expect(dearer.state.row(loans.table, 'L-1')).toMatchObject({ status: 'open' });
  });

  it('loans that are declined are not paid out, and what follows on them is skipped with them', () => {
    const strict = varied(base, { 'jiebei.limits': everyTier('1100.00 CNY') });
    expect(strict.divergences).toEqual([
      [12, 'skip', 'LOAN_NOT_APPROVED'],
      [15, 'skip', 'DEPENDS_ON_SKIPPED'],
      [17, 'skip', 'DEPENDS_ON_SKIPPED'],
      [18, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
    const stricter = varied(base, { 'jiebei.limits': everyTier('0.00 CNY') });
    expect(stricter.divergences.map(([line, kind, code]) => `${line} ${kind} ${code}`)).toEqual([
      '8 skip LOAN_NOT_APPROVED',
      '10 skip LOAN_NOT_APPROVED',
      '12 skip LOAN_NOT_APPROVED',
      ...[13, 14, 15, 16, 17, 18, 19].map((line) => `${line} skip DEPENDS_ON_SKIPPED`),
    ]);
    expect(
      Object.keys(stricter.held).filter((name) => /principal|funds|senior|interest$/.test(name)),
    ).toEqual([]);
  });

  it('a loan that a close has written off takes no new plan, and is not written off again', () => {
    const hard = varied(base, { 'jiebei.writeOffAfterDays': 2 });
    expect(hard.divergences).toEqual([
      [15, 'skip', 'LOAN_WRITTEN_OFF'],
      [17, 'skip', 'LOAN_WRITTEN_OFF'],
    ]);
  });

  it('more own money: other parts, the same for the borrower', () => {
    const own = varied(base, { 'jiebei.ownFundingShare': '100%' });
    expect(own.divergences).toEqual([]);
    expect(own.held['wallet:a']).toBe('1000070.03');
    expect(Object.keys(own.held).filter((name) => /^(?:partner|vehicle)\//.test(name))).toEqual([]);
  });
});

it('a close of a day with nothing lent tells nothing', () => {
  const scene = given(...open(on), capital(on, 'jiebei', '1.00'));
  expectTold(scene.when(closeDay(on)), 'jiebei');
});
