/**
 * Supply-chain finance: advances on receivables, orders and inventory, within a limit on the core enterprise; and the buyer's
 * payment, which repays the advance and leaves the rest to the supplier.
 *
 * @module
 */

import type { Reading } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { amount, choice, date, id, optional } from '../../kernel/values/fields.ts';
import { shareFloored } from '../../kernel/values/rates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { allOf } from '../../lending/debt/debt.ts';
import { addExposure, exposureOf } from '../../lending/funding/funding.ts';
import { received, totalOf } from '../../lending/funding/paying.ts';
import { wallet } from '../../lending/lender/books.ts';
import {
  advanceKind,
  loanClosed,
  loanWrittenOff,
  notApproved,
  valuationRequired,
} from '../../lending/lender/codes.ts';
import { applied, cannotUndoApplication, taken, undoApplication } from '../../lending/loans/applying.ts';
import { broughtLoan, type DeclineReason, exposureKey, type LoanRow } from '../../lending/loans/loan.ts';
import { takePayment } from '../../lending/loans/repaying.ts';
import { named } from '../../lending/loans/standing.ts';
import { line } from './line.ts';
import { loans } from './loans.ts';
import { advanceKinds, advancePrice, advanceShares, coreLimit, lender } from './policy.ts';

const { table } = loans;

/** Why an advance is declined, if so. */
function declined(
  s: Reading,
  kind: (typeof advanceKinds)[number],
  core: string,
  value: bigint,
  principal: bigint,
): DeclineReason | null {
  if (principal > shareFloored(value, s.policy(advanceShares)[kind])) return 'value';
  const { outstanding, approved } = exposureOf(lender, s, `core/${core}`);
  return outstanding + approved + principal > s.policy(coreLimit, core) ? 'core' : null;
}

line.fact('MybankAdvanceApplied', {
  command: 'applyForAdvance',
  doc: 'A supplier applies for an advance on a receivable, an order or inventory; it is decided by rule at once.',
  fields: {
    loan: id('the loan that it will be'),
    kind: choice('what it is advanced on', advanceKinds),
    holder: id('the supplier'),
    core: id('the core enterprise, which buys'),
    value: optional(amount('face value of the receivable or order; value of the inventory')),
    principal: amount('how much is asked for'),
    dueOn: date('when it is due'),
  },
  begins: true,
  subject: ({ loan }) => loans.subject(loan),
  refs: ({ holder, core }) => [`wallet/${holder}`, `wallet/${core}`],
  invalid: ({ kind, value }) => {
    if (value !== undefined) return undefined;
    return kind === 'inventory'
      ? new Refusal(valuationRequired, 'value')
      : new Refusal(codes.invalidInput, 'value', 'the face value is missing');
  },
  fits: ({ data, on }, s) => {
    const row = s.row(table, data.loan);
    if (row !== undefined && on < row.latest) return new Refusal(codes.beforeLatest, data.loan);
    if (data.holder === data.core) return new Refusal(codes.sameParty, data.holder);
    return taken(loans, s, data.loan, on);
  },
  react: () => {},
  evolve: ({ data, on }, s) => {
    const { loan, kind, holder, core, value = 0n, principal: asked, dueOn } = data;
    const reason = declined(s, kind, core, value, asked);
    const row = applied({
      holder,
      on,
      asked,
      term: 0,
      method: 'bullet',
      dueOn,
      advance: { kind, core, value, calledOn: null, sold: false },
      price: s.policy(advancePrice),
      declined: reason,
    });
    s.set(table, loan, row);
    if (reason === null) addExposure(lender, s, exposureKey(row), 0n, asked);
  },
  cannotUndo: ({ data }, s) => cannotUndoApplication(loans, s, data.loan),
  undo: ({ data }, s) => undoApplication(loans, s, data.loan),
});

/** An advance that the buyer may settle, or why not. */
function settleable(s: Reading, loan: string, on: Day): LoanRow | Refusal {
  const row = named(loans, s, loan, on);
  if (row instanceof Refusal) return row;
  if (row.status === 'declined' || row.status === 'approved') return new Refusal(notApproved, loan);
  if (row.status === 'written-off') return new Refusal(loanWrittenOff, loan);
  if (row.advance !== null && row.advance.kind !== 'inventory') return row;
  return new Refusal(row.status === 'closed' ? loanClosed : advanceKind, loan);
}

export const advanceSettled = line.fact('MybankAdvanceSettled', {
  command: 'settleAdvance',
  doc: 'The buyer pays: the advance is repaid, and the rest goes to the supplier.',
  fields: { loan: id('the advance'), amount: amount('what the buyer pays') },
  subject: ({ loan }) => loans.subject(loan),
  fits: ({ data, on }, s) => {
    const row = settleable(s, data.loan, on);
    if (row instanceof Refusal) return row;
    return s.shortage(wallet, data.amount, row.advance?.core ?? '');
  },
  react: ({ data, on }, s, entry) => {
    const row = s.row(table, data.loan);
    if (row === undefined) return;
    entry.debit(wallet, data.amount, row.advance?.core ?? '');
    if (row.status !== 'open') {
      entry.credit(wallet, data.amount, row.holder);
      return;
    }
    const work = broughtLoan(lender, s, row, on);
    const all = allOf(work.owed);
    const paid = work.madeUp(data.amount < all ? data.amount : all);
    received(entry, lender, s, row, paid);
    entry.credit(wallet, data.amount - totalOf(paid), row.holder);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(table, data.loan);
    if (row === undefined) return;
    if (row.status !== 'open') {
      s.set(table, data.loan, { ...row, latest: on });
      return;
    }
    takePayment(loans, s, data.loan, { on, entry });
  },
  insteadOfUndo: 'Transfer what was paid too much back.',
});
