/**
 * Comparisons in the graph: variants of one run or of several, beside the baseline of the first.
 *
 * @module
 */
import { builder } from '../graphql/builder.ts';
import { connectionOf, pageOfAll } from '../graphql/connection.ts';
import { PeriodEnum } from '../graphql/enums.ts';
import { type EventRead, EventRef } from '../graphql/event.ts';
import { badQuestion } from '../graphql/faults.ts';
import { Money } from '../graphql/money.ts';
import type { StoredEvent } from '../kernel/events.ts';
import {
  type AccountDifference,
  accountDifferences,
  type SegmentDifference,
  segmentDifferences,
} from './compare.ts';
import { baselineName, type VariantRun } from './run.ts';
import { type RunRead, sourceOf } from './run-graphql.ts';

/** Runs that are compared; the first one's baseline is the yardstick. */
export interface Comparison {
  readonly runs: readonly RunRead[];
}

type OfRun<T> = T & { readonly run: string };

const SegmentDifferenceRef = builder.objectRef<OfRun<SegmentDifference>>('SegmentDifference').implement({
  description: 'A segment’s revenue or cost over a period, in the baseline and in a variant.',
  fields: (t) => {
    const money = (name: 'baseline' | 'value' | 'difference', description: string) =>
      t.field({
        type: Money,
        description,
        resolve: (line) => ({ minor: line[name], currency: line.currency }),
      });
    return {
      run: t.exposeID('run', { description: 'The run.' }),
      variant: t.exposeString('variant', { description: 'The variant.' }),
      segment: t.exposeID('segment', { description: 'The line of business.' }),
      of: t.exposeString('of', { description: 'revenue or cost.' }),
      period: t.exposeString('period', { description: '2016-03, 2016-Q1, 2016-03-01, 2016.' }),
      from: t.expose('from', { type: 'Date', description: 'First day.' }),
      to: t.expose('to', { type: 'Date', description: 'Last day.' }),
      baseline: money('baseline', 'In the baseline.'),
      value: money('value', 'In the variant.'),
      difference: money('difference', 'The variant’s less the baseline’s.'),
    };
  },
});

const AccountDifferenceRef = builder.objectRef<OfRun<AccountDifference>>('AccountDifference').implement({
  description: 'An account whose balance differs at the end.',
  fields: (t) => {
    const money = (name: 'baseline' | 'value' | 'difference', description: string) =>
      t.field({
        type: Money,
        description,
        resolve: (line) => ({ minor: line[name], currency: line.currency }),
      });
    return {
      run: t.exposeID('run', { description: 'The run.' }),
      variant: t.exposeString('variant', { description: 'The variant.' }),
      account: t.exposeID('account', { description: 'The account.' }),
      baseline: money('baseline', 'In the baseline.'),
      value: money('value', 'In the variant.'),
      difference: money('difference', 'The variant’s less the baseline’s.'),
    };
  },
});

const AccountDifferenceConnection = connectionOf(
  'AccountDifference',
  AccountDifferenceRef,
  'accounts that differ, variant by variant, by id',
);

/** Runs beside each other. */
export const ComparisonRef = builder.objectRef<Comparison>('Comparison').implement({
  description: 'The variants of one or more runs beside the baseline of the first.',
  fields: (t) => ({
    segments: t.field({
      type: [SegmentDifferenceRef],
      description: 'Revenue and cost by segment and period: baseline, variant, difference.',
      args: {
        by: t.arg({ type: PeriodEnum, defaultValue: 'MONTH', description: 'The length of a period.' }),
      },
      resolve: ({ runs }, { by }) =>
        runs.flatMap(({ run }, at) =>
          segmentDifferences(run, by ?? 'MONTH', baselineOf(runs))
            // The yardstick beside itself says nothing.
            .filter(({ variant }) => at > 0 || variant !== baselineName)
            .map((line) => ({ ...line, run: run.id })),
        ),
    }),
    accounts: t.field({
      type: AccountDifferenceConnection,
      description: 'Accounts whose balances differ at the end.',
      args: {
        first: t.arg.int({ description: 'How many.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: ({ runs }, page) => {
        const all = runs.flatMap(({ run }) =>
          accountDifferences(run, baselineOf(runs)).map((line) => ({ ...line, run: run.id })),
        );
        return pageOfAll('difference', page, all, (line) => `${line.run} ${line.variant} ${line.account}`);
      },
    }),
    firstDivergence: t.field({
      type: EventRef,
      nullable: true,
      description:
        'Where two histories part: the first event of a variant that the baseline does not have at the same place. Both are evaluated again to find it.',
      complexity: 1_000,
      args: {
        variant: t.arg.string({ description: 'The variant; the first that can differ when left out.' }),
      },
      resolve: ({ runs }, { variant }, { signal }) => firstDivergence(runs, variant ?? undefined, signal),
    }),
  }),
});

const baselineOf = ([first]: readonly RunRead[]): VariantRun | undefined => first?.run.variants[0];

async function firstDivergence(
  runs: readonly RunRead[],
  name: string | undefined,
  signal: AbortSignal,
): Promise<EventRead | null> {
  const baseline = baselineOf(runs);
  const [first] = runs;
  if (first === undefined || baseline === undefined) return null;
  const all = runs.flatMap(({ job, run }) => run.variants.map((variant) => ({ job, variant })));
  const found = all.find(({ variant }) =>
    name === undefined ? variant.firstTouched !== undefined : variant.name === name,
  );
  if (found === undefined) {
    if (name === undefined) return null;
    throw badQuestion(`variant: ${name}`, `one of ${all.map(({ variant }) => variant.name).join(', ')}`);
  }
  const own = sourceOf(found.job, found.variant);
  const other = sourceOf(first.job, baseline);
  await Promise.all([own.ready(signal), other.ready(signal)]);
  for (let from = 0; from <= own.head.revision; from += slice) {
    const revisions = Array.from({ length: slice }, (_, at) => from + at);
    const [events, others] = await Promise.all([own.events(revisions), other.events(revisions)]);
    const event = events.find((each, at) => meaning(each) !== meaning(others[at]));
    if (event !== undefined) return { event, source: own };
    signal.throwIfAborted();
  }
  return null;
}

/** Events that are compared at once. */
const slice = 2_000;

/** What an event says, without its place in a chain. */
const meaning = (event: StoredEvent | undefined): string =>
  event === undefined
    ? ''
    : JSON.stringify([
        event.type,
        event.subject,
        event.effectiveOn,
        event.data,
        event.accounts,
        event.minors.map(String),
      ]);
