/**
 * Overrides: assumptions as inputs, and as they are shown.
 *
 * @module
 */

import { parseParameterName, parseValue } from '../../kernel/contract/parameter.ts';
import type { House } from '../../kernel/engine/house.ts';
import { nearest } from '../../kernel/engine/own-facts.ts';
import { inApplication, type Override } from '../../kernel/state/timeline.ts';
import { type Day, dayMax, dayMin, formatDay } from '../../kernel/values/dates.ts';
import { show } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import { builder } from '../base/builder.ts';
import { listMax } from '../base/limits.ts';

/** One assumption. */
export const OverrideInput = builder.inputType('OverrideInput', {
  description:
    'One assumption: a value of a parameter from a day on, or over a range, in place of what the book says.',
  fields: (t) => ({
    parameter: t.id({
      required: true,
      description:
        'payments.merchantFeeRate; of one key payments.merchantFeeRate[merchant-7]; of every key payments.merchantFeeRate[*].',
    }),
    value: t.field({ type: 'JSON', required: true, description: 'As the parameter is written: "0.38%".' }),
    from: t.field({ type: 'Date', description: 'First day; since ever when left out.' }),
    to: t.field({ type: 'Date', description: 'Last day, for a range; for good when left out.' }),
  }),
});

/** An assumption, shown. */
export const OverrideRef = builder.objectRef<Override>('Override').implement({
  description: 'One assumption.',
  fields: (t) => ({
    parameter: t.id({
      description: 'With its key, where it is of one.',
      resolve: ({ parameter, key }) => (key === undefined ? parameter.name : `${parameter.name}[${key}]`),
    }),
    value: t.field({
      type: 'JSON',
      description: 'As the parameter is written.',
      resolve: ({ parameter, value }) => parameter.type.format(value),
    }),
    from: t.field({
      type: 'Date',
      nullable: true,
      description: 'First day; null: since ever.',
      resolve: ({ from }) => (from === dayMin ? null : from),
    }),
    to: t.expose('to', { type: 'Date', nullable: true, description: 'Last day; null: for good.' }),
  }),
});

/** The assumptions of an input, in the order in which they are laid on timelines; or why they can't be. */
export function overridesOf(
  house: House,
  inputs: readonly (typeof OverrideInput.$inferInput)[],
  source: string,
): readonly Override[] | Refusal {
  if (inputs.length > listMax)
    return new Refusal(tooLong, `overrides: ${inputs.length}`, `at most ${listMax}`);
  const found: Override[] = [];
  for (const input of inputs) {
    const override = overrideOf(house, input, source);
    if (override instanceof Refusal) return override;
    const clash = found.find((other) => clashes(other, override));
    if (clash !== undefined)
      return new Refusal(
        codes.invalidInput,
        `${input.parameter}: ${daysText(override)}`,
        `it overlaps ${daysText(clash)}`,
      );
    found.push(override);
  }
  return found.sort(inApplication);
}

function overrideOf(
  house: House,
  { parameter: text, value, from, to }: typeof OverrideInput.$inferInput,
  source: string,
): Override | Refusal {
  const name = parseParameterName(text);
  const parameter = house.parameter(name?.name ?? '');
  if (name === undefined || parameter === undefined)
    return new Refusal(codes.unknownParameter, show(text), nearest(house, text));
  if (name.key !== undefined && !parameter.keyed)
    return new Refusal(codes.unknownParameter, show(text), `${parameter.name} has no keys`);
  const parsed = parseValue(parameter, value);
  if (parsed instanceof Refusal) return parsed;
  const first: Day = from ?? dayMin;
  if (to !== null && to !== undefined && to < first)
    return new Refusal(codes.invalidInput, `to: ${formatDay(to)}`, 'before from');
  return { parameter, key: name.key, from: first, to: to ?? undefined, value: parsed.value, source };
}

/** Two ranges with a day in common, a range across a day from which another value holds, or two values from the same day. */
function clashes(a: Override, b: Override): boolean {
  if (a.parameter !== b.parameter || a.key !== b.key) return false;
  if (a.to === undefined && b.to === undefined) return a.from === b.from;
  if (a.to !== undefined && b.to !== undefined) return a.from <= b.to && b.from <= a.to;
  const [open, range] = a.to === undefined ? [a, b] : [b, a];
  return range.from < open.from && open.from <= (range.to ?? dayMax);
}

const daysText = ({ from, to }: Override): string => {
  const first = from === dayMin ? 'since ever' : `from ${formatDay(from)}`;
  return to === undefined ? first : `${first} to ${formatDay(to)}`;
};
