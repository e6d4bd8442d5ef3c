/**
 * Payments: what each entity books when a borrower pays.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Entry, NewEntry, Reading } from '../../kernel/contract/reading.ts';
import { share } from '../../kernel/values/rates.ts';
import type { Paid } from '../debt/debt.ts';
import { platformCash, reserve } from '../lender/books.ts';
import type { Lender } from '../lender/lender.ts';
import { minus, noParts, type Parts, sumOf } from '../lender/parts.ts';
import { interestMoved, type Placed, principalMoved } from './funding.ts';

/** What a payment comes to. */
export const totalOf = ({ late, fee, interest, principal }: Paid): bigint =>
  late + fee + sumOf(interest) + sumOf(principal);

/**
 * What a payment books at the lenders, with the platform's reserve paying them; the caller debits what the money is taken from.
 *
 * @param feeIncome where instalment fees are earned, on a line that has them
 */
export function received(
  entry: NewEntry,
  { books, policy }: Lender,
  s: Reading,
  from: Placed,
  paid: Paid,
  feeIncome?: AccountKind,
): void {
  const { late, fee, interest, principal } = paid;
  const [own, partner, vehicle] = interest;
  const technology = share(partner, s.policy(policy.technologyFeeRate));
  entry.credit(reserve, totalOf(paid));
  entry.debit(books.own.cash, late + fee + own + principal[0]);
  entry.credit(books.own.lateFees, late);
  if (feeIncome !== undefined) entry.credit(feeIncome, fee);
  takenOff(entry, books.own, from, own, principal[0]);
  entry.debit(books.partner.funds, partner + principal[1] - technology, from.bank);
  entry.debit(books.partner.serviceFee, technology);
  takenOff(entry, books.partner, from, partner, principal[1]);
  entry.debit(platformCash, technology);
  entry.credit(books.technologyFee, technology);
  entry.debit(books.vehicle.cash, vehicle + principal[2], from.pool);
  takenOff(entry, books.vehicle, from, vehicle, principal[2]);
}

const takenOff = (
  entry: NewEntry,
  books: Lender['books']['own' | 'partner' | 'vehicle'],
  from: Placed,
  interest: bigint,
  principal: bigint,
): void => {
  entry.credit(books.interest, interest);
  entry.credit(books.principal[from.stage], principal, from.holder);
};

/** What a recorded entry says was paid. */
export const paidIn = (lender: Lender, entry: Entry, from: Placed, feeIncome?: AccountKind): Paid => ({
  late: -entry.sum(lender.books.own.lateFees),
  fee: feeIncome === undefined ? 0n : -entry.sum(feeIncome),
  interest: negative(interestMoved(lender, entry)),
  principal: negative(principalMoved(lender, entry, from.holder, from.stage)),
});

const negative = (parts: Parts): Parts => minus(noParts, parts);
