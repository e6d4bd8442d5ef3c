/**
 * What a command says, however it is spelt: its parsed inputs, and the hash by which a repeat is told from another command with the
 * same key.
 *
 * @module
 */

import type { FactType } from '../contract/fact.ts';
import type { House } from '../engine/house.ts';
import { hashInput, meantMark } from '../state/events.ts';
import { type Day, formatDay, parseDay } from '../values/dates.ts';
import { type DataOf, encodeData, type Fields, parseData, show } from '../values/fields.ts';
import { codes, Refusal } from '../values/refusals.ts';
import { type Command, commandType } from './commands.ts';

/** A command with its type, its typed inputs and its date. */
export interface Read {
  readonly type: FactType;
  readonly data: DataOf<Fields>;
  readonly day: Day;
}

/** A command as it is understood, or the first refusal: of its name, its inputs, its date. */
export function readCommand(house: House, command: Command): Read | Refusal {
  const type = commandType(house, command);
  if (type instanceof Refusal) return type;
  const data = parseData(type.fields, command.with);
  if (data instanceof Refusal) return data;
  const day = parseDay(command.on);
  if (day === undefined)
    return new Refusal(codes.invalidInput, `on: ${show(command.on)}`, 'a date is like 2016-03-01');
  return { type, data, day };
}

/**
 * The hash of what a command means: SHA-256 of its date, its name and its inputs as an event of it holds them, so that `100.0 CNY`
 * and `100.00 CNY` are the same. This does not change again: books keep it.
 */
export function meaningHash({ type, data, day }: Read): string {
  const meant = type.meant === undefined ? data : type.meant(data);
  return meantMark + hashInput(formatDay(day), type.command, encodeData(type.fields, meant));
}

/**
 * Whether a recorded input is a command's.
 *
 * @param meaning the hash of what the command means; undefined where it is not understood
 * @param recorded whether a hash is the recorded one; one without a mark is of the command's words
 */
export const isSameInput = (
  command: Command,
  meaning: string | undefined,
  recorded: (hash: string) => boolean,
): boolean =>
  (meaning !== undefined && recorded(meaning)) ||
  recorded(hashInput(command.on, command.command, command.with));
