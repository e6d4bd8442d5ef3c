/**
 * interbook: money that goes from a wallet of one book to a wallet of another, in two halves and an answer.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import { dayMax } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { accounts, inTransit, reserve, setAside, wallet } from './accounts.ts';
import { transferArrived, transferDeclined } from './receiving.ts';
import { transferCompleted, transferReturned, transferSent } from './sending.ts';
import { tables } from './state.ts';

export const interbook: Segment = {
  id: 'interbook',
  title: 'Transfers between books',
  doc: 'Money from a wallet of one book to a wallet of another: sent into suspense, arrived or declined there, then completed or returned.',
  accounts,
  borrows: [wallet.path, reserve.path],
  parameters: [],
  tables,
  facts: [transferSent, transferArrived, transferDeclined, transferCompleted, transferReturned],
  derived: [],
  listeners: [],
  close: [],
  invariants: [
    {
      name: 'what is set aside is on its way',
      // Every entry keeps this by itself, on its own date; so what holds in total holds on every date.
      broken: (s) => {
        const aside = s.totalOn(setAside, dayMax);
        const owed = s.totalOn(inTransit, dayMax);
        return aside === owed
          ? undefined
          : `set aside ${formatMoney(aside, 'CNY')}, in transit ${formatMoney(owed, 'CNY')}`;
      },
    },
  ],
  metrics: [
    {
      id: 'inTransit',
      doc: 'Customers’ money on its way to other books at the end of the period.',
      unit: 'CNY',
      of: (s) => s.money(s.totalOn(inTransit, s.to)),
    },
  ],
};
