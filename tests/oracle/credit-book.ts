/** The list of postings and what it says of balances, and all that the reference of the credit lines remembers beside it. */
import type { Debt, LineName } from './credit-debt.ts';
import type { Fraction, Fractions } from './credit-numbers.ts';
import { max, min, must, NO_FRACTIONS, sum, ZERO } from './credit-numbers.ts';
import type { Given, Policy } from './credit-parameters.ts';
import type { Zhima } from './zhima.ts';

export type Posting = { date: string; account: string; amount: bigint };
export type Entry = { what: string; line: number; date: string; postings: Posting[] };
export type Leg = readonly [account: string, amount: bigint];

export type Method = 'wallet' | 'card' | 'yuebao' | 'huabei';

export type Payment = {
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

/** what a line that lends keeps beside its debts */
export type Lender = {
  /** exact interest of all its debts over all closed days, by part; and what has been booked of it */
  interest: Fractions;
  interestBooked: [bigint, bigint, bigint];
  late: Fraction;
  lateBooked: bigint;
  /** carried fractions of the cost of funding, by source */
  funding: Map<string, Fraction>;
  pools: Map<string, Pool>;
  /** the last scores that it was told */
  scores: Map<string, number>;
  /** sides beyond their limit of leverage */
  beyond: { on: boolean; off: boolean };
};

/** what a pool owes and could not pay, with the carried fractions */
export type Pool = { serviceOwed: bigint; service: Fraction; seniorOwed: bigint; senior: Fraction };

export type State = {
  policy: Policy;
  entries: Entry[];
  /** a cache of the entries: account → date → what was posted on it; `group:*` for all holders together */
  posted: Map<string, Map<string, bigint>>;
  payments: Map<string, Payment>;
  /** what a what-if left out: payments, loans that were not paid out, waivers */
  skipped: Set<string>;
  /** ordinary redemptions, in the log's order */
  redemptions: { holder: string; date: string; left: bigint }[];
  /** everything redeemed, whatever its origin */
  redeemed: { holder: string; date: string; amount: bigint; quick: boolean }[];
  /** withdrawals that count against the allowance */
  counted: { holder: string; amount: bigint }[];
  published: { asset: string; date: string; rate: Fraction }[];
  fees: { date: string; amount: bigint; swept: boolean }[];
  carried: Map<string, Fraction>;
  /** by line and id, in the order in which they came to be */
  debts: Map<string, Debt>;
  lenders: Record<LineName, Lender>;
  zhima: Zhima;
  /** everything that closes and facts of the credit lines did, also what posts nothing */
  happened: { what: string; date: string; line: number; about: string }[];
  breaches: { date: string; what: string }[];
  closed: string | undefined;
  earliest: string | undefined;
};

function emptyLender(): Lender {
  return {
    interest: NO_FRACTIONS,
    interestBooked: [0n, 0n, 0n],
    late: ZERO,
    lateBooked: 0n,
    funding: new Map(),
    pools: new Map(),
    scores: new Map(),
    beyond: { on: false, off: false },
  };
}

export function emptyState(overrides: Given[]): State {
  return {
    policy: { changes: [], overrides },
    entries: [],
    posted: new Map(),
    payments: new Map(),
    skipped: new Set(),
    redemptions: [],
    redeemed: [],
    counted: [],
    published: [],
    fees: [],
    carried: new Map(),
    debts: new Map(),
    lenders: { huabei: emptyLender(), jiebei: emptyLender(), mybank: emptyLender() },
    zhima: { holders: new Map(), scores: new Map(), queries: new Set(), waivers: new Map() },
    happened: [],
    breaches: [],
    closed: undefined,
    earliest: undefined,
  };
}

// ---------------------------------------------------------------------------------------------- accounts

export const RESERVE = 'platform:asset:payments:reserve:CNY';
export const OWN_CASH = 'platform:asset:treasury:own-cash:CNY';
export const CAPITAL = 'platform:equity:treasury:capital:CNY';
export const ESCROW = 'platform:liability:payments:escrow:CNY';
export const MERCHANT_FEE = 'platform:income:payments:merchant-fee:CNY';
export const WITHDRAWAL_FEE = 'platform:income:payments:withdrawal-fee:CNY';
export const WALLETS = 'platform:liability:payments:wallet:*';

export function wallet(holder: string): string {
  return `platform:liability:payments:wallet:${holder}:CNY`;
}

export function units(holder: string): string {
  return `fund:liability:yuebao:units:${holder}:CNY`;
}

// ---------------------------------------------------------------------------------------------- postings

export function post(state: State, what: string, line: number, date: string, legs: readonly Leg[]): void {
  const postings = legs
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amount]) => ({ date, account, amount }));
  if (postings.length === 0) return;
  const entities = new Set(postings.map((p) => p.account.split(':')[0]));
  for (const entity of entities) {
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
export function balanceOn(state: State, account: string, date: string): bigint {
  let total = 0n;
  for (const [posted, amount] of state.posted.get(account) ?? []) if (posted <= date) total += amount;
  return total;
}

function isDebitAccount(account: string): boolean {
  return account.split(':')[1] === 'asset' || account.split(':')[1] === 'expense';
}

/** positive on the account's normal side */
export function heldOn(state: State, account: string, date: string): bigint {
  const balance = balanceOn(state, account, date);
  return isDebitAccount(account) ? balance : -balance;
}

/** the date itself and every later one on which any of the accounts moves */
export function datesFrom(state: State, accounts: readonly string[], date: string): string[] {
  const dates = new Set([date]);
  for (const account of accounts)
    for (const posted of state.posted.get(account)?.keys() ?? []) if (posted > date) dates.add(posted);
  return [...dates];
}

export function lowest(state: State, account: string, date: string): bigint {
  const [first, ...others] = datesFrom(state, [account], date).map((d) => heldOn(state, account, d));
  return min(must(first, 'date'), ...others);
}

export function highest(state: State, account: string, date: string): bigint {
  const [first, ...others] = datesFrom(state, [account], date).map((d) => heldOn(state, account, d));
  return max(must(first, 'date'), ...others);
}

export function happen(state: State, what: string, date: string, line: number, about: string): void {
  state.happened.push({ what, date, line, about });
}
