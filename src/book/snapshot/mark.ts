/**
 * The mark: how far a book's log was verified, in a small file beside its snapshot, so that a restart goes on from there. Sealed, it
 * is an anchor, too: the log must still hold the event that it names. Without a seal it is a hint, and nothing is believed for it.
 *
 * @module
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRecord } from '../../kernel/values/fields.ts';
import { bookFileOf } from '../../log/open.ts';
import { type EventLog, LogUnreadable } from '../../log/port/port.ts';
import type { Book } from '../book.ts';
import { type Secret, sealOf, sealState } from './seal.ts';
import { type SnapshotPlace, snapshotFolder } from './snapshot.ts';

/** By what a log was verified: folded with its hashes, its hashes alone, or by an audit. */
export type MarkedBy = 'fold' | 'hashes' | 'audit';

/** The file that held a log: another inode or a smaller length is another file. */
export interface FileMark {
  readonly inode: string;
  readonly length: number;
}

/** How far a log was verified, and what it was then. */
export interface Mark {
  readonly revision: number;
  readonly hash: string;
  /** Null where the log is no file. */
  readonly file: FileMark | null;
  readonly by: MarkedBy;
}

/** A mark as it was read, and whether it bears a seal. */
export interface MarkRead extends Mark {
  readonly sealed: boolean;
}

const layout = 'formicary mark 1';

/** Where a book's mark lies; undefined where there is no place for one. */
export function markPath(place: SnapshotPlace, book: string): string | undefined {
  const folder = snapshotFolder(place);
  return folder === undefined ? undefined : join(folder, `${book}.verified`);
}

/** The file that holds a book's log now; null where it is no file. */
export async function fileMark(store: string, book: string): Promise<FileMark | null> {
  const path = bookFileOf(store, book);
  if (path === undefined) return null;
  const { ino, size } = await stat(path);
  return { inode: String(ino), length: size };
}

/** Whether a file may be the one that was marked: the same, and no shorter than then. */
export const isSameFile = (marked: FileMark | null, now: FileMark | null): boolean =>
  marked === null || now === null
    ? marked === now
    : marked.inode === now.inode && marked.length <= now.length;

let written = 0;

/** Writes a mark in place of the one before. */
export async function writeMark(path: string, mark: Mark, secret?: Secret): Promise<void> {
  const { revision, hash, file, by } = mark;
  const text = JSON.stringify({ layout, revision, hash, file, by });
  const temporary = `${path}.${process.pid}.${written++}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, `${sealOf(text, secret)}\n${text}\n`, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A book's mark; undefined where there is none, it is not whole, or its seal is not of the secret. */
export async function readMark(path: string, secret?: Secret): Promise<MarkRead | undefined> {
  const read = await readFile(path, 'utf8').catch(() => undefined);
  if (read === undefined) return undefined;
  const [seal = '', text = ''] = read.split('\n');
  const state = sealState(text, seal, secret);
  const mark = state === 'wrong' ? undefined : markOf(text);
  return mark === undefined ? undefined : { ...mark, sealed: state === 'right' };
}

function markOf(text: string): Mark | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(read) || read.layout !== layout) return undefined;
  const { revision, hash, file, by } = read;
  const marked = fileOf(file);
  if (!Number.isSafeInteger(revision) || typeof revision !== 'number' || typeof hash !== 'string')
    return undefined;
  if (marked === undefined || (by !== 'fold' && by !== 'hashes' && by !== 'audit')) return undefined;
  return { revision, hash, file: marked, by };
}

function fileOf(file: unknown): FileMark | null | undefined {
  if (file === null) return null;
  if (!isRecord(file)) return undefined;
  const { inode, length } = file;
  return typeof inode === 'string' && typeof length === 'number' ? { inode, length } : undefined;
}

/** The hash of a log's event, as it stands; undefined where it isn't there or can't be read. */
async function hashAt(log: EventLog, revision: number): Promise<string | undefined> {
  try {
    const [event] = revision < 0 ? [] : await log.readMany([revision]);
    return event?.hash;
  } catch (error) {
    if (error instanceof RangeError || error instanceof LogUnreadable) return undefined;
    throw error;
  }
}

/** What a mark under seal says against a log: that it is not the one that was verified. Undefined where it says nothing. */
export async function findingOf(mark: MarkRead | undefined, log: EventLog): Promise<string | undefined> {
  if (mark === undefined || !mark.sealed || mark.revision < 0) return undefined;
  const hash = await hashAt(log, mark.revision);
  if (hash === mark.hash) return undefined;
  return `the log was verified through revision ${mark.revision} with hash ${mark.hash}, and ${
    hash === undefined ? 'has no such event now' : `that event has hash ${hash} now`
  }`;
}

/** Whether an audit has found a log clean, as it is, and its mark says so; where there is a secret, under its seal. */
export async function isAudited(path: string, log: EventLog, secret: Secret | undefined): Promise<boolean> {
  const mark = await readMark(path, secret);
  if (mark?.by !== 'audit' || (secret !== undefined && !mark.sealed)) return false;
  return mark.revision < 0 || (await hashAt(log, mark.revision)) === mark.hash;
}

/** Sees to it that no audit from before clears what was found since. A mark under seal stays an anchor. */
export async function unaudit(path: string, secret: Secret | undefined): Promise<void> {
  const mark = await readMark(path, secret);
  if (mark?.sealed === true) await writeMark(path, { ...mark, by: 'hashes' }, secret);
  else await rm(path, { force: true });
}

/** Writes the mark of a book as far as it is verified; of one that isn't, none. */
export async function markBook(place: SnapshotPlace, book: Book, secret: Secret | undefined): Promise<void> {
  const path = markPath(place, book.id);
  const { state } = book.verified;
  if (path === undefined || (state !== 'VERIFIED' && state !== 'HASHES_ONLY')) return;
  const { revision, hash } = book.head;
  const file = await fileMark(place.store, book.id);
  await writeMark(path, { revision, hash, file, by: state === 'VERIFIED' ? 'fold' : 'hashes' }, secret);
}
