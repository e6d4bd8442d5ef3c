/**
 * Why a book, or a point of it, can’t be read.
 *
 * @module
 */

import { declareCode } from '../kernel/values/refusals.ts';

/** A list or a page beyond what one query may ask for. */
export const tooLong = declareCode(
  'TOO_LONG',
  'question',
  'more is asked for than one query may',
  'Ask for a page at a time.',
);

/** No book of that id. */
export const bookUnknown = declareCode(
  'BOOK_UNKNOWN',
  'question',
  'there is no such book',
  'The default is main; others are made by `formicary import --book`.',
);

/** No sandbox of that id. */
export const sandboxUnknown = declareCode(
  'SANDBOX_UNKNOWN',
  'question',
  'there is no such sandbox',
  'It may have been discarded; see Query.sandboxes.',
);

/** A point that lies in the future, or below what can be read. */
export const pointUnknown = declareCode(
  'POINT_UNKNOWN',
  'question',
  'the ledger cannot be read at that point',
  'See Ledger.revision for the newest one.',
);

/** A revision that did not come in time. */
export const notReached = declareCode(
  'NOT_REACHED',
  'question',
  'the revision did not come in time',
  'Ask again, or without atLeast.',
);
