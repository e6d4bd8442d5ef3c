/**
 * Funding in the graph: who funds what a line has lent, leverage against its limits, and the pools of the vehicle.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfRows } from '../../graphql/base/connection.ts';
import { badQuestion } from '../../graphql/base/faults.ts';
import { Money } from '../../graphql/base/money.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { EventConnection } from '../../graphql/events/event.ts';
import type { Table } from '../../kernel/contract/table.ts';
import { type Day, dayMax, dayMin, formatDay } from '../../kernel/values/dates.ts';
import {
  type Fraction,
  formatMultiple,
  formatRate,
  shareFloored,
  zeroFraction,
} from '../../kernel/values/rates.ts';
import { ratio } from '../../reading/metrics.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { policyAt } from '../../reading/policy-at.ts';
import type { Debt } from '../debt/debt.ts';
import type { Lender, PoolRow } from '../lender/lender.ts';
import {
  type FundingReading,
  fundingOf,
  heldOf,
  type LeverageReading,
  type NamedAmount,
} from '../reading/lender.ts';
import { pageArgs, subjectEvents } from './asking.ts';
import { cny, SplitRef } from './debt.ts';
import { linesNamed } from './lines.ts';

interface BankRead extends NamedAmount {
  readonly point: LedgerPoint;
  readonly table: Table<Debt>;
}

/** The part of partner banks in what is outstanding of debts that one of them funds. */
const bankPrincipal = ({ point, table, name }: BankRead, signal: AbortSignal): bigint | Promise<bigint> =>
  point.withRows(signal, (state) =>
    state.rows
      .entries(table)
      .reduce((sum, [, { bank, principal }]) => (bank === name ? sum + principal[1] : sum), 0n),
  );

const BankRef = builder.objectRef<BankRead>('BankFunds').implement({
  description: 'What a partner bank has put in.',
  fields: (t) => ({
    principal: t.field({
      type: Money,
      description: 'Its part of what borrowers owe: 450.19. Every debt of the line is looked at.',
      complexity: 50,
      resolve: async (bank, _args, { signal }) => cny(await bankPrincipal(bank, signal)),
    }),
    bank: t.exposeID('name', { description: 'The bank: bank-1. Ledger.holder knows it under this id.' }),
    funds: t.field({
      type: Money,
      description:
        'What it has put in and not got back: 588.00. Interest that it got is off it, so it falls below the principal of its part.',
      resolve: ({ minor }) => cny(minor),
    }),
  }),
});

interface BorrowedRead extends NamedAmount {
  readonly rate: Fraction;
}

const BorrowedRef = builder.objectRef<BorrowedRead>('BorrowedFrom').implement({
  description: 'What a lending company has borrowed from a source.',
  fields: (t) => ({
    source: t.exposeID('name', { description: 'borrowings; of mybank deposits, interbank.' }),
    amount: t.field({ type: Money, description: 'How much: 5000.00.', resolve: ({ minor }) => cny(minor) }),
    rate: t.string({
      description: 'Interest a year on it: 4.5%.',
      resolve: ({ rate }) => formatRate(rate),
    }),
  }),
});

interface LeverageRead extends LeverageReading {
  readonly limit: Fraction;
}

const LeverageRef = builder.objectRef<LeverageRead>('Leverage').implement({
  description: 'What a lending company has borrowed, or senior notes of its pools, against its net assets.',
  fields: (t) => ({
    exposure: t.field({
      type: Money,
      description: 'On balance all that is borrowed; off balance senior notes of its pools. 5000.00.',
      resolve: ({ exposure }) => cny(exposure),
    }),
    multiple: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'It as a multiple of net assets: "0.500000"; null where these are not above zero.',
      resolve: ({ exposure, netAssets }) => (netAssets > 0n ? ratio(exposure, netAssets) : undefined),
    }),
    limit: t.string({
      description: 'The most that it may be: 4x.',
      resolve: ({ limit }) => formatMultiple(limit),
    }),
    beyond: t.boolean({
      description: 'Whether it is above the limit × net assets; these count as zero where they are below it.',
      resolve: ({ exposure, netAssets, limit }) =>
        exposure > shareFloored(netAssets > 0n ? netAssets : 0n, limit),
    }),
  }),
});

interface FeesRead {
  readonly technology: bigint;
  readonly service: bigint;
  readonly cost: bigint;
}

const FeesRef = builder.objectRef<FeesRead>('FundingFees').implement({
  description: 'What funding brought and cost over days.',
  fields: (t) => ({
    technology: t.field({
      type: Money,
      description: 'What partner banks paid the platform of their interest: 4.41.',
      resolve: ({ technology }) => cny(technology),
    }),
    service: t.field({
      type: Money,
      description: 'What the vehicle paid for servicing its part: 0.33.',
      resolve: ({ service }) => cny(service),
    }),
    fundingCost: t.field({
      type: Money,
      description: 'What was paid for what is borrowed: 18.49.',
      resolve: ({ cost }) => cny(cost),
    }),
  }),
});

interface FundingRead extends FundingReading {
  readonly point: LedgerPoint;
  readonly lender: Lender;
  readonly table: Table<Debt>;
  readonly on: Day | undefined;
  readonly rates: Readonly<Record<string, Fraction>>;
  readonly limits: { readonly on: Fraction; readonly off: Fraction };
}

async function fundingAt(point: LedgerPoint, segment: string | null | undefined): Promise<FundingRead[]> {
  const wanted = linesNamed(segment);
  const on = point.lastDay;
  const { view } = point;
  const policy = point.readOn(await policyAt(point.source, point.revision), on ?? dayMin);
  return wanted.map(({ lender, table }) => ({
    ...fundingOf(lender, view),
    point,
    lender,
    table,
    on,
    rates: policy.policy(lender.policy.fundingRates),
    limits: {
      on: policy.policy(lender.policy.leverageOnMax),
      off: policy.policy(lender.policy.leverageOffMax),
    },
  }));
}

const sumOfNamed = (list: readonly { readonly minor: bigint }[]): bigint =>
  list.reduce((sum, { minor }) => sum + minor, 0n);

const FundingRef = builder.objectRef<FundingRead>('CreditFunding').implement({
  description: 'Who funds what a line has lent, at a point of both axes.',
  fields: (t) => {
    const money = (of: (funding: FundingRead) => bigint, description: string) =>
      t.field({ type: Money, description, resolve: (funding) => cny(of(funding)) });
    return {
      segment: t.id({ description: 'The line that lends: huabei.', resolve: ({ lender }) => lender.id }),
      on: t.field({
        type: 'Date',
        nullable: true,
        description:
          'The day whose rates and limits are meant: the ledger’s asOf, or its last day; null for an empty book.',
        resolve: ({ on }) => on,
      }),
      principal: t.field({
        type: SplitRef,
        description: 'Principal outstanding, by who funds it.',
        resolve: ({ principal }) => principal,
      }),
      banks: t.field({
        type: [BankRef],
        description: 'What each partner bank has put in, by bank.',
        resolve: ({ banks, point, table }) => banks.map((bank) => ({ ...bank, point, table })),
      }),
      borrowed: t.field({
        type: [BorrowedRef],
        description: 'What the lending company has borrowed, by source.',
        resolve: ({ borrowed, rates }) =>
          borrowed.map((from) => ({ ...from, rate: rates[from.name] ?? zeroFraction })),
      }),
      borrowedTotal: money(({ borrowed }) => sumOfNamed(borrowed), 'All that it has borrowed: 5000.00.'),
      cash: money(
        ({ cash }) => cash,
        'Own money of the lending company: 120.00. Within a day it may be below zero.',
      ),
      senior: money(({ senior }) => senior, 'Senior notes of its pools, held outside: 352.80.'),
      subordinated: money(({ subordinated }) => subordinated, 'Subordinated notes of its pools: 39.20.'),
      retained: money(({ retained }) => retained, 'Of them, what the lending company keeps: 39.20.'),
      poolCash: money(
        ({ poolCash }) => poolCash,
        'What pools have collected since their last settlement: 80.00.',
      ),
      netAssets: money(
        ({ netAssets }) => netAssets,
        'Assets less liabilities of the lending company: 10000.00.',
      ),
      onBalance: t.field({
        type: LeverageRef,
        description: 'What is borrowed against net assets.',
        resolve: ({ leverage, limits }) => ({ ...leverage.on, limit: limits.on }),
      }),
      offBalance: t.field({
        type: LeverageRef,
        description: 'Senior notes against net assets.',
        resolve: ({ leverage, limits }) => ({ ...leverage.off, limit: limits.off }),
      }),
      fees: t.field({
        type: FeesRef,
        description: 'What funding brought and cost over days.',
        args: {
          from: t.arg({
            type: 'Date',
            description: 'First day: 2016-04-01; that of the book when left out.',
          }),
          to: t.arg({ type: 'Date', description: 'Last day: 2016-04-30; that of the book when left out.' }),
        },
        resolve: ({ point, lender }, args) => {
          const [from, to] = [args.from ?? dayMin, args.to ?? dayMax];
          if (to < from)
            throw badQuestion(`${formatDay(from)} to ${formatDay(to)}`, 'it ends before it begins');
          const { books } = lender;
          return {
            technology: point.view.change(books.technologyFee, from, to),
            service: point.view.change(books.own.serviceFeeIncome, from, to),
            cost: point.view.change(books.own.fundingCost, from, to),
          };
        },
      }),
    };
  },
});

builder.objectField(LedgerRef, 'funding', (t) =>
  t.field({
    type: [FundingRef],
    description: 'Who funds what each line that lends has lent. (huabei, jiebei, mybank)',
    complexity: { field: 10, multiplier: 3 },
    args: { segment: t.arg.id({ description: 'One line: huabei; all when left out.' }) },
    resolve: (point, { segment }) => fundingAt(point, segment),
  }),
);

interface PoolRead {
  readonly point: LedgerPoint;
  readonly lender: Lender;
  readonly id: string;
  readonly row: PoolRow;
  readonly cash: bigint;
  readonly senior: bigint;
  readonly subordinated: bigint;
  readonly retained: bigint;
}

const PoolRef = builder.objectRef<PoolRead>('Pool').implement({
  description:
    'A pool of the securitisation vehicle: the vehicle’s part of all debts of a line that began in one month, paid for with notes.',
  fields: (t) => {
    const money = (of: (pool: PoolRead) => bigint, description: string) =>
      t.field({ type: Money, description, resolve: (pool) => cny(of(pool)) });
    return {
      id: t.exposeID('id', {
        description: 'The line and the month in which its debts began: huabei-2016-03.',
      }),
      segment: t.id({ description: 'The line that lends: huabei.', resolve: ({ lender }) => lender.id }),
      principal: money(({ row }) => row.principal, 'Principal that borrowers owe to it: 392.00.'),
      cash: money(({ cash }) => cash, 'What it has collected since its last settlement: 80.00.'),
      senior: money(({ senior }) => senior, 'Senior notes, held outside: 352.80.'),
      subordinated: money(
        ({ subordinated }) => subordinated,
        'Subordinated notes, paid after the senior: 39.20.',
      ),
      retained: money(({ retained }) => retained, 'Of them, what the lending company keeps: 39.20.'),
      feeOwed: money(
        ({ row }) => row.serviceOwed,
        'Service fee of past months that could not be paid: 0.00.',
      ),
      interestOwed: money(
        ({ row }) => row.seniorOwed,
        'Interest on senior notes of past months that could not be paid: 0.00.',
      ),
      settlements: t.field({
        type: EventConnection,
        description:
          'What it paid out at the end of each month, newest first: PoolSettled with the figures of the waterfall, and PoolEnded where notes were written down.',
        args: pageArgs,
        resolve: ({ point, id }, args, context) => subjectEvents(point, `pool/${id}`, args, context),
      }),
    };
  },
});

const PoolConnection = connectionOf('Pool', PoolRef, 'pools, by id');

builder.objectField(LedgerRef, 'pools', (t) =>
  t.field({
    type: PoolConnection,
    description: 'Pools of the securitisation vehicle, by id. (huabei, jiebei, mybank)',
    args: {
      segment: t.arg.id({ description: 'Those of one line: huabei; all when left out.' }),
      ...pageArgs,
    },
    resolve: (point, { segment, ...page }, { signal }) => {
      const wanted = linesNamed(segment);
      const { view } = point;
      return point.withRows(signal, (state) => {
        const found = wanted.flatMap(({ lender }) => {
          const { own, vehicle } = lender.books;
          const held = [vehicle.cash, vehicle.senior, vehicle.subordinated, own.retained].map(
            (kind) => new Map(heldOf(view, kind).map(({ name, minor }) => [name, minor])),
          );
          return state.rows.entries(lender.tables.pools).map(([id, row]) => {
            const [cash = 0n, senior = 0n, subordinated = 0n, retained = 0n] = held.map(
              (amounts) => amounts.get(id) ?? 0n,
            );
            return [id, { point, lender, id, row, cash, senior, subordinated, retained }] as const;
          });
        });
        return pageOfRows('pool', page, found, (_, pool): PoolRead => pool);
      });
    },
  }),
);
