/**
 * What is asked of every node: it itself, by its id, and the ledger that it is read from.
 *
 * @module
 */
import { builder } from '../base/builder.ts';
import { addFinder, NodeRef, nodeOf } from '../base/node.ts';
import { bookArgs, knownArgs, pointOf } from '../base/point.ts';
import { holderOf } from '../book/holder.ts';
import { LedgerRef } from '../book/ledger.ts';

addFinder('holder', holderOf);

builder.interfaceField(NodeRef, 'ledger', (t) =>
  t.field({
    type: LedgerRef,
    description: 'The ledger that it is read from, at the same point.',
    resolve: ({ point }) => point,
  }),
);

builder.queryField('node', (t) =>
  t.field({
    type: NodeRef,
    nullable: true,
    description:
      'A thing by its id, as it stands or stood: null where it is not there at the point. The id is what events call their subject; a holder’s begins with holder/.',
    args: {
      id: t.arg.id({ required: true, description: 'payment/P-1042, loan/jiebei/L-7, holder/user-42 …' }),
      ...bookArgs,
      asOf: t.arg({ type: 'Date', description: 'Only what counts up to this day.' }),
      ...knownArgs,
      atLeast: t.arg({
        type: 'Revision',
        description: 'Waits until this revision is here, or fails with NOT_REACHED.',
      }),
    },
    resolve: async (_root, { id, ...named }, context) =>
      await nodeOf(await pointOf(named, context), id, context.signal),
  }),
);
