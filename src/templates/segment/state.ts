/**
 * What sample keeps: a subject, that is, the things that its events are about. Its fields are what the graph shows.
 *
 * @module
 */
import { row } from '../../kernel/contract/row.ts';
import { line } from './line.ts';

export const samples = line.subject('sample', {
  table: 'samples',
  type: 'Sample',
  doc: 'Money that a holder has set aside.',
  later: true,
  fields: {
    holder: row.holder('Whose money.'),
    amount: row.amount('How much.'),
    setAsideOn: row.date('The day on which it was set aside.'),
    backOn: row.maybe(row.date('The day on which it came back; null while it is set aside.')),
  },
  // A close finds those that are due by it.
  bucket: ({ setAsideOn, backOn }) => (backOn === null ? setAsideOn : undefined),
});
