/**
 * A book, as commands open it: its log, its snapshot, its state, with progress where that takes a while.
 *
 * @module
 */

import { Book, type BookSettings } from '../../book/book.ts';
import { aheadWarning } from '../../book/clock.ts';
import { engineVersion } from '../../book/engine-version.ts';
import { eventsIn } from '../../book/folding.ts';
import { findingOf, isAudited, markBook, markPath, readMark } from '../../book/snapshot/mark.ts';
import {
  restoreSnapshot,
  snapshotPath,
  unprovedEventsMin,
  writeSnapshot,
} from '../../book/snapshot/snapshot.ts';
import { openLog } from '../../log/open.ts';
import { ChainedLog } from '../../log/port/chained.ts';
import type { EventLog } from '../../log/port/port.ts';
import { bookDesk } from '../../reading/desks/desks.ts';
import { LedgerPoint, revisionAsked } from '../../reading/point.ts';
import type { LedgerView } from '../../reading/view.ts';
import { house } from '../../segments/index.ts';
import { type Exit, exits, orFail } from '../frame/failures.ts';
import { dayOption, revisionOption, timeOption } from '../frame/given.ts';
import type { Call } from '../frame/spec.ts';
import { checkExists } from './existing.ts';

/** Most events that a book may have grown by before its snapshot is written anew when it is closed. */
const snapshotWorth = 20_000;

/** Largest append, in bytes: half of what the embedded store takes at once, so that many commands share one sync of the disk. */
const appendBytesMax = 4_000_000;

/** What commands take that read. */
export const trustOption = {
  trust: { doc: 'Skip the hashes: what is read counts as it stands, and stderr says that it is unverified.' },
} as const;

/**
 * The log of the book in force. Each event that is read of it is held against the one before it, unless --trust was given.
 *
 * @param make whether a book that isn't there is begun
 * @throws Failure when it isn't there and must not be made
 */
export async function openBookLog(call: Call, make: boolean): Promise<EventLog> {
  const log = await openRawLog(call, make);
  if (!call.flag('trust')) return new ChainedLog(log);
  call.out.note(`book ${call.settings.book} is unverified: --trust skips the hashes`);
  return log;
}

async function openRawLog({ settings }: Call, make: boolean): Promise<EventLog> {
  const { store, book } = settings;
  if (!make)
    await checkExists(
      store,
      book,
      '`formicary import FILE` begins a book, and `formicary serve` one with the demo history.',
    );
  return await openLog(store, book);
}

/** A book with what has to be known to close it. */
export interface OpenBook {
  readonly book: Book;
  /** Writes a snapshot where that is worth it, and lets go of the log. */
  close(): Promise<void>;
}

/** Opens the book in force; says on stderr where what it holds is not verified. */
export async function openBook(call: Call, make = false): Promise<OpenBook> {
  const { settings, out } = call;
  const log = await openRawLog(call, make);
  try {
    const { snapshotKey: secret, book: id } = settings;
    const engine = engineVersion();
    const path = snapshotPath(settings, id, engine);
    const snapshot =
      path === undefined
        ? undefined
        : await restoreSnapshot(path, {
            house,
            engine,
            log,
            secret,
            unprovedEventsMin,
            dropped: (why) => out.note(`the snapshot is not used: ${why}`),
          });
    const progress = out.progress('reading the log', await eventsIn(log), 'events');
    const book = await Book.open({
      id,
      house,
      log,
      engine,
      now: Date.now,
      appendBytesMax,
      trust: call.flag('trust'),
      progress: (folded) => progress.update(folded),
      ...(await marked(call, log)),
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    progress.end();
    noteVerified(call, book);
    // A broken book has just been said to be so.
    if (book.stopped !== undefined && book.verified.state !== 'BROKEN')
      out.note(`${book.stopped.message}\n  ${book.stopped.hint}`);
    const ahead = aheadWarning(book.id, book.head.recordedAt, Date.now());
    if (ahead !== undefined) out.note(`warning: ${ahead}`);
    const kept = snapshot?.head.revision ?? -1;
    const close = async (): Promise<void> => {
      if (path !== undefined && book.head.revision - kept >= snapshotWorth) {
        await writeSnapshot(path, book, secret)
          .then(() => markBook(settings, book, secret))
          .catch((error: unknown) => out.note(`no snapshot was written: ${String(error)}`));
      }
      await book.close();
    };
    return { book, close };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** What the mark beside a book says of its log. */
async function marked(call: Call, log: EventLog): Promise<Pick<BookSettings, 'finding' | 'cleared'>> {
  const { settings } = call;
  const { snapshotKey: secret, book } = settings;
  const path = markPath(settings, book);
  if (path === undefined || call.flag('trust')) return {};
  return {
    finding: await findingOf(await readMark(path, secret), log),
    cleared: () => isAudited(path, log, secret),
  };
}

/** Says on stderr where what a book holds is not verified. */
function noteVerified({ out }: Call, { id, verified, head, stopped }: Book): void {
  const { state, through, why } = verified;
  if (state === 'UNVERIFIED') out.note(`book ${id} is unverified: --trust skips the hashes`);
  if (state === 'SNAPSHOT_UNPROVED')
    out.note(
      `book ${id}, snapshot unproved: nothing vouches for the snapshot that revision ${head.revision} is worked out from; \`formicary rebuild\` works it out from the log`,
    );
  if (state === 'BROKEN')
    out.note(
      `${stopped?.code}: book ${id} is broken and holds through revision ${through}: ${why}\n  ${stopped?.hint}`,
    );
}

/** @throws LogUnreadable, UnreadableEvent the log goes on behind what could be read of it */
export function checkWhole({ fault }: Book): void {
  if (fault !== undefined) throw fault;
}

/** Works on the book in force, and closes it whatever comes. */
export async function withBook<T>(call: Call, work: (book: Book) => Promise<T>, make = false): Promise<T> {
  const { book, close } = await openBook(call, make);
  try {
    return await work(book);
  } finally {
    await close();
  }
}

/** The exit of a command that has read books: what lies behind the place where one is broken could not be read. */
export const readExit = (...books: readonly Book[]): Exit =>
  books.some(({ verified }) => verified.state === 'BROKEN') ? exits.no : exits.done;

/** Reads from the book in force. */
export async function readFromBook(call: Call, read: (book: Book) => Promise<Exit>): Promise<Exit> {
  return await withBook(call, async (book) => {
    const exit = await read(book);
    return exit === exits.done ? readExit(book) : exit;
  });
}

/** The options that name a point of both axes. */
export const pointOptions = {
  'as-of': { doc: 'What counts up to this day, of the effective dates.', value: 'DATE' },
  revision: { doc: 'What was recorded up to this revision.', value: 'R' },
  'known-at': { doc: 'What was recorded up to this time, as 2016-03-01T12:00:00Z.', value: 'TIME' },
} as const;

/** The book at the point that options name. */
export async function pointOf(call: Call, book: Book): Promise<LedgerPoint> {
  const source = bookDesk(book, call.signal);
  const revision = await revisionOf(call, book);
  return new LedgerPoint(source, revision, dayOption(call, 'as-of'));
}

/** The balances of the book at the point that options name. */
export const viewOf = async (call: Call, book: Book): Promise<LedgerView> => (await pointOf(call, book)).view;

/** The last revision that counts, by --revision or --known-at. */
export async function revisionOf(call: Call, book: Book): Promise<number> {
  const asked = { revision: revisionOption(call, 'revision'), knownAt: timeOption(call, 'known-at') };
  return orFail(revisionAsked(bookDesk(book, call.signal), asked, Date.now())) ?? book.head.revision;
}
