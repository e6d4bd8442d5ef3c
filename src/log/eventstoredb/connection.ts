/**
 * Connections to EventStoreDB: one client for all books of a store, what its failures mean, and how long anything may take.
 *
 * @module
 */
import type { Credentials } from '@eventstore/db-client';
import { AddressRefused } from '../port/address.ts';
import { Appender, LendingClient } from './batches.ts';

/** A client, and how appends go over its connection. */
export interface Connection {
  readonly client: LendingClient;
  readonly credentials: Credentials;
  readonly appender: Appender;
}

interface Shared extends Connection {
  users: number;
}

const connections = new Map<string, Shared>();

const urlPattern = /^esdb(?:\+discover)?:\/\/(?:([^:/@]+):([^@/]+)@)?[^/?]+/;

/**
 * The connection to a store, shared by all who ask for it; to be given back with {@link release}. Nothing is sent before it is used.
 *
 * @throws AddressRefused the address is not one that the client takes, or asks for TLS without saying who we are
 */
export function acquire(storeUrl: string): Connection {
  const known = connections.get(storeUrl);
  if (known !== undefined) {
    known.users++;
    return known;
  }
  const [, user, password] = urlPattern.exec(storeUrl) ?? [];
  let client: LendingClient;
  try {
    client = LendingClient.of(storeUrl);
  } catch (cause) {
    throw new AddressRefused(storeUrl, cause instanceof Error ? cause.message : String(cause));
  }
  const insecure = /[?&]tls=false\b/i.test(storeUrl);
  if (!insecure && (user === undefined || password === undefined))
    throw new AddressRefused(storeUrl, 'it names no user: esdb://USER:PASSWORD@HOST, or has tls=false');
  // Without TLS the client sends no credentials, whatever they are.
  const credentials = {
    username: decodeURIComponent(user ?? '-'),
    password: decodeURIComponent(password ?? '-'),
  };
  const made: Shared = { client, credentials, appender: new Appender(client, credentials), users: 1 };
  connections.set(storeUrl, made);
  return made;
}

/** Gives a connection back; the last one to do so ends it. */
export async function release(storeUrl: string): Promise<void> {
  const shared = connections.get(storeUrl);
  if (shared === undefined || --shared.users > 0) return;
  connections.delete(storeUrl);
  await shared.client.dispose();
}

/** What a failed call says of the server. */
export type FailureKind =
  /** The log ends elsewhere. */
  | 'conflict'
  /** More bytes than the server takes at once. */
  | 'too-large'
  /** There is no such stream, or it was deleted and can be begun anew. */
  | 'missing'
  /** The stream was deleted for good. */
  | 'deleted'
  /** The server said no; nothing was done. */
  | 'refused'
  /** Nobody answered, or not in time: what was asked for may have been done or not. */
  | 'unknown';

const typeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;

/** Answers of a server that has looked at the call and done nothing. Not being the leader is one: the client turns to the leader. */
const refusals: ReadonlySet<unknown> = new Set([
  'not-leader',
  'access-denied',
  'invalid-argument',
  'unsupported',
]);

/** What an error of the client stands for. */
export function failureKind(error: unknown): FailureKind {
  const type = typeOf(error);
  if (type === 'wrong-expected-version') return 'conflict';
  if (type === 'maximum-append-size-exceeded') return 'too-large';
  if (type === 'stream-not-found') return 'missing';
  if (type === 'stream-deleted') return 'deleted';
  return refusals.has(type) ? 'refused' : 'unknown';
}

/** A server that is there but doesn't take calls now: it may well in a moment. */
export const isPassing = (error: unknown): boolean =>
  failureKind(error) === 'unknown' || typeOf(error) === 'not-leader';

/** Largest append: what a server takes by default, 1 MiB, of data and metadata together. */
export const eventStoreAppendBytesMax = 1_048_576;

/** The revision at which the stream ends, as a conflict names it. */
export const actualOf = (error: unknown): number =>
  typeof error === 'object' &&
  error !== null &&
  'actualVersion' in error &&
  typeof error.actualVersion === 'bigint'
    ? Number(error.actualVersion)
    : -1;

/** The limit that the server names. */
export const limitOf = (error: unknown): number =>
  typeof error === 'object' &&
  error !== null &&
  'maxAppendSize' in error &&
  typeof error.maxAppendSize === 'number'
    ? error.maxAppendSize
    : eventStoreAppendBytesMax;
