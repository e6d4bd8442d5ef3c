/**
 * Schedules asked for without a book: what a loan of a line would fall due like, in whole minor units.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import { builder } from '../../graphql/base/builder.ts';
import { fault } from '../../graphql/base/faults.ts';
import { Money, MoneyInput } from '../../graphql/base/money.ts';
import { type Day, dayMax, formatDay } from '../../kernel/values/dates.ts';
import { amount, type Field, rate, whole } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { termOutOfRange } from '../lender/codes.ts';
import { dueDays } from '../loans/loan.ts';
import { termMax } from '../loans/repaying.ts';
import { addMonths } from '../schedule/calendar.ts';
import {
  effectiveDailyRate,
  type Instalment,
  planInstalments,
  type RepaymentMethod,
} from '../schedule/plan.ts';
import { cny } from './debt.ts';
import { MethodEnum } from './loan.ts';

interface PlannedInstalment extends Instalment {
  /** Principal that is left after it. */
  readonly outstanding: bigint;
}

interface LoanPlan {
  readonly method: RepaymentMethod;
  readonly principal: bigint;
  readonly instalments: readonly PlannedInstalment[];
  readonly interest: bigint;
  /** Interest a day at which the instalments are worth the principal. */
  readonly effective: Decimal;
}

const totalOf = ({ principal, interest }: Instalment): bigint => principal + interest;

const InstalmentRef = builder.objectRef<PlannedInstalment>('LoanPlanInstalment').implement({
  description: 'What falls due on a day, if all before it was paid on its day.',
  fields: (t) => ({
    on: t.expose('on', { type: 'Date', description: 'The due day: 2016-04-01.' }),
    principal: t.field({
      type: Money,
      description: 'Principal that falls due: 93.25.',
      resolve: ({ principal }) => cny(principal),
    }),
    interest: t.field({
      type: Money,
      description:
        'Interest that has accrued since the due day before, in whole minor units; the fraction goes on to the next: 14.88 of 1200.00 at 0.04% over 31 days.',
      resolve: ({ interest }) => cny(interest),
    }),
    total: t.field({
      type: Money,
      description: 'Both together: 108.13.',
      resolve: (instalment) => cny(totalOf(instalment)),
    }),
    outstanding: t.field({
      type: Money,
      description: 'Principal that is left after it: 1106.75; 0.00 after the last.',
      resolve: ({ outstanding }) => cny(outstanding),
    }),
  }),
});

/** Digits after the point of an effective rate in per cent, the last rounded half to even. */
const percentDigits = 10;
/** A year of the rate, in days. */
const yearDays = 365;

const percentOf = (share: Decimal): string => `${share.times(100).toFixed(percentDigits, 6)}%`;

/** What is paid each time; undefined where that differs, as of any plan but one of level payments. */
function levelOf({ method, instalments }: LoanPlan): bigint | undefined {
  const [first, ...others] = instalments.map(totalOf);
  return method === 'annuity' && others.slice(0, -1).every((total) => total === first) ? first : undefined;
}

const PlanRef = builder.objectRef<LoanPlan>('LoanPlan').implement({
  description: 'What a loan of jiebei or mybank would fall due like, if it is repaid as planned.',
  fields: (t) => ({
    instalments: t.field({
      type: [InstalmentRef],
      description: 'Due day by due day: 2016-04-01, 2016-05-01 …; of BULLET one, at the end.',
      complexity: { field: 1, multiplier: termMax },
      resolve: ({ instalments }) => [...instalments],
    }),
    level: t.field({
      type: Money,
      nullable: true,
      description:
        'Of ANNUITY what is paid on each due day but the last, which takes what rounding leaves: 108.13; null of any other method, and where interest alone is more.',
      resolve: (plan) => {
        const level = levelOf(plan);
        return level === undefined ? null : cny(level);
      },
    }),
    interest: t.field({
      type: Money,
      description: 'Interest of all instalments together: 97.52.',
      resolve: ({ interest }) => cny(interest),
    }),
    total: t.field({
      type: Money,
      description: 'All that is paid, principal and interest: 1297.52.',
      resolve: ({ principal, interest }) => cny(principal + interest),
    }),
    effectiveDailyRate: t.string({
      description:
        'The rate a day at which the instalments are worth the principal on the first day, simple within a period, in per cent with ten digits after the point: "0.0399971228%". It lies below the rate asked for by what flooring interest to minor units leaves to the borrower.',
      resolve: ({ effective }) => percentOf(effective),
    }),
    effectiveYearlyRate: t.string({
      description: 'The same a year, 365 times as much, and not compounded: "14.5989498310%".',
      resolve: ({ effective }) => percentOf(effective.times(yearDays)),
    }),
  }),
});

const fields = {
  principal: amount('how much'),
  dailyRate: rate('interest a day', 'day'),
  term: whole('for how many months', 1, termMax, termOutOfRange),
} as const;

/** An argument as the input of a command of the same name is taken. */
function taken<T>(field: Field<T>, name: string, raw: unknown, hint: string): T {
  const found = field.parse(raw, name);
  if (!(found instanceof Refusal)) return found;
  throw fault(new Refusal(found.spec, found.value, found.detail, hint));
}

interface PlanAsked {
  readonly principal: { readonly amount: string; readonly currency: string };
  readonly dailyRate: string;
  readonly method: RepaymentMethod;
  readonly start: Day;
  readonly term: number;
}

/** The plan that a loan of these terms has on the day it is paid out. */
function planOf(asked: PlanAsked): LoanPlan {
  const { method, start } = asked;
  const given = `${asked.principal.amount} ${asked.principal.currency}`;
  const principal = taken(fields.principal, 'principal', given, 'Loans are in CNY: "1200.00".');
  const dailyRate = taken(fields.dailyRate, 'dailyRate', asked.dailyRate, 'Give it as "0.04%" or "4bp".');
  const term = taken(fields.term, 'term', asked.term, `Terms are 1 to ${termMax} months.`);
  if (!(addMonths(start, term) <= dayMax))
    throw fault(
      new Refusal(
        termOutOfRange,
        `${term} months from ${formatDay(start)}`,
        `the last due day is at most ${formatDay(dayMax)}`,
        'Start earlier.',
      ),
    );
  const instalments = planInstalments({
    principal,
    dailyRate,
    method,
    start,
    dueDays: dueDays(start, method, term),
  });
  let outstanding = principal;
  return {
    method,
    principal,
    instalments: instalments.map((instalment) => {
      outstanding -= instalment.principal;
      return { ...instalment, outstanding };
    }),
    interest: instalments.reduce((sum, { interest }) => sum + interest, 0n),
    effective: effectiveDailyRate(principal, start, instalments),
  };
}

builder.queryField('loanPlan', (t) =>
  t.field({
    type: PlanRef,
    description:
      'What a loan of jiebei or mybank would fall due like, by the rules of the ledger; of no book. No fees are in it.',
    // A plan of 60 due days and its rate take a few milliseconds.
    complexity: { field: 50, multiplier: 1 },
    args: {
      principal: t.arg({
        type: MoneyInput,
        required: true,
        description: 'How much is lent, in CNY: { amount: "1200.00", currency: "CNY" }.',
      }),
      dailyRate: t.arg.string({
        required: true,
        description: 'Interest a day on what is outstanding, as parameters write rates: "0.04%", "4bp".',
      }),
      method: t.arg({ type: MethodEnum, required: true, description: 'How it is repaid: ANNUITY.' }),
      start: t.arg({ type: 'Date', required: true, description: 'The day it is paid out: "2016-03-01".' }),
      term: t.arg.int({ required: true, description: `For how many months: 12. 1 to ${termMax}.` }),
    },
    resolve: (_root, asked) => planOf(asked),
  }),
);
