/**
 * What-ifs over the fixed history: every rule runs, every entry is built, every day closes.
 *
 * @module
 */

import { parseParameterName } from '../src/kernel/contract/parameter.ts';
import { emptyState } from '../src/kernel/engine/fold.ts';
import type { Override } from '../src/kernel/state/timeline.ts';
import { dayMin, dayOf } from '../src/kernel/values/dates.ts';
import { HistoryBook } from '../src/scenario/running/base.ts';
import { Evaluation } from '../src/scenario/running/evaluate.ts';
import { planOf } from '../src/scenario/running/plan.ts';
import { house } from '../src/segments/index.ts';
import { fixedHistory, fixedSize } from './history.ts';
import { median, printRows, type Row } from './table.ts';

const facts = Number(process.argv[2] ?? fixedSize.facts);
const to = dayOf('2016-12-30');
const runs = 5;

const history = new HistoryBook({
  house,
  engine: 'bench',
  title: 'fixed history',
  refused: 'skip',
  close: 'daily',
  to,
});
let line = 0;
for (const command of fixedHistory({ ...fixedSize, facts })) {
  line++;
  history.take({ line, command }, dayOf(command.on));
}
const base = history.finish();

function overrideOf(name: string, from: string, value: unknown): Override {
  const found = parseParameterName(name);
  const parameter = house.parameter(found?.name ?? '');
  if (parameter === undefined || found === undefined) throw new Error(name);
  const parsed = parameter.type.parse(value);
  return { parameter, key: found.key, from: dayOf(from), to: undefined, value: parsed, source: 'bench' };
}

/** Median seconds of evaluating the history under some overrides, from its first fact or from the first that they reach. */
function measure(
  overrides: readonly Override[],
  shared: boolean,
): { seconds: number; events: number; evaluated: number; moot: number } {
  const horizon = { from: dayMin, to, close: 'recorded' as const };
  const plan = planOf(base, horizon, [], overrides);
  const times: number[] = [];
  let last = { events: 0, evaluated: 0, moot: 0 };
  for (let run = 0; run < runs; run++) {
    const overlay = { overrides, used: overrides.map(() => false) };
    let evaluation = new Evaluation(house, emptyState(house, shared ? undefined : overlay), plan);
    if (shared) {
      evaluation.advance(plan.first);
      evaluation = evaluation.branch(evaluation.state.fork(overlay), plan);
    }
    const from = performance.now();
    evaluation.finish();
    times.push((performance.now() - from) / 1000);
    last = { events: evaluation.booked, evaluated: evaluation.evaluated, moot: evaluation.moot };
  }
  return { seconds: median(times), ...last };
}

const none = measure([], false);
const fee = measure([overrideOf('payments.merchantFeeRate', '2016-01-01', '0.38%')], false);
const late = measure([overrideOf('payments.merchantFeeRate', '2016-12-01', '0.38%')], true);
const rows: Row[] = [
  {
    what: 'no override, full: events',
    figure: none.events / none.seconds,
    unit: 'events/s',
    aim: '1,000,000 (3–6 M on plain objects)',
  },
  { what: 'no override, full: facts', figure: none.evaluated / none.seconds, unit: 'facts/s' },
  { what: 'another fee, full: events', figure: fee.events / fee.seconds, unit: 'events/s', aim: '1,000,000' },
  {
    what: 'another fee from December on: time',
    figure: late.seconds,
    unit: 's',
    against: { what: 'full', figure: fee.seconds },
    aim: 'in proportion to what comes after (0.085)',
  },
];
printRows(
  `What-if over ${base.facts.length.toLocaleString('en')} facts (${none.events.toLocaleString('en')} events), median of ${runs}`,
  rows,
);
