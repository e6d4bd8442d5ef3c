/**
 * A loan is paid out: split among those who fund it, into the borrower's wallet, and its schedule begins.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { choice, id } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { type Debts, put } from '../debt/debts.ts';
import { addExposure, addToPool, drawn, partsOf, poolOf, principalMoved } from '../funding/funding.ts';
import { wallet } from '../lender/books.ts';
import { loanDisbursed, notApproved, unknownProduct } from '../lender/codes.ts';
import { noParts } from '../lender/parts.ts';
import { dueDays, exposureKey, type LoanRow, LoanWork } from './loan.ts';
import { named } from './standing.ts';

const dueDaysOf = (row: LoanRow, on: Day): readonly Day[] =>
  row.dueOn === null ? dueDays(on, row.method, row.term) : [row.dueOn];

/** The fact by which a loan is paid out. */
export function disbursed(debts: Debts<LoanRow>): FactType {
  const { lender, table } = debts;
  const { id: segment, prefix, policy } = lender;
  return lender.line.fact(`${prefix}LoanDisbursed`, {
    command: 'disburseLoan',
    told: { field: 'product', value: segment, unknown: unknownProduct },
    doc: `A loan of ${segment} that was approved is paid out into the borrower’s wallet.`,
    fields: {
      loan: id('the loan'),
      product: choice('the line that lends', [segment], unknownProduct),
    },
    begins: true,
    subject: ({ loan }) => debts.subject(loan),
    fits: ({ data, on }, s) => {
      const row = named(debts, s, data.loan, on);
      if (row instanceof Refusal) return row;
      if (row.status === 'declined') return new Refusal(notApproved, data.loan, `declined: ${row.declined}`);
      if (row.status !== 'approved') return new Refusal(loanDisbursed, data.loan);
      return row.dueOn !== null && row.dueOn <= on
        ? new Refusal(codes.invalidInput, `dueOn: ${formatDay(row.dueOn)}`, 'it is paid out before it is due')
        : undefined;
    },
    react: ({ data }, s, entry) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const to = {
        holder: row.holder,
        bank: s.policy(policy.partnerBank).id,
        pool: poolOf(lender, s.day),
        stage: 'current',
      } as const;
      drawn(entry, lender, s, to, partsOf(lender, s, row.asked));
      entry.credit(wallet, row.asked, row.holder);
    },
    evolve: ({ data, on, entry }, s) => {
      const row = s.row(table, data.loan);
      if (row === undefined) return;
      const begun: LoanRow = {
        ...row,
        bank: s.policy(policy.partnerBank).id,
        pool: poolOf(lender, on),
        status: 'open',
        latest: on,
        accruedTo: on,
        paidOutOn: on,
        principal: principalMoved(lender, entry, row.holder, 'current'),
        bearing: noParts,
      };
      const work = new LoanWork(begun, s.policy(policy.lateFeeRate));
      work.plan(on, row.method, dueDaysOf(row, on));
      work.bearing = work.principal;
      work.note(on);
      addToPool(lender, s, begun.pool, begun.principal[2], on);
      addExposure(lender, s, exposureKey(row), row.asked, -row.asked);
      put(debts, s, data.loan, work);
    },
    insteadOfUndo: 'Repay the loan: all of it.',
  });
}
