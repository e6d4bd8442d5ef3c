/**
 * Lines that are lost: written off by decision, and what comes back of them.
 *
 * @module
 */

import { amount, id } from '../../../kernel/values/fields.ts';
import { codes, Refusal } from '../../../kernel/values/refusals.ts';
import {
  endWithLoss,
  lossAfter,
  lossOf,
  mostRecovered,
  recovered,
  recoveryRefusal,
  writtenOff,
} from '../../../lending/arrears/losses.ts';
import { allOf } from '../../../lending/debt/debt.ts';
import { put } from '../../../lending/debt/debts.ts';
import { addToPool } from '../../../lending/funding/funding.ts';
import { wallet } from '../../../lending/lender/books.ts';
import { notWrittenOff } from '../../../lending/lender/codes.ts';
import { noParts, split } from '../../../lending/lender/parts.ts';
import { brought, lines } from '../credit-line.ts';
import { line } from '../line.ts';
import { lender } from '../policy.ts';
import { named, standing } from './standing.ts';

line.fact('HuabeiWrittenOff', {
  command: 'writeOffCredit',
  doc: 'A line is written off.',
  fields: { holder: id('whose line') },
  subject: ({ holder }) => lines.subject(holder),
  fits: ({ data, on }, s) => {
    const row = standing(s, data.holder, on);
    if (row instanceof Refusal) return row;
    return allOf(brought(s, row, on).owed) === 0n
      ? new Refusal(codes.nothingToDo, data.holder, 'nothing is owed')
      : undefined;
  },
  react: ({ data, on }, s, entry) => {
    const row = s.row(lines.table, data.holder);
    if (row !== undefined) writtenOff(entry, lender, row, lossOf(brought(s, row, on)));
  },
  evolve: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const work = brought(s, row, on);
    endWithLoss(work, lossOf(work), on);
    work.latest = on;
    addToPool(lender, s, row.pool, -row.principal[2], on);
    put(lines, s, data.holder, work);
  },
  insteadOfUndo: 'Take what still comes as recoveries.',
});

export const creditRecovered = line.fact('HuabeiRecovered', {
  command: 'recoverCredit',
  doc: 'A holder pays on a line that was written off.',
  fields: { holder: id('whose line'), amount: amount('how much') },
  subject: ({ holder }) => lines.subject(holder),
  fits: ({ data, on }, s) => {
    const row = named(s, data.holder, on);
    if (row instanceof Refusal) return row;
    if (row.loss === null) return new Refusal(notWrittenOff, data.holder);
    return recoveryRefusal(s, row, data.amount);
  },
  clamp: ({ data }, s) => {
    const minor = mostRecovered(s, s.row(lines.table, data.holder), data.amount);
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, s, entry) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const parts = split(data.amount, row.loss ?? noParts);
    entry.debit(wallet, data.amount, data.holder);
    recovered(entry, lender, row, parts);
  },
  evolve: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row === undefined) return;
    const loss = row.loss ?? noParts;
    const after = lossAfter(loss, split(data.amount, loss));
    s.set(lines.table, data.holder, { ...row, latest: on, loss: after });
  },
  insteadOfUndo: 'Pay the holder what was recovered too much.',
});
