/**
 * What a run starts from, read: a history beside the scenario's file, a book, or nothing.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { parseDay } from '../kernel/dates.ts';
import { show } from '../kernel/fields.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import { type BaseRecord, emptyRecord, HistoryBook, recordOfLog } from '../scenario/base.ts';
import { formatMistake, type Scenario } from '../scenario/file.ts';
import { readHistoryFile } from '../scenario/history.ts';
import { house } from '../segments/index.ts';
import { openBookLog } from './books.ts';
import { cliCodes, exits, Failure } from './failures.ts';
import type { Call } from './spec.ts';

/** How often the outside world is let in and told of progress, in lines. */
const sliceLines = 1_000;

/** Reads the base of a scenario; paths are relative to its file. */
export async function readBase(
  call: Call,
  scenario: Scenario,
  file: string,
  engine: string,
): Promise<BaseRecord> {
  const { base } = scenario;
  switch (base.kind) {
    case 'history':
      return await readHistory(
        call,
        scenario,
        isAbsolute(base.path) ? base.path : join(dirname(file), base.path),
        engine,
      );
    case 'book': {
      const log = await openBookLog({ ...call, settings: { ...call.settings, book: base.book } }, false);
      try {
        return await recordOfLog(house, log, base.book, base.at ?? (await log.head()).revision);
      } finally {
        await log.close();
      }
    }
    case 'empty':
      return emptyRecord(house, base.from);
  }
}

async function readHistory(
  call: Call,
  scenario: Scenario,
  path: string,
  engine: string,
): Promise<BaseRecord> {
  const { base, horizon } = scenario;
  if (base.kind !== 'history') throw new Error('not a history');
  const { close, to } = horizon;
  const record = new HistoryBook({
    house,
    engine,
    title: `history ${base.path}`,
    refused: base.refused,
    close,
    to,
  });
  const progress = call.out.progress(`reading ${base.path}`, undefined, 'lines');
  let lines = 0;
  try {
    for await (const item of readHistoryFile(path, (from) => createReadStream(from), house)) {
      if (item.kind === 'mistake') {
        const refusal = new Refusal(cliCodes.line, formatMistake(item.mistake));
        throw new Failure(refusal, exits.input, { file: path, line: item.line });
      }
      const day = parseDay(item.command.on);
      const refused =
        day === undefined
          ? {
              refusal: new Refusal(
                codes.invalidInput,
                `on: ${show(item.command.on)}`,
                'a date is like 2016-03-01',
              ),
            }
          : record.take(item, day);
      if (refused !== undefined)
        throw new Failure(refused.refusal, exits.input, { file: path, line: item.line });
      if (++lines % sliceLines === 0) {
        progress.update(lines);
        await new Promise((resolve) => setImmediate(resolve));
        call.signal.throwIfAborted();
      }
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new Failure(new Refusal(cliCodes.file, path, error.message), exits.input);
    throw error;
  } finally {
    progress.end();
  }
  return record.finish();
}
