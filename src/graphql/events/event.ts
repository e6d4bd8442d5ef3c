/**
 * Events: what a log is made of.
 *
 * @module
 */

import { asKnown } from '../../kernel/engine/versions.ts';
import { eventId, type StoredEvent } from '../../kernel/state/events.ts';
import { formatMinor } from '../../kernel/values/money.ts';
import type { Source } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { connectionOf } from '../base/connection.ts';
import { EventKindEnum } from '../base/enums.ts';
import { orFault } from '../base/faults.ts';
import { pageLimits } from '../base/limits.ts';
import { bookArgs, deskOf } from '../base/point.ts';
import { sizeDoc, sizeOf } from '../base/sizes.ts';

/** How many postings an entry is counted for where nobody says how many he wants: most have fewer. */
const usualPostings = 4;

/** A recorded event and where it was read. */
export interface EventRead {
  readonly event: StoredEvent;
  readonly source: Source;
}

interface PostingRead {
  readonly account: string;
  readonly minor: bigint;
}

const currencyOf = (account: string): string => account.slice(account.lastIndexOf(':') + 1);

const Posting = builder.objectRef<PostingRead>('Posting').implement({
  description: 'One side of an entry. Debits are positive, credits negative, so that an entry sums to zero.',
  fields: (t) => ({
    account: t.exposeID('account', { description: 'platform:liability:payments:wallet:user-42:CNY' }),
    amount: t.field({
      type: 'Decimal',
      description: 'Debit positive.',
      resolve: ({ account, minor }) => formatMinor(minor, currencyOf(account)),
    }),
    currency: t.string({ description: 'ISO 4217.', resolve: ({ account }) => currencyOf(account) }),
  }),
});

/** An event. */
export const EventRef = builder.objectRef<EventRead>('Event');

/** A page of events. */
export const EventConnection = connectionOf('Event', EventRef, 'events');

/** Revisions of the events that a fact caused, from the first on, at most so many. */
function caused({ event, source }: EventRead, most: number): number[] {
  const found: number[] = [];
  const { head, lookups } = source;
  for (let at = event.revision + 1; at <= head.revision && lookups.cause(at) === event.revision; at++) {
    if (found.length === most) break;
    found.push(at);
  }
  return found;
}

EventRef.implement({
  description: 'An immutable record: what happened, and what it did to the accounts.',
  fields: (t) => ({
    revision: t.field({
      type: 'Revision',
      description: 'Its number in the log.',
      resolve: ({ event }) => event.revision,
    }),
    id: t.id({
      description: 'A UUID made from its hash: equal ids, equal bytes.',
      resolve: ({ event }) => eventId(event.hash),
    }),
    type: t.string({ description: 'ToppedUp, InterestAccrued …', resolve: ({ event }) => event.type }),
    schemaVersion: t.int({
      description: 'The version of the type’s data.',
      resolve: ({ event }) => event.schemaVersion,
    }),
    typeVersion: t.int({
      nullable: true,
      description: 'The version of the type’s data that this server reads it as: `current`.',
      resolve: ({ event, source }) => source.house.type(event.type)?.version,
    }),
    current: t.field({
      type: 'JSON',
      description: 'Its data as the type knows them now; `data` are those that were recorded.',
      resolve: ({ event, source }) => asKnown(source.house, event).data,
    }),
    kind: t.field({
      type: EventKindEnum,
      description: 'Whether it happened, or the rules made it of what happened.',
      resolve: ({ event }) => event.kind,
    }),
    subject: t.id({
      description: 'What it is about: payment/P-1042, wallet/user-1.',
      resolve: ({ event }) => event.subject,
    }),
    refs: t.idList({
      description: 'Further things that it names.',
      resolve: ({ event }) => [...event.refs],
    }),
    segment: t.id({
      description: 'The line of business that its type belongs to.',
      resolve: ({ event }) => event.segment,
    }),
  }),
});

builder.objectFields(EventRef, (t) => ({
  effectiveOn: t.field({
    type: 'Date',
    description: 'The day on which it counts.',
    resolve: ({ event }) => event.effectiveOn,
  }),
  recordedAt: t.field({
    type: 'DateTime',
    description: 'When it was recorded.',
    resolve: ({ event }) => event.recordedAt,
  }),
  actor: t.string({ description: 'Who asked for it.', resolve: ({ event }) => event.actor }),
  correlation: t.string({
    nullable: true,
    description: 'The correlation id of the request that asked for it, as in the server’s log.',
    resolve: ({ event }) => event.correlation,
  }),
  idempotencyKey: t.string({
    nullable: true,
    description: 'The key of its command.',
    resolve: ({ event }) => event.key,
  }),
  data: t.field({
    type: 'JSON',
    description: 'What happened, without figures that policy decides.',
    resolve: ({ event }) => event.data,
  }),
  entry: t.field({
    type: [Posting],
    description:
      'What it did to the accounts: balanced for each entity and currency; empty where it did nothing.',
    args: {
      first: t.arg.int({ description: `${sizeDoc} All of them when left out: at most 500.` }),
    },
    complexity: ({ first }) => ({ field: 1, multiplier: Math.max(1, first ?? usualPostings) }),
    resolve: ({ event }, { first }) => {
      const shown = typeof first === 'number' ? sizeOf(first) : event.accounts.length;
      return event.accounts
        .slice(0, shown)
        .map((account, at) => ({ account, minor: event.minors[at] ?? 0n }));
    },
  }),
  cause: t.field({
    type: EventRef,
    nullable: true,
    description: 'The fact that it answers; null for facts.',
    resolve: async ({ event, source }) => {
      if (event.cause === null) return null;
      const [found] = await source.events([event.cause]);
      return found === undefined ? null : { event: found, source };
    },
  }),
  consequences: t.field({
    type: [EventRef],
    args: {
      first: t.arg.int({
        defaultValue: pageLimits.defaultSize,
        required: true,
        description: `How many at most, up to ${pageLimits.sizeMax}. consequenceCount says how many there are.`,
      }),
    },
    description: 'What the rules made of it, in order: the first of them.',
    resolve: async (read, { first }) => {
      const { source } = read;
      const events = await source.events(caused(read, sizeOf(first)));
      return events.map((event) => ({ event, source }));
    },
  }),
  consequenceCount: t.int({
    description: 'How many events the rules made of it.',
    resolve: (read) => caused(read, Number.POSITIVE_INFINITY).length,
  }),
  hash: t.string({
    description: 'SHA-256 over all its fields and the hash of the event before it.',
    resolve: ({ event }) => event.hash,
  }),
}));

builder.queryField('event', (t) =>
  t.field({
    type: EventRef,
    nullable: true,
    description: 'One event; null where the log ends before it.',
    args: {
      ...bookArgs,
      at: t.arg({ type: 'Revision', required: true, description: 'Its revision.' }),
    },
    resolve: async (_root, { at, ...named }, context) => {
      const source = orFault(await deskOf(named, context));
      if (at < 0 || at > source.head.revision) return null;
      const [event] = await source.events([at]);
      return event === undefined ? null : { event, source };
    },
  }),
);
