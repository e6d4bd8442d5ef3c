/**
 * Payments: what each entity books when a borrower pays.
 *
 * @module
 */
import { credit, debit, type Posting } from '../../kernel/contract/account.ts';
import type { Entry, Reading } from '../../kernel/contract/reading.ts';
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
  { books, policy }: Lender,
  s: Reading,
  from: Placed,
  paid: Paid,
  feeIncome?: Posting['kind'],
): Posting[] {
  const { late, fee, interest, principal } = paid;
  const [own, partner, vehicle] = interest;
  const technology = share(partner, s.policy(policy.technologyFeeRate));
  const earned = feeIncome === undefined ? [] : [credit(feeIncome, fee)];
  return [
    credit(reserve, totalOf(paid)),
    debit(books.own.cash, late + fee + own + principal[0]),
    credit(books.own.lateFees, late),
    ...earned,
    ...takenOff(books.own, from, own, principal[0]),
    debit(books.partner.funds, partner + principal[1] - technology, from.bank),
    debit(books.partner.serviceFee, technology),
    ...takenOff(books.partner, from, partner, principal[1]),
    debit(platformCash, technology),
    credit(books.technologyFee, technology),
    debit(books.vehicle.cash, vehicle + principal[2], from.pool),
    ...takenOff(books.vehicle, from, vehicle, principal[2]),
  ];
}

const takenOff = (
  books: Lender['books']['own' | 'partner' | 'vehicle'],
  from: Placed,
  interest: bigint,
  principal: bigint,
): Posting[] => [
  credit(books.interest, interest),
  credit(books.principal[from.stage], principal, from.holder),
];

/** What a recorded entry says was paid. */
export const paidIn = (lender: Lender, entry: Entry, from: Placed, feeIncome?: Posting['kind']): Paid => ({
  late: -entry.sum(lender.books.own.lateFees),
  fee: feeIncome === undefined ? 0n : -entry.sum(feeIncome),
  interest: negative(interestMoved(lender, entry)),
  principal: negative(principalMoved(lender, entry, from.holder, from.stage)),
});

const negative = (parts: Parts): Parts => minus(noParts, parts);
