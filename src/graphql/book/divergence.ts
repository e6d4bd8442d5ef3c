/**
 * Divergences: facts that a what-if could not keep as they were.
 *
 * @module
 */

import type { ReplayDivergence } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';

const DivergenceKind = builder.enumType('DivergenceKind', {
  description: 'What a what-if made of a fact that no longer fits.',
  values: {
    CLAMP: { value: 'clamp', description: 'It was made as large as fits.' },
    SKIP: { value: 'skip', description: 'It was left out.' },
    ACCEPT: { value: 'accept', description: 'The book had refused it; it goes through now.' },
  } satisfies Record<string, { value: ReplayDivergence['kind']; description: string }>,
});

/** A fact that a what-if could not keep as it was. */
export const DivergenceRef = builder.objectRef<ReplayDivergence>('Divergence').implement({
  description: 'A recorded fact that a what-if could not keep as it was.',
  fields: (t) => ({
    revision: t.expose('revision', { type: 'Revision', description: 'Its revision in the base.' }),
    type: t.exposeString('type', { description: 'Its type.' }),
    subject: t.exposeID('subject', { description: 'What it is about.' }),
    on: t.expose('on', { type: 'Date', description: 'The day on which it counts.' }),
    kind: t.expose('kind', { type: DivergenceKind, description: 'What became of it.' }),
    code: t.exposeString('code', { description: 'Why: a code of refusals.' }),
    detail: t.exposeString('detail', { description: 'Why, for people.' }),
    was: t.field({ type: 'JSON', description: 'Its data as recorded.', resolve: ({ was }) => was }),
    became: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its data as it became; null where it was left out.',
      resolve: ({ became }) => became,
    }),
  }),
});
