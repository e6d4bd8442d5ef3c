/**
 * Money, out and in.
 *
 * @module
 */
import { formatMinor, type Money as KernelMoney } from '../../kernel/values/money.ts';
import { builder } from './builder.ts';

/** An amount with its currency. */
export const Money = builder.objectRef<KernelMoney>('Money').implement({
  description:
    'An amount of money, exact. Amounts of accounts and reports are positive on the account’s normal side; only postings are debit positive.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      description: 'With every digit of the currency: "1234.50".',
      resolve: ({ minor, currency }) => formatMinor(minor, currency),
    }),
    currency: t.exposeString('currency', { description: 'ISO 4217: "CNY".' }),
  }),
});

/** An amount as an input. */
export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An amount of money: { amount: "80.00", currency: "CNY" }.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'At most the digits of the currency: "80.00".',
    }),
    currency: t.string({ required: true, description: 'ISO 4217: "CNY".' }),
  }),
});

/** What a repayment may be of instead of an amount. */
const RepaymentIntent = builder.enumType('RepaymentIntent', {
  description: 'An intent to repay, whose size is found when the command is decided.',
  values: {
    DUE: { value: 'due', description: 'What is due.' },
    MINIMUM: { value: 'minimum', description: 'The least of it that must be paid, where there is one.' },
    ALL: { value: 'all', description: 'All that is owed.' },
  },
});

/** An amount to repay, or an intent, as an input. */
export const RepaymentInput = builder.inputType('RepaymentInput', {
  description:
    'An amount, or an intent whose size is found when the command is decided: { intent: DUE }, { intent: ALL }, { money: { amount: "80.00", currency: "CNY" } }. One of the two.',
  isOneOf: true,
  fields: (t) => ({
    money: t.field({ type: MoneyInput, description: 'As much.' }),
    intent: t.field({ type: RepaymentIntent, description: 'What is due, or all that is owed.' }),
  }),
});

/** An amount, or a share of what is held, as an input. */
export const SizeInput = builder.inputType('SizeInput', {
  description:
    'An amount, or an intent whose size is found when the command is decided: { share: "all" }, { share: "10%" }, { money: { amount: "80.00", currency: "CNY" } }. One of the two.',
  isOneOf: true,
  fields: (t) => ({
    money: t.field({ type: MoneyInput, description: 'As much.' }),
    share: t.string({ description: '"all", or a share of what is held: "10%".' }),
  }),
});
