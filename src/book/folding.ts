/**
 * Folding a log from its first event on, aside from any book: every hash is worked out again on the way.
 *
 * @module
 */

import { setImmediate } from 'node:timers/promises';
import { type Head, headBeforeAll } from '../kernel/deciding/ledger.ts';
import { emptyState, fold, UnreadableEvent } from '../kernel/engine/fold.ts';
import type { House } from '../kernel/engine/house.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import { Register } from '../kernel/state/register.ts';
import type { State } from '../kernel/state/state.ts';
import { ChainedLog, chained, readable } from '../log/port/chained.ts';
import { type EventLog, LogUnreadable } from '../log/port/port.ts';

/** An event that no rule made: it could be booked in part only, or not at all. */
export class EventTorn extends LogUnreadable {
  constructor(revision: number, cause: unknown) {
    super(revision, `it can't be booked: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    this.name = 'EventTorn';
  }
}

/** What the events of a log came to, up to a head. */
export class Folded {
  readonly state: State;
  readonly register = new Register();
  head: Head = headBeforeAll;

  constructor(state: State) {
    this.state = state;
  }

  add(house: House, event: StoredEvent): void {
    foldInto(house, this.state, this.register, event);
    this.head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
  }
}

/**
 * Folds an event onto a state, and enters it into the register.
 *
 * @throws UnreadableEvent the house can't read it; the state is as it was
 * @throws EventTorn the state may hold a part of it
 */
export function foldInto(house: House, state: State, register: Register, event: StoredEvent): void {
  try {
    fold(house, state, event);
  } catch (error) {
    throw error instanceof UnreadableEvent ? error : new EventTorn(event.revision, error);
  }
  register.add(event, state.journal.length);
}

/** How a log is folded. */
export interface FoldingRules {
  /** The last revision that counts. Default: the log's last. */
  readonly through?: number | undefined;
  /** The state before the first event. Default: an empty one. */
  readonly empty?: State;
  /** Skips the hashes. */
  readonly trust?: boolean;
  /** Told how many events have been folded, a page at a time. */
  readonly progress?: (folded: number) => void;
}

/** What is in the way of folding a log: a place that can't be read as it was written, or an event that no rule made. */
export type LogFault = LogUnreadable | UnreadableEvent;

/** Whether an error is one. */
export const isLogFault = (error: unknown): error is LogFault =>
  error instanceof LogUnreadable || error instanceof UnreadableEvent;

/** How many events a log has; where its end can't be read, how many lie before that. */
export async function eventsIn(log: EventLog): Promise<number> {
  try {
    return (await log.head()).revision + 1;
  } catch (error) {
    if (!(error instanceof LogUnreadable)) throw error;
    return error.revision;
  }
}

/**
 * Folds a log from its first event on, as far as it holds. Others get their turn between pages.
 *
 * @returns what it came to, and what was in the way of going on
 * @throws LogUnavailable, LogClosed as the log does
 */
export async function foldLog(
  house: House,
  log: EventLog,
  { through = Number.POSITIVE_INFINITY, empty, trust = false, progress }: FoldingRules = {},
): Promise<{ readonly folded: Folded; readonly fault: LogFault | undefined }> {
  const folded = new Folded(empty ?? emptyState(house));
  const batches = readable(ChainedLog.rawOf(log), 0, through + 1);
  try {
    for await (const events of trust ? batches : chained(batches)) {
      for (const event of events) folded.add(house, event);
      progress?.(folded.head.revision + 1);
      await setImmediate();
    }
    return { folded, fault: undefined };
  } catch (error) {
    if (!isLogFault(error)) throw error;
    return { folded, fault: error };
  }
}
