/**
 * Seeded random histories of the lines that lend and of zhima, with payments and wallets beside them, over many months; and random
 * what-if assumptions for them. The same seed gives the same lines everywhere. Lines are meant to be refused now and then.
 * `lines` counts all but closeDay.
 */
import { addDays, addMonths, daysFrom } from './credit-numbers.ts';
import type { Line } from './first-segments.ts';
import type { HistoryOptions } from './histories.ts';

const TIERS = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'];
const BUCKETS = ['current', '1-30', '31-60', '61-90', 'over-90'];
const LINES = ['huabei', 'jiebei', 'mybank'] as const;
const METHODS = ['bullet', 'equal-principal', 'annuity', 'interest-only'];

/** first days: near the ends of months, in leap years and others, near dates on which defaults change */
const STARTS = ['2016-01-25', '2016-09-28', '2017-05-16', '2018-12-30', '2019-10-31', '2017-08-03'];

export function creditStartOf(seed: number): string {
  return STARTS[seed % STARTS.length] ?? '2016-01-25';
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
  let a = (seed * 2654435761 + 131) >>> 0;
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

function money(minor: number): string {
  const cents = Math.max(1, Math.floor(minor));
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} CNY`;
}

function percent(d: Dice, low: number, high: number, decimals = 2): string {
  return `${(low + d.real() * (high - low)).toFixed(decimals)}%`;
}

function split(d: Dice, names: readonly string[]): Record<string, string> {
  const weights = names.map(() => d.whole(0, 10));
  const all = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => (all === 0 ? 0 : Math.floor((weight * 100) / all)));
  const first = 100 - shares.slice(1).reduce((a, b) => a + b, 0);
  return Object.fromEntries(names.map((name, i) => [name, `${i === 0 ? first : shares[i]}%`]));
}

function byName<T>(names: readonly string[], each: (at: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, at) => [name, each(at)]));
}

/** a parameter and a value that it takes */
function policy(d: Dice, merchants: number): { parameter: string; value: unknown } {
  const line = d.pick(LINES);
  const loans = d.pick(['jiebei', 'mybank'] as const);
  const limits = (): Record<string, string> => {
    const scale = d.pick([0.1, 1, 1, 3]);
    const none = d.chance(0.2);
    return byName(TIERS, (at) =>
      at === 0 && none ? '0.00 CNY' : money(scale * d.whole(50000, 400000) * (at + 1)),
    );
  };
  const choices: (() => { parameter: string; value: unknown })[] = [
    () => ({ parameter: 'huabei.limits', value: limits() }),
    () => ({ parameter: `${loans}.limits`, value: limits() }),
    () => ({ parameter: `${loans}.prices`, value: byName(TIERS, () => percent(d, 0, 0.2, 3)) }),
    () => ({ parameter: 'huabei.merchantFeeRate', value: percent(d, 0, d.chance(0.1) ? 100 : 3) }),
    () => ({
      parameter: `huabei.merchantFeeRate[merchant-${d.whole(0, merchants - 1)}]`,
      value: percent(d, 0, 5, 3),
    }),
    () => ({
      parameter: `payments.merchantFeeRate[merchant-${d.whole(0, merchants - 1)}]`,
      value: percent(d, 0, d.chance(0.1) ? 100 : 3),
    }),
    () => ({ parameter: 'payments.refundReturnsFee', value: d.pick(['yes', 'no']) }),
    () => ({ parameter: 'payments.confirmAfterDays', value: String(d.pick([1, 3, 7, 20])) }),
    () => ({ parameter: 'huabei.statementDay', value: String(d.whole(1, 28)) }),
    () => ({ parameter: 'huabei.dueDay', value: String(d.whole(1, 28)) }),
    () => ({ parameter: 'huabei.minimumShare', value: d.pick(['0%', '5%', '10%', '33.3%', '100%']) }),
    () => ({ parameter: 'huabei.revolvingRate', value: percent(d, 0, 0.3, 3) }),
    () => ({
      parameter: 'huabei.instalmentFeeRates',
      value: byName(['3-months', '6-months', '9-months', '12-months'], (at) => percent(d, at, 3 * at + 1)),
    }),
    () => ({ parameter: `${line}.ownFundingShare`, value: d.pick(['0%', '2%', '30%', '37.5%', '100%']) }),
    () => ({ parameter: `${line}.securitisedShare`, value: d.pick(['0%', '40%', '33.33%', '100%']) }),
    () => ({ parameter: `${line}.subordinatedShare`, value: d.pick(['0%', '10%', '25%', '100%']) }),
    () => ({ parameter: `${line}.partnerBank`, value: `bank-${d.whole(1, 3)}` }),
    () => ({ parameter: `${line}.technologyFeeRate`, value: percent(d, 0, 60) }),
    () => ({ parameter: `${line}.serviceFeeRate`, value: percent(d, 0, 4) }),
    () => ({ parameter: `${line}.seniorRate`, value: percent(d, 0, d.chance(0.2) ? 60 : 8) }),
    () => ({ parameter: `${line}.lateFeeRate`, value: percent(d, 0, 0.2, 3) }),
    () => ({
      parameter: `${line}.provisionRates`,
      value: byName(BUCKETS, (at) => percent(d, 0, 1 + 24 * at)),
    }),
    () => ({ parameter: `${line}.writeOffAfterDays`, value: String(d.pick([20, 45, 95, 120, 180])) }),
    () => ({ parameter: `${line}.leverageOnMax`, value: d.pick(['0', '1', '0.5', '12', '3x']) }),
    () => ({ parameter: `${line}.leverageOffMax`, value: d.pick(['0.25', '4', '1.5x']) }),
    () => ({ parameter: 'huabei.fundingRates', value: { borrowings: percent(d, 0, 9) } }),
    () => ({ parameter: 'jiebei.fundingRates', value: { borrowings: percent(d, 0, 9) } }),
    () => ({
      parameter: 'mybank.fundingRates',
      value: { deposits: percent(d, 0, 4), interbank: percent(d, 0, 9) },
    }),
    () => ({ parameter: 'mybank.fundingMix', value: split(d, ['deposits', 'interbank']) }),
    () => ({
      parameter: 'mybank.advanceShares',
      value: byName(['receivable', 'order', 'inventory'], () => percent(d, 30, 100)),
    }),
    () => ({ parameter: 'mybank.advancePrice', value: percent(d, 0, 0.2, 3) }),
    () => ({ parameter: 'mybank.coreLimit', value: money(d.whole(100000, 3000000)) }),
    () => ({ parameter: `mybank.coreLimit[core-${d.whole(0, 1)}]`, value: money(d.whole(100000, 3000000)) }),
    () => ({ parameter: 'mybank.marginCallShare', value: percent(d, 30, 90) }),
    () => ({ parameter: 'mybank.marginDays', value: String(d.whole(0, 8)) }),
    () => ({
      parameter: 'zhima.weights',
      value: split(d, ['payments', 'repayment', 'tenure', 'assets', 'relations']),
    }),
    () => ({ parameter: 'zhima.fullPayments', value: String(d.whole(0, 30)) }),
    () => ({ parameter: 'zhima.missedWeight', value: String(d.whole(0, 6)) }),
    () => ({ parameter: 'zhima.fullAssets', value: d.pick(['0.00 CNY', '500.00 CNY', '20000.00 CNY']) }),
    () => ({ parameter: 'zhima.scoreDay', value: String(d.whole(1, 28)) }),
    () => ({ parameter: 'zhima.queryFee', value: d.pick(['0.00 CNY', '0.50 CNY', '3.33 CNY']) }),
    () => ({ parameter: 'zhima.waiverScore', value: String(d.pick([350, 450, 550, 650])) }),
  ];
  return d.pick(choices)();
}

/** a debt as it is guessed: refusals are not seen */
type Guess = {
  id: string;
  product: 'jiebei' | 'mybank';
  holder: string;
  kind: 'loan' | 'receivable' | 'order' | 'inventory';
  core: string;
  principal: number;
  latest: string;
  began: string;
  paidOut: boolean;
  over: boolean;
  lost: boolean;
};

type PaymentGuess = {
  id: string;
  payer: string;
  payee: string;
  method: string;
  left: number;
  latest: string;
  confirmed: boolean;
};

export function creditHistory(seed: number, options: HistoryOptions): Line[] {
  const d = dice(seed * 8 + (options.close === 'daily' ? 1 : 2) + (options.backdated ? 4 : 0));
  const start = creditStartOf(seed);
  const end = addDays(start, options.days - 1);
  const users = Array.from({ length: options.users }, (_, i) => `user-${i}`);
  const merchants = Array.from({ length: options.merchants }, (_, i) => `merchant-${i}`);
  const cores = ['core-0', 'core-1'];
  // who pays what is due, who pays something, who doesn't
  const temper = new Map(users.map((user, i) => [user, i % 4]));
  const lines: Line[] = [];
  const wallets = new Map<string, number>();
  const owing = new Map<string, number>();
  const openedOn = new Map<string, string>();
  const latest = new Map<string, string>();
  const lostLines = new Set<string>();
  const loans: Guess[] = [];
  const payments: PaymentGuess[] = [];
  const waivers: { id: string; holder: string; latest: string; amount: number }[] = [];
  const openDays = d.whole(2, 14);
  const ahead = options.close === 'recorded' && options.backdated ? d.whole(0, 9) : 0;
  let ids = 0;
  let facts = 0;
  let front = start;
  let closed: string | undefined;

  const add = (to: Map<string, number>, name: string, amount: number): void => {
    to.set(name, Math.max(0, (to.get(name) ?? 0) + amount));
  };
  const walletOf = (name: string): number => wallets.get(name) ?? 0;

  const put = (on: string, command: string, input: Record<string, unknown>): void => {
    const line: Line = { on, command, with: input };
    if (d.chance(0.4)) line.key = `k${lines.length}`;
    if (d.chance(0.05)) line.actor = d.pick(['ops', 'import']);
    lines.push(line);
    if (command !== 'closeDay') facts += 1;
  };

  /** a day on which something may be dated; mostly not before another */
  const day = (notBefore?: string): string => {
    const first = closed === undefined ? start : addDays(closed, 1);
    let on = front;
    if (options.backdated && options.close === 'daily' && d.chance(0.02)) on = addDays(front, -d.whole(1, 5));
    if (options.backdated && options.close === 'recorded') {
      const span = Math.max(0, daysFrom(first, front));
      on = addDays(first, d.chance(0.25) ? span : d.whole(0, span));
      if (ahead > 0 && d.chance(0.12)) on = addDays(front, d.whole(1, ahead));
      if (closed !== undefined && d.chance(0.01)) on = addDays(first, -d.whole(1, 4));
    }
    return notBefore !== undefined && on < notBefore && d.chance(0.88) ? notBefore : on;
  };

  const some = (estimate: number): number => {
    const way = d.real();
    if (way < 0.06) return d.whole(1, 30);
    if (way < 0.12) return estimate * (1 + d.real());
    if (way < 0.2) return estimate;
    return estimate * d.real();
  };

  // ------------------------------------------------------------------------------ wallets and payments

  const topUp = (): void => {
    const holder = d.chance(0.85) ? d.pick(users) : d.pick([...merchants, ...cores]);
    const amount = d.chance(0.2) ? d.whole(100000, 3000000) : d.whole(1000, 200000);
    put(day(), 'topUp', { holder, amount: money(amount) });
    add(wallets, holder, amount);
  };

  const transfer = (): void => {
    const everyone = [...users, ...merchants, ...cores];
    const from = d.pick(everyone);
    const to = d.chance(0.03) ? from : d.pick(everyone.filter((name) => name !== from));
    const amount = some(walletOf(from) * 0.5);
    put(day(), 'transfer', { from, to, amount: money(amount) });
    if (amount > walletOf(from)) return;
    add(wallets, from, -amount);
    add(wallets, to, amount);
  };

  const fund = (): void => {
    const holder = d.pick(users);
    if (d.chance(0.3)) {
      put(day(), 'redeemFund', {
        fund: 'yuebao',
        holder,
        amount: d.pick(['all', '50%', '10%']),
        speed: d.pick(['quick', 'ordinary']),
      });
      return;
    }
    const amount = some(walletOf(holder) * 0.4);
    put(day(), 'subscribeFund', { fund: 'yuebao', holder, amount: money(amount) });
    add(wallets, holder, -amount);
  };

  const withdraw = (): void => {
    const holder = d.pick([...users, ...merchants]);
    put(day(), 'withdraw', { holder, amount: d.pick(['all', 'all', '90%', '20%']) });
    wallets.set(holder, walletOf(holder) * 0.3);
  };

  const payBy = (method: string): void => {
    const payer = method === 'huabei' ? knownLine() : d.pick(users);
    const payee = d.chance(0.02) ? payer : d.chance(0.9) ? d.pick(merchants) : d.pick(users);
    const amount =
      method === 'huabei'
        ? d.whole(100, d.chance(0.2) ? 150000 : 30000)
        : Math.max(1, some(walletOf(payer) * 0.4));
    const on = method === 'huabei' ? day(latest.get(payer)) : day();
    const escrow = d.chance(0.6);
    const again = payments.length > 0 && d.chance(0.02);
    const id = again ? d.pick(payments).id : `P-${ids}`;
    ids += 1;
    put(on, 'initiatePayment', { payment: id, payer, payee, amount: money(amount), method, escrow });
    if (again || payer === payee) return;
    payments.push({ id, payer, payee, method, left: Math.floor(amount), latest: on, confirmed: !escrow });
    if (method === 'wallet') add(wallets, payer, -amount);
    if (method === 'huabei' && openedOn.has(payer)) {
      add(owing, payer, amount);
      latest.set(payer, on);
    }
    if (!escrow) add(wallets, payee, amount * 0.98);
  };

  const knownPayment = (unconfirmed = false): PaymentGuess | undefined => {
    const fit = payments.filter((one) => one.left > 0 && !(unconfirmed && one.confirmed));
    const from = fit.length === 0 ? payments : fit;
    return from.length === 0 ? undefined : d.chance(0.8) ? d.pick(from.slice(-10)) : d.pick(from);
  };

  const confirm = (): void => {
    const payment = knownPayment(d.chance(0.85));
    if (payment === undefined) return;
    payment.confirmed = true;
    const on = day(payment.latest);
    put(on, 'confirmReceipt', { payment: d.chance(0.02) ? 'none' : payment.id });
    payment.latest = on > payment.latest ? on : payment.latest;
    add(wallets, payment.payee, payment.left * 0.98);
  };

  const refund = (): void => {
    const payment = knownPayment();
    if (payment === undefined) return;
    const line = payment.method === 'huabei' ? (latest.get(payment.payer) ?? '') : '';
    const on = day(line > payment.latest ? line : payment.latest);
    const amount = d.chance(0.4) ? undefined : Math.max(1, some(payment.left));
    put(on, 'refundPayment', {
      payment: payment.id,
      ...(amount === undefined ? {} : { amount: money(amount) }),
    });
    payment.left = Math.max(0, payment.left - (amount ?? payment.left));
    payment.latest = on > payment.latest ? on : payment.latest;
    if (payment.method === 'huabei' && on > line) latest.set(payment.payer, on);
  };

  // ------------------------------------------------------------------------------ huabei

  const openLine = (holder: string, on: string): void => {
    put(on, 'openCreditLine', { holder });
    if (!openedOn.has(holder)) openedOn.set(holder, on);
    if (!latest.has(holder)) latest.set(holder, on);
  };

  const knownLine = (): string => {
    const open = [...openedOn.keys()].filter((holder) => !lostLines.has(holder) || d.chance(0.15));
    return open.length > 0 && d.chance(0.97) ? d.pick(open) : d.pick(users);
  };

  const drawCredit = (): void => {
    const holder = knownLine();
    const payee = d.chance(0.02) ? holder : d.pick([...merchants, ...users.slice(0, 2)]);
    const amount = d.whole(100, d.chance(0.2) ? 200000 : 30000);
    const on = day(latest.get(holder));
    put(on, 'drawCredit', { holder, payee, amount: money(amount) });
    add(owing, holder, amount);
    add(wallets, payee, amount * 0.99);
    latest.set(holder, on);
  };

  const repayCredit = (): void => {
    const holder = knownLine();
    if (temper.get(holder) === 3 && d.chance(0.8)) return;
    const on = day(latest.get(holder));
    const amount = d.chance(0.45)
      ? d.pick(['due', 'due', 'minimum', 'minimum', 'all'])
      : money(some((owing.get(holder) ?? 1000) * 0.5 + 1));
    if (d.chance(0.3)) {
      const sum = d.whole(1000, 60000);
      put(on, 'topUp', { holder, amount: money(sum) });
      add(wallets, holder, sum);
    }
    put(on, 'repayCredit', { holder, amount });
    add(owing, holder, amount === 'all' ? -1e9 : -(owing.get(holder) ?? 0) * 0.4);
    latest.set(holder, on);
  };

  const convert = (): void => {
    const holder = knownLine();
    const on = day(latest.get(holder));
    const term = d.chance(0.03) ? d.pick([0, 1, 24, -3]) : d.pick([3, 6, 9, 12]);
    const amount = d.chance(0.1)
      ? d.whole(1, 20)
      : d.chance(0.6)
        ? d.whole(100, 6000)
        : some((owing.get(holder) ?? 1000) * 0.4 + 1);
    put(on, 'convertToInstalments', {
      holder,
      amount: money(amount),
      term: d.chance(0.2) ? String(term) : term,
    });
    latest.set(holder, on);
  };

  const loseLine = (): void => {
    const holder = d.pick(users.filter((user) => temper.get(user) === 3));
    const on = day(latest.get(holder));
    put(on, 'writeOffCredit', { holder });
    lostLines.add(holder);
    latest.set(holder, on);
  };

  const recoverLine = (): void => {
    const holder = lostLines.size > 0 && d.chance(0.9) ? d.pick([...lostLines]) : d.pick(users);
    const on = day(latest.get(holder));
    if (d.chance(0.5)) put(on, 'topUp', { holder, amount: money(d.whole(1000, 50000)) });
    put(on, 'recoverCredit', { holder, amount: money(some((owing.get(holder) ?? 3000) * 0.3 + 10)) });
    latest.set(holder, on);
  };

  // ------------------------------------------------------------------------------ loans

  const applyForLoan = (): void => {
    const product = d.pick(['jiebei', 'mybank'] as const);
    const holder = d.pick(users);
    const again = loans.length > 0 && d.chance(0.03);
    const id = again ? d.pick(loans).id : `L-${ids}`;
    ids += 1;
    const principal = d.chance(0.05)
      ? d.whole(1, 100)
      : d.whole(10000, product === 'jiebei' ? 300000 : 1500000);
    const term = d.chance(0.03) ? d.pick([0, 61, -1]) : d.chance(0.7) ? d.whole(1, 6) : d.whole(7, 24);
    const on = day();
    put(on, 'applyForLoan', {
      loan: id,
      product,
      holder,
      principal: money(principal),
      term: d.chance(0.2) ? String(term) : term,
      method: d.pick(METHODS),
    });
    if (again) return;
    loans.push({
      id,
      product,
      holder,
      kind: 'loan',
      core: '',
      principal,
      latest: on,
      began: on,
      paidOut: false,
      over: false,
      lost: false,
    });
    if (d.chance(0.8)) disburse(loans.at(-1));
  };

  const applyForAdvance = (): void => {
    const kind = d.pick(['receivable', 'order', 'inventory', 'inventory'] as const);
    const holder = d.pick(users);
    const core = d.chance(0.02) ? holder : d.pick(cores);
    const on = day();
    const id = `A-${ids}`;
    ids += 1;
    const value = d.whole(10000, 800000);
    const principal = value * (d.chance(0.12) ? 0.5 + d.real() : 0.5 * d.real() + 0.02);
    const input: Record<string, unknown> = {
      loan: id,
      kind,
      holder,
      core,
      value: money(value),
      principal: money(principal),
      dueOn: addDays(on, d.whole(6, 100)),
    };
    if (kind === 'inventory' && d.chance(0.03)) delete input.value;
    put(on, 'applyForAdvance', input);
    loans.push({
      id,
      product: 'mybank',
      holder,
      kind,
      core,
      principal,
      latest: on,
      began: on,
      paidOut: false,
      over: false,
      lost: false,
    });
    if (d.chance(0.85)) disburse(loans.at(-1));
  };

  const after = (loan: Guess, on: string): void => {
    if (on > loan.latest) loan.latest = on;
  };

  function disburse(loan: Guess | undefined): void {
    if (loan === undefined) return;
    const on = d.chance(0.7) ? loan.latest : day(loan.latest);
    // never so late that an advance would be past its due day
    if (daysFrom(loan.began, on) > 5) return;
    put(on, 'disburseLoan', { loan: loan.id, product: loan.product });
    if (!loan.paidOut) add(wallets, loan.holder, loan.principal * 0.7);
    loan.paidOut = true;
    after(loan, on);
  }

  const knownLoan = (fits: (loan: Guess) => boolean = () => true): Guess | undefined => {
    const fit = loans.filter(fits);
    const live = fit.filter((loan) => !loan.over && loan.paidOut);
    if (live.length > 0 && d.chance(0.9)) return d.pick(d.chance(0.6) ? live.slice(-12) : live);
    return fit.length > 0 ? d.pick(fit) : undefined;
  };

  const repayLoan = (): void => {
    const loan = knownLoan((one) => temper.get(one.holder) !== 3 || d.chance(0.15));
    if (loan === undefined) return;
    let on = day(loan.latest);
    // now and then on a due day
    const dueDay = addMonths(loan.began, d.whole(1, 4));
    const first = closed === undefined ? start : addDays(closed, 1);
    if (options.close === 'recorded' && dueDay >= first && dueDay <= front && d.chance(0.5)) on = dueDay;
    // at times about as much as interest comes to
    const size = d.chance(0.3) ? loan.principal * 0.03 * d.real() : some(loan.principal * 0.3 + 1);
    const amount = d.chance(0.6) ? d.pick(['due', 'due', 'due', 'all']) : money(size);
    const needed = amount === 'all' ? loan.principal : loan.principal * 0.3;
    if (walletOf(loan.holder) < needed && d.chance(0.6)) {
      put(on, 'topUp', { holder: loan.holder, amount: money(needed * 1.1) });
      add(wallets, loan.holder, needed * 1.1);
    }
    put(on, 'repayLoan', { loan: loan.id, product: loan.product, amount });
    if (amount === 'all') loan.over = true;
    add(wallets, loan.holder, -needed * 0.8);
    after(loan, on);
  };

  const restructure = (): void => {
    const loan = knownLoan();
    if (loan === undefined) return;
    const on = day(loan.latest);
    const term = d.chance(0.04) ? d.pick([0, 61]) : d.whole(1, 12);
    put(on, 'restructureLoan', { loan: loan.id, product: loan.product, term, method: d.pick(METHODS) });
    after(loan, on);
  };

  const loseLoan = (): void => {
    const loan = knownLoan((one) => temper.get(one.holder) === 3 || d.chance(0.1));
    if (loan === undefined) return;
    const on = day(loan.latest);
    put(on, 'writeOffLoan', { loan: loan.id, product: loan.product });
    loan.over = true;
    loan.lost = true;
    after(loan, on);
  };

  const recoverLoan = (): void => {
    const lost = loans.filter((one) => one.lost || (temper.get(one.holder) === 3 && d.chance(0.5)));
    if (lost.length === 0 && d.chance(0.8)) return;
    const loan = lost.length > 0 && d.chance(0.9) ? d.pick(lost) : knownLoan();
    if (loan === undefined) return;
    const on = day(loan.latest);
    if (d.chance(0.4)) put(on, 'topUp', { holder: loan.holder, amount: money(loan.principal * 0.3) });
    put(on, 'recoverLoan', {
      loan: loan.id,
      product: loan.product,
      amount: money(some(loan.principal * (d.chance(0.25) ? 2 : 0.3))),
    });
    after(loan, on);
  };

  const settle = (): void => {
    const loan = knownLoan((one) => one.kind === 'receivable' || one.kind === 'order' || d.chance(0.03));
    if (loan === undefined || loan.product !== 'mybank') return;
    const on = day(loan.latest);
    const amount = loan.principal * (d.chance(0.4) ? d.real() : 1 + d.real());
    if (d.chance(0.85)) put(on, 'topUp', { holder: loan.core || 'core-0', amount: money(amount) });
    put(on, 'settleAdvance', { loan: loan.id, amount: money(amount) });
    add(wallets, loan.holder, amount * 0.2);
    after(loan, on);
  };

  const value = (): void => {
    const loan = knownLoan((one) => one.kind === 'inventory' || d.chance(0.03));
    if (loan === undefined || loan.product !== 'mybank') return;
    const on = day(loan.latest);
    put(on, 'valuePledge', { loan: loan.id, value: money(loan.principal * (0.6 + 2 * d.real())) });
    after(loan, on);
  };

  const sell = (): void => {
    const loan = knownLoan((one) => one.kind === 'inventory' || d.chance(0.02));
    if (loan === undefined || loan.product !== 'mybank') return;
    const on = day(loan.latest);
    put(on, 'sellPledge', { loan: loan.id, price: money(loan.principal * (0.2 + 1.5 * d.real())) });
    after(loan, on);
  };

  /** a fact dated before the latest of its debt, on an open day */
  const stale = (): void => {
    const first = closed === undefined ? start : addDays(closed, 1);
    const line = [...latest].find(([, on]) => on > first);
    const payment = payments.findLast(
      (one) => one.method === 'huabei' && one.left > 0 && (latest.get(one.payer) ?? '') > first,
    );
    if (payment !== undefined && d.chance(0.3)) {
      put(payment.latest > first ? first : payment.latest, 'refundPayment', { payment: payment.id });
      return;
    }
    const loan = loans.findLast((one) => one.latest > first);
    if (loan !== undefined && d.chance(0.6)) {
      const id = { loan: loan.id, product: loan.product };
      const [command, input] = d.pick<[string, Record<string, unknown>]>([
        ['repayLoan', { ...id, amount: 'due' }],
        ['restructureLoan', { ...id, term: 2, method: 'annuity' }],
        ['writeOffLoan', id],
        ['disburseLoan', id],
        ['applyForLoan', { ...id, holder: loan.holder, principal: '1.00 CNY', term: 1, method: 'bullet' }],
      ]);
      put(first, command, input);
    } else if (line !== undefined) {
      const [holder] = line;
      const [command, input] = d.pick<[string, Record<string, unknown>]>([
        ['repayCredit', { holder, amount: 'minimum' }],
        ['drawCredit', { holder, payee: d.pick([holder, 'merchant-0']), amount: '1.00 CNY' }],
        ['convertToInstalments', { holder, amount: '1.00 CNY', term: 3 }],
        [
          'initiatePayment',
          {
            payment: `P-stale-${ids}`,
            payer: holder,
            payee: 'merchant-0',
            amount: '1.00 CNY',
            method: 'huabei',
            escrow: true,
          },
        ],
        ['writeOffCredit', { holder }],
        ['recoverCredit', { holder, amount: '1.00 CNY' }],
      ]);
      put(first, command, input);
    }
  };

  // ------------------------------------------------------------------------------ zhima

  const query = (): void => {
    const partner = d.pick([...merchants, ...users.slice(0, 2)]);
    const holder = d.chance(0.03) ? partner : d.pick([...users, 'nobody']);
    put(day(), 'queryScore', { query: `Q-${d.chance(0.15) ? 0 : d.whole(0, 40)}`, partner, holder });
  };

  const waive = (): void => {
    const holder = d.chance(0.95) ? d.pick(users) : 'nobody';
    const id = waivers.length > 0 && d.chance(0.04) ? d.pick(waivers).id : `W-${ids}`;
    ids += 1;
    const on = day();
    const amount = d.whole(100, d.chance(0.3) ? 900000 : 50000);
    put(on, 'waiveDeposit', {
      waiver: id,
      holder,
      partner: d.chance(0.02) ? holder : d.pick(merchants),
      amount: money(amount),
    });
    waivers.push({ id, holder, latest: on, amount });
  };

  const endWaiver = (): void => {
    if (waivers.length === 0) return;
    const waiver = d.pick(waivers.slice(-8));
    const on = day(waiver.latest);
    const id = d.chance(0.03) ? 'none' : waiver.id;
    if (d.chance(0.4)) put(on, 'returnWaived', { waiver: id });
    else {
      if (d.chance(0.2)) put(on, 'withdraw', { holder: waiver.holder, amount: 'all' });
      const claimed = waiver.amount * (d.chance(0.1) ? 1.5 : d.real());
      put(on, 'claimWaived', { waiver: id, amount: money(claimed) });
    }
    if (on > waiver.latest) waiver.latest = on;
  };

  // ------------------------------------------------------------------------------ the rest

  const change = (): void => {
    const from = addDays(front, d.chance(0.4) ? 0 : d.whole(d.chance(0.05) ? -6 : 0, 20));
    const range = d.chance(0.4) ? { to: addDays(from, d.whole(0, 40)) } : {};
    put(front, 'changePolicy', { ...policy(d, options.merchants), from, ...range, reason: 'random' });
  };

  const capital = (): void => {
    put(day(), 'contributeCapital', {
      entity: d.pick([...LINES, 'platform']),
      amount: money(d.whole(1000, 500000)),
    });
  };

  const invalid = (): void => {
    const holder = d.pick(users);
    const loan = { loan: `bad-${ids}`, product: 'jiebei' };
    const application = { ...loan, holder, principal: '100.00 CNY', term: 3, method: 'annuity' };
    const advance = {
      loan: `bad-${ids}`,
      kind: 'order',
      holder,
      core: 'core-0',
      value: '200.00 CNY',
      principal: '100.00 CNY',
      dueOn: addDays(front, 30),
    };
    const policyChange = { parameter: 'huabei.revolvingRate', value: '1%', from: front, reason: 'random' };
    const cases: [string, Record<string, unknown>][] = [
      ['drawcredit', { holder }],
      ['applyForLoan', { ...application, product: 'moon' }],
      ['applyForLoan', { ...application, product: 'huabei', term: 99 }],
      ['repayLoan', { ...loan, product: 'moon', amount: 'nothing' }],
      ['applyForLoan', { ...application, method: 'balloon' }],
      ['applyForLoan', { ...application, term: 'three' }],
      ['applyForLoan', { ...application, term: 1.5 }],
      ['applyForLoan', { ...application, principal: '0.00 CNY' }],
      ['applyForLoan', { ...application, holder: 'a b' }],
      ['applyForLoan', { ...application, note: 'hello' }],
      ['repayLoan', { ...loan, amount: 'minimum' }],
      ['repayLoan', { ...loan, amount: '10%' }],
      ['repayLoan', { ...loan, amount: 'due' }],
      ['repayLoan', { ...loan, amount: '1.00 CNY' }],
      ['disburseLoan', loan],
      ['recoverLoan', { ...loan, amount: 'all' }],
      ['recoverLoan', { ...loan, amount: '1.00 CNY' }],
      ['writeOffLoan', loan],
      ['restructureLoan', { ...loan, term: 3, method: 'bullet' }],
      ['applyForAdvance', { ...advance, kind: 'promise' }],
      ['applyForAdvance', { ...advance, dueOn: '2016-02-30' }],
      ['applyForAdvance', { ...advance, product: 'mybank' }],
      ['settleAdvance', { loan: 'none', amount: '1.00 CNY' }],
      ['valuePledge', { loan: 'none', value: '1.00 CNY' }],
      ['sellPledge', { loan: 'none', price: '1.00 CNY' }],
      ['valuePledge', { loan: 'none', value: '0.00 CNY' }],
      ['openCreditLine', { holder: '' }],
      ['drawCredit', { holder: 'nobody', payee: 'merchant-0', amount: '1.00 CNY' }],
      ['drawCredit', { holder, payee: 'merchant-0', amount: 'all' }],
      ['repayCredit', { holder: 'nobody', amount: 'due' }],
      ['repayCredit', { holder, amount: 'everything' }],
      ['convertToInstalments', { holder, amount: '1.00 CNY', term: 'six' }],
      ['contributeCapital', { entity: 'bank-1', amount: '1.00 CNY' }],
      ['contributeCapital', { entity: 'huabei', amount: '-1.00 CNY' }],
      ['changePolicy', { ...policyChange, parameter: 'huabei.moonRate' }],
      ['changePolicy', { ...policyChange, value: '1%/year' }],
      ['changePolicy', { ...policyChange, parameter: 'huabei.statementDay', value: '29' }],
      ['changePolicy', { ...policyChange, parameter: 'huabei.limits', value: { unscored: '1.00 CNY' } }],
      [
        'changePolicy',
        { ...policyChange, parameter: 'mybank.fundingMix', value: { deposits: '50%', interbank: '49%' } },
      ],
      ['changePolicy', { ...policyChange, parameter: 'jiebei.partnerBank', value: 'a bank' }],
      ['queryScore', { query: 'Q 1', partner: 'merchant-0', holder }],
      ['returnWaived', { waiver: '' }],
      ['claimWaived', { waiver: 'none', amount: '1.00 CNY' }],
    ];
    const [command, input] = d.pick(cases);
    put(front, command, input);
  };

  const again = (): void => {
    const keyed = lines.filter((line) => line.key !== undefined && line.command !== 'closeDay');
    if (keyed.length === 0) return;
    const line = d.pick(keyed.slice(-20));
    facts += 1;
    lines.push(d.chance(0.6) ? { ...line } : { ...line, on: front });
  };

  const closeOne = (): void => {
    const next: string = closed === undefined ? start : addDays(closed, 1);
    if (d.chance(0.01)) put(addDays(next, 2), 'closeDay', {});
    put(next, 'closeDay', {});
    closed = next;
  };

  // ------------------------------------------------------------------------------ to begin with

  const begin = (parameter: string, value: unknown): void =>
    put(start, 'changePolicy', { parameter, value, from: start, reason: 'to begin with' });
  put(start, 'contributeCapital', { entity: 'platform', amount: '10000.00 CNY' });
  for (const line of LINES)
    if (d.chance(0.8))
      put(start, 'contributeCapital', { entity: line, amount: money(d.pick([1000, 200000, 5000000])) });
  begin('zhima.fullPayments', String(d.whole(3, 15)));
  begin('zhima.fullTenureDays', String(d.whole(20, 120)));
  begin('zhima.fullRelations', String(d.whole(1, 4)));
  begin('zhima.fullAssets', money(d.whole(10000, 1000000)));
  if (d.chance(0.7))
    begin(
      'jiebei.limits',
      byName(TIERS, (at) => money(d.whole(100000, 300000) * (at + 1))),
    );
  if (d.chance(0.7))
    begin(
      'huabei.limits',
      byName(TIERS, (at) => money(d.whole(60000, 200000) * (at + 1))),
    );
  if (d.chance(0.5)) begin('huabei.statementDay', String(d.whole(1, 28)));
  if (d.chance(0.5)) begin('huabei.dueDay', String(d.whole(1, 28)));
  if (d.chance(0.4))
    begin(
      'mybank.limits',
      byName(TIERS, (at) => (at === 0 ? '0.00 CNY' : money(d.whole(100000, 900000) * at))),
    );
  if (d.chance(0.5)) begin('mybank.coreLimit', money(d.whole(100000, 900000)));
  for (const line of LINES)
    if (d.chance(0.4)) begin(`${line}.writeOffAfterDays`, String(d.pick([25, 50, 95, 110])));
  for (const line of LINES) if (d.chance(0.3)) begin(`${line}.ownFundingShare`, d.pick(['20%', '60%', '0%']));
  // pools that cost little and earn much, so that something is left over
  for (const line of LINES) {
    if (!d.chance(0.35)) continue;
    begin(`${line}.seniorRate`, '0%');
    begin(`${line}.serviceFeeRate`, '0.1%');
    if (line === 'huabei') begin('huabei.revolvingRate', '0.3%');
  }
  if (d.chance(0.5)) begin('zhima.waiverScore', '450');
  for (const holder of [...users, ...merchants, ...cores]) {
    const amount = d.whole(5000, 500000);
    put(start, 'topUp', { holder, amount: money(amount) });
    add(wallets, holder, amount);
  }
  for (const holder of users) if (d.chance(0.85)) openLine(holder, start);

  const acts: [weight: number, act: () => void][] = [
    [6, topUp],
    [4, transfer],
    [2, fund],
    [2, withdraw],
    [6, () => payBy(d.pick(['wallet', 'wallet', 'card', 'yuebao']))],
    [11, () => payBy('huabei')],
    [6, confirm],
    [6, refund],
    [1.5, () => openLine(d.pick(users), day())],
    [7, drawCredit],
    [13, repayCredit],
    [5, convert],
    [0.7, loseLine],
    [1.2, recoverLine],
    [4.5, applyForLoan],
    [3.5, applyForAdvance],
    [1.5, () => disburse(loans.length === 0 ? undefined : d.pick(loans.slice(-6)))],
    [11, repayLoan],
    [1.5, restructure],
    [1, loseLoan],
    [1.5, recoverLoan],
    [2, settle],
    [2, value],
    [1.5, sell],
    [1.5, query],
    [1.5, waive],
    [1.5, endWaiver],
    [2.5, change],
    [0.7, capital],
    [1.8, invalid],
    [0.8, again],
    [
      3.5,
      () => (options.backdated && options.close === 'recorded' ? stale() : d.chance(0.5) ? query() : topUp()),
    ],
  ];
  const all = acts.reduce((sum, [weight]) => sum + weight, 0);
  /** who pays what is due does so about twice a month, and on the days on which loans are due */
  const diligent = (): void => {
    for (const holder of users.filter((user) => temper.get(user) === 0 && openedOn.has(user))) {
      if (!d.chance(0.08)) continue;
      const sum = d.whole(20000, 150000);
      const on = day(latest.get(holder));
      put(on, 'topUp', { holder, amount: money(sum) });
      put(on, 'repayCredit', { holder, amount: d.pick(['due', 'minimum', 'minimum']) });
      add(wallets, holder, sum * 0.5);
      latest.set(holder, on);
    }
    for (const loan of loans.filter((one) => temper.get(one.holder) === 0 && one.paidOut && !one.over)) {
      if (front.slice(8) !== loan.began.slice(8) || front === loan.began || front < loan.latest) continue;
      const sum = loan.principal * 0.6;
      put(front, 'topUp', { holder: loan.holder, amount: money(sum) });
      put(front, 'repayLoan', { loan: loan.id, product: loan.product, amount: 'due' });
      after(loan, front);
    }
  };

  const opening = facts;
  while (facts < options.lines) {
    const progress = (facts - opening) / Math.max(1, options.lines - opening);
    const reached = addDays(start, Math.min(options.days - 1, Math.floor(progress * options.days)));
    if (reached > front) {
      front = addDays(front, 1);
      diligent();
    }
    if (options.close === 'recorded') {
      const first: string = closed === undefined ? start : addDays(closed, 1);
      if (daysFrom(first, front) >= openDays) {
        const keep = d.whole(0, openDays - 1);
        while (daysFrom(closed ?? addDays(start, -1), front) > keep) closeOne();
      }
    }
    let roll = d.real() * all;
    const act = acts.find(([weight]) => {
      roll -= weight;
      return roll < 0;
    });
    act?.[1]();
  }
  if (options.close === 'recorded')
    while ((closed ?? addDays(start, -1)) < addDays(end, -d.whole(0, 3))) closeOne();
  return lines;
}

/** one to three parameters; dates that suit the history of the same seed */
export function creditAssumptions(seed: number): Record<string, unknown> {
  const d = dice(seed * 31 + 7);
  const start = creditStartOf(seed);
  const result: Record<string, unknown> = {};
  const many = d.whole(1, 3);
  for (let i = 0; i < many; i += 1) {
    const { parameter, value } = policy(d, 3);
    const name = parameter.includes('[') && d.chance(0.3) ? parameter.replace(/\[.*\]$/, '[*]') : parameter;
    const from = addDays(start, d.whole(0, 60));
    const way = d.real();
    if (way < 0.35) result[name] = value;
    else if (way < 0.75) result[name] = { [from]: value };
    else result[name] = { [`${from}..${addDays(from, d.whole(5, 60))}`]: value };
  }
  return result;
}
