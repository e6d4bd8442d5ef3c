/** Borrowing, its cost, paying back, and leverage: docs/segments/lending.md, "At a close". */
import { afterEach, describe, expect, it } from 'vitest';
import { changePolicy, closeDay, reverse } from '../support/commands.ts';
import {
  breachesOf,
  capital,
  closed,
  closing,
  daily,
  dataOf,
  expectHeld,
  expectSound,
  expectTyped,
  given,
  lend,
  open,
  repay,
  rich,
} from '../support/credit.ts';

afterEach(expectSound);

const on = '2016-03-01';
const next = '2016-03-02';

describe('borrowing', () => {
  it('is of what cash is short at the close, not before', () => {
    // Own 20.00, and subordinated notes of 39.20.
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'));
    expectHeld(scene, { 'own/cash': '-59.20', 'own/borrowings': '0.00' });
    const outcome = closing(scene, on);
    expectTyped(outcome, 'JiebeiBorrowed', ['own/cash +59.20', 'own/borrowings -59.20']);
    expect(dataOf(outcome, 'JiebeiBorrowed')).toEqual([{ amount: '59.20 CNY' }]);
  });

  it('costs its rate a year / 365 on the balance of the day before, floored, the fraction carried; paid at once, and borrowed again', () => {
    // Own 2000.00 and notes of 3920.00. A day are 72.986 cents; on 5920.72 72.995, with 0.986 from before.
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '100000.00'));
    closed(scene, on);
    const second = closing(scene, next);
    expectTyped(second, 'JiebeiFundingCostAccrued', ['own/expense/funding-cost +0.72', 'own/cash -0.72']);
    expectTyped(second, 'JiebeiBorrowed', ['own/cash +0.72', 'own/borrowings -0.72']);
    expect(dataOf(second, 'JiebeiFundingCostAccrued')).toEqual([
      { cost: '0.72 CNY', carries: { borrowings: '72/73' } },
    ]);
    const third = closing(scene, '2016-03-03');
    expectTyped(third, 'JiebeiFundingCostAccrued', ['own/expense/funding-cost +0.73', 'own/cash -0.73']);
    expect(dataOf(third, 'JiebeiFundingCostAccrued')).toEqual([
      { cost: '0.73 CNY', carries: { borrowings: '8956/9125' } },
    ]);
  });

  it('that costs less than a cent is an event without postings; nothing borrowed, none', () => {
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'));
    closed(scene, on);
    expectTyped(closing(scene, next), 'JiebeiFundingCostAccrued', []);
    const rest = given(...open(on), capital(on, 'jiebei', '100.00'), ...lend(on, 'L-1', 'a', '1000.00'));
    const outcome = closing(rest, next);
    expectTyped(outcome, 'JiebeiFundingCostAccrued');
    expectTyped(outcome, 'JiebeiBorrowed');
  });

  it('from several sources is by the mix, largest remainder first; each at its own rate', () => {
    // mybank: own 300.00, notes 28.00 of 280.00.
    const scene = given(
      ...open(on, '0.05%', 'mybank'),
      ...lend(on, 'L-1', 'a', '1000.00', { product: 'mybank' }),
    );
    expectTyped(closing(scene, on), 'MybankBorrowed', [
      'own/cash +328.00',
      'own/deposits -229.60',
      'own/interbank -98.40',
    ]);
    // 1.258 and 1.078 cents; 2 cents are 1.4 and 0.6 of a cent.
    const outcome = closing(scene, next);
    expectTyped(outcome, 'MybankFundingCostAccrued', ['own/expense/funding-cost +0.02', 'own/cash -0.02']);
    expect(dataOf(outcome, 'MybankFundingCostAccrued')).toEqual([
      { cost: '0.02 CNY', carries: { deposits: '471/1825', interbank: '143/1825' } },
    ]);
    expectTyped(outcome, 'MybankBorrowed', ['own/cash +0.02', 'own/deposits -0.01', 'own/interbank -0.01']);
  });

  it('by the mix and the rates of the close’s day', () => {
    const scene = given(
      ...open(on, '0.05%', 'mybank'),
      ...lend(on, 'L-1', 'a', '1000.00', { product: 'mybank' }),
    );
    scene.and(
      changePolicy(on, 'mybank.fundingMix', { deposits: '25%', interbank: '75%' }),
      changePolicy(next, 'mybank.fundingRates', { deposits: '3.65%', interbank: '7.3%' }),
    );
    expectTyped(closing(scene, on), 'MybankBorrowed', [
      'own/cash +328.00',
      'own/deposits -82.00',
      'own/interbank -246.00',
    ]);
    // 0.82 and 4.92 cents.
    expectTyped(closing(scene, next), 'MybankFundingCostAccrued', [
      'own/expense/funding-cost +0.04',
      'own/cash -0.04',
    ]);
  });
});

describe('paying back', () => {
  it('as much as cash allows, by the balances of the sources', () => {
    const scene = given(
      ...open(on, '0.05%', 'mybank'),
      ...lend(on, 'L-1', 'a', '1000.00', { product: 'mybank' }),
    );
    closed(scene, on);
    // The mix of the day is for what is borrowed anew, not for what is paid back.
    const mix = { deposits: '25%', interbank: '75%' };
    scene.and(capital(next, 'mybank', '100.01'), changePolicy(next, 'mybank.fundingMix', mix));
    // After 0.02 of cost 99.99 are there: 70 % and 30 % of them are 69.993 and 29.997.
    const outcome = closing(scene, next);
    expectTyped(outcome, 'MybankBorrowed', [
      'own/cash -99.99',
      'own/deposits +69.99',
      'own/interbank +30.00',
    ]);
    expect(dataOf(outcome, 'MybankBorrowed')).toEqual([{ amount: '-99.99 CNY' }]);
    scene.and(capital('2016-03-03', 'mybank', '1000.00'));
    closed(scene, '2016-03-03');
    expectHeld(scene, { 'own/deposits': '0.00', 'own/interbank': '0.00' });
  });

  it('no more than the lowest cash of any date from then on', () => {
    // 59.20 are borrowed on the first; 29.60 will be needed on the fifth.
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'));
    closed(scene, on);
    scene.and(capital(next, 'jiebei', '80.00'), ...lend('2016-03-05', 'L-2', 'a', '500.00'));
    expectTyped(closing(scene, next), 'JiebeiBorrowed', ['own/cash -50.40', 'own/borrowings +50.40']);
    closed(scene, '2016-03-04');
    expectHeld(scene, { 'own/cash': '29.60', 'own/borrowings': '8.80' }, '2016-03-04');
    // 0.730 of a cent of the first day, and three times 0.108 make a cent of cost.
    expectTyped(closing(scene, '2016-03-05'), 'JiebeiBorrowed', ['own/cash +0.01', 'own/borrowings -0.01']);
  });

  it('nothing while later cash is short', () => {
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'));
    closed(scene, on);
    scene.and(capital(next, 'jiebei', '20.00'), ...lend('2016-03-05', 'L-2', 'a', '500.00'));
    expectTyped(closing(scene, next), 'JiebeiBorrowed');
  });

  it('from what borrowers pay', () => {
    const scene = given(...open(on), rich(on, 'a'), ...lend(on, 'L-1', 'a', '1000.00'));
    closed(scene, on);
    // 0.01 of interest and 20.00 of principal.
    daily(scene, repay(next, 'L-1', 'all'));
    expectTyped(closing(scene, next), 'JiebeiBorrowed', ['own/cash -20.01', 'own/borrowings +20.01']);
  });
});

describe('leverage', () => {
  const moved = 'JiebeiLeverageMoved';

  it('beyond its limit on balance and off, and back; each day beyond is listed as a breach', () => {
    // Borrowed 49.20; net assets 20.00 + 39.20 − 0.20 − 49.20 = 9.80: at most 9.80, and 39.20 of senior notes.
    const scene = given(...open(on), capital(on, 'jiebei', '10.00'), ...lend(on, 'L-1', 'a', '1000.00'));
    const first = closing(scene, on);
    expect(dataOf(first, moved)).toEqual([
      { side: 'on', beyond: true, exposure: '49.20 CNY', netAssets: '9.80 CNY' },
      { side: 'off', beyond: true, exposure: '352.80 CNY', netAssets: '9.80 CNY' },
    ]);
    expectTyped(first, moved, [], []);
    expect(breachesOf(first)).toMatchObject([{ rule: 'jiebei.leverage' }]);
    const second = closing(scene, next);
    expect(dataOf(second, moved)).toEqual([]);
    expect(breachesOf(second)).toMatchObject([{ rule: 'jiebei.leverage' }]);

    // 120.00 paid in, 0.20 provided for, two days' interest of 0.01, and 0.01 of cost.
    scene.and(capital('2016-03-03', 'jiebei', '110.00'));
    const third = closing(scene, '2016-03-03');
    expect(dataOf(third, moved)).toEqual([
      { side: 'on', beyond: false, exposure: '0.00 CNY', netAssets: '119.81 CNY' },
      { side: 'off', beyond: false, exposure: '352.80 CNY', netAssets: '119.81 CNY' },
    ]);
    expect(breachesOf(third)).toEqual([]);
  });

  it('at its limit is not beyond it', () => {
    const off = (amount: string) =>
      dataOf(
        closing(given(...open(on), capital(on, 'jiebei', amount), ...lend(on, 'L-1', 'a', '1000.00')), on),
        moved,
      );
    // Less 0.20: four times 88.20 are 352.80.
    expect(off('88.40')).toEqual([]);
    expect(off('88.39')).toEqual([
      { side: 'off', beyond: true, exposure: '352.80 CNY', netAssets: '88.19 CNY' },
    ]);
  });

  it('on one side alone; net assets below zero count as zero', () => {
    const scene = given(
      ...open(on),
      changePolicy(on, 'jiebei.securitisedShare', '0%'),
      ...lend(on, 'L-1', 'a', '1000.00'),
    );
    expect(dataOf(closing(scene, on), moved)).toEqual([
      { side: 'on', beyond: true, exposure: '20.00 CNY', netAssets: '-0.20 CNY' },
    ]);
    expect(breachesOf(closing(scene, next))).toMatchObject([{ rule: 'jiebei.leverage' }]);
  });

  it('by the limits of the close’s day, exact', () => {
    const scene = given(
      ...open(on),
      capital(on, 'jiebei', '88.40'),
      ...lend(on, 'L-1', 'a', '1000.00'),
      changePolicy(next, 'jiebei.leverageOffMax', '3.99'),
    );
    expect(dataOf(closing(scene, on), moved)).toEqual([]);
    // 88.21 × 3.99 = 351.9579.
    expect(dataOf(closing(scene, next), moved)).toEqual([
      { side: 'off', beyond: true, exposure: '352.80 CNY', netAssets: '88.21 CNY' },
    ]);
  });
});

describe('capital', () => {
  it('is the lending company’s own, and can be taken back while the day is open', () => {
    const scene = given();
    scene
      .when(capital(on, 'jiebei', '100.00'))
      .recorded({ entity: 'jiebei', amount: '100.00 CNY' })
      .gives('JiebeiCapitalContributed: jiebei/cash +100.00 · jiebei/capital -100.00');
    scene
      .whenOf('JiebeiCapitalContributed', (revision) => reverse(on, revision))
      .gives('Reversed: jiebei/cash -100.00 · jiebei/capital +100.00');
    scene.and(capital(on, 'huabei', '1.00'), capital(on, 'mybank', '2.00'), closeDay(on));
    expectHeld(scene, { 'own/capital': '2.00' });
    scene.whenOf('MybankCapitalContributed', (revision) => reverse(next, revision)).refused('NOT_REVERSIBLE');
  });
});
