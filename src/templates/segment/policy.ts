/**
 * Parameters of sample.
 *
 * @module
 */
import { daysType } from '../../kernel/contract/parameter-types.ts';
import { line } from './line.ts';

export const backAfterDays = line.parameter('backAfterDays', {
  doc: 'What is set aside comes back at the close as many days later.',
  type: daysType(1, 3650),
  defaults: [{ value: 30, source: 'docs/how-to/add-a-line.md (an example)' }],
});
