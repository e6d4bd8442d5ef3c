/**
 * A loan: applied for, decided, paid out, and brought from due day to due day.
 *
 * @module
 */
import type { Reading } from '../../kernel/contract/reading.ts';
import { type RowOf, row, type ValueOf } from '../../kernel/contract/row.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import { changesOn, DebtWork, debtFields, lookedAtFrom, type Paid } from '../debt/debt.ts';
import type { Debts, Following, RowWork } from '../debt/debts.ts';
import { addExposure } from '../funding/funding.ts';
import type { Lender } from '../lender/lender.ts';
import { sumOf } from '../lender/parts.ts';
import { dueDaysOf, planInstalments, type RepaymentMethod, repaymentMethods } from '../schedule/plan.ts';

/** How far a loan has come. */
export const loanStatuses = ['declined', 'approved', 'open', 'closed', 'written-off'] as const;
export type LoanStatus = (typeof loanStatuses)[number];

/** Why a loan was declined. */
export const declineReasons = ['score', 'limit', 'value', 'core'] as const;
export type DeclineReason = (typeof declineReasons)[number];

const planned = row.record({
  on: row.date('The day.'),
  principal: row.amount('Principal that is to fall due on it.'),
});

/** Principal that is to fall due on a day. */
export type PlannedDue = ValueOf<typeof planned>;

const advance = row.record({
  kind: row.choice('What it is lent on.', ['receivable', 'order', 'inventory']),
  core: row.id('The core enterprise.'),
  value: row.amount('What it is lent on, as last valued.'),
  calledOn: row.maybe(row.date('Since when the margin is called.')),
  sold: row.flag('Whether what was pledged is sold.'),
});

/** What a loan on receivables, orders or inventory has besides. */
export type Advance = ValueOf<typeof advance>;

const loanFields = {
  ...debtFields,
  status: row.choice('How far it has come.', loanStatuses),
  declined: row.maybe(row.choice('Why it was declined.', declineReasons)),
  asked: row.amount('What was applied for.'),
  appliedOn: row.date('The day of the application.'),
  term: row.count('Months.'),
  method: row.choice('How it is repaid.', repaymentMethods),
  dueOn: row.maybe(row.date('The one due day of an advance.')),
  paidOutOn: row.maybe(row.date('When it was paid out.')),
  planned: row.list('What is to fall due.', planned),
  advance: row.maybe(advance),
};

export type LoanRow = RowOf<typeof loanFields>;

/** A loan under way. */
export class LoanWork extends DebtWork implements RowWork<LoanRow> {
  planned: PlannedDue[];
  status: LoanStatus;
  readonly #from: LoanRow;

  constructor(from: LoanRow, lateRateNow: Fraction) {
    super(from, lateRateNow);
    this.#from = from;
    this.planned = [...from.planned];
    this.status = from.status;
  }

  row(): LoanRow {
    const { declined, asked, appliedOn, term, method, dueOn, paidOutOn, advance } = this.#from;
    return {
      ...this.debt(),
      status: this.loss !== null ? 'written-off' : this.status,
      declined,
      asked,
      appliedOn,
      term,
      method,
      dueOn,
      paidOutOn,
      planned: this.loss !== null ? [] : this.planned,
      advance,
    };
  }

  /** Brings it up to a day: due days charge interest, and pass. */
  bring(to: Day): void {
    for (;;) {
      const next = this.planned[0];
      if (next === undefined || next.on > to) break;
      this.planned = this.planned.slice(1);
      this.#passBefore(next.on);
      this.accrue(next.on);
      const { on, principal } = next;
      const interest = this.charge();
      if (principal + interest > 0n) {
        this.dues = [
          ...this.dues,
          { on, principal, interest, fee: 0n, billed: 0n, minimum: 0n, overdue: false },
        ];
      }
    }
    this.#passBefore(to);
    this.accrue(to);
  }

  #passBefore(day: Day): void {
    for (const due of this.dues) {
      if (due.overdue || due.on >= day) continue;
      this.accrue(due.on);
      this.passUnmet(due);
      this.refreshArrears(due.on);
      this.note(due.on);
    }
  }

  /** Takes a payment on a day; a loan of which nothing is left is closed. */
  take(paid: Paid, on: Day): void {
    let early = this.pay(paid);
    // What is paid before it is due shortens the term: the last due goes first.
    while (early > 0n) {
      const last = this.planned.at(-1);
      if (last === undefined) break;
      const taken = early < last.principal ? early : last.principal;
      early -= taken;
      const others = this.planned.slice(0, -1);
      this.planned =
        taken === last.principal ? others : [...others, { on: last.on, principal: last.principal - taken }];
    }
    this.latest = on;
    this.bearing = this.principal;
    this.refreshArrears(on);
    this.note(on);
    const { late, interestDue, accrued, principal } = this.owed;
    if (late + interestDue + accrued + principal > 0n) return;
    this.status = 'closed';
    this.planned = [];
    this.settleLate(on);
    this.drop(on);
  }

  /** Plans all principal anew, from a day on. */
  plan(start: Day, method: RepaymentMethod, dueDays: readonly Day[]): void {
    this.planned = planInstalments({
      principal: sumOf(this.principal),
      dailyRate: this.rate,
      method,
      start,
      dueDays,
    }).map(({ on, principal }) => ({ on, principal }));
  }
}

/** Due days of a loan that begins, or is planned anew, on a day. */
export const dueDays = (start: Day, method: RepaymentMethod, term: number): readonly Day[] => {
  const days = dueDaysOf(start, term);
  return method === 'bullet' ? days.slice(-1) : days;
};

const changesOnOf = (row: LoanRow): Day | undefined => {
  const next = row.planned[0];
  return changesOn(row, next === undefined ? undefined : next.on + 1);
};

/** Declares the loans of a line, and what follows them. */
export function declareLoans(lender: Lender, following?: Following<LoanRow>): Debts<LoanRow> {
  const table = lender.line.table('loans', {
    doc: 'loans by id',
    later: true,
    holds: row.record(loanFields),
    bucket: (loan) => (loan.status === 'open' ? lookedAtFrom(loan, changesOnOf(loan)) : undefined),
  });
  return {
    lender,
    table,
    subject: (loan) => `loan/${lender.id}/${loan}`,
    live: ({ status }) => status === 'open',
    changesOn: changesOnOf,
    brought: (s, row, to) => broughtLoan(lender, s, row, to),
    ended: (s, row) => addExposure(lender, s, exposureKey(row), -sumOf(row.principal), 0n),
    ...(following === undefined ? {} : { following }),
  };
}

/** A loan brought up to a day, under the policy of the event's date. */
export function broughtLoan(lender: Lender, s: Reading, row: LoanRow, to: Day): LoanWork {
  const work = new LoanWork(row, s.policy(lender.policy.lateFeeRate));
  work.bring(to);
  return work;
}

/** Under what a loan's exposure is counted: its holder, or an advance's core enterprise. */
export const exposureKey = ({ holder, advance }: LoanRow): string =>
  advance === null ? `holder/${holder}` : `core/${advance.core}`;
