/**
 * Reading what a scenario starts from: a history, a book's log, or nothing. Where files and logs are is for the caller to say.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { parseDay } from '../kernel/dates.ts';
import { show } from '../kernel/fields.ts';
import type { House } from '../kernel/house.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import type { EventLog } from '../store/log.ts';
import { type BaseRecord, emptyRecord, HistoryBook, recordOfLog } from './base.ts';
import { historyRefused } from './codes.ts';
import { formatMistake, type Scenario } from './file.ts';
import { type Chunks, readHistoryFile } from './history.ts';

/** How often the outside world is let in, in lines. */
const sliceLines = 500;

/** Where histories and books are found. */
export interface BaseSources {
  readonly house: House;
  readonly engine: string;
  /** The bytes of a history, by its path as the scenario says it; or why there are none. */
  history(path: string): Promise<Chunks | Refusal>;
  log(book: string): Promise<EventLog | Refusal>;
}

/**
 * Reads a scenario's base.
 *
 * @throws the signal's reason when it is stopped
 */
export async function readBase(
  sources: BaseSources,
  scenario: Scenario,
  signal: AbortSignal,
): Promise<BaseRecord | Refusal> {
  const { base } = scenario;
  switch (base.kind) {
    case 'history':
      return await readHistoryBase(sources, scenario, base, signal);
    case 'book': {
      const log = await sources.log(base.book);
      if (log instanceof Refusal) return log;
      const { revision } = await log.head();
      if (base.at !== undefined && base.at > revision)
        return new Refusal(codes.eventUnknown, `at: ${base.at}`, `book ${base.book} ends at ${revision}`);
      return await recordOfLog(sources.house, log, base.book, base.at ?? revision);
    }
    case 'empty':
      return emptyRecord(sources.house, base.from);
  }
}

async function readHistoryBase(
  { house, engine, history }: BaseSources,
  { horizon }: Scenario,
  { path, refused }: Extract<Scenario['base'], { kind: 'history' }>,
  signal: AbortSignal,
): Promise<BaseRecord | Refusal> {
  const chunks = await history(path);
  if (chunks instanceof Refusal) return chunks;
  const { close, to } = horizon;
  const record = new HistoryBook({ house, engine, title: `history ${path}`, refused, close, to });
  let lines = 0;
  for await (const item of readHistoryFile(path, () => chunks, house)) {
    if (item.kind === 'mistake')
      return new Refusal(historyRefused, `line ${item.line}`, formatMistake(item.mistake));
    const day = parseDay(item.command.on);
    if (day === undefined)
      return new Refusal(historyRefused, `line ${item.line}`, `on: ${show(item.command.on)}`);
    const found = record.take(item, day);
    if (found !== undefined)
      return new Refusal(
        historyRefused,
        `line ${item.line}`,
        `${found.refusal.code}: ${found.refusal.message}`,
      );
    if (++lines % sliceLines === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
  }
  return record.finish();
}
