/**
 * Lines in the hands of their holders: repaid, and turned into instalments.
 *
 * @module
 */

import { amount, flag, id, type Repayment, repayment, wholeOf } from '../../../kernel/values/fields.ts';
import { formatMoney } from '../../../kernel/values/money.ts';
import { share } from '../../../kernel/values/rates.ts';
import { codes, Refusal } from '../../../kernel/values/refusals.ts';
import { allOf, dueOf } from '../../../lending/debt/debt.ts';
import { keptUpTo, put } from '../../../lending/debt/debts.ts';
import { addToPool } from '../../../lending/funding/funding.ts';
import { paidIn, received, totalOf } from '../../../lending/funding/paying.ts';
import { wallet } from '../../../lending/lender/books.ts';
import { creditOverdue, exceedsBilled, exceedsOwed, termOutOfRange } from '../../../lending/lender/codes.ts';
import { instalmentFee } from '../accounts.ts';
import { brought, type LineWork, lines } from '../credit-line.ts';
import { line } from '../line.ts';
import { instalmentFeeRates, lender, planName, planTerms } from '../policy.ts';
import { standing } from './standing.ts';

const least = (first: bigint, ...others: readonly bigint[]): bigint =>
  others.reduce((low, other) => (other < low ? other : low), first);

/** What a payment of some intent comes to. */
function sizeOf(work: LineWork, given: Repayment): bigint {
  if (typeof given === 'bigint') return given;
  if (given === 'minimum') return work.minimum;
  return given === 'all' ? allOf(work.owed) : dueOf(work.owed);
}

export const creditRepaid = line.fact('HuabeiRepaid', {
  command: 'repayCredit',
  doc: 'A holder pays on the line, from the wallet: late fees, instalment fees, interest, principal.',
  fields: {
    holder: id('whose line'),
    amount: repayment('how much: an amount, the minimum, what is due, or all that is owed', [
      'due',
      'minimum',
      'all',
    ]),
  },
  subject: ({ holder }) => lines.subject(holder),
  refs: ({ holder }) => [`wallet/${holder}`],
  tells: {
    fields: { holder: id('whose line'), kept: flag('whether nothing was overdue before') },
    of: ({ data, on }, s) => {
      const row = s.row(lines.table, data.holder);
      return row === undefined ? undefined : { holder: data.holder, kept: keptUpTo(lines, s, row, on) };
    },
  },
  fits: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    if (row instanceof Refusal) return row;
    const work = brought(s, row, on);
    const minor = sizeOf(work, data.amount);
    const all = allOf(work.owed);
    if (minor > all)
      return new Refusal(exceedsOwed, formatMoney(minor, 'CNY'), `${formatMoney(all, 'CNY')} is owed`);
    if (minor === 0n) return new Refusal(codes.nothingToDo, data.holder, 'nothing is due');
    return s.shortage(wallet, minor, data.holder);
  },
  sized: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    return row instanceof Refusal ? data : { ...data, amount: sizeOf(brought(s, row, on), data.amount) };
  },
  clamp: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    if (row instanceof Refusal) return undefined;
    const work = brought(s, row, on);
    const minor = least(sizeOf(work, data.amount), allOf(work.owed), s.available(wallet, data.holder));
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data, on }, s, entry) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const work = brought(s, row, on);
    const paid = work.madeUp(sizeOf(work, data.amount));
    entry.debit(wallet, totalOf(paid), data.holder);
    received(entry, lender, s, row, paid, instalmentFee);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const work = brought(s, row, on);
    const paid = paidIn(lender, entry, row, instalmentFee);
    work.take(paid, on);
    addToPool(lender, s, row.pool, -paid.principal[2], on);
    put(lines, s, data.holder, work);
  },
  insteadOfUndo: 'Draw again, or pay the holder what was paid too much.',
});

/** Most plans of a line at a time: each is billed with every statement. */
const plansMax = 100;

line.fact('HuabeiConverted', {
  command: 'convertToInstalments',
  doc: 'Principal of the newest statement, before it is due, becomes an instalment plan with a fee.',
  fields: {
    holder: id('whose line'),
    amount: amount('how much of the statement'),
    term: wholeOf('over how many months', planTerms, termOutOfRange),
  },
  subject: ({ holder }) => lines.subject(holder),
  fits: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    if (row instanceof Refusal) return row;
    const work = brought(s, row, on);
    const most = work.convertible(on)?.principal ?? 0n;
    if (data.amount > most)
      return new Refusal(
        exceedsBilled,
        formatMoney(data.amount, 'CNY'),
        `${formatMoney(most, 'CNY')} can be converted`,
      );
    if (work.arrearsSince !== null) return new Refusal(creditOverdue, data.holder);
    return work.plans.length >= plansMax
      ? new Refusal(codes.tooMany, data.holder, `at most ${plansMax} plans at a time`)
      : undefined;
  },
  clamp: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    if (row instanceof Refusal) return undefined;
    const work = brought(s, row, on);
    const minor = least(data.amount, work.convertible(on)?.principal ?? 0n);
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: () => {},
  evolve: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const work = brought(s, row, on);
    const fee = share(data.amount, s.policy(instalmentFeeRates)[planName(data.term)]);
    work.convert(data.amount, data.term, fee, on);
    put(lines, s, data.holder, work);
  },
  insteadOfUndo: 'Repay the plan early: fees that are not billed yet are not owed.',
});
