/** zhima: what it counts, the score and its points, queries, waivers. */
import type { Action, Inputs } from './credit-action.ts';
import type { State } from './credit-book.ts';
import { happen, heldOn, lowest, OWN_CASH, post, RESERVE, units, wallet } from './credit-book.ts';
import type { Fraction } from './credit-numbers.ts';
import {
  dayOfMonth,
  daysFrom,
  floor,
  fraction,
  isId,
  must,
  parsePositive,
  product,
  smaller,
  whole,
} from './credit-numbers.ts';
import { amountOn, COMPONENTS, countOn, ratesOn } from './credit-parameters.ts';

export type Waiver = {
  holder: string;
  partner: string;
  amount: bigint;
  latest: string;
  finished: boolean;
};

export type Counts = {
  /** undefined: not known, and so without a score */
  since: string | undefined;
  payments: number;
  relations: Set<string>;
  kept: number;
  missed: number;
};

export type Score = { score: number; points: number[] };

export type Zhima = {
  holders: Map<string, Counts>;
  scores: Map<string, Score>;
  queries: Set<string>;
  waivers: Map<string, Waiver>;
};

// ---------------------------------------------------------------------------------------------- what is counted

function countsOf(state: State, holder: string): Counts {
  const known = state.zhima.holders.get(holder);
  if (known !== undefined) return known;
  const counts: Counts = { since: undefined, payments: 0, relations: new Set(), kept: 0, missed: 0 };
  state.zhima.holders.set(holder, counts);
  return counts;
}

function know(state: State, holder: string, on: string): Counts {
  const counts = countsOf(state, holder);
  if (counts.since === undefined || on < counts.since) counts.since = on;
  return counts;
}

export function countTopUp(state: State, holder: string, on: string): void {
  know(state, holder, on);
}

export function countTransfer(state: State, from: string, to: string, on: string): void {
  know(state, from, on).relations.add(to);
}

export function countPayment(state: State, payer: string, payee: string, on: string): void {
  const counts = know(state, payer, on);
  counts.payments += 1;
  counts.relations.add(payee);
}

export function countKept(state: State, holder: string): void {
  countsOf(state, holder).kept += 1;
}

export function countMissed(state: State, holder: string): void {
  countsOf(state, holder).missed += 1;
}

// ---------------------------------------------------------------------------------------------- the score

/** how much of a full figure is reached, at least 0 and at most 1; a full figure of zero counts as reached */
function reached(figure: bigint, full: bigint): Fraction {
  if (full === 0n) return whole(1n);
  return figure <= 0n ? whole(0n) : smaller(fraction(figure, full), whole(1n));
}

function scoreOf(state: State, holder: string, counts: Counts, day: string): Score {
  const full = (name: string): bigint => BigInt(countOn(state.policy, `zhima.${name}`, day));
  const { kept, missed } = counts;
  const good = BigInt(kept) + 1n;
  const since = must(counts.since, 'since');
  const assets = heldOn(state, wallet(holder), day) + heldOn(state, units(holder), day);
  const components = new Map<string, Fraction>([
    ['payments', reached(BigInt(counts.payments), full('fullPayments'))],
    [
      'repayment',
      kept === 0 && missed === 0
        ? fraction(1n, 2n)
        : fraction(good, good + full('missedWeight') * BigInt(missed)),
    ],
    ['tenure', reached(BigInt(daysFrom(since, day)), full('fullTenureDays'))],
    ['assets', reached(assets, amountOn(state.policy, 'zhima.fullAssets', day))],
    ['relations', reached(BigInt(counts.relations.size), full('fullRelations'))],
  ]);
  const weights = ratesOn(state.policy, 'zhima.weights', day);
  const points = COMPONENTS.map((name) => {
    const weight = must(weights.get(name), name);
    return Number(floor(product(whole(600n), product(weight, must(components.get(name), name)))));
  });
  return { score: 350 + points.reduce((a, b) => a + b, 0), points };
}

/** the fourth phase of a close */
export function closeZhima(state: State, day: string, line: number): void {
  if (dayOfMonth(day) !== countOn(state.policy, 'zhima.scoreDay', day)) return;
  for (const [holder, counts] of state.zhima.holders) {
    if (counts.since === undefined) continue;
    const score = scoreOf(state, holder, counts, day);
    const before = state.zhima.scores.get(holder);
    if (before !== undefined && String(before.points) === String(score.points)) continue;
    state.zhima.scores.set(holder, score);
    for (const lender of Object.values(state.lenders)) lender.scores.set(holder, score.score);
    happen(state, 'score computed', day, line, holder);
  }
}

// ---------------------------------------------------------------------------------------------- commands

const QUERY_FEE = 'platform:income:zhima:query-fee:CNY';

export const ZHIMA_INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['queryScore', ['query', 'partner', 'holder']],
  ['waiveDeposit', ['waiver', 'holder', 'partner', 'amount']],
  ['returnWaived', ['waiver']],
  ['claimWaived', ['waiver', 'amount']],
];

function queryScore(query: string, partner: string, holder: string): Action {
  return {
    wanted: (state, on) => amountOn(state.policy, 'zhima.queryFee', on),
    code: (state, fee, on) => {
      if (partner === holder) return 'SAME_PARTY';
      if (state.zhima.queries.has(query)) return 'QUERY_EXISTS';
      if (!state.zhima.scores.has(holder)) return 'SCORE_UNKNOWN';
      if (fee > lowest(state, wallet(partner), on)) return 'INSUFFICIENT_FUNDS';
      return undefined;
    },
    perform: (state, fee, on, line) => {
      state.zhima.queries.add(query);
      happen(state, 'queryScore', on, line, query);
      post(state, 'queryScore', line, on, [
        [wallet(partner), fee],
        [RESERVE, -fee],
        [OWN_CASH, fee],
        [QUERY_FEE, -fee],
      ]);
    },
  };
}

function waiveDeposit(waiver: string, holder: string, partner: string, amount: bigint): Action {
  return {
    wanted: () => amount,
    code: (state, _amount, on) => {
      const known = state.zhima.waivers.get(waiver);
      if (known !== undefined && on < known.latest) return 'BEFORE_LATEST';
      if (partner === holder) return 'SAME_PARTY';
      if (known !== undefined) return 'WAIVER_EXISTS';
      const score = state.zhima.scores.get(holder)?.score;
      if (score === undefined) return 'SCORE_UNKNOWN';
      if (score < countOn(state.policy, 'zhima.waiverScore', on)) return 'SCORE_TOO_LOW';
      return undefined;
    },
    perform: (state, _amount, on, line) => {
      state.zhima.waivers.set(waiver, { holder, partner, amount, latest: on, finished: false });
      happen(state, 'waiveDeposit', on, line, waiver);
    },
    begins: `waiver/${waiver}`,
  };
}

/** a return (no amount) or a claim */
function endWaiver(waiver: string, claim: bigint | undefined): Action {
  return {
    wanted: () => claim ?? 0n,
    code: (state, amount, on) => {
      const known = state.zhima.waivers.get(waiver);
      if (known !== undefined && on < known.latest) return 'BEFORE_LATEST';
      if (known === undefined) return 'WAIVER_UNKNOWN';
      if (known.finished) return 'WAIVER_FINISHED';
      if (amount > known.amount) return 'EXCEEDS_DEPOSIT';
      if (amount > lowest(state, wallet(known.holder), on)) return 'INSUFFICIENT_FUNDS';
      return undefined;
    },
    perform: (state, amount, on, line) => {
      const known = must(state.zhima.waivers.get(waiver), 'waiver');
      known.latest = on;
      known.finished = true;
      const what = claim === undefined ? 'returnWaived' : 'claimWaived';
      happen(state, what, on, line, waiver);
      if (claim === undefined) return;
      countMissed(state, known.holder);
      post(state, what, line, on, [
        [wallet(known.holder), amount],
        [wallet(known.partner), -amount],
      ]);
    },
    follows: `waiver/${waiver}`,
  };
}

export function parseZhima(command: string, input: Inputs): Action | undefined {
  const { query, waiver, holder, partner } = input;
  const amount = parsePositive(input.amount);
  switch (command) {
    case 'queryScore':
      return isId(query) && isId(partner) && isId(holder) ? queryScore(query, partner, holder) : undefined;
    case 'waiveDeposit':
      return isId(waiver) && isId(holder) && isId(partner) && amount !== undefined
        ? waiveDeposit(waiver, holder, partner, amount)
        : undefined;
    case 'returnWaived':
      return isId(waiver) ? endWaiver(waiver, undefined) : undefined;
    case 'claimWaived':
      return isId(waiver) && amount !== undefined ? endWaiver(waiver, amount) : undefined;
    default:
      return undefined;
  }
}
