/**
 * The stream of events: the past first, then live.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { Refusal } from '../../kernel/values/refusals.ts';
import { pointUnknown } from '../../reading/codes.ts';
import type { Desk } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { badQuestion, fault, orFault } from '../base/faults.ts';
import { streamLimits } from '../base/limits.ts';
import { bookArgs, deskOf } from '../base/point.ts';
import { EventRef } from './event.ts';
import { type EventFilter, EventFilterInput, filterOf, matches } from './filter.ts';
import { EventStream, type StreamItem } from './stream.ts';

/** Events one by one, from batches that are read when they are asked for: a slow reader holds no queue. */
async function* eventsFrom(
  desk: Desk,
  from: number,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, void, void> {
  for await (const batch of desk.follow(from, signal)) {
    for (const event of batch) {
      if (signal.aborted) return;
      if (!matches(filter, event)) continue;
      // Durable, and soon folded: what is asked of the event must find its consequences.
      await desk.reached(event.revision, signal);
      yield { event, source: desk };
    }
  }
}

/** The first revision of a stream. */
function startOf(
  { head, readableFrom, title }: Desk,
  from: number | null | undefined,
  after: number | null | undefined,
): number {
  if (typeof from === 'number' && typeof after === 'number')
    throw badQuestion('from and after', 'one of the two');
  const start = typeof after === 'number' ? after + 1 : (from ?? head.revision + 1);
  if (start > head.revision + 1)
    throw fault(new Refusal(pointUnknown, `revision: ${start}`, `${title} ends at ${head.revision}`));
  if (start < readableFrom && readableFrom > 0)
    throw fault(
      new Refusal(pointUnknown, `revision: ${start}`, `${title} can be read from ${readableFrom} on`),
    );
  return Math.max(0, start);
}

builder.subscriptionField('events', (t) =>
  t.field({
    type: EventRef,
    description:
      'Every event from a revision on: the past first, then live. Without from and after only what comes. A client that reconnects passes the last revision it saw as `after`.',
    args: {
      ...bookArgs,
      from: t.arg({ type: 'Revision', description: 'The first event, itself included: "0" for all.' }),
      after: t.arg({ type: 'Revision', description: 'Instead of from: the last event that was seen.' }),
      filter: t.arg({ type: EventFilterInput, description: 'Which events are meant; all when left out.' }),
    },
    subscribe: async (_root, { from, after, filter, ...named }, context) => {
      const desk = orFault(await deskOf(named, context));
      const start = startOf(desk, from, after);
      const wanted = filterOf(desk.house, filter);
      const leave = context.library.enterStream();
      if (leave instanceof Refusal) throw fault(leave);
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, context.signal]);
      return new EventStream(eventsFrom(desk, start, wanted, signal), stop, leave, streamLimits.slowMsMax);
    },
    resolve: (item) => {
      if (item instanceof GraphQLError) throw item;
      return item;
    },
  }),
);
