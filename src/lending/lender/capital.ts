/**
 * Capital of a lending company.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import { amount, choice } from '../../kernel/values/fields.ts';
import { codes } from '../../kernel/values/refusals.ts';
import type { Lender } from './lender.ts';

/** The fact by which owners pay capital into a lending company. */
export const capitalOf = ({ line, books, prefix, id }: Lender): FactType =>
  line.fact(`${prefix}CapitalContributed`, {
    command: 'contributeCapital',
    told: { field: 'entity', value: id, unknown: codes.unknownEntity },
    doc: `Owners pay capital into ${id}’s lending company.`,
    fields: {
      entity: choice('whose cash', [id], codes.unknownEntity),
      amount: amount('what is paid in'),
    },
    subject: ({ entity }) => `entity/${entity}`,
    react: ({ data }, _s, entry) => {
      entry.debit(books.own.cash, data.amount);
      entry.credit(books.own.capital, data.amount);
    },
    undo: () => undefined,
  });
