/**
 * Reports: trial balance, income statement and balance sheet.
 *
 * @module
 */
import type {
  BalanceSheet,
  BalanceSheetTotals,
  ControlBalance,
  IncomePeriod,
  IncomeStatement,
  TrialBalance,
  TrialLine,
} from '../../reading/reports.ts';
import { builder } from '../base/builder.ts';
import { AccountClassEnum } from '../base/enums.ts';
import { Money } from '../base/money.ts';

/** A control account with its balance, or what changed of it over a period. */
export const AccountBalance = builder.objectRef<ControlBalance>('AccountBalance').implement({
  description:
    'A control account, the sum of all accounts of one kind, with an amount positive on its normal side.',
  fields: (t) => ({
    account: t.id({
      description: 'The head of its accounts’ ids: platform:liability:payments:wallet.',
      resolve: ({ kind }) => kind.path,
    }),
    entity: t.id({ description: 'Whose books.', resolve: ({ kind }) => kind.entity }),
    class: t.field({
      type: AccountClassEnum,
      description: 'Of the five classes.',
      resolve: ({ kind }) => kind.class,
    }),
    segment: t.id({ description: 'The line of business.', resolve: ({ kind }) => kind.segment }),
    name: t.string({ description: 'wallet, escrow …', resolve: ({ kind }) => kind.name }),
    amount: t.field({ type: Money, description: 'How much.', resolve: (line) => line }),
  }),
});

const TrialLineRef = builder.objectRef<TrialLine>('TrialBalanceLine').implement({
  description: 'A control account’s balance, in one of the two columns.',
  fields: (t) => ({
    account: t.id({ description: 'The head of its accounts’ ids.', resolve: ({ kind }) => kind.path }),
    debit: t.field({
      type: Money,
      description: 'Zero where the balance is a credit.',
      resolve: ({ debit: minor, currency }) => ({ minor, currency }),
    }),
    credit: t.field({
      type: Money,
      description: 'Zero where the balance is a debit.',
      resolve: ({ credit: minor, currency }) => ({ minor, currency }),
    }),
  }),
});

const TrialTotalRef = builder.objectRef<TrialBalance['totals'][number]>('TrialBalanceTotal').implement({
  description: 'The sums of both columns for an entity and currency: they agree.',
  fields: (t) => ({
    entity: t.exposeID('entity', { description: 'Whose books.' }),
    debit: t.field({
      type: Money,
      description: 'Sum of the debits.',
      resolve: ({ debit: minor, currency }) => ({ minor, currency }),
    }),
    credit: t.field({
      type: Money,
      description: 'Sum of the credits.',
      resolve: ({ credit: minor, currency }) => ({ minor, currency }),
    }),
  }),
});

/** All balances in two columns. */
export const TrialBalanceRef = builder.objectRef<TrialBalance>('TrialBalance').implement({
  description: 'All control accounts that have a balance, in two columns.',
  fields: (t) => ({
    entity: t.exposeID('entity', { nullable: true, description: 'Whose books; null: all.' }),
    lines: t.field({ type: [TrialLineRef], description: 'By account.', resolve: ({ lines }) => [...lines] }),
    totals: t.field({
      type: [TrialTotalRef],
      description: 'By entity and currency.',
      resolve: ({ totals }) => [...totals],
    }),
  }),
});

const IncomePeriodRef = builder.objectRef<IncomePeriod>('IncomePeriod').implement({
  description: 'What was earned and spent over a period.',
  fields: (t) => ({
    period: t.exposeString('period', { description: '2016-03, 2016-Q1, 2016-03-01, 2016.' }),
    from: t.expose('from', { type: 'Date', description: 'First day.' }),
    to: t.expose('to', { type: 'Date', description: 'Last day.' }),
    income: t.field({
      type: [AccountBalance],
      description: 'By account.',
      resolve: ({ income }) => [...income],
    }),
    expenses: t.field({
      type: [AccountBalance],
      description: 'By account.',
      resolve: ({ expenses }) => [...expenses],
    }),
    result: t.field({
      type: [Money],
      description: 'Income less expenses, a currency each.',
      resolve: ({ result }) => [...result],
    }),
  }),
});

/** Income and expenses over periods. */
export const IncomeStatementRef = builder.objectRef<IncomeStatement>('IncomeStatement').implement({
  description: 'What was earned and spent, period by period.',
  fields: (t) => ({
    entity: t.exposeID('entity', { nullable: true, description: 'Whose books; null: all.' }),
    from: t.expose('from', { type: 'Date', description: 'First day.' }),
    to: t.expose('to', { type: 'Date', description: 'Last day.' }),
    periods: t.field({
      type: [IncomePeriodRef],
      description: 'In order.',
      resolve: ({ periods }) => [...periods],
    }),
  }),
});

type SheetLine = BalanceSheet['liabilities'][number];

const LiabilityLine = builder.objectRef<SheetLine>('LiabilityLine').implement({
  description: 'Something that is owed.',
  fields: (t) => ({
    account: t.id({ description: 'The head of its accounts’ ids.', resolve: ({ kind }) => kind.path }),
    entity: t.id({ description: 'Whose books.', resolve: ({ kind }) => kind.entity }),
    amount: t.field({ type: Money, description: 'How much is owed.', resolve: (line) => line }),
    overdraft: t.exposeBoolean('overdraft', { description: 'An asset below zero: owed to the bank.' }),
  }),
});

const SheetTotals = builder.objectRef<BalanceSheetTotals>('BalanceSheetTotal').implement({
  description:
    'The two sides for an entity and currency: assets are liabilities, equity and result together.',
  fields: (t) => {
    const money = (name: 'assets' | 'liabilities' | 'equity' | 'result', description: string) =>
      t.field({
        type: Money,
        description,
        resolve: (totals) => ({ minor: totals[name], currency: totals.currency }),
      });
    return {
      entity: t.exposeID('entity', { description: 'Whose books.' }),
      assets: money('assets', 'What there is.'),
      liabilities: money('liabilities', 'What is owed, overdrafts included.'),
      equity: money('equity', 'What owners paid in.'),
      result: money('result', 'Income less expenses since the book began.'),
    };
  },
});

/** What there is and what is owed. */
export const BalanceSheetRef = builder.objectRef<BalanceSheet>('BalanceSheet').implement({
  description: 'What there is and what is owed.',
  fields: (t) => ({
    entity: t.exposeID('entity', { nullable: true, description: 'Whose books; null: all.' }),
    assets: t.field({
      type: [AccountBalance],
      description: 'By account.',
      resolve: ({ assets }) => [...assets],
    }),
    liabilities: t.field({
      type: [LiabilityLine],
      description: 'By account.',
      resolve: ({ liabilities }) => [...liabilities],
    }),
    equity: t.field({
      type: [AccountBalance],
      description: 'By account.',
      resolve: ({ equity }) => [...equity],
    }),
    totals: t.field({
      type: [SheetTotals],
      description: 'By entity and currency.',
      resolve: ({ totals }) => [...totals],
    }),
  }),
});
