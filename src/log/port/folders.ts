/**
 * Folders: a name that was written into one is there after a power failure only when the folder itself has been synced.
 *
 * @module
 */
import { open } from 'node:fs/promises';

/** Syncs what a folder holds, by name. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
