/**
 * `formicary export`: a book, for other tools.
 *
 * @module
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { exportBook, exportFormats } from '../../export/export.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { house } from '../../segments/index.ts';
import { openBookLog, trustOption } from '../books/books.ts';
import { badUsage, cliCodes, type Exit, exits, Failure } from '../frame/failures.ts';
import { dayOption, revisionOption, wordOption } from '../frame/given.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'Exports a book for other tools: hledger, CSV, JSON Lines.',
  about: [
    'hledger: a journal, which ledger reads too. csv: a posting a line. jsonl: an event a line, with all its fields. Amounts are debit positive and exact.',
  ],
  args: [],
  options: {
    format: { doc: 'hledger, csv or jsonl.', value: 'FORMAT' },
    out: { doc: 'The file; by default stdout.', value: 'FILE' },
    'as-of': { doc: 'What counts up to this day.', value: 'DATE' },
    revision: { doc: 'What was recorded up to this revision.', value: 'R' },
    ...trustOption,
    assertions: { doc: 'In a journal: every account’s balance at the end, for the other tool to check.' },
  },
  settings: ['store', 'book'],
  examples: [
    'formicary export --format hledger | hledger -f - balance',
    'formicary export --format csv --out postings.csv',
  ],
  run: exportAll,
};

async function exportAll(call: Call): Promise<Exit> {
  const format = wordOption(call, 'format', exportFormats);
  if (format === undefined)
    throw badUsage('formicary export', `--format is missing: ${exportFormats.join(', ')}`);
  const log = await openBookLog(call, false);
  const file = call.value('out');
  try {
    const chunks = exportBook(house, log, {
      format,
      revision: revisionOption(call, 'revision'),
      asOf: dayOption(call, 'as-of'),
      assertions: call.flag('assertions'),
    });
    if (file === undefined) await eachChunk(call, chunks, (text) => call.out.stream(text));
    else await toFile(call, file, chunks);
    if (file !== undefined && call.out.json) call.out.document({ format, file });
  } finally {
    await log.close();
  }
  return exits.done;
}

async function eachChunk(
  call: Call,
  chunks: AsyncIterable<string>,
  take: (text: string) => Promise<unknown>,
): Promise<void> {
  for await (const text of chunks) {
    call.signal.throwIfAborted();
    await take(text);
  }
}

/** The file is there whole or not at all. */
async function toFile(call: Call, path: string, chunks: AsyncIterable<string>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'wx').catch((error: unknown) => {
    throw notWritten(path, error);
  });
  try {
    await eachChunk(call, chunks, (text) => write(handle, path, text));
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

const write = (handle: FileHandle, path: string, text: string): Promise<void> =>
  handle.writeFile(text).catch((error: unknown) => {
    throw notWritten(path, error);
  });

const notWritten = (path: string, error: unknown): Failure =>
  new Failure(
    new Refusal(cliCodes.output, path, error instanceof Error ? error.message : String(error)),
    exits.unreachable,
  );
