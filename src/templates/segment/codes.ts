/**
 * Codes of sample, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const sampleExists = declareCode(
  'SAMPLE_EXISTS',
  'existence',
  'something is set aside under this id',
  'Use another id.',
);
export const asideShort = declareCode(
  'SAMPLE_SHORT',
  'funds',
  'as much is not set aside',
  'This must not happen: report it.',
);
