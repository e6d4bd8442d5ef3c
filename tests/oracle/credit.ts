/**
 * A small, slow, obvious reference implementation of the lines that lend (huabei, jiebei, mybank) and of zhima, written from their pages
 * alone, on top of payments, treasury and yuebao as `first-segments.ts` has them; to be compared with the real system on random histories.
 *
 * In a few files, each one thought: `credit-numbers` (exact fractions, the split), `credit-parameters`, `credit-book` (the list of
 * postings), `credit-debt` (one debt: interest, dues, arrears, payments, write-off), `credit-huabei`, `credit-loans`, `credit-close`
 * (a close of the lines that lend), `zhima`, `credit-first` (payments, treasury, yuebao), and this one: lines in, codes and figures out.
 *
 * The choices of `first-segments.ts` (G1 to G11, P1 to P6, Y1 to Y6, W1 to W3) hold here too. Where the pages leave a choice:
 *
 * (`choices` has the other reading of some of them.)
 *
 *  Everywhere
 *  C1  Interest due that is paid is that of the oldest due first (`choices.interestPaid`).
 *  C2  The principal of a payment, due and prepaid together, is allocated to the parts once (`choices.principalPaid`).
 *  C3  A step that time brings reads parameters as of the date of the event that brings it: the fact's date, or the day of the close
 *      (of t + 1, where the due date t passes; `choices.passingRates`).
 *  C4  Late fee of day X: on what is overdue at the end of X − 1; so one day's fee is owed on t + 1, also by who pays on t + 1.
 *  C5  A refused command changes nothing: time is brought up on a copy.
 *  C6  A bucket moves at closes alone; what is drawn, repaid or restructured before is booked in the bucket of before. A debt whose principal is
 *      zero moves too (without postings), and counts as missed.
 *  C7  What is not paid out takes no fact but the payment: LOAN_NOT_APPROVED. So for valuePledge too (`choices.valuedBeforePaidOut`).
 *  C8  A restructuring of what comes to no principal is NOTHING_TO_DO, and so is the write-off of a line that owes nothing.
 *  C9  TERM_OUT_OF_RANGE and VALUATION_REQUIRED come with the inputs: after INVALID_INPUT (of any other input), before DAY_CLOSED.
 *  C10 Codes of a payment on credit: BEFORE_LATEST (of the payment, then of the line), SAME_PARTY, PAYMENT_EXISTS, then CREDIT_LINE_UNKNOWN,
 *      CREDIT_CLOSED, CREDIT_OVERDUE, CREDIT_LIMIT_EXCEEDED. Of its refund: BEFORE_LATEST of either first.
 *  C11 A month's service fee and senior interest go by the rate of the day that is closed.
 *  C12 A pool has ended when its vehicle part of all debts is zero in the log, and its cash is zero both on the day and in the whole log.
 *  C13 Late fees are booked like interest: what was dropped on days before D is taken off the exact sum of all debts.
 *  C14 In a what-if a fact on a loan whose payment out was dropped is skipped with its own code; DEPENDS_ON_SKIPPED is for what was skipped.
 *
 *  Loans
 *  L1  A due day at the end of the plan that a prepayment has left without principal is gone (`choices.emptyDueDays`).
 *  L2  After the last due day interest goes on: it is no due, but paid by who pays what is due, or charged by a write-off or a restructuring.
 *  L3  A disbursement of an advance on or after its dueOn is INVALID_INPUT after all other codes; the application does not look.
 *  L4  The price of an advance is that of its application. Receivables and orders without a value are INVALID_INPUT.
 *  L5  settleAdvance: LOAN_CLOSED only for what is not a receivable or order.
 *
 *  huabei
 *  H1  The parts of what revolves are whole: it is allocated by what each part of the line has outstanding (`choices.revolvingParts`).
 *  H2  A line without principal keeps uncharged interest while a whole minor unit of it is left (`choices.lineFractions`).
 *  H3  A statement is issued at the end of its day: a fact of that day comes before it, a due that passes on that day after it.
 *  H4  A plan is billed as long as it has principal; a part of zero principal with a fee is billed (only amounts below the term have such).
 *  H5  A refund to a line that is written off counts as a fact of it (for BEFORE_LATEST).
 *
 *  zhima
 *  Z1  An advance that is settled, and a pledge that is sold, count neither as kept nor as missed.
 *  Z2  `missedWeight` × missed stands in the denominator as it is: with missed payments and a weight of zero the component is 1.
 */
import type { Action } from './credit-action.ts';
import type { Entry, Leg, State } from './credit-book.ts';
import { CAPITAL, emptyState, happen, heldOn, OWN_CASH, post } from './credit-book.ts';
import { closeCredit, netAssets } from './credit-close.ts';
import type { Debt } from './credit-debt.ts';
import {
  advance,
  arrearsSince,
  bucketOf,
  checkDebt,
  daysPastDue,
  dueOf,
  LINES,
  lenderCash,
  minimumOf,
  owedOf,
  unpaid,
} from './credit-debt.ts';
import {
  closeFirst,
  FIRST_INPUTS,
  firstCodeOf,
  mostPossibleOf,
  parseFirst,
  performFirst,
  wantedOf,
} from './credit-first.ts';
import { HUABEI_INPUTS, parseHuabei } from './credit-huabei.ts';
import { ADVANCE_INPUTS, LOAN_INPUTS, parseAdvances, parseLoans } from './credit-loans.ts';
import {
  addDays,
  decimal,
  FOREVER,
  floor,
  isDate,
  isObject,
  parsePositive,
  sum,
  sumOf,
} from './credit-numbers.ts';
import type { Given } from './credit-parameters.ts';
import { isValue, parseAssumptions, splitName } from './credit-parameters.ts';
import type { Divergence, Line, RecordOptions } from './first-segments.ts';
import type { Score } from './zhima.ts';
import { closeZhima, parseZhima, ZHIMA_INPUTS } from './zhima.ts';

export { choices } from './credit-debt.ts';

/** one line or loan, as it stands after its latest fact and the last close; amounts as text */
export type DebtFigures = {
  line: string;
  id: string;
  holder: string;
  status: 'applied' | 'declined' | 'open' | 'closed' | 'written off';
  principal: { own: string; partner: string; vehicle: string };
  interestDue: { own: string; partner: string; vehicle: string };
  /** floored sum */
  uncharged: string;
  lateFees: string;
  due: string;
  minimum: string;
  owed: string;
  daysPastDue: number;
  arrearsSince: string | undefined;
  /** in which it is booked, and in which it is by its days past due */
  booked: string;
  bucket: string;
  dues: {
    date: string;
    principal: string;
    interest: string;
    fee: string;
    billed: string;
    minimum: string;
    overdue: boolean;
  }[];
  /** loans: what is planned */
  planned: { date: string; principal: string }[];
  unbilled: string;
  revolving: string;
  /** huabei: the parts of each plan that are not billed */
  plans: { principal: string; fee: string }[][];
  /** what was written off and not recovered */
  lost: string;
  calledSince: string | undefined;
  decision: string | undefined;
};

export type CreditOutcome = {
  refused: [number, string][];
  balances: Record<string, string>;
  revenue: Record<string, Record<string, string>>;
  entries: Entry[];
  closedThrough: string | undefined;
  debts: DebtFigures[];
  scores: Record<string, Score>;
  netAssets: Record<string, string>;
  happened: State['happened'];
  breaches: State['breaches'];
  state: State;
};

export type CreditWhatIf = CreditOutcome & { divergences: Divergence[]; moot: number };

export type CreditWhatIfOptions = RecordOptions & {
  assumptions: Record<string, unknown>;
  /** numbers of lines whose facts are left out, without a divergence */
  drop?: readonly number[];
};

// ---------------------------------------------------------------------------------------------- inputs

const INPUTS = new Map<string, readonly string[]>([
  ['closeDay', []],
  ['changePolicy', ['parameter', 'value', 'from', 'to', 'reason']],
  ...FIRST_INPUTS,
  ...HUABEI_INPUTS,
  ...LOAN_INPUTS,
  ...ADVANCE_INPUTS,
  ...ZHIMA_INPUTS,
]);

const HUABEI = new Set(HUABEI_INPUTS.map(([name]) => name));
const LOANS = new Set(LOAN_INPUTS.map(([name]) => name));
const ADVANCES = new Set(ADVANCE_INPUTS.map(([name]) => name));
const ZHIMA = new Set(ZHIMA_INPUTS.map(([name]) => name));

/** capital of a line that lends */
function contribute(entity: (typeof LINES)[number], amount: bigint): Action {
  return {
    wanted: () => amount,
    code: () => undefined,
    perform: (state, paid, on, at) => {
      happen(state, `${entity} contributeCapital`, on, at, entity);
      post(state, 'contributeCapital', at, on, [
        [lenderCash(entity), paid],
        [`${entity}:equity:${entity}:capital:CNY`, -paid],
      ]);
    },
  };
}

function contributeToPlatform(amount: bigint): Action {
  return {
    wanted: () => amount,
    code: () => undefined,
    perform: (state, paid, on, at) => {
      const legs: Leg[] = [
        [OWN_CASH, paid],
        [CAPITAL, -paid],
      ];
      post(state, 'contributeCapital', at, on, legs);
    },
  };
}

function changePolicy(given: Given): Action {
  return {
    wanted: () => 0n,
    code: () => undefined,
    perform: (state) => {
      state.policy.changes.push(given);
    },
    given,
  };
}

function parsePolicy(input: Record<string, unknown>): Action | undefined {
  const { parameter, value, from, to, reason } = input;
  if (typeof parameter !== 'string' || typeof reason !== 'string' || reason === '') return undefined;
  if (!isDate(from) || (to !== undefined && (!isDate(to) || to < from))) return undefined;
  const split = splitName(parameter);
  if (split === undefined || !isValue(split.name, value)) return undefined;
  return changePolicy({ ...split, from, to: to ?? FOREVER, value });
}

/** commands of payments, treasury and yuebao */
function firstAction(command: string, input: Record<string, unknown>): Action | undefined {
  const parsed = parseFirst(command, input);
  if (parsed === undefined) return undefined;
  const clamps = ['withdraw', 'subscribeFund', 'redeemFund', 'refundPayment'].includes(command);
  const action: Action = {
    wanted: (state, on) => wantedOf(state, parsed, on),
    code: (state, amount, on) => firstCodeOf(state, parsed, amount, on),
    perform: (state, amount, on, at) => {
      if (parsed.command === 'initiatePayment' && parsed.method === 'huabei')
        happen(state, `payment on credit${parsed.escrow ? ' in escrow' : ''}`, on, at, parsed.payment);
      performFirst(state, parsed, amount, on, at);
    },
  };
  if (clamps) action.most = (state, amount, on) => mostPossibleOf(state, parsed, amount, on) ?? 0n;
  if (parsed.command === 'initiatePayment') action.begins = `payment/${parsed.payment}`;
  if (parsed.command === 'confirmReceipt') action.moot = 'PAYMENT_CONFIRMED';
  if (parsed.command === 'confirmReceipt' || parsed.command === 'refundPayment')
    action.follows = `payment/${parsed.payment}`;
  return action;
}

const FUNDS: readonly unknown[] = ['yuebao'];
const ENTITIES: readonly unknown[] = ['platform', ...LINES];
const PRODUCTS: readonly unknown[] = ['jiebei', 'mybank'];

/** UNKNOWN_FUND to UNKNOWN_PARAMETER: a text that is not known */
function unknownName(command: string, input: Record<string, unknown>): string | undefined {
  const isOther = (name: string, known: readonly unknown[]): boolean =>
    typeof input[name] === 'string' && !known.includes(input[name]);
  if ((command === 'subscribeFund' || command === 'redeemFund') && isOther('fund', FUNDS))
    return 'UNKNOWN_FUND';
  if (LOANS.has(command) && isOther('product', PRODUCTS)) return 'UNKNOWN_PRODUCT';
  if (command === 'contributeCapital' && isOther('entity', ENTITIES)) return 'UNKNOWN_ENTITY';
  if (command === 'changePolicy' && typeof input.parameter === 'string') {
    const split = splitName(input.parameter);
    if (split === undefined || split.key === '*') return 'UNKNOWN_PARAMETER';
  }
  return undefined;
}

function parseInputs(command: string, input: Record<string, unknown>): Action | string | undefined {
  if (command === 'changePolicy') return parsePolicy(input);
  if (command === 'contributeCapital') {
    const amount = parsePositive(input.amount);
    const entity = LINES.find((line) => line === input.entity);
    if (amount === undefined) return undefined;
    if (entity !== undefined) return contribute(entity, amount);
    return input.entity === 'platform' ? contributeToPlatform(amount) : undefined;
  }
  if (HUABEI.has(command)) return parseHuabei(command, input);
  if (LOANS.has(command)) return parseLoans(command, input);
  if (ADVANCES.has(command)) return parseAdvances(command, input);
  if (ZHIMA.has(command)) return parseZhima(command, input);
  return firstAction(command, input);
}

/** what a line asks for, `close`, or the first code from UNKNOWN_COMMAND to INVALID_INPUT and the bounds of inputs */
function parse(line: Line): Action | 'close' | { code: string } {
  const known = INPUTS.get(line.command);
  if (known === undefined) return { code: 'UNKNOWN_COMMAND' };
  const unknown = unknownName(line.command, line.with);
  if (unknown !== undefined) return { code: unknown };
  if (!isDate(line.on) || !Object.keys(line.with).every((name) => known.includes(name)))
    return { code: 'INVALID_INPUT' };
  if (line.command === 'closeDay') return 'close';
  const parsed = parseInputs(line.command, line.with);
  if (parsed === undefined) return { code: 'INVALID_INPUT' };
  return typeof parsed === 'string' ? { code: parsed } : parsed;
}

// ---------------------------------------------------------------------------------------------- the record

/** what stays in the log: facts with what they ask for, and closes */
type Logged = { line: number; on: string; action: Action } | { line: number; day: string };

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

function closeDay(state: State, day: string, line: number): void {
  closeFirst(state, day, line);
  closeCredit(state, day, line);
  closeZhima(state, day, line);
  state.closed = day;
}

function nextOpen(state: State): string | undefined {
  return state.closed === undefined ? state.earliest : addDays(state.closed, 1);
}

/** the first code from DAY_CLOSED on */
function codeOf(state: State, action: Action, amount: bigint, on: string): string | undefined {
  const { closed } = state;
  if (closed !== undefined && on <= closed) return 'DAY_CLOSED';
  if (closed !== undefined && action.given !== undefined && action.given.from <= closed) return 'DAY_CLOSED';
  return action.code(state, amount, on);
}

function perform(state: State, action: Action, amount: bigint, on: string, line: number): void {
  if (state.earliest === undefined || on < state.earliest) state.earliest = on;
  action.perform(state, amount, on, line);
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
      closeDay(state, day, line);
      log.push({ line, day });
    }
  };

  const decide = (line: Line, number: number): string | undefined => {
    const input = canonical([line.on, line.command, line.with]);
    if (line.key !== undefined && keys.has(line.key))
      return keys.get(line.key) === input ? undefined : 'KEY_REUSED';
    const action = parse(line);
    if (action === 'close') {
      if (state.closed !== undefined && line.on <= state.closed) return undefined; // a no-op
      const next = nextOpen(state);
      const fits = state.closed === undefined ? next === undefined || line.on <= next : line.on === next;
      if (!fits) return 'DAY_NOT_NEXT';
      closeDay(state, line.on, number);
      log.push({ line: number, day: line.on });
    } else if ('code' in action && typeof action.code === 'string') {
      return action.code;
    } else if ('wanted' in action) {
      const amount = action.wanted(state, line.on);
      const code = codeOf(state, action, amount, line.on);
      if (code !== undefined) return code;
      perform(state, action, amount, line.on, number);
      log.push({ line: number, on: line.on, action });
    }
    if (line.key !== undefined) keys.set(line.key, input);
    return undefined;
  };

  lines.forEach((line, index) => {
    const number = index + 1;
    if (options.close === 'daily' && isDate(line.on)) closeThrough(addDays(line.on, -1), number);
    const code = decide(line, number);
    if (code !== undefined) refused.push([number, code]);
    for (const debt of state.debts.values()) checkDebt(debt);
  });
  if (options.close === 'daily' && options.closedThrough !== undefined)
    closeThrough(options.closedThrough, lines.length + 1);
  return { state, refused, log };
}

// ---------------------------------------------------------------------------------------------- what comes out

function partsText(parts: readonly [bigint, bigint, bigint]): {
  own: string;
  partner: string;
  vehicle: string;
} {
  return { own: decimal(parts[0]), partner: decimal(parts[1]), vehicle: decimal(parts[2]) };
}

function statusOf(debt: Debt): DebtFigures['status'] {
  if (debt.writtenOff !== undefined) return 'written off';
  if (debt.closedOn !== undefined) return 'closed';
  if (debt.begun) return 'open';
  return debt.loan?.decision === 'approved' ? 'applied' : 'declined';
}

/** a debt as it stands on a day that is not before its latest fact */
function figuresOf(state: State, known: Debt, day: string): DebtFigures {
  const debt = structuredClone(known);
  advance(state, debt, day, day);
  const { credit, loan } = debt;
  const days = daysPastDue(debt, debt.through);
  return {
    line: debt.line,
    id: debt.id,
    holder: debt.holder,
    status: statusOf(debt),
    principal: partsText(debt.principal),
    interestDue: partsText(debt.interestDue),
    uncharged: decimal(floor(sumOf(debt.uncharged))),
    lateFees: decimal(floor(debt.late)),
    due: decimal(dueOf(debt)),
    minimum: decimal(minimumOf(debt)),
    owed: decimal(owedOf(debt)),
    daysPastDue: days,
    arrearsSince: arrearsSince(debt),
    booked: debt.bucket,
    bucket: bucketOf(days),
    dues: debt.dues
      .filter((due) => unpaid(due) > 0n)
      .map((due) => ({
        date: due.date,
        principal: decimal(due.principal),
        interest: decimal(due.interest),
        fee: decimal(due.fee),
        billed: decimal(due.billed),
        minimum: decimal(due.minimum),
        overdue: due.overdue,
      })),
    planned: (loan?.planned ?? []).map(({ date, principal }) => ({ date, principal: decimal(principal) })),
    unbilled: decimal(credit?.unbilled ?? 0n),
    revolving: decimal(credit?.revolving ?? 0n),
    plans: (credit?.plans ?? []).map(({ parts }) =>
      parts.map(({ principal, fee }) => ({ principal: decimal(principal), fee: decimal(fee) })),
    ),
    lost: decimal(sum(debt.writtenOff?.left ?? [])),
    calledSince: loan?.advance?.calledSince,
    decision: loan?.decision,
  };
}

function balancesAt(state: State, date: string): Record<string, string> {
  const balances: Record<string, string> = {};
  for (const account of [...state.posted.keys()].filter((a) => !a.endsWith(':*')).sort()) {
    const held = heldOn(state, account, date);
    if (held !== 0n) balances[account] = decimal(held);
  }
  return balances;
}

function outcomeOf(state: State, refused: [number, string][]): CreditOutcome {
  const months = new Map<string, Map<string, bigint>>();
  for (const { account, date, amount } of state.entries.flatMap((e) => e.postings)) {
    const [entity, kind, segment = ''] = account.split(':');
    if (!ENTITIES.includes(entity) || kind !== 'income') continue;
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
  const last = state.closed ?? state.earliest ?? FOREVER;
  return {
    refused,
    balances: balancesAt(state, FOREVER),
    revenue,
    entries: state.entries,
    closedThrough: state.closed,
    debts: [...state.debts.values()]
      .map((debt) => figuresOf(state, debt, last > debt.latest ? last : debt.latest))
      .sort((a, b) => (`${a.line}/${a.id}` < `${b.line}/${b.id}` ? -1 : 1)),
    scores: Object.fromEntries([...state.zhima.scores].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    netAssets: Object.fromEntries(LINES.map((line) => [line, decimal(netAssets(state, line, FOREVER))])),
    happened: state.happened,
    breaches: state.breaches,
    state,
  };
}

/** every balance that is not zero at the end of a date */
export function balancesOn(outcome: CreditOutcome, date: string): Record<string, string> {
  return balancesAt(outcome.state, date);
}

/** decides lines in their order, and closes days */
export function record(lines: readonly Line[], options: RecordOptions): CreditOutcome {
  const { state, refused } = makeRecord(lines, options);
  return outcomeOf(state, refused);
}

// ---------------------------------------------------------------------------------------------- what if

/** the same facts and closes under other values, with some facts left out */
export function whatIf(lines: readonly Line[], options: CreditWhatIfOptions): CreditWhatIf {
  const { refused, log } = makeRecord(lines, options);
  const state = emptyState(parseAssumptions(options.assumptions));
  const divergences: Divergence[] = [];
  let moot = 0;
  for (const logged of log) {
    if ('day' in logged) {
      closeDay(state, logged.day, logged.line);
      continue;
    }
    const { line, on, action } = logged;
    if (options.drop?.includes(line)) continue;
    if (action.follows !== undefined && state.skipped.has(action.follows)) {
      divergences.push([line, 'skip', 'DEPENDS_ON_SKIPPED']);
      continue;
    }
    const amount = action.wanted(state, on);
    const code = action.code(state, amount, on);
    if (code === undefined) {
      perform(state, action, amount, on, line);
      continue;
    }
    if (code === action.moot) {
      moot += 1;
      continue;
    }
    const most = action.most?.(state, amount, on) ?? 0n;
    if (most > 0n && action.code(state, most, on) === undefined) {
      divergences.push([line, 'clamp', code]);
      perform(state, action, most, on, line);
      continue;
    }
    divergences.push([line, 'skip', code]);
    if (action.begins !== undefined) state.skipped.add(action.begins);
  }
  return { ...outcomeOf(state, refused), divergences, moot };
}
