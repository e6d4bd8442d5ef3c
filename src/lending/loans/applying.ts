/**
 * Applications: decided by rule on their day, by score, limit and price; the decision is kept with them.
 *
 * @module
 */

import type { FactType } from '../../kernel/contract/fact.ts';
import type { Parameter } from '../../kernel/contract/parameter.ts';
import type { Reading } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { amount, choice, id, whole } from '../../kernel/values/fields.ts';
import { type Fraction, zeroFraction } from '../../kernel/values/rates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { freshDebt } from '../debt/debt.ts';
import type { Debts } from '../debt/debts.ts';
import { addExposure, exposureOf } from '../funding/funding.ts';
import { loanExists, termOutOfRange, unknownProduct } from '../lender/codes.ts';
import { noParts } from '../lender/parts.ts';
import { type Tier, tierOf } from '../lender/tiers.ts';
import { type RepaymentMethod, repaymentMethods } from '../schedule/plan.ts';
import { type Advance, type DeclineReason, exposureKey, type LoanRow } from './loan.ts';
import { termMax } from './repaying.ts';

/** Limits and prices by which a line decides. */
export interface Deciding {
  readonly limits: Parameter<Readonly<Record<Tier, bigint>>>;
  readonly prices: Parameter<Readonly<Record<Tier, Fraction>>>;
}

/** What an application asks for, and how it was decided. */
export interface Application {
  readonly holder: string;
  readonly on: Day;
  readonly asked: bigint;
  readonly term: number;
  readonly method: RepaymentMethod;
  readonly dueOn: Day | null;
  readonly advance: Advance | null;
  readonly price: Fraction;
  readonly declined: DeclineReason | null;
}

/** The row of an application. */
export const applied = (application: Application): LoanRow => {
  const { holder, on, asked, term, method, dueOn, advance, price, declined } = application;
  return {
    ...freshDebt(holder, '', '', on, declined === null ? price : zeroFraction, noParts),
    status: declined === null ? 'approved' : 'declined',
    declined,
    asked,
    appliedOn: on,
    term,
    method,
    dueOn,
    paidOutOn: null,
    planned: [],
    advance,
  };
};

/** Why a loan can't begin under an id. */
export function taken(debts: Debts<LoanRow>, s: Reading, loan: string, on: Day): Refusal | undefined {
  const row = s.row(debts.table, loan);
  if (row === undefined) return undefined;
  return on < row.latest ? new Refusal(codes.beforeLatest, loan) : new Refusal(loanExists, loan);
}

/** The fact by which a holder applies for a loan. */
export function loanApplied(debts: Debts<LoanRow>, { limits, prices }: Deciding): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix, tables } = lender;
  const decided = (s: Reading, holder: string, asked: bigint): DeclineReason | null => {
    const limit = s.policy(limits)[tierOf(s.row(tables.scores, holder))];
    if (limit === 0n) return 'score';
    const { outstanding, approved } = exposureOf(lender, s, `holder/${holder}`);
    return outstanding + approved + asked > limit ? 'limit' : null;
  };
  return lender.line.fact(`${prefix}LoanApplied`, {
    command: 'applyForLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A holder applies for a loan of ${segment}; it is decided by rule at once.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
      holder: id('who borrows'),
      principal: amount('how much'),
      term: whole('for how many months', 1, termMax, termOutOfRange),
      method: choice('how it is repaid', repaymentMethods),
    },
    begins: true,
    subject: ({ loan }) => debts.subject(loan),
    refs: ({ holder }) => [`wallet/${holder}`],
    fits: ({ data, on }, s) => taken(debts, s, data.loan, on),
    evolve: ({ data, on }, s) => {
      const { holder, principal: asked, term, method } = data;
      const declined = decided(s, holder, asked);
      const price = s.policy(prices)[tierOf(s.row(tables.scores, holder))];
      s.set(
        table,
        data.loan,
        applied({ holder, on, asked, term, method, dueOn: null, advance: null, price, declined }),
      );
      if (declined === null) addExposure(lender, s, `holder/${holder}`, 0n, asked);
    },
    cannotUndo: ({ data }, s) => cannotUndoApplication(debts, s, data.loan),
    undo: ({ data }, s) => undoApplication(debts, s, data.loan),
  });
}

export const cannotUndoApplication = (
  { table }: Debts<LoanRow>,
  s: Reading,
  loan: string,
): string | undefined =>
  s.row(table, loan)?.paidOutOn === null ? undefined : 'the loan is paid out: repay it instead';

export function undoApplication(
  { lender, table }: Debts<LoanRow>,
  s: Parameters<NonNullable<FactType['undo']>>[1],
  loan: string,
): void {
  const row = s.row(table, loan);
  if (row === undefined) return;
  if (row.status === 'approved') addExposure(lender, s, exposureKey(row), 0n, -row.asked);
  s.delete(table, loan);
}
