/**
 * Snapshots that know of more than their log. A snapshot holds only what had been appended: where one is ahead, the log has lost its
 * end, or an older copy was put in its place. Folding the shorter log would pass over that in silence.
 *
 * @module
 */

import { basename, dirname } from 'node:path';
import { Refusal } from '../../kernel/values/refusals.ts';
import { LogLost, lostCodes, snapshotsOf } from '../../log/port/lost.ts';
import type { EventLog } from '../../log/port/port.ts';
import { readKey, type SnapshotKey } from './file.ts';

/**
 * Holds a log against the snapshots beside it, of all engines. One that can't be read says nothing.
 *
 * @param path where this engine keeps the book's snapshot
 * @throws LogLost
 */
export async function checkNotBehind(path: string, log: EventLog): Promise<void> {
  const [book = ''] = basename(path).split('@');
  let ahead: (SnapshotKey & { readonly name: string }) | undefined;
  for (const file of await snapshotsOf(dirname(path), book)) {
    const key = await readKey(file).catch(() => undefined);
    if (key !== undefined && key.revision > (ahead?.revision ?? -1)) ahead = { ...key, name: basename(file) };
  }
  if (ahead === undefined) return;
  // After the snapshots: another process may append, and write one, meanwhile.
  const { revision } = await log.head();
  if (revision >= ahead.revision) return;
  const detail = `${ahead.name} holds revision ${ahead.revision}, the log ends at ${revision}`;
  throw new LogLost(new Refusal(lostCodes.behind, `book ${book}`, detail));
}
