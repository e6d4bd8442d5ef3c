/** A figure, down to events, rules, parameters and their sources. */

import { describe, expect, it } from 'vitest';
import { type ExplainOptions, type Explanation, explain } from '../../src/audit/explaining/explain.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';
import { logOf, randomHistory, recordLines, withChanged } from './recorded.ts';

const line = (on: string, command: string, inputs: Command['with']): Command => ({
  on,
  command,
  with: inputs,
});
const pay = (payment: string, amount: string, escrow: boolean): Command['with'] => ({
  payment,
  payer: 'user-1',
  payee: 'merchant-1',
  amount,
  method: 'wallet',
  escrow,
});

/** Two payments, a fee of the merchant's own in between, an instant payment, a close after each day. */
const events = recordLines(
  [
    line('2016-03-01', 'topUp', { holder: 'user-1', amount: '500.00 CNY' }),
    line('2016-03-01', 'initiatePayment', pay('P-1', '120.00 CNY', true)),
    line('2016-03-02', 'confirmReceipt', { payment: 'P-1' }),
    line('2016-03-03', 'changePolicy', {
      parameter: 'payments.merchantFeeRate[merchant-1]',
      value: '1%',
      from: '2016-03-04',
      reason: 'a worse risk',
    }),
    line('2016-03-04', 'initiatePayment', pay('P-2', '50.00 CNY', false)),
    line('2016-03-05', 'withdraw', { holder: 'merchant-1', amount: 'all' }),
  ],
  { close: 'daily' },
);
const fee = 'platform:income:payments:merchant-fee:CNY';

async function explained(options: ExplainOptions, of: readonly StoredEvent[] = events): Promise<Explanation> {
  const found = await explain(house, await logOf(of), options);
  if (found instanceof Refusal) throw new Error(found.message);
  return found;
}

const cny = (minor: bigint): readonly object[] => [{ minor, currency: 'CNY' }];
const revisionOf = (type: string): number => events.find((event) => event.type === type)?.revision ?? -1;

describe('a figure', () => {
  it('comes down to its events, each with its rule, the values it went by, and their sources', async () => {
    const found = await explained({ account: fee });
    expect(found).toMatchObject({ before: cny(0n), change: cny(122n), after: cny(122n) });
    expect(found.lines).toEqual([
      {
        revision: revisionOf('ReceiptConfirmed'),
        day: dayOf('2016-03-02'),
        type: 'ReceiptConfirmed',
        subject: 'payment/P-1',
        amounts: cny(72n),
        rule: { name: 'ReceiptConfirmed', doc: house.type('ReceiptConfirmed')?.doc },
        parameters: [
          {
            name: 'payments.merchantFeeRate',
            value: '0.6%',
            source: house.parameter('payments.merchantFeeRate')?.defaults[0]?.source,
          },
        ],
        cause: null,
        agrees: true,
      },
      {
        revision: events.findLast(({ type }) => type === 'PaymentInitiated')?.revision,
        day: dayOf('2016-03-04'),
        type: 'PaymentInitiated',
        subject: 'payment/P-2',
        amounts: cny(50n),
        rule: { name: 'PaymentInitiated', doc: house.type('PaymentInitiated')?.doc },
        parameters: [
          {
            name: 'payments.merchantFeeRate',
            key: 'merchant-1',
            value: '1%',
            source: 'changePolicy: a worse risk',
            since: '2016-03-04',
            changedAt: revisionOf('PolicyChanged'),
          },
        ],
        cause: null,
        agrees: true,
      },
    ]);
    expect(found.totals).toEqual([
      { type: 'PaymentInitiated', events: 1, amounts: cny(50n) },
      { type: 'ReceiptConfirmed', events: 1, amounts: cny(72n) },
    ]);
    expect(found.remainder).toEqual({ events: 0, amounts: cny(0n) });
  });

  it('of a close names the rule, and the fact that it answers', async () => {
    const found = await explained({ account: 'platform:income:payments:float-interest' });
    const [first] = found.lines;
    expect(first).toMatchObject({
      type: 'FloatInterestAccrued',
      rule: { name: 'payments.interestOnFloat' },
      parameters: [{ name: 'payments.floatRate', value: '2%' }],
      cause: revisionOf('DayClosing'),
      agrees: true,
    });
    expect(found.lines).toHaveLength(5);
  });

  it('over days is what changed in them, between what was before and after', async () => {
    const found = await explained({ account: fee, from: dayOf('2016-03-03'), to: dayOf('2016-03-31') });
    expect(found).toMatchObject({ before: cny(72n), change: cny(50n), after: cny(122n) });
    expect(found.lines.map(({ type }) => type)).toEqual(['PaymentInitiated']);
    const asOf = await explained({ account: fee, to: dayOf('2016-03-03') });
    expect(asOf).toMatchObject({ before: cny(0n), after: cny(72n) });
    const known = await explained({ account: fee, revision: revisionOf('PolicyChanged') });
    expect(known).toMatchObject({ revision: revisionOf('PolicyChanged'), after: cny(72n) });
  });

  it('of a head or a prefix is that of all below it, positive on their side where they have one', async () => {
    const wallets = await explained({ account: 'platform:liability:payments:wallet' });
    expect(wallets.after).toEqual(cny(33_000n));
    expect((await explained({ account: 'platform:liability:payments:wal*' })).after).toEqual(cny(33_000n));
    expect((await explained({ account: 'platform:liability:payments:wallet:user-1' })).after).toEqual(
      cny(33_000n),
    );
    expect((await explained({ account: 'platform:*' })).after).toEqual(cny(0n));
    expect((await explained({ account: 'platform:asset:treasury:own-cash' })).after).toEqual(cny(134n));
  });

  it('of no account is refused', async () => {
    for (const account of ['platform:asset:nothing', 'nobody:*', '']) {
      const found = await explain(house, await logOf(events), { account });
      expect(found instanceof Refusal && found.code).toBe('ACCOUNT_UNKNOWN');
    }
  });

  it('has so many lines, goes on after the last of them, and says what is left', async () => {
    const account = 'platform:asset:payments:reserve';
    const all = await explained({ account });
    expect(all.lines.length).toBeGreaterThan(3);
    const few = await explained({ account, limit: 2 });
    expect(few.lines).toEqual(all.lines.slice(0, 2));
    expect(few).toMatchObject({ before: all.before, change: all.change, totals: all.totals });
    const rest = all.lines.slice(2).flatMap(({ amounts }) => amounts.map(({ minor }) => minor));
    expect(few.remainder).toEqual({
      events: rest.length,
      amounts: cny(rest.reduce((sum, minor) => sum + minor, 0n)),
    });
    const after = few.lines.at(-1)?.revision;
    expect((await explained({ account, limit: 2, after })).lines).toEqual(all.lines.slice(2, 4));
  });

  it('says where a rule, run once more, gives something else', async () => {
    const at = revisionOf('ToppedUp');
    const changed = withChanged(events, at, () => ({ minors: [60_000n, -60_000n] }));
    const found = await explained({ account: 'platform:asset:payments:reserve', limit: 1 }, changed);
    expect(found.lines).toMatchObject([{ revision: at, amounts: cny(60_000n), agrees: false }]);
  });

  it('shows the assumptions of a run as what they are', async () => {
    const parameter = house.parameter('payments.merchantFeeRate');
    if (parameter === undefined) throw new Error('no parameter');
    const value = parameter.type.parse('2%');
    const override = { parameter, key: undefined, from: dayMin, to: undefined, value, source: 'scenario x' };
    const found = await explained({ account: fee, overlay: { overrides: [override], used: [false] } });
    expect(found.lines[0]).toMatchObject({
      parameters: [{ value: '2%', source: 'scenario x', overridden: true }],
      agrees: false,
    });
  });

  it('agrees with the balances of random histories, account by account, and with the rules', async () => {
    const recorded = recordLines(randomHistory(4, 'recorded', true), { close: 'recorded', reverseEvery: 7 });
    const log = await logOf(recorded);
    const state = emptyState(house);
    for (const event of recorded) fold(house, state, event);
    const middle = recorded[Math.floor(recorded.length / 2)]?.effectiveOn ?? 0;
    for (let account = 0; account < state.chart.size; account += 3) {
      const side = state.chart.kindOf[account]?.side ?? 1n;
      const found = await explain(house, log, {
        account: state.chart.id(account),
        from: middle,
        limit: 10_000,
      });
      if (found instanceof Refusal) throw new Error(found.message);
      expect(found.before).toEqual(cny(side * state.journal.balanceAt(account, middle - 1)));
      expect(found.after).toEqual(cny(side * state.journal.balance(account)));
      const sum = found.lines.reduce((total, { amounts }) => total + (amounts[0]?.minor ?? 0n), 0n);
      expect(found.change).toEqual(cny(sum));
      expect(found.lines.filter(({ agrees }) => !agrees)).toEqual([]);
    }
  });
});
