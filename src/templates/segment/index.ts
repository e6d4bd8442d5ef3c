/**
 * sample: money set aside. What is imported here is declared; a file that is not is no part of the line.
 *
 * @module
 */
import './setting-aside.ts';
import './giving-back.ts';
import { aside } from './accounts.ts';
import { line } from './line.ts';

line.metric('setAside', {
  doc: 'What is set aside at the end of the period.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(aside, s.to)),
});

export { line as sample } from './line.ts';
