/**
 * Pledges of inventory: valued, called when they are worth too little, and sold.
 *
 * @module
 */

import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { draft } from '../../kernel/contract/rule.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { amount, figure, flag, id } from '../../kernel/values/fields.ts';
import { shareFloored } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { allOf } from '../../lending/debt/debt.ts';
import { put } from '../../lending/debt/debts.ts';
import { received, totalOf } from '../../lending/funding/paying.ts';
import { reserve, wallet } from '../../lending/lender/books.ts';
import { advanceKind, pledgeNotCalled } from '../../lending/lender/codes.ts';
import { sumOf } from '../../lending/lender/parts.ts';
import { type Advance, broughtLoan, type LoanRow } from '../../lending/loans/loan.ts';
import { takePayment } from '../../lending/loans/repaying.ts';
import { standing } from '../../lending/loans/standing.ts';
import { writeOffByAge } from './close.ts';
import { line } from './line.ts';
import { loans, pledges } from './loans.ts';
import { lender, marginCallShare, marginDays } from './policy.ts';

const { table } = loans;

/** A pledge that a fact may name, or why not. */
function pledged(s: Reading, loan: string, on: Day): (LoanRow & { readonly advance: Advance }) | Refusal {
  const row = standing(loans, s, loan, on);
  if (row instanceof Refusal) return row;
  const { advance } = row;
  return advance === null || advance.kind !== 'inventory' || advance.sold
    ? new Refusal(advanceKind, loan)
    : { ...row, advance };
}

function setAdvance(s: Writing, loan: string, change: Partial<Advance>): void {
  const row = s.row(table, loan);
  if (row === undefined || row.advance === null) return;
  s.set(table, loan, {
    ...row,
    advance: { ...row.advance, ...change },
  });
}

line.fact('MybankPledgeValued', {
  command: 'valuePledge',
  doc: 'What is pledged is valued anew.',
  fields: { loan: id('the advance'), value: amount('what it is worth') },
  subject: ({ loan }) => loans.subject(loan),
  fits: ({ data, on }, s) => {
    const row = pledged(s, data.loan, on);
    return row instanceof Refusal ? row : undefined;
  },
  react: () => {},
  evolve: ({ data, on }, s) => {
    const row = s.row(table, data.loan);
    if (row === undefined) return;
    // Like every fact on a loan it brings what time has brought: closes pass over the loan up to its day.
    const work = broughtLoan(lender, s, row, on);
    work.latest = on;
    put(loans, s, data.loan, work);
    setAdvance(s, data.loan, { value: data.value });
  },
  insteadOfUndo: 'Value it again: the last value counts.',
});

export const pledgeSold = line.fact('MybankPledgeSold', {
  command: 'sellPledge',
  doc: 'A pledge that was called, or of a loan in arrears, is sold: the price pays the loan, the rest goes to the borrower.',
  fields: { loan: id('the advance'), price: amount('what it is sold for') },
  subject: ({ loan }) => loans.subject(loan),
  fits: ({ data, on }, s) => {
    const row = pledged(s, data.loan, on);
    if (row instanceof Refusal) return row;
    const { calledOn } = row.advance;
    const called = calledOn !== null && on - calledOn >= s.policy(marginDays);
    return called || broughtLoan(lender, s, row, on).arrearsSince !== null
      ? undefined
      : new Refusal(pledgeNotCalled, data.loan);
  },
  react: ({ data, on }, s, entry) => {
    const row = s.row(table, data.loan);
    if (row === undefined) return;
    const work = broughtLoan(lender, s, row, on);
    const all = allOf(work.owed);
    const paid = work.madeUp(data.price < all ? data.price : all);
    entry.debit(reserve, data.price);
    received(entry, lender, s, row, paid);
    entry.credit(wallet, data.price - totalOf(paid), row.holder);
  },
  evolve: ({ data, on, entry }, s) => {
    takePayment(loans, s, data.loan, { on, entry });
    s.delete(pledges, data.loan);
    setAdvance(s, data.loan, { value: 0n, calledOn: null, sold: true });
  },
  insteadOfUndo: 'What was sold is sold.',
});

export const marginMoved = line.derivedEvent('MybankMarginMoved', {
  doc: 'A pledge is worth too little for its loan, or enough again.',
  fields: {
    loan: id('the advance'),
    called: flag('whether it is called from now on'),
    principal: figure('principal outstanding'),
    value: figure('what is pledged is worth'),
  },
  subject: ({ loan }) => loans.subject(loan),
  evolve: ({ data, on }, s) => setAdvance(s, data.loan, { calledOn: data.called ? on : null }),
});

/** Phase 1, after arrears. */
line.rule<string>('margins', {
  doc: 'Pledges whose loan is above marginCallShare of their value are called.',
  phase: 'timeouts',
  after: [writeOffByAge],
  items: (s) => s.bucket(pledges, 0),
  derive: (loan, s) => {
    const row = s.row(table, loan);
    if (row === undefined || row.advance === null || row.status !== 'open' || row.latest > s.day)
      return undefined;
    const { value, calledOn } = row.advance;
    const principal = sumOf(row.principal);
    const called = principal > shareFloored(value, s.policy(marginCallShare));
    if (called === (calledOn !== null)) return undefined;
    return draft(marginMoved, { loan, called, principal, value });
  },
});
