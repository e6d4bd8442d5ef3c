/**
 * huabei: a revolving line of consumer credit, with statements and instalments.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('huabei', {
  title: 'Consumer credit at the till',
  doc: 'A revolving line: merchants paid on credit, a statement a month, instalments; funded by own money, partner banks and the vehicle.',
});
