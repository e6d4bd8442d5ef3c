/**
 * Comparisons in the graph: variants of one run or of several, beside the baseline of the first.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfAll } from '../../graphql/base/connection.ts';
import { PeriodEnum } from '../../graphql/base/enums.ts';
import { badQuestion } from '../../graphql/base/faults.ts';
import { Money } from '../../graphql/base/money.ts';
import { type EventRead, EventRef } from '../../graphql/events/event.ts';
import {
  type AccountDifference,
  accountDifferences,
  type Compared,
  type ComparedVariant,
  type SegmentDifference,
  segmentDifferences,
  type Yardstick,
} from '../comparing/compare.ts';
import { HeldRun } from '../holding/held-run.ts';
import { baselineName } from '../running/run.ts';

/** Runs that are compared; the first one's baseline is the yardstick. */
export interface Comparison {
  readonly runs: readonly Compared[];
}

const SegmentDifferenceRef = builder.objectRef<SegmentDifference>('SegmentDifference').implement({
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

const AccountDifferenceRef = builder.objectRef<AccountDifference>('AccountDifference').implement({
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
      resolve: async ({ runs }, { by }) => {
        const found: SegmentDifference[] = [];
        for (const [at, run] of runs.entries()) {
          const lines = await segmentDifferences(run, by ?? 'MONTH', yardstickOf(runs));
          // The yardstick beside itself says nothing.
          found.push(...lines.filter(({ variant }) => at > 0 || variant !== baselineName));
        }
        return found;
      },
    }),
    accounts: t.field({
      type: AccountDifferenceConnection,
      description: 'Accounts whose balances differ at the end.',
      args: {
        first: t.arg.int({ description: 'How many.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: async ({ runs }, page) => {
        const all: AccountDifference[] = [];
        for (const run of runs) all.push(...(await accountDifferences(run, yardstickOf(runs))));
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

function yardstickOf([first]: readonly Compared[]): Yardstick {
  if (first === undefined) throw new Error('a comparison of nothing');
  return { of: first, variant: first.variants[0]?.name ?? baselineName };
}

/** The variant whose history is looked into for where it parts from the yardstick's; undefined where none can. */
export function partingVariant<T extends { readonly variants: readonly ComparedVariant[] }>(
  runs: readonly T[],
  name: string | undefined,
): { readonly of: T; readonly variant: string } | undefined {
  const all = runs.flatMap((of) => of.variants.map((variant) => ({ of, variant })));
  const found = all.find(({ variant }) => (name === undefined ? variant.isTouched : variant.name === name));
  if (found !== undefined) return { of: found.of, variant: found.variant.name };
  if (name === undefined) return undefined;
  throw badQuestion(`variant: ${name}`, `one of ${all.map(({ variant }) => variant.name).join(', ')}`);
}

async function firstDivergence(
  runs: readonly Compared[],
  name: string | undefined,
  signal: AbortSignal,
): Promise<EventRead | null> {
  const found = partingVariant(runs, name);
  const { of, variant } = yardstickOf(runs);
  if (found === undefined) return null;
  // Who is asked is who holds the variant: see ../server/runs.
  if (!(found.of instanceof HeldRun)) throw new Error(`run ${found.of.id} is held elsewhere`);
  const source = found.of.sourceNamed(found.variant);
  if (source === undefined) return null;
  for (let from = 0; from <= source.head.revision; from += slice) {
    const own = await found.of.meanings(found.variant, from, slice, signal);
    const others = await of.meanings(variant, from, slice, signal);
    const at = own.findIndex((meaning, place) => meaning !== others[place]);
    if (at >= 0) {
      const [event] = await source.events([from + at]);
      return event === undefined ? null : { event, source };
    }
    signal.throwIfAborted();
  }
  return null;
}

/** Events that are compared at once. */
const slice = 2_000;
