/**
 * The list of a store's books: a stream beside theirs, an event a book. EventStoreDB can't say which streams there are without
 * projections of its own.
 *
 * @module
 */
import { jsonEvent } from '@eventstore/db-client';
import { isId, isRecord } from '../kernel/fields.ts';
import { shownStore } from './address.ts';
import { acquire, type Connection, failureKind, release } from './eventstoredb-connection.ts';
import { all, cancel } from './eventstoredb-pages.ts';
import { LogUnavailable } from './log.ts';
import { within } from './patience.ts';

/** How long reading the list may take, in milliseconds. */
const readMsMax = 15_000;

/** The stream that lists a store's books: an event a book. It is outside the category of the books themselves. */
const listStream = 'formicary:books';
const listedType = 'BookListed';

/** Enters a book into the list; it may stand there more than once. */
export async function list({ client, credentials }: Connection, book: string, msMax: number): Promise<void> {
  const listed = jsonEvent({ type: listedType, data: { book } });
  await within(
    'a listing',
    msMax,
    client.appendToStream(listStream, listed, { credentials, deadline: msMax }),
  );
}

/**
 * The books of a store, by id in alphabetical order.
 *
 * @throws LogUnavailable nobody answers there
 */
export async function booksIn(url: string): Promise<readonly string[]> {
  const connection = acquire(url);
  try {
    const books = new Set<string>();
    const listed = connection.client.readStream(listStream);
    for (const { event } of await within('a read', readMsMax, all(listed), () => cancel(listed))) {
      const book = event?.isJson && isRecord(event.data) ? event.data.book : undefined;
      if (typeof book === 'string' && isId(book)) books.add(book);
    }
    return [...books].sort();
  } catch (error) {
    if (failureKind(error) === 'missing') return [];
    throw new LogUnavailable(`${shownStore(url)} can't be read`, error);
  } finally {
    await release(url);
  }
}
