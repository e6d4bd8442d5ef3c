/**
 * Limits at the door.
 *
 * @module
 */

/** What one request may ask for, and how long it may take. */
export const requestLimits = {
  /** Nesting of fields, fragments counted where they are used. */
  depth: 14,
  aliases: 30,
  directives: 20,
  tokens: 4_000,
  /** Fields, each times the size of the pages that it lies in. */
  cost: 20_000,
  bodyBytes: 1_048_576,
  /** A query is given up after so long. Commands are never given up. */
  queryMsMax: 30_000,
  /** A connection without any traffic is cut after so long. */
  idleMsMax: 120_000,
  /** How long the store may take to answer before a server counts as not ready. */
  readyMsMax: 1_500,
  /** How long a stop waits for streams and requests to end. */
  stopMsMax: 5_000,
} as const;
