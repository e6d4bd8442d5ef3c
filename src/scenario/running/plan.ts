/**
 * The plan of a run: the base's facts after a scenario's edits, what is injected and moved to which day, and the first fact
 * that anything in the scenario can reach.
 *
 * @module
 */

import type { Override } from '../../kernel/state/timeline.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { isRecord } from '../../kernel/values/fields.ts';
import { compareFractions, type Fraction, fraction, oneFraction, share } from '../../kernel/values/rates.ts';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { type Edit, type Horizon, matches } from '../file/file.ts';
import type { BaseFact, BaseRecord } from './base.ts';

type Injection = Extract<Edit, { kind: 'inject' }>;

/** A fact on its way through a run: as recorded, or as edits made it. */
export interface PlannedFact extends BaseFact {
  /** The fact as it was, where an edit changed it. */
  readonly was?: BaseFact;
  /** Intents that are scaled: by how much, by field. What they come to is known when the fact is evaluated. */
  readonly intents?: ReadonlyMap<string, Fraction>;
}

export interface Plan {
  readonly facts: readonly PlannedFact[];
  /** What comes just before the close of a day, in the order of the file. */
  readonly before: ReadonlyMap<Day, readonly (PlannedFact | Injection)[]>;
  /** Place among the facts of the first that the scenario can reach. */
  readonly first: number;
  /** Subjects whose beginning an edit left out: what follows on them is left out with it. */
  readonly dropped: ReadonlySet<string>;
  /** Edits whose filter matched no fact. */
  readonly unmatched: readonly Edit[];
  readonly horizon: Horizon;
}

export const isInjection = (step: PlannedFact | Injection): step is Injection =>
  'kind' in step && step.kind === 'inject';

/**
 * Lays out a run.
 *
 * @throws RefusedError when an edit asks for what can't be: a rate above 100 %
 */
export function planOf(
  base: BaseRecord,
  horizon: Horizon,
  edits: readonly Edit[],
  overrides: readonly Override[],
): Plan {
  const kept = base.facts.filter(({ on }) => on <= horizon.to);
  const moved = new Map<Day, (PlannedFact | Injection)[]>();
  const put = (day: Day, step: PlannedFact | Injection): void => {
    const steps = moved.get(day) ?? [];
    steps.push(step);
    moved.set(day, steps);
  };
  const shifted: { edit: number; day: Day; fact: PlannedFact }[] = [];
  const matched = new Set<Edit>();
  const facts: PlannedFact[] = [];
  const dropped = new Set<string>();
  const away = new Set<BaseFact>();
  let first = kept.length;
  const reached = (at: number): void => {
    first = Math.min(first, at);
  };
  const editing = edits.filter((edit) => edit.kind !== 'inject');
  kept.forEach((fact, at) => {
    const edited =
      editing.length === 0
        ? fact
        : editFact(fact, edits, matched, (edit, day, moving) => {
            shifted.push({ edit, day, fact: moving });
            away.add(fact);
          });
    if (edited !== fact) reached(facts.length);
    if (edited !== undefined) facts.push(edited);
    else {
      reached(facts.length);
      if (fact.type.begins === true && !away.has(fact)) dropped.add(fact.subject);
    }
    if (
      at < first &&
      overrides.some(({ from, to }) => fact.on >= from && (to === undefined || fact.on <= to))
    )
      reached(at);
  });
  edits.forEach((edit, number) => {
    if (edit.kind === 'inject')
      for (let day = edit.from; day <= Math.min(edit.to, horizon.to); day++) put(day, edit);
    for (const { edit: by, day, fact } of shifted) if (by === number) put(day, fact);
  });
  for (const day of moved.keys()) reached(placeOfClose(facts, day));
  const unmatched = editing.filter((edit) => !matched.has(edit));
  return { facts, before: moved, first, dropped, unmatched, horizon };
}

/** Where a day's close stands among facts; their number if the day is not closed in them. */
function placeOfClose(facts: readonly PlannedFact[], day: Day): number {
  const at = facts.findIndex(({ type, on }) => on === day && type.name === 'DayClosing');
  return at < 0 ? facts.length : at;
}

/** A fact after all edits that are about it; undefined when it is dropped or moved away. */
function editFact(
  fact: BaseFact,
  edits: readonly Edit[],
  matched: Set<Edit>,
  move: (edit: number, day: Day, fact: PlannedFact) => void,
): PlannedFact | undefined {
  let data = fact.data;
  let day = fact.on;
  let movedBy = -1;
  const intents = new Map<string, Fraction>();
  for (const [number, edit] of edits.entries()) {
    if (edit.kind === 'inject' || !matches(edit.where, fact.type, day, data)) continue;
    matched.add(edit);
    if (edit.kind === 'drop') return undefined;
    if (edit.kind === 'shift') {
      day += edit.days;
      movedBy = number;
      continue;
    }
    const { field } = edit;
    const changed = edit.kind === 'set' ? edit.value : scaled(fact, data[field], edit);
    if (changed === 0n) return undefined;
    if (changed !== 'intent') {
      intents.delete(field);
      data = { ...data, [field]: changed };
    } else if (edit.kind === 'scale' && fact.type.sized !== undefined) {
      if (edit.by.num === 0n) return undefined;
      const { num, den } = intents.get(field) ?? oneFraction;
      intents.set(field, fraction(num * edit.by.num, den * edit.by.den));
    }
  }
  if (data === fact.data && day === fact.on && intents.size === 0) return fact;
  const edited: PlannedFact = {
    ...fact,
    data,
    on: day,
    subject: fact.type.subject(data),
    was: fact,
    ...(intents.size === 0 ? {} : { intents }),
  };
  if (movedBy < 0) return edited;
  move(movedBy, day, edited);
  return undefined;
}

/** An amount or a rate times a fraction; amounts are rounded half to even. Of an intent it is not known yet what it comes to. */
function scaled(
  { type, revision }: BaseFact,
  value: unknown,
  { by, field, place }: Extract<Edit, { kind: 'scale' }>,
): bigint | Fraction | 'intent' {
  if (typeof value === 'bigint') return share(value, by);
  if (!isRecord(value) || typeof value.num !== 'bigint' || typeof value.den !== 'bigint') return 'intent';
  const rate = fraction(value.num * by.num, value.den * by.den);
  if (compareFractions(rate, oneFraction) <= 0) return rate;
  const where = `${place.path} in line ${place.line} scales it to more than 100 %`;
  throw new RefusedError(
    new Refusal(codes.invalidInput, `${field} of ${type.name}, event ${revision}`, where),
  );
}
