/**
 * payments: wallets, payments through escrow and at once, refunds, withdrawals, and the float they leave.
 *
 * @module
 */
import { dayMax } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { channelCost, escrow, merchantFee, reserve, wallet } from './accounts.ts';
import { line } from './line.ts';
import { unsweptTotal, volumes } from './state.ts';
import './wallet.ts';
import './escrow.ts';
import './refund.ts';
import './close.ts';

// Every entry keeps the backing by itself, on its own date; so what holds in total holds on every date.
line.invariant('customers’ money is backed', (s) => {
  const claims = s.totalOn(wallet, dayMax) + s.totalOn(escrow, dayMax) + unsweptTotal(s);
  const backed = s.totalOn(reserve, dayMax);
  return claims === backed
    ? undefined
    : `reserve ${formatMoney(backed, 'CNY')}, claims and unswept fees ${formatMoney(claims, 'CNY')}`;
});

line.metric('takeRate', {
  doc: 'Merchant fees, net of what is returned, as a share of the volume confirmed over the period.',
  unit: 'share',
  of: (s) => s.ratio(s.change(merchantFee), s.sumOverDays(volumes)),
});

line.metric('volume', {
  doc: 'What was confirmed over the period, before fees.',
  unit: 'CNY',
  of: (s) => s.money(s.sumOverDays(volumes)),
});

line.metric('float', {
  doc: 'Customers’ money at the bank at the end of the period.',
  unit: 'CNY',
  of: (s) => s.money(s.totalOn(reserve, s.to)),
});

line.metric('cardCost', {
  doc: 'What banks took for card payments over the period.',
  unit: 'CNY',
  of: (s) => s.money(s.change(channelCost)),
});

export { line as payments } from './line.ts';
