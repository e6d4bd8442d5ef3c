/**
 * Scenarios in the graph.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { OverrideRef } from '../../graphql/policy/overrides.ts';
import type { Base, Scenario, Variant } from '../file/file.ts';

const VariantOutline = builder.objectRef<Variant>('ScenarioVariant').implement({
  description: 'A variant as its scenario says it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    overrides: t.field({
      type: [OverrideRef],
      description: 'Its own assumptions, on top of the scenario’s.',
      resolve: ({ assumptions }) => [...assumptions],
    }),
    editCount: t.int({
      description: 'How many edits of facts it has of its own.',
      resolve: ({ edits }) => edits.length,
    }),
  }),
});

/** What a scenario starts from, in words. */
function baseText(base: Base): string {
  switch (base.kind) {
    case 'history':
      return `history ${base.path}`;
    case 'book':
      return base.at === undefined ? `book ${base.book}` : `book ${base.book} at ${base.at}`;
    case 'empty':
      return 'nothing';
    default:
      return base satisfies never;
  }
}

/** A scenario. */
export const ScenarioRef = builder.objectRef<Scenario>('Scenario').implement({
  description:
    'A question: a base, other assumptions, edits of facts, variants, and what to report and to expect.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its name.' }),
    title: t.exposeString('title', { description: 'The question, for people.' }),
    description: t.exposeString('description', { description: 'What it is about.' }),
    source: t.exposeString('source', { description: 'Where its figures come from.' }),
    base: t.string({ description: 'What it starts from.', resolve: ({ base }) => baseText(base) }),
    from: t.field({
      type: 'Date',
      description: 'First day of its horizon.',
      resolve: ({ horizon }) => horizon.from,
    }),
    to: t.field({
      type: 'Date',
      description: 'Last day of its horizon.',
      resolve: ({ horizon }) => horizon.to,
    }),
    seed: t.exposeInt('seed', { description: 'What its dice start from.' }),
    overrides: t.field({
      type: [OverrideRef],
      description: 'Its assumptions, which count in every variant.',
      resolve: ({ assumptions }) => [...assumptions],
    }),
    editCount: t.int({
      description: 'How many edits of facts it has.',
      resolve: ({ edits }) => edits.length,
    }),
    variants: t.field({
      type: [VariantOutline],
      description: 'Its variants.',
      resolve: ({ variants }) => [...variants],
    }),
    report: t.stringList({
      description: 'What it reports.',
      resolve: ({ report }) => report.map(({ text }) => text),
    }),
    expect: t.stringList({
      description: 'What it expects.',
      resolve: ({ expect }) => expect.map(({ text }) => text),
    }),
  }),
});
