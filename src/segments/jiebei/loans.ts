/**
 * Loans of jiebei: from application to the last payment.
 *
 * @module
 */
import { loanApplied } from '../../lending/loans/applying.ts';
import { declareLoans } from '../../lending/loans/loan.ts';
import { loanRecovered, loanWrittenOff } from '../../lending/loans/losing.ts';
import { disbursed } from '../../lending/loans/paying-out.ts';
import { repaid, restructured } from '../../lending/loans/repaying.ts';
import { lender, limits, prices } from './policy.ts';

/** Loans by id. */
export const loans = declareLoans(lender);

loanApplied(loans, { limits, prices });
disbursed(loans);
repaid(loans);
restructured(loans);
loanWrittenOff(loans);
loanRecovered(loans);
