/**
 * Counting what holders do with their own money: since when they are known, how often they paid, and how many others. What is
 * reversed stays counted.
 *
 * @module
 */

import type { Writing } from '../../../kernel/contract/reading.ts';
import type { Day } from '../../../kernel/values/dates.ts';
import { id } from '../../../kernel/values/fields.ts';
import { line } from '../line.ts';
import { counted, countedOf, relationKey, relations } from '../state.ts';

line.answer('ToppedUp', {
  needs: { holder: id('whose wallet') },
  when: () => true,
  evolve: ({ data, on }, s) => {
    const row = countedOf(s, data.holder);
    if (row.since === null || on < row.since) s.set(counted, data.holder, { ...row, since: on });
  },
});

line.answer('PaymentInitiated', {
  needs: { payer: id('who pays'), payee: id('who is paid') },
  when: () => true,
  evolve: ({ data, on }, s) => given(s, data.payer, data.payee, on, 1),
});

line.answer('Transferred', {
  needs: { from: id('who gives'), to: id('who gets') },
  when: () => true,
  evolve: ({ data, on }, s) => given(s, data.from, data.to, on, 0),
});

/** Money went from a holder to another. */
function given(s: Writing, holder: string, counterparty: string, on: Day, payments: 0 | 1): void {
  const row = countedOf(s, holder);
  const key = relationKey(holder, counterparty);
  const isNew = s.row(relations, key) === undefined;
  if (isNew) s.set(relations, key, on);
  s.set(counted, holder, {
    ...row,
    since: row.since === null || on < row.since ? on : row.since,
    payments: row.payments + payments,
    relations: row.relations + (isNew ? 1 : 0),
  });
}
