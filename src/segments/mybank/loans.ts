/**
 * Loans of mybank, to small firms and in supply chains: from application to the last payment.
 *
 * @module
 */

import { row } from '../../kernel/contract/row.ts';
import { loanApplied } from '../../lending/loans/applying.ts';
import { declareLoans } from '../../lending/loans/loan.ts';
import { loanRecovered, loanWrittenOff } from '../../lending/loans/losing.ts';
import { disbursed } from '../../lending/loans/paying-out.ts';
import { repaid, restructured } from '../../lending/loans/repaying.ts';
import { line } from './line.ts';
import { lender, limits, prices } from './policy.ts';

/** Advances on inventory that are paid out, with what is pledged not sold: closes look at them. */
export const pledges = line.table('pledges', {
  doc: 'pledges that may be called, by loan',
  later: true,
  holds: row.date('when the loan was paid out'),
  bucket: () => 0,
});

/** Loans by id, advances among them. */
export const loans = declareLoans(lender, {
  table: pledges,
  follow: (s, loan, { status, advance, paidOutOn }) => {
    const pledged = status === 'open' && advance?.kind === 'inventory' && !advance.sold;
    if (pledged === (s.row(pledges, loan) !== undefined)) return;
    if (pledged && paidOutOn !== null) s.set(pledges, loan, paidOutOn);
    else s.delete(pledges, loan);
  },
});

loanApplied(loans, { limits, prices });
disbursed(loans);
repaid(loans);
restructured(loans);
loanWrittenOff(loans);
loanRecovered(loans);
