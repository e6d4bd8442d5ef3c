/**
 * A scenario asked of some lines, as a file would ask it.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { formatMistakes, isMistaken, parseScenario } from '../../src/scenario/file/file.ts';
import { type Run, runScenario, type VariantRun } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { type Balances, balancesOf } from '../support/book.ts';
import { baseOf } from '../support/what-if.ts';

/** Runs the rest of a file over lines of January to March 2016. */
export async function ask(lines: readonly Command[], rest: string): Promise<Run> {
  const text = `scenario: s\nbase: { history: h.jsonl }\nhorizon: { from: 2016-01-01, to: 2016-03-31 }\n${rest}`;
  const scenario = parseScenario(text, { file: 's.yaml', house });
  if (isMistaken(scenario)) throw new Error(formatMistakes(scenario));
  const { record, refused } = baseOf(lines, { close: 'daily', to: '2016-03-31' });
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
  return runScenario({ house, scenario, base: record, engine: 'test' });
}

/** A variant by its name. */
export function variantIn({ variants }: Run, name: string): VariantRun {
  const found = variants.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no variant ${name}`);
  return found;
}

/** What a variant came to. */
export const balancesIn = (run: Run, name: string): Balances => balancesOf(variantIn(run, name).state);
