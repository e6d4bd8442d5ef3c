/**
 * What a ledger says of one line of business: revenue, cost, balances and metrics.
 *
 * @module
 */
import type { Segment } from '../../kernel/contract/segment.ts';
import type { Day, Period } from '../../kernel/values/dates.ts';
import { type MetricValue, metrics } from '../../reading/metrics.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import type { PeriodAmount } from '../../reading/reports.ts';
import { builder } from '../base/builder.ts';
import { PeriodEnum } from '../base/enums.ts';
import { orFault } from '../base/faults.ts';
import { Money } from '../base/money.ts';
import { AccountBalance } from './reports.ts';

/** A line of business at a point. */
export interface SegmentRead {
  readonly point: LedgerPoint;
  readonly segment: Segment;
}

const PeriodAmountRef = builder.objectRef<PeriodAmount>('PeriodAmount').implement({
  description: 'An amount over a period.',
  fields: (t) => ({
    period: t.exposeString('period', { description: '2016-03, 2016-Q1, 2016-03-01, 2016.' }),
    from: t.expose('from', { type: 'Date', description: 'First day.' }),
    to: t.expose('to', { type: 'Date', description: 'Last day.' }),
    amount: t.field({ type: Money, description: 'How much.', resolve: (amount) => amount }),
  }),
});

interface MetricRead extends MetricValue {
  readonly doc: string;
}

const Metric = builder.objectRef<MetricRead>('Metric').implement({
  description: 'A figure that a line of business is judged by, over a period or at its end.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'takeRate, assets …' }),
    doc: t.exposeString('doc', { description: 'What it says.' }),
    unit: t.exposeString('unit', { description: 'share, CNY …' }),
    period: t.exposeString('period', { description: '2016-03, 2016-Q1, 2016-03-01, 2016.' }),
    from: t.expose('from', { type: 'Date', description: 'First day.' }),
    to: t.expose('to', { type: 'Date', description: 'Last day.' }),
    value: t.expose('value', {
      type: 'Decimal',
      nullable: true,
      description: 'The figure; null where there is none.',
    }),
  }),
});

interface SpanArgs {
  readonly from?: Day | null | undefined;
  readonly to?: Day | null | undefined;
  readonly by?: Period | null | undefined;
}

/** The arguments of what is cut into periods. */
export const spanArgs = builder.args((t) => ({
  from: t.field({ type: 'Date', description: 'First day; that of the first change when left out.' }),
  to: t.field({ type: 'Date', description: 'Last day; that of the last change when left out.' }),
  by: t.field({ type: PeriodEnum, defaultValue: 'MONTH', description: 'The length of a period.' }),
}));

const spanOf = ({ from, to, by }: SpanArgs) => ({
  from: from ?? undefined,
  to: to ?? undefined,
  by: by ?? 'MONTH',
});

async function metricsOf(
  { point, segment }: SegmentRead,
  args: SpanArgs,
  signal: AbortSignal,
): Promise<MetricRead[]> {
  const { from, to, by } = spanOf(args);
  const bounds = point.view.days();
  const [first, last] = [from ?? bounds?.from, to ?? bounds?.to];
  if (first === undefined || last === undefined) return [];
  const now = point.view;
  // What is at hand is answered at once, so that no other command comes in between.
  const view = now.isHead ? now : await point.whole(signal);
  const { house } = point.source;
  const docs = new Map(segment.metrics.map(({ id, doc }) => [id, doc]));
  return orFault(metrics(house, view, segment.id, first, last, by)).map((value) => ({
    ...value,
    doc: docs.get(value.id) ?? '',
  }));
}

/** A line of business in a ledger. */
export const SegmentLedger = builder.objectRef<SegmentRead>('SegmentLedger').implement({
  description: 'What a ledger says of one line of business.',
  fields: (t) => ({
    id: t.id({ description: 'payments, yuebao …', resolve: ({ segment }) => segment.id }),
    title: t.string({ description: 'For people.', resolve: ({ segment }) => segment.title }),
    revenue: t.field({
      type: [PeriodAmountRef],
      description:
        'What the group earns by this line, period by period: the platform’s income, and what other entities report.',
      args: spanArgs,
      resolve: ({ point, segment }, args) => [...orFault(point.view.revenue(segment.id, spanOf(args)))],
    }),
    cost: t.field({
      type: [PeriodAmountRef],
      description: 'What this line costs the group, period by period.',
      args: spanArgs,
      resolve: ({ point, segment }, args) => [...orFault(point.view.cost(segment.id, spanOf(args)))],
    }),
    balances: t.field({
      type: [AccountBalance],
      description: 'The control accounts of this line.',
      resolve: ({ point, segment }) => [...point.view.controls(segment.id)],
    }),
    metrics: t.field({
      type: [Metric],
      description:
        'Take rate, assets, liquidity …: the figures that this line is judged by, period by period.',
      args: spanArgs,
      resolve: (read, args, { signal }) => metricsOf(read, args, signal),
    }),
  }),
});
