/**
 * A small, slow, obvious reference implementation of interbook, written from its page alone, to be compared with the
 * real system on random histories. Beside it stands as much of treasury and payments as fills and empties wallets; what
 * those do is written once more, as in `first-segments.ts`, whose choices hold here too (G1 to G11, P1, P2, W1 to W3).
 *
 * Everything is recomputed from the list of postings (date, account, amount); debit is positive.
 * "Lowest" means over the given date and every later one.
 *
 * What is here: closeDay; changePolicy and overrides of payments.merchantFeeRate, withdrawalFeeRate, withdrawalFreeAllowance,
 * withdrawalFeeMin and floatRate; contributeCapital, topUp, transfer, withdraw, initiatePayment at once from a wallet
 * (method wallet, escrow false); the five commands of interbook. Any other name is unknown here, whether or not the system
 * has it, so histories name no other; a payment of another kind is an error of the history, not a code.
 *
 * Where the page leaves a choice, this file takes the plainest reading:
 *
 *  I1  What this book sent and what reached it are never one transfer, not even under the same id with the same book:
 *      each has its own life and its own date.
 *  I2  The order of the codes is taken literally: what has become of a transfer is said whatever the date; so BEFORE_LATEST comes only to a
 *      completion or a return of what is on its way, dated before it was sent.
 *  I3  A transfer is known by its ids alone: TRANSFER_EXISTS, TRANSFER_DECLINED, TRANSFER_COMPLETED and TRANSFER_RETURNED come also
 *      where the other inputs are the same as before (only a key makes a line that comes again a no-op), or others.
 *  I4  TRANSFER_COMPLETED and TRANSFER_RETURNED name the end that the transfer came to, not the one that is asked for.
 *  I5  TRANSFER_UNKNOWN also for what reached this book and was not sent by it.
 *  I6  `reason` is required: a text that is not empty, of any length.
 *  I7  `book` is any id. A book doesn't know its own name here, so a transfer to itself is one like any other.
 *  I8  A declined transfer posts nothing and has no entry, but is a fact: it sets the earliest date.
 *  I9  amount is an amount: no `all`, no share. `from` of a receiveTransfer or declineTransfer and `to` of a sendTransfer are checked as
 *      ids and recorded, no more: they name no wallet here, and no posting. So are `to` and amount of a declineTransfer.
 *  I10 Interest on the float is on the reserve alone: what is set aside earns nothing.
 *  I11 Withdrawal allowance and fees know nothing of transfers between books.
 *  I12 In a what-if sendTransfer is skipped, never clamped. Nothing here is moot, and nothing is injected; so arrivals and declines always
 *      fit, and a completion or return is skipped only with its transfer (DEPENDS_ON_SKIPPED, asked before any other code).
 */
import type {
  Divergence,
  Entry,
  Line,
  Outcome,
  RecordOptions,
  WhatIf,
  WhatIfOptions,
} from './first-segments.ts';
import { addDays, isDate } from './first-segments.ts';

// ---------------------------------------------------------------------------------------------- numbers

type Fraction = { n: bigint; d: bigint };

const ZERO: Fraction = { n: 0n, d: 1n };

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** of numbers that are not negative */
function fraction(n: bigint, d: bigint): Fraction {
  const g = gcd(n, d);
  return { n: n / g, d: d / g };
}

function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

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

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
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

function parseRate(text: unknown, yearly: boolean): Fraction | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d+))?%(\/year)?$/.exec(text);
  if (match === null || (match[3] !== undefined && !yearly)) return undefined;
  const decimals = match[2] ?? '';
  const rate = fraction(BigInt((match[1] ?? '0') + decimals), 100n * 10n ** BigInt(decimals.length));
  return rate.n > rate.d ? undefined : rate;
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`oracle: no ${what}`);
  return value;
}

// ---------------------------------------------------------------------------------------------- parameters

type Kind = 'share' | 'rate a year' | 'amount';

type Parameter = { kind: Kind; keyed: boolean; defaults: [from: string, value: string][] };

const ALWAYS = '0000-01-01';
const FOREVER = '9999-12-31';

const PARAMETERS = new Map<string, Parameter>([
  ['payments.merchantFeeRate', { kind: 'share', keyed: true, defaults: [[ALWAYS, '0.6%']] }],
  [
    'payments.withdrawalFeeRate',
    {
      kind: 'share',
      keyed: false,
      defaults: [
        [ALWAYS, '0%'],
        ['2016-10-12', '0.1%'],
      ],
    },
  ],
  [
    'payments.withdrawalFreeAllowance',
    { kind: 'amount', keyed: false, defaults: [[ALWAYS, '20000.00 CNY']] },
  ],
  ['payments.withdrawalFeeMin', { kind: 'amount', keyed: false, defaults: [[ALWAYS, '0.10 CNY']] }],
  [
    'payments.floatRate',
    {
      kind: 'rate a year',
      keyed: false,
      defaults: [
        [ALWAYS, '2%'],
        ['2019-01-14', '0%'],
      ],
    },
  ],
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);
}

function isValueOf(parameter: Parameter, value: unknown): boolean {
  return parameter.kind === 'amount'
    ? parseAmount(value) !== undefined
    : parseRate(value, parameter.kind === 'rate a year') !== undefined;
}

/** a value on the dates from..to; `key` undefined: the plain name; '*': every key */
type Given = { name: string; key: string | undefined; from: string; to: string; value: unknown };

/** `payments.merchantFeeRate[merchant-1]` → name and key; undefined if there is no such parameter */
function splitName(text: string): { name: string; key: string | undefined } | undefined {
  const match = /^([^[\]]+)(?:\[([^[\]]+)\])?$/.exec(text);
  const name = match?.[1] ?? '';
  const key = match?.[2];
  const parameter = PARAMETERS.get(name);
  if (parameter === undefined) return undefined;
  if (key !== undefined && (!parameter.keyed || (key !== '*' && !isId(key)))) return undefined;
  return { name, key };
}

function parseAssumptions(assumptions: Record<string, unknown>): Given[] {
  return Object.entries(assumptions).flatMap(([text, content]) => {
    const split = must(splitName(text), `parameter ${text}`);
    const own: [string, unknown][] = isObject(content) ? Object.entries(content) : [[ALWAYS, content]];
    return own.map(([when, value]): Given => {
      const [from = '', to = FOREVER] = when.split('..');
      if (!isDate(from) || !isDate(to) || to < from) throw new Error(`bad date ${when}`);
      if (!isValueOf(must(PARAMETERS.get(split.name), text), value)) throw new Error(`bad value of ${text}`);
      return { ...split, from, to, value };
    });
  });
}

/** in one file of assumptions: a range stands before a value given from a date; of those, the latest date */
function overrideOn(state: State, name: string, key: string | undefined, date: string): Given | undefined {
  const covering = state.overrides.filter(
    (g) => g.name === name && g.key === key && g.from <= date && date <= g.to,
  );
  const latestFirst = [...covering].sort((a, b) => (a.from > b.from ? -1 : 1));
  return covering.find((g) => g.to !== FOREVER) ?? latestFirst[0];
}

/** of recorded changes: the last recorded one that covers the date */
function changeOn(state: State, name: string, key: string | undefined, date: string): Given | undefined {
  return state.changes.findLast((g) => g.name === name && g.key === key && g.from <= date && date <= g.to);
}

function valueOn(state: State, name: string, date: string, key?: string): unknown {
  const ofKey =
    key === undefined
      ? undefined
      : (overrideOn(state, name, key, date) ??
        overrideOn(state, name, '*', date) ??
        changeOn(state, name, key, date));
  const given = ofKey ?? overrideOn(state, name, undefined, date) ?? changeOn(state, name, undefined, date);
  if (given !== undefined) return given.value;
  return PARAMETERS.get(name)?.defaults.findLast(([from]) => from <= date)?.[1];
}

function rateOn(state: State, name: string, date: string, key?: string): Fraction {
  return must(parseRate(valueOn(state, name, date, key), true), name);
}

function amountOn(state: State, name: string, date: string): bigint {
  return must(parseAmount(valueOn(state, name, date)), name);
}

// ---------------------------------------------------------------------------------------------- state

/** a transfer that this book sent */
type Sent = {
  book: string;
  from: string;
  amount: bigint;
  latest: string;
  end: 'none' | 'completed' | 'returned';
};

/** a transfer that reached this book */
type Reached = { declined: boolean };

type State = {
  entries: Entry[];
  /** a cache of the entries: account → what was posted on it, in the log's order */
  posted: Map<string, { date: string; amount: bigint }[]>;
  /** by the transfer's id */
  sent: Map<string, Sent>;
  /** by the id of the book that it comes from and the transfer's */
  reached: Map<string, Reached>;
  /** in a what-if: sent in the base, not here */
  skipped: Set<string>;
  /** payments at once: id → date */
  payments: Map<string, string>;
  /** withdrawals that count against the allowance */
  counted: { holder: string; amount: bigint }[];
  fees: { date: string; amount: bigint; swept: boolean }[];
  /** what is left of the interest on the float */
  carried: Fraction;
  changes: Given[];
  overrides: Given[];
  closed: string | undefined;
  earliest: string | undefined;
};

function emptyState(overrides: Given[]): State {
  return {
    entries: [],
    posted: new Map(),
    sent: new Map(),
    reached: new Map(),
    skipped: new Set(),
    payments: new Map(),
    counted: [],
    fees: [],
    carried: ZERO,
    changes: [],
    overrides,
    closed: undefined,
    earliest: undefined,
  };
}

const RESERVE = 'platform:asset:payments:reserve:CNY';
const OWN_CASH = 'platform:asset:treasury:own-cash:CNY';
const CAPITAL = 'platform:equity:treasury:capital:CNY';
const MERCHANT_FEE = 'platform:income:payments:merchant-fee:CNY';
const WITHDRAWAL_FEE = 'platform:income:payments:withdrawal-fee:CNY';
const FLOAT_INTEREST = 'platform:income:payments:float-interest:CNY';
const SET_ASIDE = 'platform:asset:interbook:set-aside:CNY';

const WALLETS = 'platform:liability:payments:wallet:';
const IN_TRANSIT = 'platform:liability:interbook:in-transit:';

function wallet(holder: string): string {
  return `${WALLETS}${holder}:CNY`;
}

function inTransit(book: string): string {
  return `${IN_TRANSIT}${book}:CNY`;
}

/** book and transfer together (no id has a space) */
function reachedAs(command: { book: string; transfer: string }): string {
  return `${command.book} ${command.transfer}`;
}

/** positive on the account's normal side */
function heldOn(state: State, account: string, date: string): bigint {
  const moves = (state.posted.get(account) ?? []).filter((move) => move.date <= date);
  const balance = sum(moves.map((move) => move.amount));
  return account.split(':')[1] === 'asset' ? balance : -balance;
}

/** all the accounts that begin so, together */
function allHeldOn(state: State, beginning: string, date: string): bigint {
  const accounts = [...state.posted.keys()].filter((account) => account.startsWith(beginning));
  return sum(accounts.map((account) => heldOn(state, account, date)));
}

/** the least that an account holds on the date or on a later one */
function lowest(state: State, account: string, date: string): bigint {
  const later = (state.posted.get(account) ?? []).map((move) => move.date).filter((d) => d > date);
  return [...new Set(later)]
    .map((d) => heldOn(state, account, d))
    .reduce((a, b) => min(a, b), heldOn(state, account, date));
}

function mayBeBelowZero(account: string): boolean {
  const kind = account.split(':')[1];
  return account === OWN_CASH || (kind !== 'asset' && kind !== 'liability');
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
  const total = (fits: (account: string) => boolean): bigint =>
    sum(postings.filter((p) => fits(p.account)).map((p) => p.amount));
  if (total(() => true) !== 0n) throw new Error(`oracle: ${what} of line ${line} does not balance`);
  if (total((a) => a === SET_ASIDE || a.startsWith(IN_TRANSIT)) !== 0n)
    throw new Error(`oracle: ${what} of line ${line} sets aside what is not in transit`);
  state.entries.push({ what, line, date, postings });
  for (const { account, amount } of postings)
    state.posted.set(account, [...(state.posted.get(account) ?? []), { date, amount }]);
  for (const { account } of postings)
    if (!mayBeBelowZero(account) && lowest(state, account, date) < 0n)
      throw new Error(`oracle: ${what} of line ${line} leaves ${account} below zero`);
}

// ---------------------------------------------------------------------------------------------- commands

type Size = { kind: 'amount'; amount: bigint } | { kind: 'all' } | { kind: 'share'; share: Fraction };

type Command =
  | { command: 'closeDay' }
  | { command: 'changePolicy'; given: Given }
  | { command: 'contributeCapital'; amount: bigint }
  | { command: 'topUp'; holder: string; amount: bigint }
  | { command: 'transfer'; from: string; to: string; amount: bigint }
  | { command: 'withdraw'; holder: string; size: Size }
  | { command: 'initiatePayment'; payment: string; payer: string; payee: string; amount: bigint }
  | { command: 'sendTransfer'; transfer: string; from: string; book: string; amount: bigint }
  | { command: 'receiveTransfer'; transfer: string; book: string; to: string; amount: bigint }
  | { command: 'declineTransfer'; transfer: string; book: string }
  | { command: 'completeTransfer' | 'returnTransfer'; transfer: string };

const INPUTS = new Map<string, readonly string[]>([
  ['closeDay', []],
  ['changePolicy', ['parameter', 'value', 'from', 'to', 'reason']],
  ['contributeCapital', ['entity', 'amount']],
  ['topUp', ['holder', 'amount']],
  ['transfer', ['from', 'to', 'amount']],
  ['withdraw', ['holder', 'amount']],
  ['initiatePayment', ['payment', 'payer', 'payee', 'amount', 'method', 'escrow']],
  ['sendTransfer', ['transfer', 'from', 'book', 'to', 'amount']],
  ['receiveTransfer', ['transfer', 'book', 'from', 'to', 'amount']],
  ['declineTransfer', ['transfer', 'book', 'from', 'to', 'amount', 'reason']],
  ['completeTransfer', ['transfer']],
  ['returnTransfer', ['transfer', 'reason']],
]);

function parsePositive(value: unknown): bigint | undefined {
  const amount = parseAmount(value);
  return amount === 0n ? undefined : amount;
}

function parseSize(value: unknown): Size | undefined {
  if (value === 'all') return { kind: 'all' };
  const share = parseRate(value, false);
  if (share !== undefined) return { kind: 'share', share };
  const amount = parsePositive(value);
  return amount === undefined ? undefined : { kind: 'amount', amount };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** the command, or the first code from UNKNOWN_COMMAND to INVALID_INPUT */
function parse(line: Line): Command | string {
  const known = INPUTS.get(line.command);
  if (known === undefined) return 'UNKNOWN_COMMAND';
  const { entity, parameter } = line.with;
  if (line.command === 'contributeCapital' && typeof entity === 'string' && entity !== 'platform')
    return 'UNKNOWN_ENTITY';
  if (line.command === 'changePolicy' && typeof parameter === 'string') {
    const split = splitName(parameter);
    if (split === undefined || split.key === '*') return 'UNKNOWN_PARAMETER';
  }
  if (!isDate(line.on) || !Object.keys(line.with).every((name) => known.includes(name)))
    return 'INVALID_INPUT';
  return parseOfBook(line.command, line.with) ?? parseOfTransfer(line.command, line.with) ?? 'INVALID_INPUT';
}

function parseGiven(input: Record<string, unknown>): Given | undefined {
  const { parameter, value, from, to, reason } = input;
  if (typeof parameter !== 'string' || !isText(reason)) return undefined;
  if (!isDate(from) || (to !== undefined && (!isDate(to) || to < from))) return undefined;
  const split = must(splitName(parameter), 'parameter');
  if (!isValueOf(must(PARAMETERS.get(split.name), 'parameter'), value)) return undefined;
  return { ...split, from, to: to ?? FOREVER, value };
}

function parseOfBook(command: string, input: Record<string, unknown>): Command | undefined {
  const { entity, holder, from, to, amount: asked } = input;
  const amount = parsePositive(asked);
  switch (command) {
    case 'closeDay':
      return { command };
    case 'changePolicy': {
      const given = parseGiven(input);
      return given === undefined ? undefined : { command, given };
    }
    case 'contributeCapital':
      return entity === 'platform' && amount !== undefined ? { command, amount } : undefined;
    case 'topUp':
      return isId(holder) && amount !== undefined ? { command, holder, amount } : undefined;
    case 'transfer':
      return isId(from) && isId(to) && amount !== undefined ? { command, from, to, amount } : undefined;
    case 'withdraw': {
      const size = parseSize(asked);
      return isId(holder) && size !== undefined ? { command, holder, size } : undefined;
    }
    case 'initiatePayment': {
      const { payment, payer, payee, method, escrow } = input;
      if (!isId(payment) || !isId(payer) || !isId(payee) || amount === undefined) return undefined;
      if (method !== 'wallet' || escrow !== false) throw new Error('oracle: a payment of another kind');
      return { command, payment, payer, payee, amount };
    }
    default:
      return undefined;
  }
}

function parseOfTransfer(command: string, input: Record<string, unknown>): Command | undefined {
  const { transfer, book, from, to, amount: asked, reason } = input;
  if (!isId(transfer)) return undefined;
  if (command === 'completeTransfer') return { command, transfer };
  if (command === 'returnTransfer') return isText(reason) ? { command, transfer } : undefined;
  const amount = parsePositive(asked);
  if (!isId(book) || !isId(from) || !isId(to) || amount === undefined) return undefined;
  switch (command) {
    case 'sendTransfer':
      return { command, transfer, from, book, amount };
    case 'receiveTransfer':
      return { command, transfer, book, to, amount };
    case 'declineTransfer':
      return isText(reason) ? { command, transfer, book } : undefined;
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- what things come to

function withdrawalFee(state: State, holder: string, amount: bigint, date: string): bigint {
  const rate = rateOn(state, 'payments.withdrawalFeeRate', date);
  if (rate.n === 0n) return 0n;
  const used = sum(state.counted.filter((w) => w.holder === holder).map((w) => w.amount));
  const free = max(0n, amountOn(state, 'payments.withdrawalFreeAllowance', date) - used);
  const above = max(0n, amount - free);
  if (above === 0n) return 0n;
  return max(amountOn(state, 'payments.withdrawalFeeMin', date), halfEven(times(above, rate)));
}

/** the amount of a command as it is asked for */
function wanted(state: State, command: Command, date: string): bigint {
  if (command.command === 'withdraw') {
    const { size } = command;
    if (size.kind === 'amount') return size.amount;
    const held = lowest(state, wallet(command.holder), date);
    return size.kind === 'all' ? held : (held * size.share.n) / size.share.d;
  }
  return 'amount' in command ? command.amount : 0n;
}

function codeOfWallet(state: State, holder: string, amount: bigint, on: string): string | undefined {
  return amount > lowest(state, wallet(holder), on) ? 'INSUFFICIENT_FUNDS' : undefined;
}

/** in the book that a transfer leaves */
function codeOfSent(known: Sent | undefined, step: 'send' | 'end', on: string): string | undefined {
  if (known === undefined) return step === 'send' ? undefined : 'TRANSFER_UNKNOWN';
  if (step === 'send') return 'TRANSFER_EXISTS';
  if (known.end === 'completed') return 'TRANSFER_COMPLETED';
  if (known.end === 'returned') return 'TRANSFER_RETURNED';
  return on < known.latest ? 'BEFORE_LATEST' : undefined;
}

/** in the book that it goes to */
function codeOfReached(known: Reached | undefined): string | undefined {
  if (known === undefined) return undefined;
  return known.declined ? 'TRANSFER_DECLINED' : 'TRANSFER_EXISTS';
}

/** the first code, from DAY_CLOSED on, that applies to the command with this amount */
function firstCode(state: State, command: Command, amount: bigint, on: string): string | undefined {
  const { closed } = state;
  if (closed !== undefined && on <= closed) return 'DAY_CLOSED';
  switch (command.command) {
    case 'changePolicy':
      return closed !== undefined && command.given.from <= closed ? 'DAY_CLOSED' : undefined;
    case 'transfer':
      if (command.from === command.to) return 'SAME_PARTY';
      return codeOfWallet(state, command.from, amount, on);
    case 'withdraw':
      if (amount === 0n) return 'NOTHING_TO_DO';
      if (codeOfWallet(state, command.holder, amount, on) !== undefined) return 'INSUFFICIENT_FUNDS';
      return amount <= withdrawalFee(state, command.holder, amount, on) ? 'AMOUNT_NOT_ABOVE_FEE' : undefined;
    case 'initiatePayment': {
      const known = state.payments.get(command.payment);
      if (known !== undefined && on < known) return 'BEFORE_LATEST';
      if (command.payer === command.payee) return 'SAME_PARTY';
      if (known !== undefined) return 'PAYMENT_EXISTS';
      return codeOfWallet(state, command.payer, amount, on);
    }
    case 'sendTransfer': {
      const code = codeOfSent(state.sent.get(command.transfer), 'send', on);
      return code ?? codeOfWallet(state, command.from, amount, on);
    }
    case 'receiveTransfer':
    case 'declineTransfer':
      return codeOfReached(state.reached.get(reachedAs(command)));
    case 'completeTransfer':
    case 'returnTransfer':
      return codeOfSent(state.sent.get(command.transfer), 'end', on);
    case 'closeDay':
    case 'contributeCapital':
    case 'topUp':
      return undefined;
  }
}

// ---------------------------------------------------------------------------------------------- doing it

function perform(state: State, command: Command, amount: bigint, on: string, line: number): void {
  if (state.earliest === undefined || on < state.earliest) state.earliest = on;
  const what = command.command;
  switch (command.command) {
    case 'closeDay':
      throw new Error('oracle: closeDay is no fact');
    case 'changePolicy':
      state.changes.push(command.given);
      return;
    case 'contributeCapital':
      post(state, what, line, on, [
        [OWN_CASH, amount],
        [CAPITAL, -amount],
      ]);
      return;
    case 'topUp':
      post(state, what, line, on, [
        [RESERVE, amount],
        [wallet(command.holder), -amount],
      ]);
      return;
    case 'transfer':
      post(state, what, line, on, [
        [wallet(command.from), amount],
        [wallet(command.to), -amount],
      ]);
      return;
    case 'withdraw': {
      const fee = withdrawalFee(state, command.holder, amount, on);
      if (rateOn(state, 'payments.withdrawalFeeRate', on).n > 0n)
        state.counted.push({ holder: command.holder, amount });
      state.fees.push({ date: on, amount: fee, swept: false });
      post(state, what, line, on, [
        [wallet(command.holder), amount],
        [RESERVE, fee - amount],
        [WITHDRAWAL_FEE, -fee],
      ]);
      return;
    }
    case 'initiatePayment': {
      const fee = halfEven(times(amount, rateOn(state, 'payments.merchantFeeRate', on, command.payee)));
      state.payments.set(command.payment, on);
      state.fees.push({ date: on, amount: fee, swept: false });
      post(state, what, line, on, [
        [wallet(command.payer), amount],
        [wallet(command.payee), fee - amount],
        [MERCHANT_FEE, -fee],
      ]);
      return;
    }
    case 'sendTransfer': {
      const { transfer, book, from } = command;
      state.sent.set(transfer, { book, from, amount, latest: on, end: 'none' });
      post(state, what, line, on, [
        [wallet(from), amount],
        [RESERVE, -amount],
        [SET_ASIDE, amount],
        [inTransit(book), -amount],
      ]);
      return;
    }
    case 'receiveTransfer':
      state.reached.set(reachedAs(command), { declined: false });
      post(state, what, line, on, [
        [RESERVE, amount],
        [wallet(command.to), -amount],
      ]);
      return;
    case 'declineTransfer':
      state.reached.set(reachedAs(command), { declined: true });
      return;
    case 'completeTransfer': {
      const sent = must(state.sent.get(command.transfer), 'transfer');
      sent.latest = on;
      sent.end = 'completed';
      post(state, what, line, on, [
        [inTransit(sent.book), sent.amount],
        [SET_ASIDE, -sent.amount],
      ]);
      return;
    }
    case 'returnTransfer': {
      const sent = must(state.sent.get(command.transfer), 'transfer');
      sent.latest = on;
      sent.end = 'returned';
      post(state, what, line, on, [
        [inTransit(sent.book), sent.amount],
        [SET_ASIDE, -sent.amount],
        [RESERVE, sent.amount],
        [wallet(sent.from), -sent.amount],
      ]);
      return;
    }
  }
}

/** interest on the float, then the sweep of fees; nothing of interbook */
function close(state: State, day: string, line: number): void {
  const rate = rateOn(state, 'payments.floatRate', day);
  const exact = plus(state.carried, fraction(heldOn(state, RESERVE, day) * rate.n, rate.d * 365n));
  const interest = exact.n / exact.d;
  state.carried = fraction(exact.n - interest * exact.d, exact.d);
  post(state, 'floatInterest', line, day, [
    [OWN_CASH, interest],
    [FLOAT_INTEREST, -interest],
  ]);
  const unswept = state.fees.filter((f) => !f.swept && f.date <= day);
  const swept = sum(unswept.map((f) => f.amount));
  for (const one of unswept) one.swept = true;
  post(state, 'sweep', line, day, [
    [OWN_CASH, swept],
    [RESERVE, -swept],
  ]);
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

  const closeOn = (day: string, line: number): string | undefined => {
    const next = nextOpen(state);
    if (state.closed !== undefined && day <= state.closed) return undefined; // a no-op
    if (next !== undefined && (state.closed === undefined ? day > next : day !== next)) return 'DAY_NOT_NEXT';
    close(state, day, line);
    log.push({ line, day });
    return undefined;
  };

  const act = (command: Command, on: string, line: number): string | undefined => {
    const amount = wanted(state, command, on);
    const code = firstCode(state, command, amount, on);
    if (code !== undefined) return code;
    perform(state, command, amount, on, line);
    log.push({ line, on, command });
    return undefined;
  };

  const decide = (line: Line, number: number): string | undefined => {
    const input = canonical([line.on, line.command, line.with]);
    if (line.key !== undefined && keys.has(line.key))
      return keys.get(line.key) === input ? undefined : 'KEY_REUSED';
    const command = parse(line);
    if (typeof command === 'string') return command;
    const code = command.command === 'closeDay' ? closeOn(line.on, number) : act(command, line.on, number);
    if (code !== undefined) return code;
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

/** on every date: the backing, what is set aside, and that no transfer lies anywhere but where its life has come to */
function checkBooks(state: State): void {
  for (const date of new Set(state.entries.map((e) => e.date))) {
    const postings = state.entries.filter((e) => e.date <= date).flatMap((e) => e.postings);
    const fees = postings.filter((p) => p.account === MERCHANT_FEE || p.account === WITHDRAWAL_FEE);
    const sweeps = state.entries.filter((e) => e.what === 'sweep' && e.date <= date);
    const swept = sum(sweeps.flatMap((e) => e.postings).map((p) => (p.account === OWN_CASH ? p.amount : 0n)));
    const unswept = -sum(fees.map((p) => p.amount)) - swept;
    if (heldOn(state, RESERVE, date) !== allHeldOn(state, WALLETS, date) + unswept)
      throw new Error(`oracle: backing fails on ${date}`);
    if (heldOn(state, SET_ASIDE, date) !== allHeldOn(state, IN_TRANSIT, date))
      throw new Error(`oracle: set aside and in transit differ on ${date}`);
  }
  const books = new Set([...state.sent.values()].map((t) => t.book));
  for (const book of books) {
    const open = [...state.sent.values()].filter((t) => t.book === book && t.end === 'none');
    if (heldOn(state, inTransit(book), FOREVER) !== sum(open.map((t) => t.amount)))
      throw new Error(`oracle: in transit to ${book} is not what is on its way`);
  }
}

function outcomeOf(state: State, refused: [number, string][]): Outcome {
  const balances: Record<string, string> = {};
  for (const account of [...state.posted.keys()].sort()) {
    const held = heldOn(state, account, FOREVER);
    if (held !== 0n) balances[account] = decimal(held);
  }
  const earned = state.entries
    .flatMap((e) => e.postings)
    .filter((p) => p.account.startsWith('platform:income:'))
    .map((p) => ({ segment: p.account.split(':')[2] ?? '', month: p.date.slice(0, 7), amount: -p.amount }));
  const revenue: Record<string, Record<string, string>> = {};
  for (const segment of [...new Set(earned.map((e) => e.segment))].sort()) {
    const own = earned.filter((e) => e.segment === segment);
    const months: Record<string, string> = {};
    for (const month of [...new Set(own.map((e) => e.month))].sort()) {
      const total = sum(own.filter((e) => e.month === month).map((e) => e.amount));
      if (total !== 0n) months[month] = decimal(total);
    }
    if (Object.keys(months).length > 0) revenue[segment] = months;
  }
  return {
    refused,
    balances,
    revenue,
    entries: state.entries,
    closedThrough: state.closed,
    // what these count is not here
    breaches: 0,
    timeOuts: 0,
    passedOver: 0,
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
  for (const logged of log) {
    if ('day' in logged) {
      close(state, logged.day, logged.line);
      continue;
    }
    const { line, on, command } = logged;
    if (
      (command.command === 'completeTransfer' || command.command === 'returnTransfer') &&
      state.skipped.has(command.transfer)
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
    if (command.command === 'withdraw') {
      const most = min(amount, lowest(state, wallet(command.holder), on));
      if (firstCode(state, command, most, on) === undefined) {
        divergences.push([line, 'clamp', code]);
        perform(state, command, most, on, line);
        continue;
      }
    }
    divergences.push([line, 'skip', code]);
    if (command.command === 'sendTransfer') state.skipped.add(command.transfer);
  }
  checkBooks(state);
  return { ...outcomeOf(state, refused), divergences, moot: 0 };
}
