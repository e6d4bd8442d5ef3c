/**
 * Codes of zhima, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const queryExists = declareCode(
  'QUERY_EXISTS',
  'existence',
  'there is a query with this id',
  'Use another id; a repeat carries the key of the first.',
);
export const waiverExists = declareCode(
  'WAIVER_EXISTS',
  'existence',
  'there is a waiver with this id',
  'Use another id.',
);
export const waiverUnknown = declareCode(
  'WAIVER_UNKNOWN',
  'existence',
  'there is no such waiver',
  'Check the id.',
);
export const scoreUnknown = declareCode(
  'SCORE_UNKNOWN',
  'existence',
  'the holder has no score',
  'Scores are computed at the close of zhima.scoreDay, of who topped up, paid or gave a transfer by then.',
);
export const waiverFinished = declareCode(
  'WAIVER_FINISHED',
  'state',
  'the waiver is finished: it was returned or claimed',
  'Nothing more can be done with it.',
);
export const scoreTooLow = declareCode(
  'SCORE_TOO_LOW',
  'state',
  'the score does not suffice to waive a deposit',
  'See zhima.waiverScore; ask for the deposit itself.',
);
export const exceedsDeposit = declareCode(
  'EXCEEDS_DEPOSIT',
  'size',
  'more than the deposit that was waived',
  'Claim at most the deposit.',
);
