/**
 * Explanations in the graph.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { Money } from '../../graphql/base/money.ts';
import type { ExplainedLine, Explanation, TypeTotal } from '../explaining/explain.ts';
import type { ParameterUsed } from '../explaining/sources.ts';

const ParameterUsedRef = builder.objectRef<ParameterUsed>('ParameterUsed').implement({
  description: 'A parameter as a rule saw it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'payments.merchantFeeRate' }),
    key: t.exposeString('key', { nullable: true, description: 'The key whose own value it was.' }),
    value: t.exposeString('value', { description: 'As the parameter is written.' }),
    source: t.exposeString('source', { description: 'Where the value comes from.' }),
    since: t.exposeString('since', {
      nullable: true,
      description: 'The first day on which it held; null: always.',
    }),
    changedAt: t.field({
      type: 'Revision',
      nullable: true,
      description: 'The event that set it, where one did.',
      resolve: ({ changedAt }) => changedAt,
    }),
  }),
});

const ExplainedLineRef = builder.objectRef<ExplainedLine>('ExplainedLine').implement({
  description: 'One event’s part in a figure.',
  fields: (t) => ({
    revision: t.expose('revision', { type: 'Revision', description: 'The event.' }),
    day: t.expose('day', { type: 'Date', description: 'The day on which it counts.' }),
    type: t.exposeString('type', { description: 'Its type.' }),
    subject: t.exposeID('subject', { description: 'What it is about.' }),
    amounts: t.field({
      type: [Money],
      description: 'Its part, a currency each.',
      resolve: ({ amounts }) => [...amounts],
    }),
    rule: t.string({
      description: 'The fact type, or the rule of the close, that worked it out.',
      resolve: ({ rule }) => rule.name,
    }),
    ruleDoc: t.string({ description: 'What that rule does.', resolve: ({ rule }) => rule.doc }),
    parameters: t.field({
      type: [ParameterUsedRef],
      description: 'The parameters that it looked at.',
      resolve: ({ parameters }) => [...parameters],
    }),
    cause: t.expose('cause', { type: 'Revision', nullable: true, description: 'The fact that it answers.' }),
    agrees: t.exposeBoolean('agrees', {
      description: 'Whether the rule, run once more, gives these amounts.',
    }),
  }),
});

const TypeTotalRef = builder.objectRef<TypeTotal>('TypeTotal').implement({
  description: 'All events of one type together.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'The type.' }),
    eventCount: t.int({ description: 'How many.', resolve: ({ events }) => events }),
    amounts: t.field({
      type: [Money],
      description: 'Their part, a currency each.',
      resolve: ({ amounts }) => [...amounts],
    }),
  }),
});

/** A figure, down to what made it. */
export const ExplanationRef = builder.objectRef<Explanation>('Explanation').implement({
  description:
    'A figure, made of its parts: before and change give after, and the change is the sum of the totals.',
  fields: (t) => {
    const money = (name: 'before' | 'change' | 'after', description: string) =>
      t.field({ type: [Money], description, resolve: (explanation) => [...explanation[name]] });
    return {
      account: t.exposeID('account', { description: 'What was asked for.' }),
      from: t.expose('from', { type: 'Date', nullable: true, description: 'First day of the change.' }),
      to: t.expose('to', { type: 'Date', nullable: true, description: 'Last day of the change.' }),
      revision: t.expose('revision', { type: 'Revision', description: 'The last event that was looked at.' }),
      before: money('before', 'The figure before the first day.'),
      change: money('change', 'What the days changed.'),
      after: money('after', 'The figure after the last day.'),
      totals: t.field({
        type: [TypeTotalRef],
        description: 'The change by type of event.',
        resolve: ({ totals }) => [...totals],
      }),
      lines: t.field({
        type: [ExplainedLineRef],
        description: 'The events of the change, in the order of the log: the first of them.',
        resolve: ({ lines }) => [...lines],
      }),
      remainingCount: t.int({
        description: 'Events that stand in no line.',
        resolve: ({ remainder }) => remainder.events,
      }),
      remaining: t.field({
        type: [Money],
        description: 'Their part, a currency each.',
        resolve: ({ remainder }) => [...remainder.amounts],
      }),
    };
  },
});
