/**
 * Threads that work beside a server give way to what it answers.
 *
 * @module
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const niceness = 10;

/** Lets other threads come before this one, where the system knows of that: on Linux a priority is a thread's. */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isSafeInteger(thread)) setPriority(thread, niceness);
  } catch {
    // It runs as any other then.
  }
}
