/**
 * Loans in the hands of their borrowers: repaid, planned anew.
 *
 * @module
 */
import type { Booked, FactType } from '../../kernel/contract/fact.ts';
import type { Writing } from '../../kernel/contract/reading.ts';
import { choice, flag, id, type Repayment, repayment, whole } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { allOf, dueOf } from '../debt/debt.ts';
import { type Debts, keptUpTo, put } from '../debt/debts.ts';
import { addExposure, addToPool } from '../funding/funding.ts';
import { paidIn, received, totalOf } from '../funding/paying.ts';
import { wallet } from '../lender/books.ts';
import { exceedsOwed, termOutOfRange, unknownProduct } from '../lender/codes.ts';
import { noParts, plus, sumOf } from '../lender/parts.ts';
import { repaymentMethods } from '../schedule/plan.ts';
import { broughtLoan, dueDays, exposureKey, type LoanRow, type LoanWork } from './loan.ts';
import { standing } from './standing.ts';

const least = (first: bigint, ...others: readonly bigint[]): bigint =>
  others.reduce((low, other) => (other < low ? other : low), first);

/** Longest term of a loan, in months. */
export const termMax = 60;

/** What a payment of some intent comes to. */
export function sizeOf(work: LoanWork, given: Repayment): bigint {
  if (typeof given === 'bigint') return given;
  const { owed } = work;
  return given === 'all' || work.planned.length === 0 ? allOf(owed) : dueOf(owed);
}

/** Takes what an entry says was paid on a loan off what is owed. */
export function takePayment(
  debts: Debts<LoanRow>,
  s: Writing,
  loan: string,
  { on, entry }: Pick<Booked<unknown>, 'on' | 'entry'>,
): void {
  const { lender, table } = debts;
  const row = s.row(table, loan);
  if (row === undefined) return;
  const work = broughtLoan(lender, s, row, on);
  const paid = paidIn(lender, entry, row);
  work.take(paid, on);
  addToPool(lender, s, row.pool, -paid.principal[2], on);
  addExposure(lender, s, exposureKey(row), -sumOf(paid.principal), 0n);
  put(debts, s, loan, work);
}

/** The fact by which a borrower pays. */
export function repaid(debts: Debts<LoanRow>): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix } = lender;
  return lender.line.fact(`${prefix}LoanRepaid`, {
    command: 'repayLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A borrower pays on a loan of ${segment}, from the wallet: late fees, interest, principal.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
      amount: repayment('how much: an amount, what is due, or all that is owed', ['due', 'all']),
    },
    subject: ({ loan }) => debts.subject(loan),
    tells: {
      fields: { holder: id('whose loan'), kept: flag('whether nothing was overdue before') },
      of: ({ data, on }, s) => {
        const row = s.row(table, data.loan);
        return row === undefined ? undefined : { holder: row.holder, kept: keptUpTo(debts, s, row, on) };
      },
    },
    fits: ({ data, on }, s) => {
      const row = standing(debts, s, data.loan, on);
      if (row instanceof Refusal) return row;
      const work = broughtLoan(lender, s, row, on);
      const minor = sizeOf(work, data.amount);
      const all = allOf(work.owed);
      if (minor > all)
        return new Refusal(exceedsOwed, formatMoney(minor, 'CNY'), `${formatMoney(all, 'CNY')} is owed`);
      if (minor === 0n) return new Refusal(codes.nothingToDo, data.loan, 'nothing is due');
      return s.shortage(wallet, minor, row.holder);
    },
    sized: ({ data, on }, s) => {
      const row = standing(debts, s, data.loan, on);
      if (row instanceof Refusal) return data;
      return { ...data, amount: sizeOf(broughtLoan(lender, s, row, on), data.amount) };
    },
    clamp: ({ data, on }, s) => {
      const row = standing(debts, s, data.loan, on);
      if (row instanceof Refusal) return undefined;
      const work = broughtLoan(lender, s, row, on);
      const minor = least(sizeOf(work, data.amount), allOf(work.owed), s.available(wallet, row.holder));
      return minor > 0n ? { ...data, amount: minor } : undefined;
    },
    react: ({ data, on }, s, entry) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const work = broughtLoan(lender, s, row, on);
      const paid = work.madeUp(sizeOf(work, data.amount));
      entry.debit(wallet, totalOf(paid), row.holder);
      received(entry, lender, s, row, paid);
    },
    evolve: (event, s) => takePayment(debts, s, event.data.loan, event),
    insteadOfUndo: 'Restructure the loan, or pay the borrower what was paid too much.',
  });
}

/** The fact by which a loan is planned anew. */
export function restructured(debts: Debts<LoanRow>): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix, books } = lender;
  return lender.line.fact(`${prefix}LoanRestructured`, {
    command: 'restructureLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A loan of ${segment} is planned anew: interest due and accrued becomes principal.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
      term: whole('the new term, in months', 1, termMax, termOutOfRange),
      method: choice('how it is repaid from now on', repaymentMethods),
    },
    subject: ({ loan }) => debts.subject(loan),
    fits: ({ data, on }, s) => {
      const row = standing(debts, s, data.loan, on);
      if (row instanceof Refusal) return row;
      const { principal, interestDue, accrued } = broughtLoan(lender, s, row, on).owed;
      return principal + interestDue + accrued === 0n
        ? new Refusal(codes.nothingToDo, data.loan, 'no principal is left to plan')
        : undefined;
    },
    react: ({ data, on }, s, entry) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const work = broughtLoan(lender, s, row, on);
      work.charge();
      const [own, partner, vehicle] = work.interestDue;
      entry.debit(books.own.principal[row.stage], own, row.holder);
      entry.credit(books.own.interest, own);
      entry.debit(books.partner.principal[row.stage], partner, row.holder);
      entry.credit(books.partner.interest, partner);
      entry.debit(books.vehicle.principal[row.stage], vehicle, row.holder);
      entry.credit(books.vehicle.interest, vehicle);
    },
    evolve: ({ data, on }, s) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const work = broughtLoan(lender, s, row, on);
      work.charge();
      const interest = work.interestDue;
      work.principal = plus(work.principal, interest);
      work.interestDue = noParts;
      work.dues = [];
      work.bearing = work.principal;
      work.latest = on;
      work.refreshArrears(on);
      work.plan(on, data.method, dueDays(on, data.method, data.term));
      work.note(on);
      addToPool(lender, s, row.pool, interest[2], on);
      addExposure(lender, s, exposureKey(row), sumOf(interest), 0n);
      put(debts, s, data.loan, work);
    },
    insteadOfUndo: 'Restructure it again.',
  });
}
