/**
 * `formicary import`: the commands of a file into a book.
 *
 * @module
 */
import { createReadStream, createWriteStream, statSync, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { type Book, Series } from '../../book/book.ts';
import type { Command } from '../../kernel/deciding/commands.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { bookExists } from '../../log/open.ts';
import { addressOf } from '../../log/port/address.ts';
import { formatMistake } from '../../scenario/file/file.ts';
import { type HistoryItem, readHistoryFile } from '../../scenario/running/history.ts';
import { house } from '../../segments/index.ts';
import { checkWhole, withBook } from '../books/books.ts';
import { cliCodes, type Exit, exits, Failure } from '../frame/failures.ts';
import { wordOption } from '../frame/given.ts';
import { grouped } from '../frame/progress.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { ImportKeys, sourceLengthMax } from './import-keys.ts';
import { type ImportResult, importHistory, type RefusedLine, type Target } from './importing.ts';
import { Rehearsal } from './rehearsal.ts';

const chunkBytes = 1 << 20;
const standardInput = '-';

/** What was refused that people are shown; --json lists more. */
const shownMax = 20;

export const importCommand: CommandSpec = {
  name: 'import',
  summary: 'Imports commands from JSON Lines or CSV into a book.',
  about: [
    'It reads in bounded memory and stops at the first line that is refused, says which and why, and keeps what was before it. It can be run again at any time: a line without a key gets one from the file’s source (its name without folders, or --source) and its number, blank lines not counted. What was imported before is not booked twice, a grown file goes on behind what is there, and a line that says something else than what was booked from it stops the import.',
    'It closes no day by itself. With --close daily, day D is closed before the first line of a later date; the last day stays open.',
  ],
  args: [
    {
      name: 'FILE',
      doc: 'JSON Lines, or CSV where the name ends in .csv; - for JSON Lines on standard input.',
    },
  ],
  options: {
    'dry-run': {
      doc: 'Find every line that would be refused, and write nothing. What the file would book is held in memory.',
    },
    'keep-going': {
      doc: 'Go on after a line that is refused or malformed, and write such lines to FILE.rejects.jsonl. Afterwards import that file, mended, not the whole.',
    },
    close: { doc: 'daily: close each day before the first line of a later one.', value: 'WHEN' },
    source: {
      doc: 'What the file is known by when it is imported again. Default: its name without folders. Standard input needs one.',
      value: 'NAME',
    },
    actor: { doc: 'Who is recorded where a line doesn’t say it. Default: import.', value: 'NAME' },
  },
  settings: ['store', 'snapshot-key-file', 'book'],
  examples: [
    'formicary import history.jsonl --close daily',
    'formicary import history.jsonl --dry-run --json',
    'formicary import january.csv --keep-going --book north',
    'formicary import till.jsonl --source second-till',
  ],
  run: runImport,
};

async function runImport(call: Call): Promise<Exit> {
  const [file = ''] = call.args;
  const { out } = call;
  const dryRun = call.flag('dry-run');
  const closeDaily = wordOption(call, 'close', ['daily']) === 'daily';
  if (dryRun && call.flag('keep-going')) throw usage('--dry-run --keep-going', 'one of the two');
  const bytes = sizeOf(file);
  const source = sourceOf(call, file);
  const rejects = call.flag('keep-going')
    ? new Rejects(`${file === standardInput ? source : file}.rejects.jsonl`)
    : undefined;
  const { store, book: id } = call.settings;
  // A rehearsal makes no book: one that isn't there is rehearsed on an empty one.
  const nowhere = dryRun && !(await bookExists(store, id));
  return await withBook(
    nowhere ? { ...call, settings: { ...call.settings, store: 'memory:' } } : call,
    async (book) => {
      checkWhole(book);
      const progress = out.progress(`importing ${basename(file)}`, undefined, 'lines');
      const rehearsal = dryRun ? await Rehearsal.on(book) : undefined;
      const began = performance.now();
      const stopFollowing = followed(book, store);
      const keys = new ImportKeys(book, source, call.value('source') !== undefined);
      const result = await importHistory(read(file), rehearsal ?? targetOf(book, rejects !== undefined), {
        keys,
        closeDaily,
        keepGoing: dryRun || rejects !== undefined,
        actor: call.value('actor') ?? 'import',
        signal: call.signal,
        onProgress: (lines, chars) => progress.update(lines, bytes === 0 ? 1 : Math.min(1, chars / bytes)),
        ...(rejects === undefined ? {} : { onReject: (text, item, key) => rejects.add(text, item, key) }),
      })
        .catch((error: unknown) => rethrown(file, error))
        .finally(stopFollowing);
      progress.end();
      rehearsal?.end();
      const rejected = await rejects?.end();
      report(call, file, result, {
        dryRun,
        // A rehearsal writes none.
        events: dryRun ? 0 : result.events,
        revision: book.head.revision,
        hash: book.head.hash,
        rejects: rejected,
        seconds: (performance.now() - began) / 1_000,
      });
      return exitOf(result, rejects !== undefined);
    },
    !dryRun || nowhere,
  );
}

/**
 * Folds what others append while lines are imported, where the log can't be locked: so an attempt is made on the log's end as it is,
 * and gets in beside a writer that never rests.
 *
 * @returns ends it
 */
function followed(book: Book, store: string): () => Promise<void> {
  if (addressOf(store).kind !== 'eventstoredb') return async () => undefined;
  const stop = new AbortController();
  // Where it can't be followed, each attempt reads the log's end by itself.
  const following = book.follow(stop.signal).catch(() => undefined);
  return async () => {
    stop.abort();
    await following;
  };
}

const usage = (value: string, detail: string): Failure =>
  new Failure(new Refusal(cliCodes.usage, value, detail), exits.input);

/** What the file is known by: its name, where it has one that stays. */
function sourceOf(call: Call, file: string): string {
  const given = call.value('source');
  const source = given ?? basename(file);
  if (given === undefined && (file === standardInput || !hasName(file)))
    throw usage(file, 'standard input and pipes need --source NAME, by which they are known the next time');
  if (source.length === 0 || source.length > sourceLengthMax || !source.isWellFormed())
    throw given === undefined
      ? usage(file, `a name of more than ${sourceLengthMax} characters needs --source NAME`)
      : usage(`--source ${source}`, `1 to ${sourceLengthMax} characters`);
  return source;
}

/** Whether a path is a file's own: not that of a pipe, nor one under which the shell hands another file over. */
const hasName = (file: string): boolean => statSync(file).isFile() && !/^\/(dev|proc)\//.test(resolve(file));

function sizeOf(file: string): number {
  if (file === standardInput) return 0;
  try {
    const stat = statSync(file);
    if (stat.isFile() || stat.isFIFO()) return stat.size;
    throw new Error('it is not a file');
  } catch (error) {
    throw unreadable(file, error);
  }
}

const unreadable = (file: string, error: unknown): Failure =>
  new Failure(
    new Refusal(cliCodes.file, file, error instanceof Error ? error.message : String(error)),
    exits.input,
  );

const read = (file: string): AsyncGenerator<HistoryItem> =>
  readHistoryFile(
    file,
    (path) =>
      path === standardInput ? process.stdin : createReadStream(path, { highWaterMark: chunkBytes }),
    house,
  );

/** Says of a file that can't be read on which it was. */
function rethrown(file: string, error: unknown): never {
  const reading = error instanceof Error && 'syscall' in error && error.syscall === 'read';
  throw reading ? unreadable(file, error) : error;
}

function targetOf(book: Book, keepGoing: boolean): Target {
  const series = keepGoing ? undefined : new Series();
  return {
    get state() {
      return book.state;
    },
    send: (sent) => book.executeAll(sent, series),
  };
}

/** A file of lines that were not imported, each with the key that it had, so that it is booked once when it is mended. */
class Rejects {
  readonly path: string;
  #file: WriteStream | undefined;
  #failure: Error | undefined;

  constructor(path: string) {
    this.path = path;
  }

  add(text: string, item: HistoryItem, key: string | undefined): void {
    if (this.#file === undefined) {
      this.#file = createWriteStream(this.path);
      this.#file.on('error', (error) => {
        this.#failure = error;
      });
    }
    this.#file.write(`${item.kind === 'command' ? rejectedLine(item.command, key) : text}\n`);
  }

  /** The file's path, where there is one; one of an earlier import is taken away. */
  async end(): Promise<string | undefined> {
    if (this.#file === undefined) {
      await rm(this.path, { force: true });
      return undefined;
    }
    this.#file.end();
    await finished(this.#file).catch((error: Error) => {
      this.#failure = error;
    });
    if (this.#failure !== undefined) {
      throw new Failure(new Refusal(cliCodes.output, this.path, this.#failure.message), exits.unreachable);
    }
    return this.path;
  }
}

const rejectedLine = (command: Command, key: string | undefined): string =>
  JSON.stringify(key === undefined ? command : { ...command, key });

interface Came {
  readonly dryRun: boolean;
  readonly events: number;
  readonly revision: number;
  readonly hash: string;
  readonly rejects: string | undefined;
  readonly seconds: number;
}

const listed = ({ line, closing, refusal }: RefusedLine) => ({
  line,
  ...(closing === undefined ? {} : { closing }),
  code: refusal.code,
  message: refusal.message,
  value: refusal.value,
  hint: refusal.hint,
});

function report({ out }: Call, file: string, result: ImportResult, came: Came): void {
  const { refusals, mistakes, ...counts } = result;
  const { seconds, rejects, ...where } = came;
  if (out.json) {
    out.document({
      file,
      ...counts,
      ...where,
      ...(rejects === undefined ? {} : { rejects }),
      refusals: refusals.map(listed),
      mistakes,
    });
    return;
  }
  for (const mistake of mistakes.slice(0, shownMax)) out.note(formatMistake(mistake));
  for (const { line, closing, refusal } of refusals.slice(0, shownMax)) {
    const what = closing === undefined ? '' : `closing ${closing}: `;
    out.note(`${file}:${line}: ${out.paint('red', refusal.code)} ${what}${refusal.message}`);
    if (refusal.hint !== '') out.note(`  ${refusal.hint}`);
  }
  const more = refusals.length + mistakes.length - shownMax;
  if (more > 0) out.note(`and ${grouped(more)} more; --json lists them`);
  const rate = seconds > 1 ? ` (${grouped(Math.round(came.events / seconds))} events/s)` : '';
  out.line(
    `${grouped(counts.lines)} lines: ${grouped(counts.accepted)} ${came.dryRun ? 'would be accepted' : 'accepted'}, ${grouped(counts.repeated)} imported before, ${grouped(counts.refused)} refused, ${grouped(counts.malformed)} malformed; ${grouped(counts.daysClosed)} days closed`,
  );
  if (came.dryRun) out.line('nothing was written');
  else out.line(`${grouped(came.events)} events${rate}; the book stands at ${came.revision}:${came.hash}`);
  if (rejects !== undefined) out.line(`what was not imported: ${rejects}`);
  if (counts.interrupted) out.note('stopped before the end of the file; run it again to go on');
}

function exitOf(result: ImportResult, keepGoing: boolean): Exit {
  if (result.interrupted) return exits.interrupted;
  if (result.malformed > 0 && !keepGoing) return exits.input;
  return result.refused > 0 || result.malformed > 0 ? exits.no : exits.done;
}
