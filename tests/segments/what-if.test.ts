/** What a what-if makes of each fact, point by point as commands.md settles it ("In a what-if"). */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { shortBalances } from '../support/book.ts';
import {
  changePolicy,
  closeDay,
  confirm,
  keyed,
  pay,
  publishRate,
  redeem,
  refund,
  reverse,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { type Assumptions, type BaseOptions, type Variant, whatIf } from '../support/what-if.ts';

const on = '2016-03-01';
const fee = 'payments.merchantFeeRate';
const instant = { method: 'card', escrow: false } as const;

/** What a variant listed, and what it says of some accounts. */
function outcome(
  lines: readonly Command[],
  assumptions: Assumptions,
  options: Partial<BaseOptions> & { readonly to?: string } = {},
): {
  readonly variant: Variant;
  readonly listed: Variant['divergences'];
  readonly balance: (name: string) => string;
} {
  const variant = whatIf(lines, assumptions, { to: '2016-03-31', ...options });
  const balances = shortBalances(variant.balances);
  return { variant, listed: variant.divergences, balance: (name) => balances[name] ?? '0.00' };
}

describe('facts on a holder’s own position clamp', () => {
  it('withdraw: to what is in the wallet', () => {
    const { listed, balance, variant } = outcome(
      [pay(on, 'P-1', 'user-1', 'm', '100.00', instant), withdraw(on, 'm', '99.40')],
      { [fee]: '1%' },
    );
    expect(listed).toEqual([[2, 'clamp', 'INSUFFICIENT_FUNDS']]);
    expect(balance('wallet:m')).toBe('0.00');
    expect(variant.evaluation.divergences[0]).toMatchObject({
      type: 'Withdrawn',
      was: { holder: 'm', amount: '99.40 CNY' },
      became: { holder: 'm', amount: '99.00 CNY' },
    });
  });

  it('redeem: to the units that are held', () => {
    const { listed, balance } = outcome(
      [
        topUp(on, 'user-1', '100.00'),
        subscribe(on, 'user-1', '100.00'),
        redeem(on, 'user-1', '80.00', 'ordinary'),
      ],
      { 'yuebao.holdingCap': '50.00 CNY' },
    );
    expect(listed).toEqual([
      [2, 'clamp', 'HOLDING_CAP'],
      [3, 'clamp', 'INSUFFICIENT_UNITS'],
    ]);
    expect(balance('wallet:user-1')).toBe('100.00');
  });

  it('redeem: to the quick limit', () => {
    const { listed, balance } = outcome(
      [topUp(on, 'user-1', '100.00'), subscribe(on, 'user-1', '100.00'), redeem(on, 'user-1', '80.00')],
      { 'yuebao.quickRedemptionLimit': '30.00 CNY' },
    );
    expect(listed).toEqual([[3, 'clamp', 'QUICK_LIMIT']]);
    expect(balance('wallet:user-1')).toBe('30.00');
  });

  it('redeem: to what the fund can pay', () => {
    const allocation = {
      'deposit-1m': '10%',
      'deposit-3m': '90%',
      'deposit-long': '0%',
      bond: '0%',
      insurance: '0%',
      other: '0%',
    };
    const { listed, balance } = outcome(
      [
        topUp(on, 'user-1', '100.00'),
        subscribe(on, 'user-1', '100.00'),
        redeem('2016-03-02', 'user-1', '30.00'),
      ],
      { 'yuebao.allocation': allocation },
      { to: '2016-03-02' },
    );
    expect(listed).toEqual([[3, 'clamp', 'FUND_ILLIQUID']]);
    expect(balance('wallet:user-1')).toBe('10.00');
  });

  it('subscribe: to the cap, and to the wallet; what is listed is the first code that applies to the fact as it was', () => {
    const lines = [
      pay(on, 'P-1', 'user-1', 'm', '100.00', instant),
      subscribe(on, 'm', '99.40'),
      topUp('2016-03-02', 'm', '50.00'),
      subscribe('2016-03-02', 'm', '50.00'),
    ];
    expect(outcome(lines, { 'yuebao.holdingCap': '120.00 CNY' }).listed).toEqual([
      [4, 'clamp', 'HOLDING_CAP'],
    ]);
    expect(outcome(lines, { [fee]: '1%' }).listed).toEqual([[2, 'clamp', 'INSUFFICIENT_FUNDS']]);
    const both = outcome(lines, { [fee]: '1%', 'yuebao.holdingCap': '80.00 CNY' });
    expect(both.listed).toEqual([
      [2, 'clamp', 'INSUFFICIENT_FUNDS'],
      [4, 'skip', 'HOLDING_CAP'],
    ]);
    expect(both.balance('fund/units:m')).toBe('80.00');
  });

  it('refund: after the confirmation to the largest that the merchant can bear', () => {
    // He keeps 95.00 of 100.00 and transfers 59.40: what is left, 35.60, bears a refund of 37.47 of which 1.87 comes back.
    const { listed, balance, variant } = outcome(
      [
        pay(on, 'P-1', 'user-1', 'm', '100.00', instant),
        transfer(on, 'm', 'user-2', '59.40'),
        refund(on, 'P-1', '40.00'),
      ],
      { [fee]: '5%' },
    );
    expect(listed).toEqual([[3, 'clamp', 'INSUFFICIENT_FUNDS']]);
    expect(balance('wallet:m')).toBe('0.00');
    expect(variant.evaluation.divergences[0]?.became).toEqual({ payment: 'P-1', amount: '37.47 CNY' });
  });

  it('a clamp to nothing is a skip', () => {
    const { listed } = outcome(
      [
        pay(on, 'P-1', 'user-1', 'm', '100.00', instant),
        withdraw(on, 'm', '99.40'),
        subscribe(on, 'm', '0.01'),
      ].slice(0, 2),
      { [fee]: '100%' },
    );
    expect(listed).toEqual([[2, 'skip', 'INSUFFICIENT_FUNDS']]);
  });

  it('and so is a withdrawal clamped to no more than its fee', () => {
    const day = '2016-11-01';
    const { listed } = outcome(
      [
        changePolicy(day, 'payments.withdrawalFreeAllowance', '0 CNY'),
        pay(day, 'P-1', 'user-1', 'm', '1.00', instant),
        withdraw(day, 'm', '0.99'),
      ],
      { [fee]: '95%' },
      { to: '2016-11-02' },
    );
    // 0.05 is left, and the least fee is 0.10.
    expect(listed).toEqual([[3, 'skip', 'INSUFFICIENT_FUNDS']]);
  });

  it('what was clamped is what is reversed, and what counts later', () => {
    const lines = [
      topUp(on, 'user-1', '100.00'),
      subscribe(on, 'user-1', '100.00'),
      redeem(on, 'user-1', '80.00'),
      reverse(on, 3),
    ];
    const { listed, balance } = outcome(lines, { 'yuebao.quickRedemptionLimit': '30.00 CNY' });
    expect(listed).toEqual([[3, 'clamp', 'QUICK_LIMIT']]);
    expect(balance('fund/units:user-1')).toBe('100.00');
  });
});

describe('facts with a counterparty skip', () => {
  const poorer = { [fee]: '10%' };
  const sale = pay(on, 'P-0', 'user-1', 'm', '100.00', instant);

  it('payment, transfer', () => {
    const { listed } = outcome([sale, pay(on, 'P-1', 'm', 'n', '95.00')], poorer);
    expect(listed).toEqual([[2, 'skip', 'INSUFFICIENT_FUNDS']]);
    expect(outcome([sale, transfer(on, 'm', 'n', '95.00')], poorer).listed).toEqual([
      [2, 'skip', 'INSUFFICIENT_FUNDS'],
    ]);
  });

  it('a payment from the fund', () => {
    const lines = [
      topUp(on, 'user-1', '100.00'),
      subscribe(on, 'user-1', '100.00'),
      pay(on, 'P-1', 'user-1', 'm', '60.00', { method: 'yuebao' }),
    ];
    expect(outcome(lines, { 'yuebao.holdingCap': '50.00 CNY' }).listed).toEqual([
      [2, 'clamp', 'HOLDING_CAP'],
      [3, 'skip', 'INSUFFICIENT_UNITS'],
    ]);
  });

  it('what follows from a skipped payment is skipped with it, each listed: DEPENDS_ON_SKIPPED', () => {
    const lines = [
      sale,
      pay(on, 'P-1', 'm', 'n', '95.00'),
      refund(on, 'P-1', '5.00'),
      confirm('2016-03-02', 'P-1'),
      refund('2016-03-02', 'P-1', '1.00'),
    ];
    expect(outcome(lines, poorer).listed).toEqual([
      [2, 'skip', 'INSUFFICIENT_FUNDS'],
      [3, 'skip', 'DEPENDS_ON_SKIPPED'],
      [4, 'skip', 'DEPENDS_ON_SKIPPED'],
      [5, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
  });

  it('also its reversal', () => {
    const lines = [
      sale,
      pay(on, 'P-1', 'm', 'n', '95.00'),
      reverse(on, 2),
      transfer(on, 'm', 'n', '90.01'),
      reverse(on, 4),
    ];
    expect(outcome(lines, poorer).listed).toEqual([
      [2, 'skip', 'INSUFFICIENT_FUNDS'],
      [3, 'skip', 'DEPENDS_ON_SKIPPED'],
      [4, 'skip', 'INSUFFICIENT_FUNDS'],
      [5, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
  });

  it('a skipped payment never times out', () => {
    const { balance } = outcome([sale, pay(on, 'P-1', 'm', 'n', '95.00')], poorer);
    expect(balance('escrow')).toBe('0.00');
    expect(balance('wallet:n')).toBe('0.00');
  });
});

describe('what finds its effect there already is moot: counted, not listed', () => {
  it('a confirmation after a time-out that came earlier', () => {
    const { variant, listed } = outcome(
      [topUp(on, 'user-1', '100.00'), pay(on, 'P-1', 'user-1', 'm', '100.00'), confirm('2016-03-06', 'P-1')],
      { 'payments.confirmAfterDays': '3' },
    );
    expect(listed).toEqual([]);
    expect(variant.moot).toBe(1);
  });

  it('a refund that was of escrow is then of the merchant', () => {
    const { listed, balance } = outcome(
      [
        topUp(on, 'user-1', '100.00'),
        pay(on, 'P-1', 'user-1', 'm', '100.00'),
        refund('2016-03-06', 'P-1', '50.00'),
      ],
      { 'payments.confirmAfterDays': '3' },
    );
    expect(listed).toEqual([]);
    expect(balance('merchant-fee')).toBe('0.30');
    expect(balance('wallet:user-1')).toBe('50.00');
  });
});

describe('intents take the variant’s own size, which is no divergence', () => {
  it('all, a share, a refund of what is left', () => {
    const lines = [
      pay(on, 'P-1', 'user-1', 'm', '100.00', instant),
      withdraw(on, 'm', '50%'),
      topUp(on, 'm', '60.00'),
      refund(on, 'P-1'),
      withdraw('2016-03-02', 'm', 'all'),
    ];
    const { listed, balance, variant } = outcome(lines, { [fee]: '5%' });
    expect(listed).toEqual([]);
    expect(variant.moot).toBe(0);
    expect(balance('wallet:m')).toBe('0.00');
    expect(balance('reserve')).toBe('0.00');
  });

  it('but an intent that can’t go as it is clamps, and is listed', () => {
    const { listed } = outcome(
      [topUp(on, 'user-1', '100.00'), subscribe(on, 'user-1', '100.00'), redeem(on, 'user-1', 'all')],
      { 'yuebao.quickRedemptionLimit': '30.00 CNY' },
    );
    expect(listed).toEqual([[3, 'clamp', 'QUICK_LIMIT']]);
  });

  it('and one that comes to nothing is skipped', () => {
    const { listed } = outcome([pay(on, 'P-1', 'user-1', 'm', '100.00', instant), withdraw(on, 'm', 'all')], {
      [fee]: '100%',
    });
    expect(listed).toEqual([[2, 'skip', 'NOTHING_TO_DO']]);
  });
});

describe('refused commands', () => {
  const attempts = { refused: 'attempt' } as const;
  const capped = [
    changePolicy(on, 'yuebao.holdingCap', '50.00 CNY'),
    topUp(on, 'user-1', '100.00'),
    subscribe(on, 'user-1', '60.00'),
  ];
  const higher = { 'yuebao.holdingCap': '80.00 CNY' };

  it('are not tried again where the base left them out', () => {
    expect(outcome(capped, higher).listed).toEqual([]);
    expect(outcome(capped, higher).balance('fund/units:user-1')).toBe('0.00');
  });

  it('where it recorded attempts, those that now go through are listed as such', () => {
    const { listed, balance } = outcome(capped, higher, attempts);
    expect(listed).toEqual([[3, 'accept', 'HOLDING_CAP']]);
    expect(balance('fund/units:user-1')).toBe('60.00');
  });

  it('strictly, without clamping', () => {
    const { listed, balance } = outcome(capped, { 'yuebao.holdingCap': '59.99 CNY' }, attempts);
    expect(listed).toEqual([]);
    expect(balance('fund/units:user-1')).toBe('0.00');
  });

  it('with no override they are refused again', () => {
    const { listed, variant } = outcome(capped, {}, attempts);
    expect(listed).toEqual([]);
    expect(variant.evaluation.evaluated).toBe(variant.evaluation.next);
  });

  describe('a later fact with the same key or payment id', () => {
    const poor = [changePolicy(on, fee, '50%'), pay(on, 'P-0', 'user-1', 'm', '100.00', instant)];
    const cheaper = { [fee]: '0%' };
    const tried = pay(on, 'P-1', 'm', 'n', '90.00');

    it('is moot if its input is the same', () => {
      const lines = [...poor, tried, topUp(on, 'm', '40.00'), tried];
      const { variant, listed, balance } = outcome(lines, cheaper, { ...attempts, to: '2016-03-05' });
      expect(listed).toEqual([[3, 'accept', 'INSUFFICIENT_FUNDS']]);
      expect(variant.moot).toBe(1);
      expect(balance('escrow')).toBe('90.00');
    });

    it('else skipped', () => {
      const lines = [...poor, tried, topUp(on, 'm', '40.00'), pay(on, 'P-1', 'm', 'n', '80.00')];
      const { listed, balance } = outcome(lines, cheaper, { ...attempts, to: '2016-03-05' });
      expect(listed.map(([line, kind]) => [line, kind])).toEqual([
        [3, 'accept'],
        [5, 'skip'],
      ]);
      expect(balance('escrow')).toBe('90.00');
    });

    it('by key', () => {
      const withdrawal = keyed(withdraw(on, 'm', '90.00'), 'k-1');
      const same = [...poor, withdrawal, topUp(on, 'm', '40.00'), withdrawal];
      const other = [...poor, withdrawal, topUp(on, 'm', '40.00'), keyed(withdraw(on, 'm', '80.00'), 'k-1')];
      const moot = outcome(same, cheaper, attempts);
      expect(moot.listed).toEqual([[3, 'accept', 'INSUFFICIENT_FUNDS']]);
      expect(moot.variant.moot).toBe(1);
      expect(outcome(other, cheaper, attempts).listed).toMatchObject([
        [3, 'accept', 'INSUFFICIENT_FUNDS'],
        [5, 'skip', 'KEY_REUSED'],
      ]);
    });

    it('what follows on the accepted payment goes on', () => {
      const lines = [...poor, tried, confirm('2016-03-02', 'P-1')];
      const { listed, balance } = outcome(lines, cheaper, attempts);
      expect(listed).toEqual([
        [3, 'accept', 'INSUFFICIENT_FUNDS'],
        [4, 'accept', 'PAYMENT_UNKNOWN'],
      ]);
      expect(balance('wallet:n')).toBe('90.00');
    });
  });
});

describe('overrides', () => {
  const sale = (day: string, id: string, payee: string) => pay(day, id, 'user-1', payee, '100.00', instant);
  /** What one sale of 100.00 a day to a merchant cost in fees, under assumptions and after changes of policy. */
  const fees = (
    assumptions: Assumptions,
    changes: readonly Command[] = [],
    payee = 'm',
  ): readonly string[] => {
    const days = ['2016-03-01', '2016-03-02', '2016-03-03', '2016-03-04'];
    const lines = [...changes, ...days.map((day) => sale(day, `P-${day}`, payee))];
    const { variant } = outcome(lines, assumptions, { close: 'recorded' });
    const { chart, journal } = variant.state;
    const income = chart.indexOfId('platform:income:payments:merchant-fee:CNY') ?? -1;
    const numbers = journal.postings(income, -1e6, 1e6, journal.length, 100) ?? [];
    return numbers.map((posting) => formatMinor(-journal.amount(posting), 'CNY'));
  };

  it('a value from a date replaces the timeline from that date on, recorded changes too', () => {
    const changes = [changePolicy(on, fee, '3%', { from: '2016-03-04' })];
    expect(fees({ [fee]: { '2016-03-02': '1%' } }, changes)).toEqual(['0.60', '1.00', '1.00', '1.00']);
    expect(fees({ [fee]: '1%' }, changes)).toEqual(['1.00', '1.00', '1.00', '1.00']);
  });

  it('a range replaces the range', () => {
    const changes = [changePolicy(on, fee, '3%', { from: '2016-03-03' })];
    expect(fees({ [fee]: { '2016-03-02..2016-03-03': '1%' } }, changes)).toEqual([
      '0.60',
      '1.00',
      '1.00',
      '3.00',
    ]);
  });

  it('a range inside a value given from a date: after the range that value holds again', () => {
    expect(fees({ [fee]: { '2016-03-01': '1%', '2016-03-02..2016-03-03': '2%' } })).toEqual([
      '1.00',
      '2.00',
      '2.00',
      '1.00',
    ]);
  });

  it('a key’s recorded timeline stands before an override of the plain name', () => {
    const changes = [changePolicy(on, `${fee}[m]`, '3%', { from: '2016-03-03' })];
    expect(fees({ [fee]: '1%' }, changes)).toEqual(['1.00', '1.00', '3.00', '3.00']);
  });

  it('name[*] stands for every key, before its recorded timeline', () => {
    const changes = [changePolicy(on, `${fee}[m]`, '3%', { from: '2016-03-03' })];
    expect(fees({ [`${fee}[*]`]: { '2016-03-02': '2%' } }, changes)).toEqual([
      '0.60',
      '2.00',
      '2.00',
      '2.00',
    ]);
    expect(fees({ [`${fee}[*]`]: { '2016-03-02': '2%' } }, [], 'other')).toEqual([
      '0.60',
      '2.00',
      '2.00',
      '2.00',
    ]);
  });

  it('and a key’s own override before that', () => {
    const both = { [`${fee}[m]`]: { '2016-03-03': '4%' }, [`${fee}[*]`]: { '2016-03-02': '2%' } };
    expect(fees(both)).toEqual(['0.60', '2.00', '4.00', '4.00']);
    expect(fees(both, [], 'other')).toEqual(['0.60', '2.00', '2.00', '2.00']);
  });

  it('a fact under a change of policy on the way: recorded changes are facts, and are kept', () => {
    const changes = [changePolicy(on, 'payments.cardCostRate', '1%')];
    const { balance, listed } = outcome([...changes, sale(on, 'P-1', 'm')], { [fee]: '1%' }, { to: on });
    expect(listed).toEqual([]);
    expect(balance('channel-cost')).toBe('1.00');
  });
});

it('rates and closes are facts that stay: a close derives again', () => {
  const lines = [
    topUp(on, 'user-1', '1000.00'),
    subscribe(on, 'user-1', '1000.00'),
    publishRate(on, 'deposit-1m', '36.5%'),
    closeDay(on),
    closeDay('2016-03-02'),
  ];
  const all = {
    'deposit-1m': '100%',
    'deposit-3m': '0%',
    'deposit-long': '0%',
    bond: '0%',
    insurance: '0%',
    other: '0%',
  };
  const { balance, listed } = outcome(lines, { 'yuebao.allocation': all }, { close: 'recorded' });
  expect(listed).toEqual([]);
  expect(balance('fund/investment-income')).toBe('1.00');
});
