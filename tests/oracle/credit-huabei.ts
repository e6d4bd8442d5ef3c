/** huabei: a revolving line, its draws (also for payments), statements' dues, instalments, repayments, refunds. */
import type { Action, Inputs } from './credit-action.ts';
import type { Leg, State } from './credit-book.ts';
import { happen, lowest, post, RESERVE, wallet } from './credit-book.ts';
import type { Credit, Debt, Due, Paid } from './credit-debt.ts';
import {
  arrearsSince,
  debtAt,
  drawLegs,
  dueOf,
  endArrears,
  endFractions,
  keyOf,
  lenderCash,
  minimumOf,
  newDebt,
  noteVehicle,
  owedOf,
  pay,
  paymentLegs,
  principalOf,
  recover,
  splitDraw,
  takeFromPlans,
  takePrincipal,
  unpaid,
  writeOff,
} from './credit-debt.ts';
import {
  addDays,
  addParts,
  halfEven,
  isId,
  min,
  must,
  NO_PARTS,
  nextWithDay,
  parsePositive,
  parseWhole,
  sum,
  times,
  ZERO,
} from './credit-numbers.ts';
import { amountsOn, countOn, idOn, rateOn, ratesOn } from './credit-parameters.ts';
import { countKept } from './zhima.ts';

const MERCHANT_FEE = 'huabei:income:huabei:merchant-fee:CNY';

/** the tier of a holder, by the last score that a line was told */
export function tierOf(state: State, line: Debt['line'], holder: string): string {
  const score = state.lenders[line].scores.get(holder);
  if (score === undefined) return 'unscored';
  return must(
    ['from-700', 'from-650', 'from-600', 'from-550', 'from-350'].find(
      (tier) => Number(tier.slice(5)) <= score,
    ),
    'tier',
  );
}

function creditOf(debt: Debt): Credit {
  return must(debt.credit, 'credit');
}

function keep(state: State, debt: Debt, on: string): void {
  debt.latest = on;
  noteVehicle(debt, on);
  state.debts.set(keyOf('huabei', debt.id), debt);
}

// ---------------------------------------------------------------------------------------------- draws, fees, refunds

export function isBeforeLatest(state: State, holder: string, on: string): boolean {
  const known = state.debts.get(keyOf('huabei', holder));
  return known !== undefined && on < known.latest;
}

/** why an amount can't be drawn; asked once the date is known to be right */
export function drawCode(state: State, holder: string, amount: bigint, on: string): string | undefined {
  const debt = debtAt(state, 'huabei', holder, on);
  if (debt === undefined) return 'CREDIT_LINE_UNKNOWN';
  if (debt.writtenOff !== undefined) return 'CREDIT_CLOSED';
  if (arrearsSince(debt) !== undefined) return 'CREDIT_OVERDUE';
  const limit = must(
    amountsOn(state.policy, 'huabei.limits', on).get(tierOf(state, 'huabei', holder)),
    'limit',
  );
  return principalOf(debt) + amount > limit ? 'CREDIT_LIMIT_EXCEEDED' : undefined;
}

/** draws; everything but what the money is paid into */
export function draw(state: State, holder: string, amount: bigint, on: string): Leg[] {
  const debt = must(debtAt(state, 'huabei', holder, on), 'line');
  const parts = splitDraw(state, 'huabei', amount, on);
  debt.principal = addParts(debt.principal, parts);
  creditOf(debt).unbilled += amount;
  keep(state, debt, on);
  return drawLegs(state, debt, parts, on);
}

/** the merchant fee on top, of what is released; at most what payments leaves of it */
export function creditFee(state: State, payee: string, released: bigint, leaves: bigint, on: string): Leg[] {
  const fee = min(
    halfEven(times(released, rateOn(state.policy, 'huabei.merchantFeeRate', on, payee))),
    leaves,
  );
  return [
    [wallet(payee), fee],
    [RESERVE, -fee],
    [lenderCash('huabei'), fee],
    [MERCHANT_FEE, -fee],
  ];
}

/** takes principal of a due for a refund or a conversion: it no longer counts as billed */
function takeOff(due: Due, amount: bigint): void {
  due.principal -= amount;
  due.billed -= amount;
  due.minimum = min(due.minimum, unpaid(due));
}

/** a refund to the payer: what the line owes is restored, the rest goes to the wallet */
export function restore(state: State, payer: string, amount: bigint, on: string): Leg[] {
  const debt = debtAt(state, 'huabei', payer, on);
  if (debt === undefined) return [[wallet(payer), -amount]];
  const credit = creditOf(debt);
  const taken = min(amount, principalOf(debt));
  let left = taken;
  const unbilled = min(left, credit.unbilled);
  credit.unbilled -= unbilled;
  left -= unbilled;
  const revolving = min(left, credit.revolving);
  credit.revolving -= revolving;
  left -= revolving;
  for (const due of [...debt.dues].sort((a, b) => (a.date > b.date ? -1 : 1))) {
    const some = min(left, due.principal);
    takeOff(due, some);
    left -= some;
  }
  takeFromPlans(credit, left);
  const paid: Paid = { late: 0n, fee: 0n, interest: NO_PARTS, principal: takePrincipal(debt, taken) };
  const legs = paymentLegs(state, debt, paid, on);
  endArrears(debt, on);
  endFractions(debt, on);
  keep(state, debt, on);
  return [...legs, [wallet(payer), taken - amount]];
}

// ---------------------------------------------------------------------------------------------- commands

export const HUABEI_INPUTS: readonly (readonly [string, readonly string[]])[] = [
  ['openCreditLine', ['holder']],
  ['drawCredit', ['holder', 'payee', 'amount']],
  ['repayCredit', ['holder', 'amount']],
  ['convertToInstalments', ['holder', 'amount', 'term']],
  ['writeOffCredit', ['holder']],
  ['recoverCredit', ['holder', 'amount']],
];

export type Repayment = bigint | 'due' | 'minimum' | 'all';

/** BEFORE_LATEST, CREDIT_LINE_UNKNOWN; CREDIT_CLOSED or NOT_WRITTEN_OFF */
function lineCode(state: State, holder: string, on: string, writtenOff: boolean): string | undefined {
  if (isBeforeLatest(state, holder, on)) return 'BEFORE_LATEST';
  const known = state.debts.get(keyOf('huabei', holder));
  if (known === undefined) return 'CREDIT_LINE_UNKNOWN';
  if (!writtenOff && known.writtenOff !== undefined) return 'CREDIT_CLOSED';
  if (writtenOff && known.writtenOff === undefined) return 'NOT_WRITTEN_OFF';
  return undefined;
}

function openCreditLine(holder: string): Action {
  return {
    wanted: () => 0n,
    code: (state, _amount, on) => {
      if (isBeforeLatest(state, holder, on)) return 'BEFORE_LATEST';
      return state.debts.has(keyOf('huabei', holder)) ? 'CREDIT_LINE_EXISTS' : undefined;
    },
    perform: (state, _amount, on, line) => {
      const debt = newDebt('huabei', holder, holder, on);
      const statementDay = countOn(state.policy, 'huabei.statementDay', on);
      debt.begun = true;
      debt.bank = idOn(state.policy, 'huabei.partnerBank', on);
      debt.pool = `huabei-${on.slice(0, 7)}`;
      debt.credit = {
        statementDay,
        dueDay: countOn(state.policy, 'huabei.dueDay', on),
        nextStatement: nextWithDay(addDays(on, -1), statementDay),
        unbilled: 0n,
        revolving: 0n,
        rate: ZERO,
        plans: [],
      };
      keep(state, debt, on);
      happen(state, 'openCreditLine', on, line, holder);
    },
  };
}

function drawCredit(holder: string, payee: string, amount: bigint): Action {
  return {
    wanted: () => amount,
    code: (state, asked, on) => {
      if (isBeforeLatest(state, holder, on)) return 'BEFORE_LATEST';
      if (holder === payee) return 'SAME_PARTY';
      return drawCode(state, holder, asked, on);
    },
    perform: (state, drawn, on, line) => {
      happen(state, 'drawCredit', on, line, holder);
      post(state, 'drawCredit', line, on, [
        ...draw(state, holder, drawn, on),
        [wallet(payee), -drawn],
        ...creditFee(state, payee, drawn, drawn, on),
      ]);
    },
  };
}

function repayCredit(holder: string, size: Repayment): Action {
  return {
    wanted: (state, on) => {
      if (typeof size === 'bigint') return size;
      const debt = debtAt(state, 'huabei', holder, on);
      if (debt === undefined) return 0n;
      return size === 'due' ? dueOf(debt) : size === 'all' ? owedOf(debt) : minimumOf(debt);
    },
    code: (state, amount, on) => {
      const code = lineCode(state, holder, on, false);
      if (code !== undefined) return code;
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      if (amount > owedOf(debt)) return 'EXCEEDS_OWED';
      if (amount === 0n) return 'NOTHING_TO_DO';
      return amount > lowest(state, wallet(holder), on) ? 'INSUFFICIENT_FUNDS' : undefined;
    },
    most: (state, amount, on) => {
      const debt = debtAt(state, 'huabei', holder, on);
      return debt === undefined ? 0n : min(amount, owedOf(debt), lowest(state, wallet(holder), on));
    },
    perform: (state, amount, on, line) => {
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      if (arrearsSince(debt) === undefined) countKept(state, holder);
      const paid = pay(debt, amount, on);
      keep(state, debt, on);
      happen(state, `repayCredit ${typeof size === 'bigint' ? 'amount' : size}`, on, line, holder);
      post(state, 'repayCredit', line, on, [[wallet(holder), amount], ...paymentLegs(state, debt, paid, on)]);
    },
  };
}

/** the newest due that is not past */
function newestDue(debt: Debt, on: string): Due | undefined {
  return debt.dues
    .filter((due) => due.date >= on)
    .sort((a, b) => (a.date < b.date ? -1 : 1))
    .at(-1);
}

function convertToInstalments(holder: string, asked: bigint, term: number): Action {
  return {
    wanted: () => asked,
    code: (state, amount, on) => {
      const code = lineCode(state, holder, on, false);
      if (code !== undefined) return code;
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      if (amount > (newestDue(debt, on)?.principal ?? 0n)) return 'EXCEEDS_BILLED';
      return arrearsSince(debt) === undefined ? undefined : 'CREDIT_OVERDUE';
    },
    most: (state, amount, on) => {
      const debt = debtAt(state, 'huabei', holder, on);
      return debt === undefined ? 0n : min(amount, newestDue(debt, on)?.principal ?? 0n);
    },
    perform: (state, amount, on, line) => {
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      const rate = must(
        ratesOn(state.policy, 'huabei.instalmentFeeRates', on).get(`${term}-months`),
        'fee rate of the term',
      );
      const fee = halfEven(times(amount, rate));
      takeOff(must(newestDue(debt, on), 'due'), amount);
      const count = BigInt(term);
      const parts = Array.from({ length: term }, () => ({ principal: amount / count, fee: fee / count }));
      const last = must(parts.at(-1), 'part');
      last.principal += amount - sum(parts.map((part) => part.principal));
      last.fee += fee - sum(parts.map((part) => part.fee));
      creditOf(debt).plans.push({ parts });
      keep(state, debt, on);
      happen(state, 'convertToInstalments', on, line, holder);
    },
  };
}

function writeOffCredit(holder: string): Action {
  return {
    wanted: () => 0n,
    code: (state, _amount, on) => {
      const code = lineCode(state, holder, on, false);
      if (code !== undefined) return code;
      return owedOf(must(debtAt(state, 'huabei', holder, on), 'line')) === 0n ? 'NOTHING_TO_DO' : undefined;
    },
    perform: (state, _amount, on, line) => {
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      const legs = writeOff(debt, on);
      keep(state, debt, on);
      happen(state, 'writeOffCredit', on, line, holder);
      post(state, 'writeOffCredit', line, on, legs);
    },
  };
}

function recoverCredit(holder: string, asked: bigint): Action {
  const left = (state: State): bigint =>
    sum(state.debts.get(keyOf('huabei', holder))?.writtenOff?.left ?? [0n]);
  return {
    wanted: () => asked,
    code: (state, amount, on) => {
      const code = lineCode(state, holder, on, true);
      if (code !== undefined) return code;
      if (amount > left(state)) return 'EXCEEDS_OWED';
      return amount > lowest(state, wallet(holder), on) ? 'INSUFFICIENT_FUNDS' : undefined;
    },
    most: (state, amount, on) => min(amount, left(state), lowest(state, wallet(holder), on)),
    perform: (state, amount, on, line) => {
      const debt = must(debtAt(state, 'huabei', holder, on), 'line');
      const legs = recover(debt, amount);
      keep(state, debt, on);
      happen(state, 'recoverCredit', on, line, holder);
      post(state, 'recoverCredit', line, on, [[wallet(holder), amount], ...legs]);
    },
  };
}

export function parseHuabei(command: string, input: Inputs): Action | string | undefined {
  const { holder, payee } = input;
  const amount = parsePositive(input.amount);
  if (!isId(holder)) return undefined;
  switch (command) {
    case 'openCreditLine':
      return openCreditLine(holder);
    case 'drawCredit':
      return isId(payee) && amount !== undefined ? drawCredit(holder, payee, amount) : undefined;
    case 'repayCredit': {
      const word = input.amount;
      const size = word === 'due' || word === 'minimum' || word === 'all' ? word : amount;
      return size === undefined ? undefined : repayCredit(holder, size);
    }
    case 'convertToInstalments': {
      const term = parseWhole(input.term);
      if (amount === undefined || term === undefined) return undefined;
      return [3, 6, 9, 12].includes(term) ? convertToInstalments(holder, amount, term) : 'TERM_OUT_OF_RANGE';
    }
    case 'writeOffCredit':
      return writeOffCredit(holder);
    case 'recoverCredit':
      return amount === undefined ? undefined : recoverCredit(holder, amount);
    default:
      return undefined;
  }
}
