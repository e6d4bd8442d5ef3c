/**
 * `formicary copy`: books from one store to another.
 *
 * @module
 */
import { resolve } from 'node:path';
import { type CopyRules, compareLogs, copyCodes, copyLog } from '../../book/copying.ts';
import { isId } from '../../kernel/values/fields.ts';
import { type Code, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { booksOf, openLog } from '../../log/open.ts';
import { addressForms, parseAddress, shownStore } from '../../log/port/address.ts';
import { badUsage, cliCodes, type Exit, exits, Failure, failureOf } from '../frame/failures.ts';
import { grouped } from '../frame/progress.ts';
import { settingSpecs } from '../frame/settings.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { checkExists } from './existing.ts';

export const copyCommand: CommandSpec = {
  name: 'copy',
  summary: 'Copies books from one store to another, event by event.',
  about: [
    'Every event is copied as it is, with its revision and its hash, up to where the source ends when the copy begins; the source may be in use. Each hash is worked out on the way: from the first that doesn’t hold on, nothing is copied. It can be stopped and run again at any time, and goes on where the target ends, if that is an event of the source.',
    'Of each book it prints REVISION:HASH, the anchor to audit the target by, and how much the source has gained in the meantime: run it again for that, once nothing writes to the source any more.',
    'It exits with 1 when the target holds something else, or when an event of either is not as it was written.',
  ],
  args: [],
  options: {
    from: { doc: 'The store that the books are in.', value: 'URL' },
    to: { doc: 'The store that they are copied to.', value: 'URL' },
    book: { doc: 'A book. Default: every book of the store.', value: 'ID', many: true },
    as: { doc: 'What the book is called in the other store, where one alone is copied.', value: 'ID' },
    verify: {
      doc: 'Afterwards read the target whole, work out every hash, and compare it with that of the source.',
    },
  },
  settings: [],
  examples: [
    'formicary copy --from sqlite:./data --to sqlite:/srv/books',
    "formicary copy --from sqlite:./data --to 'esdb://localhost:2113?tls=false' --book main --verify",
    'formicary copy --from sqlite:./data --to sqlite:./data --book main --as rehearsal',
  ],
  run: copy,
};

/** The stores that books are copied between. */
interface Way {
  readonly from: string;
  readonly to: string;
}

/** A book on its way. */
interface Move extends Way {
  readonly book: string;
  /** What it is called in the target. */
  readonly as: string;
}

/** What became of a book, as --json prints it. */
interface Moved {
  readonly book: string;
  readonly as: string;
  readonly present: number;
  readonly copied: number;
  readonly revision: number;
  readonly hash: string;
  readonly left: number;
  /** Events of the target that were read again and found equal; null where that was not asked for, or not come to. */
  readonly verified: number | null;
  readonly interrupted: boolean;
}

async function copy(call: Call): Promise<Exit> {
  const { out } = call;
  const way = { from: storeOption(call, 'from'), to: storeOption(call, 'to') };
  const moves = await movesOf(call, way);
  const done: Moved[] = [];
  for (const move of moves) {
    const moved = await moveBook(call, move).catch((error: unknown) => {
      if (!out.json && moves.length > 1) out.note(`${move.book} is not copied, or not further:`);
      throw told(error, move, done);
    });
    done.push(moved);
    if (!out.json) print(call, move, moved);
    if (moved.interrupted || call.signal.aborted) break;
  }
  const interrupted = done.length < moves.length || done.some((moved) => moved.interrupted);
  const [from, to] = [shownStore(way.from), shownStore(way.to)];
  if (out.json) out.document({ from, to, interrupted, books: done });
  else if (interrupted) out.note('stopped before the end; run it again to go on');
  return interrupted ? exits.interrupted : exits.done;
}

/** What is to be copied, found out before anything is. */
async function movesOf(call: Call, { from, to }: Way): Promise<readonly Move[]> {
  const named = [...new Set(call.values('book'))];
  const as = call.value('as');
  for (const id of named) checkId('book', id);
  if (as !== undefined) checkId('as', as);
  const books = named.length > 0 ? named : await booksOf(from);
  // A store without books is told as one without this.
  const ids = books.length > 0 ? books : [settingSpecs.book.default];
  const moves = ids.map((book) => ({ from, to, book, as: as ?? book }));
  if (as !== undefined && moves.length > 1)
    throw badUsage(
      `--as ${as}`,
      `it names one book, and ${moves.length} would be copied: ${books.join(', ')}`,
    );
  for (const move of moves) {
    if (move.as === move.book && sameStore(from, to))
      throw badUsage(`--to ${shownStore(to)}`, `${move.book} would be copied onto itself`);
    await checkExists(
      from,
      move.book,
      'The books of a store are files, or streams, of their own: check --from and --book.',
    );
  }
  return moves;
}

function checkId(option: string, id: string): void {
  if (!isId(id)) throw badUsage(`--${option} ${id}`, 'an id matches [A-Za-z0-9._-]{1,64}');
}

function storeOption(call: Call, name: 'from' | 'to'): string {
  const given = call.value(name);
  if (given === undefined) throw badUsage('formicary copy', `--${name} URL is missing`);
  const address = parseAddress(given);
  if (address === undefined) throw badUsage(`--${name} ${shownStore(given)}`, `expected ${addressForms}`);
  if (address.kind === 'memory') throw badUsage(`--${name} ${given}`, 'it ends with the process');
  return given;
}

function sameStore(one: string, other: string): boolean {
  const [a, b] = [parseAddress(one), parseAddress(other)];
  if (a?.kind === 'sqlite' && b?.kind === 'sqlite') return resolve(a.folder) === resolve(b.folder);
  return one === other;
}

async function moveBook(call: Call, { from, to, book, as }: Move): Promise<Moved> {
  const source = await openLog(from, book);
  try {
    const target = await openLog(to, as);
    try {
      const { head, ...copied } = await watched(call, `copying ${book}`, (watch) =>
        copyLog(source, target, watch),
      );
      const { revision, hash } = head;
      const verified =
        call.flag('verify') && !copied.interrupted
          ? await watched(call, `verifying ${as}`, (watch) => compareLogs(source, target, head, watch))
          : undefined;
      return {
        book,
        as,
        present: copied.present,
        copied: copied.events,
        revision,
        hash,
        left: copied.left,
        verified: verified === undefined || verified.interrupted ? null : verified.events,
        interrupted: copied.interrupted || verified?.interrupted === true,
      };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** How something that takes a while is stopped, and whom it tells how far it has come. */
type Watch = Required<Pick<CopyRules, 'signal' | 'onProgress'>>;

async function watched<T>(call: Call, what: string, work: (watch: Watch) => Promise<T>): Promise<T> {
  const progress = call.out.progress(what, undefined, 'events');
  try {
    return await work({ signal: call.signal, onProgress: (done, of) => progress.update(done, done / of) });
  } finally {
    progress.end();
  }
}

/** Answers of no; whatever else keeps a copy from going on could not be written. */
const answers: ReadonlySet<Code> = new Set([
  copyCodes.targetDiffers,
  copyCodes.targetAhead,
  copyCodes.sourceBroken,
  copyCodes.targetBroken,
]);

/** A failure with the book that it came to, and the books that were done before it. */
function told(error: unknown, { book, as }: Move, books: readonly Moved[]): unknown {
  const failure =
    error instanceof RefusedError
      ? new Failure(error.refusal, answers.has(error.refusal.spec) ? exits.no : exits.unreachable)
      : failureOf(error);
  if (failure === undefined) return error;
  const { refusal, exit, where } = failure;
  const hinted = refusal.spec === cliCodes.store ? unreachable(refusal) : refusal;
  return new Failure(hinted, exit, { ...where, book, as, books });
}

const unreachable = ({ spec, value, detail }: Refusal): Refusal =>
  new Refusal(spec, value, detail, 'Check --from and --to. What was copied is kept: run it again to go on.');

function print({ out }: Call, { to, book, as }: Move, moved: Moved): void {
  const { present, copied, revision, hash, left, verified } = moved;
  const before = present === 0 ? '' : `, ${grouped(present)} were there`;
  out.line(`${book}: ${grouped(copied)} events copied${before}; ${as} in ${shownStore(to)} stands at`);
  out.line(`${revision}:${hash}`);
  if (verified !== null)
    out.line(`${out.paint('green', 'verified')}: ${grouped(verified)} events, each as in the source`);
  if (left > 0)
    out.line(
      `${out.paint('yellow', 'left')}: ${grouped(left)} events of the source; run it again to copy them`,
    );
}
