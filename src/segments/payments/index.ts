import { channelCost, merchantFee, reserve } from './accounts.ts';
import { line } from './line.ts';
import { unsweptTotal, volumes } from './state.ts';
import './wallet.ts';
import './escrow.ts';
import './refund.ts';
import './close.ts';

line.lies('platform', 'gross fees that are not yet swept', unsweptTotal);

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
