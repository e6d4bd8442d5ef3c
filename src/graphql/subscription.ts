/**
 * The stream of events: the past first, then live.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { codes, Refusal } from '../kernel/refusals.ts';
import { builder } from './builder.ts';
import { type EventRead, EventRef } from './event.ts';
import { type EventFilter, EventFilterInput, filterOf, matches } from './event-filter.ts';
import { badQuestion, fault, orFault, pointUnknown, slowReader } from './faults.ts';
import { streamLimits } from './limits.ts';
import { bookArgs, deskOf } from './point.ts';
import type { Desk } from './source.ts';

/** An event, or why the stream ends. */
type Item = EventRead | GraphQLError;

/** Events one by one, from batches that are read when they are asked for: a slow reader holds no queue. */
async function* eventsFrom(
  desk: Desk,
  from: number,
  filter: EventFilter,
  signal: AbortSignal,
): AsyncGenerator<Item, void, void> {
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

/**
 * A stream that one reader pulls from. Who does not ask for the next event in time loses his place, and is told so when he comes
 * back. (Not a generator: it must notice a reader who leaves while an event is being waited for.)
 */
class EventStream implements AsyncIterableIterator<Item> {
  readonly #events: AsyncGenerator<Item, void, void>;
  readonly #stop: AbortController;
  readonly #leave: () => void;
  readonly #slowMsMax: number;
  #patience: NodeJS.Timeout | undefined;
  #last: number | undefined;
  #dropped = false;
  #over = false;

  constructor(
    events: AsyncGenerator<Item, void, void>,
    stop: AbortController,
    leave: () => void,
    slowMsMax: number,
  ) {
    this.#events = events;
    this.#stop = stop;
    this.#leave = leave;
    this.#slowMsMax = slowMsMax;
  }

  async next(): Promise<IteratorResult<Item>> {
    clearTimeout(this.#patience);
    if (this.#over) return { done: true, value: undefined };
    if (this.#dropped) {
      this.#over = true;
      const seen = this.#last === undefined ? 'none yet' : `revision ${this.#last}`;
      return { done: false, value: fault(new Refusal(slowReader, seen, `for ${this.#slowMsMax} ms`)) };
    }
    try {
      const found = await this.#events.next();
      if (found.done === true) return this.#end();
      if (!(found.value instanceof GraphQLError)) this.#last = found.value.event.revision;
      this.#patience = setTimeout(() => this.#drop(), this.#slowMsMax);
      return found;
    } catch (error) {
      this.#end();
      const why = error instanceof Error ? error.message : String(error);
      return { done: false, value: fault(new Refusal(codes.unavailable, 'events', why)) };
    }
  }

  async return(): Promise<IteratorResult<Item>> {
    return this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    this.#dropped = true;
    this.#stop.abort();
    this.#leave();
  }

  #end(): IteratorResult<Item> {
    clearTimeout(this.#patience);
    this.#over = true;
    this.#stop.abort();
    this.#leave();
    return { done: true, value: undefined };
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
