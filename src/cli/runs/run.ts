/**
 * `formicary run`: scenarios, evaluated and reported.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineVersion } from '../../book/engine-version.ts';
import { inApplication, type Override } from '../../kernel/state/timeline.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { expectationsOf } from '../../scenario/comparing/expect.ts';
import {
  formatMistakes,
  isMistaken,
  type Mistake,
  parseScenario,
  type Scenario,
} from '../../scenario/file/file.ts';
import { readAssumptions } from '../../scenario/format/assumptions.ts';
import { runScenario } from '../../scenario/running/run.ts';
import { parseTree } from '../../scenario/text/document.ts';
import { Mistakes } from '../../scenario/text/mistakes.ts';
import { house } from '../../segments/index.ts';
import { trustOption } from '../books/books.ts';
import { badUsage, cliCodes, type Exit, exits, Failure } from '../frame/failures.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { charts } from './charts.ts';
import { baseOf } from './run-base.ts';
import { figureTables, metricRows } from './run-figures.ts';
import { printRun, runCsv, runDocument, runMarkdown, type Told } from './run-report.ts';
import { printSummary } from './run-summary.ts';
import { atOnceOf, runAll } from './run-threads.ts';

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'Runs scenarios: what the books would have been under other assumptions.',
  about: [
    'It prints on one screen what changed over the horizon beside the untouched baseline, largest first, with the totals; what could not be kept as it was; warnings; and how many of the scenario’s expectations hold. --all prints a table a line of the report, by segment and period, every metric, and each expectation. It exits with 1 when an expectation fails.',
    'Several files are run at the same time, as many as the machine has cores, and printed in their order.',
    'Paths in a file are relative to it. A book as the base is looked for in the store in force.',
  ],
  args: [{ name: 'FILE', doc: 'A scenario file.', many: true }],
  options: {
    full: { doc: 'Evaluate every fact of every variant, with nothing taken over from the baseline.' },
    strict: { doc: 'Take warnings for errors.' },
    set: {
      doc: 'An assumption on top of the file’s, over the whole horizon.',
      value: 'NAME=VALUE',
      many: true,
    },
    variant: {
      doc: 'Run this variant alone, beside the baseline and the scenario itself.',
      value: 'NAME',
      many: true,
    },
    ...trustOption,
    all: { doc: 'Print every figure, by segment and period.' },
    csv: { doc: 'Print CSV: a line a figure.' },
    md: { doc: 'Print Markdown.' },
    out: {
      doc: 'Write the figures as CSV and a chart (SVG) a line of the report there, a folder a scenario.',
      value: 'DIR',
    },
  },
  settings: ['store', 'runs'],
  examples: [
    'formicary run scenarios/merchant-fee-cut.yaml',
    'formicary run scenarios/*.yaml --strict --json',
    'formicary run fee.yaml --set payments.merchantFeeRate=0.5% --out charts',
  ],
  run: async (call) => {
    if (['json', 'csv', 'md'].filter((form) => call.flag(form)).length > 1)
      throw badUsage('--json, --csv, --md', 'one of them');
    const engine = engineVersion();
    // Every file is read before any is run: a mistake in the last shows at once.
    const scenarios = call.args.map((file) => ({ file, scenario: prepared(call, readScenario(file)) }));
    if (atOnceOf(call) > 1) return await runAll(call, runCommand);
    const told: Told[] = [];
    for (const { file, scenario } of scenarios) {
      const one = await evaluate(call, file, scenario, engine);
      if (!call.out.json) print(call, one, told.length === 0);
      told.push(one);
    }
    if (call.out.json) call.out.document({ runs: told.map(runDocument) });
    return exitOf(told, call.flag('strict'));
  },
};

function readScenario(file: string): Scenario {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(new Refusal(cliCodes.file, file, why), exits.input);
  }
  const parsed = parseScenario(text, { file, house });
  if (isMistaken(parsed)) throw mistaken(parsed);
  return parsed;
}

const mistaken = (mistakes: readonly Mistake[]): Failure =>
  new Failure(new Refusal(cliCodes.scenario, `\n${formatMistakes(mistakes)}`), exits.input, { mistakes });

/** A scenario with what the command line lays on it. */
function prepared(call: Call, scenario: Scenario): Scenario {
  const names = call.values('variant');
  const known = scenario.variants.map(({ name }) => name);
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined)
    throw badUsage(`--variant ${stray}`, `the variants of ${scenario.id} are ${known.join(', ') || 'none'}`);
  return {
    ...scenario,
    // What is set is one layer, on top of the file's.
    assumptions: [...scenario.assumptions, ...call.values('set').flatMap(assumption).sort(inApplication)],
    variants:
      names.length === 0 ? scenario.variants : scenario.variants.filter(({ name }) => names.includes(name)),
  };
}

/** The override of `name=value`, the value as a scenario file would write it. */
function assumption(text: string): readonly Override[] {
  const cut = text.indexOf('=');
  if (cut < 1) throw badUsage(`--set ${text}`, 'expected NAME=VALUE');
  const mistakes = new Mistakes(`--set ${text}`);
  const tree = parseTree(`${text.slice(0, cut)}: ${text.slice(cut + 1)}`, mistakes);
  const found = tree?.kind === 'map' ? readAssumptions(tree, house, '--set', mistakes) : [];
  if (mistakes.count > 0) throw mistaken(mistakes.sorted());
  return found;
}

async function evaluate(call: Call, file: string, scenario: Scenario, engine: string): Promise<Told> {
  const base = await baseOf(call, scenario, file, engine);
  const progress = call.out.progress(`running ${scenario.id}`, undefined, 'facts');
  const run = await runScenario({
    house,
    scenario,
    base,
    engine,
    full: call.flag('full'),
    signal: call.signal,
    onProgress: ({ done, total }) => progress.update(done, total === 0 ? 1 : done / total),
  });
  progress.end();
  const told = {
    file,
    run,
    tables: figureTables(run),
    metrics: metricRows(run),
    expected: expectationsOf(run),
  };
  const folder = call.value('out');
  if (folder !== undefined) writeFiles(join(folder, scenario.id), told);
  return told;
}

function writeFiles(folder: string, told: Told): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'figures.csv'), runCsv(told, true));
    const names = told.run.variants.map(({ name }) => name);
    for (const { name, svg } of charts(told.tables, names)) writeFileSync(join(folder, name), svg);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(new Refusal(cliCodes.output, folder, why), exits.unreachable);
  }
}

function print(call: Call, told: Told, first: boolean): void {
  if (call.flag('csv')) call.out.write(runCsv(told, first));
  else if (call.flag('md')) call.out.write(`${first ? '' : '\n'}${runMarkdown(told)}`);
  else {
    if (!first) call.out.line();
    if (call.flag('all')) printRun(call.out, told);
    else printSummary(call.out, told);
  }
}

const exitOf = (told: readonly Told[], strict: boolean): Exit =>
  told.some(
    ({ expected, run }) => expected.some(({ holds }) => !holds) || (strict && run.warnings.length > 0),
  )
    ? exits.no
    : exits.done;
