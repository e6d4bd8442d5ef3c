/** jiebei and mybank: applications, schedules, loans, advances and pledges. */
import type { Action, Inputs } from './credit-action.ts';
import type { State } from './credit-book.ts';
import { happen, lowest, post, RESERVE, wallet } from './credit-book.ts';
import type { AdvanceKind, Debt, Loan, LoanMethod } from './credit-debt.ts';
import {
  arrearsSince,
  charge,
  choices,
  debtAt,
  drawLegs,
  dueOf,
  endArrears,
  interestAccount,
  keyOf,
  newDebt,
  noteVehicle,
  owedOf,
  pay,
  paymentLegs,
  principalAccount,
  principalOf,
  recover,
  splitDraw,
  writeOff,
} from './credit-debt.ts';
import { tierOf } from './credit-huabei.ts';
import type { Fraction, Parts } from './credit-numbers.ts';
import {
  addMonths,
  addParts,
  daysFrom,
  floor,
  halfEven,
  isDate,
  isId,
  max,
  min,
  minus,
  must,
  NO_PARTS,
  parsePositive,
  parseWhole,
  plus,
  quotient,
  sum,
  sumOf,
  times,
  whole,
  ZERO,
} from './credit-numbers.ts';
import { amountOn, amountsOn, countOn, idOn, rateOn, ratesOn } from './credit-parameters.ts';
import { countKept } from './zhima.ts';

type Product = 'jiebei' | 'mybank';

export function loanOf(debt: Debt): Loan {
  return must(debt.loan, 'loan');
}

function advanceOf(debt: Debt): NonNullable<Loan['advance']> {
  return must(loanOf(debt).advance, 'advance');
}

function keep(state: State, debt: Debt, on: string): void {
  debt.latest = on;
  noteVehicle(debt, on);
  state.debts.set(keyOf(debt.line, debt.id), debt);
}

// ---------------------------------------------------------------------------------------------- the schedule

/** the level payment of an annuity */
export function levelOf(principal: bigint, rate: Fraction, periods: readonly number[]): bigint {
  let discount: Fraction = whole(1n);
  let all: Fraction = ZERO;
  for (const days of periods) {
    discount = quotient(discount, plus(whole(1n), times(BigInt(days), rate)));
    all = plus(all, discount);
  }
  return halfEven(quotient(whole(principal), all));
}

export function schedule(
  principal: bigint,
  term: number,
  method: LoanMethod,
  start: string,
  rate: Fraction,
): Loan['planned'] {
  if (method === 'bullet') return [{ date: addMonths(start, term), principal }];
  const dates = Array.from({ length: term }, (_, k) => addMonths(start, k + 1));
  const periods = dates.map((date, k) => daysFrom(dates[k - 1] ?? start, date));
  const level = method === 'annuity' ? levelOf(principal, rate, periods) : 0n;
  let left = principal;
  let carried = ZERO;
  return dates.map((date, k) => {
    const exact = plus(carried, times(left * BigInt(periods[k] ?? 0), rate));
    const interest = floor(exact);
    carried = minus(exact, whole(interest));
    let part: bigint;
    if (k === term - 1) part = left;
    else if (method === 'equal-principal') part = principal / BigInt(term);
    else if (method === 'interest-only') part = 0n;
    else part = min(left, max(0n, level - interest));
    left -= part;
    return { date, principal: part };
  });
}

// ---------------------------------------------------------------------------------------------- applications

/** what some loans have outstanding, and approved and not paid out */
function exposure(state: State, line: Product, counts: (debt: Debt) => boolean): bigint {
  return sum(
    [...state.debts.values()]
      .filter((debt) => debt.line === line && counts(debt))
      .map((debt) => {
        if (debt.begun) return principalOf(debt);
        return loanOf(debt).decision === 'approved' ? loanOf(debt).asked : 0n;
      }),
  );
}

/** BEFORE_LATEST of a loan that is there */
function isBefore(state: State, line: Product, id: string, on: string): boolean {
  const known = state.debts.get(keyOf(line, id));
  return known !== undefined && on < known.latest;
}

function apply(state: State, line: Product, id: string, holder: string, loan: Loan, on: string): void {
  const debt = newDebt(line, id, holder, on);
  debt.loan = loan;
  keep(state, debt, on);
}

function applyForLoan(
  line: Product,
  id: string,
  holder: string,
  asked: bigint,
  term: number,
  method: LoanMethod,
): Action {
  return {
    wanted: () => asked,
    code: (state, _amount, on) => {
      if (isBefore(state, line, id, on)) return 'BEFORE_LATEST';
      return state.debts.has(keyOf(line, id)) ? 'LOAN_EXISTS' : undefined;
    },
    perform: (state, _amount, on, at) => {
      const tier = tierOf(state, line, holder);
      const limit = must(amountsOn(state.policy, `${line}.limits`, on).get(tier), 'limit');
      const price = must(ratesOn(state.policy, `${line}.prices`, on).get(tier), 'price');
      const before = exposure(
        state,
        line,
        (debt) => debt.holder === holder && loanOf(debt).advance === undefined,
      );
      const decision = limit === 0n ? 'score' : before + asked > limit ? 'limit' : 'approved';
      apply(
        state,
        line,
        id,
        holder,
        { asked, term, method, price, decision, planned: [], advance: undefined },
        on,
      );
      happen(state, `${line} applyForLoan ${decision}`, on, at, id);
    },
  };
}

type AdvanceAsked = {
  kind: AdvanceKind;
  holder: string;
  core: string;
  value: bigint;
  principal: bigint;
  dueOn: string;
};

function applyForAdvance(id: string, { kind, holder, core, value, principal, dueOn }: AdvanceAsked): Action {
  return {
    wanted: () => principal,
    code: (state, _amount, on) => {
      if (isBefore(state, 'mybank', id, on)) return 'BEFORE_LATEST';
      if (holder === core) return 'SAME_PARTY';
      return state.debts.has(keyOf('mybank', id)) ? 'LOAN_EXISTS' : undefined;
    },
    perform: (state, _amount, on, at) => {
      const share = must(ratesOn(state.policy, 'mybank.advanceShares', on).get(kind), 'share');
      const before = exposure(state, 'mybank', (debt) => debt.loan?.advance?.core === core);
      const limit = amountOn(state.policy, 'mybank.coreLimit', on, core);
      const decision =
        principal > floor(times(value, share)) ? 'value' : before + principal > limit ? 'core' : 'approved';
      const price = rateOn(state.policy, 'mybank.advancePrice', on);
      const advance = { kind, core, value, dueOn, calledSince: undefined, sold: false };
      const loan: Loan = {
        asked: principal,
        term: 0,
        method: 'bullet',
        price,
        decision,
        planned: [],
        advance,
      };
      apply(state, 'mybank', id, holder, loan, on);
      happen(state, `mybank applyForAdvance ${kind} ${decision}`, on, at, id);
    },
  };
}

// ---------------------------------------------------------------------------------------------- a loan's life

function disburseLoan(line: Product, id: string): Action {
  return {
    wanted: () => 0n,
    code: (state, _amount, on) => {
      if (isBefore(state, line, id, on)) return 'BEFORE_LATEST';
      const known = state.debts.get(keyOf(line, id));
      if (known === undefined) return 'LOAN_UNKNOWN';
      const loan = loanOf(known);
      if (loan.decision !== 'approved') return 'LOAN_NOT_APPROVED';
      if (known.begun) return 'LOAN_DISBURSED';
      if (loan.advance !== undefined && loan.advance.dueOn <= on) return 'INVALID_INPUT';
      return undefined;
    },
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, line, id, on), 'loan');
      const loan = loanOf(debt);
      const parts = splitDraw(state, line, loan.asked, on);
      debt.begun = true;
      debt.through = on;
      debt.bank = idOn(state.policy, `${line}.partnerBank`, on);
      debt.pool = `${line}-${on.slice(0, 7)}`;
      debt.principal = parts;
      loan.planned =
        loan.advance === undefined
          ? schedule(loan.asked, loan.term, loan.method, on, loan.price)
          : [{ date: loan.advance.dueOn, principal: loan.asked }];
      keep(state, debt, on);
      happen(state, `${line} disburseLoan ${loan.advance?.kind ?? loan.method}`, on, at, id);
      post(state, 'disburseLoan', at, on, [
        ...drawLegs(state, debt, parts, on),
        [wallet(debt.holder), -loan.asked],
      ]);
    },
    follows: `${line}/${id}`,
    begins: `${line}/${id}`,
  };
}

/** BEFORE_LATEST to LOAN_WRITTEN_OFF */
function loanCode(state: State, line: Product, id: string, on: string): string | undefined {
  if (isBefore(state, line, id, on)) return 'BEFORE_LATEST';
  const known = state.debts.get(keyOf(line, id));
  if (known === undefined) return 'LOAN_UNKNOWN';
  if (!known.begun) return 'LOAN_NOT_APPROVED';
  if (known.closedOn !== undefined) return 'LOAN_CLOSED';
  return known.writtenOff === undefined ? undefined : 'LOAN_WRITTEN_OFF';
}

function repayLoan(line: Product, id: string, size: bigint | 'due' | 'all'): Action {
  return {
    wanted: (state, on) => {
      if (typeof size === 'bigint') return size;
      const debt = debtAt(state, line, id, on);
      return debt === undefined ? 0n : size === 'due' ? dueOf(debt) : owedOf(debt);
    },
    code: (state, amount, on) => {
      const code = loanCode(state, line, id, on);
      if (code !== undefined) return code;
      const debt = must(debtAt(state, line, id, on), 'loan');
      if (amount > owedOf(debt)) return 'EXCEEDS_OWED';
      if (amount === 0n) return 'NOTHING_TO_DO';
      return amount > lowest(state, wallet(debt.holder), on) ? 'INSUFFICIENT_FUNDS' : undefined;
    },
    most: (state, amount, on) => {
      const debt = debtAt(state, line, id, on);
      return debt === undefined ? 0n : min(amount, owedOf(debt), lowest(state, wallet(debt.holder), on));
    },
    perform: (state, amount, on, at) => {
      const debt = must(debtAt(state, line, id, on), 'loan');
      if (arrearsSince(debt) === undefined) countKept(state, debt.holder);
      const paid = pay(debt, amount, on);
      keep(state, debt, on);
      happen(state, `${line} repayLoan ${typeof size === 'bigint' ? 'amount' : size}`, on, at, id);
      if (debt.closedOn !== undefined) happen(state, `${line} closed`, on, at, id);
      post(state, 'repayLoan', at, on, [
        [wallet(debt.holder), amount],
        ...paymentLegs(state, debt, paid, on),
      ]);
    },
    follows: `${line}/${id}`,
  };
}

function restructureLoan(line: Product, id: string, term: number, method: LoanMethod): Action {
  return {
    wanted: () => 0n,
    code: (state, _amount, on) => {
      const code = loanCode(state, line, id, on);
      if (code !== undefined) return code;
      const debt = must(debtAt(state, line, id, on), 'loan');
      const principal = principalOf(debt) + sum(debt.interestDue) + floor(sumOf(debt.uncharged));
      return principal === 0n ? 'NOTHING_TO_DO' : undefined;
    },
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, line, id, on), 'loan');
      const loan = loanOf(debt);
      charge(debt, floor(sumOf(debt.uncharged)));
      const added: Parts = debt.interestDue;
      debt.principal = addParts(debt.principal, added);
      debt.interestDue = NO_PARTS;
      debt.dues = [];
      loan.planned = schedule(principalOf(debt), term, method, on, loan.price);
      endArrears(debt, on);
      keep(state, debt, on);
      happen(state, `${line} restructureLoan`, on, at, id);
      post(
        state,
        'restructureLoan',
        at,
        on,
        [0, 1, 2].flatMap((part): [string, bigint][] => [
          [principalAccount(debt, part, debt.bucket), added[part] ?? 0n],
          [interestAccount(line, part), -(added[part] ?? 0n)],
        ]),
      );
    },
    follows: `${line}/${id}`,
  };
}

function writeOffLoan(line: Product, id: string): Action {
  return {
    wanted: () => 0n,
    code: (state, _amount, on) => loanCode(state, line, id, on),
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, line, id, on), 'loan');
      const legs = writeOff(debt, on);
      keep(state, debt, on);
      happen(state, `${line} writeOffLoan`, on, at, id);
      post(state, 'writeOffLoan', at, on, legs);
    },
    follows: `${line}/${id}`,
  };
}

function recoverLoan(line: Product, id: string, asked: bigint): Action {
  const left = (state: State): bigint => sum(state.debts.get(keyOf(line, id))?.writtenOff?.left ?? [0n]);
  const purse = (state: State, on: string): bigint => {
    const holder = state.debts.get(keyOf(line, id))?.holder;
    return holder === undefined ? 0n : lowest(state, wallet(holder), on);
  };
  return {
    wanted: () => asked,
    code: (state, amount, on) => {
      const code = loanCode(state, line, id, on);
      if (code === undefined) return 'NOT_WRITTEN_OFF';
      if (code !== 'LOAN_WRITTEN_OFF') return code;
      if (amount > left(state)) return 'EXCEEDS_OWED';
      return amount > purse(state, on) ? 'INSUFFICIENT_FUNDS' : undefined;
    },
    most: (state, amount, on) => min(amount, left(state), purse(state, on)),
    perform: (state, amount, on, at) => {
      const debt = must(debtAt(state, line, id, on), 'loan');
      const legs = recover(debt, amount);
      keep(state, debt, on);
      happen(state, `${line} recoverLoan`, on, at, id);
      post(state, 'recoverLoan', at, on, [[wallet(debt.holder), amount], ...legs]);
    },
    follows: `${line}/${id}`,
  };
}

// ---------------------------------------------------------------------------------------------- advances

function settleAdvance(id: string, amount: bigint): Action {
  return {
    wanted: () => amount,
    code: (state, _amount, on) => {
      const known = state.debts.get(keyOf('mybank', id));
      const kind = known?.loan?.advance?.kind;
      const settles = kind === 'receivable' || kind === 'order';
      const code = loanCode(state, 'mybank', id, on);
      if (code !== undefined && !(code === 'LOAN_CLOSED' && settles)) return code;
      if (!settles) return 'ADVANCE_KIND';
      const { core } = advanceOf(must(known, 'loan'));
      return amount > lowest(state, wallet(core), on) ? 'INSUFFICIENT_FUNDS' : undefined;
    },
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, 'mybank', id, on), 'loan');
      const due = debt.closedOn === undefined ? min(amount, owedOf(debt)) : 0n;
      const before = debt.closedOn;
      const legs = due === 0n ? [] : paymentLegs(state, debt, pay(debt, due, on), on);
      keep(state, debt, on);
      happen(state, `mybank settleAdvance${before === undefined ? '' : ' closed'}`, on, at, id);
      post(state, 'settleAdvance', at, on, [
        [wallet(advanceOf(debt).core), amount],
        ...legs,
        [wallet(debt.holder), due - amount],
      ]);
    },
    follows: `mybank/${id}`,
  };
}

/** LOAN_* and ADVANCE_KIND of what is asked of a pledge */
function pledgeCode(state: State, id: string, on: string, valued: boolean): string | undefined {
  const code = loanCode(state, 'mybank', id, on);
  const waits = state.debts.get(keyOf('mybank', id))?.loan?.decision === 'approved';
  const early = choices.valuedBeforePaidOut === 'yes' && valued && waits && code === 'LOAN_NOT_APPROVED';
  if (code !== undefined && !early) return code;
  const { advance } = loanOf(must(state.debts.get(keyOf('mybank', id)), 'loan'));
  return advance?.kind !== 'inventory' || advance.sold ? 'ADVANCE_KIND' : undefined;
}

function valuePledge(id: string, value: bigint): Action {
  return {
    wanted: () => value,
    code: (state, _amount, on) => pledgeCode(state, id, on, true),
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, 'mybank', id, on), 'loan');
      advanceOf(debt).value = value;
      keep(state, debt, on);
      happen(state, 'mybank valuePledge', on, at, id);
    },
    follows: `mybank/${id}`,
  };
}

function sellPledge(id: string, price: bigint): Action {
  return {
    wanted: () => price,
    code: (state, _amount, on) => {
      const code = pledgeCode(state, id, on, false);
      if (code !== undefined) return code;
      const debt = must(debtAt(state, 'mybank', id, on), 'loan');
      const { calledSince } = advanceOf(debt);
      const called =
        calledSince !== undefined &&
        daysFrom(calledSince, on) >= countOn(state.policy, 'mybank.marginDays', on);
      return called || arrearsSince(debt) !== undefined ? undefined : 'PLEDGE_NOT_CALLED';
    },
    perform: (state, _amount, on, at) => {
      const debt = must(debtAt(state, 'mybank', id, on), 'loan');
      const due = min(price, owedOf(debt));
      const legs = paymentLegs(state, debt, pay(debt, due, on), on);
      const advance = advanceOf(debt);
      advance.value = 0n;
      advance.sold = true;
      keep(state, debt, on);
      happen(state, `mybank sellPledge${due < price ? ' with a rest' : ''}`, on, at, id);
      post(state, 'sellPledge', at, on, [[RESERVE, price], ...legs, [wallet(debt.holder), due - price]]);
    },
    follows: `mybank/${id}`,
  };
}

// ---------------------------------------------------------------------------------------------- inputs

export const LOAN_INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['applyForLoan', ['loan', 'product', 'holder', 'principal', 'term', 'method']],
  ['disburseLoan', ['loan', 'product']],
  ['repayLoan', ['loan', 'product', 'amount']],
  ['restructureLoan', ['loan', 'product', 'term', 'method']],
  ['writeOffLoan', ['loan', 'product']],
  ['recoverLoan', ['loan', 'product', 'amount']],
];

export const ADVANCE_INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['applyForAdvance', ['loan', 'kind', 'holder', 'core', 'value', 'principal', 'dueOn']],
  ['settleAdvance', ['loan', 'amount']],
  ['valuePledge', ['loan', 'value']],
  ['sellPledge', ['loan', 'price']],
];

function parseMethod(value: unknown): LoanMethod | undefined {
  return value === 'bullet' || value === 'equal-principal' || value === 'annuity' || value === 'interest-only'
    ? value
    : undefined;
}

function parseTerm(value: unknown): number | 'TERM_OUT_OF_RANGE' | undefined {
  const term = parseWhole(value);
  return term === undefined || (1 <= term && term <= 60) ? term : 'TERM_OUT_OF_RANGE';
}

export function parseLoans(command: string, input: Inputs): Action | string | undefined {
  const { loan, product, holder } = input;
  const amount = parsePositive(input.amount);
  if (!isId(loan) || (product !== 'jiebei' && product !== 'mybank')) return undefined;
  switch (command) {
    case 'applyForLoan': {
      const principal = parsePositive(input.principal);
      const term = parseTerm(input.term);
      const method = parseMethod(input.method);
      if (!isId(holder) || principal === undefined || term === undefined || method === undefined)
        return undefined;
      if (typeof term === 'string') return term;
      return applyForLoan(product, loan, holder, principal, term, method);
    }
    case 'disburseLoan':
      return disburseLoan(product, loan);
    case 'repayLoan': {
      const word = input.amount;
      const size = word === 'due' || word === 'all' ? word : amount;
      return size === undefined ? undefined : repayLoan(product, loan, size);
    }
    case 'restructureLoan': {
      const term = parseTerm(input.term);
      const method = parseMethod(input.method);
      if (term === undefined || method === undefined) return undefined;
      return typeof term === 'string' ? term : restructureLoan(product, loan, term, method);
    }
    case 'writeOffLoan':
      return writeOffLoan(product, loan);
    case 'recoverLoan':
      return amount === undefined ? undefined : recoverLoan(product, loan, amount);
    default:
      return undefined;
  }
}

function parseKind(value: unknown): AdvanceKind | undefined {
  return value === 'receivable' || value === 'order' || value === 'inventory' ? value : undefined;
}

export function parseAdvances(command: string, input: Inputs): Action | string | undefined {
  const { loan, holder, core, dueOn } = input;
  const amount = parsePositive(input.amount);
  const value = parsePositive(input.value);
  const price = parsePositive(input.price);
  if (!isId(loan)) return undefined;
  switch (command) {
    case 'applyForAdvance': {
      const kind = parseKind(input.kind);
      const principal = parsePositive(input.principal);
      if (!isId(holder) || !isId(core) || kind === undefined || principal === undefined || !isDate(dueOn))
        return undefined;
      if (input.value === undefined && kind === 'inventory') return 'VALUATION_REQUIRED';
      if (value === undefined) return undefined;
      return applyForAdvance(loan, { kind, holder, core, value, principal, dueOn });
    }
    case 'settleAdvance':
      return amount === undefined ? undefined : settleAdvance(loan, amount);
    case 'valuePledge':
      return value === undefined ? undefined : valuePledge(loan, value);
    case 'sellPledge':
      return price === undefined ? undefined : sellPledge(loan, price);
    default:
      return undefined;
  }
}

/** whether a pledge is above the margin call */
export function isCalled(state: State, debt: Debt, day: string): boolean {
  const { value } = advanceOf(debt);
  const share = rateOn(state.policy, 'mybank.marginCallShare', day);
  return principalOf(debt) * share.d > value * share.n;
}
