/**
 * Codes of interbook, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const transferExists = declareCode(
  'TRANSFER_EXISTS',
  'latest',
  'there is a transfer with this id',
  'Use another id; a repeat carries the key of the first.',
);
export const alreadyDeclined = declareCode(
  'TRANSFER_DECLINED',
  'latest',
  'the transfer was declined, and cannot arrive any more',
  'The money goes back to the book that it came from; send it again under another id.',
);
export const transferUnknown = declareCode(
  'TRANSFER_UNKNOWN',
  'latest',
  'this book sent no such transfer',
  'Check the id, and the book.',
);
export const alreadyCompleted = declareCode(
  'TRANSFER_COMPLETED',
  'latest',
  'the transfer is completed: the money has arrived',
  'Nothing more can be done with it.',
);
export const alreadyReturned = declareCode(
  'TRANSFER_RETURNED',
  'latest',
  'the transfer is returned: the money is back',
  'Nothing more can be done with it; send it again under another id.',
);
export const suspenseShort = declareCode(
  'SUSPENSE_SHORT',
  'funds',
  'money on its way between books would not be there',
  'This must not happen: report it.',
);
/** Asked of whoever wants a transfer carried, before anything is sent: a book alone doesn't know its own id. */
export const sameBook = declareCode(
  'SAME_BOOK',
  'question',
  'the money would stay in the same book',
  'Use transfer for another wallet of the same book.',
);
