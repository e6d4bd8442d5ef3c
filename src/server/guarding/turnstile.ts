/**
 * What-ifs at the door: however many are asked for at once, they are let in one after the other, and queries and commands that come
 * meanwhile are answered between them.
 *
 * @module
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Plugin } from 'graphql-yoga';

/** The mutation that asks for a run. A text that names it otherwise waits for a turn, too: no harm is done. */
const asksForRun = /\brunScenario\b/;

/** Between two that are let in, in milliseconds: a request takes one or two, and a run many more. */
const paceMs = 4;

/** Lets one after the other in, the first at once. */
class Turnstile {
  #next: Promise<unknown> = Promise.resolve();

  enter(): Promise<unknown> {
    const turn = this.#next;
    this.#next = turn.then(() => wait(paceMs, undefined, { ref: false }));
    return turn;
  }
}

/** Has each request for a run wait for its turn before it is parsed. */
export function turnstilePlugin(): Plugin {
  const turnstile = new Turnstile();
  return {
    async onParams({ params: { query } }) {
      if (query !== undefined && asksForRun.test(query)) await turnstile.enter();
    },
  };
}
