/**
 * What lines that lend earned and lost, in the graph.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { orFault } from '../../graphql/base/faults.ts';
import { Money } from '../../graphql/base/money.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { spanArgs } from '../../graphql/book/segment-ledger.ts';
import { creditIncomeOf, type IncomeReading, type NamedAmount } from '../reading/lender.ts';
import { cny, SplitRef } from './debt.ts';
import { linesNamed } from './lines.ts';

const FeeRef = builder.objectRef<NamedAmount>('FeeIncome').implement({
  description: 'Fees of one kind over a period.',
  fields: (t) => ({
    kind: t.exposeID('name', {
      description:
        'late-fee, service-fee, technology-service; of huabei merchant-fee and instalment-fee, too: the name of the account.',
    }),
    amount: t.field({ type: Money, description: 'How much: 12.00.', resolve: ({ minor }) => cny(minor) }),
  }),
});

const PeriodRef = builder.objectRef<IncomeReading>('CreditIncomePeriod').implement({
  description: 'What a line that lends earned and lost over a period.',
  fields: (t) => {
    const money = (of: (income: IncomeReading) => bigint, description: string) =>
      t.field({ type: Money, description, resolve: (income) => cny(of(income)) });
    return {
      period: t.exposeString('period', { description: '2016-03, 2016-Q1, 2016-03-01, 2016.' }),
      from: t.expose('from', { type: 'Date', description: 'First day.' }),
      to: t.expose('to', { type: 'Date', description: 'Last day.' }),
      interest: money(({ interest }) => interest, 'Interest on the own part: 31.40.'),
      fundingCost: money(({ fundingCost }) => fundingCost, 'Paid for what is borrowed: 18.49.'),
      netInterestIncome: money(
        ({ interest, fundingCost }) => interest - fundingCost,
        'Interest on the own part less what is paid for what is borrowed: 12.91.',
      ),
      fees: t.field({
        type: [FeeRef],
        description: 'Fees by kind; those of a kind that brought nothing are zero.',
        resolve: ({ fees }) => [...fees],
      }),
      feeIncome: money(
        ({ feeTotal }) => feeTotal,
        'Fees of all kinds: 16.74, as the metric feeIncome has them.',
      ),
      retainedIncome: money(
        ({ retainedIncome }) => retainedIncome,
        'What was left to the subordinated notes that the lending company keeps: 3.10.',
      ),
      provisions: money(
        ({ provisions }) => provisions,
        'Provisions less recoveries: 8.00; below zero where less is needed.',
      ),
      notesWrittenDown: money(
        ({ retainedLoss }) => retainedLoss,
        'Retained notes that were written down: 0.00.',
      ),
      creditCost: money(
        ({ provisions, retainedLoss }) => provisions + retainedLoss,
        'Provisions less recoveries, and retained notes written down: 8.00.',
      ),
      result: money(
        ({ result }) => result,
        'Net interest, fees and what was left to retained notes, less credit cost: 24.75.',
      ),
      principal: t.field({
        type: SplitRef,
        description: 'Principal outstanding at the end of the period, by who funds it.',
        resolve: ({ principal }) => principal,
      }),
    };
  },
});

interface IncomeRead {
  readonly segment: string;
  readonly periods: readonly IncomeReading[];
}

const IncomeRef = builder.objectRef<IncomeRead>('CreditIncome').implement({
  description: 'What a line that lends earned and lost, period by period.',
  fields: (t) => ({
    segment: t.exposeID('segment', { description: 'The line: huabei.' }),
    periods: t.field({
      type: [PeriodRef],
      description: 'In order; none for an empty book.',
      resolve: ({ periods }) => [...periods],
    }),
  }),
});

builder.objectField(LedgerRef, 'creditIncome', (t) =>
  t.field({
    type: [IncomeRef],
    description:
      'Net interest income, fee income and credit cost of each line that lends, period by period: of its lending company, and the platform’s technology fee. (huabei, jiebei, mybank)',
    complexity: { field: 10, multiplier: 3 },
    args: { segment: t.arg.id({ description: 'One line: huabei; all when left out.' }), ...spanArgs },
    resolve: ({ view }, { segment, from, to, by }) =>
      linesNamed(segment).map((line) => ({
        segment: line.lender.id,
        periods: orFault(
          creditIncomeOf(line, view, { from: from ?? undefined, to: to ?? undefined, by: by ?? 'MONTH' }),
        ),
      })),
  }),
);
