/**
 * Limits of what one query may ask for.
 *
 * @module
 */

/** Nodes of a page: when neither `first` nor `last` is given, and at most. */
export const pageLimits = { defaultSize: 50, sizeMax: 500 } as const;

/** Work for one page of events: rows of the register looked at, and events read from the log. */
export const searchLimits = { rowsMax: 2_000_000, readsMax: 5_000, batch: 250 } as const;

/** Most items in any list of an input. */
export const listMax = 100;

/** How long a query with `atLeast` waits for a revision, in milliseconds. */
export const waitMsMax = 5_000;

/** Streams that are open at once, and how long one may wait for its reader, in milliseconds. */
export const streamLimits = { openMax: 100, slowMsMax: 30_000 } as const;
