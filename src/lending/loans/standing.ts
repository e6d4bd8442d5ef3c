/**
 * What stands against a fact on a loan: the first code that applies, whatever the fact.
 *
 * @module
 */
import type { Reading } from '../../kernel/contract/reading.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { Debts } from '../debt/debts.ts';
import { loanClosed, loanUnknown, loanWrittenOff, notApproved } from '../lender/codes.ts';
import type { LoanRow } from './loan.ts';

/** A loan that a fact of a day may name, or why not. */
export function named(debts: Debts<LoanRow>, s: Reading, loan: string, on: Day): LoanRow | Refusal {
  const row = s.row(debts.table, loan);
  if (row === undefined) return new Refusal(loanUnknown, loan);
  return on < row.latest
    ? new Refusal(codes.beforeLatest, loan, `its latest fact is of ${formatDay(row.latest)}`)
    : row;
}

/** A loan that is paid out and not ended, or why a fact on one can't be. */
export function standing(debts: Debts<LoanRow>, s: Reading, loan: string, on: Day): LoanRow | Refusal {
  const row = named(debts, s, loan, on);
  if (row instanceof Refusal || row.status === 'open') return row;
  if (row.status === 'closed') return new Refusal(loanClosed, loan);
  if (row.status === 'written-off') return new Refusal(loanWrittenOff, loan);
  return new Refusal(
    notApproved,
    loan,
    row.status === 'declined' ? `declined: ${row.declined}` : 'not paid out',
  );
}
