/**
 * Reading what a scenario starts from: a history, a book's log, or nothing. Where files and logs are is for the caller to say.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import type { House } from '../../kernel/engine/house.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import { type Day, formatDay, parseDay } from '../../kernel/values/dates.ts';
import { show } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { EventLog } from '../../log/port/port.ts';
import { formatMistake, type Scenario } from '../file/file.ts';
import { historyRefused, runTooLarge } from '../format/codes.ts';
import {
  type BaseRecord,
  emptyHash,
  emptyRecord,
  HistoryBook,
  HistoryHash,
  type HistoryLine,
  type LookUp,
  recordOf,
  recordOfLog,
} from './base.ts';
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
  sources: Pick<BaseSources, 'house' | 'engine' | 'history'>,
  scenario: Scenario,
  { path, refused }: HistoryNamed,
  signal: AbortSignal,
  lookUp: LookUp = () => undefined,
  closesMax = Number.POSITIVE_INFINITY,
): Promise<BaseRecord | Refusal> {
  const { house, engine } = sources;
  const { close, to } = scenario.horizon;
  const record = new HistoryBook({ house, engine, title: `history ${path}`, refused, close, to });
  const wrong = await eachLine(sources, path, signal, lookUp, (item, day) => record.take(item, day)?.refusal);
  return wrong ?? tooManyCloses(scenario, record.state, closesMax) ?? record.finish();
}

type HistoryNamed = Extract<Scenario['base'], { kind: 'history' }>;

/** Takes a history line by line; gives the refusal of a line that can't be taken. */
async function eachLine(
  { house, history }: Pick<BaseSources, 'house' | 'history'>,
  path: string,
  signal: AbortSignal,
  lookUp: LookUp,
  take: (line: HistoryLine, day: Day) => Refusal | undefined,
): Promise<Refusal | undefined> {
  const chunks = await history(path);
  if (chunks instanceof Refusal) return chunks;
  let lines = 0;
  for await (const item of readHistoryFile(path, () => chunks, house)) {
    const refused = (detail: string): Refusal => new Refusal(historyRefused, `line ${item.line}`, detail);
    if (item.kind === 'mistake') return refused(formatMistake(item.mistake));
    const day = parseDay(item.command.on);
    if (day === undefined) return refused(`on: ${show(item.command.on)}`);
    const refusal = take(item, day);
    if (refusal !== undefined) return refused(`${refusal.code}: ${refusal.message}`);
    if (++lines % sliceLines === 0) {
      await setImmediate();
      signal.throwIfAborted();
      await lookUp(lines);
    }
  }
  return undefined;
}

/** A base pinned: what it is, whatever becomes of the file or the book afterwards. */
export type PinnedBase =
  | {
      readonly kind: 'history';
      /** Where its file is. */
      readonly file: string;
      readonly hash: string;
    }
  | { readonly kind: 'book'; readonly book: string; readonly revision: number; readonly hash: string }
  | { readonly kind: 'empty'; readonly hash: string };

/** What a history is, for the id of its run; no line is decided. */
export async function historyHash(
  sources: Pick<BaseSources, 'house' | 'history'>,
  { horizon: { close, to } }: Scenario,
  { path, refused }: HistoryNamed,
  signal: AbortSignal,
  lookUp: LookUp,
): Promise<string | Refusal> {
  const hash = new HistoryHash({ house: sources.house, refused, close, to });
  const wrong = await eachLine(sources, path, signal, lookUp, ({ command }, day) => {
    hash.take(command, day);
    return undefined;
  });
  return wrong ?? hash.digest();
}

/** What nothing is, pinned. */
export const pinnedEmpty = (from: Day): PinnedBase => ({ kind: 'empty', hash: emptyHash(from) });

/** Where the parts of a pinned base are read. */
export interface PinnedSources extends Pick<BaseSources, 'house' | 'engine' | 'history'> {
  /** The events of the book, from the first up to the pinned one. */
  events(): AsyncIterable<readonly StoredEvent[]>;
  readonly lookUp: LookUp;
  /** Most days that are closed before or in the run, where the horizon closes them. */
  readonly closesMax: number;
}

/** Days that a horizon closes after a state, if they are too many: a refusal that says so. */
function tooManyCloses(
  { horizon: { from, to, close } }: Scenario,
  { openFrom, marks }: State,
  closesMax: number,
): Refusal | undefined {
  const days = to - (openFrom ?? marks.earliest ?? from) + 1;
  return close === 'daily' && days > closesMax
    ? new Refusal(runTooLarge, `horizon: to ${formatDay(to)}`, `${days} days to close, at most ${closesMax}`)
    : undefined;
}

/**
 * Reads a base that was pinned.
 *
 * @returns a refusal when a line can't be taken, or what is there is not what was pinned
 * @throws the signal's reason when it is stopped
 */
export async function readPinned(
  sources: PinnedSources,
  scenario: Scenario,
  pinned: PinnedBase,
  signal: AbortSignal,
): Promise<BaseRecord | Refusal> {
  const { base } = scenario;
  const { house, lookUp, closesMax } = sources;
  if (base.kind === 'empty') return emptyRecord(house, base.from);
  const found =
    base.kind === 'history'
      ? await readHistoryBase(sources, scenario, base, signal, lookUp, closesMax)
      : await recordOf(house, sources.events(), base.book, lookUp);
  if (found instanceof Refusal) return found;
  if (found.hash === pinned.hash) return tooManyCloses(scenario, found.state, closesMax) ?? found;
  return new Refusal(codes.unavailable, found.title, 'it has changed since the run was asked for');
}
