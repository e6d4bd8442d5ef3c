/**
 * What a change of policy came to: the values over time before and after it, and which later ones it replaced.
 *
 * @module
 */

import { parseParameterName } from '../../kernel/contract/parameter.ts';
import type { State } from '../../kernel/state/state.ts';
import { defaultTimeline, replacedBy } from '../../kernel/state/timeline.ts';
import { parseDay } from '../../kernel/values/dates.ts';
import { isRecord } from '../../kernel/values/fields.ts';
import { policyAt } from '../../reading/policy-at.ts';
import type { Source } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { type ParameterRead, ParameterRef, StretchRef, stretchesOf } from './parameter.ts';

/** A change of policy. */
export interface PolicyChange {
  readonly after: ParameterRead;
  readonly replaced: ReturnType<typeof stretchesOf>;
}

/** What a change of policy came to. */
export const PolicyChangeRef = builder.objectRef<PolicyChange>('PolicyChange').implement({
  description: 'What a change of policy came to.',
  fields: (t) => ({
    parameter: t.field({
      type: ParameterRef,
      description: 'The parameter, with its values over time after the change.',
      resolve: ({ after }) => after,
    }),
    replaced: t.field({
      type: [StretchRef],
      description:
        'Later values that it replaced: a value given from a date replaces all that came after it.',
      resolve: ({ replaced }) => replaced,
    }),
  }),
});

/** What the change of policy at a revision came to; null where there is none. */
export async function changeOf(source: Source, revision: number): Promise<PolicyChange | null> {
  const [event] = await source.events([revision]);
  const data: unknown = event?.data;
  if (!isRecord(data)) return null;
  const name = parseParameterName(String(data.parameter));
  const parameter = source.house.parameter(name?.name ?? '');
  const from = parseDay(String(data.from));
  if (parameter === undefined || from === undefined) return null;
  const segment = source.house.segments.find(({ parameters }) => parameters.includes(parameter))?.id ?? '';
  const [before, state]: readonly State[] = [
    await policyAt(source, revision - 1),
    await policyAt(source, revision),
  ];
  if (before === undefined || state === undefined) return null;
  const timeline =
    before.recorded(parameter, name?.key) ?? (name?.key === undefined ? defaultTimeline(parameter) : []);
  const to = typeof data.to === 'string' ? parseDay(data.to) : undefined;
  const replaced = new Set(replacedBy(timeline, from, to).map((stretch) => stretch.from));
  return {
    after: { parameter, segment, state, on: from, key: name?.key },
    replaced: stretchesOf(parameter, timeline).filter(
      (stretch) => stretch.from !== undefined && replaced.has(stretch.from),
    ),
  };
}
