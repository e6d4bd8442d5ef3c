/**
 * A credit line: draws, statements, dues, what revolves, and instalment plans, brought from day to day.
 *
 * @module
 */

import type { Reading } from '../../kernel/contract/reading.ts';
import { type RowOf, row, type ValueOf } from '../../kernel/contract/row.ts';
import { type Day, periodBounds } from '../../kernel/values/dates.ts';
import { type Fraction, share } from '../../kernel/values/rates.ts';
import {
  changesOn,
  DebtWork,
  type Due,
  debtFields,
  lookedAtFrom,
  type Paid,
  unpaidOf,
} from '../../lending/debt/debt.ts';
import type { Debts, RowWork } from '../../lending/debt/debts.ts';
import { noParts, type Parts, plus, split, sumOf } from '../../lending/lender/parts.ts';
import { line } from './line.ts';
import { lender, minimumShare, revolvingRate } from './policy.ts';

const plan = row.record({
  on: row.date('The day on which it began.'),
  term: row.count('Months.'),
  amount: row.amount('What it was made of.'),
  fee: row.amount('Its fee.'),
  billed: row.count('Parts billed so far.'),
  left: row.amount('Principal not yet billed.'),
  feeLeft: row.amount('Fee not yet billed.'),
});

/** An instalment plan: what is left of it, and how it is billed. */
export type Plan = ValueOf<typeof plan>;

const lineFields = {
  ...debtFields,
  openedOn: row.date('The day on which it was opened.'),
  statementDay: row.count('The day of the month of statements.'),
  dueDay: row.count('The day of the month on which a statement is due.'),
  nextStatement: row.date('The next statement day.'),
  unbilled: row.amount('Drawn and not yet billed.'),
  revolving: row.amount('Billed, its minimum paid, and carried on.'),
  plans: row.list('Instalment plans.', plan),
};

export type LineRow = RowOf<typeof lineFields>;

/** The first date after a day with a day of the month, which every month has. */
export function nextDayOfMonth(after: Day, dayOfMonth: number): Day {
  const { from, to } = periodBounds(after, 'MONTH');
  const here = from + dayOfMonth - 1;
  return here > after ? here : to + dayOfMonth;
}

/** What of the policy is read when time is brought to a line. */
interface Terms {
  readonly lateFeeRate: Fraction;
  readonly minimumShare: Fraction;
  readonly revolvingRate: Fraction;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A line under way. */
export class LineWork extends DebtWork implements RowWork<LineRow> {
  nextStatement: Day;
  unbilled: bigint;
  revolving: bigint;
  plans: readonly Plan[];
  /** The statement that was issued last while it was brought. */
  issued: Due | undefined;
  /** Principal that has begun to revolve while it was brought: of dues of which the minimum was paid. */
  revolved = 0n;
  readonly #from: LineRow;
  readonly #terms: Terms;

  constructor(from: LineRow, terms: Terms) {
    super(from, terms.lateFeeRate);
    this.#from = from;
    this.#terms = terms;
    this.nextStatement = from.nextStatement;
    this.unbilled = from.unbilled;
    this.revolving = from.revolving;
    this.plans = from.plans;
  }

  row(): LineRow {
    const { openedOn, statementDay, dueDay } = this.#from;
    const lost = this.loss !== null;
    return {
      ...this.debt(),
      openedOn,
      statementDay,
      dueDay,
      nextStatement: this.nextStatement,
      unbilled: lost ? 0n : this.unbilled,
      revolving: lost ? 0n : this.revolving,
      plans: lost ? [] : this.plans,
    };
  }

  /** Brings it up to a day, or to the end of it: statements are issued at the end of their day. */
  bring(to: Day, end: boolean): void {
    for (;;) {
      const due = this.dues.find(({ on, overdue }) => !overdue && on < to);
      const states = this.nextStatement < to || (end && this.nextStatement === to);
      if (states && (due === undefined || this.nextStatement <= due.on)) this.#state();
      else if (due !== undefined) this.#pass(due);
      else break;
    }
    this.accrue(to);
  }

  #state(): void {
    const on = this.nextStatement;
    this.nextStatement = nextDayOfMonth(on, this.#from.statementDay);
    this.accrue(on);
    const interest = this.accrued;
    let principal = this.unbilled + this.revolving;
    let fee = 0n;
    this.plans = this.plans.flatMap((plan) => {
      const last = plan.billed + 1 >= plan.term;
      const part = last ? plan.left : least(plan.amount / BigInt(plan.term), plan.left);
      const feePart = last ? plan.feeLeft : plan.fee / BigInt(plan.term);
      principal += part;
      fee += feePart;
      const left = plan.left - part;
      return left === 0n ? [] : [{ ...plan, billed: plan.billed + 1, left, feeLeft: plan.feeLeft - feePart }];
    });
    this.unbilled = 0n;
    this.revolving = 0n;
    if (principal + interest + fee > 0n) {
      this.charge();
      this.drop(on);
      const billed = principal + interest + fee;
      const minimum = share(principal, this.#terms.minimumShare) + interest + fee;
      const dueOn = nextDayOfMonth(on, this.#from.dueDay);
      this.issued = { on: dueOn, principal, interest, fee, billed, minimum, overdue: false };
      this.dues = [...this.dues, this.issued];
    }
    this.#bear(on);
  }

  #pass(due: Due): void {
    this.accrue(due.on);
    const met = due.interest === 0n && due.fee === 0n && due.principal <= due.billed - due.minimum;
    if (met) {
      if (this.revolving === 0n && due.principal > 0n) this.rate = this.#terms.revolvingRate;
      this.revolving += due.principal;
      this.revolved += due.principal;
      this.dues = this.dues.filter((each) => each !== due);
    } else this.passUnmet(due);
    this.#bear(due.on);
  }

  /** Looks again, at the end of a day, what bears interest and whether something is overdue. */
  #bear(on: Day): void {
    this.refreshArrears(on);
    this.bearing = this.revolving === 0n ? noParts : split(this.revolving, this.principal);
    this.note(on);
  }

  /** Draws on a day. */
  draw(parts: Parts, on: Day): void {
    this.principal = plus(this.principal, parts);
    this.unbilled += sumOf(parts);
    this.#touched(on);
  }

  /** Takes a payment on a day. */
  take(paid: Paid, on: Day): void {
    this.#takeEarly(this.pay(paid), ['revolving', 'unbilled']);
    this.#touched(on);
  }

  /** Takes principal off that a refund gives back: what was drawn last first. */
  giveBack(parts: Parts, on: Day): void {
    let left = sumOf(parts);
    this.principal = [
      this.principal[0] - parts[0],
      this.principal[1] - parts[1],
      this.principal[2] - parts[2],
    ];
    left = this.#takeFrom('unbilled', left);
    left = this.#takeFrom('revolving', left);
    for (const due of this.dues.toReversed()) left -= this.#takeOffDue(due, least(left, due.principal));
    this.#takeOffPlans(left);
    this.#touched(on);
  }

  /** The newest due that is not past: what can be converted. */
  convertible(on: Day): Due | undefined {
    return this.dues.findLast((due) => due.on >= on && !due.overdue);
  }

  /** Turns principal of the newest due into a plan. */
  convert(amount: bigint, term: number, fee: bigint, on: Day): void {
    const due = this.convertible(on);
    if (due === undefined) return;
    this.#takeOffDue(due, amount);
    this.plans = [...this.plans, { on, term, amount, fee, billed: 0, left: amount, feeLeft: fee }];
    this.#touched(on);
  }

  /** What the minimum comes to: late fees, all that is overdue, and what is missing to the minimum of the rest. */
  get minimum(): bigint {
    let sum = this.late;
    for (const due of this.dues) {
      const unpaid = unpaidOf(due);
      const missing = due.overdue ? unpaid : due.minimum - (due.billed - unpaid);
      if (missing > 0n) sum += missing;
    }
    return sum;
  }

  #touched(on: Day): void {
    this.latest = on;
    this.#bear(on);
    if (sumOf(this.principal) === 0n && this.accrued === 0n) this.drop(on);
  }

  #takeEarly(minor: bigint, from: readonly ('revolving' | 'unbilled')[]): void {
    let left = minor;
    for (const name of from) left = this.#takeFrom(name, left);
    this.#takeOffPlans(left);
  }

  #takeFrom(name: 'revolving' | 'unbilled', minor: bigint): bigint {
    const taken = least(minor, this[name]);
    this[name] -= taken;
    return minor - taken;
  }

  #takeOffPlans(minor: bigint): void {
    let left = minor;
    this.plans = this.plans
      .toReversed()
      .flatMap((plan) => {
        const taken = least(left, plan.left);
        left -= taken;
        return taken === plan.left ? [] : [{ ...plan, left: plan.left - taken }];
      })
      .toReversed();
  }

  #takeOffDue(due: Due, minor: bigint): bigint {
    if (minor === 0n) return 0n;
    const less = { ...due, principal: due.principal - minor, billed: due.billed - minor };
    const after = { ...less, minimum: least(less.minimum, unpaidOf(less)) };
    this.dues = this.dues.map((each) => (each === due ? after : each));
    return minor;
  }
}

const somethingToBill = ({ unbilled, revolving, plans, uncharged, rate }: LineRow): boolean =>
  unbilled > 0n || revolving > 0n || plans.length > 0 || sumOf(uncharged) >= rate.den;

const changesOnOf = (row: LineRow): Day | undefined =>
  changesOn(row, somethingToBill(row) ? row.nextStatement : undefined);

/** Lines by holder. */
export const lines: Debts<LineRow> = {
  lender,
  table: line.table('lines', {
    doc: 'credit lines by holder',
    later: true,
    holds: row.record(lineFields),
    bucket: (held) => (held.loss === null ? lookedAtFrom(held, changesOnOf(held)) : undefined),
  }),
  subject: (holder) => `credit/${holder}`,
  live: ({ loss }) => loss === null,
  changesOn: changesOnOf,
  brought: (s, row, to) => brought(s, row, to, true),
};

/** A line brought up to a day (or to the end of it), under the policy of the event's date. */
export function brought(s: Reading, row: LineRow, to: Day, end = false): LineWork {
  const work = new LineWork(row, {
    lateFeeRate: s.policy(lender.policy.lateFeeRate),
    minimumShare: s.policy(minimumShare),
    revolvingRate: s.policy(revolvingRate),
  });
  work.bring(to, end);
  return work;
}
