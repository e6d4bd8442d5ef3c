/**
 * Metrics that every line that lends has.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { MetricReading, MetricSpec } from '../../kernel/contract/metric.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { exposure, netAssets } from '../funding/leverage.ts';
import { buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';
import { type PartName, partNames } from '../lender/parts.ts';

/**
 * Figures of a line: what is outstanding and by whom it is funded, arrears, income, cost, leverage.
 *
 * @param ownFees income that the line has beyond that of every line
 */
export function lendingMetrics(lender: Lender, ownFees: readonly AccountKind[] = []): void {
  const { books, id } = lender;
  const partOn = (s: MetricReading, part: PartName, day: Day): bigint =>
    buckets.reduce((sum, bucket) => sum + s.totalOn(books[part].principal[bucket], day), 0n);
  const allOn = (s: MetricReading, day: Day): bigint =>
    partNames.reduce((sum, part) => sum + partOn(s, part, day), 0n);
  const bucketOn = (s: MetricReading, bucket: (typeof buckets)[number], day: Day): bigint =>
    partNames.reduce((sum, part) => sum + s.totalOn(books[part].principal[bucket], day), 0n);
  const feeKinds: readonly AccountKind[] = [
    books.own.lateFeeIncome,
    books.own.serviceFeeIncome,
    books.technologyFee,
    ...ownFees,
  ];
  const arrearsOn = (s: MetricReading): bigint =>
    buckets
      .filter((bucket) => bucket !== 'current')
      .reduce((sum, bucket) => sum + bucketOn(s, bucket, s.to), 0n);
  const metrics: readonly MetricSpec[] = [
    {
      id: 'outstanding',
      doc: 'Principal outstanding at the end of the period, whoever funds it.',
      unit: 'CNY',
      of: (s) => s.money(allOn(s, s.to)),
    },
    ...partNames.map(
      (part): MetricSpec => ({
        id: `${part}Outstanding`,
        doc: `Of it, the part of ${part === 'own' ? 'the lending company' : part === 'partner' ? 'partner banks' : 'the vehicle'}.`,
        unit: 'CNY',
        of: (s) => s.money(partOn(s, part, s.to)),
      }),
    ),
    ...buckets.map(
      (bucket): MetricSpec => ({
        id: `arrears-${bucket}`,
        doc: `Of it, ${bucket === 'current' ? 'with nothing overdue' : `${bucket} days past due`}.`,
        unit: 'CNY',
        of: (s) => s.money(bucketOn(s, bucket, s.to)),
      }),
    ),
    {
      id: 'arrearsRate',
      doc: 'The share of what is outstanding that is a day past due or more.',
      unit: 'share',
      of: (s) => s.ratio(arrearsOn(s), allOn(s, s.to)),
    },
    {
      id: 'netInterestIncome',
      doc: 'Interest of the own part, less what is paid for what is borrowed.',
      unit: 'CNY',
      of: (s) => s.money(s.change(books.own.interestIncome) - s.change(books.own.fundingCost)),
    },
    {
      id: 'feeIncome',
      doc: 'Late fees, service fees, technology fees, and what a line has of its own: merchant and instalment fees.',
      unit: 'CNY',
      of: (s) => s.money(feeKinds.reduce((sum, kind) => sum + s.change(kind), 0n)),
    },
    {
      id: 'retainedIncome',
      doc: 'What pools left to the subordinated notes.',
      unit: 'CNY',
      of: (s) => s.money(s.change(books.own.retainedIncome)),
    },
    {
      id: 'creditCost',
      doc: 'Provisions less recoveries, and notes written down.',
      unit: 'CNY',
      of: (s) => s.money(s.change(books.own.provision) + s.change(books.own.retainedLoss)),
    },
    {
      id: 'netAssets',
      doc: `Net assets of ${id}’s lending company at the end of the period.`,
      unit: 'CNY',
      of: (s) => s.money(netAssets(lender, s, s.to)),
    },
    {
      id: 'leverageOn',
      doc: 'What is borrowed, as a multiple of net assets.',
      unit: 'multiple',
      of: (s) => multiple(s, exposure(lender, s, 'on', s.to), netAssets(lender, s, s.to)),
    },
    {
      id: 'leverageOff',
      doc: 'Senior notes of its pools, as a multiple of net assets.',
      unit: 'multiple',
      of: (s) => multiple(s, exposure(lender, s, 'off', s.to), netAssets(lender, s, s.to)),
    },
  ];
  for (const { id: name, ...spec } of metrics) lender.line.metric(name, spec);
}

const multiple = (s: MetricReading, exposed: bigint, net: bigint): string | undefined =>
  net > 0n ? s.ratio(exposed, net) : undefined;
