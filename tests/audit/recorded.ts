/** Recorded histories for tests: random and given lines, decided by the kernel's ledger as a book would, reversals among them. */

import type { Command } from '../../src/kernel/deciding/commands.ts';
import { headBeforeAll, Ledger, type Memory } from '../../src/kernel/deciding/ledger.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import type { House } from '../../src/kernel/engine/house.ts';
import { genesisHash, type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { house } from '../../src/segments/index.ts';
import { history } from '../oracle/histories.ts';

const nothingKnown: Memory = {
  withKey: () => undefined,
  sameInput: () => false,
  event: () => undefined,
  reversedBy: () => undefined,
};

const circumstances = { now: 1_456_800_000_000, actor: 'test', engine: 'test' };

/** A ledger of a book of its own. */
export const emptyLedger = (of: House = house): Ledger =>
  new Ledger(of, emptyState(of), headBeforeAll, nothingKnown);

/** How lines become a record. */
export interface Recording {
  /** `daily`: every day before a line's is closed first, and at the end all through the last. */
  readonly close: 'daily' | 'recorded';
  /** Of so many accepted facts one is reversed a little later; 0: none. */
  readonly reverseEvery?: number;
  /** Sees the ledger before each command. */
  readonly before?: (ledger: Ledger, command: Command) => void;
}

/** The events of a list of commands; refused ones leave none. */
export function recordLines(
  lines: readonly Command[],
  { close, reverseEvery = 0, before }: Recording,
): readonly StoredEvent[] {
  const ledger = emptyLedger();
  const decide = (command: Command): boolean => {
    before?.(ledger, command);
    return ledger.decide(command, circumstances).kind === 'accepted';
  };
  const closeThrough = (last: number): void => {
    for (;;) {
      const { closedThrough, earliest } = ledger.state.marks;
      const next = closedThrough === undefined ? earliest : closedThrough + 1;
      if (next === undefined || next > last) return;
      if (!decide({ on: formatDay(next), command: 'closeDay', with: {} })) throw new Error('a close refused');
    }
  };
  const isDate = (on: string): boolean => /^20[12]\d-\d\d-\d\d$/.test(on) && on !== '2017-02-29';
  let last = 0;
  let facts = 0;
  for (const line of lines) {
    if (isDate(line.on)) {
      last = Math.max(last, dayOf(line.on));
      if (close === 'daily') closeThrough(dayOf(line.on) - 1);
    }
    if (!decide(line) || reverseEvery === 0) continue;
    facts++;
    if (facts % reverseEvery !== 0) continue;
    const back = 1 + (facts % 7);
    const target = ledger.head.revision - back;
    decide({ on: line.on, command: 'reverse', with: { event: Math.max(target, 0), reason: 'test' } });
  }
  if (close === 'daily') closeThrough(last);
  return ledger.events;
}

/** One of the random histories. */
export const randomHistory = (
  seed: number,
  close: 'daily' | 'recorded',
  backdated: boolean,
  lines = 400,
): readonly Command[] => history(seed, { days: 40, lines, users: 8, merchants: 3, close, backdated });

/** Every combination of seeds and ways to close. */
export const randomCases = (
  seeds: number,
): readonly (readonly [seed: number, close: 'daily' | 'recorded', backdated: boolean])[] =>
  Array.from({ length: seeds }, (_, at) => at + 1).flatMap((seed) =>
    (['daily', 'recorded'] as const).flatMap((close) =>
      [false, true].map((backdated) => [seed, close, backdated] as const),
    ),
  );

/** A log in memory that holds events. */
export async function logOf(events: readonly StoredEvent[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  await log.append(-1, events);
  return log;
}

/** Events numbered and chained anew, so that a change of one shows in no hash. */
export function rechained(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const made: StoredEvent[] = [];
  let previous = genesisHash;
  for (const { hash: _, ...event } of events) {
    const next = sealed({ ...event, revision: made.length }, previous);
    made.push(next);
    previous = next.hash;
  }
  return made;
}

/** The events with one of them changed, and the chain made good. */
export const withChanged = (
  events: readonly StoredEvent[],
  revision: number,
  change: (event: StoredEvent) => Partial<StoredEvent>,
): readonly StoredEvent[] =>
  rechained(events.map((event) => (event.revision === revision ? { ...event, ...change(event) } : event)));

/** The events without one of them, those after it numbered anew. For histories without reversals, which name revisions. */
export const without = (events: readonly StoredEvent[], revision: number): readonly StoredEvent[] =>
  rechained(
    events
      .filter((event) => event.revision !== revision)
      .map((event) => ({
        ...event,
        cause: event.cause !== null && event.cause > revision ? event.cause - 1 : event.cause,
      })),
  );

/** The events with one of them twice, those after it numbered anew. For histories without reversals. */
export const withTwice = (events: readonly StoredEvent[], revision: number): readonly StoredEvent[] =>
  rechained(
    events
      .flatMap((event) => (event.revision === revision ? [event, event] : [event]))
      .map((event) => ({
        ...event,
        cause: event.cause !== null && event.cause > revision ? event.cause + 1 : event.cause,
      })),
  );
