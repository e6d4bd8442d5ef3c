/**
 * Lines and draws: a line is opened, and a merchant is paid on it.
 *
 * @module
 */

import type { NewEntry, Reading, Writing } from '../../../kernel/contract/reading.ts';
import type { Day } from '../../../kernel/values/dates.ts';
import { amount, id } from '../../../kernel/values/fields.ts';
import { formatMoney } from '../../../kernel/values/money.ts';
import { share, zeroFraction } from '../../../kernel/values/rates.ts';
import { codes, Refusal } from '../../../kernel/values/refusals.ts';
import { freshDebt } from '../../../lending/debt/debt.ts';
import { put } from '../../../lending/debt/debts.ts';
import { addToPool, drawn, partsOf, poolOf, principalMoved } from '../../../lending/funding/funding.ts';
import { reserve, wallet } from '../../../lending/lender/books.ts';
import { creditLimitExceeded, creditOverdue, lineExists } from '../../../lending/lender/codes.ts';
import { noParts, type Parts, sumOf } from '../../../lending/lender/parts.ts';
import { tierOf } from '../../../lending/lender/tiers.ts';
import { merchantFee } from '../accounts.ts';
import { brought, type LineRow, lines, nextDayOfMonth } from '../credit-line.ts';
import { line } from '../line.ts';
import { dueDay, lender, limits, merchantFeeRate, statementDay } from '../policy.ts';
import { standing } from './standing.ts';

const { scores } = lender.tables;

line.fact('HuabeiLineOpened', {
  command: 'openCreditLine',
  doc: 'A holder gets a credit line; its limit goes by score, day by day.',
  fields: { holder: id('whose line') },
  begins: true,
  subject: ({ holder }) => lines.subject(holder),
  refs: ({ holder }) => [`wallet/${holder}`],
  fits: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return undefined;
    return on < row.latest
      ? new Refusal(codes.beforeLatest, data.holder)
      : new Refusal(lineExists, data.holder);
  },
  react: () => {},
  evolve: ({ data: { holder }, on }, s) => {
    const day = s.policy(statementDay);
    s.set(lines.table, holder, {
      ...freshDebt(
        holder,
        s.policy(lender.policy.partnerBank).id,
        poolOf(lender, on),
        on,
        zeroFraction,
        noParts,
      ),
      openedOn: on,
      statementDay: day,
      dueDay: s.policy(dueDay),
      // The day itself, if it is a statement day: statements are issued at its end.
      nextStatement: nextDayOfMonth(on - 1, day),
      unbilled: 0n,
      revolving: 0n,
      plans: [],
    });
  },
  insteadOfUndo: 'Leave the line unused.',
});

/** Most that a holder may owe on a day. */
export const limitOf = (s: Reading, holder: string): bigint =>
  s.policy(limits)[tierOf(s.row(scores, holder))];

/** Why a holder can't draw an amount, if so. */
export function drawRefusal(s: Reading, holder: string, minor: bigint, on: Day): Refusal | undefined {
  const row = standing(s, holder, on);
  if (row instanceof Refusal) return row;
  const work = brought(s, row, on);
  if (work.arrearsSince !== null) return new Refusal(creditOverdue, holder);
  const limit = limitOf(s, holder);
  const owed = sumOf(work.principal);
  return owed + minor > limit
    ? new Refusal(
        creditLimitExceeded,
        formatMoney(minor, 'CNY'),
        `${formatMoney(limit > owed ? limit - owed : 0n, 'CNY')} is left of ${formatMoney(limit, 'CNY')}`,
      )
    : undefined;
}

/** What a draw books, but for what the money is paid into. */
export function writeDraw(entry: NewEntry, s: Reading, holder: string, minor: bigint): void {
  const row = s.row(lines.table, holder);
  if (row !== undefined) drawn(entry, lender, s, row, partsOf(lender, s, minor));
}

/** Takes a draw into the line. */
export function draw(s: Writing, row: LineRow, parts: Parts, on: Day): void {
  const work = brought(s, row, on);
  work.draw(parts, on);
  addToPool(lender, s, row.pool, parts[2], on);
  put(lines, s, row.holder, work);
}

/** The merchant's fee, from the wallet of who is paid to the lending company: at most what is left of the payment. */
export function writeMerchantFee(
  entry: NewEntry,
  s: Reading,
  payee: string,
  minor: bigint,
  left: bigint,
): void {
  const rated = share(minor, s.policy(merchantFeeRate, payee));
  const fee = rated < left ? rated : left;
  entry.debit(wallet, fee, payee);
  entry.credit(reserve, fee);
  entry.debit(lender.books.own.cash, fee);
  entry.credit(merchantFee, fee);
}

line.fact('HuabeiDrawn', {
  command: 'drawCredit',
  doc: 'A merchant is paid on credit, at once, outside of payments.',
  fields: { holder: id('whose line'), payee: id('who is paid'), amount: amount('how much') },
  subject: ({ holder }) => lines.subject(holder),
  refs: ({ payee }) => [`wallet/${payee}`],
  fits: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row !== undefined && on < row.latest) return new Refusal(codes.beforeLatest, data.holder);
    if (data.holder === data.payee) return new Refusal(codes.sameParty, data.holder);
    return drawRefusal(s, data.holder, data.amount, on);
  },
  react: ({ data }, s, entry) => {
    writeDraw(entry, s, data.holder, data.amount);
    entry.credit(wallet, data.amount, data.payee);
    writeMerchantFee(entry, s, data.payee, data.amount, data.amount);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row !== undefined) draw(s, row, principalMoved(lender, entry, row.holder, row.stage), on);
  },
  insteadOfUndo: 'Transfer the money back, and repay it.',
});
