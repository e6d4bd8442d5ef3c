/**
 * What lets EventStoreDB take a book's events away: a deletion, and limits in the metadata of its stream. Hidden events are there
 * until a scavenge, and can be had back; so all of it is said as soon as it is seen.
 *
 * @module
 */
import type { StreamSubscription } from '@eventstore/db-client';
import { isRecord } from '../../kernel/values/fields.ts';
import { within } from '../port/patience.ts';
import { LogNotKept } from '../port/port.ts';
import type { Connection } from './connection.ts';

/** The stream that holds the metadata of another one. */
export const metadataStreamOf = (stream: string): string => `$$${stream}`;

/** Limits in a stream's metadata by which the server takes events away, in the order in which they are named. */
const limits = ['$tb', '$maxCount', '$maxAge'] as const;

const cleared = (stream: string, names: string): string =>
  `Stop any scavenge, take ${names} out of the metadata of ${stream} (the last event of ${metadataStreamOf(stream)}), and try again.`;

/** The stream was deleted for good: nothing can be read from it or written to it any more. */
export const hasTombstone = (stream: string): LogNotKept =>
  new LogNotKept(
    0,
    `the stream ${stream} was deleted for good, by a tombstone`,
    'No server can undo a tombstone: restore a backup of the store, or copy the book from one under another id.',
  );

/** What a stream's metadata takes away; undefined where it leaves all events to stay. The server takes a limit of 0 for none. */
export function takenBy(stream: string, metadata: unknown, next: number): LogNotKept | undefined {
  const found = limits.flatMap((name) => {
    const value = isRecord(metadata) ? metadata[name] : undefined;
    return typeof value === 'number' && value > 0 ? [{ name, value }] : [];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  // The server writes 2⁶³ − 1, which a number here comes near.
  if (first.name === '$tb' && !Number.isSafeInteger(first.value))
    return new LogNotKept(
      0,
      `the stream ${stream} was deleted in EventStoreDB, which hides all its events until a scavenge deletes them`,
      `${cleared(stream, '$tb')} The server sets $tb once more by itself: take it out twice.`,
    );
  const shown = found.map(({ name, value }) => `${name} ${value}`).join(', ');
  return new LogNotKept(
    next,
    `the metadata of the stream ${stream} has ${shown}, by which EventStoreDB hides events and a scavenge deletes them`,
    cleared(stream, found.map(({ name }) => name).join(' and ')),
  );
}

/** Somebody who looks at a stream's metadata from now on. */
export interface Watch {
  /** Aborts when the metadata has changed, or can't be watched any more. */
  readonly changed: AbortSignal;
  stop(): void;
}

/**
 * Watches the metadata of a stream; there need be none yet. From when this resolves no change is missed.
 *
 * @throws what the client throws when it can't be watched
 */
export async function watchMetadata({ client }: Connection, stream: string, msMax: number): Promise<Watch> {
  const changed = new AbortController();
  const subscription: StreamSubscription = client.subscribeToStream(metadataStreamOf(stream), {
    fromRevision: 'end',
  });
  const stop = (): void => {
    subscription.unsubscribe().catch(() => undefined);
  };
  const began = new Promise<void>((resolve, reject) => {
    subscription.on('confirmation', () => resolve());
    subscription.on('error', (error: unknown) => {
      reject(error);
      changed.abort();
    });
    subscription.on('data', () => changed.abort());
    subscription.on('end', () => {
      reject(new Error('the server has ended the subscription'));
      changed.abort();
    });
  });
  try {
    await within('a look at the metadata', msMax, began);
  } catch (error) {
    stop();
    throw error;
  }
  return { changed: changed.signal, stop };
}
