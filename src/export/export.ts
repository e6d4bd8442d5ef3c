/**
 * Exports: a book at a point, as text for other tools. Amounts are debit positive and written exactly.
 *
 * @module
 */

import type { House } from '../kernel/engine/house.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import type { Day } from '../kernel/values/dates.ts';
import type { EventLog } from '../log/port/port.ts';
import { csvLines } from './csv.ts';
import { type ExportPoint, hledgerJournal } from './hledger.ts';
import { jsonLine } from './jsonl.ts';

/** The formats that a book is exported in. */
export const exportFormats = ['hledger', 'csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What is exported, and how. */
export interface ExportOptions {
  /** `hledger`: a journal, which ledger reads too; `csv`: a posting a line; `jsonl`: an event a line, with all its fields. */
  readonly format: ExportFormat;
  /** The last revision that counts; the head by default. */
  readonly revision?: number | undefined;
  /** The last effective date that counts; all by default. */
  readonly asOf?: Day | undefined;
  /** In a journal: every account's balance at the end, as an assertion that the other tool checks. */
  readonly assertions?: boolean | undefined;
}

/**
 * The text of an export, in chunks. `csv` and `jsonl` are in the order of the log and in bounded memory; `hledger` is in the order
 * of dates, then of revisions, and holds some twenty bytes an event.
 *
 * @throws LogUnreadable when an event can't be read
 */
export async function* exportBook(
  house: House,
  log: EventLog,
  options: ExportOptions,
): AsyncGenerator<string, void, void> {
  const point: ExportPoint = {
    revision: options.revision ?? Number.POSITIVE_INFINITY,
    asOf: options.asOf ?? Number.POSITIVE_INFINITY,
  };
  switch (options.format) {
    case 'hledger':
      yield* hledgerJournal(house, log, point, options.assertions === true);
      return;
    case 'csv':
      yield csvLines.head;
      yield* each(log, point, csvLines.of);
      return;
    case 'jsonl':
      yield* each(log, point, jsonLine);
      return;
    default:
      options.format satisfies never;
  }
}

/** A text for each event up to a point, a chunk for each batch that the log gives. */
async function* each(
  log: EventLog,
  { revision, asOf }: ExportPoint,
  of: (event: StoredEvent) => string,
): AsyncGenerator<string, void, void> {
  for await (const events of log.read(0, 'forwards', revision + 1)) {
    let text = '';
    for (const event of events) if (event.effectiveOn <= asOf) text += of(event);
    if (text !== '') yield text;
  }
}
