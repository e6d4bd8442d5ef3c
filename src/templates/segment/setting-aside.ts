/**
 * Setting money aside.
 *
 * @module
 */
import { amount, id } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { aside, wallet } from './accounts.ts';
import { sampleExists } from './codes.ts';
import { line } from './line.ts';
import { samples } from './state.ts';

line.fact('SampleSetAside', {
  command: 'setSampleAside',
  doc: 'A holder sets money aside.',
  fields: { sample: id('under which id'), holder: id('whose money'), amount: amount('how much') },
  begins: true,
  subject: ({ sample }) => `sample/${sample}`,
  refs: ({ holder }) => [`wallet/${holder}`],
  fits: ({ data }, s) => {
    if (s.row(samples, data.sample) !== undefined) return new Refusal(sampleExists, data.sample);
    return s.shortage(wallet, data.amount, data.holder);
  },
  // In a what-if: the largest part of it that the wallet holds.
  clamp: ({ data }, s) => {
    const held = s.available(wallet, data.holder);
    const minor = held < data.amount ? held : data.amount;
    return minor > 0n ? { ...data, amount: minor } : undefined;
  },
  react: ({ data }, _s, entry) => {
    entry.debit(wallet, data.amount, data.holder);
    entry.credit(aside, data.amount, data.holder);
  },
  evolve: ({ data, on }, s) =>
    s.set(samples, data.sample, {
      holder: data.holder,
      amount: data.amount,
      setAsideOn: on,
      backOn: null,
    }),
  cannotUndo: ({ data }, s) =>
    s.row(samples, data.sample)?.backOn === null ? undefined : 'the money has come back',
  undo: ({ data }, s) => s.delete(samples, data.sample),
});
