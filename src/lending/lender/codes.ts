/**
 * Codes that the lines that lend share.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const unknownProduct = declareCode(
  'UNKNOWN_PRODUCT',
  'name',
  'no line lends under this name',
  'Name a line that grants loans; the message lists them.',
);
export const termOutOfRange = declareCode(
  'TERM_OUT_OF_RANGE',
  'value',
  'there is no such term',
  'See the command in docs/commands.md.',
);
export const valuationRequired = declareCode(
  'VALUATION_REQUIRED',
  'value',
  'an advance on inventory needs its value',
  'Give the value of what is pledged.',
);
export const loanExists = declareCode(
  'LOAN_EXISTS',
  'existence',
  'there is a loan with this id',
  'Use another id.',
);
export const lineExists = declareCode(
  'CREDIT_LINE_EXISTS',
  'existence',
  'the holder has a credit line',
  'A holder has one line.',
);
export const loanUnknown = declareCode('LOAN_UNKNOWN', 'existence', 'there is no such loan', 'Check the id.');
export const lineUnknown = declareCode(
  'CREDIT_LINE_UNKNOWN',
  'existence',
  'the holder has no credit line',
  'Open one: openCreditLine.',
);
export const notApproved = declareCode(
  'LOAN_NOT_APPROVED',
  'state',
  'the loan was declined, or is not paid out',
  'See how its application was decided.',
);
export const loanDisbursed = declareCode(
  'LOAN_DISBURSED',
  'state',
  'the loan is paid out already',
  'A loan is paid out once.',
);
export const loanClosed = declareCode(
  'LOAN_CLOSED',
  'state',
  'the loan is paid back',
  'Nothing more can be done with it.',
);
export const lineClosed = declareCode(
  'CREDIT_CLOSED',
  'state',
  'the credit line is written off',
  'Only recoveries are taken on it.',
);
export const loanWrittenOff = declareCode(
  'LOAN_WRITTEN_OFF',
  'state',
  'the loan is written off',
  'Only recoveries are taken on it: recoverLoan.',
);
export const notWrittenOff = declareCode(
  'NOT_WRITTEN_OFF',
  'state',
  'it is not written off',
  'Repay it instead.',
);
export const advanceKind = declareCode(
  'ADVANCE_KIND',
  'state',
  'this kind of loan has no such step',
  'Buyers settle receivables and orders; pledges are of inventory, until they are sold.',
);
export const pledgeNotCalled = declareCode(
  'PLEDGE_NOT_CALLED',
  'state',
  'the pledge cannot be sold yet',
  'It needs a margin call old enough, or arrears; see mybank.marginDays.',
);
export const exceedsOwed = declareCode(
  'EXCEEDS_OWED',
  'size',
  'more than is owed',
  'Repay all to pay it off; a surplus stays in the wallet.',
);
export const exceedsBilled = declareCode(
  'EXCEEDS_BILLED',
  'size',
  'more than is billed and not past its due date',
  'Convert less.',
);
export const creditOverdue = declareCode(
  'CREDIT_OVERDUE',
  'funds',
  'something is overdue on the credit line',
  'Repay what is due first.',
);
export const creditLimitExceeded = declareCode(
  'CREDIT_LIMIT_EXCEEDED',
  'funds',
  'above the credit limit',
  'Draw less, or repay first; see the limits by score.',
);
export const lendingShort = declareCode(
  'LENDING_SHORT',
  'funds',
  'an account of a lender would fall below zero',
  'This must not happen: report it.',
);
