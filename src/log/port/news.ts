/**
 * Subscriptions, for every engine: a reader that has come to the end of the log waits for news, and reads the next page itself.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';

/** Those who wait at the end of a log. */
export class News {
  readonly #waiting = new Set<() => void>();

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Wakes all who wait; each looks for itself whether there is something new. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Resolves at the next {@link wake}, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const resume = (): void => {
        this.#waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      this.#waiting.add(resume);
      signal.addEventListener('abort', resume, { once: true });
    });
  }
}

/** What a subscription asks of an engine. */
export interface Followed {
  closed(): boolean;
  /** The next events from a revision on; none when the log ends before it. */
  page(from: number): readonly StoredEvent[];
  /** Resolves when there may be more; must be called right after an empty page, before anything else can run. */
  more(signal: AbortSignal): Promise<void>;
}

/** Pages from a revision on, past and then live, until the signal aborts or the log is closed. */
export async function* follow(
  log: Followed,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredEvent[]> {
  let next = from;
  while (!signal.aborted && !log.closed()) {
    const page = log.page(next);
    if (page.length === 0) {
      await log.more(signal);
    } else {
      next += page.length;
      yield page;
    }
  }
}
