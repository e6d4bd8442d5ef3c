/**
 * Audits of a server: few at a time, since each reads a whole log.
 *
 * @module
 */
import type { Auditing } from '../../audit/graphql/index.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { Leases } from './leases.ts';

/** Most passes over logs at once, and most that wait. */
const passesMax = 2;
const waitingMax = 16;

export class ServerAuditing {
  #passes = 0;
  readonly #waiting: (() => void)[] = [];

  /** The audits of one request: a log that it reads stays open until the request is over. */
  through(leases: Leases): Auditing {
    return {
      log: async (id) => {
        const lease = await leases.book(id);
        return lease instanceof Refusal ? lease : lease.book.log;
      },
      pass: (of) => this.#pass(of),
    };
  }

  async #pass<T>(of: () => Promise<T>): Promise<T | Refusal> {
    if (this.#passes >= passesMax) {
      if (this.#waiting.length >= waitingMax)
        return new Refusal(codes.tooMany, `${waitingMax} audits are waiting`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#passes++;
    try {
      return await of();
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#passes--;
      else next();
    }
  }
}
