/**
 * Loans that are lost: written off by decision, and what comes back of them.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import { amount, choice, id } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import {
  endWithLoss,
  lossAfter,
  lossOf,
  mostRecovered,
  recovered,
  recoveryRefusal,
  writtenOff,
} from '../arrears/losses.ts';
import { type Debts, put } from '../debt/debts.ts';
import { addExposure, addToPool } from '../funding/funding.ts';
import { wallet } from '../lender/books.ts';
import { loanClosed, notApproved, notWrittenOff, unknownProduct } from '../lender/codes.ts';
import { noParts, split, sumOf } from '../lender/parts.ts';
import { broughtLoan, exposureKey, type LoanRow } from './loan.ts';
import { named, standing } from './standing.ts';

/** The fact by which a loan is written off before its age does it. */
export function loanWrittenOff(debts: Debts<LoanRow>): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix } = lender;
  return lender.line.fact(`${prefix}LoanWrittenOff`, {
    command: 'writeOffLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A loan of ${segment} is written off.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
    },
    subject: ({ loan }) => debts.subject(loan),
    fits: ({ data, on }, s) => {
      const row = standing(debts, s, data.loan, on);
      return row instanceof Refusal ? row : undefined;
    },
    react: ({ data, on }, s, entry) => {
      const row = s.row(table, data.loan);
      if (row !== undefined) writtenOff(entry, lender, row, lossOf(broughtLoan(lender, s, row, on)));
    },
    evolve: ({ data, on }, s) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const work = broughtLoan(lender, s, row, on);
      endWithLoss(work, lossOf(work), on);
      work.latest = on;
      addToPool(lender, s, row.pool, -row.principal[2], on);
      addExposure(lender, s, exposureKey(row), -sumOf(row.principal), 0n);
      put(debts, s, data.loan, work);
    },
    insteadOfUndo: 'Take what still comes as recoveries.',
  });
}

/** The fact by which something comes back of a loan that was written off. */
export function loanRecovered(debts: Debts<LoanRow>): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix } = lender;
  return lender.line.fact(`${prefix}LoanRecovered`, {
    command: 'recoverLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A borrower pays on a loan of ${segment} that was written off.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
      amount: amount('how much'),
    },
    subject: ({ loan }) => debts.subject(loan),
    fits: ({ data, on }, s) => {
      const row = named(debts, s, data.loan, on);
      if (row instanceof Refusal) return row;
      if (row.status === 'declined' || row.status === 'approved') return new Refusal(notApproved, data.loan);
      if (row.status === 'closed') return new Refusal(loanClosed, data.loan);
      if (row.status === 'open') return new Refusal(notWrittenOff, data.loan);
      return recoveryRefusal(s, row, data.amount);
    },
    clamp: ({ data }, s) => {
      const minor = mostRecovered(s, s.row(table, data.loan), data.amount);
      return minor > 0n ? { ...data, amount: minor } : undefined;
    },
    react: ({ data }, s, entry) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const parts = split(data.amount, row.loss ?? noParts);
      entry.debit(wallet, data.amount, row.holder);
      recovered(entry, lender, row, parts);
    },
    evolve: ({ data, on }, s) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const loss = row.loss ?? noParts;
      s.set(table, data.loan, { ...row, latest: on, loss: lossAfter(loss, split(data.amount, loss)) });
    },
    insteadOfUndo: 'Pay the borrower what was recovered too much.',
  });
}
