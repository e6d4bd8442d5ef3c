/**
 * Runs: a scenario's variants beside the untouched base, evaluated from the first fact that each can reach, and what has to be
 * said of them. A run's id is made from its meaning: the same question, the same id and the same answer.
 *
 * @module
 */

import { emptyState } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { digest } from '../../kernel/state/digest.ts';
import { sha256 } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import { describeOverride, type Override } from '../../kernel/state/timeline.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { LedgerView } from '../../reading/view.ts';
import {
  assumptionsOf,
  type Edit,
  editsOf,
  meaningOf,
  replacedByLayer,
  type Scenario,
  type Variant,
} from '../file/file.ts';
import type { BaseRecord } from './base.ts';
import { type Divergence, Evaluation, type Sink } from './evaluate.ts';
import { type Plan, planOf } from './plan.ts';
import { inSlices } from './slices.ts';

/** What a run is asked for. */
export interface RunOrder {
  readonly house: House;
  readonly scenario: Scenario;
  readonly base: BaseRecord;
  /** Engine version: two engines with other rules never share an id. */
  readonly engine: string;
  /** Evaluate every fact of every variant, nothing shared: the yardstick that sharing is held against. */
  readonly full?: boolean;
  /** Stops the run between two slices. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** How far a run is. */
export interface RunProgress {
  readonly phase: string;
  /** Facts evaluated and facts to evaluate, days that the horizon closes among them, over all variants. */
  readonly done: number;
  readonly total: number;
}

/** Something that a run says of itself. */
export interface RunWarning {
  readonly code:
    | 'UNUSED_OVERRIDE'
    | 'UNMATCHED_FILTER'
    | 'REFUSED_INJECTION'
    | 'REPLACED'
    | 'BASELINE_DIFFERS';
  readonly variant: string;
  readonly message: string;
}

/** Where a variant begins to differ from the base: nothing before it is evaluated again. */
export interface FirstTouched {
  /** Revision of the first fact that the variant can reach. */
  readonly revision: number;
  /** The earliest effective date of any fact from there on. */
  readonly on: Day;
}

/** One variant of a run, evaluated. */
export interface VariantRun {
  readonly name: string;
  readonly variant: Variant | undefined;
  readonly overrides: readonly Override[];
  readonly edits: readonly Edit[];
  readonly state: State;
  readonly divergences: readonly Divergence[];
  readonly moot: number;
  /** Facts that went through the rules in this variant (those of a shared beginning count in the baseline). */
  readonly evaluated: number;
  /** Events of the variant's history. */
  readonly events: number;
  /** undefined where nothing can differ. */
  readonly firstTouched: FirstTouched | undefined;
  readonly view: LedgerView;
  readonly digest: string;
}

export interface Run {
  readonly id: string;
  readonly scenario: Scenario;
  readonly base: { readonly title: string; readonly revision: number; readonly hash: string };
  readonly engine: string;
  readonly seed: number;
  /** The first is the baseline. */
  readonly variants: readonly VariantRun[];
  readonly warnings: readonly RunWarning[];
  /** Digest of the record, which the baseline's must equal. */
  readonly recordDigest: string;
  readonly digest: string;
}

/** Name of the untouched base among the variants. */
export const baselineName = 'baseline';

/** How long a run goes on before it looks up, in milliseconds: it has a thread, or a process, to itself. */
const sliceMs = 50;

/** The id of a run: its meaning, what it starts from, and the engine. */
const runId = (scenario: Scenario, baseHash: string, engine: string): string =>
  runIdOf(meaningOf(scenario), baseHash, engine);

/** The id of a run, out of what its scenario means. */
export const runIdOf = (meaning: string, baseHash: string, engine: string): string =>
  sha256(`${baseHash}\n${engine}\n${meaning}`).slice(0, 32);

interface Job {
  readonly name: string;
  readonly variant: Variant | undefined;
  readonly overrides: readonly Override[];
  readonly edits: readonly Edit[];
  readonly plan: Plan;
  readonly used: boolean[];
  evaluation: Evaluation | undefined;
  /** Facts that the evaluation had done when it was branched off. */
  shared: number;
}

/**
 * Runs a scenario.
 *
 * @throws RefusedError when an edit asks for what can't be
 * @throws the signal's reason when it is stopped
 */
export async function runScenario(order: RunOrder): Promise<Run> {
  const { house, scenario, base, engine, full = false } = order;
  const jobs = jobsOf(scenario, base);
  const [baseline, ...variants] = jobs;
  if (baseline === undefined) throw new Error('a run without a baseline');
  const total = jobs.reduce(
    (sum, { plan }, at) => sum + plan.facts.length - (at === 0 || full ? 0 : plan.first),
    0,
  );
  const fresh = (job: Job): Evaluation => {
    const overlay = job.overrides.length === 0 ? undefined : { overrides: job.overrides, used: job.used };
    return new Evaluation(house, emptyState(house, overlay), job.plan);
  };
  const root = fresh(baseline);
  baseline.evaluation = root;
  const clock = new Slices(order, total + root.daysLeft * jobs.length);
  const waiting = [...variants].sort((a, b) => a.plan.first - b.plan.first);
  for (const job of waiting) {
    if (full || job.plan.first === 0) {
      job.evaluation = fresh(job);
      continue;
    }
    await clock.advance(root, baselineName, job.plan.first);
    const frozen = root.state;
    job.evaluation = root.branch(frozen.fork({ overrides: job.overrides, used: job.used }), job.plan);
    job.shared = root.next;
    root.state = frozen.fork();
  }
  for (const job of jobs) {
    if (job.evaluation === undefined) continue;
    await clock.finish(job.evaluation, job.name);
  }
  return assemble(order, jobs, engine);
}

/** Evaluates one variant again from its beginning, every event told to a sink: how single events of a run are looked at. */
export function replayVariant(
  house: House,
  base: BaseRecord,
  { overrides, edits }: VariantRun,
  scenario: Scenario,
  sink: Sink,
): void {
  const plan = planOf(base, scenario.horizon, edits, overrides);
  const overlay = overrides.length === 0 ? undefined : { overrides, used: [] };
  new Evaluation(house, emptyState(house, overlay), plan, sink).finish();
}

/** Lets the outside world in between slices, and says how far things are. */
class Slices {
  readonly #order: RunOrder;
  readonly #total: number;
  #done = 0;

  constructor(order: RunOrder, total: number) {
    this.#order = order;
    this.#total = total;
  }

  async advance(evaluation: Evaluation, phase: string, to: number): Promise<void> {
    await this.#through(evaluation, phase, evaluation.advancing(to));
  }

  async finish(evaluation: Evaluation, phase: string): Promise<void> {
    const closed = (): void => {
      this.#done++;
    };
    await this.#through(evaluation, phase, evaluation.finishing(closed));
  }

  async #through(evaluation: Evaluation, phase: string, bits: Iterable<void>): Promise<void> {
    let { next } = evaluation;
    const { signal, onProgress } = this.#order;
    const between = (): void => {
      this.#done += evaluation.next - next;
      next = evaluation.next;
      onProgress?.({ phase, done: Math.min(this.#done, this.#total), total: this.#total });
      signal?.throwIfAborted();
    };
    await inSlices(bits, between, sliceMs);
  }
}

/** The baseline, the scenario itself where it assumes or edits anything, and its variants. */
function jobsOf(scenario: Scenario, base: BaseRecord): Job[] {
  const job = (
    name: string,
    variant: Variant | undefined,
    overrides: readonly Override[],
    edits: readonly Edit[],
  ): Job => ({
    name,
    variant,
    overrides,
    edits,
    plan: planOf(base, scenario.horizon, edits, overrides),
    used: overrides.map(() => false),
    evaluation: undefined,
    shared: 0,
  });
  const jobs = [job(baselineName, undefined, [], [])];
  const { assumptions, edits } = scenario;
  if (assumptions.length + edits.length > 0) jobs.push(job(scenario.id, undefined, assumptions, edits));
  for (const variant of scenario.variants) {
    jobs.push(job(variant.name, variant, assumptionsOf(scenario, variant), editsOf(scenario, variant)));
  }
  return jobs;
}

function assemble({ house, scenario, base }: RunOrder, jobs: readonly Job[], engine: string): Run {
  const warnings: RunWarning[] = [];
  const variants: VariantRun[] = [];
  for (const job of jobs) {
    const { evaluation } = job;
    if (evaluation === undefined) continue;
    warnings.push(...warningsOf(scenario, job, evaluation));
    const { state } = evaluation;
    const revision = state.marks.events - 1;
    variants.push({
      name: job.name,
      variant: job.variant,
      overrides: job.overrides,
      edits: job.edits,
      state,
      divergences: evaluation.divergences,
      moot: evaluation.moot,
      evaluated: evaluation.evaluated,
      events: state.marks.events,
      firstTouched: firstTouched(job, base),
      view: new LedgerView(house, state, { revision, postings: state.journal.length, asOf: undefined }),
      digest: digest(house, state),
    });
  }
  const recordDigest = digest(house, base.state);
  const [baseline] = variants;
  const comparable =
    baseline?.state.marks.closedThrough === base.state.marks.closedThrough &&
    base.facts.every(({ on }) => on <= scenario.horizon.to);
  if (comparable && baseline?.digest !== recordDigest) {
    warnings.push({
      code: 'BASELINE_DIFFERS',
      variant: baselineName,
      message: 'the rules of this engine do not give the record: see `formicary audit --conformance`',
    });
  }
  return {
    id: runId(scenario, base.hash, engine),
    scenario,
    base: { title: base.title, revision: base.revision, hash: base.hash },
    engine,
    seed: scenario.seed,
    variants,
    warnings,
    recordDigest,
    digest: sha256(
      variants
        .map((variant) => variant.digest)
        .sort()
        .join('\n'),
    ),
  };
}

function firstTouched({ plan }: Job, base: BaseRecord): FirstTouched | undefined {
  const from = base.facts[plan.first];
  if (from === undefined) {
    const [earliest] = [...plan.before.keys()].sort((a, b) => a - b);
    return earliest === undefined ? undefined : { revision: base.revision + 1, on: earliest };
  }
  const on = base.facts.slice(plan.first).reduce((least, fact) => Math.min(least, fact.on), from.on);
  return { revision: from.revision, on };
}

function warningsOf(
  scenario: Scenario,
  { name, variant, overrides, plan, used }: Job,
  evaluation: Evaluation,
): RunWarning[] {
  const unused = overrides.flatMap((given, at): RunWarning[] =>
    used[at] === true
      ? []
      : [{ code: 'UNUSED_OVERRIDE', variant: name, message: `no rule read ${describeOverride(given)}` }],
  );
  const unmatched = plan.unmatched.map(
    ({ kind, place }): RunWarning => ({
      code: 'UNMATCHED_FILTER',
      variant: name,
      message: `${place.path} (${kind}) matched no fact`,
    }),
  );
  const refused = evaluation.refusedInjections.map(
    ({ edit, code, count }): RunWarning => ({
      code: 'REFUSED_INJECTION',
      variant: name,
      message: `${edit.place.path}: ${count} injected commands refused with ${code}`,
    }),
  );
  const replaced = (
    variant === undefined ? [] : replacedByLayer(scenario.assumptions, variant.assumptions)
  ).map(
    ({ replaced: given, by }): RunWarning => ({
      code: 'REPLACED',
      variant: name,
      message: `${describeOverride(by)} replaces ${describeOverride(given)}`,
    }),
  );
  return [...unused, ...unmatched, ...refused, ...replaced];
}

/** `revision 512, 2016-10-01`: where a variant begins to differ, for people. */
export const describeTouched = (touched: FirstTouched | undefined): string =>
  touched === undefined ? 'nothing' : `revision ${touched.revision}, ${formatDay(touched.on)}`;
