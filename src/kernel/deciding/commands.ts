/**
 * Commands: which fact a wish becomes, and whether its date may be.
 *
 * @module
 */

import type { FactType } from '../contract/fact.ts';
import type { House } from '../engine/house.ts';
import { daysAheadMax } from '../state/bounded.ts';
import type { State } from '../state/state.ts';
import { type Day, formatDay } from '../values/dates.ts';
import { show } from '../values/fields.ts';
import { closest } from '../values/nearest.ts';
import { codes, Refusal } from '../values/refusals.ts';
import { beforeAllDates, tooEarly } from './bounds.ts';

/** A wish from outside. */
export interface Command {
  /** Effective date: `2016-03-01`. */
  readonly on: string;
  readonly command: string;
  readonly with: { readonly [input: string]: unknown };
  readonly key?: string;
  readonly actor?: string;
}

/** The fact type that a command asks for. */
export function commandType(house: House, { command, with: inputs }: Command): FactType | Refusal {
  const types = house.command(command);
  const [first] = types ?? [];
  if (types === undefined || first === undefined || command.startsWith('(')) {
    const near = closest(command, [...house.commands.keys()]);
    return new Refusal(
      codes.unknownCommand,
      show(command),
      near === undefined ? '' : `did you mean ${near}?`,
    );
  }
  const { told } = first;
  if (told === undefined) return first;
  const given = inputs[told.field];
  const found = types.find((type) => type.told?.value === given);
  if (found !== undefined) return found;
  const of = types.map((type) => type.told?.value).join(', ');
  return new Refusal(
    typeof given === 'string' ? told.unknown : codes.invalidInput,
    `${told.field}: ${show(given)}`,
    `one of ${of}`,
  );
}

/**
 * Why a fact can't have a date, if so. A change of policy is dated by the day that it takes effect from.
 *
 * @param bounded whether it may be too early, too
 */
export function dateRefusal(s: State, day: Day, from: unknown, bounded = true): Refusal | undefined {
  const { closedThrough, earliest } = s.marks;
  const named = typeof from === 'number' ? from : day;
  const closed =
    closedThrough === undefined
      ? undefined
      : day <= closedThrough
        ? day
        : named <= closedThrough
          ? named
          : undefined;
  if (closed !== undefined && closedThrough !== undefined) {
    return new Refusal(codes.dayClosed, formatDay(closed), `closed through ${formatDay(closedThrough)}`);
  }
  const early = bounded ? (beforeAllDates(named) ?? tooEarly(s, day)) : undefined;
  if (early !== undefined) return early;
  const first = closedThrough === undefined ? earliest : closedThrough + 1;
  s.day = day;
  const most = s.policy(daysAheadMax);
  return first !== undefined && day > first + most
    ? new Refusal(codes.dateTooFar, formatDay(day), `at most ${most} days beyond ${formatDay(first)}`)
    : undefined;
}
