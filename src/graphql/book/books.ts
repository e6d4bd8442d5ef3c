/**
 * The books of a store: what there is, and what of it is open.
 *
 * @module
 */

import type { BookListed } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { pageLimits } from '../base/limits.ts';
import { sizeDoc, sizeOf } from '../base/sizes.ts';

const BookInfo = builder.objectRef<BookListed>('BookInfo').implement({
  description:
    'A book of this server’s store. A book is opened when it is first asked for, and unloaded when nobody has asked for it for a while or others need its room.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What the argument `book` takes.' }),
    open: t.boolean({
      description: 'Whether it is in memory. Asking for its ledger opens it.',
      resolve: ({ open }) => open !== undefined,
    }),
    revision: t.field({
      type: 'Revision',
      nullable: true,
      description: 'Of its newest event, "-1" for a book without events; null where it is not open.',
      resolve: ({ open }) => open?.revision,
    }),
    openFrom: t.field({
      type: 'Date',
      nullable: true,
      description: 'The first day that is not closed; null before the first close, and where it is not open.',
      resolve: ({ open }) => open?.openFrom,
    }),
    eventCount: t.int({
      description: 'Events that are held in memory; 0 where it is not open.',
      resolve: ({ open }) => open?.eventCount ?? 0,
    }),
    postingCount: t.int({
      description: 'Postings that are held in memory; 0 where it is not open.',
      resolve: ({ open }) => open?.postingCount ?? 0,
    }),
  }),
});

builder.queryField('books', (t) =>
  t.field({
    type: [BookInfo],
    description: 'The books of this server’s store, by id. Opens none of them.',
    args: {
      first: t.arg.int({ defaultValue: pageLimits.sizeMax, required: true, description: sizeDoc }),
      after: t.arg.id({ description: 'From behind this id on: the last one seen.' }),
    },
    resolve: async (_root, { first, after }, { library }) => {
      const size = sizeOf(first);
      const listed = await library.books();
      return listed.filter(({ id }) => typeof after !== 'string' || id > after).slice(0, size);
    },
  }),
);
