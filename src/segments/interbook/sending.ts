/**
 * The half of a transfer in the book that the money leaves: sent into suspense, then completed or returned.
 *
 * @module
 */

import type { Happening } from '../../kernel/contract/fact.ts';
import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { amount, id, text } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { inTransit, reserve, setAside, wallet } from './accounts.ts';
import { alreadyCompleted, alreadyReturned, transferExists, transferUnknown } from './codes.ts';
import { line } from './line.ts';
import { type SentRow, sent } from './state.ts';

/** Stands in the description of each command: who gives it. */
export const forTheCarrier =
  'For whoever carries transfers (transferBetweenBooks does), and for mending by hand.';
/** What to do where a fact of a transfer should be undone: the other book has its half. */
export const sendBack = 'Send the money back with another transfer.';

/** What a transfer is called in the book that it leaves. */
export const sentSubject = (transfer: string): string => `transfer/${transfer}`;

line.fact('TransferSent', {
  command: 'sendTransfer',
  doc: `Money leaves a wallet for a wallet of another book, and lies in suspense until it has arrived there. ${forTheCarrier}`,
  fields: {
    transfer: id('the transfer'),
    from: id('whose wallet it leaves'),
    book: id('the book that it goes to'),
    to: id('whose wallet there'),
    amount: amount('how much'),
  },
  begins: true,
  subject: ({ transfer }) => sentSubject(transfer),
  refs: ({ from }) => [`wallet/${from}`],
  fits: ({ data }, s) =>
    s.row(sent, data.transfer) === undefined
      ? s.shortage(wallet, data.amount, data.from)
      : new Refusal(transferExists, data.transfer),
  react: ({ data }, _s, entry) => {
    entry.debit(wallet, data.amount, data.from);
    entry.credit(reserve, data.amount);
    entry.debit(setAside, data.amount);
    entry.credit(inTransit, data.amount, data.book);
  },
  evolve: ({ data, on }, s) =>
    s.set(sent, data.transfer, {
      from: data.from,
      book: data.book,
      to: data.to,
      minor: data.amount,
      stage: 'sent',
      reason: null,
      on,
    }),
  insteadOfUndo: sendBack,
});

line.fact('TransferCompleted', {
  command: 'completeTransfer',
  doc: `A transfer has arrived in the other book: nothing is owed to it any more. Give it only after the transfer arrived there. ${forTheCarrier}`,
  fields: { transfer: id('the transfer') },
  subject: ({ transfer }) => sentSubject(transfer),
  fits: ended,
  react: ({ data }, s, entry) => {
    const row = s.row(sent, data.transfer);
    if (row === undefined) return;
    entry.debit(inTransit, row.minor, row.book);
    entry.credit(setAside, row.minor);
  },
  evolve: ({ data }, s) => end(s, data.transfer, { stage: 'completed' }),
  insteadOfUndo: sendBack,
});

line.fact('TransferReturned', {
  command: 'returnTransfer',
  doc: `A transfer was declined in the other book: the money goes back into the wallet that it left. Give it only after the transfer was declined there. ${forTheCarrier}`,
  fields: { transfer: id('the transfer'), reason: text('why it was declined') },
  subject: ({ transfer }) => sentSubject(transfer),
  fits: ended,
  react: ({ data }, s, entry) => {
    const row = s.row(sent, data.transfer);
    if (row === undefined) return;
    entry.debit(inTransit, row.minor, row.book);
    entry.credit(setAside, row.minor);
    entry.debit(reserve, row.minor);
    entry.credit(wallet, row.minor, row.from);
  },
  evolve: ({ data }, s) => end(s, data.transfer, { stage: 'returned', reason: data.reason }),
  insteadOfUndo: sendBack,
});

/** Why a transfer can't come to its end, if so: there is none, or it has, whatever the date; or it was sent later. */
function ended({ data, on }: Happening<{ readonly transfer: string }>, s: Reading): Refusal | undefined {
  const { transfer } = data;
  const row = s.row(sent, transfer);
  if (row === undefined) return new Refusal(transferUnknown, transfer);
  if (row.stage === 'completed') return new Refusal(alreadyCompleted, transfer);
  if (row.stage === 'returned') return new Refusal(alreadyReturned, transfer);
  return on < row.on
    ? new Refusal(codes.beforeLatest, transfer, `it was sent on ${formatDay(row.on)}`)
    : undefined;
}

function end(s: Writing, transfer: string, change: Partial<SentRow>): void {
  const row = s.row(sent, transfer);
  if (row !== undefined) s.set(sent, transfer, { ...row, ...change });
}
