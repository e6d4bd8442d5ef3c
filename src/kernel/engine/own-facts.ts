/**
 * The kernel's own facts: the opening of a book, changes of policy, the closing of days, reversals and recorded attempts.
 *
 * @module
 */

import {
  type DerivedType,
  derived,
  type EventType,
  type FactType,
  fact,
  type Happening,
} from '../contract/fact.ts';
import {
  type Parameter,
  type ParameterIndex,
  parseParameterName,
  parseValue,
} from '../contract/parameter.ts';
import { row } from '../contract/row.ts';
import type { Segment } from '../contract/segment.ts';
import { type Table, table } from '../contract/table.ts';
import { amountMax, daysAheadMax } from '../state/bounded.ts';
import { policyTable, type State, type StretchRow, unset } from '../state/state.ts';

import { override, replacedBy, type Timeline } from '../state/timeline.ts';
import { type Day, dayMin, formatDay } from '../values/dates.ts';
import {
  count,
  date,
  type Field,
  isJson,
  isRecord,
  type Json,
  optional,
  revision,
  show,
  text,
  value,
} from '../values/fields.ts';
import { closest } from '../values/nearest.ts';
import { codes, Refusal } from '../values/refusals.ts';

/** How deep the value of a parameter may be nested. */
const valueDepthMax = 8;

/** The calendar that effective dates are days of. */
export const timeZone = 'Asia/Shanghai';

/** What could not be paid or held at the close of a day, by day. */
export const breachTable: Table<readonly Json[]> = table('kernel.breaches', {
  doc: 'what could not be paid or held at a close, by day',
  holds: row.json('breaches: rule, detail, amount'),
});

type Values = { readonly [name: string]: readonly StretchRow[] };

/** Every parameter of a house with its defaults, as an opening records them. */
export function initialValues(parameters: readonly Parameter<unknown>[]): Json {
  const values: Record<string, Json> = {};
  for (const { name, type, defaults } of [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    values[name] = defaults.map(({ from, value: given, source }) => [
      from ?? null,
      type.format(given),
      source,
    ]);
  }
  return values;
}

/** The timelines that an opening recorded. */
function valuesOf(json: unknown): Values {
  const values: Record<string, readonly StretchRow[]> = {};
  if (!isRecord(json)) return values;
  for (const [name, stretches] of Object.entries(json)) {
    if (!Array.isArray(stretches)) continue;
    values[name] = stretches.map((stretch: unknown) => {
      const [from, given, source]: readonly unknown[] = Array.isArray(stretch) ? stretch : [];
      return {
        from: typeof from === 'string' ? dayFrom(from) : dayMin,
        value: given,
        source: String(source),
      };
    });
  }
  return values;
}

const dayFrom = (text: string): Day => {
  const parsed = date('').parse(text, 'from');
  return parsed instanceof Refusal ? dayMin : parsed;
};

/** The types of the kernel's own events. */
export interface OwnTypes {
  readonly opened: FactType;
  readonly extended: FactType;
  readonly policyChanged: FactType;
  readonly closing: FactType;
  readonly closed: DerivedType;
  readonly reversed: FactType;
  readonly attempted: FactType;
}

/** Commands that only the kernel gives: no user can name them. */
const ownCommand = (name: string): string => `(${name})`;

/** The name of a parameter of a house, as an input. */
const parameterNameOf = (house: () => ParameterIndex): Field<string> => ({
  ...text('name of the parameter, with [key] where it is keyed'),
  parse: (raw, name) => {
    const found = typeof raw === 'string' ? parseParameterName(raw) : undefined;
    const known = found === undefined ? undefined : house().parameter(found.name);
    if (known === undefined || found === undefined || typeof raw !== 'string') {
      return new Refusal(
        typeof raw === 'string' ? codes.unknownParameter : codes.invalidInput,
        `${name}: ${show(raw)}`,
        nearest(house(), raw),
      );
    }
    if (found.key !== undefined && !known.keyed)
      return new Refusal(codes.unknownParameter, show(raw), `${known.name} has no keys`);
    return raw;
  },
});

function policyChangedType(house: () => ParameterIndex) {
  return fact('PolicyChanged', {
    command: 'changePolicy',
    doc: 'A parameter gets a value from an open day on, in place of all that its timeline said after it; or over a range.',
    fields: {
      parameter: parameterNameOf(house),
      value: value('the value, as the parameter is written'),
      from: date('first day, which must be open'),
      to: optional(date('last day, for a range')),
      reason: text('why'),
    },
    subject: ({ parameter }) => `policy/${parameter}`,
    invalid: (data) => {
      const found = parseParameterName(data.parameter);
      const known = house().parameter(found?.name ?? '');
      if (known === undefined) return new Refusal(codes.unknownParameter, data.parameter);
      const parsed = parseValue(known, data.value);
      if (parsed instanceof Refusal) return parsed;
      if (data.to !== undefined && data.to < data.from)
        return new Refusal(codes.invalidInput, `to: ${formatDay(data.to)}`, 'before from');
      return undefined;
    },
    meant: (data) => {
      const type = house().parameter(parseParameterName(data.parameter)?.name ?? '')?.type;
      const parsed = type?.parse(data.value);
      return type === undefined || typeof parsed === 'string'
        ? data
        : { ...data, value: type.format(parsed) };
    },
    insteadOfUndo: 'Change the parameter again: of changes for one day the last holds.',
  });
}

/** The kernel's types; `house` is asked for when a rule runs, which is after the house stands. */
export function ownTypes(house: () => ParameterIndex): OwnTypes {
  const opened = fact('BookOpened', {
    command: ownCommand('open'),
    dated: false,
    doc: 'A book begins: its time zone, and every parameter with its values as they were then.',
    fields: {
      timeZone: text('calendar of effective dates'),
      parameters: value('values over time, by parameter'),
    },
    subject: () => 'book',
  });

  const extended = fact('PolicyExtended', {
    command: ownCommand('extend'),
    dated: false,
    doc: 'A newer engine knows parameters that the book does not: their values as they are now.',
    fields: { parameters: value('values over time, by parameter') },
    subject: () => 'policy',
  });

  const policyChanged = policyChangedType(house);

  const closing = fact('DayClosing', {
    command: 'closeDay',
    doc: 'A day is being closed: the run of derived events up to DayClosed answers it.',
    fields: {},
    subject: () => 'day',
    insteadOfUndo: 'A closed day stays closed: date what is to be mended on an open one.',
  });

  const closed = derived('DayClosed', {
    doc: 'The day is closed: how many events its close derived, and what could not be paid or held.',
    fields: {
      events: count('derived events of the close'),
      breaches: value('what could not be paid or held'),
    },
    subject: () => 'day',
  });

  const reversed = fact('Reversed', {
    command: 'reverse',
    doc: 'A fact of an open day is undone: its mirror entry, and its rows as they were.',
    fields: {
      event: revision('revision of the fact'),
      reason: text('why'),
      of: optional(value('type, date and data of the fact; filled in when the command is decided')),
    },
    subject: ({ event }) => `event/${event}`,
    insteadOfUndo: 'Give the command of the reversed fact again.',
  });

  const attempted = fact('Attempted', {
    command: ownCommand('attempt'),
    dated: false,
    doc: 'A command was refused, in a book that records attempts.',
    fields: {
      command: text('name of the command'),
      inputs: value('its inputs'),
      key: optional(text('its key')),
      code: text('why it was refused'),
    },
    subject: ({ command }) => `attempt/${command}`,
  });

  return { opened, extended, policyChanged, closing, closed, reversed, attempted };
}

/** The kernel as a segment, so that a house looks its events up like any other's. */
export const kernelSegment = (own: OwnTypes): Segment => ({
  id: 'kernel',
  title: 'The books themselves',
  doc: 'Opening, policy, days and reversals: what is true of every book.',
  accounts: [],
  borrows: [],
  parameters: [amountMax, daysAheadMax],
  tables: [policyTable, breachTable],
  facts: [own.opened, own.extended, own.policyChanged, own.closing, own.reversed, own.attempted],
  derived: [own.closed],
  listeners: [],
  close: [],
  invariants: [],
  metrics: [],
});

/** What an event of the kernel's own does to the state: days, policy. */
export type Keeper = (event: Happening<{ readonly [name: string]: unknown }>, s: State) => void;

/** The keepers of the kernel's types, by their ordinals. */
export function keepers(own: OwnTypes, parameters: ParameterIndex): readonly (Keeper | undefined)[] {
  const found: (Keeper | undefined)[] = [];
  const keep = (type: EventType, keeper: Keeper): void => {
    found[type.ordinal] = keeper;
  };
  const record: Keeper = ({ data }, s) => {
    for (const [name, stretches] of Object.entries(valuesOf(data.parameters)))
      s.set(policyTable, name, stretches);
    s.forgetPolicy();
  };
  keep(own.opened, record);
  keep(own.extended, record);
  keep(own.policyChanged, ({ data }, s) => {
    const { parameter: name, from, to, value: raw } = data;
    if (typeof name !== 'string' || typeof from !== 'number' || !isJson(raw, valueDepthMax))
      throw new RangeError('not a change of policy');
    changePolicy(parameters, s, name, from, typeof to === 'number' ? to : undefined, raw);
  });
  keep(own.closing, ({ on }, s) => {
    s.marks.settling = on;
  });
  keep(own.closed, ({ on, data }, s) => {
    const { breaches } = data;
    if (Array.isArray(breaches) && breaches.length > 0) s.set(breachTable, formatDay(on), breaches);
    s.closeThrough(on);
  });
  return found;
}

function changePolicy(
  house: ParameterIndex,
  s: State,
  name: string,
  from: Day,
  to: Day | undefined,
  raw: Json,
): void {
  const found = parseParameterName(name);
  const parameter = house.parameter(found?.name ?? '');
  if (parameter === undefined || found === undefined) throw new RangeError(`no parameter ${name}`);
  const change = (key: string | undefined): void => {
    const none: Timeline = [{ from: dayMin, value: unset, source: '' }];
    const before =
      s.recorded(parameter, key) ?? (key === undefined ? [] : (s.recorded(parameter, '*') ?? none));
    const parsed = parameter.type.parse(raw);
    const after = override(before, { from, value: parsed, source: 'changePolicy' }, to);
    s.set(
      policyTable,
      key === undefined ? parameter.name : `${parameter.name}[${key}]`,
      after.map((stretch) => ({
        from: stretch.from,
        value: stretch.value === unset ? null : parameter.type.format(stretch.value),
        source: stretch.source,
      })),
    );
  };
  change(found.key);
  if (found.key === '*') {
    for (const [row] of s.rows.entries(policyTable)) {
      const other = parseParameterName(row);
      if (other?.name === parameter.name && other.key !== undefined && other.key !== '*') change(other.key);
    }
  } else if (found.key !== undefined && s.recorded(parameter, '*') === undefined) {
    // The mark that the parameter has keys at all, which look-ups ask for first.
    s.set(policyTable, `${parameter.name}[*]`, [{ from: dayMin, value: null, source: '' }]);
  }
  s.forgetPolicy();
}

/** What a change of policy would replace: later values of the parameter, as sentences. */
export function replacedByChange(
  s: State,
  parameter: Parameter<unknown>,
  key: string | undefined,
  from: Day,
  to: Day | undefined,
): string[] {
  const timeline = s.recorded(parameter, key) ?? [];
  return replacedBy(timeline, from, to).map(
    (stretch) =>
      `${JSON.stringify(stretch.value === unset ? null : parameter.type.format(stretch.value))} from ${formatDay(stretch.from)}`,
  );
}

/** The known name nearest to one that isn't, as a question. */
export function nearest(house: ParameterIndex, raw: unknown): string {
  const given = typeof raw === 'string' ? (parseParameterName(raw)?.name ?? raw) : '';
  const found = closest(
    given,
    house.parameters.map(({ name }) => name),
  );
  return found === undefined ? '' : `did you mean ${found}?`;
}
