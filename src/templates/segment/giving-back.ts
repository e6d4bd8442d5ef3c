/**
 * Giving back, at a day's close.
 *
 * @module
 */
import { draft } from '../../kernel/contract/rule.ts';
import { id } from '../../kernel/values/fields.ts';
import { aside, wallet } from './accounts.ts';
import { line } from './line.ts';
import { backAfterDays } from './policy.ts';
import { samples } from './state.ts';

const givenBack = line.derivedEvent('SampleGivenBack', {
  doc: 'What was set aside comes back.',
  fields: { sample: id('what was set aside') },
  subject: ({ sample }) => `sample/${sample}`,
  evolve: ({ data, on }, s) => {
    const held = s.row(samples, data.sample);
    if (held !== undefined) s.set(samples, data.sample, { ...held, backOn: on });
  },
});

line.rule<string>('givingBack', {
  doc: 'What was set aside backAfterDays ago comes back.',
  phase: 'timeouts',
  items: (s) =>
    s
      .buckets(samples)
      .filter((on) => on + s.policy(backAfterDays) <= s.day)
      .flatMap((on) => s.bucket(samples, on)),
  derive: (sample, s, entry) => {
    const held = s.row(samples, sample);
    if (held === undefined) return undefined;
    entry.debit(aside, held.amount, held.holder);
    entry.credit(wallet, held.amount, held.holder);
    return draft(givenBack, { sample });
  },
});
