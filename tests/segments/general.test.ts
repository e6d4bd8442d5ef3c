/** The general points of commands.md, over the first segments. */
import { describe, expect, it } from 'vitest';
import { House } from '../../src/kernel/engine/house.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { declaredCodes } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';
import { payments } from '../../src/segments/payments/index.ts';
import { treasury } from '../../src/segments/treasury/index.ts';
import { book } from '../support/book.ts';
import { inStages } from '../support/codes.ts';
import {
  changePolicy,
  closeDay,
  command,
  confirm,
  contributeCapital,
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
import { expectBalances, given, Scene } from '../support/scene.ts';

const feeRate = 'payments.merchantFeeRate';
const on = '2016-03-01';
const instant = { method: 'card', escrow: false } as const;

describe('inputs', () => {
  it.each(['user-1', 'A', '0', 'a.b_c-d', '-', '__proto__', 'constructor', 'x'.repeat(64)])(
    'an id may be %s',
    (holder) => {
      const scene = given(topUp(on, holder, '1.00'));
      expectBalances(scene, { [`wallet:${holder}`]: '1.00' });
      scene.when(withdraw(on, holder, 'all')).gives(`Withdrawn: wallet:${holder} +1.00 · reserve -1.00`);
    },
  );

  it.each([
    '',
    'user 1',
    'user/1',
    'user:1',
    'ü',
    'x'.repeat(65),
    'a\n',
    ' a',
    'a\u0000',
    7,
    null,
    ['a'],
    {},
  ])('an id may not be %j: INVALID_INPUT', (holder) => {
    given()
      .when(command(on, 'topUp', { holder, amount: '1.00 CNY' }))
      .refused('INVALID_INPUT', { value: /^holder: / });
    given()
      .when(command(on, 'confirmReceipt', { payment: holder }))
      .refused('INVALID_INPUT', { value: /^payment: / });
  });

  it.each([
    ['1 CNY', '1.00'],
    ['1.5 CNY', '1.50'],
    ['0.01 CNY', '0.01'],
    ['007.10 CNY', '7.10'],
    ['10000000000000000.00 CNY', '10000000000000000.00'],
  ])('an amount may be written %s', (amount, minor) => {
    expectBalances(given(command(on, 'topUp', { holder: 'user-1', amount })), { 'wallet:user-1': minor });
  });

  it.each([
    ['0.00 CNY', /above zero/],
    ['-5.00 CNY', /above zero/],
    ['5.001 CNY', /2 digits after the point/],
    ['5.00', /names its currency/],
    ['5.00 USD', /must be in CNY/],
    ['5 JPY', /must be in CNY/],
    ['5.00 XXX', /unknown currency XXX/],
    ['5.00CNY', /names its currency/],
    ['1,000.00 CNY', /not a decimal amount/],
    ['1e3 CNY', /not a decimal amount/],
    ['.5 CNY', /not a decimal amount/],
    ['5. CNY', /not a decimal amount/],
    ['+5 CNY', /not a decimal amount/],
    ['NaN CNY', /not a decimal amount/],
    ['all', /names its currency/],
    ['92233720368547758.08 CNY', /beyond 64 bits/],
    [`${'9'.repeat(41)} CNY`, /not a decimal amount/],
    [5, /an amount is text/],
    [{ amount: '5.00', currency: 'CNY' }, /an amount is text/],
  ])('an amount may not be %j: INVALID_INPUT', (amount, detail) => {
    given()
      .when(command(on, 'topUp', { holder: 'user-1', amount }))
      .refused('INVALID_INPUT', { value: /^amount: /, detail });
  });

  it('a parameter’s amount may be zero', () => {
    given(
      topUp('2016-10-12', 'user-1', '30000.00'),
      changePolicy('2016-10-12', 'payments.withdrawalFeeMin', '0.00 CNY'),
    )
      .and(changePolicy('2016-10-12', 'payments.withdrawalFreeAllowance', '0 CNY'))
      .when(withdraw('2016-10-12', 'user-1', '1.00'))
      .gives('Withdrawn: wallet:user-1 +1.00 · reserve -1.00');
  });

  it.each(['100%', '0%', '0', '38bp', '0.6 %', '0.000000000000000001%'])('a rate may be %s', (value) => {
    given()
      .when(changePolicy(on, feeRate, value))
      .accepted();
  });

  it.each([
    ['100.01%', /between 0 and 100 %/],
    ['10001bp', /between 0 and 100 %/],
    ['-1%', /not a rate/],
    ['0.006', /names its unit/],
    ['0.6', /names its unit/],
    ['1%/year', /has no period/],
    ['1%/day', /has no period/],
    ['one per cent', /not a rate/],
    [0.006, /a rate is text/],
  ])('a rate may not be %j: INVALID_INPUT', (value, detail) => {
    given()
      .when(changePolicy(on, feeRate, value))
      .refused('INVALID_INPUT', { value: /merchantFeeRate/, detail });
  });

  it('a period may be said where it is the parameter’s own; another is refused, not converted', () => {
    const scene = given();
    scene.when(changePolicy(on, 'payments.floatRate', '2%/year')).accepted();
    scene
      .when(changePolicy(on, 'payments.floatRate', '2%/day'))
      .refused('INVALID_INPUT', { detail: /for a year/ });
    scene
      .when(changePolicy(on, 'payments.floatRate', '2%/month'))
      .refused('INVALID_INPUT', { detail: /for a year/ });
    const maturing = (share: string) => ({
      'deposit-3m': share,
      'deposit-long': '0%',
      bond: '0%',
      insurance: '0%',
      other: '0%',
    });
    scene.when(changePolicy(on, 'yuebao.maturingPerDay', maturing('1%/day'))).accepted();
    scene
      .when(changePolicy(on, 'yuebao.maturingPerDay', maturing('1%/year')))
      .refused('INVALID_INPUT', { detail: /for a day/ });
  });

  it.each([
    ['payments.refundReturnsFee', 'maybe'],
    ['payments.confirmAfterDays', '-1'],
    ['payments.confirmAfterDays', '3651'],
    ['payments.confirmAfterDays', '1.5'],
    ['yuebao.holdingCap', '100.00 USD'],
    ['yuebao.holdingCap', '-1.00 CNY'],
    ['yuebao.allocation', '30%'],
    ['yuebao.allocation', { 'deposit-1m': '100%' }],
    [
      'yuebao.allocation',
      {
        'deposit-1m': '30%',
        'deposit-3m': '30%',
        'deposit-long': '30%',
        bond: '7%',
        insurance: '2%',
        other: '2%',
      },
    ],
    [
      'yuebao.allocation',
      {
        'deposit-1m': '30%',
        'deposit-3m': '30%',
        'deposit-long': '30%',
        bond: '7%',
        insurance: '2%',
        other: '1%',
        gold: '0%',
      },
    ],
  ])('%s may not be %j: INVALID_INPUT', (parameter, value) => {
    given()
      .when(changePolicy(on, parameter, value))
      .refused('INVALID_INPUT', { value: new RegExp(parameter) });
  });

  it('unknown inputs are refused, missing ones too', () => {
    given()
      .when(command(on, 'topUp', { holder: 'user-1', amount: '1.00 CNY', note: 'hello' }))
      .refused('INVALID_INPUT', { value: 'note', detail: /there are holder, amount/ });
    given()
      .when(command(on, 'topUp', { holder: 'user-1' }))
      .refused('INVALID_INPUT', { value: 'amount', detail: /missing/ });
    given()
      .when(command(on, 'closeDay', { force: true }))
      .refused('INVALID_INPUT', { value: 'force' });
  });

  it.each([
    '2016-02-30',
    '2017-02-29',
    '2016-3-1',
    '16-03-01',
    '2016-03-01T00:00:00Z',
    '0000-01-01',
    'today',
    '',
  ])('a date may not be %j: INVALID_INPUT', (date) => {
    given()
      .when(topUp(date, 'user-1', '1.00'))
      .refused('INVALID_INPUT', { value: /^on: / });
    given().when(closeDay(date)).refused('INVALID_INPUT', { value: /^on: / });
  });

  it('a flag is true or false, and nothing like it', () => {
    for (const escrow of ['true', 1, null, undefined, 'yes']) {
      given()
        .when(
          command(on, 'initiatePayment', {
            payment: 'P-1',
            payer: 'a',
            payee: 'b',
            amount: '1.00 CNY',
            method: 'card',
            escrow,
          }),
        )
        .refused('INVALID_INPUT', { value: /^escrow/ });
    }
  });

  it('a share is above zero, and at most all', () => {
    const scene = given(topUp(on, 'user-1', '10.00'));
    scene.when(withdraw(on, 'user-1', '0%')).refused('INVALID_INPUT', { detail: /above zero/ });
    scene.when(withdraw(on, 'user-1', '101%')).refused('INVALID_INPUT', { detail: /between 0 and 100 %/ });
    scene
      .when(withdraw(on, 'user-1', 'everything'))
      .refused('INVALID_INPUT', { detail: /or all, or a share/ });
    scene.when(withdraw(on, 'user-1', '100%')).gives('Withdrawn: wallet:user-1 +10.00 · reserve -10.00');
  });

  it('a command that there is not: UNKNOWN_COMMAND, with the nearest that there is', () => {
    given()
      .when(command(on, 'topup', {}))
      .refused('UNKNOWN_COMMAND', { value: 'topup', detail: /did you mean topUp/ });
    given()
      .when(command(on, 'toString', {}))
      .refused('UNKNOWN_COMMAND');
    // The kernel's own commands are nobody else's to give.
    given()
      .when(command(on, '(open)', {}))
      .refused('UNKNOWN_COMMAND');
    given()
      .when(command(on, '(attempt)', {}))
      .refused('UNKNOWN_COMMAND');
  });

  it('a parameter that there is not: UNKNOWN_PARAMETER', () => {
    given()
      .when(changePolicy(on, 'payments.merchantFeeRat', '1%'))
      .refused('UNKNOWN_PARAMETER', { detail: /did you mean payments\.merchantFeeRate/ });
    given()
      .when(changePolicy(on, 'payments.floatRate[user-1]', '1%'))
      .refused('UNKNOWN_PARAMETER', { detail: /has no keys/ });
    given()
      .when(changePolicy(on, 'payments.merchantFeeRate[]', '1%'))
      .refused('UNKNOWN_PARAMETER');
  });
});

describe('figures', () => {
  it('a fee is rounded half-even, once, on its posting’s amount; the other side is the difference', () => {
    // 0.5 % of 1.00, 3.00 and 5.00: 0.005, 0.015 and 0.025
    given(changePolicy(on, feeRate, '0.5%'), changePolicy(on, 'payments.cardCostRate', '0%'))
      .when(pay(on, 'P-1', 'user-1', 'm', '1.00', instant))
      .gives('PaymentInitiated: reserve +1.00 · wallet:m -1.00')
      .when(pay(on, 'P-2', 'user-1', 'm', '3.00', instant))
      .gives('PaymentInitiated: reserve +3.00 · wallet:m -2.98 · merchant-fee -0.02')
      .when(pay(on, 'P-3', 'user-1', 'm', '5.00', instant))
      .gives('PaymentInitiated: reserve +5.00 · wallet:m -4.98 · merchant-fee -0.02')
      .when(pay(on, 'P-4', 'user-1', 'm', '5.01', instant))
      .gives('PaymentInitiated: reserve +5.01 · wallet:m -4.98 · merchant-fee -0.03');
  });

  it('zero postings are left out: a fee of all, a fee of nothing', () => {
    given(changePolicy(on, feeRate, '100%'), changePolicy(on, 'payments.cardCostRate', '0%'))
      .when(pay(on, 'P-1', 'user-1', 'm', '1.00', instant))
      .gives('PaymentInitiated: reserve +1.00 · merchant-fee -1.00')
      .when(changePolicy(on, feeRate, '0%'))
      .gives('PolicyChanged')
      .when(pay(on, 'P-2', 'user-1', 'm', '1.00', instant))
      .gives('PaymentInitiated: reserve +1.00 · wallet:m -1.00');
  });

  const unbounded = changePolicy(on, 'kernel.amountMax', '92233720368547758.07 CNY');

  it('a balance that would leave 64 bits is refused, not wrapped: AMOUNT_TOO_LARGE', () => {
    const most = '92233720368547758.07';
    const scene = given(unbounded, topUp(on, 'user-1', most));
    scene.when(topUp(on, 'user-1', '0.01')).refused('AMOUNT_TOO_LARGE', { value: /reserve|wallet/ });
    // Another wallet has room, but all of them together don't.
    scene.when(topUp(on, 'user-2', '0.01')).refused('AMOUNT_TOO_LARGE');
    expectBalances(scene, { 'wallet:user-1': most, 'wallet:user-2': '0.00' });
    scene
      .when(withdraw(on, 'user-1', 'all'))
      .accepted()
      .when(topUp(on, 'user-2', most))
      .accepted();
  });

  it('nor does a day’s total wrap where a later day takes it off again', () => {
    const most = '92233720368547758.07';
    given(unbounded, topUp(on, 'user-1', most), withdraw('2016-03-05', 'user-1', 'all'))
      .when(topUp(on, 'user-1', '0.01'))
      .refused('AMOUNT_TOO_LARGE');
  });
});

describe('dates', () => {
  it('within open days their order is free', () => {
    const scene = given(topUp('2016-03-05', 'user-1', '10.00'), topUp('2016-03-01', 'user-1', '1.00'));
    expectBalances(scene, { 'wallet:user-1': '1.00' }, '2016-03-04');
    expectBalances(scene, { 'wallet:user-1': '11.00' }, '2016-03-05');
  });

  it('a fact must fit on every date from its own on', () => {
    given(topUp('2016-03-01', 'user-1', '10.00'), transfer('2016-03-05', 'user-1', 'user-2', '8.00'))
      .when(transfer('2016-03-02', 'user-1', 'user-2', '2.01'))
      .refused('INSUFFICIENT_FUNDS', { detail: /2\.00 CNY/ })
      .when(transfer('2016-03-02', 'user-1', 'user-2', '2.00'))
      .accepted();
  });

  it('and on its own date: what comes later is not there yet', () => {
    given(topUp('2016-03-05', 'user-1', '10.00'))
      .when(transfer('2016-03-04', 'user-1', 'user-2', '0.01'))
      .refused('INSUFFICIENT_FUNDS', { detail: /0\.00 CNY/ });
  });

  it('until the first close all days are open; days before it count as closed: DAY_CLOSED', () => {
    const scene = given(
      topUp('2016-03-05', 'user-1', '10.00'),
      topUp('2016-03-01', 'user-1', '1.00'),
      closeDay('2016-03-01'),
    );
    scene
      .when(topUp('2016-02-28', 'user-1', '1.00'))
      .refused('DAY_CLOSED', { value: '2016-02-28', detail: /through 2016-03-01/ });
    scene.when(topUp('2016-03-01', 'user-1', '1.00')).refused('DAY_CLOSED');
    scene.when(topUp('2016-03-02', 'user-1', '1.00')).accepted();
  });

  it('the first close names the earliest date of any fact; then days close in order, without a gap: DAY_NOT_NEXT', () => {
    const scene = given(topUp('2016-03-05', 'user-1', '10.00'), publishRate('2016-03-02', 'bond', '1%'));
    scene.when(closeDay('2016-03-03')).refused('DAY_NOT_NEXT', { value: '2016-03-03', detail: /2016-03-02/ });
    scene.when(closeDay('2016-03-02')).accepted();
    scene.when(closeDay('2016-03-04')).refused('DAY_NOT_NEXT', { detail: /2016-03-03/ });
    scene.when(closeDay('2016-03-03')).accepted();
  });

  it('it may name a day before: without any fact, any', () => {
    given(topUp('2016-03-05', 'user-1', '10.00'))
      .when(closeDay('2016-03-01'))
      .accepted();
    given().when(closeDay('2016-03-01')).accepted();
  });

  it('closing a day that is closed is a no-op that says so', () => {
    const scene = given(
      topUp('2016-03-01', 'user-1', '10.00'),
      closeDay('2016-03-01'),
      closeDay('2016-03-02'),
    );
    scene.when(closeDay('2016-03-01')).repeated();
    scene.when(closeDay('2016-01-01')).repeated();
  });

  it('a date more than kernel.daysAheadMax beyond the first open day is refused: DATE_TOO_FAR', () => {
    const scene = given(topUp('2016-03-01', 'user-1', '10.00'));
    // 366 days beyond 2016-03-01
    scene
      .when(topUp('2017-03-03', 'user-1', '1.00'))
      .refused('DATE_TOO_FAR', { value: '2017-03-03', detail: /366 days beyond 2016-03-01/ });
    scene.when(topUp('2017-03-02', 'user-1', '1.00')).accepted();
    scene
      .and(closeDay('2016-03-01'))
      .when(topUp('2017-03-03', 'user-1', '1.00'))
      .accepted();
    scene
      .and(changePolicy('2016-03-02', 'kernel.daysAheadMax', 5))
      .when(topUp('2016-03-08', 'user-1', '1.00'))
      .refused('DATE_TOO_FAR');
  });

  it('a payment takes no fact dated before its latest: BEFORE_LATEST', () => {
    given(topUp(on, 'user-1', '10.00'), pay('2016-03-04', 'P-1', 'user-1', 'm', '10.00'))
      .when(confirm('2016-03-03', 'P-1'))
      .refused('BEFORE_LATEST', { value: 'P-1', detail: /2016-03-04/ });
  });
});

describe('policy', () => {
  const sold = (day: string, id: string, payee = 'm') => pay(day, id, 'user-1', payee, '100.00', instant);
  const quiet = changePolicy(on, 'payments.cardCostRate', '0%');
  const fee = (of: string, payee = 'm'): string => {
    const left = (10_000 - Math.round(Number(of) * 100)) / 100;
    return of === '0.00'
      ? `PaymentInitiated: reserve +100.00 · wallet:${payee} -100.00`
      : `PaymentInitiated: reserve +100.00 · wallet:${payee} -${left.toFixed(2)} · merchant-fee -${of}`;
  };

  it('is looked up at the effective date of the fact that books with it: a merchant fee at the confirmation’s date', () => {
    given(
      changePolicy(on, feeRate, '1%', { from: '2016-03-04' }),
      pay('2016-03-01', 'P-1', 'user-1', 'm', '100.00', { method: 'card' }),
    )
      .when(confirm('2016-03-04', 'P-1'))
      .gives('ReceiptConfirmed: escrow +100.00 · wallet:m -99.00 · merchant-fee -1.00');
  });

  it('a value from a date replaces the timeline from that date on', () => {
    given(
      quiet,
      changePolicy(on, feeRate, '1%', { from: '2016-03-10' }),
      changePolicy(on, feeRate, '2%', { from: '2016-03-05' }),
    )
      .when(sold('2016-03-04', 'P-1'))
      .gives(fee('0.60'))
      .when(sold('2016-03-05', 'P-2'))
      .gives(fee('2.00'))
      .when(sold('2016-03-10', 'P-3'))
      .gives(fee('2.00'));
  });

  it('also what the defaults said after it', () => {
    given(
      topUp('2016-10-01', 'user-1', '100000.00'),
      changePolicy('2016-10-01', 'payments.withdrawalFeeRate', '0.2%'),
    )
      .and(changePolicy('2016-10-01', 'payments.withdrawalFreeAllowance', '0.00 CNY'))
      .when(withdraw('2016-10-12', 'user-1', '1000.00'))
      .gives('Withdrawn: wallet:user-1 +1000.00 · reserve -998.00 · withdrawal-fee -2.00');
  });

  it('a range replaces the range, both ends included; after it what was there holds again', () => {
    given(
      quiet,
      changePolicy(on, feeRate, '1%', { from: '2016-03-10' }),
      changePolicy(on, feeRate, '3%', { from: '2016-03-08', to: '2016-03-11' }),
    )
      .when(sold('2016-03-07', 'P-1'))
      .gives(fee('0.60'))
      .when(sold('2016-03-08', 'P-2'))
      .gives(fee('3.00'))
      .when(sold('2016-03-11', 'P-3'))
      .gives(fee('3.00'))
      .when(sold('2016-03-12', 'P-4'))
      .gives(fee('1.00'));
  });

  it('a range inside a value given from a date: after the range that value holds again', () => {
    given(
      quiet,
      changePolicy(on, feeRate, '1%', { from: '2016-03-05' }),
      changePolicy(on, feeRate, '0%', { from: '2016-03-07', to: '2016-03-08' }),
    )
      .when(sold('2016-03-06', 'P-1'))
      .gives(fee('1.00'))
      .when(sold('2016-03-08', 'P-2'))
      .gives(fee('0.00'))
      .when(sold('2016-03-09', 'P-3'))
      .gives(fee('1.00'));
  });

  it('a key’s timeline stands before the plain name’s; a change of the plain name leaves keys alone', () => {
    given(
      quiet,
      changePolicy(on, `${feeRate}[m]`, '0.2%', { from: '2016-03-05' }),
      changePolicy(on, feeRate, '3%', { from: '2016-03-03' }),
    )
      .when(sold('2016-03-04', 'P-1'))
      .gives(fee('3.00'))
      .when(sold('2016-03-05', 'P-2'))
      .gives(fee('0.20'))
      .when(sold('2016-03-05', 'P-3', 'other'))
      .gives(fee('3.00', 'other'));
  });

  it('a key’s range: after it the plain name holds again', () => {
    given(quiet, changePolicy(on, `${feeRate}[m]`, '0.2%', { from: '2016-03-05', to: '2016-03-06' }))
      .when(sold('2016-03-06', 'P-1'))
      .gives(fee('0.20'))
      .when(sold('2016-03-07', 'P-2'))
      .gives(fee('0.60'));
  });

  it('name[*] stands for every key: those with a timeline of their own and those without', () => {
    given(
      quiet,
      changePolicy(on, `${feeRate}[m]`, '0.2%', { from: '2016-03-02' }),
      changePolicy(on, `${feeRate}[*]`, '4%', { from: '2016-03-05' }),
    )
      .when(sold('2016-03-04', 'P-1'))
      .gives(fee('0.20'))
      .when(sold('2016-03-05', 'P-2'))
      .gives(fee('4.00'))
      .when(sold('2016-03-05', 'P-3', 'other'))
      .gives(fee('4.00', 'other'))
      .when(changePolicy('2016-03-05', `${feeRate}[m]`, '1%', { from: '2016-03-06' }))
      .accepted()
      .when(sold('2016-03-06', 'P-4'))
      .gives(fee('1.00'))
      .when(sold('2016-03-06', 'P-5', 'other'))
      .gives(fee('4.00', 'other'))
      .when(changePolicy('2016-03-06', feeRate, '9%'))
      .accepted()
      .when(sold('2016-03-07', 'P-6', 'other'))
      .gives(fee('4.00', 'other'));
  });

  it('takes effect from an open day: DAY_CLOSED', () => {
    const scene = given(topUp(on, 'user-1', '1.00'), closeDay(on));
    scene.when(changePolicy('2016-03-02', feeRate, '1%', { from: on })).refused('DAY_CLOSED', { value: on });
    scene.when(changePolicy(on, feeRate, '1%', { from: '2016-03-02' })).refused('DAY_CLOSED', { value: on });
    scene.when(changePolicy('2016-03-03', feeRate, '1%', { from: '2016-03-02' })).accepted();
  });

  it('a range that ends before it begins, no reason, no date: INVALID_INPUT', () => {
    given()
      .when(changePolicy(on, feeRate, '1%', { from: '2016-03-05', to: '2016-03-04' }))
      .refused('INVALID_INPUT', { value: 'to: 2016-03-04' });
    const { reason: _, ...inputs } = changePolicy(on, feeRate, '1%').with;
    given()
      .when(command(on, 'changePolicy', inputs))
      .refused('INVALID_INPUT', { value: 'reason' });
    given()
      .when(command(on, 'changePolicy', { ...inputs, reason: '' }))
      .refused('INVALID_INPUT', { value: /^reason/ });
    given()
      .when(command(on, 'changePolicy', { ...inputs, reason: 'x', from: '2016-02-30' }))
      .refused('INVALID_INPUT', { value: /^from/ });
  });

  it('touches only what is recorded after it', () => {
    const scene = given(quiet, sold('2016-03-05', 'P-1'), changePolicy(on, feeRate, '10%'));
    expectBalances(scene, { 'merchant-fee': '0.60' });
    scene.when(sold('2016-03-05', 'P-2')).gives(fee('10.00'));
  });

  it('cannot be reversed, but changed again: NOT_REVERSIBLE', () => {
    given(changePolicy(on, feeRate, '10%'))
      .whenOf('PolicyChanged', (revision) => reverse(on, revision))
      .refused('NOT_REVERSIBLE', { hint: /Change the parameter again/ });
  });
});

describe('keys', () => {
  const first = keyed(topUp(on, 'user-1', '10.00'), 'k-1');

  it('a repeat with the same input is answered with the first result, and booked once', () => {
    const scene = given(first);
    scene.when(first).repeated();
    scene.when({ ...first, actor: 'somebody else' }).repeated();
    scene.when(command(on, 'topUp', { amount: '10.00 CNY', holder: 'user-1' }, 'k-1')).repeated();
    expectBalances(scene, { 'wallet:user-1': '10.00' });
  });

  it('also when its day has been closed, and before every other check', () => {
    given(first, withdraw(on, 'user-1', 'all'), closeDay(on))
      .when(first)
      .repeated();
  });

  it.each([
    ['date', keyed(topUp('2016-03-02', 'user-1', '10.00'), 'k-1')],
    ['inputs', keyed(topUp(on, 'user-1', '10.01'), 'k-1')],
    ['command', keyed(withdraw(on, 'user-1', '10.00'), 'k-1')],
  ])('with another %s: KEY_REUSED', (_, other) => {
    given(first).when(other).refused('KEY_REUSED', { value: 'k-1' });
  });

  it('a refused command’s key stays free', () => {
    const scene = given();
    scene.when(keyed(withdraw(on, 'user-1', '10.00'), 'k-1')).refused('INSUFFICIENT_FUNDS');
    scene.when(first).accepted();
  });

  it('a close may carry one, and a reversal', () => {
    const scene = given(first).andOf('ToppedUp', (revision) => keyed(reverse(on, revision), 'k-2'));
    scene.whenOf('ToppedUp', (revision) => keyed(reverse(on, revision), 'k-2')).repeated();
    scene
      .and(keyed(closeDay(on), 'k-3'))
      .when(keyed(closeDay(on), 'k-3'))
      .repeated();
    scene.when(keyed(closeDay('2016-03-02'), 'k-3')).refused('KEY_REUSED');
  });

  it('a key has 1 to 200 characters: INVALID_INPUT', () => {
    given().when(keyed(first, '')).refused('INVALID_INPUT');
    given()
      .when(keyed(first, 'k'.repeat(201)))
      .refused('INVALID_INPUT');
    given().when(keyed(first, '\ud800')).refused('INVALID_INPUT');
    given()
      .when(keyed(first, 'k'.repeat(200)))
      .accepted();
  });
});

describe('the order of the codes', () => {
  /** As the page lists them. */
  const listed = [
    'KEY_REUSED',
    'UNKNOWN_COMMAND',
    'UNKNOWN_FUND',
    'UNKNOWN_ENTITY',
    'UNKNOWN_PARAMETER',
    'INVALID_INPUT',
    'DAY_CLOSED',
    'DATE_TOO_FAR',
    'BEFORE_LATEST',
    'SAME_PARTY',
    'PAYMENT_EXISTS',
    'PAYMENT_UNKNOWN',
    'PAYMENT_CONFIRMED',
    'PAYMENT_FINISHED',
    'METHOD_UNAVAILABLE',
    'EXCEEDS_REMAINING',
    'NOTHING_TO_DO',
    'INSUFFICIENT_FUNDS',
    'INSUFFICIENT_UNITS',
    'HOLDING_CAP',
    'QUICK_LIMIT',
    'FUND_ILLIQUID',
    'AMOUNT_NOT_ABOVE_FEE',
  ];

  it('is that of the page', () => {
    expect(inStages(listed)).toBe(true);
    expect(house.segments.length).toBeGreaterThan(0);
  });

  it('every code has a meaning and a hint', () => {
    for (const { code, meaning, hint } of declaredCodes()) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(meaning).not.toBe('');
      expect(hint).toMatch(/[.]$/);
    }
  });

  const bad = 'not an amount';
  const paid = [topUp(on, 'user-1', '10.00'), pay('2016-03-05', 'P-1', 'user-1', 'm', '10.00')];

  it('KEY_REUSED before UNKNOWN_COMMAND', () => {
    given(keyed(topUp(on, 'user-1', '1.00'), 'k'))
      .when(command(on, 'nonsense', {}, 'k'))
      .refused('KEY_REUSED');
  });
  it('UNKNOWN_COMMAND before INVALID_INPUT', () => {
    given()
      .when(command('never', 'nonsense', {}))
      .refused('UNKNOWN_COMMAND');
  });
  it('UNKNOWN_FUND before INVALID_INPUT', () => {
    given()
      .when(command(on, 'redeemFund', { fund: 'moon', amount: bad, speed: 'fast' }))
      .refused('UNKNOWN_FUND');
    given()
      .when(command(on, 'redeemFund', { amount: bad, speed: 'fast' }))
      .refused('INVALID_INPUT', { value: /fund/ });
  });
  it('UNKNOWN_ENTITY before INVALID_INPUT', () => {
    given()
      .when(command('never', 'contributeCapital', { entity: 'nobody', amount: bad }))
      .refused('UNKNOWN_ENTITY');
  });
  it('UNKNOWN_PARAMETER before INVALID_INPUT', () => {
    given()
      .when(changePolicy('never', 'payments.moonRate', { from: bad }))
      .refused('UNKNOWN_PARAMETER');
  });
  it('INVALID_INPUT (a method that doesn’t exist, too) before DAY_CLOSED and SAME_PARTY', () => {
    const scene = given(topUp(on, 'user-1', '1.00'), closeDay(on));
    scene.when(topUp(on, 'user-1', bad)).refused('INVALID_INPUT');
    scene.when(pay('2016-03-02', 'P-1', 'm', 'm', '1.00', { method: 'cheque' })).refused('INVALID_INPUT');
    scene.when(changePolicy(on, feeRate, '101%')).refused('INVALID_INPUT');
  });
  it('DAY_CLOSED before SAME_PARTY, PAYMENT_UNKNOWN and NOTHING_TO_DO', () => {
    const scene = given(topUp(on, 'user-1', '1.00'), closeDay(on));
    scene.when(transfer(on, 'user-1', 'user-1', '1.00')).refused('DAY_CLOSED');
    scene.when(confirm(on, 'P-9')).refused('DAY_CLOSED');
    scene.when(withdraw(on, 'user-9', 'all')).refused('DAY_CLOSED');
  });
  it('DATE_TOO_FAR before SAME_PARTY', () => {
    given(topUp(on, 'user-1', '1.00'))
      .when(transfer('2020-01-01', 'user-1', 'user-1', '1.00'))
      .refused('DATE_TOO_FAR');
  });
  it('BEFORE_LATEST before SAME_PARTY and PAYMENT_EXISTS', () => {
    given(...paid)
      .when(pay('2016-03-04', 'P-1', 'm', 'm', '1.00'))
      .refused('BEFORE_LATEST');
  });
  it('BEFORE_LATEST before PAYMENT_CONFIRMED and EXCEEDS_REMAINING', () => {
    const scene = given(...paid, confirm('2016-03-06', 'P-1'));
    scene.when(confirm('2016-03-05', 'P-1')).refused('BEFORE_LATEST');
    scene.when(refund('2016-03-05', 'P-1', '11.00')).refused('BEFORE_LATEST');
  });
  it('SAME_PARTY before PAYMENT_EXISTS and INSUFFICIENT_FUNDS', () => {
    given(...paid)
      .when(pay('2016-03-05', 'P-1', 'x', 'x', '99.00'))
      .refused('SAME_PARTY');
  });
  it('PAYMENT_EXISTS before CREDIT_LINE_UNKNOWN and INSUFFICIENT_FUNDS', () => {
    given(...paid)
      .when(pay('2016-03-05', 'P-1', 'x', 'm', '99.00', { method: 'huabei' }))
      .refused('PAYMENT_EXISTS');
    given(...paid)
      .when(pay('2016-03-05', 'P-1', 'x', 'm', '99.00'))
      .refused('PAYMENT_EXISTS');
    given(...paid)
      .when(pay('2016-03-05', 'P-1', 'x', 'm', '99.00', { method: 'yuebao' }))
      .refused('PAYMENT_EXISTS');
  });
  it('PAYMENT_CONFIRMED before PAYMENT_FINISHED', () => {
    given(...paid, confirm('2016-03-05', 'P-1'), topUp(on, 'm', '1.00'), refund('2016-03-05', 'P-1'))
      .when(confirm('2016-03-05', 'P-1'))
      .refused('PAYMENT_CONFIRMED');
  });
  it('PAYMENT_FINISHED before EXCEEDS_REMAINING', () => {
    given(...paid, refund('2016-03-05', 'P-1'))
      .when(refund('2016-03-05', 'P-1', '1.00'))
      .refused('PAYMENT_FINISHED');
  });
  it('PAYMENT_EXISTS before METHOD_UNAVAILABLE, and that before what the payer holds, where nobody funds the method', () => {
    const scene = new Scene(book(new House([payments, treasury])).take(...paid));
    scene.when(pay('2016-03-05', 'P-1', 'x', 'm', '99.00', { method: 'huabei' })).refused('PAYMENT_EXISTS');
    scene.when(pay(on, 'P-2', 'x', 'm', '1.00', { method: 'huabei' })).refused('METHOD_UNAVAILABLE');
  });
  it('EXCEEDS_REMAINING before INSUFFICIENT_FUNDS', () => {
    given(...paid, confirm('2016-03-05', 'P-1'), withdraw('2016-03-05', 'm', 'all'))
      .when(refund('2016-03-05', 'P-1', '10.01'))
      .refused('EXCEEDS_REMAINING')
      .when(refund('2016-03-05', 'P-1', '10.00'))
      .refused('INSUFFICIENT_FUNDS');
  });
  it('NOTHING_TO_DO before INSUFFICIENT_FUNDS and INSUFFICIENT_UNITS', () => {
    given()
      .when(withdraw(on, 'user-1', 'all'))
      .refused('NOTHING_TO_DO');
    given()
      .when(redeem(on, 'user-1', '50%'))
      .refused('NOTHING_TO_DO');
  });
  it('INSUFFICIENT_FUNDS before HOLDING_CAP and AMOUNT_NOT_ABOVE_FEE', () => {
    given(topUp(on, 'user-1', '1.00'))
      .when(subscribe(on, 'user-1', '1000000.01'))
      .refused('INSUFFICIENT_FUNDS');
    given(changePolicy('2017-01-01', 'payments.withdrawalFreeAllowance', '0.00 CNY'))
      .when(withdraw('2017-01-01', 'user-1', '0.05'))
      .refused('INSUFFICIENT_FUNDS');
  });
  it('INSUFFICIENT_UNITS before QUICK_LIMIT and FUND_ILLIQUID; QUICK_LIMIT before FUND_ILLIQUID', () => {
    const scene = given(
      topUp('2018-06-06', 'user-1', '50000.00'),
      subscribe('2018-06-06', 'user-1', '50000.00'),
      closeDay('2018-06-06'),
    );
    scene.when(redeem('2018-06-07', 'user-1', '50000.01')).refused('INSUFFICIENT_UNITS');
    scene.when(redeem('2018-06-07', 'user-1', '50000.00')).refused('QUICK_LIMIT');
    scene
      .and(redeem('2018-06-07', 'user-1', '10000.00', 'ordinary'))
      .when(redeem('2018-06-07', 'user-1', '9000.00'))
      .refused('FUND_ILLIQUID');
  });
  it('a refusal leaves nothing behind: neither events nor balances', () => {
    const scene = given(contributeCapital(on, '1.00'));
    const { events } = scene.book;
    const count = events.length;
    scene.when(withdraw(on, 'user-1', '1.00')).refused('INSUFFICIENT_FUNDS');
    expect(scene.book.events.length).toBe(count);
    expect(
      given()
        .when(withdraw(on, 'user-1', '1.00'))
        .refused('INSUFFICIENT_FUNDS').book.events,
    ).toEqual([]);
  });
});

describe('reversal of any fact', () => {
  const scene = () => given(topUp(on, 'user-1', '10.00'));

  it('says which event, and is linked to it', () => {
    const outcome = scene().whenOf('ToppedUp', (revision) => reverse(on, revision));
    outcome.gives('Reversed: reserve -10.00 · wallet:user-1 +10.00');
    expect(outcome.events[0]).toMatchObject({
      subject: 'event/1',
      data: {
        event: 1,
        reason: 'a mistake',
        of: { type: 'ToppedUp', on, data: { holder: 'user-1', amount: '10.00 CNY' } },
      },
    });
  });

  it('an event that there is not: EVENT_UNKNOWN', () => {
    scene().when(reverse(on, 99)).refused('EVENT_UNKNOWN', { value: '99' });
    scene()
      .when(command(on, 'reverse', { event: -1, reason: 'x' }))
      .refused('INVALID_INPUT');
    scene()
      .when(command(on, 'reverse', { event: 1.5, reason: 'x' }))
      .refused('INVALID_INPUT');
    scene()
      .when(command(on, 'reverse', { event: 1, reason: 'x', of: {} }))
      .refused('INVALID_INPUT', { value: 'of' });
  });

  it('once: ALREADY_REVERSED', () => {
    const undone = scene().andOf('ToppedUp', (revision) => reverse(on, revision));
    undone
      .whenOf('ToppedUp', (revision) => reverse(on, revision))
      .refused('ALREADY_REVERSED', { value: '1', detail: /by event 2/ });
  });

  it('nor can a reversal be reversed: NOT_REVERSIBLE, give the command again', () => {
    scene()
      .andOf('ToppedUp', (revision) => reverse(on, revision))
      .whenOf('Reversed', (revision) => reverse(on, revision))
      .refused('NOT_REVERSIBLE', { value: 'Reversed', hint: /Give the command .* again/ });
  });

  it('nor the opening of a book, nor a close', () => {
    const closed = scene().and(closeDay(on));
    closed.when(reverse('2016-03-02', 0)).refused('NOT_REVERSIBLE', { value: 'BookOpened' });
    closed
      .whenOf('DayClosing', (revision) => reverse('2016-03-02', revision))
      .refused('NOT_REVERSIBLE', { hint: /stays closed/ });
  });

  it('its mirror entry is dated by the command’s date, which is not before the fact’s: BEFORE_LATEST', () => {
    const outcome = given(topUp('2016-03-05', 'user-1', '10.00'));
    outcome
      .whenOf('ToppedUp', (revision) => reverse('2016-03-04', revision))
      .refused('BEFORE_LATEST', { detail: /2016-03-05/ });
    outcome.whenOf('ToppedUp', (revision) => reverse('2016-03-07', revision)).accepted();
    expectBalances(outcome, { 'wallet:user-1': '10.00' }, '2016-03-06');
    expectBalances(outcome, { 'wallet:user-1': '0.00' }, '2016-03-07');
  });

  it('only in open days: the fact’s, NOT_REVERSIBLE, and its own, DAY_CLOSED', () => {
    const closed = scene().and(closeDay(on));
    closed
      .when(reverse('2016-03-02', 1))
      .refused('NOT_REVERSIBLE', { detail: /2016-03-01 is closed/, hint: /open days/ });
    closed.when(reverse(on, 1)).refused('DAY_CLOSED');
  });

  it('its mirror entry must fit on every date: REVERSAL_DOES_NOT_FIT', () => {
    given(
      topUp(on, 'user-1', '10.00'),
      topUp(on, 'user-2', '10.00'),
      withdraw('2016-03-05', 'user-1', '10.00'),
      topUp('2016-03-06', 'user-1', '50.00'),
    )
      .when(reverse('2016-03-02', 1))
      .refused('REVERSAL_DOES_NOT_FIT', { detail: /INSUFFICIENT_FUNDS: 0\.00 CNY/ });
  });
});

describe('recorded attempts and days', () => {
  it('each day’s close says what it derived', () => {
    const outcome = given(topUp(on, 'user-1', '36500.00')).when(closeDay(on));
    const [beginning] = outcome.events;
    expect(beginning?.header).toEqual({ engine: 'test', events: 2 });
    expect(
      outcome.events.slice(1).every(({ cause, kind }) => cause === beginning?.revision && kind === 'derived'),
    ).toBe(true);
    expect(outcome.events.map(({ effectiveOn }) => effectiveOn)).toEqual([dayOf(on), dayOf(on), dayOf(on)]);
  });
});
