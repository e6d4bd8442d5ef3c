/**
 * What-ifs over lines of a history: the base that they are decided into, and variants of it under assumptions.
 *
 * @module
 */

import { parseParameterName, parseValue } from '../../src/kernel/contract/parameter.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import type { House } from '../../src/kernel/engine/house.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { inApplication, type Override } from '../../src/kernel/state/timeline.ts';
import { dayMin, dayOf, parseDay } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { type BaseRecord, HistoryBook } from '../../src/scenario/running/base.ts';
import { Evaluation, type Sink } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { house } from '../../src/segments/index.ts';
import { type Balances, balancesOf } from './book.ts';

/** How a history is decided. */
export interface BaseOptions {
  readonly close: 'daily' | 'recorded';
  /** Last day: with daily closes it is closed. */
  readonly to: string;
  readonly refused?: 'skip' | 'attempt';
}

/** A base, and which lines were refused on the way. */
export interface Base {
  readonly record: BaseRecord;
  readonly to: string;
  readonly refused: readonly (readonly [line: number, code: string])[];
}

/** Decides lines into a base. Lines whose date is none are left out: a file that holds them is refused by its reader. */
export function baseOf(lines: readonly Command[], { close, to, refused = 'skip' }: BaseOptions): Base {
  const history = new HistoryBook({
    house,
    engine: 'test',
    title: 'a test',
    refused,
    close,
    to: dayOf(to),
  });
  lines.forEach((line, at) => {
    const day = parseDay(line.on);
    if (day !== undefined) history.take({ line: at + 1, command: line }, day);
  });
  const record = history.finish();
  return { record, to, refused: history.refused.map(({ line, refusal }) => [line, refusal.code] as const) };
}

/** Assumptions by name: a bare value, or values by date and by range (`2016-05-01..2016-05-31`), as a scenario file has them. */
export type Assumptions = { readonly [parameter: string]: unknown };

const isDated = (given: unknown): given is Readonly<Record<string, unknown>> =>
  isRecord(given) && Object.keys(given).every((when) => /^\d{4}-\d{2}-\d{2}/.test(when));

/** The overrides of assumptions, in the order of application. */
export function overridesOf(assumptions: Assumptions, of: House = house): readonly Override[] {
  const found = Object.entries(assumptions).flatMap(([text, given]) => {
    const name = parseParameterName(text);
    const parameter = of.parameter(name?.name ?? '');
    if (name === undefined || parameter === undefined) throw new Error(`no parameter ${text}`);
    return Object.entries(isDated(given) ? given : { '': given }).map(([when, raw]): Override => {
      const [from = '', to] = when.split('..');
      const value = parseValue(parameter, raw);
      if (value instanceof Refusal) throw new Error(value.message);
      return {
        parameter,
        key: name.key,
        from: from === '' ? dayMin : dayOf(from),
        to: to === undefined ? undefined : dayOf(to),
        value: value.value,
        source: 'a test',
      };
    });
  });
  return found.sort(inApplication);
}

/** One evaluated variant. */
export interface Variant {
  readonly state: State;
  readonly evaluation: Evaluation;
  /** Line, kind and code of each divergence. */
  readonly divergences: readonly (readonly [line: number | undefined, kind: string, code: string])[];
  readonly moot: number;
  readonly balances: Balances;
}

/** How a variant is evaluated: every fact again, or only from the first that the overrides can reach. */
export type Extent = 'full' | 'partial';

/** A base under overrides. */
export function variantOf(
  { record, to }: Base,
  overrides: readonly Override[],
  extent: Extent = 'full',
  sink?: Sink,
): Variant {
  const horizon = { from: dayMin, to: dayOf(to), close: 'recorded' } as const;
  const plan = planOf(record, horizon, [], overrides);
  const overlay = { overrides, used: overrides.map(() => false) };
  let evaluation: Evaluation;
  if (extent === 'full') {
    evaluation = new Evaluation(house, emptyState(house, overlay), plan, sink);
    evaluation.finish();
  } else {
    const shared = new Evaluation(house, emptyState(house), planOf(record, horizon, [], []));
    shared.advance(plan.first);
    evaluation = shared.branch(shared.state.fork(overlay), plan, sink);
    shared.state = shared.state.fork();
    // The baseline goes on after the branch was made: neither may show in the other.
    shared.finish();
    evaluation.finish();
  }
  return {
    state: evaluation.state,
    evaluation,
    divergences: evaluation.divergences.map(({ line, kind, code }) => [line, kind, code] as const),
    moot: evaluation.moot,
    balances: balancesOf(evaluation.state),
  };
}

/** Lines under assumptions, in one call; days close daily up to the last, unless it says otherwise. */
export function whatIf(
  lines: readonly Command[],
  assumptions: Assumptions,
  options: Partial<BaseOptions> & { readonly to: string },
): Variant & { readonly base: Base } {
  const base = baseOf(lines, { close: 'daily', ...options });
  return { ...variantOf(base, overridesOf(assumptions)), base };
}
