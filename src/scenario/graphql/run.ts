/**
 * Runs in the graph: what each variant came to, as a ledger and as a history.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfAll } from '../../graphql/base/connection.ts';
import { badQuestion } from '../../graphql/base/faults.ts';
import { RefusalRef } from '../../graphql/base/results.ts';
import { DivergenceRef } from '../../graphql/book/divergence.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { EventConnection } from '../../graphql/events/event.ts';
import { EventFilterInput } from '../../graphql/events/filter.ts';
import { askedEvents } from '../../graphql/events/search.ts';
import { OverrideRef } from '../../graphql/policy/overrides.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { LedgerPoint } from '../../reading/point.ts';
import type { Expected } from '../comparing/expect.ts';
import type { RunRead } from '../holding/held-run.ts';
import type { RunJob, RunStatus } from '../holding/runs.ts';
import type { VariantSource } from '../holding/variant-source.ts';
import type { Divergence } from '../running/evaluate.ts';
import type { Run, RunWarning, VariantRun } from '../running/run.ts';
import { ScenarioRef } from './scenario.ts';

/** A variant of a run. */
interface VariantRead {
  readonly variant: VariantRun;
  readonly source: VariantSource;
}

const variantRead = (read: RunRead, variant: VariantRun): VariantRead => ({
  variant,
  source: read.source(variant),
});

const BasePoint = builder.objectRef<Run['base']>('BasePoint').implement({
  description: 'What a run started from.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'history …, book …, nothing.' }),
    revision: t.expose('revision', { type: 'Revision', description: 'Its last event.' }),
    hash: t.exposeString('hash', { description: 'What it is, to the last byte.' }),
  }),
});

const WarningRef = builder.objectRef<RunWarning>('RunWarning').implement({
  description:
    'Something that a run says of itself: an override that nothing read, a filter that matched nothing …',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'UNUSED_OVERRIDE, UNMATCHED_FILTER, REFUSED_INJECTION, REPLACED, BASELINE_DIFFERS.',
    }),
    variant: t.exposeString('variant', { description: 'The variant that it is about.' }),
    message: t.exposeString('message', { description: 'For people.' }),
  }),
});

const ExpectationRef = builder.objectRef<Expected>('Expectation').implement({
  description: 'What a scenario expects of a variant, and how it turned out.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'As the scenario says it.' }),
    variant: t.exposeString('variant', { description: 'The variant that it is about.' }),
    holds: t.exposeBoolean('holds', { description: 'Whether it holds.' }),
    found: t.exposeString('found', { description: 'What was found.' }),
  }),
});

const VariantRef = builder.objectRef<VariantRead>('Variant').implement({
  description: 'What a run made of the base under some assumptions.',
  fields: (t) => ({
    name: t.string({
      description: 'baseline is the untouched base.',
      resolve: ({ variant }) => variant.name,
    }),
    overrides: t.field({
      type: [OverrideRef],
      description: 'All its assumptions, in the order in which they are laid on timelines.',
      resolve: ({ variant }) => [...variant.overrides],
    }),
    ledger: t.field({
      type: LedgerRef,
      description: 'Its books: whatever can be asked of a book can be asked of them.',
      args: { asOf: t.arg({ type: 'Date', description: 'Only what counts up to this day.' }) },
      resolve: ({ source }, { asOf }) => new LedgerPoint(source, undefined, asOf ?? undefined),
    }),
    events: t.field({
      type: EventConnection,
      description: 'Its history, newest first. It is evaluated again to tell it.',
      complexity: { field: 500, multiplier: 1 },
      args: {
        filter: t.arg({ type: EventFilterInput, description: 'Which events are meant; all when left out.' }),
        first: t.arg.int({ description: 'How many.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: ({ source }, args, context) => askedEvents(source, args, source.head.revision, context),
    }),
    eventCount: t.int({ description: 'Events of its history.', resolve: ({ variant }) => variant.events }),
    evaluated: t.int({
      description:
        'Facts that went through the rules in it; those of a shared beginning count in the baseline.',
      resolve: ({ variant }) => variant.evaluated,
    }),
    moot: t.int({
      description: 'Facts that found their effect there already.',
      resolve: ({ variant }) => variant.moot,
    }),
    divergesFrom: t.field({
      type: 'Date',
      nullable: true,
      description: 'The first day on which it can differ from the baseline; null where nothing can.',
      resolve: ({ variant }) => variant.firstTouched?.on,
    }),
    digest: t.string({ description: 'Hash of everything folded.', resolve: ({ variant }) => variant.digest }),
  }),
});

interface VariantDivergence {
  readonly variant: string;
  readonly divergence: Divergence;
}

const VariantDivergenceRef = builder.objectRef<VariantDivergence>('VariantDivergence').implement({
  description: 'A divergence of a variant.',
  fields: (t) => ({
    variant: t.exposeString('variant', { description: 'The variant.' }),
    divergence: t.field({
      type: DivergenceRef,
      description: 'The fact that it could not keep as it was.',
      resolve: ({ divergence }) => divergence,
    }),
    line: t.int({
      nullable: true,
      description: 'Its line in the history file, where there is one.',
      resolve: ({ divergence }) => divergence.line,
    }),
  }),
});

const DivergenceConnection = connectionOf(
  'Divergence',
  VariantDivergenceRef,
  'divergences, variant by variant',
);

/** A run that is done. */
export const RunRef = builder.objectRef<RunRead>('Run').implement({
  description: 'One evaluation of a scenario, done.',
  fields: (t) => ({
    id: t.id({
      description: 'Made from its meaning: the same question, the same id, the same answer.',
      resolve: ({ run }) => run.id,
    }),
    scenario: t.field({
      type: ScenarioRef,
      description: 'The question.',
      resolve: ({ run }) => run.scenario,
    }),
    base: t.field({ type: BasePoint, description: 'What it started from.', resolve: ({ run }) => run.base }),
    engine: t.string({ description: 'Version of package and rules.', resolve: ({ run }) => run.engine }),
    seed: t.int({ description: 'What its dice started from.', resolve: ({ run }) => run.seed }),
    variants: t.field({
      type: [VariantRef],
      description: 'What it came to; the first is the baseline.',
      resolve: (read) => read.run.variants.map((variant) => variantRead(read, variant)),
    }),
    variant: t.field({
      type: VariantRef,
      nullable: true,
      description: 'One of them; null where there is none of that name.',
      args: {
        name: t.arg.string({ required: true, description: 'Its name; baseline for the untouched base.' }),
      },
      resolve: (read, { name }) => {
        const variant = read.run.variants.find((other) => other.name === name);
        return variant === undefined ? null : variantRead(read, variant);
      },
    }),
    expectations: t.field({
      type: [ExpectationRef],
      description: 'What the scenario expects, variant by variant.',
      resolve: ({ expected }) => [...expected],
    }),
    warnings: t.field({
      type: [WarningRef],
      description: 'Overrides that nothing read, filters that matched nothing, injected commands refused.',
      resolve: ({ run }) => [...run.warnings],
    }),
    divergences: t.field({
      type: DivergenceConnection,
      description: 'Facts that could not be kept as they were. None is silent.',
      args: {
        variant: t.arg.string({ description: 'Those of one variant.' }),
        first: t.arg.int({ description: 'How many.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: ({ run }, { variant: name, ...page }) => {
        if (typeof name === 'string' && !run.variants.some((variant) => variant.name === name))
          throw badQuestion(
            `variant: ${name}`,
            `one of ${run.variants.map((variant) => variant.name).join(', ')}`,
          );
        const all = run.variants
          .filter((variant) => typeof name !== 'string' || variant.name === name)
          .flatMap((variant) =>
            variant.divergences.map((divergence) => ({ variant: variant.name, divergence })),
          );
        return pageOfAll('divergence', page, all, (_, at) => String(at));
      },
    }),
    digest: t.string({
      description: 'Hash of the digests of all variants.',
      resolve: ({ run }) => run.digest,
    }),
  }),
});

/** Pages of runs. */
export const RunConnection = connectionOf('Run', RunRef, 'runs that are done, the newest first');

const StatusEnum = builder.enumType('RunStatus', {
  description: 'Where a run stands.',
  values: {
    QUEUED: { value: 'queued', description: 'Others come before it.' },
    RUNNING: { value: 'running', description: 'It is under way.' },
    DONE: { value: 'done', description: 'It is done.' },
    FAILED: { value: 'failed', description: 'It could not be done, or was cancelled.' },
  } satisfies Record<string, { value: RunStatus; description: string }>,
});

/** Digits of a share. */
const shareDigits = 4;

/** How far a run is. */
export const RunProgressRef = builder.objectRef<RunJob>('RunProgress').implement({
  description: 'How far a run is.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The run.' }),
    status: t.field({
      type: StatusEnum,
      description: 'Where it stands.',
      resolve: ({ progress }) => progress.status,
    }),
    place: t.int({ description: 'How many come before it.', resolve: ({ progress }) => progress.place }),
    phase: t.string({
      description: 'The variant that is evaluated.',
      resolve: ({ progress }) => progress.phase,
    }),
    share: t.field({
      type: 'Decimal',
      description: 'The share that is done: "0.4200".',
      resolve: ({ progress: { done, total, status } }) =>
        (status === 'done' ? 1 : total === 0 ? 0 : Math.min(1, done / total)).toFixed(shareDigits),
    }),
    done: t.int({ description: 'Facts that have been evaluated.', resolve: ({ progress }) => progress.done }),
    total: t.int({ description: 'Facts to evaluate.', resolve: ({ progress }) => progress.total }),
    factsPerSecond: t.int({
      description: 'How fast it goes.',
      resolve: ({ progress }) => progress.factsPerSecond,
    }),
    secondsLeft: t.int({
      nullable: true,
      description: 'How long it may still take; null while nothing is known.',
      resolve: ({ progress }) => progress.secondsLeft,
    }),
    run: t.field({
      type: RunRef,
      nullable: true,
      description: 'The run, once it is done.',
      resolve: ({ outcome }) => (outcome === undefined || outcome instanceof Refusal ? null : outcome),
    }),
    refusal: t.field({
      type: RefusalRef,
      nullable: true,
      description: 'Why it could not be done.',
      resolve: ({ outcome }) => (outcome instanceof Refusal ? outcome : null),
    }),
  }),
});
