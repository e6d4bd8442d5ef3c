/** Intents that a scenario scales: what they come to when the run meets them, times the factor. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { command, pay, subscribe, topUp } from '../support/commands.ts';
import { ask, balancesIn, variantIn } from './asking.ts';

const on = '2016-01-12';
const scale = (type: string, by: string, field = 'amount'): string =>
  `facts: [{ scale: { where: { type: ${type} }, field: ${field}, by: ${by} } }]\n`;
const wallet = (holder: string): string => `platform:liability:payments:wallet:${holder}:CNY`;
const withdraw = (amount: string) => command(on, 'withdraw', { holder: 'u', amount });

describe('what leaves a wallet', () => {
  it.each([
    // 100.03 × 0.5 = 50.015: half to even is 50.02. 100.01 × 0.5 = 50.005: 50.00.
    ['all', '100.03', '0.5', '50.01'],
    ['all', '100.01', '0.5', '50.01'],
    // 10 % of 100.00 is 10.00, times 1.5 is 15.00.
    ['10%', '100.00', '1.5', '85.00'],
    ['all', '100.00', '0.001', '99.90'],
    ['all', '100.00', '0', '100.00'],
    ['all', '0.01', '0.5', '0.01'],
    ['40.00 CNY', '100.00', '0.5', '80.00'],
  ])('%s of %s times %s leaves %s', async (amount, held, by, left) => {
    const run = await ask([topUp(on, 'u', held), withdraw(amount)], scale('Withdrawn', by));
    expect(balancesIn(run, 's')[wallet('u')]).toBe(left);
    expect(variantIn(run, 's').divergences).toEqual([]);
  });

  it('more than all there is becomes all there is, and is said', async () => {
    const run = await ask([topUp(on, 'u', '100.00'), withdraw('all')], scale('Withdrawn', '1.5'));
    expect(balancesIn(run, 's')[wallet('u')]).toBeUndefined();
    expect(variantIn(run, 's').divergences).toMatchObject([
      { kind: 'clamp', code: 'INSUFFICIENT_FUNDS', was: { amount: 'all' }, became: { amount: '100.00 CNY' } },
    ]);
  });

  it('is sized in the variant, and later edits go on from there', async () => {
    const facts = `facts:
  - scale: { where: { type: Withdrawn }, field: amount, by: 0.5 }
variants:
  - name: poorer
    facts: [{ scale: { where: { type: ToppedUp }, field: amount, by: 0.1 } }]
  - name: a quarter
    facts: [{ scale: { where: { type: Withdrawn }, field: amount, by: 0.5 } }]
  - name: set
    facts: [{ set: { where: { type: Withdrawn }, field: amount, to: 1.00 CNY } }]
`;
    const run = await ask([topUp(on, 'u', '100.00'), withdraw('all')], facts);
    const left = ['baseline', 's', 'poorer', 'a quarter', 'set'].map(
      (name) => balancesIn(run, name)[wallet('u')],
    );
    expect(left).toEqual([undefined, '50.00', '5.00', '75.00', '99.00']);
  });
});

it('what is left of a payment: a quarter of it goes back', async () => {
  const lines = [
    topUp(on, 'u', '200.00'),
    pay(on, 'P-1', 'u', 'm', '120.00'),
    command(on, 'refundPayment', { payment: 'P-1' }),
  ];
  const run = await ask(lines, scale('PaymentRefunded', '0.25'));
  expect(balancesIn(run, 'baseline')[wallet('u')]).toBe('200.00');
  expect(balancesIn(run, 's')[wallet('u')]).toBe('110.00');
});

it('units of the fund', async () => {
  const redeem = command('2016-01-13', 'redeemFund', {
    fund: 'yuebao',
    holder: 'u',
    amount: 'all',
    speed: 'ordinary',
  });
  const lines = [topUp(on, 'u', '80.00'), subscribe(on, 'u', '80.00'), redeem];
  const run = await ask(lines, scale('FundRedeemed', '0.25'));
  expect(balancesIn(run, 's')[wallet('u')]).toBe('20.00');
});

describe('repayments', () => {
  const capital = (entity: string) =>
    command('2016-01-31', 'contributeCapital', { entity, amount: '100000.00 CNY' });
  const loan = { loan: 'L1', product: 'mybank' };
  const lent = [
    capital('mybank'),
    topUp('2016-01-31', 'firm', '5000.00'),
    command('2016-01-31', 'applyForLoan', {
      ...loan,
      holder: 'firm',
      principal: '1200.00 CNY',
      term: 3,
      method: 'annuity',
    }),
    command('2016-01-31', 'disburseLoan', loan),
  ];
  const line = [
    capital('huabei'),
    topUp('2016-01-05', 'u', '5000.00'),
    command('2016-01-05', 'openCreditLine', { holder: 'u' }),
    command('2016-01-05', 'drawCredit', { holder: 'u', payee: 'm', amount: '300.00 CNY' }),
  ];
  const repayLoan = (amount: string) => command('2016-03-10', 'repayLoan', { ...loan, amount });
  const repayCredit = (amount: string) => command('2016-02-05', 'repayCredit', { holder: 'u', amount });

  /** What a repayment takes out of a wallet, in CNY, as it is and scaled. */
  async function taken(lines: readonly Command[], repay: Command, type: string, holder: string, by: string) {
    const before = await ask(lines, '');
    const run = await ask([...lines, repay], scale(type, by));
    const had = Number(balancesIn(before, 'baseline')[wallet(holder)]);
    return ['baseline', 's'].map((name) => (had - Number(balancesIn(run, name)[wallet(holder)])).toFixed(2));
  }

  it.each(['due', 'all'])('a loan, %s: half of what it would take', async (word) => {
    const [whole, half] = await taken(lent, repayLoan(word), 'MybankLoanRepaid', 'firm', '0.5');
    expect(Number(whole)).toBeGreaterThan(100);
    expect(Math.abs(Number(whole) / 2 - Number(half))).toBeLessThan(0.0051);
  });

  it.each(['due', 'minimum', 'all'])('a credit line, %s: half of what it would take', async (word) => {
    const [whole, half] = await taken(line, repayCredit(word), 'HuabeiRepaid', 'u', '0.5');
    expect(Number(whole)).toBeGreaterThan(10);
    expect(Math.abs(Number(whole) / 2 - Number(half))).toBeLessThan(0.0051);
  });

  it('without any the loan stays as it was lent', async () => {
    const run = await ask(
      [...lent, command('2016-03-05', 'repayLoan', { ...loan, amount: '100.00 CNY' }), repayLoan('due')],
      scale('MybankLoanRepaid', '0'),
    );
    const principal = Object.entries(balancesIn(run, 's')).filter(([id]) =>
      id.startsWith('mybank:asset:mybank:principal'),
    );
    // Three tenths of 1200.00 are the lender's own.
    expect(principal.map(([, amount]) => amount)).toEqual(['360.00']);
  });
});

it('a rate that is scaled beyond 100 % is refused with its place and its event', async () => {
  const lines = [topUp(on, 'u', '1.00'), command(on, 'publishRate', { asset: 'deposit-1m', rate: '80%' })];
  await expect(ask(lines, scale('RatePublished', '1.5', 'rate'))).rejects.toThrow(
    /rate of RatePublished, event \d+ \(facts\[0\].* in line 4 scales it to more than 100 %\)/,
  );
});
