/**
 * yuebao: a money-market fund held in units of 1.00, with books of its own.
 *
 * @module
 */
import { cash, holdings, redemptionsDue, units } from './accounts.ts';
import { line } from './line.ts';
import './holding.ts';
import './rates.ts';
import './paying.ts';
import './closing/accruals.ts';
import './closing/distribution.ts';
import './closing/settling.ts';
import './closing/investing.ts';

line.metric('assets', {
  doc: 'Units held at the end of the period.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(units, s.to)),
});

line.metric('liquid', {
  doc: 'Cash and deposits up to a month at the end of the period: what can be paid out at once.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(cash, s.to) + s.totalOn(holdings['deposit-1m'], s.to)),
});

line.metric('redemptionsDue', {
  doc: 'Redemptions that the fund has yet to pay at the end of the period.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(redemptionsDue, s.to)),
});

export { line as yuebao } from './line.ts';
