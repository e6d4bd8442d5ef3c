/**
 * Codes of scenarios and runs.
 *
 * @module
 */
import { declareCode } from '../../kernel/values/refusals.ts';

/** No run of that id. */
export const runUnknown = declareCode(
  'RUN_UNKNOWN',
  'question',
  'there is no such run',
  'Query.runs lists them; run it again.',
);

/** Somebody stopped it. */
export const runCancelled = declareCode(
  'RUN_CANCELLED',
  'question',
  'the run was cancelled',
  'Run it again.',
);

/** It would take more than a run may: days, facts, memory or time. */
export const runTooLarge = declareCode(
  'RUN_TOO_LARGE',
  'question',
  'the run is larger than one may be',
  'Ask for a shorter horizon, fewer variants, or a later base; docs/limits.md says how much a run may take.',
);

/** Its thread has ended before it was done. */
export const runDied = declareCode(
  'RUN_DIED',
  'question',
  'the run has ended before it was done',
  'Run it again; the server’s log says more.',
);

/** No scenario of that name. */
export const scenarioUnknown = declareCode(
  'SCENARIO_UNKNOWN',
  'question',
  'there is no such scenario',
  'Query.scenarios lists them; or give one as text.',
);

/** A scenario that is mistaken. */
export const scenarioMistaken = declareCode(
  'SCENARIO_MISTAKEN',
  'question',
  'the scenario has mistakes',
  'See schema/scenario.schema.json; an editor that knows it shows mistakes as you type.',
);

/** A history that is not among the server's. */
export const historyUnknown = declareCode(
  'HISTORY_UNKNOWN',
  'question',
  'there is no such history',
  'Histories are files below the folder of the server’s scenarios.',
);

/** A line of a history that can't be taken. */
export const historyRefused = declareCode(
  'HISTORY_REFUSED',
  'question',
  'a line of the history can’t be taken',
  'Mend the line, or say what becomes of refused ones: base.refused.',
);

/** An expectation about a metric that has nothing to divide by. */
export const metricWithoutValue = declareCode(
  'METRIC_WITHOUT_VALUE',
  'question',
  'the metric has no value',
  'There is nothing to divide by: expect an amount instead.',
);
