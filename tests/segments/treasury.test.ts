/** treasury: own cash and capital, by the lines of commands.md ("Where the money lies"). */
import { describe, expect, it } from 'vitest';
import { formatDay } from '../../src/kernel/values/dates.ts';
import {
  changePolicy,
  closeDay,
  command,
  contributeCapital,
  pay,
  reverse,
  topUp,
} from '../support/commands.ts';
import { expectBalances, given } from '../support/scene.ts';

describe('contributeCapital', () => {
  it('gives own cash to begin with, against equity', () => {
    given()
      .when(contributeCapital('2016-03-01', '1000.00'))
      .recorded({ entity: 'platform', amount: '1000.00 CNY' })
      .gives('CapitalContributed: own-cash +1000.00 · capital -1000.00');
  });

  it('is of an entity that has own cash: UNKNOWN_ENTITY', () => {
    given()
      .when(command('2016-03-01', 'contributeCapital', { entity: 'fund', amount: '1.00 CNY' }))
      .refused('UNKNOWN_ENTITY', { value: /fund/, detail: /platform/ });
    given()
      .when(command('2016-03-01', 'contributeCapital', { entity: 7, amount: '1.00 CNY' }))
      .refused('INVALID_INPUT');
  });

  it('can be reversed, even where own cash has been spent: it may be overdrawn', () => {
    given(
      contributeCapital('2016-03-01', '0.10'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', { method: 'card' }),
    )
      .whenOf('CapitalContributed', (revision) => reverse('2016-03-01', revision))
      .gives('Reversed: own-cash -0.10 · capital +0.10')
      .when(closeDay('2016-03-01'))
      .givesOf(['ChannelCostPaid'], 'ChannelCostPaid: channel-cost-due +0.15 · own-cash -0.15');
  });
});

describe('own cash', () => {
  it('receives the fees swept from the reserve at the day’s close, by a derived event, exactly those dated up to the day', () => {
    const scene = given(
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', { method: 'card', escrow: false }),
      pay('2016-03-02', 'P-2', 'user-1', 'merchant-1', '50.00', { method: 'card', escrow: false }),
      pay('2016-03-01', 'P-3', 'user-1', 'merchant-1', '10.00', { method: 'card', escrow: false }),
    );
    const outcome = scene.when(closeDay('2016-03-01'));
    outcome.givesOf(['FeesSwept'], 'FeesSwept: own-cash +0.66 · reserve -0.66');
    expect(outcome.events.find(({ type }) => type === 'FeesSwept')?.kind).toBe('derived');
    scene
      .when(closeDay('2016-03-02'))
      .givesOf(['FeesSwept'], 'FeesSwept: own-cash +0.30 · reserve -0.30')
      .when(closeDay('2016-03-03'))
      .givesOf(['FeesSwept']);
  });

  it('receives interest on the float', () => {
    given(topUp('2016-03-01', 'user-1', '36500.00'))
      .when(closeDay('2016-03-01'))
      .givesOf(['FloatInterestAccrued'], 'FloatInterestAccrued: own-cash +2.00 · float-interest -2.00');
  });

  it('pays the bank’s cost of cards, and may be overdrawn by it: listed as a breach, never refused', () => {
    const outcome = given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1000.00', { method: 'card' }),
    ).when(closeDay('2016-03-01'));
    outcome.givesOf(['ChannelCostPaid'], 'ChannelCostPaid: channel-cost-due +1.50 · own-cash -1.50');
    expect(outcome.events.at(-1)?.data).toEqual({
      events: 1,
      breaches: [{ rule: 'treasury.overdraft', detail: 'own cash is overdrawn', amount: '1.50 CNY' }],
    });
    expectBalances(outcome.book, { 'own-cash': '-1.50' });
  });

  it('is no longer listed once it is above zero again', () => {
    const scene = given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1000.00', { method: 'card' }),
      closeDay('2016-03-01'),
      contributeCapital('2016-03-02', '1.50'),
    );
    const closed = scene.when(closeDay('2016-03-02')).events.at(-1);
    expect(closed?.type).toBe('DayClosed');
    expect(closed?.data).toEqual({ events: 0, breaches: [] });
    expect(formatDay(closed?.effectiveOn ?? 0)).toBe('2016-03-02');
  });
});
