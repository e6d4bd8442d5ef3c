/**
 * Codes of zhima, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const queryExists = declareCode(
  'QUERY_EXISTS',
  114,
  'there is a query with this id',
  'Use another id; a repeat carries the key of the first.',
);
export const waiverExists = declareCode(
  'WAIVER_EXISTS',
  115,
  'there is a waiver with this id',
  'Use another id.',
);
export const waiverUnknown = declareCode('WAIVER_UNKNOWN', 124, 'there is no such waiver', 'Check the id.');
export const scoreUnknown = declareCode(
  'SCORE_UNKNOWN',
  126,
  'the holder has no score',
  'Scores are computed at the close of zhima.scoreDay, of who topped up, paid or gave a transfer by then.',
);
export const waiverFinished = declareCode(
  'WAIVER_FINISHED',
  147,
  'the waiver is finished: it was returned or claimed',
  'Nothing more can be done with it.',
);
export const scoreTooLow = declareCode(
  'SCORE_TOO_LOW',
  152,
  'the score does not suffice to waive a deposit',
  'See zhima.waiverScore; ask for the deposit itself.',
);
export const exceedsDeposit = declareCode(
  'EXCEEDS_DEPOSIT',
  165,
  'more than the deposit that was waived',
  'Claim at most the deposit.',
);
