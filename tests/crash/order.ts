/** What a writer is told to do, and what it and whoever watches it agree on. */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { EventStoreLog } from '../../src/log/eventstoredb/eventstore-log.ts';
import { openLog } from '../../src/log/open.ts';
import { addressOf } from '../../src/log/port/address.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { SqliteLog } from '../../src/log/sqlite/sqlite-log.ts';
import { generate, withReversals } from '../support/histories.ts';

/** Where a book lies: in a file of this path, or in a store under this id. */
export type Place = string | { readonly store: string; readonly book: string };

/** What a writer does. */
export interface Order {
  /** Where the book lies. */
  readonly path: Place;
  /** A file of commands, a line each. */
  readonly commands: string;
  /** The commands that it executes, in order: numbers from, up to and without. */
  readonly from: number;
  readonly to: number;
  /** How many are waiting for their answers at any time. */
  readonly window: number;
  /** Who sends them: two writers of one book are two. */
  readonly actor?: string;
  /** The version that stands at the head of every run; by default that of crash tests. */
  readonly engine?: string;
  readonly appendBytesMax?: number;
  /** Of a book in a file: how large the file may grow. */
  readonly filePagesMax?: number;
  /** Of a book in EventStoreDB: how often the log tries by itself what the server doesn't answer. */
  readonly attemptsMax?: number;
  /** Kills itself at an append, counted from 0: of all, or of those that go on with a close's run. */
  readonly dieAt?: {
    readonly of: 'any' | 'run';
    readonly nth: number;
    readonly when: 'before' | 'after';
  };
  /** How often a command is repeated, with its key, that was answered UNAVAILABLE. */
  readonly retries?: number;
}

/** Opens the log of a book where it lies. */
export async function openAt(
  place: Place,
  { filePagesMax, attemptsMax }: Pick<Order, 'filePagesMax' | 'attemptsMax'> = {},
): Promise<EventLog> {
  if (typeof place === 'string')
    return await SqliteLog.open(place, filePagesMax === undefined ? {} : { filePagesMax });
  const { store, book } = place;
  if (addressOf(store).kind === 'eventstoredb' && attemptsMax !== undefined)
    return await EventStoreLog.open(store, book, { patience: { attemptsMax } });
  return await openLog(store, book);
}

export const engine = 'crash test';
export const sender = { actor: 'crash' } as const;

/** The clock, by the number of the command: so that a command comes to the same bytes whenever it is sent. */
export const nowOf = (n: number): number => 1_480_000_000_000 + n * 1_000;

/** The random commands of a seed, closes and reversals among them, each with a key of its own. */
export function randomCommands(seed: number, lines = 1_200): readonly Command[] {
  const size = { days: 40, lines, users: 12, merchants: 4 };
  const generated = generate(seed, { ...size, close: 'recorded', backdated: true });
  return withReversals(generated).map((command, n) => ({ ...command, key: `c-${n}` }));
}

export const textOf = (commands: readonly Command[]): string =>
  commands.map((command) => JSON.stringify(command)).join('\n');

export const commandsIn = (text: string): readonly Command[] =>
  text.split('\n').map((line): Command => JSON.parse(line));
