/**
 * The half of a transfer in the book that it goes to: it arrives, or is declined. What is declined can't arrive any more, so that
 * the money may go back.
 *
 * @module
 */

import type { Happening } from '../../kernel/contract/fact.ts';
import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { amount, id, text } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { reserve, wallet } from './accounts.ts';
import { alreadyDeclined, transferExists } from './codes.ts';
import { line } from './line.ts';
import { forTheCarrier, sendBack } from './sending.ts';
import { arrivalKey, arrived, type Outcome } from './state.ts';

const fields = {
  transfer: id('the transfer, by its id in the book that it comes from'),
  book: id('the book that it comes from'),
  from: id('whose wallet there it left'),
  to: id('whose wallet it is for'),
  amount: amount('how much'),
};

/** What both facts say of a transfer. */
interface Half {
  readonly transfer: string;
  readonly book: string;
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
}

/** What a transfer is called in the book that it goes to: another may have the same id in the book itself. */
export const arrivalSubject = (book: string, transfer: string): string =>
  `transfer/${arrivalKey(book, transfer)}`;

const subject = ({ book, transfer }: Half): string => arrivalSubject(book, transfer);

line.fact('TransferArrived', {
  command: 'receiveTransfer',
  doc: `Money arrives from another book. Give it only after the transfer was sent there. ${forTheCarrier}`,
  fields,
  subject,
  refs: ({ to }) => [`wallet/${to}`],
  fits: decidedBefore,
  react: ({ data }, _s, entry) => {
    entry.debit(reserve, data.amount);
    entry.credit(wallet, data.amount, data.to);
  },
  evolve: ({ data, on }, s) => note(s, data, on, { stage: 'arrived', reason: null }),
  insteadOfUndo: sendBack,
});

line.fact('TransferDeclined', {
  command: 'declineTransfer',
  doc: `A transfer from another book is declined: it can’t arrive any more, and the money may go back. ${forTheCarrier}`,
  fields: { ...fields, reason: text('why') },
  subject,
  refs: ({ to }) => [`wallet/${to}`],
  fits: decidedBefore,
  react: () => {},
  evolve: ({ data, on }, s) => note(s, data, on, { stage: 'declined', reason: data.reason }),
  insteadOfUndo: sendBack,
});

/** Says that a transfer has arrived or was declined before. */
function decidedBefore({ data }: Happening<Half>, s: Reading): Refusal | undefined {
  const key = arrivalKey(data.book, data.transfer);
  const known = s.row(arrived, key);
  if (known === undefined) return undefined;
  return new Refusal(known.stage === 'arrived' ? transferExists : alreadyDeclined, key);
}

function note(
  s: Writing,
  { book, transfer, from, to, amount: minor }: Half,
  on: Day,
  outcome: Outcome,
): void {
  s.set(arrived, arrivalKey(book, transfer), { from, to, minor, on, ...outcome });
}
