/**
 * Losses: a debt is written off, against the allowance and by partner bank and vehicle; and what comes back of it.
 *
 * @module
 */
import type { NewEntry, Reading } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Debt, DebtWork } from '../debt/debt.ts';
import type { Placed } from '../funding/funding.ts';
import { reserve, wallet } from '../lender/books.ts';
import { exceedsOwed } from '../lender/codes.ts';
import type { Lender } from '../lender/lender.ts';
import { minus, noParts, type Parts, plus, sumOf } from '../lender/parts.ts';

/** What is written off of a debt: interest that has accrued is charged first. */
export interface Loss {
  readonly principal: Parts;
  readonly interest: Parts;
  readonly late: bigint;
}

/** What a debt that is brought up to its day would lose. */
export function lossOf(work: DebtWork): Loss {
  work.charge();
  return { principal: work.principal, interest: work.interestDue, late: work.late };
}

/** What a write-off books. */
export function writtenOff(
  entry: NewEntry,
  { books }: Lender,
  from: Placed,
  { principal, interest, late }: Loss,
): void {
  const gone = (of: Lender['books']['own' | 'partner' | 'vehicle'], at: 0 | 1 | 2): void => {
    entry.credit(of.principal[from.stage], principal[at], from.holder);
    entry.credit(of.interest, interest[at]);
  };
  entry.debit(books.own.allowance, principal[0] + interest[0] + late);
  gone(books.own, 0);
  entry.credit(books.own.lateFees, late);
  entry.debit(books.partner.creditLoss, principal[1] + interest[1]);
  gone(books.partner, 1);
  entry.debit(books.vehicle.creditLoss, principal[2] + interest[2]);
  gone(books.vehicle, 2);
}

/** Ends a debt that was written off: nothing of it is owed but what it lost. */
export function endWithLoss(work: DebtWork, { principal, interest, late }: Loss, on: Day): void {
  work.loss = plus(plus(principal, interest), [late, 0n, 0n]);
  work.principal = noParts;
  work.bearing = noParts;
  work.interestDue = noParts;
  work.dues = [];
  work.refreshArrears(on);
  work.settleLate(on);
  work.lateFee = 0n;
  work.note(on);
  work.drop(on);
}

/** What can still come back of a debt that was written off. */
const recoverable = (loss: Parts | null): bigint => (loss === null ? 0n : sumOf(loss));

/** Why as much can't come back of a debt, from the wallet, if so. */
export function recoveryRefusal(s: Reading, { holder, loss }: Debt, minor: bigint): Refusal | undefined {
  const left = recoverable(loss);
  return minor > left
    ? new Refusal(
        exceedsOwed,
        formatMoney(minor, 'CNY'),
        `${formatMoney(left, 'CNY')} was written off and not recovered`,
      )
    : s.shortage(wallet, minor, holder);
}

/** The most of a recovery that can be: what is left, and what the wallet holds. */
export function mostRecovered(s: Reading, debt: Debt | undefined, minor: bigint): bigint {
  if (debt === undefined) return 0n;
  const limits = [recoverable(debt.loss), s.available(wallet, debt.holder)];
  return limits.reduce((low, each) => (each < low ? each : low), minor);
}

/** What a recovery books, with the platform's reserve paying it. */
export function recovered(entry: NewEntry, { books }: Lender, from: Placed, parts: Parts): void {
  entry.credit(reserve, sumOf(parts));
  entry.debit(books.own.cash, parts[0]);
  entry.credit(books.own.provision, parts[0]);
  entry.debit(books.partner.funds, parts[1], from.bank);
  entry.credit(books.partner.creditLoss, parts[1]);
  entry.debit(books.vehicle.cash, parts[2], from.pool);
  entry.credit(books.vehicle.creditLoss, parts[2]);
}

/** What is left of a loss after a recovery. */
export const lossAfter = (loss: Parts, parts: Parts): Parts => minus(loss, parts);
