/**
 * Payments on credit: what huabei does when a payment is made with a line, confirmed, or given back.
 *
 * @module
 */

import { amount, choice, flag, id } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { put } from '../../lending/debt/debts.ts';
import { addToPool, principalMoved } from '../../lending/funding/funding.ts';
import { received } from '../../lending/funding/paying.ts';
import { wallet } from '../../lending/lender/books.ts';
import { minus, noParts, split, sumOf } from '../../lending/lender/parts.ts';
import { brought, type LineRow, lines } from './credit-line.ts';
import { line } from './line.ts';
import { draw, drawRefusal, writeDraw, writeMerchantFee } from './owing/drawing.ts';
import { named, standing } from './owing/standing.ts';
import { lender } from './policy.ts';

const method = choice('where the money comes from', ['huabei', 'other']);

/** A draw into the payment; paid at once, it costs the merchant his fee at once. */
line.answer('PaymentInitiated', {
  needs: {
    payer: id('who pays'),
    payee: id('who is paid'),
    amount: amount('how much'),
    method,
    escrow: flag('whether the money waits'),
    paidOut: amount('what payments pays out at once, less its fee'),
  },
  role: 'method:huabei',
  when: (told) => told.method === 'huabei',
  fits: ({ data, on }, s) => drawRefusal(s, data.payer, data.amount, on),
  react: ({ data }, s, entry) => {
    writeDraw(entry, s, data.payer, data.amount);
    if (!data.escrow) writeMerchantFee(entry, s, data.payee, data.amount, data.paidOut);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(lines.table, data.payer);
    if (row !== undefined) draw(s, row, principalMoved(lender, entry, row.holder, row.stage), on);
  },
  cannotUndo: ({ data }, s) => {
    const row = named(s, data.payer, s.day);
    return row instanceof Refusal ? row : undefined;
  },
  undo: ({ data, entry }, s, reversedOn) => {
    const row = s.row(lines.table, data.payer);
    if (row === undefined) return;
    const work = brought(s, row, reversedOn);
    const parts = principalMoved(lender, entry, row.holder, row.stage);
    work.giveBack(parts, reversedOn);
    addToPool(lender, s, row.pool, -parts[2], reversedOn);
    put(lines, s, data.payer, work);
  },
});

/** The merchant's fee for a payment on credit, when it is confirmed. */
const confirmed = (to: string) =>
  line.answer(to, {
    needs: {
      payee: id('who is paid'),
      amount: amount('what is released'),
      method,
      paidOut: amount('what payments pays out of it, less its fee'),
    },
    when: (told) => told.method === 'huabei',
    react: ({ data }, s, entry) => writeMerchantFee(entry, s, data.payee, data.amount, data.paidOut),
  });

/** How much of a refund the line owes. */
function owedOf(row: LineRow | undefined, minor: bigint): bigint {
  if (row === undefined || row.loss !== null) return 0n;
  const owed = sumOf(row.principal);
  return owed < minor ? owed : minor;
}

/** A refund restores the line; what it doesn't owe goes to the wallet. */
line.answer('PaymentRefunded', {
  needs: { payer: id('who had paid'), amount: amount('what goes back'), method },
  when: (told) => told.method === 'huabei',
  fits: ({ data, on }, s) => {
    const row = named(s, data.payer, on);
    return row instanceof Refusal ? row : undefined;
  },
  react: ({ data }, s, entry) => {
    const row = s.row(lines.table, data.payer);
    const back = owedOf(row, data.amount);
    if (row !== undefined && back > 0n) {
      const principal = split(back, row.principal);
      received(entry, lender, s, row, { late: 0n, fee: 0n, interest: noParts, principal });
    }
    entry.credit(wallet, data.amount - back, data.payer);
  },
  evolve: ({ data, on, entry }, s) => {
    const row = s.row(lines.table, data.payer);
    if (row === undefined) return;
    const parts = minus(noParts, principalMoved(lender, entry, row.holder, row.stage));
    if (row.loss !== null) {
      s.set(lines.table, data.payer, { ...row, latest: on });
      return;
    }
    const work = brought(s, row, on);
    work.giveBack(parts, on);
    addToPool(lender, s, row.pool, -parts[2], on);
    put(lines, s, data.payer, work);
  },
  cannotUndo: ({ data, entry }, s) => {
    const row = standing(s, data.payer, s.day);
    const back = lender.books.own.cash;
    return row instanceof Refusal && entry.sum(back) !== 0n ? row : undefined;
  },
  undo: ({ data, entry }, s, reversedOn) => {
    const row = s.row(lines.table, data.payer);
    if (row === undefined) return;
    const parts = minus(noParts, principalMoved(lender, entry, row.holder, row.stage));
    if (sumOf(parts) > 0n) draw(s, row, parts, reversedOn);
  },
});

for (const confirmation of ['ReceiptConfirmed', 'ReceiptTimedOut']) confirmed(confirmation);
