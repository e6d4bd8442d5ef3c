/**
 * Holders: a person or firm across all lines of business.
 *
 * @module
 */

import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Money as KernelMoney } from '../../kernel/values/money.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { builder } from '../base/builder.ts';
import { Money } from '../base/money.ts';
import { type NodeRead, NodeRef } from '../base/node.ts';
import { EventConnection } from '../events/event.ts';
import { askedEvents } from '../events/search.ts';
import { type AccountRead, AccountRef } from './account.ts';

/** A holder at a point. */
export interface HolderRead extends NodeRead {
  readonly id: string;
  readonly accounts: readonly AccountRead[];
}

/** What a balance is to its holder. */
type HeldAs = 'claim' | 'debt' | 'neither';

/** Kinds whose holders are not customers of the entity, by path: what their balances are to them. */
const readings = new Map<string, HeldAs>();

/**
 * Says what balances of a kind are to their holders, where it is not the usual: that an entity's liability is its holder's claim,
 * and its asset its holder's debt.
 */
export const readsAs = ({ path }: AccountKind, as: HeldAs): void => {
  readings.set(path, as);
};

function heldAs(kind: AccountKind): HeldAs {
  const usual = kind.class === 'liability' ? 'claim' : kind.class === 'asset' ? 'debt' : 'neither';
  return readings.get(kind.path) ?? usual;
}

/** A holder's balances that are claims, or debts, by currency. */
function sumOf(accounts: readonly AccountRead[], of: HeldAs): KernelMoney[] {
  const sums = new Map<string, bigint>();
  for (const { reading } of accounts) {
    if (heldAs(reading.kind) !== of) continue;
    sums.set(reading.currency, (sums.get(reading.currency) ?? 0n) + reading.minor);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => ({ minor, currency }));
}

/** A holder. */
export const HolderRef = builder.objectRef<HolderRead>('Holder').implement({
  interfaces: [NodeRef],
  description:
    'A person or firm across all lines of business; also a partner bank, which has put in funds, and a pool of loans, which has cash and owes notes.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'user-42' }),
    accounts: t.field({
      type: [AccountRef],
      description: 'Every account of theirs, by id: wallets, units, principal of credit …',
      resolve: ({ accounts }) => [...accounts],
    }),
    positions: t.field({
      type: [Money],
      description:
        'What they may claim, over all lines, a currency each: a customer’s wallet and units, a partner bank’s funds, a pool’s cash.',
      resolve: ({ accounts }) => sumOf(accounts, 'claim'),
    }),
    credit: t.field({
      type: [Money],
      description:
        'What they owe, over all lines, a currency each: a borrower’s principal, whoever funds it; a pool’s notes. Interest and fees are not booked by borrower: creditLine and loans say what is owed of them.',
      resolve: ({ accounts }) => sumOf(accounts, 'debt'),
    }),
    events: t.field({
      type: EventConnection,
      description: 'The events that posted on their accounts, newest first.',
      args: {
        first: t.arg.int({ description: 'How many.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: ({ id, point }, args, context) =>
        askedEvents(point.source, { ...args, filter: { holder: [id] } }, point.revision, context),
    }),
  }),
});

/** A holder at a point, whatever he has. */
export const holderAt = (point: LedgerPoint, id: string): HolderRead => ({
  nodeId: `holder/${id}`,
  type: 'Holder',
  id,
  point,
  accounts: point.view.accounts({ holder: id }).map((reading) => ({ point, reading })),
});

/** A holder at a point; null where nothing was posted for them. */
export function holderOf(point: LedgerPoint, id: string): HolderRead | null {
  const holder = holderAt(point, id);
  return holder.accounts.length === 0 ? null : holder;
}
