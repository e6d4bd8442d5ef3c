/**
 * Facts dated ahead of closes, and days closed late: docs/segments/lending.md, "What time brings".
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { house } from '../../src/segments/index.ts';
import { rowsOf } from '../support/book.ts';
import { changePolicy, topUp } from '../support/commands.ts';
import {
  capital,
  closed,
  closing,
  convert,
  daily,
  dataOf,
  draw,
  expectHeld,
  expectSound,
  expectTyped,
  given,
  heldIn,
  lend,
  madeUp,
  open,
  openLine,
  repay,
  repayCredit,
  rich,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-10';
const moved = 'JiebeiArrearsMoved';

/** 1000.00 at 0.05 % a day, due on 2016-02-10. */
const late = (...commands: readonly Command[]): Scene =>
  given(
    ...open(on),
    capital(on, 'jiebei', '100000.00'),
    capital(on, 'huabei', '100000.00'),
    rich(on, 'a'),
    rich(on, 'b'),
    ...lend(on, 'L-1', 'a', '1000.00'),
    ...commands,
  );

const lateFees = (scene: Scene, day: string): unknown =>
  (dataOf(closing(scene, day), 'JiebeiInterestAccrued')[0] as { readonly late: unknown } | undefined)?.late;

describe('a fact of a later date', () => {
  it('brings the due that passed, at its own date: late fees are booked day by day; the close passes over the debt', () => {
    const scene = late(repay('2016-02-20', 'L-1', 'all'));
    // 41 days of interest, 10 of late fees.
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toEqual({
      late: '2.00',
      fee: '0.00',
      interest: '20.50',
      principal: '1000.00',
    });
    expect(lateFees(scene, '2016-02-10')).toBe('0.00 CNY');
    expect(lateFees(scene, '2016-02-11')).toBe('0.20 CNY');
    expect(lateFees(scene, '2016-02-19')).toBe('0.20 CNY');
    expect(lateFees(scene, '2016-02-20')).toBe('0.20 CNY');
    expect(scene.book.events.filter(({ type }) => type === moved)).toEqual([]);
    closed(scene, '2016-02-21');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal|allowance)/)).toEqual({});
  });

  it('of what it left, the close of its own day moves', () => {
    const scene = late(repay('2016-02-20', 'L-1', '117.50'));
    // 2.00 and 15.50, and 100.00 of principal.
    closed(scene, '2016-02-19');
    const before = { 'own/principal-current:a': '20.00', 'own/principal-1-30:a': '0.00' };
    expectHeld(scene, before, '2016-02-19');
    const outcome = closing(scene, '2016-02-20');
    expect(dataOf(outcome, moved)).toEqual([{ debt: 'L-1', from: 'current', to: '1-30', daysPastDue: 10 }]);
    expectTyped(outcome, moved, [
      'own/principal-current:a -18.00',
      'own/principal-1-30:a +18.00',
      'partner/principal-current:a -529.20',
      'partner/principal-1-30:a +529.20',
      'vehicle/principal-current:a -352.80',
      'vehicle/principal-1-30:a +352.80',
    ]);
    expect(lateFees(scene, '2016-02-21')).toBe('0.18 CNY');
  });

  it('brings time with parameters as of its own date', () => {
    const scene = late(
      changePolicy('2016-02-15', 'jiebei.lateFeeRate', '0.1%'),
      repay('2016-02-20', 'L-1', 'all'),
    );
    expect(madeUp(scene, 'JiebeiLoanRepaid')).toMatchObject({ late: '10.00' });
    expect(lateFees(scene, '2016-02-11')).toBe('1.00 CNY');
  });

  it('is no reason to pass over another debt', () => {
    const scene = late(...lend(on, 'L-2', 'b', '1000.00'), repay('2016-02-20', 'L-1', 'all'));
    expect(dataOf(closing(scene, '2016-02-11'), moved)).toMatchObject([{ debt: 'L-2' }]);
  });

  it('that is a draw brings a statement, at its own date; its close tells of none', () => {
    const scene = late(
      openLine(on, 'a'),
      draw(on, 'a', 'm', '100.00'),
      draw('2016-02-05', 'a', 'm', '50.00'),
    );
    expectTyped(closing(scene, '2016-02-01'), 'HuabeiStatementIssued');
    // What was drawn before the statement is due, what was drawn after it is not.
    scene.and(repayCredit('2016-02-08', 'a', 'due'));
    expect(madeUp(scene, 'HuabeiRepaid')).toMatchObject({ principal: '100.00' });
  });

  it('that is a loan’s payment out waits for its day', () => {
    const scene = late(...lend('2016-01-20', 'L-2', 'b', '1000.00'));
    closed(scene, '2016-01-19');
    expectHeld(scene, { 'own/principal-current:b': '0.00' }, '2016-01-19');
    const figures = dataOf(closing(scene, '2016-01-20'), 'JiebeiInterestAccrued');
    expect(figures).toMatchObject([{ own: '0.01 CNY' }]);
    expect(dataOf(closing(scene, '2016-01-21'), 'JiebeiInterestAccrued')).toMatchObject([
      { own: '0.02 CNY' },
    ]);
  });
});

describe('days closed late', () => {
  /** Paid on time, paid late, never paid; and a line with a statement met in part, one converted, one overdue. */
  const life: readonly Command[] = [
    ...open(on),
    capital(on, 'jiebei', '100000.00'),
    capital(on, 'huabei', '100000.00'),
    ...['a', 'b', 'c', 'd'].map((holder) => rich(on, holder)),
    ...lend(on, 'L-1', 'a', '777.77', { term: 3, method: 'annuity' }),
    ...lend('2016-01-12', 'L-2', 'b', '1234.56', { term: 2, method: 'equal-principal' }),
    ...lend('2016-01-12', 'L-3', 'c', '99.99'),
    openLine('2016-01-12', 'a'),
    openLine('2016-01-12', 'b'),
    openLine('2016-01-12', 'c'),
    draw('2016-01-13', 'a', 'm', '333.33'),
    draw('2016-01-13', 'b', 'm', '444.44'),
    draw('2016-01-13', 'c', 'm', '55.55'),
    convert('2016-02-05', 'b', '300.00', 3),
    repayCredit('2016-02-08', 'a', 'minimum'),
    repayCredit('2016-02-10', 'b', 'due'),
    repay('2016-02-10', 'L-1', 'due'),
    repay('2016-03-10', 'L-1', 'due'),
    repayCredit('2016-03-10', 'a', 'due'),
    repayCredit('2016-03-10', 'b', 'due'),
    repay('2016-03-20', 'L-1', 'all'),
    topUp('2016-04-02', 'd', '1.00'),
  ];
  const through = '2016-04-02';
  /** Scores count payments in the log’s order, whatever their dates: they alone may differ. */
  const rowsBesideScores = ({ book }: Scene): readonly unknown[] =>
    rowsOf(house, book.state).filter(([table]) => !/^zhima\.|\.scores$/.test(table));

  it('in a clump, after all facts, come to the same rows and balances as each day in its time', () => {
    // Nothing here is paid later than its due day and before a close has told of it.
    const each = closed(daily(given(), ...life), through);
    const clump = closed(given(...life), through);
    expect(clump.book.balances()).toEqual(each.book.balances());
    expect(rowsBesideScores(clump)).toEqual(rowsBesideScores(each));
  });

  it('so does each day’s interest, also where a payment was late', () => {
    const lateLife = [...life, repay('2016-03-25', 'L-2', 'due'), repayCredit('2016-03-25', 'c', 'all')].sort(
      (x, y) => dayOf(x.on) - dayOf(y.on),
    );
    const each = closed(daily(given(), ...lateLife), through);
    const clump = closed(given(...lateLife), through);
    const accruals = (scene: Scene): readonly unknown[] =>
      scene.book.events
        .filter(({ type }) => type.endsWith('InterestAccrued'))
        .map(({ type, effectiveOn, data }) => [type, effectiveOn, data]);
    expect(accruals(clump)).toEqual(accruals(each));
    expect(accruals(clump).length).toBeGreaterThan(100);
  });

  it('tell of each due, and of each bucket, once', () => {
    const clump = closed(given(...life), through);
    const told = clump.book.events
      .filter(({ type }) => type === 'JiebeiArrearsMoved')
      .map(({ data }) => data);
    // The second loan’s dues of 02-12 and 03-12, the third’s of 02-12; the days of 31 past due.
    expect(told).toHaveLength(5);
    expect(told).toEqual(
      expect.arrayContaining([
        { debt: 'L-2', from: 'current', to: '1-30', daysPastDue: 1 },
        { debt: 'L-3', from: 'current', to: '1-30', daysPastDue: 1 },
        { debt: 'L-2', from: '1-30', to: '1-30', daysPastDue: 30 },
        { debt: 'L-2', from: '1-30', to: '31-60', daysPastDue: 31 },
        { debt: 'L-3', from: '1-30', to: '31-60', daysPastDue: 31 },
      ]),
    );
  });
});
