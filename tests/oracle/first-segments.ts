/**
 * A small, slow, obvious reference implementation of treasury, payments and yuebao, written from
 * `domain/commands.md` alone, to be compared with the real system on random histories.
 *
 * Everything is recomputed from the list of postings (date, account, amount); debit is positive.
 * "Lowest" and "highest" mean over the given date and every later one.
 *
 * Where the page leaves a choice, this file takes the plainest reading:
 *
 *  General
 *  G1  The order of the codes is taken literally: a second initiatePayment for a known payment, dated before that
 *      payment's latest fact, is BEFORE_LATEST (not PAYMENT_EXISTS); with the same party twice, SAME_PARTY.
 *  G2  DATE_TOO_FAR is never raised (the page gives no value for kernel.daysAheadMax), nor DATE_TOO_EARLY, nor AMOUNT_TOO_LARGE:
 *      histories name no such dates and amounts.
 *  G3  Facts are all recorded lines but closeDay (policy changes and rates too): they set the earliest date.
 *      With no fact and no close yet, `daily` closes nothing. Every line with a valid date drives the daily close, a
 *      line that is then refused as well. In `recorded`, closedThrough is ignored.
 *  G4  Before any close, closeDay may name any day that is not later than the earliest fact (any day if there is none).
 *  G5  Two inputs under one key are the same if they are the same JSON, whatever the order of names (texts compared as written).
 *  G6  `all` and shares are of what may go: the lowest holding from the date on. A share is floored to the minor unit.
 *      Nothing (also a share that floors to nothing) is NOTHING_TO_DO.
 *  G7  A fund or entity that is missing or no text is INVALID_INPUT; a text that is not known, UNKNOWN_FUND / UNKNOWN_ENTITY.
 *      The only entity that takes capital is `platform`.
 *  G8  Amounts: digits, optionally a point and one or two digits, a space, CNY. Rates: digits, optionally a point and digits,
 *      `%`, optionally `/year` or `/day` where it is the parameter's own. Days: text of digits. Flags: `yes`, `no`.
 *  G9  changePolicy: `reason` is required; `from` on a closed day is DAY_CLOSED, `to` before `from` INVALID_INPUT; `to` is inclusive;
 *      `from` may be before the line's own date if open. A key on a parameter without keys, or `[*]` in the record, is UNKNOWN_PARAMETER.
 *      The change recorded last wins on the dates it covers.
 *  G10 Record parameters name every class (allocation sums to 100 %); anything else is INVALID_INPUT. Their order, which settles
 *      ties, is that of the page's list, whatever the order in which a value is written.
 *  G11 Revenue is the platform's income, by the segment in the account id and the month of the posting; months of zero are left out.
 *
 *  Payments
 *  P1  The bank's cost of a card payment is booked with the payment, on its date (rounded half-even).
 *  P2  The withdrawal allowance is for good (not a year or a month) and used in the order of the log, whatever the dates.
 *  P3  A payment refunded whole is finished, before the confirmation or after; confirming a confirmed one is PAYMENT_CONFIRMED
 *      even if it is finished as well.
 *  P4  A refund while fees are not returned never counts for a later returned fee (nor does it give one).
 *  P5  Phases of a close: 1 time-outs (in the log's order); 2 interest on the float, income, fees, distribution;
 *      3 sweep, cost of cards, maturing, redemptions, fees; 4 spreading. A time-out passes over a payment with a fact of a later date.
 *  P6  The sweep takes gross fees (also of payments refunded since).
 *
 *  Fund, with facts of later open days already in the log
 *  Y1  The close of D uses the lowest cash and the lowest deposit-1m from D on, so that nothing of a later date is left short
 *      (in paying and in spreading); what is owed, income, fees, eligibility are as of D (or D − 1).
 *  Y2  Quick redemption and payment fit if the amount is at most cash + deposit-1m − all that is owed on its date and on every later one,
 *      and at most the lowest cash plus the lowest deposit-1m. They take the lowest cash first.
 *  Y3  Redemptions due are paid by the date they were asked for, then in the log's order; one asked for on R is due at the close
 *      of R + 1, and overdue at the close of D if R + 1 < D. Fees, too, are paid in part if need be.
 *  Y4  Rates: the latest date up to D; on one date the one recorded last.
 *  Y5  The quick limit counts quick redemptions of the same date, and the limit of that date.
 *  Y6  The room for a refund into units is the cap of the refund's date less the highest holding from it on.
 *
 *  What-if
 *  W1  Lookup of a keyed parameter: override of the key, override of `[*]`, the key's recorded changes, override of the plain name,
 *      recorded changes of the plain name, default. `[*]` stands for every key, also one without a timeline of its own.
 *  W2  An intent whose own size can't go in the variant is clamped as well, and then listed.
 *  W3  `refused` are the record's.
 */

export type Line = {
  on: string;
  command: string;
  with: Record<string, unknown>;
  key?: string;
  actor?: string;
};

export type Posting = { date: string; account: string; amount: bigint };

export type Entry = { what: string; line: number; date: string; postings: Posting[] };

export type Outcome = {
  refused: [number, string][];
  balances: Record<string, string>;
  revenue: Record<string, Record<string, string>>;
  entries: Entry[];
  closedThrough: string | undefined;
  /** cents still owed after third phases: how often the fund could not pay what was due */
  breaches: number;
  /** payments confirmed by a time-out, and how many the time-out passed over for a later fact */
  timeOuts: number;
  passedOver: number;
};

export type Divergence = [number, 'skip' | 'clamp', string];

export type WhatIf = Outcome & { divergences: Divergence[]; moot: number };

export type RecordOptions = { close: 'daily' | 'recorded'; closedThrough?: string };

export type WhatIfOptions = RecordOptions & { assumptions: Record<string, unknown> };

// ---------------------------------------------------------------------------------------------- dates

export function isDate(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

export function daysFrom(start: string, end: string): number {
  return (Date.parse(`${end}T00:00:00Z`) - Date.parse(`${start}T00:00:00Z`)) / 86400000;
}

// ---------------------------------------------------------------------------------------------- numbers

type Fraction = { n: bigint; d: bigint };

const ZERO: Fraction = { n: 0n, d: 1n };

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b);
}

function fraction(n: bigint, d: bigint): Fraction {
  const g = gcd(n, d);
  return g === 0n ? ZERO : { n: n / g, d: d / g };
}

function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** of numbers that are not negative */
function floor(a: Fraction): bigint {
  return a.n / a.d;
}

/** of numbers that are not negative */
function halfEven(a: Fraction): bigint {
  const whole = a.n / a.d;
  const twice = (a.n % a.d) * 2n;
  if (twice < a.d) return whole;
  if (twice > a.d) return whole + 1n;
  return whole % 2n === 0n ? whole : whole + 1n;
}

function times(amount: bigint, rate: Fraction): Fraction {
  return fraction(amount * rate.n, rate.d);
}

function min(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((a, b) => (b < a ? b : a), first);
}

function max(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((a, b) => (b > a ? b : a), first);
}

function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => a + b, 0n);
}

function decimal(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function parseAmount(text: unknown): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d{1,2}))? CNY$/.exec(text);
  if (match === null) return undefined;
  return BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'));
}

function parseRate(text: unknown, period: 'year' | 'day' | 'none'): Fraction | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d+))?%(?:\/(year|day))?$/.exec(text);
  if (match === null) return undefined;
  if (match[3] !== undefined && match[3] !== period) return undefined;
  const decimals = match[2] ?? '';
  const rate = fraction(BigInt((match[1] ?? '0') + decimals), 100n * 10n ** BigInt(decimals.length));
  return rate.n > rate.d ? undefined : rate;
}

// ---------------------------------------------------------------------------------------------- parameters

const CLASSES = ['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;
const LONGER = ['deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;

type Kind =
  | { kind: 'rate'; period: 'year' | 'day' | 'none' }
  | { kind: 'amount' }
  | { kind: 'days' }
  | { kind: 'flag' }
  | { kind: 'record'; names: readonly string[]; period: 'day' | 'none'; whole: boolean };

type Parameter = Kind & { keyed: boolean; defaults: [from: string, value: unknown][] };

const ALWAYS = '0000-01-01';
const FOREVER = '9999-12-31';

function rateParameter(
  period: 'year' | 'day' | 'none',
  keyed: boolean,
  ...defaults: [string, unknown][]
): Parameter {
  return { kind: 'rate', period, keyed, defaults };
}

function amountParameter(...defaults: [string, unknown][]): Parameter {
  return { kind: 'amount', keyed: false, defaults };
}

const PARAMETERS = new Map<string, Parameter>([
  ['payments.merchantFeeRate', rateParameter('none', true, [ALWAYS, '0.6%'])],
  ['payments.refundReturnsFee', { kind: 'flag', keyed: false, defaults: [[ALWAYS, 'yes']] }],
  ['payments.confirmAfterDays', { kind: 'days', keyed: false, defaults: [[ALWAYS, '10']] }],
  ['payments.withdrawalFeeRate', rateParameter('none', false, [ALWAYS, '0%'], ['2016-10-12', '0.1%'])],
  ['payments.withdrawalFreeAllowance', amountParameter([ALWAYS, '20000.00 CNY'])],
  ['payments.withdrawalFeeMin', amountParameter([ALWAYS, '0.10 CNY'])],
  ['payments.cardCostRate', rateParameter('none', false, [ALWAYS, '0.15%'])],
  ['payments.floatRate', rateParameter('year', false, [ALWAYS, '2%'], ['2019-01-14', '0%'])],
  [
    'yuebao.allocation',
    {
      kind: 'record',
      names: CLASSES,
      period: 'none',
      whole: true,
      keyed: false,
      defaults: [
        [
          ALWAYS,
          {
            'deposit-1m': '30%',
            'deposit-3m': '30%',
            'deposit-long': '30%',
            bond: '7%',
            insurance: '2%',
            other: '1%',
          },
        ],
      ],
    },
  ],
  [
    'yuebao.maturingPerDay',
    {
      kind: 'record',
      names: LONGER,
      period: 'day',
      whole: false,
      keyed: false,
      defaults: [
        [
          ALWAYS,
          { 'deposit-3m': '1.6%', 'deposit-long': '0.5%', bond: '0.1%', insurance: '0.1%', other: '0.1%' },
        ],
      ],
    },
  ],
  ['yuebao.managementFeeRate', rateParameter('year', false, [ALWAYS, '0.30%'])],
  ['yuebao.custodyFeeRate', rateParameter('year', false, [ALWAYS, '0.08%'])],
  ['yuebao.salesFeeRate', rateParameter('year', false, [ALWAYS, '0.25%'])],
  [
    'yuebao.holdingCap',
    amountParameter(
      [ALWAYS, '1000000.00 CNY'],
      ['2017-05-27', '250000.00 CNY'],
      ['2017-08-14', '100000.00 CNY'],
    ),
  ],
  [
    'yuebao.quickRedemptionLimit',
    amountParameter([ALWAYS, '1000000.00 CNY'], ['2018-06-06', '10000.00 CNY']),
  ],
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseDays(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}

function parseFlag(value: unknown): boolean | undefined {
  return value === 'yes' ? true : value === 'no' ? false : undefined;
}

type Share = { name: string; share: Fraction };

function parseRecord(
  value: unknown,
  names: readonly string[],
  period: 'day' | 'none',
  whole: boolean,
): Share[] | undefined {
  if (!isObject(value)) return undefined;
  const shares: Share[] = [];
  if (Object.keys(value).length !== names.length) return undefined;
  for (const name of names) {
    const share = parseRate(value[name], period);
    if (share === undefined) return undefined;
    shares.push({ name, share });
  }
  const total = shares.reduce((a, b) => plus(a, b.share), ZERO);
  if (whole && total.n !== total.d) return undefined;
  return shares;
}

function isValueOf(parameter: Parameter, value: unknown): boolean {
  switch (parameter.kind) {
    case 'rate':
      return parseRate(value, parameter.period) !== undefined;
    case 'amount':
      return parseAmount(value) !== undefined;
    case 'days':
      return parseDays(value) !== undefined;
    case 'flag':
      return parseFlag(value) !== undefined;
    case 'record':
      return parseRecord(value, parameter.names, parameter.period, parameter.whole) !== undefined;
  }
}

/** a value on the dates from..to; `key` undefined: the plain name; '*': every key */
type Given = { name: string; key: string | undefined; from: string; to: string; value: unknown };

/** `payments.merchantFeeRate[merchant-1]` → name and key; undefined if there is no such parameter */
function splitName(text: string): { name: string; key: string | undefined } | undefined {
  const match = /^([^[\]]+)(?:\[([^[\]]+)\])?$/.exec(text);
  if (match === null) return undefined;
  const name = match[1] ?? '';
  const key = match[2];
  const parameter = PARAMETERS.get(name);
  if (parameter === undefined) return undefined;
  if (key !== undefined && !parameter.keyed) return undefined;
  if (key !== undefined && key !== '*' && !isId(key)) return undefined;
  return { name, key };
}

function parseAssumptions(assumptions: Record<string, unknown>): Given[] {
  const all: Given[] = [];
  for (const [text, content] of Object.entries(assumptions)) {
    const split = splitName(text);
    if (split === undefined) throw new Error(`unknown parameter ${text}`);
    const parameter = PARAMETERS.get(split.name);
    if (parameter === undefined) throw new Error(`unknown parameter ${text}`);
    const dated = isObject(content) && Object.keys(content).every((name) => /^\d{4}-\d{2}-\d{2}/.test(name));
    const own: Given[] = [];
    if (!dated) {
      own.push({ ...split, from: ALWAYS, to: FOREVER, value: content });
    } else {
      for (const [when, value] of Object.entries(content)) {
        const ends = when.split('..');
        const from = ends[0] ?? '';
        const to = ends.length === 1 ? FOREVER : (ends[1] ?? '');
        if (ends.length > 2 || !isDate(from) || (ends.length === 2 && !isDate(to)) || to < from)
          throw new Error(`bad date ${when}`);
        own.push({ ...split, from, to, value });
      }
    }
    for (const one of own) {
      if (!isValueOf(parameter, one.value)) throw new Error(`bad value of ${text}`);
      for (const other of own) {
        if (one === other || one.to === FOREVER) continue;
        // `one` is a range: others may only lie apart from it, or be a value given from its first day or before
        const apart = other.to < one.from || other.from > one.to;
        const around = other.to === FOREVER && other.from <= one.from;
        if (!apart && !around) throw new Error(`overlapping values of ${text}`);
      }
    }
    all.push(...own);
  }
  return all;
}

/** in one file of assumptions: a range stands before a value given from a date; of those, the latest date */
function overrideOn(state: State, name: string, key: string | undefined, date: string): Given | undefined {
  const covering = state.overrides.filter(
    (g) => g.name === name && g.key === key && g.from <= date && date <= g.to,
  );
  const range = covering.find((g) => g.to !== FOREVER);
  if (range !== undefined) return range;
  return covering.reduce<Given | undefined>(
    (best, g) => (best === undefined || g.from > best.from ? g : best),
    undefined,
  );
}

/** of recorded changes: the last recorded one that covers the date */
function changeOn(state: State, name: string, key: string | undefined, date: string): Given | undefined {
  return state.changes.findLast((g) => g.name === name && g.key === key && g.from <= date && date <= g.to);
}

function defaultOn(name: string, date: string): unknown {
  return PARAMETERS.get(name)?.defaults.findLast(([from]) => from <= date)?.[1];
}

function valueOn(state: State, name: string, date: string, key?: string): unknown {
  const given =
    (key === undefined ? undefined : overrideOn(state, name, key, date)) ??
    (key === undefined ? undefined : overrideOn(state, name, '*', date)) ??
    (key === undefined ? undefined : changeOn(state, name, key, date)) ??
    overrideOn(state, name, undefined, date) ??
    changeOn(state, name, undefined, date);
  return given === undefined ? defaultOn(name, date) : given.value;
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`oracle: no ${what}`);
  return value;
}

function rateOn(state: State, name: string, date: string, key?: string): Fraction {
  const parameter = must(PARAMETERS.get(name), name);
  return must(
    parseRate(valueOn(state, name, date, key), parameter.kind === 'rate' ? parameter.period : 'none'),
    name,
  );
}

function amountOn(state: State, name: string, date: string): bigint {
  return must(parseAmount(valueOn(state, name, date)), name);
}

function daysOn(state: State, name: string, date: string): number {
  return must(parseDays(valueOn(state, name, date)), name);
}

function flagOn(state: State, name: string, date: string): boolean {
  return must(parseFlag(valueOn(state, name, date)), name);
}

function sharesOn(state: State, name: string, date: string): Share[] {
  const parameter = must(PARAMETERS.get(name), name);
  if (parameter.kind !== 'record') throw new Error(`oracle: ${name} is no record`);
  return must(
    parseRecord(valueOn(state, name, date), parameter.names, parameter.period, parameter.whole),
    name,
  );
}

// ---------------------------------------------------------------------------------------------- state

type Method = 'wallet' | 'card' | 'yuebao' | 'huabei';

type Payment = {
  id: string;
  payer: string;
  payee: string;
  amount: bigint;
  method: Method;
  date: string;
  latest: string;
  refunded: bigint;
  /** set once confirmed */
  confirmed: { amount: bigint; fee: bigint; refundedWithFee: bigint; feeReturned: bigint } | undefined;
};

type Redemption = { holder: string; date: string; left: bigint };

type State = {
  entries: Entry[];
  /** a cache of the entries: account → date → what was posted on it; `group:*` for all holders together */
  posted: Map<string, Map<string, bigint>>;
  payments: Map<string, Payment>;
  skippedPayments: Set<string>;
  /** ordinary redemptions, in the log's order */
  redemptions: Redemption[];
  /** everything redeemed, whatever its origin */
  redeemed: { holder: string; date: string; amount: bigint; quick: boolean }[];
  /** withdrawals that count against the allowance */
  counted: { holder: string; amount: bigint }[];
  published: { asset: string; date: string; rate: Fraction }[];
  fees: { date: string; amount: bigint; swept: boolean }[];
  carried: Map<string, Fraction>;
  changes: Given[];
  overrides: Given[];
  closed: string | undefined;
  earliest: string | undefined;
  breaches: number;
  timeOuts: number;
  passedOver: number;
};

function emptyState(overrides: Given[]): State {
  return {
    entries: [],
    posted: new Map(),
    payments: new Map(),
    skippedPayments: new Set(),
    redemptions: [],
    redeemed: [],
    counted: [],
    published: [],
    fees: [],
    carried: new Map(),
    changes: [],
    overrides,
    closed: undefined,
    earliest: undefined,
    breaches: 0,
    timeOuts: 0,
    passedOver: 0,
  };
}

const RESERVE = 'platform:asset:payments:reserve:CNY';
const OWN_CASH = 'platform:asset:treasury:own-cash:CNY';
const CAPITAL = 'platform:equity:treasury:capital:CNY';
const ESCROW = 'platform:liability:payments:escrow:CNY';
const CHANNEL_COST_DUE = 'platform:liability:payments:channel-cost-due:CNY';
const MERCHANT_FEE = 'platform:income:payments:merchant-fee:CNY';
const WITHDRAWAL_FEE = 'platform:income:payments:withdrawal-fee:CNY';
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
const WALLETS = 'platform:liability:payments:wallet:*';
const ALL_REDEMPTIONS_DUE = 'fund:liability:yuebao:redemptions-due:*';

function wallet(holder: string): string {
  return `platform:liability:payments:wallet:${holder}:CNY`;
}

function units(holder: string): string {
  return `fund:liability:yuebao:units:${holder}:CNY`;
}

function redemptionsDue(holder: string): string {
  return `fund:liability:yuebao:redemptions-due:${holder}:CNY`;
}

function assetClass(name: string): string {
  return `fund:asset:yuebao:${name}:CNY`;
}

function post(
  state: State,
  what: string,
  line: number,
  date: string,
  legs: readonly (readonly [account: string, amount: bigint])[],
): void {
  const postings = legs
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amount]) => ({ date, account, amount }));
  if (postings.length === 0) return;
  for (const entity of ['platform', 'fund']) {
    const total = sum(postings.filter((p) => p.account.startsWith(`${entity}:`)).map((p) => p.amount));
    if (total !== 0n) throw new Error(`oracle: ${what} of line ${line} does not balance for ${entity}`);
  }
  state.entries.push({ what, line, date, postings });
  for (const { account, amount } of postings) {
    const parts = account.split(':');
    const names = parts.length === 6 ? [account, `${parts.slice(0, 4).join(':')}:*`] : [account];
    for (const name of names) {
      const dates = state.posted.get(name) ?? new Map<string, bigint>();
      dates.set(date, (dates.get(date) ?? 0n) + amount);
      state.posted.set(name, dates);
    }
  }
}

/** debit positive */
function balanceOn(state: State, account: string, date: string): bigint {
  let total = 0n;
  for (const [posted, amount] of state.posted.get(account) ?? []) if (posted <= date) total += amount;
  return total;
}

function isDebitAccount(account: string): boolean {
  return account.split(':')[1] === 'asset' || account.split(':')[1] === 'expense';
}

/** positive on the account's normal side */
function heldOn(state: State, account: string, date: string): bigint {
  const balance = balanceOn(state, account, date);
  return isDebitAccount(account) ? balance : -balance;
}

/** the date itself and every later one on which any of the accounts moves */
function datesFrom(state: State, accounts: readonly string[], date: string): string[] {
  const dates = new Set([date]);
  for (const account of accounts)
    for (const posted of state.posted.get(account)?.keys() ?? []) if (posted > date) dates.add(posted);
  return [...dates];
}

function lowest(state: State, account: string, date: string): bigint {
  const [first, ...others] = datesFrom(state, [account], date).map((d) => heldOn(state, account, d));
  return min(must(first, 'date'), ...others);
}

function highest(state: State, account: string, date: string): bigint {
  const [first, ...others] = datesFrom(state, [account], date).map((d) => heldOn(state, account, d));
  return max(must(first, 'date'), ...others);
}

// ---------------------------------------------------------------------------------------------- commands

type Size = { kind: 'amount'; amount: bigint } | { kind: 'all' } | { kind: 'share'; share: Fraction };

type Command =
  | { command: 'closeDay' }
  | { command: 'changePolicy'; given: Given }
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

const INPUTS = new Map<string, readonly string[]>([
  ['closeDay', []],
  ['changePolicy', ['parameter', 'value', 'from', 'to', 'reason']],
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
]);

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);
}

function parsePositive(value: unknown): bigint | undefined {
  const amount = parseAmount(value);
  return amount === undefined || amount === 0n ? undefined : amount;
}

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

/** the command, or the first code from UNKNOWN_COMMAND to INVALID_INPUT */
function parse(line: Line): Command | string {
  const known = INPUTS.get(line.command);
  if (known === undefined) return 'UNKNOWN_COMMAND';
  const input = line.with;
  if (
    (line.command === 'subscribeFund' || line.command === 'redeemFund') &&
    typeof input.fund === 'string' &&
    input.fund !== 'yuebao'
  ) {
    return 'UNKNOWN_FUND';
  }
  if (line.command === 'contributeCapital' && typeof input.entity === 'string' && input.entity !== 'platform')
    return 'UNKNOWN_ENTITY';
  if (line.command === 'changePolicy' && typeof input.parameter === 'string') {
    const split = splitName(input.parameter);
    if (split === undefined || split.key === '*') return 'UNKNOWN_PARAMETER';
  }
  if (!isDate(line.on) || !Object.keys(input).every((name) => known.includes(name))) return 'INVALID_INPUT';
  return parseInputs(line.command, input) ?? 'INVALID_INPUT';
}

function parseInputs(command: string, input: Record<string, unknown>): Command | undefined {
  const holder = input.holder;
  const payment = input.payment;
  const amount = parsePositive(input.amount);
  switch (command) {
    case 'closeDay':
      return { command };
    case 'changePolicy': {
      const { parameter, value, from, to, reason } = input;
      if (typeof parameter !== 'string' || typeof reason !== 'string' || reason === '') return undefined;
      if (!isDate(from) || (to !== undefined && (!isDate(to) || to < from))) return undefined;
      const split = must(splitName(parameter), 'parameter');
      if (!isValueOf(must(PARAMETERS.get(split.name), 'parameter'), value)) return undefined;
      return { command, given: { ...split, from, to: to ?? FOREVER, value } };
    }
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
  return max(0n, amountOn(state, 'yuebao.holdingCap', date) - highest(state, units(holder), date));
}

function quickRoom(state: State, holder: string, date: string): bigint {
  const used = sum(
    state.redeemed.filter((r) => r.quick && r.holder === holder && r.date === date).map((r) => r.amount),
  );
  return max(0n, amountOn(state, 'yuebao.quickRedemptionLimit', date) - used);
}

function withdrawalFee(state: State, holder: string, amount: bigint, date: string): bigint {
  const rate = rateOn(state, 'payments.withdrawalFeeRate', date);
  if (rate.n === 0n) return 0n;
  const used = sum(state.counted.filter((w) => w.holder === holder).map((w) => w.amount));
  const free = max(0n, amountOn(state, 'payments.withdrawalFreeAllowance', date) - used);
  const above = amount - min(amount, free);
  if (above === 0n) return 0n;
  return max(amountOn(state, 'payments.withdrawalFeeMin', date), halfEven(times(above, rate)));
}

function remaining(payment: Payment): bigint {
  return payment.amount - payment.refunded;
}

/** the merchant's fee that comes back with a refund after the confirmation */
function feeReturned(state: State, payment: Payment, amount: bigint, date: string): bigint {
  const { confirmed } = payment;
  if (confirmed === undefined || !flagOn(state, 'payments.refundReturnsFee', date)) return 0n;
  const due = halfEven(fraction(confirmed.fee * (confirmed.refundedWithFee + amount), confirmed.amount));
  return due - confirmed.feeReturned;
}

/** the amount of a command as it is asked for */
function wanted(state: State, command: Command, date: string): bigint {
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
function firstCode(state: State, command: Command, amount: bigint, on: string): string | undefined {
  const { closed } = state;
  if (closed !== undefined && on <= closed) return 'DAY_CLOSED';
  if (command.command === 'changePolicy' && closed !== undefined && command.given.from <= closed)
    return 'DAY_CLOSED';
  switch (command.command) {
    case 'initiatePayment': {
      const known = state.payments.get(command.payment);
      if (known !== undefined && on < known.latest) return 'BEFORE_LATEST';
      if (command.payer === command.payee) return 'SAME_PARTY';
      if (known !== undefined) return 'PAYMENT_EXISTS';
      if (command.method === 'huabei') return 'CREDIT_LINE_UNKNOWN';
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
    case 'closeDay':
    case 'changePolicy':
    case 'contributeCapital':
    case 'topUp':
    case 'publishRate':
      return undefined;
  }
}

/** in a what-if: the most that a fact that clamps can come to (undefined: it does not clamp) */
function mostPossible(state: State, command: Command, amount: bigint, on: string): bigint | undefined {
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
  const fee = halfEven(times(amount, rateOn(state, 'payments.merchantFeeRate', date, payment.payee)));
  payment.confirmed = { amount, fee, refundedWithFee: 0n, feeReturned: 0n };
  payment.latest = date;
  state.fees.push({ date, amount: fee, swept: false });
  post(state, what, line, date, [
    [ESCROW, amount],
    [wallet(payment.payee), fee - amount],
    [MERCHANT_FEE, -fee],
  ]);
}

function refund(state: State, line: number, payment: Payment, amount: bigint, date: string): void {
  const returned = feeReturned(state, payment, amount, date);
  const legs: [string, bigint][] =
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
      throw new Error('oracle: no huabei');
  }
  post(state, 'refundPayment', line, date, legs);
  payment.refunded += amount;
  payment.latest = date;
  if (payment.confirmed !== undefined && flagOn(state, 'payments.refundReturnsFee', date)) {
    payment.confirmed.refundedWithFee += amount;
    payment.confirmed.feeReturned += returned;
  }
}

function perform(state: State, command: Command, amount: bigint, on: string, line: number): void {
  if (state.earliest === undefined || on < state.earliest) state.earliest = on;
  switch (command.command) {
    case 'closeDay':
      throw new Error('oracle: closeDay is no fact');
    case 'changePolicy':
      state.changes.push(command.given);
      return;
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
      post(state, command.command, line, on, [
        [RESERVE, amount],
        [wallet(command.holder), -amount],
      ]);
      return;
    case 'transfer':
      post(state, command.command, line, on, [
        [wallet(command.from), amount],
        [wallet(command.to), -amount],
      ]);
      return;
    case 'withdraw': {
      const fee = withdrawalFee(state, command.holder, amount, on);
      if (rateOn(state, 'payments.withdrawalFeeRate', on).n > 0n)
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
      const legs: [string, bigint][] = [];
      if (method === 'wallet') legs.push([wallet(payer), amount]);
      if (method === 'card') {
        const cost = halfEven(times(amount, rateOn(state, 'payments.cardCostRate', on)));
        legs.push([RESERVE, amount], [CHANNEL_COST, cost], [CHANNEL_COST_DUE, -cost]);
      }
      if (method === 'yuebao') {
        state.redeemed.push({ holder: payer, date: on, amount, quick: false });
        legs.push([RESERVE, amount], [units(payer), amount], ...takeFromFund(state, on, amount));
      }
      if (escrow) {
        legs.push([ESCROW, -amount]);
      } else {
        const fee = halfEven(times(amount, rateOn(state, 'payments.merchantFeeRate', on, payee)));
        payment.confirmed = { amount, fee, refundedWithFee: 0n, feeReturned: 0n };
        state.fees.push({ date: on, amount: fee, swept: false });
        legs.push([wallet(payee), fee - amount], [MERCHANT_FEE, -fee]);
      }
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

function aYear(amount: bigint, rate: Fraction): Fraction {
  return fraction(amount * rate.n, rate.d * 365n);
}

function close(state: State, day: string, line: number): void {
  const before = addDays(day, -1);

  // First phase: time-outs
  const patience = daysOn(state, 'payments.confirmAfterDays', day);
  for (const payment of state.payments.values()) {
    if (
      payment.confirmed !== undefined ||
      remaining(payment) === 0n ||
      daysFrom(payment.date, day) < patience ||
      payment.date > day
    )
      continue;
    if (payment.latest > day) {
      state.passedOver += 1;
    } else {
      state.timeOuts += 1;
      confirm(state, 'timeOut', line, payment, day);
    }
  }

  // Second phase: the platform's interest
  const interest = accrue(
    state,
    'float',
    aYear(heldOn(state, RESERVE, day), rateOn(state, 'payments.floatRate', day)),
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
    const booked = min(cover, accrue(state, name, aYear(net, rateOn(state, name, day))));
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
  for (const { name, share } of sharesOn(state, 'yuebao.maturingPerDay', day)) {
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
    if (redemption.left > 0n) state.breaches += 1;
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
    const allocation = sharesOn(state, 'yuebao.allocation', day);
    const whole = free + sum(CLASSES.map((name) => heldOn(state, assetClass(name), day)));
    const shortfalls = allocation.map(({ name, share }) => {
      const target = times(whole, share);
      const short = fraction(target.n - heldOn(state, assetClass(name), day) * target.d, target.d);
      return { name, short: short.n > 0n ? short : ZERO };
    });
    const allShort = shortfalls.reduce((a, b) => plus(a, b.short), ZERO);
    const parts = shortfalls.map(({ name, short }, index) => {
      const exact = fraction(free * short.n * allShort.d, short.d * allShort.n);
      return { name, index, amount: floor(exact), rest: fraction(exact.n - floor(exact) * exact.d, exact.d) };
    });
    const missing = Number(free - sum(parts.map((p) => p.amount)));
    const byRest = [...parts].sort((a, b) => {
      const difference = b.rest.n * a.rest.d - a.rest.n * b.rest.d;
      return difference > 0n ? 1 : difference < 0n ? -1 : a.index - b.index;
    });
    for (const part of byRest.slice(0, missing)) part.amount += 1n;
    post(state, 'spread', line, day, [
      [CASH, -free],
      ...parts.map((p): [string, bigint] => [assetClass(p.name), p.amount]),
    ]);
  }

  state.closed = day;
}

// ---------------------------------------------------------------------------------------------- the record

/** what stays in the log: facts with their commands, and closes */
type Logged = { line: number; on: string; command: Command } | { line: number; day: string };

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function nextOpen(state: State): string | undefined {
  return state.closed === undefined ? state.earliest : addDays(state.closed, 1);
}

function makeRecord(
  lines: readonly Line[],
  options: RecordOptions,
): { state: State; refused: [number, string][]; log: Logged[] } {
  const state = emptyState([]);
  const refused: [number, string][] = [];
  const log: Logged[] = [];
  const keys = new Map<string, string>();

  const closeThrough = (last: string, line: number): void => {
    for (let day = nextOpen(state); day !== undefined && day <= last; day = nextOpen(state)) {
      close(state, day, line);
      log.push({ line, day });
    }
  };

  const decide = (line: Line, number: number): string | undefined => {
    const input = canonical([line.on, line.command, line.with]);
    if (line.key !== undefined && keys.has(line.key))
      return keys.get(line.key) === input ? undefined : 'KEY_REUSED';
    const command = parse(line);
    if (typeof command === 'string') return command;
    if (command.command === 'closeDay') {
      if (state.closed !== undefined && line.on <= state.closed) return undefined; // a no-op
      const next = nextOpen(state);
      const fits = state.closed === undefined ? next === undefined || line.on <= next : line.on === next;
      if (!fits) return 'DAY_NOT_NEXT';
      close(state, line.on, number);
      log.push({ line: number, day: line.on });
    } else {
      const amount = wanted(state, command, line.on);
      const code = firstCode(state, command, amount, line.on);
      if (code !== undefined) return code;
      perform(state, command, amount, line.on, number);
      log.push({ line: number, on: line.on, command });
    }
    if (line.key !== undefined) keys.set(line.key, input);
    return undefined;
  };

  lines.forEach((line, index) => {
    const number = index + 1;
    if (options.close === 'daily' && isDate(line.on)) closeThrough(addDays(line.on, -1), number);
    const code = decide(line, number);
    if (code !== undefined) refused.push([number, code]);
  });
  if (options.close === 'daily' && options.closedThrough !== undefined)
    closeThrough(options.closedThrough, lines.length + 1);
  checkBooks(state);
  return { state, refused, log };
}

/** the backing, and nothing below zero that may not be, on every date */
function checkBooks(state: State): void {
  const dates = new Set(state.entries.map((e) => e.date));
  for (const date of dates) {
    const gross = sum(
      state.entries
        .filter(
          (e) =>
            e.date <= date && ['initiatePayment', 'confirmReceipt', 'timeOut', 'withdraw'].includes(e.what),
        )
        .flatMap((e) => e.postings)
        .filter((p) => p.account === MERCHANT_FEE || p.account === WITHDRAWAL_FEE)
        .map((p) => -p.amount),
    );
    const swept = sum(
      state.entries
        .filter((e) => e.date <= date && e.what === 'sweep')
        .flatMap((e) => e.postings)
        .filter((p) => p.account === OWN_CASH)
        .map((p) => p.amount),
    );
    const customers = heldOn(state, WALLETS, date) + heldOn(state, ESCROW, date);
    if (heldOn(state, RESERVE, date) !== customers + gross - swept)
      throw new Error(`oracle: backing fails on ${date}`);
    for (const account of state.posted.keys()) {
      if (account === OWN_CASH || account.endsWith(':*')) continue;
      if (account.split(':')[1] === 'income' || account.split(':')[1] === 'expense') continue;
      if (heldOn(state, account, date) < 0n) throw new Error(`oracle: ${account} is below zero on ${date}`);
    }
  }
}

function outcomeOf(state: State, refused: [number, string][]): Outcome {
  const balances: Record<string, string> = {};
  for (const account of [...state.posted.keys()].filter((a) => !a.endsWith(':*')).sort()) {
    const held = heldOn(state, account, FOREVER);
    if (held !== 0n) balances[account] = decimal(held);
  }
  const months = new Map<string, Map<string, bigint>>();
  for (const { account, date, amount } of state.entries.flatMap((e) => e.postings)) {
    const [entity, kind, segment = ''] = account.split(':');
    if (entity !== 'platform' || kind !== 'income') continue;
    const own = months.get(segment) ?? new Map<string, bigint>();
    own.set(date.slice(0, 7), (own.get(date.slice(0, 7)) ?? 0n) - amount);
    months.set(segment, own);
  }
  const revenue: Record<string, Record<string, string>> = {};
  for (const [segment, own] of [...months].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = [...own].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
    if (shown.length > 0)
      revenue[segment] = Object.fromEntries(shown.map(([month, amount]) => [month, decimal(amount)]));
  }
  return {
    refused,
    balances,
    revenue,
    entries: state.entries,
    closedThrough: state.closed,
    breaches: state.breaches,
    timeOuts: state.timeOuts,
    passedOver: state.passedOver,
  };
}

export function record(lines: readonly Line[], options: RecordOptions): Outcome {
  const { state, refused } = makeRecord(lines, options);
  return outcomeOf(state, refused);
}

// ---------------------------------------------------------------------------------------------- what if

export function whatIf(lines: readonly Line[], options: WhatIfOptions): WhatIf {
  const { refused, log } = makeRecord(lines, options);
  const state = emptyState(parseAssumptions(options.assumptions));
  const divergences: Divergence[] = [];
  let moot = 0;
  for (const logged of log) {
    if ('day' in logged) {
      close(state, logged.day, logged.line);
      continue;
    }
    const { line, on, command } = logged;
    if (
      (command.command === 'confirmReceipt' || command.command === 'refundPayment') &&
      state.skippedPayments.has(command.payment)
    ) {
      divergences.push([line, 'skip', 'DEPENDS_ON_SKIPPED']);
      continue;
    }
    const amount = wanted(state, command, on);
    const code = firstCode(state, command, amount, on);
    if (code === undefined) {
      perform(state, command, amount, on, line);
      continue;
    }
    if (command.command === 'confirmReceipt' && code === 'PAYMENT_CONFIRMED') {
      moot += 1;
      continue;
    }
    const most = mostPossible(state, command, amount, on);
    if (most !== undefined && most > 0n && firstCode(state, command, most, on) === undefined) {
      divergences.push([line, 'clamp', code]);
      perform(state, command, most, on, line);
      continue;
    }
    divergences.push([line, 'skip', code]);
    if (command.command === 'initiatePayment') state.skippedPayments.add(command.payment);
  }
  checkBooks(state);
  return { ...outcomeOf(state, refused), divergences, moot };
}
