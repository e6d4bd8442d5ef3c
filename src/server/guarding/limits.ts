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
  /** Brackets within each other: parsers go down by recursion. The deepest query within the other limits has some 40. */
  nesting: 64,
  /** Fields of an operation, those of a fragment wherever it is used. The playground asks for the schema with some 400. */
  fields: 2_000,
  /** How often a field may stand in one selection: answered once, it is compared with itself in pairs. */
  repeats: 30,
  /** Fields, each times the size of the pages that it lies in. */
  cost: 20_000,
  bodyBytes: 1_048_576,
  /** A query is given up after so long. Commands are never given up. */
  queryMsMax: 30_000,
  /** How long the store may take to answer before a server counts as not ready. */
  readyMsMax: 1_500,
  /** How long a stop waits for streams and requests to end. */
  stopMsMax: 5_000,
} as const;

/** What a connection may take, in milliseconds but for the last two. */
export interface ConnectionLimits {
  /** From its first byte until a request's headers have come. */
  readonly headersMsMax: number;
  /** From its first byte until all of a request has come, its body included. */
  readonly requestMsMax: number;
  /** Without any traffic it is cut: so is a stream or an answer that its reader does not take. */
  readonly idleMsMax: number;
  /** How long the rest of a body is taken and thrown away after the answer, so that the answer is read. */
  readonly drainMsMax: number;
  /** How much of such a rest is taken, in bytes. */
  readonly drainBytesMax: number;
  /** Open at once; more are cut at once. */
  readonly connectionsMax: number;
}

/** The limits of a server that is told of no others. */
export const connectionLimits: ConnectionLimits = {
  headersMsMax: 10_000,
  // A body of 1 MiB over a line of 300 kbit/s.
  requestMsMax: 30_000,
  idleMsMax: 120_000,
  drainMsMax: 2_000,
  drainBytesMax: 4 * 1_048_576,
  // Ten times the streams that may be open; each takes some 100 KiB at most.
  connectionsMax: 1_024,
};
