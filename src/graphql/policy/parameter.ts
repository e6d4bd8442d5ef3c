/**
 * Parameters: every assumption that the rules go by, with its values over time.
 *
 * @module
 */

import { type Parameter, parseParameterName } from '../../kernel/contract/parameter.ts';
import { policyTable, type State, unset } from '../../kernel/state/state.ts';
import type { Timeline } from '../../kernel/state/timeline.ts';
import { type Day, dayMin } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { policyAt } from '../../reading/policy-at.ts';
import { builder } from '../base/builder.ts';
import { fault, orFault, segmentUnknown } from '../base/faults.ts';
import { bookArgs, deskOf, knownArgs, revisionOf } from '../base/point.ts';

/** A parameter as a state has it. */
export interface ParameterRead {
  readonly parameter: Parameter<unknown>;
  readonly segment: string;
  readonly state: State;
  readonly on: Day;
  /** undefined: the plain name. */
  readonly key: string | undefined;
}

interface StretchRead {
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  readonly value: unknown;
  readonly source: string;
  readonly overridden: boolean;
}

const Stretch = builder.objectRef<StretchRead>('ParameterStretch').implement({
  description: 'A stretch of days on which a parameter has one value.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Date', nullable: true, description: 'First day; null: since ever.' }),
    to: t.expose('to', { type: 'Date', nullable: true, description: 'Last day; null: for good.' }),
    value: t.expose('value', {
      type: 'JSON',
      nullable: true,
      description:
        'The value, as it is written; null in a key’s timeline where the plain name’s value holds.',
    }),
    source: t.exposeString('source', { description: 'Where the value comes from.' }),
    overridden: t.exposeBoolean('overridden', {
      description: 'An assumption of the sandbox gave it, not the book.',
    }),
  }),
});

/** A timeline as stretches with both ends. */
export const stretchesOf = (of: Parameter<unknown>, timeline: Timeline): StretchRead[] =>
  timeline.map(({ from, value, source, by }, at) => {
    const next = timeline[at + 1]?.from;
    return {
      from: from === dayMin ? undefined : from,
      to: next === undefined ? undefined : next - 1,
      value: value === unset ? null : of.type.format(value),
      source,
      overridden: by !== undefined,
    };
  });

/** Stretches of days and values. */
export const StretchRef = Stretch;

/** A parameter. */
export const ParameterRef = builder.objectRef<ParameterRead>('Parameter');

ParameterRef.implement({
  description: 'An assumption that rules go by: named, typed, dated, with its source.',
  fields: (t) => ({
    name: t.string({
      description:
        'payments.merchantFeeRate; with its key for a key’s own: payments.merchantFeeRate[merchant-7].',
      resolve: ({ parameter, key }) => (key === undefined ? parameter.name : `${parameter.name}[${key}]`),
    }),
    segment: t.exposeID('segment', { description: 'The line of business that declares it.' }),
    doc: t.string({ description: 'What it says.', resolve: ({ parameter }) => parameter.doc }),
    unit: t.string({
      description: 'share, rate a year, CNY, days, yes or no …',
      resolve: ({ parameter }) => parameter.type.unit,
    }),
    bounds: t.string({
      description: 'What values it takes.',
      resolve: ({ parameter }) => parameter.type.bounds,
    }),
    keyed: t.boolean({
      description: 'Whether keys (a merchant, a product) may have values of their own.',
      resolve: ({ parameter }) => parameter.keyed,
    }),
    on: t.expose('on', { type: 'Date', description: 'The day of value and source.' }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value on that day, as it is written.',
      resolve: ({ parameter, state, key, on }) =>
        parameter.type.format(state.stretch(parameter, key, on).value),
    }),
    source: t.string({
      description: 'Where that value comes from.',
      resolve: ({ parameter, state, key, on }) => state.stretch(parameter, key, on).source,
    }),
    timeline: t.field({
      type: [Stretch],
      description: 'The values over all time, in order.',
      resolve: ({ parameter, state, key }) => stretchesOf(parameter, state.timeline(parameter, key)),
    }),
    keys: t.field({
      type: [ParameterRef],
      description: 'The keys that have values of their own.',
      resolve: (read) =>
        read.key === undefined ? keysOf(read.state, read.parameter).map((key) => ({ ...read, key })) : [],
    }),
  }),
});

/** The keys of a parameter that have a timeline, recorded or assumed. */
function keysOf(state: State, parameter: Parameter<unknown>): string[] {
  if (!parameter.keyed) return [];
  const recorded = state.rows.entries(policyTable).flatMap(([row]) => {
    const found = parseParameterName(row);
    return found?.name === parameter.name && found.key !== undefined ? [found.key] : [];
  });
  const assumed = state.overlay?.overrides.flatMap(({ parameter: of, key }) =>
    of === parameter && key !== undefined ? [key] : [],
  );
  return [...new Set([...recorded, ...(assumed ?? [])])].filter((key) => key !== '*').sort();
}

builder.queryField('parameters', (t) =>
  t.field({
    type: [ParameterRef],
    description:
      'Every assumption: value, unit, bounds, source, and the values over time, as known at a point.',
    args: {
      ...bookArgs,
      segment: t.arg.id({ description: 'Those of one line of business.' }),
      on: t.arg({ type: 'Date', description: 'The day of each value; the first open day when left out.' }),
      ...knownArgs,
    },
    resolve: async (_root, { segment, on, ...named }, context) => {
      const source = orFault(await deskOf(named, context));
      const { house, head } = source;
      const wanted = house.segments.filter(
        ({ id }) => segment === undefined || segment === null || id === segment,
      );
      if (wanted.length === 0) throw fault(new Refusal(segmentUnknown, String(segment)));
      const state = await policyAt(source, revisionOf(source, named, context) ?? head.revision);
      const { openFrom, marks } = source.state;
      const day = on ?? openFrom ?? marks.earliest ?? Math.floor(context.library.now() / 86_400_000);
      return wanted.flatMap(({ id, parameters }) =>
        parameters.map((parameter) => ({ parameter, segment: id, state, on: day, key: undefined })),
      );
    },
  }),
);
