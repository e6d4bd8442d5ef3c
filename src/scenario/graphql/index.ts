/**
 * What-ifs in the graph: scenarios, runs, their progress, and comparisons.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { pageOfAll } from '../../graphql/base/connection.ts';
import { badQuestion, fault } from '../../graphql/base/faults.ts';
import { listMax } from '../../graphql/base/limits.ts';
import { refusalKind, refusalTypes } from '../../graphql/base/results.ts';
import { OverrideInput } from '../../graphql/policy/overrides.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Scenario } from '../file/file.ts';
import { runUnknown } from '../format/codes.ts';
import type { Asked } from '../holding/asked.ts';
import type { RunRead } from '../holding/held-run.ts';
import { RunJob } from '../holding/runs.ts';
import { type Comparison, ComparisonRef } from './comparison.ts';
import { RunConnection, RunProgressRef, RunRef } from './run.ts';
import { ScenarioRef } from './scenario.ts';

/** A scenario to run: by name, or as text. */
export interface RunOrder {
  readonly scenario: string | undefined;
  readonly text: string | undefined;
  /** Assumptions on top. */
  readonly overrides: Asked['overrides'];
}

/** Where what-ifs are found and run. */
export interface WhatIfs {
  /** The scenarios of this server, by name. */
  scenarios(): Promise<readonly Scenario[]>;
  /** The runs that are done, the newest first. */
  readonly runs: readonly RunRead[];
  /** A run that is done. */
  run(id: string): RunRead | undefined;
  /** Any run that was asked for, and how far it is. */
  progress(id: string): RunJob | undefined;
  /** Asks for a run; one that was asked for before is the same. */
  start(order: RunOrder, signal: AbortSignal): Promise<RunJob | Refusal>;
  /** Stops a run and frees what it held. */
  cancel(id: string): RunJob | undefined;
  /**
   * Runs beside each other.
   *
   * @throws GraphQLError when one is not there
   */
  compare(ids: readonly string[]): Comparison;
}

declare module '../../graphql/base/builder.ts' {
  interface Context {
    readonly whatIfs: WhatIfs;
  }
}

/** How long runScenario waits for its run, in milliseconds. */
const waitMsMax = 20_000;

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
    value instanceof Refusal ? refusalKind(value) : value instanceof RunJob ? 'RunProgress' : 'Run',
});

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
    resolve: (_root, { id }, { whatIfs }) => whatIfs.run(id),
  }),
);

builder.queryField('runProgress', (t) =>
  t.field({
    type: RunProgressRef,
    nullable: true,
    description: 'How far a run is; null where there is none.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    resolve: (_root, { id }, { whatIfs }) => whatIfs.progress(id),
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
    resolve: (_root, page, { whatIfs }) => pageOfAll('run', page, whatIfs.runs, ({ id }) => id),
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
      return whatIfs.compare(ids);
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
    resolve: async (_root, { input }, { whatIfs, signal }) => {
      const { scenario, text, overrides } = input;
      const order = {
        scenario: scenario ?? undefined,
        text: text ?? undefined,
        overrides: overrides ?? [],
      };
      const job = await whatIfs.start(order, signal);
      if (job instanceof Refusal) return job;
      if (input.wait !== false) await job.over(AbortSignal.any([signal, AbortSignal.timeout(waitMsMax)]));
      return job.outcome ?? job;
    },
  }),
);

builder.mutationField('cancelRun', (t) =>
  t.field({
    type: RunResult,
    description: 'Stops a run, and frees what it held; answers with how far it was.',
    args: { id: t.arg.id({ required: true, description: 'The run.' }) },
    resolve: (_root, { id }, { whatIfs }) => whatIfs.cancel(id) ?? new Refusal(runUnknown, id),
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
      const job = whatIfs.progress(id);
      if (job === undefined) throw fault(new Refusal(runUnknown, id));
      const leave = library.enterStream();
      if (leave instanceof Refusal) throw fault(leave);
      signal.addEventListener('abort', leave, { once: true });
      return progressOf(job, signal);
    },
    resolve: (job) => job,
  }),
);
