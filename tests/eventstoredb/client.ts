/** The real client, as the tests of the server use it. */
import { randomUUID } from 'node:crypto';
import type {
  JSONEventType,
  JSONRecordedEvent,
  ReadStreamOptions,
  StreamSubscription,
} from '@eventstore/db-client';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';

/** The form of the events in these tests. */
export type Counted = JSONEventType<
  'counted',
  { readonly n: number; readonly filling?: string },
  { readonly by: string }
>;

/**
 * The two ways in which the client appends: in batches on one long call, or, once it has credentials, by a call each.
 * Without TLS it sends none, so they mean nothing else.
 */
export const ways = [
  { way: 'in a batch', how: {} },
  { way: 'by a call of its own', how: { credentials: { username: 'nobody', password: 'nothing' } } },
] as const;

/**
 * A client that goes with the test. No two may append in batches at once: the client keeps one table of pending appends
 * for the whole process, and one's trouble would reject the other's.
 */
export function connect(url: string): EventStoreDBClient & AsyncDisposable {
  const client = EventStoreDBClient.connectionString(url);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.dispose() });
}

/** A stream that no other test uses. */
export function newStream(): string {
  return `test-${randomUUID()}`;
}

/** An event with a number, and with a filling of so many characters. */
export function counted(
  n: number,
  { id = randomUUID(), filling = 0 }: { readonly id?: string; readonly filling?: number } = {},
) {
  const data = filling === 0 ? { n } : { n, filling: 'x'.repeat(filling) };
  return jsonEvent<Counted>({ id, type: 'counted', data, metadata: { by: 'test' } });
}

/** Events numbered from 0. */
export function countedTo(count: number, options: { readonly filling?: number } = {}) {
  return Array.from({ length: count }, (_, n) => counted(n, options));
}

/** All that a read gives. */
export async function readAll(
  client: EventStoreDBClient,
  stream: string,
  options: ReadStreamOptions = {},
): Promise<JSONRecordedEvent<Counted>[]> {
  const events: JSONRecordedEvent<Counted>[] = [];
  for await (const { event } of client.readStream<Counted>(stream, options))
    if (event !== undefined) events.push(event);
  return events;
}

/** The numbers of the events that a read gives. */
export async function numbersIn(client: EventStoreDBClient, stream: string, options: ReadStreamOptions = {}) {
  return (await readAll(client, stream, options)).map(({ data }) => data.n);
}

/** Resolves when the server has said that the subscription stands. */
export async function confirmed(subscription: StreamSubscription): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  subscription.once('confirmation', resolve);
  subscription.once('error', reject);
  await promise;
  subscription.off('error', reject);
}

/** The next so many events of a subscription, which goes on. */
export async function next(
  subscription: StreamSubscription<Counted>,
  count: number,
): Promise<JSONRecordedEvent<Counted>[]> {
  const events: JSONRecordedEvent<Counted>[] = [];
  if (count === 0) return events;
  for await (const { event } of subscription.iterator({ destroyOnReturn: false })) {
    if (event !== undefined) events.push(event);
    if (events.length === count) break;
  }
  return events;
}

/** The error with which a subscription or read ends; what it gives before is dropped. */
export async function endOf(reading: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of reading);
    return undefined;
  } catch (error) {
    return error;
  }
}
