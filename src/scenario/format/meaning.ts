/**
 * The meaning of a scenario: what a run's id is made from.
 *
 * @module
 */

import { sorted } from '../../kernel/state/events.ts';
import type { Override } from '../../kernel/state/timeline.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import type { Json } from '../../kernel/values/fields.ts';
import { fractionText } from '../../kernel/values/rates.ts';
import type { Base, Edit, Scenario, Variant, Where } from './types.ts';

/**
 * The meaning alone, as canonical JSON text: equal meanings, equal texts. Left out are id, title, description, source, names of
 * variants, report and expectations, which change no figure of a run; and which history or book it starts from, for which the
 * base's hash stands in the run's id. The order of variants doesn't matter, nor that of anything but edits.
 */
export function meaningOf(scenario: Scenario): string {
  const variants = new Set(scenario.variants.map(meaningOfVariant));
  return canonical({
    base: baseMeaning(scenario.base),
    horizon: {
      from: formatDay(scenario.horizon.from),
      to: formatDay(scenario.horizon.to),
      close: scenario.horizon.close,
    },
    seed: scenario.seed,
    scale: scenario.scale,
    assumptions: assumptionsMeaning(scenario.assumptions),
    facts: scenario.edits.map(editMeaning),
    variants: [...variants].sort(),
  });
}

/** The meaning of what a variant lays on top: tells the variants of one scenario apart, whatever their names and order. */
export const meaningOfVariant = (variant: Variant): string =>
  canonical({ assumptions: assumptionsMeaning(variant.assumptions), facts: variant.edits.map(editMeaning) });

const canonical = (value: unknown): string => JSON.stringify(sorted(value));

function baseMeaning(base: Base): Json {
  if (base.kind === 'history') return { kind: base.kind, refused: base.refused };
  return base.kind === 'book' ? { kind: base.kind } : { kind: base.kind, from: formatDay(base.from) };
}

/** They stand in the order of application, which is one and the same for equal sets of them. */
const assumptionsMeaning = (overrides: readonly Override[]): Json =>
  overrides.map(({ parameter, key, from, to, value }) => [
    parameter.name,
    key ?? null,
    formatDay(from),
    to === undefined ? null : formatDay(to),
    parameter.type.format(value),
  ]);

const whereMeaning = ({ type, from, to, fields }: Where): Json => ({
  type: type.name,
  from: from === undefined ? null : formatDay(from),
  to: to === undefined ? null : formatDay(to),
  fields: fields.map(({ name, json }) => [name, json]),
});

function editMeaning(edit: Edit): Json {
  switch (edit.kind) {
    case 'drop':
      return { drop: whereMeaning(edit.where) };
    case 'scale':
      return { scale: whereMeaning(edit.where), field: edit.field, by: fractionText(edit.by) };
    case 'set':
      return { set: whereMeaning(edit.where), field: edit.field, to: edit.json };
    case 'shift':
      return { shift: whereMeaning(edit.where), days: edit.days };
    case 'inject': {
      const { holders } = edit;
      const to = holders?.kind === 'listed' ? holders.ids : (holders?.accounts.path ?? null);
      const days = [formatDay(edit.from), formatDay(edit.to)];
      return { inject: edit.command, days, for: to, with: edit.with };
    }
  }
}
