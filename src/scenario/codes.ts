/**
 * Codes of scenarios and runs.
 *
 * @module
 */
import { declareCode } from '../kernel/refusals.ts';

/** No run of that id. */
export const runUnknown = declareCode(
  'RUN_UNKNOWN',
  430,
  'there is no such run',
  'Query.runs lists them; run it again.',
);

/** Somebody stopped it. */
export const runCancelled = declareCode('RUN_CANCELLED', 431, 'the run was cancelled', 'Run it again.');

/** No scenario of that name. */
export const scenarioUnknown = declareCode(
  'SCENARIO_UNKNOWN',
  432,
  'there is no such scenario',
  'Query.scenarios lists them; or give one as text.',
);

/** A scenario that is mistaken. */
export const scenarioMistaken = declareCode(
  'SCENARIO_MISTAKEN',
  433,
  'the scenario has mistakes',
  'See schema/scenario.schema.json; an editor that knows it shows mistakes as you type.',
);

/** A line of a history that can't be taken. */
export const historyRefused = declareCode(
  'HISTORY_REFUSED',
  440,
  'a line of the history can’t be taken',
  'Mend the line, or say what becomes of refused ones: base.refused.',
);

/** An expectation about a metric that has nothing to divide by. */
export const metricWithoutValue = declareCode(
  'METRIC_WITHOUT_VALUE',
  434,
  'the metric has no value',
  'There is nothing to divide by: expect an amount instead.',
);
