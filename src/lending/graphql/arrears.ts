/**
 * Arrears in the graph: what is outstanding by bucket, what is set aside for it, and how it rolls from bucket to bucket.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { badQuestion, fault } from '../../graphql/base/faults.ts';
import { searchLimits } from '../../graphql/base/limits.ts';
import { Money } from '../../graphql/base/money.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { type Day, dayMin, formatDay } from '../../kernel/values/dates.ts';
import { formatRate } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import { ratio } from '../../reading/metrics.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { policyAt } from '../../reading/policy-at.ts';
import { type Bucket, buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';
import { sumOf } from '../lender/parts.ts';
import { type ArrearsReading, arrearsOf, type BucketReading, principalIn } from '../reading/lender.ts';
import { type Moved, movedBy, rollingTypes, sumMoves } from '../reading/roll.ts';
import { BucketEnum, cny, SplitRef } from './debt.ts';
import { linesNamed } from './lines.ts';

interface ArrearsRead extends ArrearsReading {
  readonly point: LedgerPoint;
  readonly lender: Lender;
  readonly on: Day | undefined;
}

interface LineRead extends BucketReading {
  readonly all: bigint;
}

/** What each line has in arrears at a point; provision rates are those of its last day, as known at it. */
export async function arrearsAt(
  point: LedgerPoint,
  segment: string | null | undefined,
): Promise<readonly ArrearsRead[]> {
  const wanted = linesNamed(segment);
  const on = point.lastDay;
  const { view } = point;
  const policy = point.readOn(await policyAt(point.source, point.revision), on ?? dayMin);
  return wanted.map(({ lender }) => ({
    ...arrearsOf(lender, view, policy.policy(lender.policy.provisionRates)),
    point,
    lender,
    on,
  }));
}

const LineRef = builder.objectRef<LineRead>('ArrearsLine').implement({
  description: 'What is outstanding in a bucket of arrears, and what is set aside for it.',
  fields: (t) => ({
    bucket: t.field({
      type: BucketEnum,
      description: 'CURRENT, DAYS_1_30 …',
      resolve: ({ bucket }) => bucket,
    }),
    principal: t.field({
      type: SplitRef,
      description: 'Principal of debts in it, by who funds it.',
      resolve: ({ principal }) => principal,
    }),
    share: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Its share of all principal: "0.031250"; null where nothing is outstanding.',
      resolve: ({ principal, all }) => ratio(sumOf(principal), all),
    }),
    provisionRate: t.string({
      description: 'What is set aside of the own part: 25%.',
      resolve: ({ provisionRate }) => formatRate(provisionRate),
    }),
    provision: t.field({
      type: Money,
      description: 'That rate of the own part, half to even: 2.50 of 10.00.',
      resolve: ({ provision }) => cny(provision),
    }),
  }),
});

interface FlowRead extends Moved {
  /** What was in the bucket before. */
  readonly before: bigint;
}

const FlowRef = builder.objectRef<FlowRead>('RollFlow').implement({
  description: 'Principal that went from one bucket to another over days.',
  fields: (t) => ({
    to: t.field({
      type: BucketEnum,
      nullable: true,
      description: 'Where to: DAYS_31_60; null: it was written off.',
      resolve: ({ to }) => to,
    }),
    amount: t.field({
      type: Money,
      description: 'How much, all parts together: 320.00.',
      resolve: ({ minor }) => cny(minor),
    }),
    rate: t.field({
      type: 'Decimal',
      nullable: true,
      description:
        'It over what was in the bucket before: "0.400000". It may be above 1 where what came in moved on within the days; null where nothing was there before.',
      resolve: ({ minor, before }) => ratio(minor, before),
    }),
  }),
});

interface RollRead {
  readonly bucket: Bucket;
  readonly before: bigint;
  readonly flows: readonly FlowRead[];
}

const RollRef = builder.objectRef<RollRead>('RollRate').implement({
  description: 'Where principal of a bucket of arrears went over days.',
  fields: (t) => ({
    from: t.field({
      type: BucketEnum,
      description: 'The bucket: DAYS_1_30.',
      resolve: ({ bucket }) => bucket,
    }),
    before: t.field({
      type: Money,
      description: 'What was in it before the first of the days, all parts together: 800.00.',
      resolve: ({ before }) => cny(before),
    }),
    flows: t.field({
      type: [FlowRef],
      description: 'Where to, by bucket, what was written off last.',
      resolve: ({ flows }) => [...flows],
    }),
  }),
});

/** Most events that are read for roll rates: a few seconds. */
const rollEventsMax = 20_000;

/** What events of a line moved between buckets over days, up to a point. */
async function movesOf(
  { point, lender }: ArrearsRead,
  from: Day,
  to: Day,
  signal: AbortSignal,
): Promise<readonly Moved[]> {
  const { source, revision, asOf } = point;
  await source.ready?.(signal);
  const { lookups } = source;
  const types = new Set(rollingTypes(lender));
  const last = asOf === undefined ? to : Math.min(to, asOf);
  const found: number[] = [];
  for (let at = 0; at <= revision; at++) {
    const day = lookups.day(at);
    if (day >= from && day <= last && types.has(lookups.type(at))) found.push(at);
  }
  if (found.length > rollEventsMax)
    throw fault(
      new Refusal(
        tooLong,
        `${formatDay(from)} to ${formatDay(to)}`,
        `${found.length} debts moved, and at most ${rollEventsMax} are read: ask for fewer days`,
      ),
    );
  const moves: Moved[] = [];
  for (let at = 0; at < found.length; at += searchLimits.batch) {
    signal.throwIfAborted();
    for (const event of await source.events(found.slice(at, at + searchLimits.batch))) {
      const moved = movedBy(lender, event);
      if (moved !== undefined) moves.push(moved);
    }
  }
  return sumMoves(moves);
}

async function rollRates(read: ArrearsRead, from: Day, to: Day, signal: AbortSignal): Promise<RollRead[]> {
  if (to < from) throw badQuestion(`${formatDay(from)} to ${formatDay(to)}`, 'it ends before it begins');
  const { point, lender } = read;
  const moves = await movesOf(read, from, to, signal);
  return buckets.map((bucket) => {
    const before = sumOf(principalIn(lender, point.view, bucket, from - 1));
    const flows = moves.filter((move) => move.from === bucket).map((move) => ({ ...move, before }));
    return { bucket, before, flows };
  });
}

const ArrearsRef = builder.objectRef<ArrearsRead>('Arrears').implement({
  description: 'What a line has outstanding, by bucket of arrears, at a point of both axes.',
  fields: (t) => ({
    segment: t.id({ description: 'The line that lends: huabei.', resolve: ({ lender }) => lender.id }),
    on: t.field({
      type: 'Date',
      nullable: true,
      description:
        'The day whose provision rates are meant: the ledger’s asOf, or its last day; null for an empty book.',
      resolve: ({ on }) => on,
    }),
    principal: t.field({
      type: SplitRef,
      description: 'All principal outstanding, by who funds it.',
      resolve: ({ principal }) => principal,
    }),
    overdue: t.field({
      type: Money,
      description: 'Of it, what is a day past due or more: 1200.00.',
      resolve: ({ overdue }) => cny(overdue),
    }),
    overdueShare: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'Its share of all principal: "0.012000"; null where nothing is outstanding.',
      resolve: ({ overdue, principal }) => ratio(overdue, sumOf(principal)),
    }),
    buckets: t.field({
      type: [LineRef],
      description: 'Bucket by bucket, CURRENT first.',
      resolve: ({ buckets: found, principal }) => found.map((line) => ({ ...line, all: sumOf(principal) })),
    }),
    provision: t.field({
      type: Money,
      description: 'What the buckets need, together: 34.20.',
      resolve: ({ needed }) => cny(needed),
    }),
    allowance: t.field({
      type: Money,
      description: 'What is booked for it; a close brings it to what the buckets need. 34.20.',
      resolve: ({ allowance }) => cny(allowance),
    }),
    rollRates: t.field({
      type: [RollRef],
      description:
        'How principal rolled from bucket to bucket over days, by amounts: what closes moved from a bucket to another (and what was written off of it), over what was in the bucket before the first day. A debt that moves twice counts in both moves; what is repaid is in none.',
      // A row a bucket, of events that are read.
      complexity: { field: 100, multiplier: 5 },
      args: {
        from: t.arg({ type: 'Date', required: true, description: 'First day: 2016-04-01.' }),
        to: t.arg({ type: 'Date', required: true, description: 'Last day: 2016-04-30.' }),
      },
      resolve: (read, { from, to }, { signal }) => rollRates(read, from, to, signal),
    }),
  }),
});

builder.objectField(LedgerRef, 'arrears', (t) =>
  t.field({
    type: [ArrearsRef],
    description: 'What each line that lends has outstanding, by bucket of arrears. (huabei, jiebei, mybank)',
    complexity: { field: 10, multiplier: 3 },
    args: { segment: t.arg.id({ description: 'One line: huabei; all when left out.' }) },
    resolve: async (point, { segment }) => [...(await arrearsAt(point, segment))],
  }),
);
