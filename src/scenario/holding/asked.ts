/**
 * What a run is asked for with: plain data, so that it can go to another thread and be read there.
 *
 * @module
 */
import { type OverrideInput, overridesOf } from '../../graphql/policy/overrides.ts';
import type { House } from '../../kernel/engine/house.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { formatMistakes, isMistaken, parseScenario, type Scenario } from '../file/file.ts';
import { runTooLarge, scenarioMistaken } from '../format/codes.ts';

/** A scenario as text, and assumptions on top. */
export interface Asked {
  /** In YAML or JSON. */
  readonly text: string;
  /** Named in mistakes. */
  readonly file: string;
  readonly overrides: readonly (typeof OverrideInput.$inferInput)[];
}

/** Bounds of one run. */
export interface RunBounds {
  /** Most days of a horizon, beginning and end included. */
  readonly daysMax: number;
  /** Most recorded facts that it starts from. */
  readonly factsMax: number;
  /** Most memory that it may take, in bytes: heap and array buffers together. */
  readonly memoryBytesMax: number;
  /** How long it may take, in milliseconds. */
  readonly msMax: number;
}

/** The scenario of what is asked, with the assumptions laid on top; or why there is none. */
export function scenarioOf(
  { text, file, overrides }: Asked,
  house: House,
  { daysMax }: Pick<RunBounds, 'daysMax'>,
): Scenario | Refusal {
  const parsed = parseScenario(text, { file, house });
  if (isMistaken(parsed)) return new Refusal(scenarioMistaken, file, formatMistakes(parsed));
  const { from, to } = parsed.horizon;
  const days = to - from + 1;
  if (days > daysMax)
    return new Refusal(
      runTooLarge,
      `horizon: ${formatDay(from)} to ${formatDay(to)}`,
      `${days} days, at most ${daysMax}`,
    );
  const laid = overridesOf(house, overrides, 'runScenario');
  if (laid instanceof Refusal) return laid;
  return laid.length === 0 ? parsed : { ...parsed, assumptions: [...parsed.assumptions, ...laid] };
}
