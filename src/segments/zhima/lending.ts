/**
 * Counting what borrowers do, in all lines that lend: payments on debts that are not overdue, and debts that fall into arrears.
 *
 * @module
 */
import { answer, type Listener } from '../../kernel/contract/segment.ts';
import { flag, id } from '../../kernel/values/fields.ts';
import { count } from './state.ts';

const holder = id('the borrower');

const paymentKept = (to: string): Listener =>
  answer(to, {
    needs: { holder, kept: flag('the debt was not overdue on the payment’s date before it') },
    when: ({ kept }) => kept,
    evolve: ({ data }, s) => count(s, data.holder, 'kept'),
  });

const paymentMissed = (to: string): Listener =>
  answer(to, {
    needs: { holder, missed: flag('the debt went from current to another bucket') },
    when: ({ missed }) => missed,
    evolve: ({ data }, s) => count(s, data.holder, 'missed'),
  });

export const borrowed = [
  ...['HuabeiRepaid', 'JiebeiLoanRepaid', 'MybankLoanRepaid'].map(paymentKept),
  ...['HuabeiArrearsMoved', 'JiebeiArrearsMoved', 'MybankArrearsMoved'].map(paymentMissed),
];
