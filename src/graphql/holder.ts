/**
 * Holders: a person or firm across all lines of business.
 *
 * @module
 */

import type { AccountClass } from '../kernel/accounts.ts';
import type { Money as KernelMoney } from '../kernel/money.ts';
import { type AccountRead, AccountRef } from './account.ts';
import { builder } from './builder.ts';
import { EventConnection } from './event.ts';
import { askedEvents } from './event-search.ts';
import { Money } from './money.ts';
import type { LedgerPoint } from './point.ts';

/** A holder at a point. */
export interface HolderRead {
  readonly id: string;
  readonly point: LedgerPoint;
  readonly accounts: readonly AccountRead[];
}

/** A holder's balances on accounts of one class, by currency. */
function sumOf(accounts: readonly AccountRead[], of: AccountClass): KernelMoney[] {
  const sums = new Map<string, bigint>();
  for (const { reading } of accounts) {
    if (reading.kind.class !== of) continue;
    sums.set(reading.currency, (sums.get(reading.currency) ?? 0n) + reading.minor);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => ({ minor, currency }));
}

/** A holder. */
export const HolderRef = builder.objectRef<HolderRead>('Holder').implement({
  description: 'A person or firm across all lines of business.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'user-42' }),
    accounts: t.field({
      type: [AccountRef],
      description: 'Every account of theirs, by id: wallets, units, credit …',
      resolve: ({ accounts }) => [...accounts],
    }),
    positions: t.field({
      type: [Money],
      description: 'What they may claim, over all lines, a currency each.',
      resolve: ({ accounts }) => sumOf(accounts, 'liability'),
    }),
    credit: t.field({
      type: [Money],
      description: 'What they owe, over all lines, a currency each.',
      resolve: ({ accounts }) => sumOf(accounts, 'asset'),
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

/** A holder at a point; null where nothing was posted for them. */
export function holderOf(point: LedgerPoint, id: string): HolderRead | null {
  const accounts = point.view.accounts({ holder: id }).map((reading) => ({ point, reading }));
  return accounts.length === 0 ? null : { id, point, accounts };
}
