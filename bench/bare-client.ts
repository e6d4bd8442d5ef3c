/**
 * EventStoreDB's own client alone, appending events in batches: what commands on EventStoreDB are held against.
 *
 * @module
 */
import { EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import type { StoredEvent } from '../src/kernel/state/events.ts';
import { toProposed } from '../src/log/eventstoredb/codec.ts';

/**
 * Appends the batches to a new stream, each when the one before is durable: events a second.
 *
 * @param unary by the client's unary call instead of its batch call
 */
export async function appendedBare(
  url: string,
  stream: string,
  batches: readonly (readonly StoredEvent[])[],
  unary: boolean,
): Promise<number> {
  const client = EventStoreDBClient.connectionString(url);
  const proposed = batches.map((events) => events.map((event) => toProposed(event, undefined)));
  const credentials = unary ? { credentials: { username: '-', password: '-' } } : {};
  const from = performance.now();
  let count = 0;
  for (const events of proposed) {
    const expectedRevision = count === 0 ? NO_STREAM : BigInt(count - 1);
    await client.appendToStream(stream, events, { expectedRevision, ...credentials });
    count += events.length;
  }
  const rate = (count * 1_000) / (performance.now() - from);
  await client.dispose();
  return rate;
}
