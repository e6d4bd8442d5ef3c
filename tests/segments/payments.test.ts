/** payments, point by point as commands.md settles them. */
import { describe, expect, it } from 'vitest';
import { House } from '../../src/kernel/engine/house.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { payments } from '../../src/segments/payments/index.ts';
import { treasury } from '../../src/segments/treasury/index.ts';
import { yuebao } from '../../src/segments/yuebao/index.ts';
import { book } from '../support/book.ts';
import {
  changePolicy,
  closeDay,
  command,
  confirm,
  contributeCapital,
  pay,
  redeem,
  refund,
  reverse,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { expectBalances, given, Scene } from '../support/scene.ts';

const card = { method: 'card' } as const;
const instant = { method: 'card', escrow: false } as const;

describe('where money comes from and goes back to', () => {
  it('what came by card goes back to the card', () => {
    given(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', card))
      .when(refund('2016-03-01', 'P-1'))
      .gives('PaymentRefunded: escrow +100.00 · reserve -100.00');
  });

  it('what came from a wallet goes back there', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'), pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'))
      .when(refund('2016-03-01', 'P-1', '40.00'))
      .gives('PaymentRefunded: escrow +40.00 · wallet:user-1 -40.00');
  });

  it('what came from the fund goes back into units', () => {
    given(
      topUp('2016-03-01', 'user-1', '100.00'),
      subscribe('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '60.00', { method: 'yuebao' }),
    )
      .when(refund('2016-03-01', 'P-1', '40.00'))
      .gives('PaymentRefunded: escrow +40.00 · reserve -40.00 · fund/cash +40.00 · fund/units:user-1 -40.00');
  });

  it('the bank’s cost of a card payment is an expense owed to the bank, rounded for each payment', () => {
    // 0.15 % of 3.00 is 0.0045, of 10.00 is 0.015: half goes to the even cent.
    given()
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '3.00', card))
      .gives('PaymentInitiated: reserve +3.00 · escrow -3.00')
      .when(pay('2016-03-01', 'P-2', 'user-1', 'merchant-1', '10.00', card))
      .gives('PaymentInitiated: reserve +10.00 · escrow -10.00 · channel-cost +0.02 · channel-cost-due -0.02')
      .when(pay('2016-03-01', 'P-3', 'user-1', 'merchant-1', '30.00', card))
      .gives('PaymentInitiated: reserve +30.00 · escrow -30.00 · channel-cost +0.04 · channel-cost-due -0.04')
      .when(closeDay('2016-03-01'))
      .givesOf(['ChannelCostPaid'], 'ChannelCostPaid: channel-cost-due +0.06 · own-cash -0.06');
  });

  it('it is at the rate of the payment’s date, and is not returned on refund', () => {
    const scene = given(
      changePolicy('2016-03-01', 'payments.cardCostRate', '1%', { from: '2016-03-02' }),
      pay('2016-03-02', 'P-1', 'user-1', 'merchant-1', '100.00', card),
      refund('2016-03-02', 'P-1'),
    );
    expectBalances(scene, { reserve: '0.00', 'channel-cost': '1.00', 'channel-cost-due': '1.00' });
  });

  it('only card payments cost anything', () => {
    const scene = given(
      topUp('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
    );
    expectBalances(scene, { 'channel-cost': '0.00', 'channel-cost-due': '0.00' });
  });
});

describe('instant payments and transfers', () => {
  it('an instant payment pays the payee at once, less the fee', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'))
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', { escrow: false }))
      .gives('PaymentInitiated: wallet:user-1 +100.00 · wallet:merchant-1 -99.40 · merchant-fee -0.60');
  });

  it('it is confirmed from the start', () => {
    given(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant))
      .when(confirm('2016-03-01', 'P-1'))
      .refused('PAYMENT_CONFIRMED', { value: 'P-1' });
  });

  it('a transfer costs nothing', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'))
      .when(transfer('2016-03-01', 'user-1', 'user-2', '30.00'))
      .recorded({ from: 'user-1', to: 'user-2', amount: '30.00 CNY' })
      .gives('Transferred: wallet:user-1 +30.00 · wallet:user-2 -30.00');
  });

  it('a transfer needs as much in the wallet: INSUFFICIENT_FUNDS', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'))
      .when(transfer('2016-03-01', 'user-1', 'user-2', '100.01'))
      .refused('INSUFFICIENT_FUNDS', { value: '100.01 CNY', detail: /100\.00 CNY/ });
  });

  it('the two parties of a payment or transfer differ: SAME_PARTY', () => {
    const scene = given(topUp('2016-03-01', 'user-1', '100.00'));
    scene.when(transfer('2016-03-01', 'user-1', 'user-1', '1.00')).refused('SAME_PARTY', { value: 'user-1' });
    scene
      .when(pay('2016-03-01', 'P-1', 'user-1', 'user-1', '1.00'))
      .refused('SAME_PARTY', { value: 'user-1' });
  });

  it('the instant card payment of the page, its sweep, and its refund by 30.00 the next day', () => {
    given(changePolicy('2016-03-01', 'payments.floatRate', '0%'))
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant', '100.00', instant))
      .gives(
        'PaymentInitiated: reserve +100.00 · wallet:merchant -99.40 · merchant-fee -0.60 · channel-cost +0.15 · channel-cost-due -0.15',
      )
      .when(closeDay('2016-03-01'))
      .givesOf(['FeesSwept'], 'FeesSwept: own-cash +0.60 · reserve -0.60')
      .when(refund('2016-03-02', 'P-1', '30.00'))
      .gives(
        'PaymentRefunded: wallet:merchant +29.82 · merchant-fee +0.18 · own-cash -0.18 · reserve -29.82',
      );
  });
});

describe('escrow', () => {
  const paid = () =>
    given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      topUp('2016-03-01', 'user-1', '1000.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
    );

  it('confirms itself at the first close of a day D with D − (date of the payment) ≥ confirmAfterDays', () => {
    const scene = paid();
    scene.book.closeThrough(dayOf('2016-03-10'));
    expectBalances(scene, { escrow: '100.00' });
    scene
      .when(closeDay('2016-03-11'))
      .gives(
        'DayClosing',
        'ReceiptTimedOut: escrow +100.00 · wallet:merchant-1 -99.40 · merchant-fee -0.60',
        'FeesSwept: own-cash +0.60 · reserve -0.60',
        'DayClosed',
      );
  });

  it('goes by the period of the day that is closed', () => {
    const scene = paid().and(
      changePolicy('2016-03-01', 'payments.confirmAfterDays', '3', { from: '2016-03-07' }),
    );
    scene.book.closeThrough(dayOf('2016-03-06'));
    expectBalances(scene, { escrow: '100.00' });
    scene
      .when(closeDay('2016-03-07'))
      .givesOf(
        ['ReceiptTimedOut'],
        'ReceiptTimedOut: escrow +100.00 · wallet:merchant-1 -99.40 · merchant-fee -0.60',
      );
  });

  it('with a period of no days the close of the payment’s own day confirms it', () => {
    paid()
      .and(changePolicy('2016-03-01', 'payments.confirmAfterDays', '0'))
      .when(closeDay('2016-03-01'))
      .givesOf(
        ['ReceiptTimedOut'],
        'ReceiptTimedOut: escrow +100.00 · wallet:merchant-1 -99.40 · merchant-fee -0.60',
      );
  });

  it('a time-out passes over a payment that has a fact of a later date; a later close looks again', () => {
    const scene = paid().and(refund('2016-03-13', 'P-1', '20.00'));
    scene.book.closeThrough(dayOf('2016-03-12'));
    expectBalances(scene, { 'merchant-fee': '0.00' });
    scene
      .when(closeDay('2016-03-13'))
      .givesOf(
        ['ReceiptTimedOut'],
        'ReceiptTimedOut: escrow +80.00 · wallet:merchant-1 -79.52 · merchant-fee -0.48',
      );
  });

  it('what is left after refunds is confirmed', () => {
    paid()
      .and(refund('2016-03-02', 'P-1', '50.00'))
      .when(confirm('2016-03-03', 'P-1'))
      .gives('ReceiptConfirmed: escrow +50.00 · wallet:merchant-1 -49.70 · merchant-fee -0.30');
  });

  it('a payment whose remaining amount is refunded whole is finished: PAYMENT_FINISHED', () => {
    const scene = paid().and(refund('2016-03-02', 'P-1', '30.00'), refund('2016-03-02', 'P-1'));
    scene.when(confirm('2016-03-02', 'P-1')).refused('PAYMENT_FINISHED', { value: 'P-1' });
    scene.when(refund('2016-03-02', 'P-1')).refused('PAYMENT_FINISHED', { value: 'P-1' });
    scene.book.closeThrough(dayOf('2016-03-20'));
    expectBalances(scene, { 'wallet:user-1': '1000.00', escrow: '0.00', 'merchant-fee': '0.00' });
  });

  it('PAYMENT_UNKNOWN, PAYMENT_EXISTS, PAYMENT_CONFIRMED', () => {
    const scene = paid();
    scene.when(confirm('2016-03-02', 'P-9')).refused('PAYMENT_UNKNOWN', { value: 'P-9' });
    scene.when(refund('2016-03-02', 'P-9')).refused('PAYMENT_UNKNOWN', { value: 'P-9' });
    scene
      .when(pay('2016-03-02', 'P-1', 'user-2', 'merchant-1', '1.00'))
      .refused('PAYMENT_EXISTS', { value: 'P-1' });
    scene.and(confirm('2016-03-02', 'P-1')).when(confirm('2016-03-02', 'P-1')).refused('PAYMENT_CONFIRMED');
  });

  it('takes no fact dated before its latest: BEFORE_LATEST', () => {
    const scene = paid().and(refund('2016-03-05', 'P-1', '10.00'));
    const said = { value: 'P-1', detail: /2016-03-05/ } as const;
    scene.when(confirm('2016-03-04', 'P-1')).refused('BEFORE_LATEST', said);
    scene.when(refund('2016-03-04', 'P-1')).refused('BEFORE_LATEST', said);
    scene
      .when(confirm('2016-03-05', 'P-1'))
      .gives('ReceiptConfirmed: escrow +90.00 · wallet:merchant-1 -89.46 · merchant-fee -0.54');
  });

  it('a method that no line of business funds: METHOD_UNAVAILABLE, as in a house without huabei', () => {
    new Scene(book(new House([payments, treasury, yuebao])))
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', { method: 'huabei' }))
      .refused('METHOD_UNAVAILABLE', { value: /huabei/, hint: /a line of business funds/ });
  });

  it('huabei funds its method from the payer’s line: without one CREDIT_LINE_UNKNOWN', () => {
    const onCredit = pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', { method: 'huabei' });
    given()
      .when(onCredit)
      .refused('CREDIT_LINE_UNKNOWN', { value: /user-1/ });
    given(command('2016-03-01', 'openCreditLine', { holder: 'user-1' }))
      .when(onCredit)
      .accepted();
  });

  it('a method that does not exist: INVALID_INPUT', () => {
    given()
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', { method: 'cheque' }))
      .refused('INVALID_INPUT', { value: 'method: cheque', detail: /wallet, card, yuebao, huabei/ });
  });
});

describe('refunds', () => {
  /** 100.00 paid at once by card, and what the seller has left of it. */
  const sold = (left = 'all') =>
    left === 'all'
      ? given(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant))
      : given(
          pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant),
          withdraw('2016-03-01', 'merchant-1', left),
        );

  it('before the confirmation: from escrow, and no fee arises on that part', () => {
    const scene = given(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', card)).and(
      refund('2016-03-01', 'P-1', '75.00'),
      confirm('2016-03-01', 'P-1'),
    );
    expectBalances(scene, { escrow: '0.00', 'wallet:merchant-1': '24.85', 'merchant-fee': '0.15' });
  });

  it('after it: the payee bears refund − returned fee', () => {
    sold()
      .when(refund('2016-03-01', 'P-1', '50.00'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +49.70 · merchant-fee +0.30 · own-cash -0.30 · reserve -49.70',
      );
  });

  it('refused when the wallet is smaller than that: INSUFFICIENT_FUNDS', () => {
    // 99.40 − 49.71 = 49.69 is there; a refund of 50.00 takes 49.70.
    sold('49.71')
      .when(refund('2016-03-01', 'P-1', '50.00'))
      .refused('INSUFFICIENT_FUNDS', { detail: /49\.69 CNY/ });
    sold('49.70')
      .when(refund('2016-03-01', 'P-1', '50.00'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +49.70 · merchant-fee +0.30 · own-cash -0.30 · reserve -49.70',
      );
  });

  it('more than what is left: EXCEEDS_REMAINING; without an amount, what is left', () => {
    const scene = sold().and(refund('2016-03-01', 'P-1', '60.00'));
    scene.when(refund('2016-03-01', 'P-1', '40.01')).refused('EXCEEDS_REMAINING', {
      value: '40.01 CNY',
      detail: /40\.00 CNY is left/,
      hint: /Leave the amount out/,
    });
    scene
      .when(refund('2016-03-01', 'P-1'))
      .recorded({ payment: 'P-1' })
      .gives(
        'PaymentRefunded: wallet:merchant-1 +39.76 · merchant-fee +0.24 · own-cash -0.24 · reserve -39.76',
      );
  });

  it('returned fee = round(fee × refunded since / amount confirmed) − already returned: no cent is lost over many refunds', () => {
    // A fee of 0.01 on 1.00: two halves give 0.005, which is 0.00 (even), then 0.01 − 0.00.
    given(pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', instant))
      .when(refund('2016-03-01', 'P-1', '0.50'))
      .gives('PaymentRefunded: wallet:merchant-1 +0.50 · reserve -0.50')
      .when(refund('2016-03-01', 'P-1', '0.50'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +0.49 · merchant-fee +0.01 · own-cash -0.01 · reserve -0.49',
      );
  });

  it('the amount confirmed is what was left at the confirmation', () => {
    given(
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', card),
      refund('2016-03-01', 'P-1', '50.00'),
      confirm('2016-03-01', 'P-1'),
    )
      .when(refund('2016-03-01', 'P-1', '25.00'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +24.85 · merchant-fee +0.15 · own-cash -0.15 · reserve -24.85',
      );
  });

  it('nothing is returned while refundReturnsFee is no, and such a refund does not count for later ones', () => {
    const scene = sold().and(
      topUp('2016-03-01', 'merchant-1', '10.00'),
      changePolicy('2016-03-01', 'payments.refundReturnsFee', 'no', { to: '2016-03-01' }),
    );
    scene
      .when(refund('2016-03-01', 'P-1', '50.00'))
      .gives('PaymentRefunded: wallet:merchant-1 +50.00 · reserve -50.00')
      .when(refund('2016-03-02', 'P-1', '25.00'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +24.85 · merchant-fee +0.15 · own-cash -0.15 · reserve -24.85',
      );
  });

  it('a returned fee always comes from own cash into the reserve, in the refund’s own entry: also before the sweep', () => {
    const scene = sold().and(refund('2016-03-01', 'P-1', '50.00'));
    expectBalances(scene, { 'own-cash': '-0.30', reserve: '50.30', 'wallet:merchant-1': '49.70' });
    scene.when(closeDay('2016-03-01')).givesOf(['FeesSwept'], 'FeesSwept: own-cash +0.60 · reserve -0.60');
  });
});

describe('withdrawals', () => {
  const rich = (on: string, amount = '100000.00') => given(topUp(on, 'user-1', amount));

  it('cost nothing while the rate is zero, and then do not count against the allowance', () => {
    rich('2016-10-11')
      .when(withdraw('2016-10-11', 'user-1', '50000.00'))
      .gives('Withdrawn: wallet:user-1 +50000.00 · reserve -50000.00')
      .when(withdraw('2016-10-12', 'user-1', '20000.00'))
      .gives('Withdrawn: wallet:user-1 +20000.00 · reserve -20000.00')
      .when(withdraw('2016-10-12', 'user-1', '1000.00'))
      .gives('Withdrawn: wallet:user-1 +1000.00 · reserve -999.00 · withdrawal-fee -1.00');
  });

  it('the amount leaves the wallet, the fee is inside it: the bank receives amount − fee', () => {
    // 0.1 % of 10 000.00 above the allowance of 20 000.00
    rich('2016-10-12')
      .when(withdraw('2016-10-12', 'user-1', '30000.00'))
      .gives('Withdrawn: wallet:user-1 +30000.00 · reserve -29990.00 · withdrawal-fee -10.00');
  });

  it('the fee is at least withdrawalFeeMin once any of it is above the allowance', () => {
    rich('2016-10-12')
      .when(withdraw('2016-10-12', 'user-1', '20000.01'))
      .gives('Withdrawn: wallet:user-1 +20000.01 · reserve -19999.91 · withdrawal-fee -0.10');
    rich('2016-10-12')
      .when(withdraw('2016-10-12', 'user-1', '20000.00'))
      .gives('Withdrawn: wallet:user-1 +20000.00 · reserve -20000.00');
  });

  it('the allowance is a holder’s for life, not of a day, and used in the order of the log', () => {
    const scene = rich('2016-10-12').and(topUp('2016-10-12', 'user-2', '100000.00'));
    scene
      .and(withdraw('2017-06-01', 'user-1', '15000.00'))
      .when(withdraw('2016-10-13', 'user-1', '10000.00'))
      .gives('Withdrawn: wallet:user-1 +10000.00 · reserve -9995.00 · withdrawal-fee -5.00')
      .when(withdraw('2016-10-13', 'user-2', '10000.00'))
      .gives('Withdrawn: wallet:user-2 +10000.00 · reserve -10000.00');
  });

  it('a withdrawal not larger than its fee is refused: AMOUNT_NOT_ABOVE_FEE', () => {
    const scene = rich('2016-10-12').and(withdraw('2016-10-12', 'user-1', '20000.00'));
    scene
      .when(withdraw('2016-10-12', 'user-1', '0.10'))
      .refused('AMOUNT_NOT_ABOVE_FEE', { value: '0.10 CNY', detail: /0\.10 CNY/ });
    scene
      .when(withdraw('2016-10-12', 'user-1', '0.11'))
      .gives('Withdrawn: wallet:user-1 +0.11 · reserve -0.01 · withdrawal-fee -0.10');
  });

  it('`all` and shares are of what is held, the share floored; the intent is recorded, not the figure', () => {
    rich('2016-03-01', '10.01')
      .when(withdraw('2016-03-01', 'user-1', '33.3%'))
      .recorded({ holder: 'user-1', amount: '33.3%' })
      .gives('Withdrawn: wallet:user-1 +3.33 · reserve -3.33')
      .when(withdraw('2016-03-01', 'user-1', 'all'))
      .recorded({ holder: 'user-1', amount: 'all' })
      .gives('Withdrawn: wallet:user-1 +6.68 · reserve -6.68');
  });

  it('`all` is of the lowest holding on any date from its own on', () => {
    rich('2016-03-01', '100.00')
      .and(withdraw('2016-03-05', 'user-1', '60.00'), topUp('2016-03-06', 'user-1', '500.00'))
      .when(withdraw('2016-03-02', 'user-1', 'all'))
      .gives('Withdrawn: wallet:user-1 +40.00 · reserve -40.00');
  });

  it('`all` of nothing, and a share that comes to nothing: NOTHING_TO_DO', () => {
    given()
      .when(withdraw('2016-03-01', 'user-1', 'all'))
      .refused('NOTHING_TO_DO', { value: 'user-1' });
    rich('2016-03-01', '0.09')
      .when(withdraw('2016-03-01', 'user-1', '10%'))
      .refused('NOTHING_TO_DO');
  });

  it('a fact must fit on every date from its own on: INSUFFICIENT_FUNDS', () => {
    rich('2016-03-01', '100.00')
      .and(withdraw('2016-03-05', 'user-1', '60.00'))
      .when(withdraw('2016-03-02', 'user-1', '40.01'))
      .refused('INSUFFICIENT_FUNDS', { value: '40.01 CNY', detail: /user-1 has 40\.00 CNY/ });
  });

  it('fees are swept at the close', () => {
    rich('2016-10-12')
      .and(
        changePolicy('2016-10-12', 'payments.floatRate', '0%'),
        withdraw('2016-10-12', 'user-1', '30000.00'),
      )
      .when(closeDay('2016-10-12'))
      .gives('DayClosing', 'FeesSwept: own-cash +10.00 · reserve -10.00', 'DayClosed');
  });
});

describe('interest on the float', () => {
  it('is daily, on the reserve as it stands after the first phase, at the dated rate / 365, floored, the fraction carried exactly', () => {
    // 100.00 × 2 % / 365 = 0.54794… cent a day: the second day books the first cent.
    const scene = given(topUp('2016-03-01', 'user-1', '100.00'));
    const first = scene.when(closeDay('2016-03-01'));
    first.givesOf(['FloatInterestAccrued'], 'FloatInterestAccrued');
    expect(first.events[1]?.data).toEqual({ interest: '0.00 CNY', carry: '40/73' });
    const second = scene.when(closeDay('2016-03-02'));
    second.givesOf(['FloatInterestAccrued'], 'FloatInterestAccrued: own-cash +0.01 · float-interest -0.01');
    expect(second.events[1]?.data).toEqual({ interest: '0.01 CNY', carry: '7/73' });
  });

  it('a year has 365 days, leap years too', () => {
    given(topUp('2016-02-29', 'user-1', '36500.00'))
      .when(closeDay('2016-02-29'))
      .givesOf(['FloatInterestAccrued'], 'FloatInterestAccrued: own-cash +2.00 · float-interest -2.00');
  });

  it('counts what is dated up to the day, and the fees not yet swept: the sweep is a later phase', () => {
    const scene = given(
      changePolicy('2016-03-01', 'payments.floatRate', '36.5%'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1000.00', instant),
      topUp('2016-03-02', 'user-1', '5000.00'),
    );
    scene
      .when(closeDay('2016-03-01'))
      .gives(
        'DayClosing',
        'FloatInterestAccrued: own-cash +1.00 · float-interest -1.00',
        'ChannelCostPaid: channel-cost-due +1.50 · own-cash -1.50',
        'FeesSwept: own-cash +6.00 · reserve -6.00',
        'DayClosed',
      );
  });

  it('ends on 2019-01-14', () => {
    const scene = given(topUp('2019-01-13', 'user-1', '36500.00'));
    scene
      .when(closeDay('2019-01-13'))
      .givesOf(['FloatInterestAccrued'], 'FloatInterestAccrued: own-cash +2.00 · float-interest -2.00')
      .when(closeDay('2019-01-14'))
      .gives('DayClosing', 'DayClosed');
  });
});

describe('reversal', () => {
  it('of a top-up takes the money out again, if it is there: REVERSAL_DOES_NOT_FIT', () => {
    const scene = given(
      topUp('2016-03-01', 'user-1', '100.00'),
      transfer('2016-03-02', 'user-1', 'user-2', '0.01'),
    );
    scene
      .whenOf('ToppedUp', (revision) => reverse('2016-03-01', revision))
      .refused('REVERSAL_DOES_NOT_FIT', { value: /wallet:user-1/, detail: /INSUFFICIENT_FUNDS.*99\.99 CNY/ });
    scene
      .whenOf('Transferred', (revision) => reverse('2016-03-02', revision))
      .gives('Reversed: wallet:user-1 -0.01 · wallet:user-2 +0.01')
      .whenOf('ToppedUp', (revision) => reverse('2016-03-02', revision))
      .gives('Reversed: reserve -100.00 · wallet:user-1 +100.00');
  });

  it('of a payment frees its id', () => {
    given(topUp('2016-03-01', 'user-1', '100.00'), pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'))
      .whenOf('PaymentInitiated', (revision) => reverse('2016-03-01', revision))
      .gives('Reversed: wallet:user-1 -100.00 · escrow +100.00')
      .when(pay('2016-03-01', 'P-1', 'user-1', 'merchant-2', '50.00'))
      .gives('PaymentInitiated: wallet:user-1 +50.00 · escrow -50.00');
  });

  it('of a card payment takes back its cost and its fee, which is then not swept', () => {
    given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant),
    )
      .whenOf('PaymentInitiated', (revision) => reverse('2016-03-01', revision))
      .gives(
        'Reversed: reserve -100.00 · wallet:merchant-1 +99.40 · merchant-fee +0.60 · channel-cost -0.15 · channel-cost-due +0.15',
      )
      .when(closeDay('2016-03-01'))
      .gives('DayClosing', 'DayClosed');
  });

  it('on a later day: what it takes back stays in the reserve, where the sweep of a day before could not be spared', () => {
    const scene = given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant),
    ).andOf('PaymentInitiated', (revision) => reverse('2016-03-03', revision));
    scene
      .when(closeDay('2016-03-01'))
      .gives('DayClosing', 'ChannelCostPaid: channel-cost-due +0.15 · own-cash -0.15', 'DayClosed')
      .when(closeDay('2016-03-02'))
      .gives('DayClosing', 'DayClosed')
      .when(closeDay('2016-03-03'))
      .gives('DayClosing', 'ChannelCostPaid: channel-cost-due -0.15 · own-cash +0.15', 'DayClosed');
    expectBalances(scene, { reserve: '0.00', 'own-cash': '0.00', 'merchant-fee': '0.00' });
  });

  it('on a later day, with other money in the reserve: the fee is swept, and swept back', () => {
    given(
      changePolicy('2016-03-01', 'payments.floatRate', '0%'),
      changePolicy('2016-03-01', 'payments.cardCostRate', '0%'),
      topUp('2016-03-01', 'user-2', '0.50'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00', instant),
    )
      .andOf('PaymentInitiated', (revision) => reverse('2016-03-03', revision))
      .when(closeDay('2016-03-01'))
      .givesOf(['FeesSwept'], 'FeesSwept: own-cash +0.50 · reserve -0.50')
      .when(closeDay('2016-03-02'))
      .givesOf(['FeesSwept'])
      .when(closeDay('2016-03-03'))
      .givesOf(['FeesSwept'], 'FeesSwept: own-cash -0.50 · reserve +0.50');
  });

  it('of a confirmation puts the payment back into escrow, where it can be confirmed or refunded', () => {
    const scene = given(
      topUp('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
      confirm('2016-03-02', 'P-1'),
    );
    scene
      .whenOf('ReceiptConfirmed', (revision) => reverse('2016-03-03', revision))
      .gives('Reversed: escrow -100.00 · wallet:merchant-1 +99.40 · merchant-fee +0.60')
      .when(confirm('2016-03-02', 'P-1'))
      .refused('BEFORE_LATEST')
      .when(refund('2016-03-03', 'P-1', '10.00'))
      .gives('PaymentRefunded: escrow +10.00 · wallet:user-1 -10.00')
      .when(confirm('2016-03-03', 'P-1'))
      .gives('ReceiptConfirmed: escrow +90.00 · wallet:merchant-1 -89.46 · merchant-fee -0.54');
  });

  it('of a confirmed payment: NOT_REVERSIBLE until what stands on it has been reversed, in turn', () => {
    const scene = given(
      topUp('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
      confirm('2016-03-01', 'P-1'),
      refund('2016-03-01', 'P-1', '10.00'),
    );
    const undo = (type: string) => scene.whenOf(type, (revision) => reverse('2016-03-01', revision));
    undo('PaymentInitiated').refused('NOT_REVERSIBLE', { detail: /later facts/ });
    undo('ReceiptConfirmed').refused('NOT_REVERSIBLE', { detail: /a refund stands/ });
    undo('PaymentRefunded').gives(
      'Reversed: wallet:merchant-1 -9.94 · merchant-fee -0.06 · own-cash +0.06 · reserve -0.06 · wallet:user-1 +10.00',
    );
    undo('ReceiptConfirmed').gives(
      'Reversed: escrow -100.00 · wallet:merchant-1 +99.40 · merchant-fee +0.60',
    );
    undo('PaymentInitiated').gives('Reversed: wallet:user-1 -100.00 · escrow +100.00');
    expectBalances(scene, { 'wallet:user-1': '100.00', 'own-cash': '0.00', reserve: '100.00' });
  });

  it('of a refund gives back what is left of the payment, and what counts for returned fees', () => {
    given(
      contributeCapital('2016-03-01', '1.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', instant),
      topUp('2016-03-01', 'merchant-1', '1.00'),
    )
      .and(refund('2016-03-01', 'P-1', '0.60'))
      .andOf('PaymentRefunded', (revision) => reverse('2016-03-01', revision))
      .when(refund('2016-03-01', 'P-1', '0.60'))
      .gives(
        'PaymentRefunded: wallet:merchant-1 +0.59 · merchant-fee +0.01 · own-cash -0.01 · reserve -0.59',
      );
  });

  it('of a refund: the last one first, also where two look alike but returned different fees', () => {
    const scene = given(
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '1.00', instant),
      topUp('2016-03-01', 'merchant-1', '1.00'),
      refund('2016-03-01', 'P-1', '0.50'),
    );
    const first = scene.book.revisionOf('PaymentRefunded');
    scene.and(refund('2016-03-01', 'P-1', '0.50'));
    const second = scene.book.revisionOf('PaymentRefunded');
    scene.when(reverse('2016-03-01', first)).refused('NOT_REVERSIBLE', { detail: /later refund/ });
    scene
      .when(reverse('2016-03-01', second))
      .gives('Reversed: wallet:merchant-1 -0.49 · merchant-fee -0.01 · own-cash +0.01 · reserve +0.49')
      .when(reverse('2016-03-01', first))
      .gives('Reversed: wallet:merchant-1 -0.50 · reserve +0.50');
  });

  it('is a fact of the payment: dated before its latest it is refused, BEFORE_LATEST', () => {
    const scene = given(
      topUp('2016-03-01', 'merchant-1', '500.00'),
      topUp('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
      confirm('2016-03-02', 'P-1'),
      refund('2016-03-05', 'P-1', '50.00'),
    ).andOf('PaymentRefunded', (revision) => reverse('2016-03-06', revision));
    scene
      .whenOf('ReceiptConfirmed', (revision) => reverse('2016-03-03', revision))
      .refused('BEFORE_LATEST', { detail: /2016-03-06/ });
    scene
      .whenOf('ReceiptConfirmed', (revision) => reverse('2016-03-06', revision))
      .gives('Reversed: escrow -100.00 · wallet:merchant-1 +99.40 · merchant-fee +0.60');
  });

  it('of a withdrawal gives the allowance back', () => {
    given(topUp('2016-10-12', 'user-1', '100000.00'), withdraw('2016-10-12', 'user-1', '20000.00'))
      .andOf('Withdrawn', (revision) => reverse('2016-10-12', revision))
      .when(withdraw('2016-10-12', 'user-1', '20000.00'))
      .gives('Withdrawn: wallet:user-1 +20000.00 · reserve -20000.00');
  });

  it('a time-out is derived: NOT_REVERSIBLE', () => {
    const scene = given(
      changePolicy('2016-03-01', 'payments.confirmAfterDays', '0'),
      topUp('2016-03-01', 'user-1', '100.00'),
      pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '100.00'),
      closeDay('2016-03-01'),
    );
    scene
      .whenOf('ReceiptTimedOut', (revision) => reverse('2016-03-02', revision))
      .refused('NOT_REVERSIBLE', { detail: /derived/ });
    scene
      .whenOf('PaymentInitiated', (revision) => reverse('2016-03-02', revision))
      .refused('NOT_REVERSIBLE', { detail: /2016-03-01 is closed/ });
  });
});

it('a redemption paid at a close can be withdrawn on the next day', () => {
  given(
    topUp('2016-03-01', 'user-1', '100.00'),
    subscribe('2016-03-01', 'user-1', '100.00'),
    redeem('2016-03-01', 'user-1', '100.00', 'ordinary'),
    closeDay('2016-03-01'),
  )
    .when(withdraw('2016-03-02', 'user-1', 'all'))
    .refused('NOTHING_TO_DO')
    .and(closeDay('2016-03-02'))
    .when(withdraw('2016-03-03', 'user-1', 'all'))
    .gives('Withdrawn: wallet:user-1 +100.00 · reserve -100.00');
});
