/**
 * Readings of a loan: the plan as it was when the loan was paid out, and what is planned of it now.
 *
 * @module
 */

import { sumOf } from '../lender/parts.ts';
import { dueDays, type LoanRow, type LoanWork } from '../loans/loan.ts';
import { type Instalment, planInstalments } from '../schedule/plan.ts';

/** The plan of a loan on the day on which it was paid out; nothing before that. What came later does not change it. */
export function scheduleAtPayment(row: LoanRow): readonly Instalment[] {
  const { paidOutOn, dueOn, method, term, asked, rate } = row;
  if (paidOutOn === null) return [];
  return planInstalments({
    principal: asked,
    dailyRate: rate,
    method,
    start: paidOutOn,
    dueDays: dueOn === null ? dueDays(paidOutOn, method, term) : [dueOn],
  });
}

/**
 * What is planned of a loan that was brought up to a day, with the interest that each due day will charge if what is due by then
 * has been paid: of principal that is overdue now no interest is counted beyond that day.
 */
export function plannedNow({ planned, uncharged, rate, accruedTo }: LoanWork): readonly Instalment[] {
  let left = planned.reduce((sum, { principal }) => sum + principal, 0n);
  let accrued = sumOf(uncharged);
  let from = accruedTo;
  return planned.map(({ on, principal }) => {
    accrued += left * rate.num * BigInt(on - from);
    const interest = accrued > 0n ? accrued / rate.den : 0n;
    accrued -= interest * rate.den;
    left -= principal;
    from = on;
    return { on, principal, interest };
  });
}
