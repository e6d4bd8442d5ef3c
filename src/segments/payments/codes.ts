/**
 * Codes of payments, in the order in which they are asked.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

export const paymentExists = declareCode(
  'PAYMENT_EXISTS',
  'existence',
  'there is a payment with this id',
  'Use another id.',
);
export const paymentUnknown = declareCode(
  'PAYMENT_UNKNOWN',
  'existence',
  'there is no such payment',
  'Check the id.',
);
export const paymentConfirmed = declareCode(
  'PAYMENT_CONFIRMED',
  'state',
  'the payment is confirmed already',
  'A confirmed payment can be refunded.',
);
export const paymentFinished = declareCode(
  'PAYMENT_FINISHED',
  'state',
  'the payment is finished: nothing of it is left',
  'Nothing more can be done with it.',
);
export const methodUnavailable = declareCode(
  'METHOD_UNAVAILABLE',
  'state',
  'no line of business funds this method of payment',
  'Pay by a method that a line of business funds.',
);
export const exceedsRemaining = declareCode(
  'EXCEEDS_REMAINING',
  'size',
  'more than what is left of the payment',
  'Leave the amount out to refund what is left.',
);
export const insufficientFunds = declareCode(
  'INSUFFICIENT_FUNDS',
  'funds',
  'the wallet does not hold as much, on that date or a later one',
  'Top up, or ask for less.',
);
export const amountNotAboveFee = declareCode(
  'AMOUNT_NOT_ABOVE_FEE',
  'funds',
  'the amount is not larger than its fee',
  'Withdraw more at once.',
);
export const reserveShort = declareCode(
  'RESERVE_SHORT',
  'funds',
  'customers’ money would not be there',
  'This must not happen: report it.',
);
