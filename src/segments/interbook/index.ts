/**
 * interbook: money that goes from a wallet of one book to a wallet of another, in two halves and an answer.
 *
 * @module
 */
import { dayMax } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { inTransit, setAside } from './accounts.ts';
import { line } from './line.ts';
import './sending.ts';
import './receiving.ts';

// Every entry keeps this by itself, on its own date; so what holds in total holds on every date.
line.invariant('what is set aside is on its way', (s) => {
  const aside = s.totalOn(setAside, dayMax);
  const owed = s.totalOn(inTransit, dayMax);
  return aside === owed
    ? undefined
    : `set aside ${formatMoney(aside, 'CNY')}, in transit ${formatMoney(owed, 'CNY')}`;
});

line.metric('inTransit', {
  doc: 'Customers’ money on its way to other books at the end of the period.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(inTransit, s.to)),
});

export { line as interbook } from './line.ts';
