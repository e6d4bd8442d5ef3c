/**
 * Patience: how long something may take, and how long to wait before it is tried again.
 *
 * @module
 */

/** Waits so many milliseconds, or until the signal aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits by the clock. */
export const waitByClock: Wait = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });

/** How long to wait before another attempt, in milliseconds: doubled each time up to the longest. */
export const backOffMs = (attempt: number, firstMs: number, longestMs: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20));

/** A call took longer than it may. */
export class TooLate extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took more than ${ms} ms`);
    this.name = 'TooLate';
  }
}

/** What some work comes to, unless it takes too long: then `giveUp` is called, and it is as if it had failed. */
export async function within<T>(
  what: string,
  ms: number,
  work: Promise<T>,
  giveUp: () => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(what, ms));
      giveUp();
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // What comes of it later is of no interest any more, and must not count as unhandled.
    work.catch(() => undefined);
  }
}

/** The work was given up before it was done. */
export class GivenUp extends Error {
  constructor() {
    super('it was given up');
    this.name = 'GivenUp';
  }
}

/**
 * What some work comes to, unless the signal aborts before.
 *
 * @param late told of what the work comes to after that
 * @throws GivenUp the signal aborted
 */
export async function unlessAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  late: (result: T) => void = () => undefined,
): Promise<T> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(new GivenUp());
      work.then(late, () => undefined);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
