/**
 * One debt, a line or a loan: what it owes by part, its interest day by day, dues, arrears, payments, write-off and recovery.
 * A debt is a plain object; whoever decides a fact makes a copy, brings it to the fact's date, and keeps the copy if the fact is accepted.
 */
import type { Leg, State } from './credit-book.ts';
import { OWN_CASH, RESERVE } from './credit-book.ts';
import type { Fraction, Fractions, Parts } from './credit-numbers.ts';
import {
  addDays,
  addFractions,
  addParts,
  allocate,
  allocateParts,
  daysFrom,
  floor,
  fraction,
  halfEven,
  max,
  min,
  minus,
  must,
  NO_FRACTIONS,
  NO_PARTS,
  nextWithDay,
  partsOf,
  plus,
  product,
  sum,
  sumOf,
  takeFractions,
  takeParts,
  times,
  whole,
  ZERO,
} from './credit-numbers.ts';
import { rateOn } from './credit-parameters.ts';

/** where the page can be read in two ways, and the comparison may want to try the other one */
export const choices = {
  /** interest due that is paid is that of the oldest due first; else that of the newest (so that the unpaid lies in the oldest) */
  interestPaid: 'oldest first' as 'oldest first' | 'newest first',
  /** which part of each part of a line revolves: whole units by the split, or the exact share */
  revolvingParts: 'allocated' as 'allocated' | 'exact',
  /** a line without principal keeps its uncharged interest while something whole is left of it, or drops all of it */
  lineFractions: 'whole kept' as 'whole kept' | 'all dropped',
  /** due days at the end of a plan that a prepayment has left without principal: gone, or kept for their interest */
  emptyDueDays: 'gone' as 'gone' | 'kept',
  /** principal that is paid, due and not yet due together, is allocated once; or each for itself */
  principalPaid: 'at once' as 'at once' | 'due, then not yet due',
  /** the rates that are read when a due date t passes: of the day of the close or fact that brings it, or of t itself */
  passingRates: 'of the event' as 'of the event' | 'of the due date',
  /** whether an approved advance that is not paid out can be valued */
  valuedBeforePaidOut: 'no' as 'no' | 'yes',
};

export type LineName = 'huabei' | 'jiebei' | 'mybank';
export const LINES: readonly LineName[] = ['huabei', 'jiebei', 'mybank'];

/** what of it is unpaid; huabei: what counts as billed, and its minimum */
export type Due = {
  date: string;
  principal: bigint;
  interest: bigint;
  fee: bigint;
  billed: bigint;
  minimum: bigint;
  overdue: boolean;
};

/** an amount turned into instalments: the parts that are not billed yet */
export type Plan = { parts: { principal: bigint; fee: bigint }[] };

export type Credit = {
  statementDay: number;
  dueDay: number;
  nextStatement: string;
  unbilled: bigint;
  revolving: bigint;
  rate: Fraction;
  /** in the order in which they were converted */
  plans: Plan[];
};

export type LoanMethod = 'bullet' | 'equal-principal' | 'annuity' | 'interest-only';
export type AdvanceKind = 'receivable' | 'order' | 'inventory';

export type Loan = {
  asked: bigint;
  term: number;
  method: LoanMethod;
  price: Fraction;
  decision: 'approved' | 'score' | 'limit' | 'value' | 'core';
  planned: { date: string; principal: bigint }[];
  advance:
    | {
        kind: AdvanceKind;
        core: string;
        value: bigint;
        dueOn: string;
        calledSince: string | undefined;
        sold: boolean;
      }
    | undefined;
};

export type Debt = {
  line: LineName;
  id: string;
  holder: string;
  latest: string;
  /** a line that is open, a loan that is paid out */
  begun: boolean;
  bank: string;
  pool: string;
  /** interest is accrued up to and with this day, and what time brings up to it has happened */
  through: string;
  principal: Parts;
  /** the vehicle's part, change by change */
  vehicle: { date: string; amount: bigint }[];
  interestDue: Parts;
  uncharged: Fractions;
  /** late fees that are not paid, exact */
  late: Fraction;
  /** while in arrears */
  lateRate: Fraction | undefined;
  dues: Due[];
  /** in which the principal is booked */
  bucket: string;
  earned: Map<string, { interest: Fractions; late: Fraction }>;
  dropped: { date: string; interest: Fractions; late: Fraction }[];
  closedOn: string | undefined;
  /** what was lost and not recovered, by part */
  writtenOff: { on: string; left: Parts } | undefined;
  credit: Credit | undefined;
  loan: Loan | undefined;
  /** what time brought */
  steps: { date: string; what: string }[];
};

export function newDebt(line: LineName, id: string, holder: string, on: string): Debt {
  return {
    line,
    id,
    holder,
    latest: on,
    begun: false,
    bank: '',
    pool: '',
    through: on,
    principal: NO_PARTS,
    vehicle: [],
    interestDue: NO_PARTS,
    uncharged: NO_FRACTIONS,
    late: ZERO,
    lateRate: undefined,
    dues: [],
    bucket: 'current',
    earned: new Map(),
    dropped: [],
    closedOn: undefined,
    writtenOff: undefined,
    credit: undefined,
    loan: undefined,
    steps: [],
  };
}

/** notes how the vehicle's part has changed on a day */
export function noteVehicle(debt: Debt, date: string): void {
  const change = debt.principal[2] - sum(debt.vehicle.map(({ amount }) => amount));
  if (change !== 0n) debt.vehicle.push({ date, amount: change });
}

export function keyOf(line: LineName, id: string): string {
  return `${line}/${id}`;
}

export function unpaid(due: Due): bigint {
  return due.principal + due.interest + due.fee;
}

export function isLive(debt: Debt): boolean {
  return debt.begun && debt.closedOn === undefined && debt.writtenOff === undefined;
}

// ---------------------------------------------------------------------------------------------- what it comes to

export function principalOf(debt: Debt): bigint {
  return sum(debt.principal);
}

function fees(debt: Debt): bigint {
  return sum(debt.dues.map((due) => due.fee));
}

/** what `due` pays */
export function dueOf(debt: Debt): bigint {
  // of a loan with no due day ahead, all that is owed is due
  if (debt.loan !== undefined && debt.loan.planned.length === 0) return owedOf(debt);
  return floor(debt.late) + fees(debt) + sum(debt.interestDue) + sum(debt.dues.map((due) => due.principal));
}

/** what `all` pays */
export function owedOf(debt: Debt): bigint {
  return (
    floor(debt.late) + fees(debt) + sum(debt.interestDue) + floor(sumOf(debt.uncharged)) + principalOf(debt)
  );
}

/** what `minimum` pays: late fees, all that is overdue, and what other dues lack to their minimum */
export function minimumOf(debt: Debt): bigint {
  return (
    floor(debt.late) +
    sum(
      debt.dues.map((due) => (due.overdue ? unpaid(due) : max(0n, due.minimum - (due.billed - unpaid(due))))),
    )
  );
}

/** the date of the oldest due that is overdue and has something unpaid */
export function arrearsSince(debt: Debt): string | undefined {
  return debt.dues
    .filter((due) => due.overdue && unpaid(due) > 0n)
    .map((due) => due.date)
    .sort()[0];
}

export function daysPastDue(debt: Debt, day: string): number {
  const since = arrearsSince(debt);
  return since === undefined ? 0 : daysFrom(since, day);
}

export function bucketOf(days: number): string {
  return days === 0
    ? 'current'
    : days <= 30
      ? '1-30'
      : days <= 60
        ? '31-60'
        : days <= 90
          ? '61-90'
          : 'over-90';
}

// ---------------------------------------------------------------------------------------------- what time brings

/** the principal that bears interest, by part, and at which rate */
function bearing(debt: Debt): { principal: Fractions; rate: Fraction } {
  const exact = (parts: Parts): Fractions => [whole(parts[0]), whole(parts[1]), whole(parts[2])];
  if (debt.loan !== undefined) return { principal: exact(debt.principal), rate: debt.loan.price };
  const credit = must(debt.credit, 'credit');
  const all = principalOf(debt);
  if (credit.revolving === 0n) return { principal: NO_FRACTIONS, rate: ZERO };
  if (choices.revolvingParts === 'allocated')
    return { principal: exact(allocateParts(credit.revolving, debt.principal)), rate: credit.rate };
  const share = (part: bigint): Fraction => fraction(credit.revolving * part, all);
  return {
    principal: [share(debt.principal[0]), share(debt.principal[1]), share(debt.principal[2])],
    rate: credit.rate,
  };
}

/** interest and late fee of a day, on what stood at the end of the day before */
function earn(debt: Debt, day: string): void {
  const { principal, rate } = bearing(debt);
  const interest: Fractions = [
    product(principal[0], rate),
    product(principal[1], rate),
    product(principal[2], rate),
  ];
  const overdue = sum(debt.dues.filter((due) => due.overdue).map((due) => due.principal));
  const late = overdue === 0n ? ZERO : times(overdue, must(debt.lateRate, 'late fee rate'));
  debt.uncharged = addFractions(debt.uncharged, interest);
  debt.late = plus(debt.late, late);
  if (late.n > 0n || sumOf(interest).n > 0n) debt.earned.set(day, { interest, late });
}

/** dues of a date, at its end */
function passDues(state: State, debt: Debt, date: string, event: string): void {
  const asOf = choices.passingRates === 'of the event' ? event : date;
  for (const due of debt.dues.filter((one) => one.date === date && !one.overdue)) {
    if (unpaid(due) === 0n) continue;
    const { credit } = debt;
    const met =
      credit !== undefined &&
      unpaid(due) <= due.billed - due.minimum &&
      due.interest === 0n &&
      due.fee === 0n;
    if (met) {
      if (credit.revolving === 0n) credit.rate = rateOn(state.policy, 'huabei.revolvingRate', asOf);
      credit.revolving += due.principal;
      due.principal = 0n;
      debt.steps.push({ date, what: 'due passed, revolves' });
    } else {
      due.overdue = true;
      if (debt.lateRate === undefined) debt.lateRate = rateOn(state.policy, `${debt.line}.lateFeeRate`, asOf);
      debt.steps.push({ date, what: 'due passed, overdue' });
    }
  }
  debt.dues = debt.dues.filter((due) => due.date > date || unpaid(due) > 0n);
}

/** turns uncharged interest into interest due */
export function charge(debt: Debt, amount: bigint): void {
  if (amount === 0n) return;
  const weights = debt.uncharged.map((part) => (part.n < 0n ? ZERO : part));
  const parts = partsOf(allocate(amount, weights));
  debt.uncharged = takeFractions(debt.uncharged, [whole(parts[0]), whole(parts[1]), whole(parts[2])]);
  debt.interestDue = addParts(debt.interestDue, parts);
}

function loanDueDay(debt: Debt, loan: Loan, day: string): void {
  const planned = loan.planned[0];
  if (planned === undefined || planned.date !== day) return;
  loan.planned = loan.planned.slice(1);
  const interest = floor(sumOf(debt.uncharged));
  charge(debt, interest);
  const { principal } = planned;
  debt.steps.push({ date: day, what: 'due day' });
  if (principal + interest === 0n) return;
  debt.dues.push({ date: day, principal, interest, fee: 0n, billed: 0n, minimum: 0n, overdue: false });
}

/** a statement is issued at the end of its day, after all that happened on it */
function statementDay(state: State, debt: Debt, credit: Credit, day: string, asOf: string): void {
  if (day !== credit.nextStatement) return;
  credit.nextStatement = nextWithDay(day, credit.statementDay);
  const next = credit.plans.map((plan) => must(plan.parts[0], 'part'));
  const principal = credit.unbilled + credit.revolving + sum(next.map((part) => part.principal));
  const fee = sum(next.map((part) => part.fee));
  const interest = floor(sumOf(debt.uncharged));
  credit.unbilled = 0n;
  credit.revolving = 0n;
  for (const plan of credit.plans) plan.parts = plan.parts.slice(1);
  forgetEmptyPlans(credit);
  if (principal === 0n && interest === 0n && fee === 0n) return;
  charge(debt, interest);
  drop(debt, day, debt.uncharged, ZERO);
  debt.uncharged = NO_FRACTIONS;
  const share = rateOn(state.policy, 'huabei.minimumShare', asOf);
  debt.dues.push({
    date: nextWithDay(day, credit.dueDay),
    principal,
    interest,
    fee,
    billed: principal + interest + fee,
    minimum: halfEven(times(principal, share)) + interest + fee,
    overdue: false,
  });
  debt.steps.push({ date: day, what: 'statement' });
}

/** what the end of a day brings when it is closed */
export function endDay(state: State, debt: Debt, day: string): void {
  if (isLive(debt) && debt.credit !== undefined) statementDay(state, debt, debt.credit, day, day);
}

export function forgetEmptyPlans(credit: Credit): void {
  credit.plans = credit.plans.filter((plan) => sum(plan.parts.map((part) => part.principal)) > 0n);
}

/** brings a debt to a day, step by step, with parameters as of another */
export function advance(state: State, debt: Debt, to: string, asOf: string): void {
  while (isLive(debt) && debt.through < to) {
    const day = addDays(debt.through, 1);
    if (debt.credit !== undefined) statementDay(state, debt, debt.credit, debt.through, asOf);
    passDues(state, debt, debt.through, asOf);
    earn(debt, day);
    debt.through = day;
    if (debt.loan !== undefined) loanDueDay(debt, debt.loan, day);
  }
}

/** a copy of a debt, brought to a day on which something is asked of it */
export function debtAt(state: State, line: LineName, id: string, on: string): Debt | undefined {
  const known = state.debts.get(keyOf(line, id));
  if (known === undefined) return undefined;
  const copy = structuredClone(known);
  advance(state, copy, on, on);
  return copy;
}

// ---------------------------------------------------------------------------------------------- what ends

function drop(debt: Debt, date: string, interest: Fractions, late: Fraction): void {
  if (late.n === 0n && interest.every((part) => part.n === 0n)) return;
  debt.dropped.push({ date, interest, late });
}

/** out of arrears: late fees stay owed, floored */
export function endArrears(debt: Debt, date: string): void {
  debt.dues = debt.dues.filter((due) => !due.overdue || unpaid(due) > 0n);
  if (debt.lateRate === undefined || arrearsSince(debt) !== undefined) return;
  debt.lateRate = undefined;
  const owed = whole(floor(debt.late));
  drop(debt, date, NO_FRACTIONS, minus(debt.late, owed));
  debt.late = owed;
}

/** fractions of a debt that has ended, or of a line without principal, are dropped */
export function endFractions(debt: Debt, date: string): void {
  if (principalOf(debt) > 0n) return;
  const left = floor(sumOf(debt.uncharged));
  if (debt.credit !== undefined) {
    if (left > 0n && choices.lineFractions === 'whole kept') return;
  } else {
    if (left > 0n || sum(debt.interestDue) > 0n || floor(debt.late) > 0n) return;
    debt.closedOn = date;
  }
  drop(debt, date, debt.uncharged, ZERO);
  debt.uncharged = NO_FRACTIONS;
}

// ---------------------------------------------------------------------------------------------- payments

export type Paid = { late: bigint; fee: bigint; interest: Parts; principal: Parts };

export function totalOf(paid: Paid): bigint {
  return paid.late + paid.fee + sum(paid.interest) + sum(paid.principal);
}

/** takes principal from plans, the one converted last first, of each the last parts first; what is left over */
export function takeFromPlans(credit: Credit, amount: bigint): bigint {
  let left = amount;
  for (const plan of [...credit.plans].reverse()) {
    for (const part of [...plan.parts].reverse()) {
      const taken = min(left, part.principal);
      part.principal -= taken;
      left -= taken;
    }
  }
  forgetEmptyPlans(credit);
  return left;
}

/** takes principal that is not yet due */
function prepay(debt: Debt, amount: bigint): void {
  let left = amount;
  if (debt.loan !== undefined) {
    for (const planned of [...debt.loan.planned].reverse()) {
      const taken = min(left, planned.principal);
      planned.principal -= taken;
      left -= taken;
    }
    if (amount > 0n && choices.emptyDueDays === 'gone')
      while (debt.loan.planned.at(-1)?.principal === 0n) debt.loan.planned.pop();
  }
  if (debt.credit !== undefined) {
    const revolving = min(left, debt.credit.revolving);
    debt.credit.revolving -= revolving;
    left -= revolving;
    const unbilled = min(left, debt.credit.unbilled);
    debt.credit.unbilled -= unbilled;
    left = takeFromPlans(debt.credit, left - unbilled);
  }
  if (left > 0n) throw new Error('oracle: more was prepaid than there was');
}

export function takePrincipal(debt: Debt, amount: bigint): Parts {
  const parts = allocateParts(amount, debt.principal);
  debt.principal = takeParts(debt.principal, parts);
  return parts;
}

/** a payment of at most what is owed, by a debt that was brought to its day */
export function pay(debt: Debt, amount: bigint, on: string): Paid {
  let left = amount;
  const oldest = [...debt.dues].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));

  const late = min(left, floor(debt.late));
  debt.late = minus(debt.late, whole(late));
  left -= late;

  let fee = 0n;
  for (const due of oldest) {
    const paid = min(left, due.fee);
    due.fee -= paid;
    fee += paid;
    left -= paid;
  }

  const interestPaid = min(left, sum(debt.interestDue));
  let interest = allocateParts(interestPaid, debt.interestDue);
  debt.interestDue = takeParts(debt.interestDue, interest);
  left -= interestPaid;
  let some = interestPaid;
  for (const due of choices.interestPaid === 'oldest first' ? oldest : [...oldest].reverse()) {
    const paid = min(some, due.interest);
    due.interest -= paid;
    some -= paid;
  }

  let principalPaid = 0n;
  for (const due of oldest) {
    const paid = min(left, due.principal);
    due.principal -= paid;
    principalPaid += paid;
    left -= paid;
  }

  const early = min(left, floor(sumOf(debt.uncharged)));
  if (early > 0n) {
    // nothing else is due here: what is charged now is paid now
    charge(debt, early);
    interest = addParts(interest, debt.interestDue);
    debt.interestDue = NO_PARTS;
    left -= early;
  }
  prepay(debt, left);
  const principal =
    choices.principalPaid === 'at once'
      ? takePrincipal(debt, principalPaid + left)
      : addParts(takePrincipal(debt, principalPaid), takePrincipal(debt, left));

  endArrears(debt, on);
  endFractions(debt, on);
  return { late, fee, interest, principal };
}

// ---------------------------------------------------------------------------------------------- entries

const OF_PART = ['own', 'partner', 'vehicle'] as const;

/** the entity that keeps the books of a part */
export function entityOf(line: LineName, part: (typeof OF_PART)[number]): string {
  return part === 'own' ? line : part;
}

export function principalAccount(debt: Debt, part: number, bucket: string): string {
  const entity = entityOf(debt.line, must(OF_PART[part], 'part'));
  return `${entity}:asset:${debt.line}:principal-${bucket}:${debt.holder}:CNY`;
}

export function interestAccount(line: LineName, part: number): string {
  return `${entityOf(line, must(OF_PART[part], 'part'))}:asset:${line}:interest:CNY`;
}

export function lenderCash(line: LineName): string {
  return `${line}:asset:${line}:cash:CNY`;
}

/** everything of a draw but what the money is paid into */
export function drawLegs(state: State, debt: Debt, parts: Parts, on: string): Leg[] {
  const { line, bank, pool } = debt;
  const [own, partner, vehicle] = parts;
  const subordinated = halfEven(times(vehicle, rateOn(state.policy, `${line}.subordinatedShare`, on)));
  return [
    [RESERVE, own + partner + vehicle],
    [principalAccount(debt, 0, debt.bucket), own],
    [`${line}:asset:${line}:retained:${pool}:CNY`, subordinated],
    [lenderCash(line), -own - subordinated],
    [principalAccount(debt, 1, debt.bucket), partner],
    [`partner:liability:${line}:funds:${bank}:CNY`, -partner],
    [principalAccount(debt, 2, debt.bucket), vehicle],
    [`vehicle:liability:${line}:subordinated:${pool}:CNY`, -subordinated],
    [`vehicle:liability:${line}:senior:${pool}:CNY`, subordinated - vehicle],
  ];
}

export function splitDraw(state: State, line: LineName, amount: bigint, on: string): Parts {
  const own = halfEven(times(amount, rateOn(state.policy, `${line}.ownFundingShare`, on)));
  const vehicle = halfEven(times(amount - own, rateOn(state.policy, `${line}.securitisedShare`, on)));
  return [own, amount - own - vehicle, vehicle];
}

/** everything of a payment but where the money comes from */
export function paymentLegs(state: State, debt: Debt, paid: Paid, on: string): Leg[] {
  const { line, bank, pool } = debt;
  const { late, fee, interest, principal } = paid;
  const technology = halfEven(times(interest[1], rateOn(state.policy, `${line}.technologyFeeRate`, on)));
  return [
    [RESERVE, -totalOf(paid)],
    [lenderCash(line), interest[0] + principal[0] + late + fee],
    [principalAccount(debt, 0, debt.bucket), -principal[0]],
    [interestAccount(line, 0), -interest[0]],
    [`${line}:asset:${line}:late-fees:CNY`, -late],
    [`${line}:income:${line}:instalment-fee:CNY`, -fee],
    [`partner:liability:${line}:funds:${bank}:CNY`, principal[1] + interest[1] - technology],
    [`partner:expense:${line}:service-fee:CNY`, technology],
    [principalAccount(debt, 1, debt.bucket), -principal[1]],
    [interestAccount(line, 1), -interest[1]],
    [OWN_CASH, technology],
    [`platform:income:${line}:technology-service:CNY`, -technology],
    [`vehicle:asset:${line}:cash:${pool}:CNY`, principal[2] + interest[2]],
    [principalAccount(debt, 2, debt.bucket), -principal[2]],
    [interestAccount(line, 2), -interest[2]],
  ];
}

/** a debt that was brought to the day is written off; its entry */
export function writeOff(debt: Debt, on: string): Leg[] {
  const { line } = debt;
  charge(debt, floor(sumOf(debt.uncharged)));
  const late = floor(debt.late);
  drop(debt, on, debt.uncharged, minus(debt.late, whole(late)));
  const loss = addParts(addParts(debt.principal, debt.interestDue), [late, 0n, 0n]);
  const legs: Leg[] = [
    [`${line}:liability:${line}:allowance:CNY`, loss[0]],
    [`${line}:asset:${line}:late-fees:CNY`, -late],
    [`partner:expense:${line}:credit-loss:CNY`, loss[1]],
    [`vehicle:expense:${line}:credit-loss:CNY`, loss[2]],
  ];
  for (const part of [0, 1, 2]) {
    legs.push([principalAccount(debt, part, debt.bucket), -(debt.principal[part] ?? 0n)]);
    legs.push([interestAccount(line, part), -(debt.interestDue[part] ?? 0n)]);
  }
  debt.writtenOff = { on, left: loss };
  debt.principal = NO_PARTS;
  debt.interestDue = NO_PARTS;
  debt.uncharged = NO_FRACTIONS;
  debt.late = ZERO;
  debt.lateRate = undefined;
  debt.dues = [];
  if (debt.credit !== undefined) {
    debt.credit.unbilled = 0n;
    debt.credit.revolving = 0n;
    debt.credit.plans = [];
  }
  if (debt.loan !== undefined) debt.loan.planned = [];
  return legs;
}

/** a recovery of at most what is left of the loss; everything but where the money comes from */
export function recover(debt: Debt, amount: bigint): Leg[] {
  const { line, bank, pool } = debt;
  const lost = must(debt.writtenOff, 'write-off');
  const [own, partner, vehicle] = allocateParts(amount, lost.left);
  lost.left = takeParts(lost.left, [own, partner, vehicle]);
  return [
    [RESERVE, -amount],
    [lenderCash(line), own],
    [`${line}:expense:${line}:provision:CNY`, -own],
    [`partner:liability:${line}:funds:${bank}:CNY`, partner],
    [`partner:expense:${line}:credit-loss:CNY`, -partner],
    [`vehicle:asset:${line}:cash:${pool}:CNY`, vehicle],
    [`vehicle:expense:${line}:credit-loss:CNY`, -vehicle],
  ];
}

/** what holds of every debt at every moment */
export function checkDebt(debt: Debt): void {
  const wrong = (what: string): never => {
    throw new Error(`oracle: ${debt.line}/${debt.id}: ${what}`);
  };
  if ([...debt.principal, ...debt.interestDue].some((part) => part < 0n)) wrong('a part is below zero');
  if (sum(debt.dues.map((due) => due.interest)) !== sum(debt.interestDue))
    wrong('interest of dues is not that of parts');
  const dues = sum(debt.dues.map((due) => due.principal));
  const { loan, credit } = debt;
  if (loan !== undefined && dues + sum(loan.planned.map((one) => one.principal)) !== principalOf(debt))
    wrong('dues and plan are not the principal');
  if (credit !== undefined) {
    const plans = sum(credit.plans.flatMap((plan) => plan.parts.map((part) => part.principal)));
    if (dues + plans + credit.unbilled + credit.revolving !== principalOf(debt))
      wrong('unbilled, revolving, dues and plans are not the principal');
  }
  const left = sumOf(debt.uncharged);
  if (left.n < 0n) wrong('uncharged interest is below zero');
}
