/**
 * From a store's address to a book's log.
 *
 * @module
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isId } from '../kernel/fields.ts';
import type { EventLog } from './log.ts';
import { MemoryLog } from './memory.ts';
import { SqliteLog } from './sqlite.ts';

/** The ending of a book's file. */
export const bookFileEnding = '.formicary';

/**
 * Opens the log of a book.
 *
 * @param storeUrl `sqlite:DIR` (a file a book in that folder) or `memory:` (a new log that ends with the process)
 * @param book matches [A-Za-z0-9._-]{1,64}
 * @throws RangeError no such store or book
 * @throws LogFormatRefused, LogUnavailable see {@link SqliteLog.open}
 */
export async function openLog(storeUrl: string, book: string): Promise<EventLog> {
  if (!isId(book)) throw new RangeError(`not the id of a book: ${book}; an id matches [A-Za-z0-9._-]{1,64}`);
  if (storeUrl === 'memory:') return new MemoryLog();
  const folder = /^sqlite:(.+)$/.exec(storeUrl)?.[1];
  if (folder === undefined)
    throw new RangeError(`no such store: ${storeUrl}; a store is sqlite:DIR or memory:`);
  return await SqliteLog.open(join(folder, `${book}${bookFileEnding}`));
}

/** Whether a store holds a book already. A new `memory:` store holds none. */
export async function bookExists(storeUrl: string, book: string): Promise<boolean> {
  const folder = /^sqlite:(.+)$/.exec(storeUrl)?.[1];
  if (folder === undefined || !isId(book)) return false;
  return await access(join(folder, `${book}${bookFileEnding}`)).then(
    () => true,
    () => false,
  );
}
