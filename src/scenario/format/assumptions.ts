/**
 * Assumptions: overrides of parameters over days.
 *
 * @module
 */

import { type Parameter, parseParameterName } from '../../kernel/contract/parameter.ts';
import type { House } from '../../kernel/engine/house.ts';
import { inApplication, type Override } from '../../kernel/state/timeline.ts';
import { type Day, dayMax, dayMin, formatDay } from '../../kernel/values/dates.ts';
import { describe, type Entry, type Mapping, type Node, plain } from '../text/document.ts';
import { cut, type Mistakes, type Spot, unknownName } from '../text/mistakes.ts';
import { noteWrong } from '../text/reading.ts';
import { type DayRange, looksLikeDays, parseDays } from '../text/words.ts';

/** A value over days, and where the file says so. */
interface Dated {
  readonly at: Spot;
  readonly path: string;
  readonly days: DayRange;
  readonly value: Node;
}

/** The overrides of one block, in the order of application. */
export function readAssumptions(
  block: Mapping,
  house: House,
  source: string,
  mistakes: Mistakes,
): readonly Override[] {
  const overrides = block.entries.flatMap((entry) => {
    if (mistakes.full) return [];
    const named = parameterOf(entry, house, mistakes);
    if (named === undefined) return [];
    const { parameter, key } = named;
    const dated = datedValues(entry, mistakes);
    noteOverlaps(dated, mistakes);
    return dated.flatMap(({ days, value }): Override[] => {
      const parsed = parameter.type.parse(plain(value));
      if (typeof parsed === 'string') {
        const { unit, bounds } = parameter.type;
        const message = `${parameter.name}: found ${describe(value)}; ${cut(parsed)}`;
        mistakes.add(value.at, value.path, {
          found: describe(value),
          expected: `${unit}, ${bounds}`,
          message,
        });
        return [];
      }
      return [{ parameter, key, ...days, value: parsed, source }];
    });
  });
  return overrides.sort(inApplication);
}

/** Whether an override of a higher layer replaces one of a lower, whole or in part. */
const replaces = (by: Override, lower: Override): boolean =>
  by.parameter === lower.parameter &&
  (by.key === lower.key || (by.key === '*' && lower.key !== undefined)) &&
  by.from <= (lower.to ?? dayMax) &&
  lower.from <= (by.to ?? dayMax);

/** The overrides of a lower layer that one of a higher layer replaces, whole or in part: what a run says of its variants. */
export const replacedByLayer = (
  lower: readonly Override[],
  higher: readonly Override[],
): readonly { readonly replaced: Override; readonly by: Override }[] =>
  higher.flatMap((by) => lower.filter((other) => replaces(by, other)).map((replaced) => ({ replaced, by })));

function parameterOf(
  { key: text, at, value }: Entry,
  house: House,
  mistakes: Mistakes,
): { readonly parameter: Parameter<unknown>; readonly key: string | undefined } | undefined {
  const bracket = text.indexOf('[');
  const name = bracket < 0 ? text : text.slice(0, bracket);
  const parameter = house.parameter(name);
  if (parameter === undefined) {
    const known = house.parameters.map((other) => other.name);
    const wrong = unknownName('parameter', name, known);
    const didYouMean =
      wrong.didYouMean === undefined ? undefined : `${wrong.didYouMean}${text.slice(name.length)}`;
    mistakes.add(at, value.path, { ...wrong, found: cut(text), didYouMean });
    return undefined;
  }
  const parsed = parseParameterName(text);
  if (parsed === undefined) {
    mistakes.add(at, value.path, {
      found: cut(text),
      expected: `${name}[key], a key matching [A-Za-z0-9._-]{1,64} or *`,
    });
    return undefined;
  }
  if (parsed.key !== undefined && !parameter.keyed) {
    mistakes.add(at, value.path, { found: cut(text), expected: name, message: `${name} has no keys` });
    return undefined;
  }
  return { parameter, key: parsed.key };
}

/** A mapping with dates for keys is a timeline; anything else is one value, over the whole horizon. */
function datedValues({ at, value }: Entry, mistakes: Mistakes): readonly Dated[] {
  const timeline = value.kind === 'map' && value.entries.some(({ key }) => looksLikeDays(key));
  if (!timeline) {
    const absent =
      value.kind === 'scalar' ? value.value === null : value.kind === 'map' && value.entries.length === 0;
    if (absent) {
      noteWrong(value, 'a value, or values by date as in { 2016-01-01: 0.38% }', mistakes);
      return [];
    }
    return [{ at, path: value.path, days: { from: dayMin, to: undefined }, value }];
  }
  return value.entries.flatMap((entry): Dated[] => {
    const days = parseDays(entry.key);
    if (typeof days !== 'string') return [{ at: entry.at, path: entry.value.path, days, value: entry.value }];
    mistakes.add(entry.at, entry.value.path, { found: cut(entry.key), expected: days });
    return [];
  });
}

/**
 * Within one name and key: no two ranges with a day in common, and no range across a day from which another value holds.
 * (That two values hold from the same day, the tree has noted: it is the same key twice.)
 */
function noteOverlaps(dated: readonly Dated[], mistakes: Mistakes): void {
  // In order of days, a value from a day before a range from the same day: that range is inside it.
  const inOrder = [...dated].sort(
    (a, b) => a.days.from - b.days.from || Number(a.days.to !== undefined) - Number(b.days.to !== undefined),
  );
  let reaching: Dated | undefined;
  for (const next of inOrder) {
    if (reaching !== undefined && next.days.from <= lastDay(reaching)) noteOverlap(reaching, next, mistakes);
    if (next.days.to !== undefined && (reaching === undefined || lastDay(next) > lastDay(reaching)))
      reaching = next;
  }
}

const lastDay = ({ days }: Dated): Day => days.to ?? dayMax;

function noteOverlap(one: Dated, other: Dated, mistakes: Mistakes): void {
  const inFile = one.at.line - other.at.line || one.at.column - other.at.column;
  const [first, second] = inFile < 0 ? [one, other] : [other, one];
  const said = `${daysText(first.days)} in line ${first.at.line}, column ${first.at.column}`;
  mistakes.add(second.at, second.path, {
    found: `${daysText(second.days)} and ${daysText(first.days)}`,
    expected: 'ranges apart from each other, each inside one value given from a date',
    message: `${daysText(second.days)} overlaps ${said}`,
  });
}

const daysText = ({ from, to }: DayRange): string =>
  to === undefined ? formatDay(from) : `${formatDay(from)}..${formatDay(to)}`;
