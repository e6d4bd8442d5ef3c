/**
 * Statements: at the end of a line's statement day all that is drawn, revolves or is planned for it becomes due; and what is left of a
 * due whose minimum was paid revolves.
 *
 * @module
 */

import { draft } from '../../kernel/contract/rule.ts';
import { date, figure, id } from '../../kernel/values/fields.ts';
import { dueAt, put } from '../../lending/debt/debts.ts';
import { brought, lines } from './credit-line.ts';
import { line } from './line.ts';

export const statementIssued = line.derivedEvent('HuabeiStatementIssued', {
  doc: 'A line’s statement: what is due, when, and the least of it that must be paid by then.',
  fields: {
    holder: id('whose line'),
    principal: figure('principal billed'),
    interest: figure('interest billed'),
    fee: figure('instalment fees billed'),
    minimum: figure('the least that must be paid by the due date'),
    dueOn: date('the due date'),
  },
  subject: ({ holder }) => lines.subject(holder),
  evolve: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row !== undefined) put(lines, s, data.holder, brought(s, row, on, true));
  },
});

/** Phase 1, before arrears. A line with a fact of a later date is passed over: that fact issued it. */
export const statements = line.rule<string>('statements', {
  doc: 'Lines whose statement day it is, with something to bill.',
  phase: 'timeouts',
  items: (s) => dueAt(lines, s),
  derive: (holder, s) => {
    const row = s.row(lines.table, holder);
    if (row === undefined || row.latest > s.day || row.nextStatement > s.day) return undefined;
    const { issued } = brought(s, row, s.day, true);
    if (issued === undefined) return undefined;
    const { principal, interest, fee, minimum, on: dueOn } = issued;
    return draft(statementIssued, { holder, principal, interest, fee, minimum, dueOn });
  },
});

export const revolved = line.derivedEvent('HuabeiRevolved', {
  doc: 'The minimum of a due was paid: what is left of it bears interest until the next statement.',
  fields: { holder: id('whose line'), principal: figure('what begins to revolve') },
  subject: ({ holder }) => lines.subject(holder),
  evolve: ({ data, on }, s) => {
    const row = s.row(lines.table, data.holder);
    if (row !== undefined) put(lines, s, data.holder, brought(s, row, on, true));
  },
});

/** Phase 1, after statements and before arrears. */
export const revolving = line.rule<string>('revolving', {
  doc: 'Dues that passed with their minimum paid.',
  phase: 'timeouts',
  after: [statements],
  items: (s) => dueAt(lines, s),
  derive: (holder, s) => {
    const row = s.row(lines.table, holder);
    if (row === undefined || row.latest > s.day) return undefined;
    if (!row.dues.some(({ on, overdue }) => !overdue && on < s.day)) return undefined;
    const { revolved: principal } = brought(s, row, s.day, true);
    return principal === 0n ? undefined : draft(revolved, { holder, principal });
  },
});
