/**
 * Seeded random histories of treasury, payments and yuebao, and random what-if assumptions for them.
 * The same seed gives the same lines everywhere. Lines are meant to be refused now and then: with every code.
 */
import type { Line } from './first-segments.ts';
import { addDays, daysFrom } from './first-segments.ts';

export type HistoryOptions = {
  days: number;
  lines: number;
  users: number;
  merchants: number;
  close: 'daily' | 'recorded';
  backdated: boolean;
};

const CLASSES = ['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'];
const LONGER = CLASSES.slice(1);

/** first days, a little before the dates on which defaults change */
const STARTS = [
  '2016-09-28',
  '2017-05-16',
  '2018-05-25',
  '2019-01-02',
  '2017-08-03',
  '2016-02-20',
  '2017-12-20',
];

export function startOf(seed: number): string {
  return STARTS[seed % STARTS.length] ?? '2016-09-28';
}

type Dice = {
  /** below 1 */
  real: () => number;
  /** a whole number, both ends included */
  whole: (low: number, high: number) => number;
  chance: (probability: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
};

function dice(seed: number): Dice {
  let a = (seed * 2654435761 + 97) >>> 0;
  // mulberry32
  const real = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const whole = (low: number, high: number): number => low + Math.floor(real() * (high - low + 1));
  return {
    real,
    whole,
    chance: (probability) => real() < probability,
    pick: <T>(from: readonly T[]): T => {
      const one = from[whole(0, from.length - 1)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}

/** minor units as text with the currency, written in one of the ways that are allowed */
function money(d: Dice, minor: number): string {
  const cents = Math.max(1, Math.floor(minor));
  const units = Math.floor(cents / 100);
  const rest = cents % 100;
  if (rest === 0 && d.chance(0.3)) return `${units} CNY`;
  if (rest % 10 === 0 && d.chance(0.3)) return `${units}.${rest / 10} CNY`;
  return `${units}.${String(rest).padStart(2, '0')} CNY`;
}

function percent(d: Dice, high: number, decimals: number): string {
  return `${(d.real() * high).toFixed(decimals)}%`;
}

/** whole percents that add up to 100, in a random order of the classes */
function allocation(d: Dice, poor: boolean): Record<string, string> {
  const names = d.chance(0.5) ? [...CLASSES] : [...CLASSES].sort((x, y) => (x < y ? 1 : -1));
  const tenths = names.map(() => d.whole(0, 5));
  // a poor fund keeps nothing where it can get at it
  const weights = names.map((name, i) =>
    name === 'deposit-1m' ? (poor ? 0 : d.whole(3, 12)) : (tenths[i] ?? 0) + 1,
  );
  const whole = weights.reduce((x, y) => x + y, 0);
  const shares = weights.map((weight) => Math.floor((weight * 1000) / whole));
  const last = shares.findLastIndex((share) => share > 0);
  const missing = 1000 - shares.reduce((x, y) => x + y, 0);
  return Object.fromEntries(
    names.map((name, i) => [name, `${((shares[i] ?? 0) + (i === last ? missing : 0)) / 10}%`]),
  );
}

function maturing(d: Dice): Record<string, string> {
  return Object.fromEntries(
    LONGER.map((name) => [name, `${percent(d, d.chance(0.3) ? 0.5 : 20, 2)}${d.chance(0.3) ? '/day' : ''}`]),
  );
}

/** a parameter and a value that it takes; low caps, limits and allowances, so that they are met */
function policy(
  d: Dice,
  merchants: number,
  always: readonly string[] = [],
): { parameter: string; value: unknown } {
  const yearly = (high: number): string => `${percent(d, high, 2)}${d.chance(0.3) ? '/year' : ''}`;
  const parameter = d.pick([
    'payments.merchantFeeRate',
    'payments.merchantFeeRate',
    'payments.merchantFeeRate[]',
    'payments.merchantFeeRate[]',
    'payments.refundReturnsFee',
    'payments.refundReturnsFee',
    'payments.confirmAfterDays',
    'payments.confirmAfterDays',
    'payments.withdrawalFeeRate',
    'payments.withdrawalFreeAllowance',
    'payments.withdrawalFreeAllowance',
    'payments.withdrawalFeeMin',
    'payments.cardCostRate',
    'payments.floatRate',
    'yuebao.allocation',
    'yuebao.allocation',
    'yuebao.maturingPerDay',
    'yuebao.managementFeeRate',
    'yuebao.custodyFeeRate',
    'yuebao.salesFeeRate',
    'yuebao.holdingCap',
    'yuebao.holdingCap',
    'yuebao.quickRedemptionLimit',
    'yuebao.quickRedemptionLimit',
    ...always,
  ]);
  switch (parameter) {
    case 'payments.merchantFeeRate':
      return { parameter, value: percent(d, d.chance(0.2) ? 30 : 3, 2) };
    case 'payments.merchantFeeRate[]':
      return {
        parameter: `payments.merchantFeeRate[merchant-${d.whole(0, merchants - 1)}]`,
        value: percent(d, d.chance(0.2) ? 30 : 3, 3),
      };
    case 'payments.refundReturnsFee':
      return { parameter, value: d.pick(['yes', 'no']) };
    case 'payments.confirmAfterDays':
      return { parameter, value: String(d.pick([0, 1, 2, 3, 5, 7, 12, 20])) };
    case 'payments.withdrawalFeeRate':
      return { parameter, value: d.pick(['0%', '0.1%', '0.25%', '1%', '2.345%']) };
    case 'payments.withdrawalFreeAllowance':
      return {
        parameter,
        value: d.pick(['0 CNY', '0.00 CNY', '50.00 CNY', '500 CNY', '3000.5 CNY', '20000.00 CNY']),
      };
    case 'payments.withdrawalFeeMin':
      return { parameter, value: d.pick(['0.00 CNY', '0.01 CNY', '1.00 CNY', '5 CNY', '20.00 CNY']) };
    case 'payments.cardCostRate':
      return { parameter, value: percent(d, 1, 3) };
    case 'payments.floatRate':
      return { parameter, value: yearly(6) };
    case 'yuebao.allocation':
      return { parameter, value: allocation(d, d.chance(0.1)) };
    case 'yuebao.maturingPerDay':
      return { parameter, value: maturing(d) };
    case 'yuebao.holdingCap':
      return { parameter, value: money(d, d.pick([30000, 123456, 500000, 2000000, 9000000, 25000000])) };
    case 'yuebao.quickRedemptionLimit':
      return { parameter, value: money(d, d.pick([5000, 50000, 200050, 1000000])) };
    default:
      return { parameter, value: yearly(d.chance(0.15) ? 20 : 1) };
  }
}

type Known = { id: string; payer: string; payee: string; method: string; left: number };

export function history(seed: number, options: HistoryOptions): Line[] {
  const d = dice(seed * 8 + (options.close === 'daily' ? 1 : 2) + (options.backdated ? 4 : 0));
  const start = startOf(seed);
  const end = addDays(start, options.days - 1);
  const users = Array.from({ length: options.users }, (_, i) => `user-${i}`);
  const merchants = Array.from({ length: options.merchants }, (_, i) => `merchant-${i}`);
  const everyone = [...users, ...merchants];
  const lines: Line[] = [];
  let ids = 0;
  const payments: Known[] = [];
  // rough estimates (refusals are not seen), only to ask for amounts that come near to what there is
  const wallets = new Map<string, number>();
  const held = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, amount: number): void => {
    to.set(name, Math.max(0, (to.get(name) ?? 0) + amount));
  };

  // what sort of history this is
  const rich = d.chance(0.4);
  const runs = d.chance(0.35);
  const runLength = d.whole(2, 5);
  const runEvery = d.whole(12, 18);
  const openDays = d.whole(2, 12);
  const late = d.chance(0.5) ? new Set([d.pick(CLASSES), d.pick(CLASSES)]) : new Set<string>();

  let front = start;
  let closed: string | undefined;

  const add1 = (on: string, command: string, input: Record<string, unknown>): void => {
    const line: Line = { on, command, with: input };
    if (d.chance(0.7)) line.key = `k${lines.length}`;
    if (d.chance(0.1)) line.actor = d.pick(['ops', 'import', 'alice']);
    lines.push(line);
  };

  const near = (estimate: number): number => {
    const way = d.real();
    if (way < 0.1) return d.whole(1, 30);
    if (way < 0.18) return estimate + d.whole(-3, 3);
    if (way < 0.26) return estimate * (1 + d.real());
    return estimate * d.real() * d.real();
  };

  const portion = (estimate: number): string => {
    const way = d.real();
    if (way < 0.15) return 'all';
    if (way < 0.4) return `${d.pick(['10', '33.3', '50', '99', '100', '0.5'])}%`;
    return money(d, near(estimate));
  };

  const day = (): string => {
    if (!options.backdated) return front;
    if (options.close === 'daily') return d.chance(0.04) ? addDays(front, -d.whole(1, 5)) : front;
    if (closed !== undefined && d.chance(0.03)) return addDays(closed, -d.whole(0, 4));
    const first = closed === undefined ? start : addDays(closed, 1);
    const open = Math.max(0, daysFrom(first, front));
    return addDays(first, d.chance(0.3) ? open : d.whole(0, open));
  };

  const pay = (on: string): void => {
    const payer = d.chance(0.9) ? d.pick(users) : d.pick(merchants);
    const payee = d.chance(0.03)
      ? payer
      : d.pick((d.chance(0.9) ? merchants : users).filter((name) => name !== payer));
    const method = d.chance(0.02) ? 'huabei' : d.pick(['wallet', 'wallet', 'card', 'yuebao', 'yuebao']);
    const estimate =
      method === 'yuebao'
        ? (held.get(payer) ?? 0)
        : method === 'wallet'
          ? (wallets.get(payer) ?? 0)
          : d.pick([500, 9999, 300000]);
    const amount = Math.max(1, Math.floor(near(estimate)));
    const escrow = d.chance(0.6);
    const again = payments.length > 0 && d.chance(0.03);
    const id = again ? d.pick(payments).id : `P-${ids}`;
    ids += 1;
    add1(on, 'initiatePayment', { payment: id, payer, payee, amount: money(d, amount), method, escrow });
    if (again || payer === payee || method === 'huabei') return;
    if (amount > estimate && method !== 'card' && d.chance(0.9)) return; // most likely refused
    payments.push({ id, payer, payee, method, left: amount });
    if (method === 'wallet') add(wallets, payer, -amount);
    if (method === 'yuebao') add(held, payer, -amount);
    if (!escrow) add(wallets, payee, amount * 0.99);
  };

  /** mostly one of the last payments */
  const known = (): Known | undefined => {
    if (payments.length === 0) return undefined;
    return d.chance(0.75) ? d.pick(payments.slice(-12)) : d.pick(payments);
  };

  const confirm = (on: string): void => {
    const payment = known();
    const id = payment === undefined || d.chance(0.03) ? `none-${d.whole(0, 9)}` : payment.id;
    add1(on, 'confirmReceipt', { payment: id });
    if (payment !== undefined) add(wallets, payment.payee, payment.left * 0.99);
  };

  const refund = (on: string): void => {
    const payment = known();
    const id = payment === undefined || d.chance(0.03) ? `none-${d.whole(0, 9)}` : payment.id;
    if (payment === undefined || d.chance(0.3)) {
      add1(on, 'refundPayment', { payment: id });
      if (payment !== undefined) payment.left = 0;
      return;
    }
    const way = d.real();
    const amount = Math.max(
      1,
      Math.floor(way < 0.15 ? payment.left : way < 0.25 ? payment.left * 1.2 + 1 : payment.left * d.real()),
    );
    add1(on, 'refundPayment', { payment: id, amount: money(d, amount) });
    payment.left = Math.max(0, payment.left - amount);
  };

  const topUp = (on: string): void => {
    const holder = d.pick(users);
    const amount =
      rich && d.chance(0.3)
        ? d.whole(1000000, 40000000)
        : d.chance(0.15)
          ? d.whole(1, 50)
          : d.whole(1000, 300000);
    add1(on, 'topUp', { holder, amount: money(d, amount) });
    add(wallets, holder, amount);
  };

  const transfer = (on: string): void => {
    const from = d.pick(everyone);
    const to = d.chance(0.04) ? from : d.pick(everyone.filter((name) => name !== from));
    const amount = Math.max(1, Math.floor(near(wallets.get(from) ?? 0)));
    add1(on, 'transfer', { from, to, amount: money(d, amount) });
    if (amount > (wallets.get(from) ?? 0)) return;
    add(wallets, from, -amount);
    add(wallets, to, amount);
  };

  const withdraw = (on: string): void => {
    const holder = d.chance(0.5) ? d.pick(merchants) : d.pick(users);
    const estimate = wallets.get(holder) ?? 0;
    add1(on, 'withdraw', { holder, amount: portion(estimate) });
    add(wallets, holder, -estimate * 0.4);
  };

  const subscribe = (on: string): void => {
    const holder = d.chance(0.95) ? d.pick(users) : d.pick(merchants);
    const amount = Math.max(
      1,
      Math.floor(d.chance(0.3) ? (wallets.get(holder) ?? 0) * 0.9 : near(wallets.get(holder) ?? 0)),
    );
    add1(on, 'subscribeFund', { fund: 'yuebao', holder, amount: money(d, amount) });
    if (amount > (wallets.get(holder) ?? 0)) return;
    add(wallets, holder, -amount);
    add(held, holder, amount);
  };

  const redeem = (on: string, run: boolean): void => {
    const holder = d.pick(users);
    const estimate = held.get(holder) ?? 0;
    const amount = run && d.chance(0.6) ? d.pick(['all', 'all', '80%']) : portion(estimate * 0.6);
    add1(on, 'redeemFund', { fund: 'yuebao', holder, amount, speed: d.pick(['quick', 'ordinary']) });
    add(held, holder, -estimate * (amount === 'all' ? 1 : 0.4));
  };

  /** a cap that leaves room for part of a refund into units */
  const tight = (on: string): void => {
    const payment = payments.slice(-25).findLast((one) => one.method === 'yuebao' && one.left > 1);
    if (payment === undefined) return;
    const cap = (held.get(payment.payer) ?? 0) + payment.left * d.real();
    const input = {
      parameter: 'yuebao.holdingCap',
      value: money(d, cap),
      from: on,
      to: addDays(on, d.whole(0, 2)),
      reason: 'tight',
    };
    add1(on, 'changePolicy', input);
    add1(on, 'refundPayment', { payment: payment.id });
    payment.left = 0;
  };

  const publish = (on: string): void => {
    const rate = d.chance(0.1)
      ? '0%'
      : `${percent(d, d.chance(0.1) ? 40 : 6, 2)}${d.chance(0.3) ? '/year' : ''}`;
    add1(on, 'publishRate', { asset: d.pick(CLASSES), rate });
  };

  const change = (on: string): void => {
    const from = addDays(on, d.chance(0.4) ? 0 : d.whole(d.chance(0.1) ? -6 : 0, 10));
    const range = d.chance(0.35) ? { to: addDays(from, d.whole(d.chance(0.05) ? -2 : 0, 8)) } : {};
    const some = d.pick(users);
    // at times a cap or a limit that is close to what somebody holds
    const changed = d.chance(0.8)
      ? policy(d, options.merchants)
      : {
          parameter: d.pick(['yuebao.holdingCap', 'yuebao.quickRedemptionLimit']),
          value: money(d, (held.get(some) ?? 0) * (0.3 + d.real()) + 1),
        };
    add1(on, 'changePolicy', { ...changed, from, ...range, reason: 'random' });
  };

  const invalid = (on: string): void => {
    const holder = d.pick(users);
    const payment = {
      payment: `bad-${lines.length}`,
      payer: holder,
      payee: 'merchant-0',
      amount: '1.00 CNY',
      method: 'wallet',
      escrow: true,
    };
    const policyChange = { parameter: 'payments.floatRate', value: '1%', from: front, reason: 'random' };
    const cases: [string, Record<string, unknown>][] = [
      ['topup', { holder, amount: '1.00 CNY' }],
      ['payInvoice', { payment: 'P-0' }],
      ['subscribeFund', { fund: 'moon', holder, amount: '1.00 CNY' }],
      ['redeemFund', { fund: 'moon', holder, amount: 'nonsense', speed: 'quick' }],
      ['contributeCapital', { entity: 'nobody', amount: '1.00 CNY' }],
      ['contributeCapital', { entity: 'nobody', amount: '0.00 CNY' }],
      ['changePolicy', { ...policyChange, parameter: 'payments.moonRate' }],
      ['changePolicy', { ...policyChange, parameter: 'payments.moonRate', value: '-1%' }],
      ['changePolicy', { ...policyChange, value: '101%' }],
      ['changePolicy', { ...policyChange, value: '1%/day' }],
      ['changePolicy', { ...policyChange, parameter: 'payments.merchantFeeRate', value: '1%/year' }],
      ['changePolicy', { ...policyChange, parameter: 'yuebao.holdingCap', value: '100.00 USD' }],
      ['changePolicy', { ...policyChange, parameter: 'payments.refundReturnsFee', value: 'maybe' }],
      ['changePolicy', { ...policyChange, parameter: 'payments.confirmAfterDays', value: '-1' }],
      ['changePolicy', { ...policyChange, from: '2016-02-30' }],
      ['topUp', { holder, amount: '0.00 CNY' }],
      ['topUp', { holder, amount: '-5.00 CNY' }],
      ['topUp', { holder, amount: '5.001 CNY' }],
      ['topUp', { holder, amount: '5.00 USD' }],
      ['topUp', { holder, amount: '5.00' }],
      ['topUp', { holder, amount: 'all' }],
      ['topUp', { holder: 'user 1', amount: '5.00 CNY' }],
      ['topUp', { holder: 'x'.repeat(65), amount: '5.00 CNY' }],
      ['topUp', { holder: '', amount: '5.00 CNY' }],
      ['topUp', { holder, amount: '5.00 CNY', note: 'hello' }],
      ['topUp', { amount: '5.00 CNY' }],
      ['initiatePayment', { ...payment, method: 'cheque' }],
      ['initiatePayment', { ...payment, payer: 'merchant-0', method: 'cheque' }],
      ['initiatePayment', { ...payment, escrow: 'true' }],
      ['initiatePayment', { ...payment, payment: 'P/1' }],
      ['refundPayment', { payment: 'P-0', amount: '0 CNY' }],
      ['withdraw', { holder, amount: '101%' }],
      ['withdraw', { holder, amount: 'everything' }],
      ['redeemFund', { fund: 'yuebao', holder, amount: 'all', speed: 'fast' }],
      ['publishRate', { asset: 'gold', rate: '1%' }],
      ['publishRate', { asset: 'bond', rate: '1%/day' }],
      ['publishRate', { asset: 'bond', rate: '100.01%' }],
      ['transfer', { from: holder, to: holder, amount: '0.001 CNY' }],
    ];
    const [command, input] = d.pick(cases);
    add1(d.chance(0.05) ? '2017-02-29' : on, command, input);
  };

  const again = (on: string): void => {
    const keyed = lines.filter((line) => line.key !== undefined && line.command !== 'closeDay');
    if (keyed.length === 0) return;
    const line = d.chance(0.6) ? d.pick(keyed.slice(-15)) : d.pick(keyed);
    const key = line.key ?? '';
    const way = d.whole(0, 3);
    if (way < 2) lines.push({ ...line });
    else if (way < 3)
      lines.push({
        on,
        command: 'topUp',
        with: { holder: d.pick(users), amount: money(d, d.whole(1, 9999)) },
        key,
      });
    else lines.push({ ...line, on });
  };

  const closeOne = (): void => {
    const next: string = closed === undefined ? start : addDays(closed, 1);
    if (d.chance(0.04)) add1(addDays(next, d.whole(1, 3)), 'closeDay', {});
    if (closed !== undefined && d.chance(0.05)) add1(addDays(closed, -d.whole(0, 3)), 'closeDay', {});
    if (d.chance(0.02)) add1(next, 'closeDay', { force: true });
    add1(next, 'closeDay', {});
    closed = next;
  };

  // to begin with
  add1(start, 'contributeCapital', { entity: 'platform', amount: money(d, d.pick([100, 100000, 5000000])) });
  for (const asset of CLASSES)
    if (!late.has(asset)) add1(start, 'publishRate', { asset, rate: percent(d, 6, 2) });
  if (d.chance(0.5))
    add1(start, 'changePolicy', {
      parameter: 'yuebao.allocation',
      value: allocation(d, d.chance(0.2)),
      from: start,
      reason: 'to begin with',
    });
  if (d.chance(0.3)) {
    add1(start, 'changePolicy', {
      parameter: 'payments.withdrawalFreeAllowance',
      value: '300.00 CNY',
      from: start,
      reason: 'to begin with',
    });
  }
  for (const holder of users) {
    const amount = rich && d.chance(0.3) ? d.whole(5000000, 40000000) : d.whole(5000, 800000);
    add1(start, 'topUp', { holder, amount: money(d, amount) });
    add(wallets, holder, amount);
    if (!d.chance(0.7)) continue;
    const into = Math.max(1, Math.floor(amount * d.real()));
    add1(start, 'subscribeFund', { fund: 'yuebao', holder, amount: money(d, into) });
    add(wallets, holder, -into);
    add(held, holder, into);
  }
  if (options.backdated && d.chance(0.4)) {
    // a fact before all others: the first close must name its day
    add1(addDays(start, -2), 'topUp', { holder: d.pick(users), amount: money(d, d.whole(100, 9999)) });
    if (options.close === 'recorded') {
      add1(start, 'closeDay', {});
      add1(addDays(start, -d.whole(2, 3)), 'closeDay', {});
      closed = lines.at(-1)?.on;
    }
  }

  const opening = lines.length;
  while (lines.length < options.lines) {
    const progress = (lines.length - opening) / Math.max(1, options.lines - opening);
    const reached = addDays(start, Math.min(options.days - 1, Math.floor(progress * options.days)));
    if (reached > front && d.chance(0.9)) front = reached;
    if (options.close === 'recorded') {
      const first: string = closed === undefined ? start : addDays(closed, 1);
      if (daysFrom(first, front) >= openDays) {
        const keep = d.whole(0, openDays - 1);
        while (daysFrom(closed ?? addDays(start, -1), front) > keep) closeOne();
      }
    } else if (d.chance(0.005)) {
      add1(front, 'closeDay', {});
    }
    const on = day();
    const number = daysFrom(start, front);
    const run = runs && number % runEvery >= runEvery - runLength;
    const roll = d.real() * (run ? 130 : 100);
    if (roll < 26) pay(on);
    else if (roll < 37) confirm(on);
    else if (roll < 49) refund(on);
    else if (roll < 56) topUp(on);
    else if (roll < 62) transfer(on);
    else if (roll < 72) withdraw(on);
    else if (roll < 85) subscribe(on);
    else if (roll < 92) redeem(on, run);
    else if (roll < 93) publish(on);
    else if (roll < 95) change(on);
    else if (roll < 95.7) tight(on);
    else if (roll < 97.5) invalid(on);
    else if (roll < 99) again(on);
    else if (roll < 100)
      add1(on, 'contributeCapital', { entity: 'platform', amount: money(d, d.whole(100, 100000)) });
    else redeem(on, true);
  }
  if (options.close === 'recorded')
    while ((closed ?? addDays(start, -1)) < addDays(end, -d.whole(0, 3))) closeOne();
  return lines;
}

/** one to three parameters; dates that suit the history of the same seed; merchants 0 to 4 */
export function assumptions(seed: number): Record<string, unknown> {
  const d = dice(seed * 31 + 11);
  const start = startOf(seed);
  const result: Record<string, unknown> = {};
  const many = d.whole(1, 3);
  for (let i = 0; i < many; i += 1) {
    const { parameter, value } = policy(d, 5, [
      'yuebao.holdingCap',
      'yuebao.quickRedemptionLimit',
      'yuebao.allocation',
      'payments.merchantFeeRate',
      'payments.confirmAfterDays',
    ]);
    const name = parameter.includes('[') && d.chance(0.3) ? 'payments.merchantFeeRate[*]' : parameter;
    const base = name.replace(/\[.*\]$/, '');
    const another = (): unknown => {
      for (;;) {
        const one = policy(d, 5);
        if (one.parameter.replace(/\[.*\]$/, '') === base) return one.value;
      }
    };
    const first = addDays(start, d.whole(0, 15));
    const way = d.real();
    if (way < 0.25) {
      result[name] = value;
    } else if (way < 0.55) {
      result[name] = { [first]: value };
    } else if (way < 0.7) {
      result[name] = { [`${first}..${addDays(first, d.whole(0, 20))}`]: value };
    } else if (way < 0.85) {
      // a range inside a value given from a date
      const inner = addDays(first, d.whole(0, 8));
      result[name] = { [first]: value, [`${inner}..${addDays(inner, d.whole(0, 8))}`]: another() };
    } else {
      result[name] = { [first]: value, [addDays(first, d.whole(1, 10))]: another() };
    }
  }
  return result;
}
