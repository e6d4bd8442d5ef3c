/**
 * zhima in the graph: scores with what explains them, what follows from them, and deposits that were waived.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfRows } from '../../graphql/base/connection.ts';
import { Money } from '../../graphql/base/money.ts';
import { HolderRef } from '../../graphql/book/holder.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import type { State } from '../../kernel/state/state.ts';
import { formatRate, share } from '../../kernel/values/rates.ts';
import { pageArgs } from '../../lending/graphql/asking.ts';
import { cny, enumValues } from '../../lending/graphql/debt.ts';
import { lendingLines } from '../../lending/graphql/lines.ts';
import { type Tier, tierOf } from '../../lending/lender/tiers.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { scoreMax, scoreMin, weights } from './policy.ts';
import {
  type Component,
  components,
  type ScoreRow,
  scores,
  type WaiverRow,
  type WaiverStage,
  waivers,
} from './state.ts';

const ComponentEnum = builder.enumType('ScoreComponent', {
  description: 'What a score is made of.',
  values: enumValues<Component>({
    payments: 'How often the holder has paid.',
    repayment: 'Debts that were paid in time, against those that fell into arrears.',
    tenure: 'For how long the holder has been known.',
    assets: 'What is in the wallet and in the fund.',
    relations: 'How many others the holder has paid or given a transfer to.',
  }),
});

interface PointsRead {
  readonly component: Component;
  readonly points: number;
  readonly most: number;
}

const PointsRef = builder.objectRef<PointsRead>('ScorePoints').implement({
  description: 'What a component brings to a score.',
  fields: (t) => ({
    component: t.field({
      type: ComponentEnum,
      description: 'PAYMENTS, REPAYMENT …',
      resolve: ({ component }) => component,
    }),
    points: t.exposeInt('points', {
      description: 'Whole points that it brought when the score was computed: 90.',
    }),
    most: t.exposeInt('most', {
      description: 'Most that it can bring, by its weight on the ledger’s day: 180 of 600 at 30 %.',
    }),
  }),
});

interface TierLimit {
  readonly segment: string;
  readonly limit: bigint;
  readonly price: string | undefined;
}

const TierLimitRef = builder.objectRef<TierLimit>('TierLimit').implement({
  description: 'What follows from a score on one line that lends.',
  fields: (t) => ({
    segment: t.exposeID('segment', { description: 'The line: huabei, jiebei or mybank.' }),
    limit: t.field({
      type: Money,
      description: 'Most that the holder may owe: 3000.00; zero: nothing is lent.',
      resolve: ({ limit }) => cny(limit),
    }),
    price: t.string({
      nullable: true,
      description:
        'Interest a day of a loan that is applied for now: 0.045%; null where the price does not go by score.',
      resolve: ({ price }) => price,
    }),
  }),
});

const StageEnum = builder.enumType('WaiverStage', {
  description: 'How far a waiver has come.',
  values: enumValues<WaiverStage>({
    open: 'The deposit is waived.',
    returned: 'What it was waived for came back.',
    claimed: 'The partner has claimed it, or a part of it.',
  }),
});

interface WaiverRead extends WaiverRow {
  readonly id: string;
}

const WaiverRef = builder.objectRef<WaiverRead>('Waiver').implement({
  description: 'A deposit that a partner did not ask for, since the score sufficed.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The caller’s id of it: W-1.' }),
    holder: t.exposeID('holder', { description: 'Who need not pay it: user-1.' }),
    partner: t.exposeID('partner', { description: 'Who would have got it: bikes-1.' }),
    deposit: t.field({
      type: Money,
      description: 'The deposit: 199.00.',
      resolve: ({ minor }) => cny(minor),
    }),
    waivedOn: t.expose('on', { type: 'Date', description: 'The day on which it was waived: 2016-05-02.' }),
    latest: t.expose('latest', { type: 'Date', description: 'The date of its latest fact.' }),
    stage: t.field({ type: StageEnum, description: 'How far it has come.', resolve: ({ stage }) => stage }),
    claimed: t.field({
      type: Money,
      description: 'What the partner has claimed of it: 0.00 while nothing is.',
      resolve: ({ claimed }) => cny(claimed),
    }),
  }),
});

const WaiverConnection = connectionOf('Waiver', WaiverRef, 'waived deposits, by id');

interface ScoreRead {
  readonly holder: string;
  readonly row: ScoreRow;
  readonly tier: Tier;
  readonly points: readonly PointsRead[];
  readonly limits: readonly TierLimit[];
  readonly point: LedgerPoint;
}

/** A score with what follows from it on the last day of its point. */
function readScore(point: LedgerPoint, state: State, holder: string, row: ScoreRow): ScoreRead {
  const s = point.readOn(state, Math.max(row.on, point.lastDay ?? row.on));
  const tier = tierOf(row.score);
  const weight = s.policy(weights);
  return {
    holder,
    row,
    tier,
    points: components.map((component) => ({
      component,
      points: row[component],
      most: Number(share(BigInt(scoreMax - scoreMin), weight[component])),
    })),
    limits: lendingLines().map(({ lender, limits, prices }) => {
      const price = prices === undefined ? undefined : s.policy(prices)[tier];
      return {
        segment: lender.id,
        limit: s.policy(limits)[tier],
        price: price === undefined ? undefined : formatRate(price),
      };
    }),
    point,
  };
}

const waiverPage = (
  point: LedgerPoint,
  holder: string,
  page: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  signal: AbortSignal,
) =>
  point.withRows(signal, (state) => {
    const found = state.rows.entries(waivers).filter(([, row]) => row.holder === holder);
    return pageOfRows('waiver', page, found, (id, row): WaiverRead => ({ id, ...row }));
  });

const ScoreRef = builder.objectRef<ScoreRead>('Score').implement({
  description:
    'A holder’s credit score, 350 to 950, as it was computed last, with the points that explain it and what follows from it.',
  fields: (t) => ({
    holder: t.exposeID('holder', { description: 'Whose it is: user-1.' }),
    score: t.int({ description: '350 and the sum of the points: 655.', resolve: ({ row }) => row.score }),
    points: t.field({
      type: [PointsRef],
      description: 'What each component brings.',
      resolve: ({ points }) => [...points],
    }),
    computedOn: t.field({
      type: 'Date',
      description: 'The day at whose close it, or its points, changed last: 2016-05-01.',
      resolve: ({ row }) => row.on,
    }),
    tier: t.exposeString('tier', {
      description: 'What limits and prices go by: from-350, from-550, from-600, from-650 or from-700.',
    }),
    limits: t.field({
      type: [TierLimitRef],
      description: 'What follows from it, line by line, on the last day of the ledger.',
      resolve: ({ limits }) => [...limits],
    }),
    waivers: t.field({
      type: WaiverConnection,
      description: 'Deposits that it waived, by id.',
      args: pageArgs,
      resolve: ({ point, holder }, page, { signal }) => waiverPage(point, holder, page, signal),
    }),
  }),
});

const ScoreConnection = connectionOf('Score', ScoreRef, 'scores, by holder');

const scoreOf = (point: LedgerPoint, holder: string, signal: AbortSignal) =>
  point.withRows(signal, (state) => {
    const row = state.row(scores, holder);
    return row === undefined ? null : readScore(point, state, holder, row);
  });

builder.objectField(LedgerRef, 'score', (t) =>
  t.field({
    type: ScoreRef,
    nullable: true,
    description: 'The score of a holder; null where none was computed yet. (zhima)',
    args: { holder: t.arg.id({ required: true, description: 'Whose score: user-1.' }) },
    resolve: (point, { holder }, { signal }) => scoreOf(point, holder, signal),
  }),
);

builder.objectField(LedgerRef, 'scores', (t) =>
  t.field({
    type: ScoreConnection,
    description: 'Scores, by holder. (zhima)',
    args: pageArgs,
    resolve: (point, page, { signal }) =>
      point.withRows(signal, (state) =>
        pageOfRows('score', page, state.rows.entries(scores), (holder, row) =>
          readScore(point, state, holder, row),
        ),
      ),
  }),
);

builder.objectField(HolderRef, 'score', (t) =>
  t.field({
    type: ScoreRef,
    nullable: true,
    description: 'Their credit score; null where none was computed yet. (zhima)',
    resolve: ({ id, point }, _args, { signal }) => scoreOf(point, id, signal),
  }),
);

builder.objectField(HolderRef, 'waivers', (t) =>
  t.field({
    type: WaiverConnection,
    description: 'Deposits that were waived for them, by id. (zhima)',
    args: pageArgs,
    resolve: ({ id, point }, page, { signal }) => waiverPage(point, id, page, signal),
  }),
);
