/**
 * Sandboxes: forks of a book, held apart.
 *
 * @module
 */
import { Refusal } from '../../kernel/values/refusals.ts';
import { sandboxUnknown } from '../../reading/codes.ts';
import { LedgerPoint } from '../../reading/point.ts';
import type { SandboxDesk } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { pageLimits } from '../base/limits.ts';
import { defaultBook } from '../base/point.ts';
import { refusalKind, refusalTypes } from '../base/results.ts';
import { sizeDoc, sizeOf } from '../base/sizes.ts';
import { OverrideInput, OverrideRef, overridesOf } from '../policy/overrides.ts';
import { DivergenceRef } from './divergence.ts';
import { LedgerRef } from './ledger.ts';

const SandboxRef = builder.objectRef<SandboxDesk>('Sandbox').implement({
  description:
    'A fork of a book: it takes commands and answers queries like a book, through the argument `sandbox`, and never touches it; nor does the book’s progress show in it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What the argument `sandbox` takes.' }),
    book: t.exposeID('book', { description: 'The book that it is a fork of.' }),
    forkedAt: t.expose('forkedAt', {
      type: 'Revision',
      description: 'The last revision that is the book’s.',
    }),
    revision: t.field({
      type: 'Revision',
      description: 'Of its newest event; forkedAt where it has none of its own.',
      resolve: ({ head }) => head.revision,
    }),
    eventCount: t.int({
      description: 'Events of its own.',
      resolve: ({ ownCount }) => ownCount,
    }),
    overrides: t.field({
      type: [OverrideRef],
      description: 'Its assumptions: they count for what is decided in it.',
      resolve: ({ overrides }) => [...overrides],
    }),
    replayed: t.boolean({
      description:
        'Whether the history below it was evaluated again under its assumptions. Its revisions are its own then.',
      resolve: ({ replayed }) => replayed !== undefined,
    }),
    divergences: t.field({
      type: [DivergenceRef],
      description: 'Where it was replayed: the facts that could not be kept as they were, the first of them.',
      args: {
        first: t.arg.int({ defaultValue: pageLimits.defaultSize, required: true, description: sizeDoc }),
      },
      resolve: ({ replayed }, { first }) => replayed?.divergences.slice(0, sizeOf(first)) ?? [],
    }),
    divergenceCount: t.int({
      description: 'How many facts could not be kept as they were.',
      resolve: ({ replayed }) => replayed?.divergences.length ?? 0,
    }),
    ledger: t.field({
      type: LedgerRef,
      description: 'It as a ledger.',
      args: { asOf: t.arg({ type: 'Date', description: 'Only what counts up to this day.' }) },
      resolve: (desk, { asOf }) => new LedgerPoint(desk, undefined, asOf ?? undefined),
    }),
  }),
});

const SandboxResult = builder.unionType('SandboxResult', {
  description: 'A sandbox, or why there is none.',
  types: [SandboxRef, ...refusalTypes],
  resolveType: (value) => (value instanceof Refusal ? refusalKind(value) : 'Sandbox'),
});

const OpenSandboxInput = builder.inputType('OpenSandboxInput', {
  description: 'What openSandbox takes.',
  fields: (t) => ({
    book: t.id({ defaultValue: defaultBook, description: 'The book to fork.' }),
    revision: t.field({
      type: 'Revision',
      description:
        'The last revision that counts in it: the newest when left out, which takes constant time.',
    }),
    overrides: t.field({ type: [OverrideInput], description: 'Assumptions for what is decided in it.' }),
    replay: t.boolean({
      defaultValue: false,
      description: 'Evaluate the history under the assumptions, too, instead of taking it as recorded.',
    }),
  }),
});

builder.queryField('sandboxes', (t) =>
  t.field({
    type: [SandboxRef],
    description: 'The sandboxes that are open.',
    resolve: (_root, _args, { library }) => [...library.sandboxes],
  }),
);

builder.mutationField('openSandbox', (t) =>
  t.field({
    type: SandboxResult,
    description: 'Forks a book: at its head in constant time, at an older revision by folding its log.',
    complexity: 100,
    args: { input: t.arg({ type: OpenSandboxInput, required: true, description: 'What it takes.' }) },
    resolve: async (_root, { input }, { library, signal }) => {
      const overrides = overridesOf(library.house, input.overrides ?? [], 'sandbox');
      if (overrides instanceof Refusal) return overrides;
      return await library.openSandbox({
        book: input.book ?? defaultBook,
        revision: input.revision ?? undefined,
        overrides,
        replay: input.replay ?? false,
        signal,
      });
    },
  }),
);

builder.mutationField('discardSandbox', (t) =>
  t.field({
    type: SandboxResult,
    description: 'Discards a sandbox and all that was done in it; answers with it as it was.',
    args: { id: t.arg.id({ required: true, description: 'The sandbox.' }) },
    resolve: (_root, { id }, { library }) => library.discardSandbox(id) ?? new Refusal(sandboxUnknown, id),
  }),
);
