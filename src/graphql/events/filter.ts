/**
 * Filters of events: as inputs, and as tests of a recorded event.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import type { EventKind, StoredEvent } from '../../kernel/state/events.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import { builder } from '../base/builder.ts';
import { EventKindEnum } from '../base/enums.ts';
import { badQuestion, fault } from '../base/faults.ts';
import { listMax } from '../base/limits.ts';

/** Which events are meant. */
export const EventFilterInput = builder.inputType('EventFilter', {
  description: 'Which events are meant: all that is given must hold, and of a list any one.',
  fields: (t) => ({
    type: t.stringList({ description: 'Types of events: ToppedUp.' }),
    subject: t.idList({
      description: 'What they are about, or name besides: payment/P-1042, wallet/user-1.',
    }),
    segment: t.idList({ description: 'Lines of business that their types belong to.' }),
    kind: t.field({ type: [EventKindEnum], description: 'Facts, or what the rules made of them.' }),
    holder: t.idList({ description: 'Persons or firms on whose accounts they posted.' }),
    actor: t.stringList({ description: 'Who asked for them.' }),
    from: t.field({ type: 'Date', description: 'Effective on this day or later.' }),
    to: t.field({ type: 'Date', description: 'Effective on this day or earlier.' }),
  }),
});

/** A filter, checked. A list that is undefined means any. */
export interface EventFilter {
  /** Names of types, those of segments and kinds included. */
  readonly types: ReadonlySet<string> | undefined;
  readonly subjects: readonly string[] | undefined;
  readonly holders: readonly string[] | undefined;
  readonly actors: readonly string[] | undefined;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
}

type FilterInput = typeof EventFilterInput.$inferInput;

/** Checks a filter: a type or a segment that does not exist is an error, never an empty answer. */
export function filterOf(house: House, input: FilterInput | null | undefined): EventFilter {
  const { type, subject, segment, kind, holder, actor, from, to } = input ?? {};
  for (const [name, list] of Object.entries({ type, subject, segment, kind, holder, actor })) {
    if ((list?.length ?? 0) > listMax)
      throw fault(new Refusal(tooLong, `${name}: ${list?.length}`, `at most ${listMax}`));
  }
  const unknown = type?.find((name) => house.type(name) === undefined);
  if (unknown !== undefined) throw badQuestion(`type: ${unknown}`, 'no such type of event');
  const stray = segment?.find((id) => !house.segments.some((known) => known.id === id));
  if (stray !== undefined) throw badQuestion(`segment: ${stray}`, 'no such segment');
  return {
    types: typesOf(house, type ?? undefined, segment ?? undefined, kind ?? undefined),
    subjects: subject ?? undefined,
    holders: holder ?? undefined,
    actors: actor ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}

function typesOf(
  house: House,
  names: readonly string[] | undefined,
  segments: readonly string[] | undefined,
  kinds: readonly EventKind[] | undefined,
): ReadonlySet<string> | undefined {
  if (names === undefined && segments === undefined && kinds === undefined) return undefined;
  const found = house.types.filter(
    (type) =>
      (names === undefined || names.includes(type.name)) &&
      (segments === undefined || segments.includes(house.segmentOf(type))) &&
      (kinds === undefined || kinds.includes(type.kind)),
  );
  return new Set(found.map(({ name }) => name));
}

/** Whether what is known of an event without reading it agrees with a filter. */
export const mayMatch = ({ types, from, to }: EventFilter, type: string, day: Day): boolean =>
  (types === undefined || types.has(type)) &&
  (from === undefined || day >= from) &&
  (to === undefined || day <= to);

/** Whether an event agrees with a filter. */
export function matches(filter: EventFilter, event: StoredEvent): boolean {
  const { subjects, holders, actors } = filter;
  if (!mayMatch(filter, event.type, event.effectiveOn)) return false;
  if (actors !== undefined && !actors.includes(event.actor)) return false;
  if (subjects !== undefined && !subjects.some((one) => one === event.subject || event.refs.includes(one)))
    return false;
  return holders === undefined || event.accounts.some((account) => holders.includes(holderOf(account)));
}

/** The holder in an account's id; none where the kind has one account only. */
function holderOf(account: string): string {
  const parts = account.split(':');
  return parts.length === 6 ? (parts[4] ?? '') : '';
}

/** Whether an event has to be read before it is known to agree with a filter. */
export const mustRead = ({ subjects, holders, actors }: EventFilter): boolean =>
  subjects !== undefined || holders !== undefined || actors !== undefined;
