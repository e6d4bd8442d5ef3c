/**
 * Counting what borrowers do, in all lines that lend: payments on debts that are not overdue, and debts that fall into arrears.
 *
 * @module
 */

import type { Listener } from '../../../kernel/contract/listener.ts';
import { flag, id } from '../../../kernel/values/fields.ts';
import { line } from '../line.ts';
import { count } from '../state.ts';

const holder = id('the borrower');

const paymentKept = (to: string): Listener =>
  line.answer(to, {
    needs: { holder, kept: flag('the debt was not overdue on the payment’s date before it') },
    when: ({ kept }) => kept,
    evolve: ({ data }, s) => count(s, data.holder, 'kept'),
  });

const paymentMissed = (to: string): Listener =>
  line.answer(to, {
    needs: { holder, missed: flag('the debt went from current to another bucket') },
    when: ({ missed }) => missed,
    evolve: ({ data }, s) => count(s, data.holder, 'missed'),
  });

for (const repaid of ['HuabeiRepaid', 'JiebeiLoanRepaid', 'MybankLoanRepaid']) paymentKept(repaid);
for (const moved of ['HuabeiArrearsMoved', 'JiebeiArrearsMoved', 'MybankArrearsMoved']) paymentMissed(moved);
