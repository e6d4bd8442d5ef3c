/**
 * What-ifs in the graph: scenarios, runs, their progress, and comparisons.
 *
 * @module
 */
import { builder } from '../graphql/builder.ts';
import { pageOfAll } from '../graphql/connection.ts';
import { badQuestion, fault } from '../graphql/faults.ts';
import { listMax } from '../graphql/limits.ts';
import { OverrideInput, overridesOf } from '../graphql/overrides.ts';
import { refusalKind, refusalTypes } from '../graphql/results.ts';
import { Refusal } from '../kernel/refusals.ts';
import { runUnknown, scenarioMistaken, scenarioUnknown } from './codes.ts';
import { ComparisonRef } from './comparison-graphql.ts';
import { formatMistakes, isMistaken, parseScenario, type Scenario } from './file.ts';
import { doneOf, RunConnection, RunProgressRef, RunRef } from './run-graphql.ts';
import type { RunJob, Runs } from './runs.ts';
import { ScenarioRef } from './scenario-graphql.ts';

/** Where what-ifs are found and run. */
export interface WhatIfs {
  readonly runs: Runs;
  /** The scenarios of this server, by name. */
  scenarios(): Promise<readonly Scenario[]>;
}

declare module '../graphql/builder.ts' {
  interface Context {
    readonly whatIfs: WhatIfs;
  }
}

/** How long runScenario waits for its run, in milliseconds. */
const waitMsMax = 20_000;
/** Longest scenario that is given as text, in characters. */
const textLengthMax = 100_000;

const RunScenarioInput = builder.inputType('RunScenarioInput', {
  description: 'What runScenario takes: a scenario by name, or as text.',
  fields: (t) => ({
    scenario: t.id({ description: 'The name of a scenario of this server.' }),
    text: t.string({
      description:
        'A scenario, as a file would say it, in YAML or JSON; paths in it are among this server’s scenarios.',
    }),
    overrides: t.field({
      type: [OverrideInput],
      description: 'Assumptions on top of the scenario’s, in every variant.',
    }),
    wait: t.boolean({
      defaultValue: true,
      description:
        'Wait for it, for a while: a short one is answered with its run, a long one with its progress.',
    }),
  }),
});

const RunResult = builder.unionType('RunResult', {
  description: 'A run that is done, or how far it is, or why there is none.',
  types: [RunRef, RunProgressRef, ...refusalTypes],
  resolveType: (value) =>
    value instanceof Refusal ? refusalKind(value) : 'run' in value ? 'Run' : 'RunProgress',
});

interface ScenarioNamed {
  readonly scenario?: string | null | undefined;
  readonly text?: string | null | undefined;
}

async function scenarioOf(
  { scenario, text }: ScenarioNamed,
  whatIfs: WhatIfs,
  house: Parameters<typeof overridesOf>[0],
): Promise<Scenario | Refusal> {
  if (typeof scenario === 'string' && typeof text === 'string')
    return new Refusal(scenarioMistaken, 'scenario and text', 'one of the two');
  if (typeof text === 'string') {
    if (text.length > textLengthMax)
      return new Refusal(scenarioMistaken, `${text.length} characters`, `at most ${textLengthMax}`);
    const parsed = parseScenario(text, { file: 'text', house });
    return isMistaken(parsed) ? new Refusal(scenarioMistaken, 'text', formatMistakes(parsed)) : parsed;
  }
  const found = (await whatIfs.scenarios()).find(({ id }) => id === scenario);
  return found ?? new Refusal(scenarioUnknown, String(scenario));
}

builder.queryField('scenarios', (t) =>
  t.field({
    type: [ScenarioRef],
    description: 'The scenarios of this server.',
    resolve: async (_root, _args, { whatIfs }) => [...(await whatIfs.scenarios())],
  }),
);

builder.queryField('run', (t) =>
  t.field({
    type: RunRef,
    nullable: true,
    description: 'A run that is done; null while it goes on, and where there is none.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    resolve: (_root, { id }, { whatIfs }) => doneOf(whatIfs.runs.get(id)),
  }),
);

builder.queryField('runProgress', (t) =>
  t.field({
    type: RunProgressRef,
    nullable: true,
    description: 'How far a run is; null where there is none.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    resolve: (_root, { id }, { whatIfs }) => whatIfs.runs.get(id),
  }),
);

builder.queryField('runs', (t) =>
  t.field({
    type: RunConnection,
    description: 'The runs that are done, the newest first. The oldest make room for new ones.',
    args: {
      first: t.arg.int({ description: 'How many.' }),
      after: t.arg.string({ description: 'From behind this cursor on.' }),
    },
    resolve: (_root, page, { whatIfs }) => {
      const done = [...whatIfs.runs.all].reverse().flatMap((job) => doneOf(job) ?? []);
      return pageOfAll('run', page, done, ({ run }) => run.id);
    },
  }),
);

builder.queryField('compare', (t) =>
  t.field({
    type: ComparisonRef,
    description: 'The variants of one or more runs beside the baseline of the first.',
    args: { runs: t.arg.idList({ required: true, description: 'The runs.' }) },
    resolve: (_root, { runs: ids }, { whatIfs }) => {
      if (ids.length === 0 || ids.length > listMax)
        throw badQuestion(`runs: ${ids.length}`, `1 to ${listMax}`);
      return {
        runs: ids.map((id) => {
          const done = doneOf(whatIfs.runs.get(id));
          if (done === null) throw fault(new Refusal(runUnknown, id, 'or it is not done yet'));
          return done;
        }),
      };
    },
  }),
);

builder.mutationField('runScenario', (t) =>
  t.field({
    type: RunResult,
    description:
      'Runs a scenario. It changes no book; the same question again is answered with the same run.',
    complexity: 100,
    args: { input: t.arg({ type: RunScenarioInput, required: true, description: 'What it takes.' }) },
    resolve: async (_root, { input }, { whatIfs, library, signal }) => {
      const overrides = overridesOf(library.house, input.overrides ?? [], 'runScenario');
      if (overrides instanceof Refusal) return overrides;
      const scenario = await scenarioOf(input, whatIfs, library.house);
      if (scenario instanceof Refusal) return scenario;
      const asked = { ...scenario, assumptions: [...scenario.assumptions, ...overrides] };
      const job = await whatIfs.runs.start(asked, signal);
      if (job instanceof Refusal) return job;
      if (input.wait !== false) await job.over(AbortSignal.any([signal, AbortSignal.timeout(waitMsMax)]));
      return job.outcome instanceof Refusal ? job.outcome : (doneOf(job) ?? job);
    },
  }),
);

builder.mutationField('cancelRun', (t) =>
  t.field({
    type: RunResult,
    description: 'Stops a run, and frees what it held; answers with how far it was.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    resolve: (_root, { id }, { whatIfs }) => whatIfs.runs.cancel(id) ?? new Refusal(runUnknown, id),
  }),
);

/** A job each time that it has got on, at most a few times a second, and once more when it is over. */
async function* progressOf(job: RunJob, signal: AbortSignal): AsyncGenerator<RunJob, void, void> {
  for (;;) {
    yield job;
    if (job.outcome !== undefined || signal.aborted) return;
    await job.news(signal);
  }
}

builder.subscriptionField('runProgress', (t) =>
  t.field({
    type: RunProgressRef,
    description: 'How far a run is, whenever it has got on; the last message carries the run.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    subscribe: (_root, { id }, { whatIfs, library, signal }) => {
      const job = whatIfs.runs.get(id);
      if (job === undefined) throw fault(new Refusal(runUnknown, id));
      const leave = library.enterStream();
      if (leave instanceof Refusal) throw fault(leave);
      signal.addEventListener('abort', leave, { once: true });
      return progressOf(job, signal);
    },
    resolve: (job) => job,
  }),
);
