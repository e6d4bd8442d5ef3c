/**
 * Logs that were there: what is left beside them says so.
 *
 * @module
 */
import { access, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { declareCode, Refusal, RefusedError } from '../../kernel/values/refusals.ts';

/** Why a book is not opened from what is left of it. */
export const lostCodes = {
  behind: declareCode(
    'LOG_BEHIND',
    'log',
    'the log ends before a snapshot that was made of it',
    'Restore the log from a backup that holds more. To go on without what is lost, move the snapshot away.',
  ),
  gone: declareCode(
    'LOG_GONE',
    'log',
    'the log of the book is not there, and files that belong to it are',
    'Put the log back, or restore it from a backup. To begin anew, move these files away.',
  ),
} as const;

/** A log that has lost events, by what is left beside it. The refusal has one of {@link lostCodes}. */
export class LogLost extends RefusedError {}

const ending = '.snapshot';

/** The paths of a book's snapshots in a folder, whichever engine wrote them. */
export async function snapshotsOf(folder: string, book: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${book}@`) && name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Where a book's file is not there: whether anything says that it was. Nothing is made in the place of a log that was lost.
 *
 * @param path the book's file
 * @throws LogLost
 */
export async function checkNotGone(path: string, book: string): Promise<void> {
  const found: string[] = [];
  for (const side of [`${path}-wal`, `${path}-shm`]) if (await isThere(side)) found.push(basename(side));
  for (const snapshot of await snapshotsOf(dirname(path), book)) found.push(basename(snapshot));
  // Looked at last: another process may have made the file, and then those beside it.
  if (found.length === 0 || (await isThere(path))) return;
  throw new LogLost(new Refusal(lostCodes.gone, basename(path), `found ${found.join(', ')}`));
}

/** Whether there is a file of that name. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
