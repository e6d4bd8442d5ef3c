/**
 * From a store's address to a book's log.
 *
 * @module
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../kernel/values/fields.ts';
import { MemoryLog } from './memory.ts';
import { addressOf, checkBook } from './port/address.ts';
import { checkNotGone, isThere } from './port/lost.ts';
import type { EventLog } from './port/port.ts';
import { SqliteLog } from './sqlite/sqlite-log.ts';

/** The ending of a book's file. */
export const bookFileEnding = '.formicary';

const fileOf = (folder: string, book: string): string => join(folder, `${book}${bookFileEnding}`);

/** The file that holds a book; undefined where the store keeps none. */
export function bookFileOf(storeUrl: string, book: string): string | undefined {
  const address = addressOf(storeUrl);
  return address.kind === 'sqlite' ? fileOf(address.folder, book) : undefined;
}

/** Whether a folder holds a book's file. @throws LogLost it doesn't, and did: see {@link checkNotGone} */
async function sqliteExists(folder: string, book: string): Promise<boolean> {
  const path = fileOf(folder, book);
  const there = await isThere(path);
  if (!there) await checkNotGone(path, book);
  return there;
}

/** EventStoreDB's client is loaded where it is needed, and nowhere else: it is a large part of the program. */
const eventStore = () => import('./eventstoredb/eventstore-log.ts');

/**
 * Opens the log of a book.
 *
 * @param storeUrl `sqlite:DIR` (a file a book in that folder), `memory:` (a new log that ends with the process), or `esdb://…` and
 * `esdb+discover://…` as EventStoreDB's client takes them (a stream a book)
 * @param book matches [A-Za-z0-9._-]{1,64}
 * @throws RangeError no such store or book
 * @throws LogFormatRefused, LogUnavailable see {@link SqliteLog.open}
 * @throws LogLost the book's file was there, and is not any more: none is made in its place
 */
export async function openLog(storeUrl: string, book: string): Promise<EventLog> {
  checkBook(book);
  const address = addressOf(storeUrl);
  switch (address.kind) {
    case 'memory':
      return new MemoryLog();
    case 'sqlite':
      await sqliteExists(address.folder, book);
      return await SqliteLog.open(fileOf(address.folder, book));
    case 'eventstoredb':
      return await (await eventStore()).EventStoreLog.open(address.url, book);
  }
}

/**
 * Whether a store holds a book already. A new `memory:` store holds none.
 *
 * @throws LogUnavailable the store can't be reached
 * @throws LogLost the book's file was there, and is not any more
 */
export async function bookExists(storeUrl: string, book: string): Promise<boolean> {
  const address = addressOf(storeUrl);
  if (!isId(book)) return false;
  switch (address.kind) {
    case 'memory':
      return false;
    case 'sqlite':
      return await sqliteExists(address.folder, book);
    case 'eventstoredb':
      return await (await eventStore()).EventStoreLog.exists(address.url, book);
  }
}

/**
 * The books of a store, by id in alphabetical order. A new `memory:` store has none.
 *
 * @throws LogUnavailable the store can't be reached
 */
export async function booksOf(storeUrl: string): Promise<readonly string[]> {
  const address = addressOf(storeUrl);
  switch (address.kind) {
    case 'memory':
      return [];
    case 'sqlite': {
      const names = await readdir(address.folder).catch(() => []);
      const books = names.filter((name) => name.endsWith(bookFileEnding));
      return books
        .map((name) => name.slice(0, -bookFileEnding.length))
        .filter(isId)
        .sort();
    }
    case 'eventstoredb':
      return await (await import('./eventstoredb/list.ts')).booksIn(address.url);
  }
}
