/** yuebao, point by point as commands.md settles them ("The fund"). */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { book } from '../support/book.ts';
import {
  changePolicy,
  closeDay,
  command,
  contributeCapital,
  pay,
  publishRate,
  redeem,
  refund,
  reverse,
  subscribe,
  topUp,
} from '../support/commands.ts';
import { postingsOf } from '../support/postings.ts';
import { expectBalances, given, type Outcome } from '../support/scene.ts';

const classes = ['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;

/** Money in a wallet and all of it subscribed. */
const invested = (on: string, holder: string, amount: string): Command[] => [
  topUp(on, holder, amount),
  subscribe(on, holder, amount),
];

/** The same rate for all classes. A rate of 3.65 % a year is 0.01 % a day. */
const rates = (on: string, rate: string): Command[] => classes.map((asset) => publishRate(on, asset, rate));

/** Everything in one class of assets. */
const only = (on: string, held: (typeof classes)[number]): Command =>
  changePolicy(
    on,
    'yuebao.allocation',
    Object.fromEntries(classes.map((name) => [name, name === held ? '100%' : '0%'])),
  );

const noFees = (on: string): Command[] =>
  ['managementFeeRate', 'custodyFeeRate', 'salesFeeRate'].map((name) =>
    changePolicy(on, `yuebao.${name}`, '0%'),
  );

const noFloat = (on: string): Command => changePolicy(on, 'payments.floatRate', '0%');

/** The breaches that a close has listed. */
const breachesOf = (outcome: Outcome): unknown => {
  const data = outcome.events.at(-1)?.data;
  return isRecord(data) ? data.breaches : undefined;
};

const dataOf = (outcome: Outcome, type: string): readonly StoredEvent['data'][] =>
  outcome.events.filter((event) => event.type === type).map(({ data }) => data);

describe('a whole day', () => {
  it('the first: money subscribed waits as cash, and is spread at the close by the allocation', () => {
    const outcome = given(
      ...rates('2016-03-01', '3.65%'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
    ).when(closeDay('2016-03-01'));
    outcome.gives(
      'DayClosing',
      'CashInvested: fund/cash -10000.00 · fund/deposit-1m +3000.00 · fund/deposit-3m +3000.00 · fund/deposit-long +3000.00 · fund/bond +700.00 · fund/insurance +200.00 · fund/other +100.00',
      'DayClosed',
    );
    expect(dataOf(outcome, 'CashInvested')).toEqual([{ free: '10000.00 CNY' }]);
  });

  it('the second: income, fees, distribution; what matures, fees paid; and what is free, invested', () => {
    const outcome = given(
      ...rates('2016-03-01', '3.65%'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
    ).when(closeDay('2016-03-02'));
    outcome.gives(
      'DayClosing',
      'IncomeEarned: fund/cash +0.30 · fund/investment-income -0.30',
      'IncomeEarned: fund/cash +0.30 · fund/investment-income -0.30',
      'IncomeEarned: fund/cash +0.30 · fund/investment-income -0.30',
      'IncomeEarned: fund/cash +0.07 · fund/investment-income -0.07',
      'IncomeEarned: fund/cash +0.02 · fund/investment-income -0.02',
      'IncomeEarned: fund/cash +0.01 · fund/investment-income -0.01',
      // 10 000.00 × 0.30 %, 0.08 %, 0.25 % / 365 are 8.2, 2.2 and 6.8 cents.
      'FundFeesAccrued: fund/management-fee +0.08 · fund/custody-fee +0.02 · fund/sales-fee +0.06 · fund/fees-due -0.14 · fund/custody-due -0.02 · fees-due +0.14 · management-fee -0.08 · sales-fee -0.06',
      'Distributed: fund/distribution +0.84 · fund/units:user-1 -0.84',
      'AssetsMatured: fund/cash +48.00 · fund/deposit-3m -48.00',
      'AssetsMatured: fund/cash +15.00 · fund/deposit-long -15.00',
      'AssetsMatured: fund/cash +0.70 · fund/bond -0.70',
      'AssetsMatured: fund/cash +0.20 · fund/insurance -0.20',
      'AssetsMatured: fund/cash +0.10 · fund/other -0.10',
      'FundFeePaid: fund/fees-due +0.14 · fund/cash -0.14 · own-cash +0.14 · fees-due -0.14',
      'FundFeePaid: fund/custody-due +0.02 · fund/cash -0.02',
      // 64.84 over shortfalls of 0.252, 48.252, 15.252, 0.7588, 0.2168 and 0.1084: the three largest remainders get a cent.
      'CashInvested: fund/cash -64.84 · fund/deposit-1m +0.25 · fund/deposit-3m +48.25 · fund/deposit-long +15.25 · fund/bond +0.76 · fund/insurance +0.22 · fund/other +0.11',
      'DayClosed',
    );
    expect(dataOf(outcome, 'FundFeesAccrued')).toEqual([
      {
        management: '0.08 CNY',
        custody: '0.02 CNY',
        sales: '0.06 CNY',
        managementCarry: '16/73',
        custodyCarry: '14/73',
        salesCarry: '62/73',
      },
    ]);
    expect(dataOf(outcome, 'Distributed')).toEqual([
      { result: '0.84 CNY', eligible: '10000.00 CNY', holders: 1 },
    ]);
  });
});

describe('subscribing', () => {
  it('takes money from the wallet into units; both entities balance in the one entry', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'))
      .when(subscribe('2016-03-01', 'user-1', '60.00'))
      .recorded({ fund: 'yuebao', holder: 'user-1', amount: '60.00 CNY' })
      .gives(
        'FundSubscribed: wallet:user-1 +60.00 · reserve -60.00 · fund/cash +60.00 · fund/units:user-1 -60.00',
      );
  });

  it('more than the wallet: INSUFFICIENT_FUNDS; another fund: UNKNOWN_FUND', () => {
    const scene = given(topUp('2016-03-01', 'user-1', '100.00'));
    scene.when(subscribe('2016-03-01', 'user-1', '100.01')).refused('INSUFFICIENT_FUNDS');
    scene
      .when(command('2016-03-01', 'subscribeFund', { fund: 'moon', holder: 'user-1', amount: '1.00 CNY' }))
      .refused('UNKNOWN_FUND', { value: 'fund: moon', hint: /yuebao/ });
  });

  it('money subscribed on D earns from D + 1', () => {
    const scene = given(
      ...noFees('2016-03-01'),
      only('2016-03-01', 'deposit-1m'),
      ...rates('2016-03-01', '3.65%'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
      ...invested('2016-03-02', 'user-2', '10000.00'),
    );
    scene
      .when(closeDay('2016-03-02'))
      .givesOf(['Distributed'], 'Distributed: fund/distribution +1.00 · fund/units:user-1 -1.00');
    // 20 001.00 earn 2.0001; 10 001.00 and 10 000.00 of 20 001.00 are eligible.
    scene
      .when(closeDay('2016-03-03'))
      .givesOf(
        ['Distributed'],
        'Distributed: fund/distribution +1.99 · fund/units:user-1 -1.00 · fund/units:user-2 -0.99',
      );
  });

  describe('the holding cap', () => {
    it('of the subscription’s date is tested against the units held then: HOLDING_CAP', () => {
      given(topUp('2016-03-01', 'user-1', '2000000.00'), subscribe('2016-03-01', 'user-1', '999999.99'))
        .when(subscribe('2016-03-01', 'user-1', '0.02'))
        .refused('HOLDING_CAP', { value: '0.02 CNY', detail: /room for 0\.01 CNY/ })
        .when(subscribe('2016-03-01', 'user-1', '0.01'))
        .gives(
          'FundSubscribed: wallet:user-1 +0.01 · reserve -0.01 · fund/cash +0.01 · fund/units:user-1 -0.01',
        );
    });

    it('and on each later date', () => {
      given(topUp('2016-03-01', 'user-1', '2000000.00'), subscribe('2016-03-05', 'user-1', '600000.00'))
        .when(subscribe('2016-03-01', 'user-1', '400000.01'))
        .refused('HOLDING_CAP', { detail: /room for 400000\.00 CNY/ });
    });

    it('redemptions due do not count as held', () => {
      given(
        topUp('2016-03-01', 'user-1', '2000000.00'),
        subscribe('2016-03-01', 'user-1', '1000000.00'),
        redeem('2016-03-01', 'user-1', '300000.00', 'ordinary'),
      )
        .when(subscribe('2016-03-01', 'user-1', '300000.01'))
        .refused('HOLDING_CAP', { detail: /room for 300000\.00 CNY/ });
    });

    it('units above a cap that falls stay, and earn; nothing more may be subscribed', () => {
      const scene = given(
        ...noFees('2017-05-26'),
        only('2017-05-26', 'deposit-1m'),
        ...rates('2017-05-26', '3.65%'),
        topUp('2017-05-26', 'user-1', '300000.01'),
        subscribe('2017-05-26', 'user-1', '300000.00'),
        closeDay('2017-05-26'),
      );
      scene
        .when(subscribe('2017-05-27', 'user-1', '0.01'))
        .refused('HOLDING_CAP', { detail: /room for 0\.00 CNY/ });
      scene
        .when(closeDay('2017-05-27'))
        .givesOf(['Distributed'], 'Distributed: fund/distribution +30.00 · fund/units:user-1 -30.00');
    });
  });
});

describe('quick redemption', () => {
  /** 10 000.00 invested: 3 000.00 in deposits up to a month, no cash. */
  const fund = () =>
    given(
      ...invested('2016-03-01', 'user-1', '10000.00'),
      topUp('2016-03-01', 'user-2', '5000.00'),
      closeDay('2016-03-01'),
    );

  it('pays the wallet at once: platform reserve up, wallet up; fund units down, cash down', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'))
      .when(redeem('2016-03-01', 'user-1', '30.00'))
      .recorded({ fund: 'yuebao', holder: 'user-1', amount: '30.00 CNY', speed: 'quick' })
      .gives(
        'FundRedeemed: reserve +30.00 · wallet:user-1 -30.00 · fund/units:user-1 +30.00 · fund/cash -30.00',
      );
  });

  it('out of all cash and then deposit-1m', () => {
    fund()
      .and(subscribe('2016-03-02', 'user-2', '400.00'))
      .when(redeem('2016-03-02', 'user-1', '1000.00'))
      .gives(
        'FundRedeemed: reserve +1000.00 · wallet:user-1 -1000.00 · fund/units:user-1 +1000.00 · fund/cash -400.00 · fund/deposit-1m -600.00',
      );
  });

  it('if that is not enough it is refused: FUND_ILLIQUID', () => {
    fund()
      .when(redeem('2016-03-02', 'user-1', '3000.01'))
      .refused('FUND_ILLIQUID', { value: '3000.01 CNY', detail: /3000\.00 CNY would go/ });
    fund()
      .when(redeem('2016-03-02', 'user-1', 'all'))
      .refused('FUND_ILLIQUID', { value: '10000.00 CNY', detail: /3000\.00 CNY would go/ });
  });

  it('less all that is owed: who asked first is paid first', () => {
    fund()
      .and(redeem('2016-03-02', 'user-1', '500.00', 'ordinary'))
      .when(redeem('2016-03-02', 'user-1', '2500.01'))
      .refused('FUND_ILLIQUID', { detail: /2500\.00 CNY would go/ });
  });

  it('within a daily limit for each holder, by effective date: QUICK_LIMIT', () => {
    const scene = given(
      ...invested('2018-06-06', 'user-1', '50000.00'),
      ...invested('2018-06-06', 'user-2', '50000.00'),
      redeem('2018-06-06', 'user-1', '9000.00'),
    );
    scene.when(redeem('2018-06-06', 'user-1', '1000.01')).refused('QUICK_LIMIT', {
      value: '1000.01 CNY',
      detail: /1000\.00 CNY would go today/,
      hint: /ordinary/,
    });
    scene.when(redeem('2018-06-06', 'user-1', '50%')).refused('QUICK_LIMIT', { value: '20500.00 CNY' });
    scene.when(redeem('2018-06-06', 'user-1', '1000.00')).accepted();
    scene.when(redeem('2018-06-06', 'user-2', '10000.00')).accepted();
    scene.when(redeem('2018-06-07', 'user-1', '10000.00')).accepted();
  });

  it('the limit of the day before 2018-06-06 is another', () => {
    given(...invested('2018-06-05', 'user-1', '50000.00'))
      .when(redeem('2018-06-05', 'user-1', 'all'))
      .gives(
        'FundRedeemed: reserve +50000.00 · wallet:user-1 -50000.00 · fund/units:user-1 +50000.00 · fund/cash -50000.00',
      );
  });

  it('more than is held, on that date or a later one: INSUFFICIENT_UNITS', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'), redeem('2016-03-05', 'user-1', '60.00', 'ordinary'))
      .when(redeem('2016-03-02', 'user-1', '40.01'))
      .refused('INSUFFICIENT_UNITS', { value: '40.01 CNY', detail: /user-1 has 40\.00 CNY/ });
  });

  it('`all` and shares are of the lowest holding from the date on; the intent is recorded', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'), redeem('2016-03-05', 'user-1', '60.00', 'ordinary'))
      .when(redeem('2016-03-02', 'user-1', '12.5%'))
      .recorded({ fund: 'yuebao', holder: 'user-1', amount: '12.5%', speed: 'quick' })
      .gives('FundRedeemed: reserve +5.00 · wallet:user-1 -5.00 · fund/units:user-1 +5.00 · fund/cash -5.00')
      .when(redeem('2016-03-02', 'user-1', 'all'))
      .gives(
        'FundRedeemed: reserve +35.00 · wallet:user-1 -35.00 · fund/units:user-1 +35.00 · fund/cash -35.00',
      )
      .when(redeem('2016-03-02', 'user-1', 'all'))
      .refused('NOTHING_TO_DO', { value: 'user-1' });
  });
});

describe('ordinary redemption', () => {
  it('takes units out, and the fund owes it: outside the backing', () => {
    const scene = given(...invested('2016-03-01', 'user-1', '100.00'));
    scene
      .when(redeem('2016-03-01', 'user-1', '40.00', 'ordinary'))
      .gives('FundRedeemed: fund/units:user-1 +40.00 · fund/redemptions-due:user-1 -40.00');
    expectBalances(scene, { reserve: '0.00', 'wallet:user-1': '0.00', 'fund/cash': '100.00' });
  });

  it('needs only units on D: no limit, no liquidity', () => {
    given(...invested('2018-06-06', 'user-1', '50000.00'), closeDay('2018-06-06'))
      .when(redeem('2018-06-07', 'user-1', 'all', 'ordinary'))
      .gives('FundRedeemed: fund/units:user-1 +50000.00 · fund/redemptions-due:user-1 -50000.00');
  });

  it('is due at the close of the next calendar day', () => {
    given(
      noFloat('2016-03-01'),
      ...invested('2016-03-01', 'user-1', '100.00'),
      redeem('2016-03-01', 'user-1', '40.00', 'ordinary'),
    )
      .when(closeDay('2016-03-01'))
      .givesOf(['RedemptionPaid'])
      .when(closeDay('2016-03-02'))
      .givesOf(
        ['RedemptionPaid'],
        'RedemptionPaid: fund/redemptions-due:user-1 +40.00 · fund/cash -40.00 · reserve +40.00 · wallet:user-1 -40.00',
      );
  });

  it('free cash is what is beyond all that is owed, redemptions asked for today too', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'), redeem('2016-03-01', 'user-1', '40.00', 'ordinary'))
      .when(closeDay('2016-03-01'))
      .givesOf(
        ['CashInvested'],
        'CashInvested: fund/cash -60.00 · fund/deposit-1m +18.00 · fund/deposit-3m +18.00 · fund/deposit-long +18.00 · fund/bond +4.20 · fund/insurance +1.20 · fund/other +0.60',
      );
  });

  it('uses cash, then deposit-1m, which is broken without cost', () => {
    given(
      ...noFees('2016-03-01'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
      redeem('2016-03-02', 'user-1', '2000.00', 'ordinary'),
      closeDay('2016-03-02'),
    )
      .when(closeDay('2016-03-03'))
      // 64.00 matured on the 2nd, and 63.12 of what was then left on the 3rd.
      .givesOf(
        ['RedemptionPaid'],
        'RedemptionPaid: fund/redemptions-due:user-1 +2000.00 · fund/cash -127.12 · fund/deposit-1m -1872.88 · reserve +2000.00 · wallet:user-1 -2000.00',
      );
  });
});

describe('what can’t be paid', () => {
  /** All in bonds, of which 0.1 % a day turns into cash; user-1 asks for all that he has, and user-2 for some. */
  const run = () =>
    given(
      noFloat('2016-03-01'),
      only('2016-03-01', 'bond'),
      publishRate('2016-03-01', 'bond', '3.65%'),
      ...invested('2016-03-01', 'user-1', '6000.00'),
      ...invested('2016-03-01', 'user-2', '4000.00'),
      closeDay('2016-03-01'),
      redeem('2016-03-02', 'user-1', 'all', 'ordinary'),
      redeem('2016-03-02', 'user-2', '5.00', 'ordinary'),
      closeDay('2016-03-02'),
    );

  it('is paid in part, stays owed, and is listed as a breach', () => {
    const outcome = run().when(closeDay('2016-03-03'));
    // On the 2nd 10.00 matured and 1.00 was earned; 0.16 of fees were paid. On the 3rd 9.99 and 0.99.
    outcome.givesOf(
      ['RedemptionPaid', 'FundFeePaid', 'CashInvested'],
      'RedemptionPaid: fund/redemptions-due:user-1 +21.82 · fund/cash -21.82 · reserve +21.82 · wallet:user-1 -21.82',
    );
    expect(dataOf(outcome, 'RedemptionPaid')).toEqual([
      { redemption: '000000000001', holder: 'user-1', left: '5978.18 CNY' },
    ]);
    expect(breachesOf(outcome)).toEqual([
      {
        rule: 'yuebao.redemptionsPaid',
        detail: 'redemptions due that the fund could not pay',
        amount: '5983.18 CNY',
      },
      { rule: 'yuebao.feesPaid', detail: 'fees that the fund could not pay', amount: '0.07 CNY' },
    ]);
  });

  it('is first in line at the next close, oldest first, in the order of the log', () => {
    const scene = run().and(closeDay('2016-03-03'), ...invested('2016-03-04', 'user-3', '5970.00'));
    scene
      .when(closeDay('2016-03-04'))
      // Cash: 5 970.00 subscribed, 9.98 matured, 1.00 earned.
      .givesOf(
        ['RedemptionPaid', 'FundFeePaid'],
        'RedemptionPaid: fund/redemptions-due:user-1 +5978.18 · fund/cash -5978.18 · reserve +5978.18 · wallet:user-1 -5978.18',
        'RedemptionPaid: fund/redemptions-due:user-2 +2.80 · fund/cash -2.80 · reserve +2.80 · wallet:user-2 -2.80',
      )
      .when(redeem('2016-03-05', 'user-3', '0.01'))
      .refused('FUND_ILLIQUID', { detail: /0\.00 CNY would go/ });
  });

  it('goes by the date that it was asked for, before the order of the log', () => {
    given(
      noFloat('2016-03-01'),
      only('2016-03-01', 'bond'),
      ...invested('2016-03-01', 'user-1', '5000.00'),
      ...invested('2016-03-01', 'user-2', '5000.00'),
      closeDay('2016-03-01'),
      redeem('2016-03-03', 'user-2', '5.00', 'ordinary'),
      redeem('2016-03-02', 'user-1', '25.00', 'ordinary'),
      closeDay('2016-03-02'),
      closeDay('2016-03-03'),
    )
      .when(closeDay('2016-03-04'))
      // 10.00 and 9.99 had matured by the 3rd, and went to user-1; 9.98 on the 4th pay his rest, 5.01, and then 4.97 to user-2.
      .givesOf(
        ['RedemptionPaid'],
        'RedemptionPaid: fund/redemptions-due:user-1 +5.01 · fund/cash -5.01 · reserve +5.01 · wallet:user-1 -5.01',
        'RedemptionPaid: fund/redemptions-due:user-2 +4.97 · fund/cash -4.97 · reserve +4.97 · wallet:user-2 -4.97',
      );
  });

  it('who waits for his money earns as if he held it: overdue redemptions are eligible; those due are not', () => {
    const scene = run();
    const due = scene.when(closeDay('2016-03-03'));
    // user-2 alone: 4 000.00, less 5.00, and 0.84 distributed to him the day before.
    expect(dataOf(due, 'Distributed')).toMatchObject([{ eligible: '3995.84 CNY' }]);
    const overdue = scene.when(closeDay('2016-03-04'));
    // and now the 5 978.18 and 5.00 that are still owed, and what he got on the 3rd: 0.99 less fees of 0.07.
    expect(dataOf(overdue, 'Distributed')).toMatchObject([{ eligible: '9979.94 CNY' }]);
  });

  it('net assets, which fees are a share of, are less redemptions due, but not those overdue', () => {
    const scene = given(
      noFloat('2016-03-01'),
      only('2016-03-01', 'bond'),
      publishRate('2016-03-01', 'bond', '36.5%'),
      changePolicy('2016-03-01', 'yuebao.managementFeeRate', '3.65%'),
      changePolicy('2016-03-01', 'yuebao.custodyFeeRate', '0%'),
      changePolicy('2016-03-01', 'yuebao.salesFeeRate', '0%'),
      ...invested('2016-03-01', 'user-1', '6000.00'),
      ...invested('2016-03-01', 'user-2', '4000.00'),
      closeDay('2016-03-01'),
      redeem('2016-03-02', 'user-1', 'all', 'ordinary'),
    );
    const fees = (on: string) => dataOf(scene.when(closeDay(on)), 'FundFeesAccrued');
    // 0.01 % a day of 10 000.00; then of 10 009.00 less 6 000.00; then of all again, less what has been paid.
    expect(fees('2016-03-02')).toMatchObject([{ management: '1.00 CNY' }]);
    expect(fees('2016-03-03')).toMatchObject([{ management: '0.40 CNY' }]);
    expect(fees('2016-03-04')).toMatchObject([{ management: '0.99 CNY' }]);
  });
});

describe('income', () => {
  it('no rate yet counts as 0, with a warning', () => {
    const outcome = given(
      only('2016-03-01', 'bond'),
      ...invested('2016-03-01', 'user-1', '100.00'),
      closeDay('2016-03-01'),
    ).when(closeDay('2016-03-02'));
    outcome.givesOf(['IncomeEarned', 'Distributed']);
    expect(breachesOf(outcome)).toEqual([
      { rule: 'yuebao.incomeOfClass', detail: 'no rate published, counted as 0: bond', amount: '100.00 CNY' },
    ]);
  });

  it('is at the latest rate published for a date up to the day, of two for one date at the last published', () => {
    const scene = given(
      only('2016-03-01', 'bond'),
      publishRate('2016-03-03', 'bond', '3.65%'),
      publishRate('2016-03-02', 'bond', '7.3%'),
      publishRate('2016-03-02', 'bond', '36.5%'),
      ...invested('2016-03-01', 'user-1', '100000.00'),
      closeDay('2016-03-01'),
    );
    scene
      .when(closeDay('2016-03-02'))
      .givesOf(['IncomeEarned'], 'IncomeEarned: fund/cash +100.00 · fund/investment-income -100.00');
    // What matured and what was earned has gone back into bonds: 100 098.36 at 0.01 % earn 10.00.
    scene
      .when(closeDay('2016-03-03'))
      .givesOf(['IncomeEarned'], 'IncomeEarned: fund/cash +10.00 · fund/investment-income -10.00');
  });

  it('is on the balance at the end of the day before, floored, the fraction carried exactly', () => {
    const scene = given(
      ...noFees('2016-03-01'),
      only('2016-03-01', 'deposit-1m'),
      publishRate('2016-03-01', 'deposit-1m', '2%'),
      ...invested('2016-03-01', 'user-1', '100.00'),
      closeDay('2016-03-01'),
    );
    const second = scene.when(closeDay('2016-03-02'));
    second.givesOf(['IncomeEarned', 'Distributed'], 'IncomeEarned');
    expect(dataOf(second, 'IncomeEarned')).toEqual([
      { asset: 'deposit-1m', income: '0.00 CNY', carry: '40/73' },
    ]);
    const third = scene.when(closeDay('2016-03-03'));
    third.givesOf(
      ['IncomeEarned', 'Distributed'],
      'IncomeEarned: fund/cash +0.01 · fund/investment-income -0.01',
      'Distributed: fund/distribution +0.01 · fund/units:user-1 -0.01',
    );
    expect(dataOf(third, 'IncomeEarned')).toEqual([
      { asset: 'deposit-1m', income: '0.01 CNY', carry: '7/73' },
    ]);
  });

  it('a rate is a year’s, of a class that there is: INVALID_INPUT', () => {
    const scene = given();
    scene.when(publishRate('2016-03-01', 'gold', '1%')).refused('INVALID_INPUT', { value: 'asset: gold' });
    scene
      .when(publishRate('2016-03-01', 'bond', '1%/day'))
      .refused('INVALID_INPUT', { detail: /for a year/ });
    scene
      .when(publishRate('2016-03-01', 'bond', '1%/year'))
      .recorded({ asset: 'bond', rate: '1%' })
      .gives('RatePublished');
  });
});

describe('fees', () => {
  it('take at most the day’s booked income: management first, then custody, then sales; the rest is waived', () => {
    // 10 000.00 in bonds at 0.33215 % earn 9.1 cents; 8 for management, 1 of 2 for custody, none of 6 for sales.
    const outcome = given(
      only('2016-03-01', 'bond'),
      publishRate('2016-03-01', 'bond', '0.33215%'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
    ).when(closeDay('2016-03-02'));
    outcome.givesOf(
      ['FundFeesAccrued', 'Distributed'],
      'FundFeesAccrued: fund/management-fee +0.08 · fund/custody-fee +0.01 · fund/fees-due -0.08 · fund/custody-due -0.01 · fees-due +0.08 · management-fee -0.08',
    );
    // What is waived are whole cents; the fractions go on.
    expect(dataOf(outcome, 'FundFeesAccrued')).toEqual([
      {
        management: '0.08 CNY',
        custody: '0.01 CNY',
        sales: '0.00 CNY',
        managementCarry: '16/73',
        custodyCarry: '14/73',
        salesCarry: '62/73',
      },
    ]);
  });

  it('what a fund without income would cost is waived whole, day after day', () => {
    const scene = given(only('2016-03-01', 'bond'), ...invested('2016-03-01', 'user-1', '10000.00'));
    scene.book.closeThrough(dayOf('2016-03-10'));
    expectBalances(scene, {
      'management-fee': '0.00',
      'fund/fees-due': '0.00',
      'fund/units:user-1': '10000.00',
    });
  });

  it('accrue in the second phase at both entities, and are paid in the third, the platform’s before the custodian’s', () => {
    const scene = given(
      noFloat('2016-03-01'),
      ...rates('2016-03-01', '3.65%'),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
      closeDay('2016-03-02'),
    );
    expectBalances(scene, {
      'management-fee': '0.08',
      'sales-fee': '0.06',
      'fees-due': '0.00',
      'fund/fees-due': '0.00',
      'fund/custody-due': '0.00',
      'own-cash': '0.14',
    });
  });

  it('are at the rates of the day that is closed', () => {
    const outcome = given(
      ...rates('2016-03-01', '3.65%'),
      changePolicy('2016-03-01', 'yuebao.managementFeeRate', '0%', { from: '2016-03-02', to: '2016-03-02' }),
      ...invested('2016-03-01', 'user-1', '10000.00'),
      closeDay('2016-03-01'),
    ).when(closeDay('2016-03-02'));
    expect(dataOf(outcome, 'FundFeesAccrued')).toMatchObject([{ management: '0.00 CNY', sales: '0.06 CNY' }]);
  });
});

describe('the distribution', () => {
  /** 0.025 % a day, no fees, all in deposits up to a month. */
  const fund = (...holdings: readonly Command[]) =>
    given(
      ...noFees('2016-03-01'),
      noFloat('2016-03-01'),
      only('2016-03-01', 'deposit-1m'),
      publishRate('2016-03-01', 'deposit-1m', '9.125%'),
      ...holdings,
      closeDay('2016-03-01'),
    );

  it('gives each holder eligible units / all eligible units of the result, floored; the rest is carried in the result', () => {
    const scene = fund(
      ...invested('2016-03-01', 'user-1', '100.00'),
      ...invested('2016-03-01', 'user-2', '100.00'),
      ...invested('2016-03-01', 'user-3', '200.00'),
    );
    const first = scene.when(closeDay('2016-03-02'));
    first.givesOf(
      ['Distributed'],
      'Distributed: fund/distribution +0.09 · fund/units:user-1 -0.02 · fund/units:user-2 -0.02 · fund/units:user-3 -0.05',
    );
    expect(dataOf(first, 'Distributed')).toEqual([
      { result: '0.10 CNY', eligible: '400.00 CNY', holders: 3 },
    ]);
    expect(dataOf(scene.when(closeDay('2016-03-03')), 'Distributed')).toMatchObject([
      { result: '0.11 CNY', eligible: '400.09 CNY' },
    ]);
  });

  it('with nobody eligible all of it is carried', () => {
    const scene = fund(...invested('2016-03-01', 'user-1', '400.00')).and(
      redeem('2016-03-02', 'user-1', 'all'),
      ...invested('2016-03-02', 'user-2', '400.00'),
    );
    scene
      .when(closeDay('2016-03-02'))
      .givesOf(
        ['IncomeEarned', 'Distributed'],
        'IncomeEarned: fund/cash +0.10 · fund/investment-income -0.10',
      );
    expect(dataOf(scene.when(closeDay('2016-03-03')), 'Distributed')).toEqual([
      { result: '0.20 CNY', eligible: '400.00 CNY', holders: 1 },
    ]);
  });

  it.each(['quick', 'ordinary'] as const)('money redeemed on D (%s) earns no more from D on', (speed) => {
    const scene = fund(
      ...invested('2016-03-01', 'user-1', '200.00'),
      ...invested('2016-03-01', 'user-2', '200.00'),
    ).and(redeem('2016-03-02', 'user-1', '150.00', speed));
    expect(dataOf(scene.when(closeDay('2016-03-02')), 'Distributed')).toMatchObject([
      { eligible: '250.00 CNY' },
    ]);
  });

  it('nor does what is paid from the fund', () => {
    const scene = fund(
      ...invested('2016-03-01', 'user-1', '200.00'),
      ...invested('2016-03-01', 'user-2', '200.00'),
    ).and(pay('2016-03-02', 'P-1', 'user-1', 'merchant-1', '150.00', { method: 'yuebao' }));
    expect(dataOf(scene.when(closeDay('2016-03-02')), 'Distributed')).toMatchObject([
      { eligible: '250.00 CNY' },
    ]);
  });

  it('eligible is never below zero: what was subscribed and redeemed on D does not take from others', () => {
    const scene = fund(
      ...invested('2016-03-01', 'user-1', '100.00'),
      ...invested('2016-03-01', 'user-2', '300.00'),
    ).and(...invested('2016-03-02', 'user-1', '500.00'), redeem('2016-03-02', 'user-1', '550.00'));
    expect(dataOf(scene.when(closeDay('2016-03-02')), 'Distributed')).toMatchObject([
      { eligible: '300.00 CNY', holders: 1 },
    ]);
  });

  it('is paid in units at the close, which earn from the next day on', () => {
    const scene = fund(...invested('2016-03-01', 'user-1', '40000.00')).and(closeDay('2016-03-02'));
    expectBalances(scene, { 'fund/units:user-1': '40010.00' });
    expect(dataOf(scene.when(closeDay('2016-03-03')), 'Distributed')).toMatchObject([
      { eligible: '40010.00 CNY' },
    ]);
  });

  it('to 1200 holders makes events of at most 500 postings, and its sums are exact', () => {
    const holders = Array.from({ length: 1200 }, (_, at) => `user-${String(at).padStart(4, '0')}`);
    const outcome = fund(
      ...holders.flatMap((holder, at) => invested('2016-03-01', holder, `${1000 + at}.07`)),
    ).when(closeDay('2016-03-02'));
    const parts = outcome.events.filter(({ type }) => type === 'Distributed');
    expect(parts.map(({ accounts }) => accounts.length)).toEqual([500, 500, 203]);
    expect(parts.map(({ data }) => (isRecord(data) ? data.holders : 0))).toEqual([499, 499, 202]);
    for (const { minors } of parts) expect(minors.reduce((sum, minor) => sum + minor, 0n)).toBe(0n);
    // 1 919 484.00 earn 479.87; each has a 0.025 % of his own, floored as a share of that.
    const whole = holders.reduce((sum, _, at) => sum + BigInt(100_007 + 100 * at), 0n);
    const result = (whole * 25n) / 100_000n;
    const shares = holders.map((_, at) => (result * BigInt(100_007 + 100 * at)) / whole);
    const paid = parts.flatMap(({ accounts, minors }) =>
      accounts.flatMap((account, at) =>
        account.includes(':units:') ? [[account.split(':')[4], -(minors[at] ?? 0n)]] : [],
      ),
    );
    expect(paid).toEqual(holders.map((holder, at) => [holder, shares[at]]));
    const total = shares.reduce((sum, share) => sum + share, 0n);
    expect(outcome.book.balance('fund/distribution')).toBe(
      `${total / 100n}.${String(total % 100n).padStart(2, '0')}`,
    );
    expect(result - total).toBeGreaterThan(0n);
  });
});

describe('investing', () => {
  it('largest remainder, ties in the order of the allocation', () => {
    given(...invested('2016-03-01', 'user-1', '0.02'))
      .when(closeDay('2016-03-01'))
      .givesOf(
        ['CashInvested'],
        'CashInvested: fund/cash -0.02 · fund/deposit-1m +0.01 · fund/deposit-3m +0.01',
      );
  });

  it('that is the order of the list of classes, however a value is written', () => {
    const backwards = {
      other: '20%',
      insurance: '20%',
      bond: '20%',
      'deposit-long': '20%',
      'deposit-3m': '20%',
      'deposit-1m': '0%',
    };
    given(
      changePolicy('2016-03-01', 'yuebao.allocation', backwards),
      ...invested('2016-03-01', 'user-1', '0.02'),
    )
      .when(closeDay('2016-03-01'))
      .givesOf(
        ['CashInvested'],
        'CashInvested: fund/cash -0.02 · fund/deposit-3m +0.01 · fund/deposit-long +0.01',
      );
  });

  it('only classes below their target get any; nothing is sold', () => {
    given(
      only('2016-03-01', 'bond'),
      ...invested('2016-03-01', 'user-1', '100.00'),
      closeDay('2016-03-01'),
      only('2016-03-02', 'insurance'),
      changePolicy(
        '2016-03-02',
        'yuebao.maturingPerDay',
        Object.fromEntries(classes.slice(1).map((name) => [name, '0%'])),
      ),
      ...invested('2016-03-02', 'user-1', '50.00'),
    )
      .when(closeDay('2016-03-02'))
      .givesOf(['CashInvested', 'AssetsMatured'], 'CashInvested: fund/cash -50.00 · fund/insurance +50.00');
  });

  it('with facts of later open days in the log: the close takes the lowest cash from its day on', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'), redeem('2016-03-03', 'user-1', '80.00'))
      .when(closeDay('2016-03-01'))
      .givesOf(
        ['CashInvested'],
        'CashInvested: fund/cash -20.00 · fund/deposit-1m +6.00 · fund/deposit-3m +6.00 · fund/deposit-long +6.00 · fund/bond +1.40 · fund/insurance +0.40 · fund/other +0.20',
      );
  });
});

describe('paying from the fund', () => {
  it('is a redemption into the payment: both entities balance in the one entry', () => {
    given(...invested('2016-03-01', 'user-1', '100.00'))
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }))
      .gives('PaymentInitiated: escrow -60.00 · reserve +60.00 · fund/units:user-1 +60.00 · fund/cash -60.00')
      .when(pay('2016-03-01', 'P-2', 'user-1', 'merchant-1', '40.00', { method: 'yuebao', escrow: false }))
      .gives(
        'PaymentInitiated: wallet:merchant-1 -39.76 · merchant-fee -0.24 · reserve +40.00 · fund/units:user-1 +40.00 · fund/cash -40.00',
      );
  });

  it('needs units and liquidity: INSUFFICIENT_UNITS, FUND_ILLIQUID', () => {
    const scene = given(...invested('2016-03-01', 'user-1', '10000.00'), closeDay('2016-03-01'));
    const paying = (amount: string) =>
      pay('2016-03-02', 'P-1', 'user-1', 'merchant-1', amount, { method: 'yuebao' });
    scene.when(paying('10000.01')).refused('INSUFFICIENT_UNITS');
    scene.when(paying('3000.01')).refused('FUND_ILLIQUID', { detail: /3000\.00 CNY would go/ });
    scene
      .when(paying('3000.00'))
      .gives(
        'PaymentInitiated: escrow -3000.00 · reserve +3000.00 · fund/units:user-1 +3000.00 · fund/deposit-1m -3000.00',
      );
  });

  it('the quick limit does not count for it, nor it for the limit', () => {
    given(...invested('2018-06-06', 'user-1', '50000.00'))
      .when(pay('2018-06-06', 'P-1', 'user-1', 'merchant-1', '30000.00', { method: 'yuebao' }))
      .gives(
        'PaymentInitiated: escrow -30000.00 · reserve +30000.00 · fund/units:user-1 +30000.00 · fund/cash -30000.00',
      )
      .when(redeem('2018-06-06', 'user-1', '10000.00'))
      .gives(
        'FundRedeemed: reserve +10000.00 · wallet:user-1 -10000.00 · fund/units:user-1 +10000.00 · fund/cash -10000.00',
      );
  });

  it('a refund goes back into units; what the holding cap leaves no room for goes to the wallet', () => {
    given(
      ...invested('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }),
      changePolicy('2016-03-01', 'yuebao.holdingCap', '65.00 CNY'),
    )
      .when(refund('2016-03-01', 'P-1', '30.00'))
      .gives(
        'PaymentRefunded: escrow +30.00 · reserve -25.00 · wallet:user-1 -5.00 · fund/cash +25.00 · fund/units:user-1 -25.00',
      )
      .when(refund('2016-03-01', 'P-1'))
      .gives('PaymentRefunded: escrow +30.00 · wallet:user-1 -30.00');
  });

  it('the room for a refund is under the cap of its date, on every date from it on', () => {
    given(
      ...invested('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }),
      ...invested('2016-03-05', 'user-1', '50.00'),
      changePolicy('2016-03-01', 'yuebao.holdingCap', '100.00 CNY'),
    )
      .when(refund('2016-03-02', 'P-1', '20.00'))
      .gives(
        'PaymentRefunded: escrow +20.00 · reserve -10.00 · wallet:user-1 -10.00 · fund/cash +10.00 · fund/units:user-1 -10.00',
      );
  });

  it('after the confirmation the seller bears it, and the fee comes back from own cash', () => {
    given(
      ...invested('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', { method: 'yuebao', escrow: false }),
    )
      .when(refund('2016-03-01', 'P-1', '50.00'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +49.70 · merchant-fee +0.30 · own-cash -0.30 · reserve -49.70 · fund/cash +50.00 · fund/units:user-1 -50.00',
      );
  });
});

describe('reversal', () => {
  const scene = () =>
    given(
      ...noFees('2016-03-01'),
      only('2016-03-01', 'deposit-1m'),
      publishRate('2016-03-01', 'deposit-1m', '9.125%'),
    );

  it('of a subscription gives the money back, where units and cash are still there', () => {
    const subscribed = scene().and(...invested('2016-03-01', 'user-1', '100.00'));
    subscribed
      .whenOf('FundSubscribed', (revision) => reverse('2016-03-01', revision))
      .gives(
        'Reversed: wallet:user-1 -100.00 · reserve +100.00 · fund/cash -100.00 · fund/units:user-1 +100.00',
      );
    scene()
      .and(...invested('2016-03-01', 'user-1', '100.00'), redeem('2016-03-01', 'user-1', '0.01', 'ordinary'))
      .whenOf('FundSubscribed', (revision) => reverse('2016-03-01', revision))
      .refused('REVERSAL_DOES_NOT_FIT', { detail: /INSUFFICIENT_UNITS/ });
  });

  it('units taken back by a reversal on a later day count as redeemed on that day', () => {
    const late = scene()
      .and(...invested('2016-03-01', 'user-1', '200.00'), ...invested('2016-03-01', 'user-2', '200.00'))
      .andOf('FundSubscribed', (revision) => reverse('2016-03-02', revision));
    late
      .when(closeDay('2016-03-01'))
      .givesOf(['CashInvested'], 'CashInvested: fund/cash -200.00 · fund/deposit-1m +200.00');
    expect(dataOf(late.when(closeDay('2016-03-02')), 'Distributed')).toMatchObject([
      { eligible: '200.00 CNY', holders: 1 },
    ]);
  });

  it('of a quick redemption gives units and limit back', () => {
    given(...invested('2018-06-06', 'user-1', '50000.00'), redeem('2018-06-06', 'user-1', '10000.00'))
      .whenOf('FundRedeemed', (revision) => reverse('2018-06-06', revision))
      .gives(
        'Reversed: reserve -10000.00 · wallet:user-1 +10000.00 · fund/units:user-1 -10000.00 · fund/cash +10000.00',
      )
      .when(redeem('2018-06-06', 'user-1', '10000.00'))
      .gives(
        'FundRedeemed: reserve +10000.00 · wallet:user-1 -10000.00 · fund/units:user-1 +10000.00 · fund/cash -10000.00',
      );
  });

  it('of an ordinary redemption gives units back, and it is no longer paid', () => {
    const undone = scene().and(
      ...invested('2016-03-01', 'user-1', '100.00'),
      redeem('2016-03-01', 'user-1', '40.00', 'ordinary'),
    );
    undone
      .whenOf('FundRedeemed', (revision) => reverse('2016-03-01', revision))
      .gives('Reversed: fund/units:user-1 -40.00 · fund/redemptions-due:user-1 +40.00');
    undone.and(closeDay('2016-03-01')).when(closeDay('2016-03-02')).givesOf(['RedemptionPaid']);
    expectBalances(undone, { 'fund/units:user-1': '100.02', 'fund/redemptions-due:user-1': '0.00' });
  });

  it('of a redemption on its own day: the units are eligible as if nothing had been', () => {
    const undone = scene()
      .and(
        ...invested('2016-03-01', 'user-1', '400.00'),
        closeDay('2016-03-01'),
        redeem('2016-03-02', 'user-1', '300.00', 'ordinary'),
      )
      .andOf('FundRedeemed', (revision) => reverse('2016-03-02', revision));
    expect(dataOf(undone.when(closeDay('2016-03-02')), 'Distributed')).toMatchObject([
      { eligible: '400.00 CNY' },
    ]);
  });

  it('of a payment from the fund puts the units back', () => {
    scene()
      .and(
        ...invested('2016-03-01', 'user-1', '100.00'),
        pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }),
      )
      .whenOf('PaymentInitiated', (revision) => reverse('2016-03-01', revision))
      .gives('Reversed: escrow +60.00 · reserve -60.00 · fund/units:user-1 -60.00 · fund/cash +60.00');
  });

  it('of a refund into units takes them out again', () => {
    scene()
      .and(
        ...invested('2016-03-01', 'user-1', '100.00'),
        pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }),
        refund('2016-03-01', 'P-1'),
      )
      .whenOf('PaymentRefunded', (revision) => reverse('2016-03-01', revision))
      .gives('Reversed: escrow -60.00 · reserve +60.00 · fund/cash -60.00 · fund/units:user-1 +60.00');
  });

  it('of a published rate: NOT_REVERSIBLE, and what to do instead', () => {
    scene()
      .whenOf('RatePublished', (revision) => reverse('2016-03-01', revision))
      .refused('NOT_REVERSIBLE', { hint: /Publish the right rate for the same date/ });
  });

  it('of what a close paid: NOT_REVERSIBLE, its day is closed', () => {
    scene()
      .and(
        ...invested('2016-03-01', 'user-1', '100.00'),
        redeem('2016-03-01', 'user-1', '40.00', 'ordinary'),
        closeDay('2016-03-01'),
        closeDay('2016-03-02'),
      )
      .whenOf('FundRedeemed', (revision) => reverse('2016-03-03', revision))
      .refused('NOT_REVERSIBLE', { detail: /2016-03-01 is closed/ });
  });
});

it('units are always worth 1.00: assets are what is owed, units, and the result that is carried', () => {
  const made = book().take(
    contributeCapital('2016-03-01', '10.00'),
    ...rates('2016-03-01', '2.9%'),
    ...invested('2016-03-01', 'user-1', '1234.56'),
    ...invested('2016-03-01', 'user-2', '98765.43'),
  );
  made.closeThrough(dayOf('2016-04-15'));
  const minor = (name: string): bigint => BigInt(made.balance(`fund/${name}`).replace('.', ''));
  const sum = (...names: readonly string[]): bigint => names.reduce((total, name) => total + minor(name), 0n);
  const result =
    minor('investment-income') - sum('management-fee', 'custody-fee', 'sales-fee', 'distribution');
  expect(sum('cash', ...classes)).toBe(
    sum('units:user-1', 'units:user-2', 'fees-due', 'custody-due') + result,
  );
  // Two floored shares leave less than two cents.
  expect(result >= 0n && result < 2n).toBe(true);
});

it('a posting is written the way the pages write it', () => {
  const made = book().take(...invested('2016-03-01', 'user-1', '5.00'));
  expect(made.events.map(postingsOf).at(-1)).toEqual([
    'wallet:user-1 +5.00',
    'reserve -5.00',
    'fund/cash +5.00',
    'fund/units:user-1 -5.00',
  ]);
});
