/**
 * Payments, treasury and yuebao once more, as `first-segments.ts` has them (whose choices hold here too), with what the credit lines
 * do in their entries: a payment on credit, its merchant fee, its refund; and what zhima counts.
 */
import type { Leg, Payment, State } from './credit-book.ts';
import {
  CAPITAL,
  datesFrom,
  ESCROW,
  happen,
  heldOn,
  highest,
  lowest,
  MERCHANT_FEE,
  OWN_CASH,
  post,
  RESERVE,
  units,
  WITHDRAWAL_FEE,
  wallet,
} from './credit-book.ts';
import { creditFee, draw, drawCode, isBeforeLatest, restore } from './credit-huabei.ts';
import type { Fraction } from './credit-numbers.ts';
import {
  addDays,
  allocate,
  aYear,
  daysFrom,
  floor,
  fraction,
  halfEven,
  isId,
  max,
  min,
  must,
  parsePositive,
  parseRate,
  plus,
  sum,
  times,
  ZERO,
} from './credit-numbers.ts';
import { amountOn, CLASSES, countOn, flagOn, rateOn, ratesOn } from './credit-parameters.ts';
import { countPayment, countTopUp, countTransfer } from './zhima.ts';

const CHANNEL_COST_DUE = 'platform:liability:payments:channel-cost-due:CNY';
const FLOAT_INTEREST = 'platform:income:payments:float-interest:CNY';
const CHANNEL_COST = 'platform:expense:payments:channel-cost:CNY';
const PLATFORM_FEES_DUE = 'platform:asset:yuebao:fees-due:CNY';
const PLATFORM_MANAGEMENT_FEE = 'platform:income:yuebao:management-fee:CNY';
const PLATFORM_SALES_FEE = 'platform:income:yuebao:sales-fee:CNY';
const CASH = 'fund:asset:yuebao:cash:CNY';
const DEPOSIT_1M = 'fund:asset:yuebao:deposit-1m:CNY';
const FUND_FEES_DUE = 'fund:liability:yuebao:fees-due:CNY';
const CUSTODY_DUE = 'fund:liability:yuebao:custody-due:CNY';
const INVESTMENT_INCOME = 'fund:income:yuebao:investment-income:CNY';
const MANAGEMENT_FEE = 'fund:expense:yuebao:management-fee:CNY';
const CUSTODY_FEE = 'fund:expense:yuebao:custody-fee:CNY';
const SALES_FEE = 'fund:expense:yuebao:sales-fee:CNY';
const DISTRIBUTION = 'fund:expense:yuebao:distribution:CNY';
const ALL_REDEMPTIONS_DUE = 'fund:liability:yuebao:redemptions-due:*';

function redemptionsDue(holder: string): string {
  return `fund:liability:yuebao:redemptions-due:${holder}:CNY`;
}

function assetClass(name: string): string {
  return `fund:asset:yuebao:${name}:CNY`;
}

// ---------------------------------------------------------------------------------------------- commands

type Method = Payment['method'];
type Size = { kind: 'amount'; amount: bigint } | { kind: 'all' } | { kind: 'share'; share: Fraction };

export type FirstCommand =
  | { command: 'contributeCapital'; amount: bigint }
  | { command: 'topUp'; holder: string; amount: bigint }
  | {
      command: 'initiatePayment';
      payment: string;
      payer: string;
      payee: string;
      amount: bigint;
      method: Method;
      escrow: boolean;
    }
  | { command: 'confirmReceipt'; payment: string }
  | { command: 'refundPayment'; payment: string; size: Size }
  | { command: 'transfer'; from: string; to: string; amount: bigint }
  | { command: 'withdraw'; holder: string; size: Size }
  | { command: 'subscribeFund'; holder: string; amount: bigint }
  | { command: 'redeemFund'; holder: string; size: Size; quick: boolean }
  | { command: 'publishRate'; asset: string; rate: Fraction };

export const FIRST_INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['contributeCapital', ['entity', 'amount']],
  ['topUp', ['holder', 'amount']],
  ['initiatePayment', ['payment', 'payer', 'payee', 'amount', 'method', 'escrow']],
  ['confirmReceipt', ['payment']],
  ['refundPayment', ['payment', 'amount']],
  ['transfer', ['from', 'to', 'amount']],
  ['withdraw', ['holder', 'amount']],
  ['subscribeFund', ['fund', 'holder', 'amount']],
  ['redeemFund', ['fund', 'holder', 'amount', 'speed']],
  ['publishRate', ['asset', 'rate']],
];

function parseSize(value: unknown): Size | undefined {
  if (value === 'all') return { kind: 'all' };
  const share = parseRate(value, 'none');
  if (share !== undefined) return { kind: 'share', share };
  const amount = parsePositive(value);
  return amount === undefined ? undefined : { kind: 'amount', amount };
}

function parseMethod(value: unknown): Method | undefined {
  return value === 'wallet' || value === 'card' || value === 'yuebao' || value === 'huabei'
    ? value
    : undefined;
}

export function parseFirst(command: string, input: Record<string, unknown>): FirstCommand | undefined {
  const holder = input.holder;
  const payment = input.payment;
  const amount = parsePositive(input.amount);
  switch (command) {
    case 'contributeCapital':
      return typeof input.entity === 'string' && amount !== undefined ? { command, amount } : undefined;
    case 'topUp':
      return isId(holder) && amount !== undefined ? { command, holder, amount } : undefined;
    case 'initiatePayment': {
      const { payer, payee, escrow } = input;
      const method = parseMethod(input.method);
      if (
        !isId(payment) ||
        !isId(payer) ||
        !isId(payee) ||
        amount === undefined ||
        method === undefined ||
        typeof escrow !== 'boolean'
      )
        return undefined;
      return { command, payment, payer, payee, amount, method, escrow };
    }
    case 'confirmReceipt':
      return isId(payment) ? { command, payment } : undefined;
    case 'refundPayment': {
      if (!isId(payment)) return undefined;
      if (input.amount === undefined) return { command, payment, size: { kind: 'all' } };
      return amount === undefined ? undefined : { command, payment, size: { kind: 'amount', amount } };
    }
    case 'transfer': {
      const { from, to } = input;
      return isId(from) && isId(to) && amount !== undefined ? { command, from, to, amount } : undefined;
    }
    case 'withdraw': {
      const size = parseSize(input.amount);
      return isId(holder) && size !== undefined ? { command, holder, size } : undefined;
    }
    case 'subscribeFund':
      return input.fund === 'yuebao' && isId(holder) && amount !== undefined
        ? { command, holder, amount }
        : undefined;
    case 'redeemFund': {
      const size = parseSize(input.amount);
      const { speed } = input;
      if (
        input.fund !== 'yuebao' ||
        !isId(holder) ||
        size === undefined ||
        (speed !== 'quick' && speed !== 'ordinary')
      )
        return undefined;
      return { command, holder, size, quick: speed === 'quick' };
    }
    case 'publishRate': {
      const { asset } = input;
      const rate = parseRate(input.rate, 'year');
      if (typeof asset !== 'string' || !CLASSES.some((name) => name === asset) || rate === undefined)
        return undefined;
      return { command, asset, rate };
    }
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- what things come to

/** all that the fund owes on a date */
function owedOn(state: State, date: string): bigint {
  return sum(
    [ALL_REDEMPTIONS_DUE, FUND_FEES_DUE, CUSTODY_DUE].map((account) => heldOn(state, account, date)),
  );
}

/** how much a quick redemption or a payment on a date may take out of the fund */
function liquidFrom(state: State, date: string): bigint {
  const accounts = [CASH, DEPOSIT_1M, ALL_REDEMPTIONS_DUE, FUND_FEES_DUE, CUSTODY_DUE];
  const free = datesFrom(state, accounts, date).map(
    (d) => heldOn(state, CASH, d) + heldOn(state, DEPOSIT_1M, d) - owedOn(state, d),
  );
  return max(0n, min(lowest(state, CASH, date) + lowest(state, DEPOSIT_1M, date), ...free));
}

/** the legs that take an amount out of the fund: cash first, then deposit-1m */
function takeFromFund(state: State, date: string, amount: bigint): [string, bigint][] {
  const fromCash = min(amount, max(0n, lowest(state, CASH, date)));
  return [
    [CASH, -fromCash],
    [DEPOSIT_1M, fromCash - amount],
  ];
}

function capRoom(state: State, holder: string, date: string): bigint {
  return max(0n, amountOn(state.policy, 'yuebao.holdingCap', date) - highest(state, units(holder), date));
}

function quickRoom(state: State, holder: string, date: string): bigint {
  const used = sum(
    state.redeemed.filter((r) => r.quick && r.holder === holder && r.date === date).map((r) => r.amount),
  );
  return max(0n, amountOn(state.policy, 'yuebao.quickRedemptionLimit', date) - used);
}

function withdrawalFee(state: State, holder: string, amount: bigint, date: string): bigint {
  const rate = rateOn(state.policy, 'payments.withdrawalFeeRate', date);
  if (rate.n === 0n) return 0n;
  const used = sum(state.counted.filter((w) => w.holder === holder).map((w) => w.amount));
  const free = max(0n, amountOn(state.policy, 'payments.withdrawalFreeAllowance', date) - used);
  const above = amount - min(amount, free);
  if (above === 0n) return 0n;
  return max(amountOn(state.policy, 'payments.withdrawalFeeMin', date), halfEven(times(above, rate)));
}

function remaining(payment: Payment): bigint {
  return payment.amount - payment.refunded;
}

/** the merchant's fee that comes back with a refund after the confirmation */
function feeReturned(state: State, payment: Payment, amount: bigint, date: string): bigint {
  const { confirmed } = payment;
  if (confirmed === undefined || !flagOn(state.policy, 'payments.refundReturnsFee', date)) return 0n;
  const due = halfEven(fraction(confirmed.fee * (confirmed.refundedWithFee + amount), confirmed.amount));
  return due - confirmed.feeReturned;
}

/** the amount of a command as it is asked for */
export function wantedOf(state: State, command: FirstCommand, date: string): bigint {
  switch (command.command) {
    case 'refundPayment': {
      const payment = state.payments.get(command.payment);
      return command.size.kind === 'amount'
        ? command.size.amount
        : payment === undefined
          ? 0n
          : remaining(payment);
    }
    case 'withdraw':
      return sizeOf(command.size, lowest(state, wallet(command.holder), date));
    case 'redeemFund':
      return sizeOf(command.size, lowest(state, units(command.holder), date));
    case 'contributeCapital':
    case 'topUp':
    case 'initiatePayment':
    case 'transfer':
    case 'subscribeFund':
      return command.amount;
    default:
      return 0n;
  }
}

function sizeOf(size: Size, held: bigint): bigint {
  return size.kind === 'amount' ? size.amount : size.kind === 'all' ? held : floor(times(held, size.share));
}

/** the first code, from DAY_CLOSED on, that applies to the command with this amount */
export function firstCodeOf(
  state: State,
  command: FirstCommand,
  amount: bigint,
  on: string,
): string | undefined {
  switch (command.command) {
    case 'initiatePayment': {
      const known = state.payments.get(command.payment);
      if (known !== undefined && on < known.latest) return 'BEFORE_LATEST';
      if (command.method === 'huabei' && isBeforeLatest(state, command.payer, on)) return 'BEFORE_LATEST';
      if (command.payer === command.payee) return 'SAME_PARTY';
      if (known !== undefined) return 'PAYMENT_EXISTS';
      if (command.method === 'huabei') return drawCode(state, command.payer, amount, on);
      if (command.method === 'wallet' && amount > lowest(state, wallet(command.payer), on))
        return 'INSUFFICIENT_FUNDS';
      if (command.method === 'yuebao' && amount > lowest(state, units(command.payer), on))
        return 'INSUFFICIENT_UNITS';
      if (command.method === 'yuebao' && amount > liquidFrom(state, on)) return 'FUND_ILLIQUID';
      return undefined;
    }
    case 'confirmReceipt': {
      const payment = state.payments.get(command.payment);
      if (payment !== undefined && on < payment.latest) return 'BEFORE_LATEST';
      if (payment === undefined) return 'PAYMENT_UNKNOWN';
      if (payment.confirmed !== undefined) return 'PAYMENT_CONFIRMED';
      if (remaining(payment) === 0n) return 'PAYMENT_FINISHED';
      return undefined;
    }
    case 'refundPayment': {
      const payment = state.payments.get(command.payment);
      if (payment !== undefined && on < payment.latest) return 'BEFORE_LATEST';
      if (payment?.method === 'huabei' && isBeforeLatest(state, payment.payer, on)) return 'BEFORE_LATEST';
      if (payment === undefined) return 'PAYMENT_UNKNOWN';
      if (remaining(payment) === 0n) return 'PAYMENT_FINISHED';
      if (amount > remaining(payment)) return 'EXCEEDS_REMAINING';
      const borne = amount - feeReturned(state, payment, amount, on);
      if (payment.confirmed !== undefined && borne > lowest(state, wallet(payment.payee), on))
        return 'INSUFFICIENT_FUNDS';
      return undefined;
    }
    case 'transfer':
      if (command.from === command.to) return 'SAME_PARTY';
      if (amount > lowest(state, wallet(command.from), on)) return 'INSUFFICIENT_FUNDS';
      return undefined;
    case 'withdraw':
      if (amount === 0n) return 'NOTHING_TO_DO';
      if (amount > lowest(state, wallet(command.holder), on)) return 'INSUFFICIENT_FUNDS';
      if (amount <= withdrawalFee(state, command.holder, amount, on)) return 'AMOUNT_NOT_ABOVE_FEE';
      return undefined;
    case 'subscribeFund':
      if (amount > lowest(state, wallet(command.holder), on)) return 'INSUFFICIENT_FUNDS';
      if (amount > capRoom(state, command.holder, on)) return 'HOLDING_CAP';
      return undefined;
    case 'redeemFund':
      if (amount === 0n) return 'NOTHING_TO_DO';
      if (amount > lowest(state, units(command.holder), on)) return 'INSUFFICIENT_UNITS';
      if (command.quick && amount > quickRoom(state, command.holder, on)) return 'QUICK_LIMIT';
      if (command.quick && amount > liquidFrom(state, on)) return 'FUND_ILLIQUID';
      return undefined;
    case 'contributeCapital':
    case 'topUp':
    case 'publishRate':
      return undefined;
  }
}

/** in a what-if: the most that a fact that clamps can come to (undefined: it does not clamp) */
export function mostPossibleOf(
  state: State,
  command: FirstCommand,
  amount: bigint,
  on: string,
): bigint | undefined {
  switch (command.command) {
    case 'withdraw':
      return min(amount, lowest(state, wallet(command.holder), on));
    case 'subscribeFund':
      return min(amount, lowest(state, wallet(command.holder), on), capRoom(state, command.holder, on));
    case 'redeemFund': {
      const held = lowest(state, units(command.holder), on);
      return command.quick
        ? min(amount, held, quickRoom(state, command.holder, on), liquidFrom(state, on))
        : min(amount, held);
    }
    case 'refundPayment': {
      const payment = state.payments.get(command.payment);
      if (payment === undefined) return 0n;
      const most = min(amount, remaining(payment));
      if (payment.confirmed === undefined) return most;
      // what the merchant bears never falls as the refund grows: halve the interval
      const purse = lowest(state, wallet(payment.payee), on);
      let low = 0n;
      let high = most;
      while (low < high) {
        const middle = (low + high + 1n) / 2n;
        if (middle - feeReturned(state, payment, middle, on) <= purse) low = middle;
        else high = middle - 1n;
      }
      return low;
    }
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- doing it

function confirm(state: State, what: string, line: number, payment: Payment, date: string): void {
  const amount = remaining(payment);
  const fee = halfEven(times(amount, rateOn(state.policy, 'payments.merchantFeeRate', date, payment.payee)));
  payment.confirmed = { amount, fee, refundedWithFee: 0n, feeReturned: 0n };
  payment.latest = date;
  state.fees.push({ date, amount: fee, swept: false });
  post(state, what, line, date, [
    [ESCROW, amount],
    [wallet(payment.payee), fee - amount],
    [MERCHANT_FEE, -fee],
    ...(payment.method === 'huabei' ? creditFee(state, payment.payee, amount, amount - fee, date) : []),
  ]);
}

function refund(state: State, line: number, payment: Payment, amount: bigint, date: string): void {
  const returned = feeReturned(state, payment, amount, date);
  const legs: Leg[] =
    payment.confirmed === undefined
      ? [[ESCROW, amount]]
      : [
          [wallet(payment.payee), amount - returned],
          [MERCHANT_FEE, returned],
          [OWN_CASH, -returned],
          [RESERVE, returned],
        ];
  switch (payment.method) {
    case 'wallet':
      legs.push([wallet(payment.payer), -amount]);
      break;
    case 'card':
      legs.push([RESERVE, -amount]);
      break;
    case 'yuebao': {
      const back = min(amount, capRoom(state, payment.payer, date));
      legs.push(
        [RESERVE, -back],
        [wallet(payment.payer), back - amount],
        [CASH, back],
        [units(payment.payer), -back],
      );
      break;
    }
    case 'huabei':
      legs.push(...restore(state, payment.payer, amount, date));
      break;
  }
  post(state, 'refundPayment', line, date, legs);
  payment.refunded += amount;
  payment.latest = date;
  if (payment.confirmed !== undefined && flagOn(state.policy, 'payments.refundReturnsFee', date)) {
    payment.confirmed.refundedWithFee += amount;
    payment.confirmed.feeReturned += returned;
  }
}

export function performFirst(
  state: State,
  command: FirstCommand,
  amount: bigint,
  on: string,
  line: number,
): void {
  switch (command.command) {
    case 'publishRate':
      state.published.push({ asset: command.asset, date: on, rate: command.rate });
      return;
    case 'contributeCapital':
      post(state, command.command, line, on, [
        [OWN_CASH, amount],
        [CAPITAL, -amount],
      ]);
      return;
    case 'topUp':
      countTopUp(state, command.holder, on);
      post(state, command.command, line, on, [
        [RESERVE, amount],
        [wallet(command.holder), -amount],
      ]);
      return;
    case 'transfer':
      countTransfer(state, command.from, command.to, on);
      post(state, command.command, line, on, [
        [wallet(command.from), amount],
        [wallet(command.to), -amount],
      ]);
      return;
    case 'withdraw': {
      const fee = withdrawalFee(state, command.holder, amount, on);
      if (rateOn(state.policy, 'payments.withdrawalFeeRate', on).n > 0n)
        state.counted.push({ holder: command.holder, amount });
      state.fees.push({ date: on, amount: fee, swept: false });
      post(state, command.command, line, on, [
        [wallet(command.holder), amount],
        [RESERVE, fee - amount],
        [WITHDRAWAL_FEE, -fee],
      ]);
      return;
    }
    case 'subscribeFund':
      post(state, command.command, line, on, [
        [wallet(command.holder), amount],
        [RESERVE, -amount],
        [CASH, amount],
        [units(command.holder), -amount],
      ]);
      return;
    case 'redeemFund':
      state.redeemed.push({ holder: command.holder, date: on, amount, quick: command.quick });
      if (command.quick) {
        post(state, command.command, line, on, [
          [RESERVE, amount],
          [wallet(command.holder), -amount],
          [units(command.holder), amount],
          ...takeFromFund(state, on, amount),
        ]);
      } else {
        state.redemptions.push({ holder: command.holder, date: on, left: amount });
        post(state, command.command, line, on, [
          [units(command.holder), amount],
          [redemptionsDue(command.holder), -amount],
        ]);
      }
      return;
    case 'initiatePayment': {
      const { payment: id, payer, payee, method, escrow } = command;
      const payment: Payment = {
        id,
        payer,
        payee,
        amount,
        method,
        date: on,
        latest: on,
        refunded: 0n,
        confirmed: undefined,
      };
      const legs: Leg[] = [];
      if (method === 'wallet') legs.push([wallet(payer), amount]);
      if (method === 'card') {
        const cost = halfEven(times(amount, rateOn(state.policy, 'payments.cardCostRate', on)));
        legs.push([RESERVE, amount], [CHANNEL_COST, cost], [CHANNEL_COST_DUE, -cost]);
      }
      if (method === 'yuebao') {
        state.redeemed.push({ holder: payer, date: on, amount, quick: false });
        legs.push([RESERVE, amount], [units(payer), amount], ...takeFromFund(state, on, amount));
      }
      if (escrow) {
        legs.push([ESCROW, -amount]);
      } else {
        const fee = halfEven(times(amount, rateOn(state.policy, 'payments.merchantFeeRate', on, payee)));
        payment.confirmed = { amount, fee, refundedWithFee: 0n, feeReturned: 0n };
        state.fees.push({ date: on, amount: fee, swept: false });
        legs.push([wallet(payee), fee - amount], [MERCHANT_FEE, -fee]);
      }
      if (method === 'huabei') {
        legs.push(...draw(state, payer, amount, on));
        if (payment.confirmed !== undefined)
          legs.push(...creditFee(state, payee, amount, amount - payment.confirmed.fee, on));
      }
      countPayment(state, payer, payee, on);
      state.payments.set(id, payment);
      post(state, command.command, line, on, legs);
      return;
    }
    case 'confirmReceipt':
      confirm(state, command.command, line, must(state.payments.get(command.payment), 'payment'), on);
      return;
    case 'refundPayment':
      refund(state, line, must(state.payments.get(command.payment), 'payment'), amount, on);
      return;
  }
}

// ---------------------------------------------------------------------------------------------- the close of a day

/** adds what a day brings to what was carried, keeps the fraction, and gives the whole minor units */
function accrue(state: State, name: string, exact: Fraction): bigint {
  const total = plus(state.carried.get(name) ?? ZERO, exact);
  const whole = floor(total);
  state.carried.set(name, fraction(total.n - whole * total.d, total.d));
  return whole;
}

export function closeFirst(state: State, day: string, line: number): void {
  const before = addDays(day, -1);

  // First phase: time-outs
  const patience = countOn(state.policy, 'payments.confirmAfterDays', day);
  for (const payment of state.payments.values()) {
    if (
      payment.confirmed !== undefined ||
      remaining(payment) === 0n ||
      daysFrom(payment.date, day) < patience ||
      payment.date > day
    )
      continue;
    if (payment.latest > day) {
      happen(state, 'time-out passed over', day, line, payment.id);
    } else {
      happen(state, 'time-out', day, line, payment.id);
      confirm(state, 'timeOut', line, payment, day);
    }
  }

  // Second phase: the platform's interest
  const interest = accrue(
    state,
    'float',
    aYear(heldOn(state, RESERVE, day), rateOn(state.policy, 'payments.floatRate', day)),
  );
  post(state, 'floatInterest', line, day, [
    [OWN_CASH, interest],
    [FLOAT_INTEREST, -interest],
  ]);

  // Second phase: the fund's income, fees, distribution
  let income = 0n;
  for (const name of CLASSES) {
    const upTo = state.published.filter((p) => p.asset === name && p.date <= day);
    const latest = upTo.reduce<(typeof upTo)[number] | undefined>(
      (best, p) => (best === undefined || p.date >= best.date ? p : best),
      undefined,
    );
    const earned = accrue(state, name, aYear(heldOn(state, assetClass(name), before), latest?.rate ?? ZERO));
    income += earned;
    post(state, 'income', line, day, [
      [CASH, earned],
      [INVESTMENT_INCOME, -earned],
    ]);
  }

  const overdue = state.redemptions.filter((r) => addDays(r.date, 1) < day);
  const notOverdue = sum(
    state.redemptions.filter((r) => r.date <= before && addDays(r.date, 1) >= day).map((r) => r.left),
  );
  const assets =
    heldOn(state, CASH, before) + sum(CLASSES.map((name) => heldOn(state, assetClass(name), before)));
  const net = max(
    0n,
    assets - heldOn(state, CUSTODY_DUE, before) - heldOn(state, FUND_FEES_DUE, before) - notOverdue,
  );
  let cover = income;
  const fee = (name: string): bigint => {
    const booked = min(cover, accrue(state, name, aYear(net, rateOn(state.policy, name, day))));
    cover -= booked;
    return booked;
  };
  const management = fee('yuebao.managementFeeRate');
  const custody = fee('yuebao.custodyFeeRate');
  const sales = fee('yuebao.salesFeeRate');
  post(state, 'managementFee', line, day, [
    [MANAGEMENT_FEE, management],
    [FUND_FEES_DUE, -management],
    [PLATFORM_FEES_DUE, management],
    [PLATFORM_MANAGEMENT_FEE, -management],
  ]);
  post(state, 'custodyFee', line, day, [
    [CUSTODY_FEE, custody],
    [CUSTODY_DUE, -custody],
  ]);
  post(state, 'salesFee', line, day, [
    [SALES_FEE, sales],
    [FUND_FEES_DUE, -sales],
    [PLATFORM_FEES_DUE, sales],
    [PLATFORM_SALES_FEE, -sales],
  ]);

  const result =
    heldOn(state, INVESTMENT_INCOME, day) -
    sum([MANAGEMENT_FEE, CUSTODY_FEE, SALES_FEE, DISTRIBUTION].map((account) => heldOn(state, account, day)));
  const holders = [...state.posted.keys()]
    .filter((a) => a.startsWith('fund:liability:yuebao:units:') && a.endsWith(':CNY'))
    .map((a) => a.split(':')[4] ?? '');
  const eligible = holders.map((holder) => {
    const redeemed = sum(
      state.redeemed.filter((r) => r.holder === holder && r.date === day).map((r) => r.amount),
    );
    const waiting = sum(overdue.filter((r) => r.holder === holder).map((r) => r.left));
    return { holder, amount: max(0n, heldOn(state, units(holder), before) - redeemed) + waiting };
  });
  const allEligible = sum(eligible.map((e) => e.amount));
  if (allEligible > 0n) {
    for (const { holder, amount } of eligible) {
      const share = (result * amount) / allEligible;
      post(state, 'distribution', line, day, [
        [DISTRIBUTION, share],
        [units(holder), -share],
      ]);
    }
  }

  // Third phase: the platform's sweep and cost of cards
  const unswept = state.fees.filter((f) => !f.swept && f.date <= day);
  const swept = sum(unswept.map((f) => f.amount));
  for (const one of unswept) one.swept = true;
  post(state, 'sweep', line, day, [
    [OWN_CASH, swept],
    [RESERVE, -swept],
  ]);
  const cost = heldOn(state, CHANNEL_COST_DUE, day);
  post(state, 'channelCost', line, day, [
    [CHANNEL_COST_DUE, cost],
    [OWN_CASH, -cost],
  ]);

  // Third phase: maturing, redemptions due, fees
  for (const [name, share] of ratesOn(state.policy, 'yuebao.maturingPerDay', day)) {
    const matured = floor(times(heldOn(state, assetClass(name), before), share));
    post(state, 'maturing', line, day, [
      [CASH, matured],
      [assetClass(name), -matured],
    ]);
  }
  const purse = (): bigint => max(0n, lowest(state, CASH, day)) + max(0n, lowest(state, DEPOSIT_1M, day));
  const due = state.redemptions.filter((r) => addDays(r.date, 1) <= day && r.left > 0n);
  due.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)); // stable: the log's order within a date
  for (const redemption of due) {
    const paid = min(redemption.left, purse());
    redemption.left -= paid;
    if (redemption.left > 0n) state.breaches.push({ date: day, what: 'yuebao.redemptionsPaid' });
    post(state, 'redemptionPaid', line, day, [
      [redemptionsDue(redemption.holder), paid],
      ...takeFromFund(state, day, paid),
      [RESERVE, paid],
      [wallet(redemption.holder), -paid],
    ]);
  }
  const feesPaid = min(heldOn(state, FUND_FEES_DUE, day), purse());
  post(state, 'feesPaid', line, day, [
    [FUND_FEES_DUE, feesPaid],
    ...takeFromFund(state, day, feesPaid),
    [OWN_CASH, feesPaid],
    [PLATFORM_FEES_DUE, -feesPaid],
  ]);
  const custodyPaid = min(heldOn(state, CUSTODY_DUE, day), purse());
  post(state, 'custodyPaid', line, day, [
    [CUSTODY_DUE, custodyPaid],
    ...takeFromFund(state, day, custodyPaid),
  ]);

  // Fourth phase: free cash is spread over the classes below their target
  const free = lowest(state, CASH, day) - owedOn(state, day);
  if (free > 0n) {
    const allocation = [...ratesOn(state.policy, 'yuebao.allocation', day)];
    const whole = free + sum(CLASSES.map((name) => heldOn(state, assetClass(name), day)));
    const shortfalls = allocation.map(([name, share]) => {
      const target = times(whole, share);
      const short = fraction(target.n - heldOn(state, assetClass(name), day) * target.d, target.d);
      return { name, short: short.n > 0n ? short : ZERO };
    });
    const parts = allocate(
      free,
      shortfalls.map(({ short }) => short),
    );
    post(state, 'spread', line, day, [
      [CASH, -free],
      ...shortfalls.map(({ name }, at): [string, bigint] => [assetClass(name), parts[at] ?? 0n]),
    ]);
  }
}
