/**
 * A stream that one reader pulls events from.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { fault, slowReader } from '../base/faults.ts';
import type { EventRead } from './event.ts';

/** An event, or why the stream ends. */
export type StreamItem = EventRead | GraphQLError;

/**
 * Events one by one. Who does not ask for the next event in time loses his place, and is told so when he comes
 * back. (Not a generator: it must notice a reader who leaves while an event is being waited for.)
 */
export class EventStream implements AsyncIterableIterator<StreamItem> {
  readonly #events: AsyncGenerator<StreamItem, void, void>;
  readonly #stop: AbortController;
  readonly #leave: () => void;
  readonly #slowMsMax: number;
  #patience: NodeJS.Timeout | undefined;
  #last: number | undefined;
  #dropped = false;
  #over = false;

  constructor(
    events: AsyncGenerator<StreamItem, void, void>,
    stop: AbortController,
    leave: () => void,
    slowMsMax: number,
  ) {
    this.#events = events;
    this.#stop = stop;
    this.#leave = leave;
    this.#slowMsMax = slowMsMax;
  }

  async next(): Promise<IteratorResult<StreamItem>> {
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
      if (error instanceof RefusedError) return { done: false, value: fault(error.refusal) };
      const why = error instanceof Error ? error.message : String(error);
      return { done: false, value: fault(new Refusal(codes.unavailable, 'events', why)) };
    }
  }

  async return(): Promise<IteratorResult<StreamItem>> {
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

  #end(): IteratorResult<StreamItem> {
    clearTimeout(this.#patience);
    this.#over = true;
    this.#stop.abort();
    this.#leave();
    return { done: true, value: undefined };
  }
}
