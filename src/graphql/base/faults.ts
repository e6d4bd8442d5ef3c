/**
 * Faults of a question: what stands in `errors`, with the same codes and hints as refusals. What a command is answered with
 * is data (results.ts).
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { codes, declareCode, Refusal } from '../../kernel/values/refusals.ts';

/** A segment that this server does not know. */
export const segmentUnknown = declareCode(
  'SEGMENT_UNKNOWN',
  'question',
  'there is no such segment',
  'Query.segments lists them.',
);

/** A stream that was not read for too long. */
export const slowReader = declareCode(
  'SLOW_READER',
  'question',
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
