/**
 * The list of a store's books: a stream beside theirs, an event a book. EventStoreDB can't say which streams there are without
 * projections of its own.
 *
 * @module
 */
import { jsonEvent } from '@eventstore/db-client';
import { isId, isRecord } from '../../kernel/values/fields.ts';
import { shownStore } from '../port/address.ts';
import { waitByClock, within } from '../port/patience.ts';
import { LogNotKept, LogUnavailable, LogUnreadable } from '../port/port.ts';
import { acquire, type Connection, failureKind, release } from './connection.ts';
import { hasTombstone, takenBy } from './keeping.ts';
import { all, cancel } from './pages.ts';
import { once, patienceDefault, Stream } from './stream.ts';

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
 * @throws LogNotKept somebody has taken entries away
 */
export async function booksIn(url: string): Promise<readonly string[]> {
  const connection = acquire(url);
  try {
    const books = new Set<string>();
    const taken = takenBy(listStream, await metadataOf(connection), 0);
    if (taken !== undefined) throw taken;
    const listed = connection.client.readStream(listStream);
    let next = 0n;
    for (const { event } of await within('a read', readMsMax, all(listed), () => cancel(listed))) {
      if (event?.revision !== next++) throw shortened;
      const book = event?.isJson && isRecord(event.data) ? event.data.book : undefined;
      if (typeof book === 'string' && isId(book)) books.add(book);
    }
    return [...books].sort();
  } catch (error) {
    if (error instanceof LogUnreadable) throw error;
    const kind = failureKind(error);
    if (kind === 'missing') return [];
    if (kind === 'deleted') throw hasTombstone(listStream);
    throw new LogUnavailable(`${shownStore(url)} can't be read`, error);
  } finally {
    await release(url);
  }
}

/** Books that are missing from the list would not be looked for: so a part of it is never given for the whole. */
const shortened = new LogNotKept(
  0,
  `entries of ${listStream} were taken away`,
  'Books that are missing from the list can still be opened by their names.',
);

const metadataOf = (connection: Connection): Promise<unknown> =>
  new Stream({
    connection,
    name: listStream,
    patience: patienceDefault,
    wait: waitByClock,
    closing: new AbortController().signal,
  }).metadata({ attemptsMax: once });
