/**
 * Faults of a question: what stands in `errors`, with the same codes and hints as refusals. What a command is answered with
 * is data (results.ts).
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { codes, declareCode, Refusal } from '../../kernel/values/refusals.ts';

/** A list or a page beyond what one query may ask for. */
export const tooLong = declareCode(
  'TOO_LONG',
  405,
  'more is asked for than one query may',
  'Ask for a page at a time.',
);
/** No book of that id. */
export const bookUnknown = declareCode(
  'BOOK_UNKNOWN',
  410,
  'there is no such book',
  'The default is main; others are made by `formicary import --book`.',
);
/** No sandbox of that id. */
export const sandboxUnknown = declareCode(
  'SANDBOX_UNKNOWN',
  411,
  'there is no such sandbox',
  'It may have been discarded; see Query.sandboxes.',
);
/** A point that lies in the future, or below what can be read. */
export const pointUnknown = declareCode(
  'POINT_UNKNOWN',
  412,
  'the ledger cannot be read at that point',
  'See Ledger.revision for the newest one.',
);
/** A revision that did not come in time. */
export const notReached = declareCode(
  'NOT_REACHED',
  413,
  'the revision did not come in time',
  'Ask again, or without atLeast.',
);
/** A segment that this server does not know. */
export const segmentUnknown = declareCode(
  'SEGMENT_UNKNOWN',
  414,
  'there is no such segment',
  'Query.segments lists them.',
);
/** A stream that was not read for too long. */
export const slowReader = declareCode(
  'SLOW_READER',
  415,
  'the stream was not read for too long',
  'Subscribe again, after the last revision seen.',
);

/** A refusal as an error of the query. */
export function fault(refusal: Refusal, status?: number): GraphQLError {
  const { code, message, value, hint } = refusal;
  return new GraphQLError(message, {
    extensions: { code, value, hint, ...(status === undefined ? {} : { http: { status } }) },
  });
}

/** A question that is not as it must be. */
export const badQuestion = (value: string, detail: string): GraphQLError =>
  fault(new Refusal(codes.invalidInput, value, detail, 'See the description of the field.'));

/** The value of something that may be refused. */
export function orFault<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw fault(found);
  return found;
}
