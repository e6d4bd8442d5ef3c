/**
 * `formicary parameters`: every assumption, with its value, unit, bounds and source.
 *
 * @module
 */

import { type Parameter, parseParameterName } from '../../kernel/contract/parameter.ts';
import { policyTable, type State, unset } from '../../kernel/state/state.ts';
import { defaultTimeline, type Timeline } from '../../kernel/state/timeline.ts';
import { type Day, dayMin, formatDay } from '../../kernel/values/dates.ts';
import type { Json } from '../../kernel/values/fields.ts';
import { bookExists } from '../../log/open.ts';
import { house } from '../../segments/index.ts';
import { readFromBook, trustOption } from '../books/books.ts';
import { type Exit, exits } from '../frame/failures.ts';
import { dayOption, wordOf } from '../frame/given.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';

export const parametersCommand: CommandSpec = {
  name: 'parameters',
  summary: 'Lists every assumption: value, unit, bounds, source.',
  about: [
    'The values are those of the book, as it knows them now; where there is no book, those that a new one would begin with. Without --on all values over time are listed.',
  ],
  args: [{ name: 'SEGMENT', doc: 'A line of business.', optional: true }],
  options: { on: { doc: 'The values on this day alone.', value: 'DATE' }, ...trustOption },
  settings: ['store', 'book'],
  examples: ['formicary parameters payments', 'formicary parameters yuebao --on 2017-08-14 --json'],
  run: async (call) => {
    const { store, book } = call.settings;
    const [segment] = call.args;
    if (segment !== undefined)
      wordOf(
        segment,
        house.segments.map(({ id }) => id),
      );
    return (await bookExists(store, book))
      ? await readFromBook(call, async ({ state }) => list(call, segment, state))
      : list(call, segment, undefined);
  },
};

/** A value from a day on. */
export interface ValueFrom {
  /** null: from the beginning. */
  readonly from: string | null;
  readonly value: Json;
  readonly source: string;
}

/** A parameter, or a key of one, and its values. */
export interface ParameterListed {
  readonly name: string;
  readonly segment: string;
  readonly doc: string;
  readonly unit: string;
  readonly bounds: string;
  readonly keyed: boolean;
  readonly values: readonly ValueFrom[];
}

/** Every parameter of a segment, or of all, by name; each recorded key after its parameter. */
export function parametersListed(
  segment: string | undefined,
  state: State | undefined,
  on: Day | undefined,
): readonly ParameterListed[] {
  return house.segments
    .filter(({ id }) => segment === undefined || id === segment)
    .flatMap(({ id, parameters }) =>
      [...parameters]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((parameter) =>
          [undefined, ...keysOf(parameter, state)].map((key) => listed(id, parameter, key, state, on)),
        ),
    );
}

/** The keys of a parameter that have values of their own. */
function keysOf(parameter: Parameter<unknown>, state: State | undefined): readonly string[] {
  if (state === undefined || !parameter.keyed) return [];
  return state.rows.entries(policyTable).flatMap(([name, stretches]) => {
    const found = parseParameterName(name);
    // A book notes that a parameter has keys at all by a `*` without a value.
    const said = stretches.some(({ value }) => value !== null);
    return found?.name === parameter.name && found.key !== undefined && said ? [found.key] : [];
  });
}

function listed(
  segment: string,
  parameter: Parameter<unknown>,
  key: string | undefined,
  state: State | undefined,
  on: Day | undefined,
): ParameterListed {
  const { name, doc, type, keyed } = parameter;
  const timeline: Timeline =
    state === undefined ? defaultTimeline(parameter) : state.timeline(parameter, key);
  const held = timeline.filter(({ value }) => value !== unset);
  const chosen = on === undefined ? held : held.filter(({ from }) => from <= on).slice(-1);
  return {
    name: key === undefined ? name : `${name}[${key}]`,
    segment,
    doc,
    unit: type.unit,
    bounds: type.bounds,
    keyed,
    values: chosen.map(({ from, value, source }) => ({
      from: from === dayMin ? null : formatDay(from),
      value: type.format(value),
      source,
    })),
  };
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function list(call: Call, segment: string | undefined, state: State | undefined): Exit {
  const found = parametersListed(segment, state, dayOption(call, 'on'));
  const { out } = call;
  if (out.json) {
    out.document({ book: state === undefined ? null : call.settings.book, parameters: found });
    return exits.done;
  }
  if (state === undefined) out.note('there is no book yet: these are the values that a new one begins with');
  for (const { name, doc, unit, bounds, keyed, values } of found) {
    out.line(`${out.paint('bold', name)}${keyed ? '[key]' : ''}  ${out.paint('dim', `${unit}; ${bounds}`)}`);
    out.line(`  ${doc}`);
    for (const { from, value, source } of values) {
      out.line(`  ${from === null ? '' : `from ${from}: `}${valueText(value)}  ${out.paint('dim', source)}`);
    }
  }
  return exits.done;
}
