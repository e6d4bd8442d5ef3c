/**
 * `formicary report`: statements at a point of both axes.
 *
 * @module
 */
import { type Day, formatDay, type Period } from '../../kernel/values/dates.ts';
import { formatMinor, type Money } from '../../kernel/values/money.ts';
import type { ControlBalance } from '../../reading/reports.ts';
import type { LedgerView } from '../../reading/view.ts';
import { pointOptions, readFromBook, trustOption, viewOf } from '../books/books.ts';
import { badUsage, type Exit, exits, orFail } from '../frame/failures.ts';
import type { Cell } from '../frame/fitting.ts';
import { dayOption, periodOption, wordOf } from '../frame/given.ts';
import type { Output } from '../frame/output.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { reportBreaches } from './breaches.ts';
import { reportConsolidated } from './consolidated.ts';
import { reportCredit } from './credit.ts';

const kinds = ['balance', 'income', 'segments', 'credit', 'arrears', 'breaches', 'consolidated'] as const;

/** Options that a report does not go by. */
const without: Readonly<Record<(typeof kinds)[number], readonly string[]>> = {
  balance: ['books', 'csv'],
  income: ['books', 'csv'],
  segments: ['books', 'csv'],
  credit: ['books', 'entity'],
  arrears: ['books', 'entity', 'from', 'to', 'by'],
  breaches: ['books', 'entity', 'by'],
  consolidated: ['revision', 'known-at', 'from', 'to', 'by', 'holder', 'entity'],
};

export const reportCommand: CommandSpec = {
  name: 'report',
  summary:
    'Prints statements of a book: balance, income, segments, credit, arrears, breaches; or of several: consolidated.',
  about: [
    'balance: what each entity has and owes; of one account, the head of one, or a prefix that ends in *, where it is named; of one holder across all segments with --holder. income: what was earned and spent. segments: revenue and cost of each line of business.',
    'credit: of each line that lends, period by period, what is outstanding at its end by who funds it, net interest, fees and credit cost. arrears: what each has outstanding by bucket of arrears, and what is set aside for it.',
    'breaches: what could not be paid or held at the closes of days: what stays owed, overdrafts, leverage beyond its limit.',
    'consolidated: the books that --books names as if they were one: balances side by side and summed, less what two books hold at once of a transfer between them; and what is on its way between them. Each book is taken at its newest event.',
    'Every statement can be asked as of a day, as recorded up to a revision or a time, or both. It says the revision that it was worked out at.',
  ],
  args: [
    {
      name: 'KIND',
      doc: 'balance, income, segments, credit, arrears, breaches or consolidated.',
      optional: true,
    },
    {
      name: 'ACCOUNT',
      doc: 'For balance: an account, the head of one, or a prefix that ends in *.',
      optional: true,
    },
  ],
  options: {
    ...pointOptions,
    from: {
      doc: 'The first day of income, segments, credit and breaches; by default the first on which anything was booked.',
      value: 'DATE',
    },
    to: {
      doc: 'The last day of income, segments, credit and breaches; by default the last on which anything was booked.',
      value: 'DATE',
    },
    by: { doc: 'day, month, quarter or year. Default: month.', value: 'PERIOD' },
    holder: { doc: 'For balance: the accounts of this holder.', value: 'ID' },
    entity: { doc: 'For balance and income: this entity alone.', value: 'ID' },
    ...trustOption,
    books: { doc: 'For consolidated: the books, with commas in between: 2 to 64 of them.', value: 'IDS' },
    csv: { doc: 'For consolidated, credit, arrears and breaches: print CSV, a line a row of the table.' },
  },
  settings: ['store', 'snapshot-key-file', 'book'],
  examples: [
    'formicary report',
    'formicary report income --by quarter --entity platform',
    'formicary report balance --holder user-1 --as-of 2016-06-30',
    "formicary report balance 'fund:asset:yuebao:deposit-*'",
    'formicary report credit --from 2016-01-01 --to 2016-12-31 --by quarter',
    'formicary report arrears --as-of 2016-06-30',
    'formicary report breaches --from 2016-01-01',
    'formicary report consolidated --books main,north --as-of 2016-06-30',
  ],
  run: report,
};

const amount = ({ minor, currency }: Money) => ({ amount: formatMinor(minor, currency), currency });
const shown = ({ minor, currency }: Money): string => `${formatMinor(minor, currency)} ${currency}`;

async function report(call: Call): Promise<Exit> {
  const [named = 'balance', account] = call.args;
  const kind = wordOf(named, kinds);
  const holder = call.value('holder');
  if (kind !== 'balance' && (account !== undefined || holder !== undefined))
    throw badUsage(account ?? '--holder', `report ${kind} takes neither account nor holder`);
  checkOptions(call, kind);
  if (kind === 'consolidated') return await reportConsolidated(call);
  if (kind === 'breaches') return await reportBreaches(call);
  if (kind === 'credit' || kind === 'arrears') return await reportCredit(call, kind);
  const entity = call.value('entity');
  return await readFromBook(call, async (book) => {
    const view = await viewOf(call, book);
    if (entity !== undefined)
      wordOf(entity, [...new Set(book.house.kinds.map((one) => one.entity))], `--entity ${entity}`);
    const point = {
      revision: view.point.revision,
      asOf: view.point.asOf === undefined ? null : formatDay(view.point.asOf),
    };
    const statement =
      kind === 'income'
        ? income(call, view, entity)
        : kind === 'segments'
          ? segments(call, view)
          : account !== undefined
            ? balanceOfAccount(view, account)
            : holder !== undefined
              ? balanceOfHolder(view, holder)
              : balanceSheet(view, entity);
    if (call.out.json) call.out.document({ report: kind, ...point, ...statement.document });
    else {
      const asOf = point.asOf === null ? '' : `, as of ${point.asOf}`;
      call.out.line(call.out.paint('dim', `${call.settings.book} at revision ${point.revision}${asOf}`));
      statement.print(call.out);
    }
    return exits.done;
  });
}

/** Refuses what would be passed over. */
function checkOptions(call: Call, kind: (typeof kinds)[number]): void {
  for (const name of without[kind])
    if (call.value(name) !== undefined || call.flag(name))
      throw badUsage(`--${name}`, `report ${kind} does not go by it`);
}

/** A statement, for programs and for people. */
interface Statement {
  readonly document: { readonly [name: string]: unknown };
  print(out: Output): void;
}

function balanceOfAccount(view: LedgerView, account: string): Statement {
  const found = orFail(view.balance(account));
  return {
    document: { account, balance: found.map(amount) },
    print: (out) =>
      out.table([
        ['account', 'balance'],
        ...found.map((money): Cell[] => [account, { right: shown(money) }]),
      ]),
  };
}

function balanceOfHolder(view: LedgerView, holder: string): Statement {
  const found = view.accounts({ holder });
  return {
    document: {
      holder,
      accounts: found.map(({ id, minor, currency }) => ({ id, balance: amount({ minor, currency }) })),
    },
    print: (out) => {
      if (found.length === 0) out.line(`nothing was ever booked for ${holder}`);
      else
        out.table([['account', 'balance'], ...found.map((one): Cell[] => [one.id, { right: shown(one) }])]);
    },
  };
}

const idOf = ({ kind, currency }: ControlBalance): string => `${kind.path}:${currency}`;
const control = (line: ControlBalance) => ({ account: idOf(line), ...amount(line) });

function balanceSheet(view: LedgerView, entity: string | undefined): Statement {
  const sheet = view.balanceSheet(entity);
  const rows = (
    title: string,
    lines: readonly (ControlBalance & { readonly overdraft?: boolean })[],
  ): Cell[][] =>
    lines.map((line) => [
      title,
      `${idOf(line)}${line.overdraft === true ? ' (overdraft)' : ''}`,
      { right: formatMinor(line.minor, line.currency) },
    ]);
  return {
    document: {
      entity: entity ?? null,
      assets: sheet.assets.map(control),
      liabilities: sheet.liabilities.map((line) => ({ ...control(line), overdraft: line.overdraft })),
      equity: sheet.equity.map(control),
      totals: sheet.totals.map(({ entity: of, currency, assets, liabilities, equity, result }) => ({
        entity: of,
        currency,
        assets: formatMinor(assets, currency),
        liabilities: formatMinor(liabilities, currency),
        equity: formatMinor(equity, currency),
        result: formatMinor(result, currency),
      })),
    },
    print: (out) => {
      out.table([
        ['side', 'account', { right: 'balance' }],
        ...rows('assets', sheet.assets),
        ...rows('liabilities', sheet.liabilities),
        ...rows('equity', sheet.equity),
      ]);
      out.line();
      const head: Cell[] = [
        'entity',
        'currency',
        ...['assets', 'liabilities', 'equity', 'result'].map((right) => ({ right })),
      ];
      const totals = sheet.totals.map(
        ({ entity: of, currency, assets, liabilities, equity, result }): Cell[] => [
          of,
          currency,
          ...[assets, liabilities, equity, result].map((minor) => ({ right: formatMinor(minor, currency) })),
        ],
      );
      out.table([head, ...totals]);
    },
  };
}

interface Days {
  readonly from: Day;
  readonly to: Day;
  readonly by: Period;
}

/** The days that are reported; undefined where nothing was ever booked. */
function daysOf(call: Call, view: LedgerView): Days | undefined {
  const booked = view.days();
  const from = dayOption(call, 'from') ?? booked?.from;
  const to = dayOption(call, 'to') ?? booked?.to;
  const by = periodOption(call, 'by') ?? 'MONTH';
  return from === undefined || to === undefined ? undefined : { from, to, by };
}

const span = ({ period, from, to }: { period: string; from: Day; to: Day }) => ({
  period,
  from: formatDay(from),
  to: formatDay(to),
});

function income(call: Call, view: LedgerView, entity: string | undefined): Statement {
  const days = daysOf(call, view);
  const periods =
    days === undefined ? [] : orFail(view.incomeStatement(days.from, days.to, days.by, entity)).periods;
  return {
    document: {
      entity: entity ?? null,
      periods: periods.map((one) => ({
        ...span(one),
        income: one.income.map(control),
        expenses: one.expenses.map(control),
        result: one.result.map(amount),
      })),
    },
    print: (out) =>
      out.table([
        ['period', 'side', 'account', { right: 'amount' }],
        ...periods.flatMap(({ period, income: earned, expenses, result }): Cell[][] => [
          ...earned.map((line): Cell[] => [
            period,
            'income',
            idOf(line),
            { right: formatMinor(line.minor, line.currency) },
          ]),
          ...expenses.map((line): Cell[] => [
            period,
            'expense',
            idOf(line),
            { right: formatMinor(line.minor, line.currency) },
          ]),
          ...result.map(({ minor, currency }): Cell[] => [
            period,
            'result',
            currency,
            { right: formatMinor(minor, currency) },
          ]),
        ]),
      ]),
  };
}

function segments(call: Call, view: LedgerView): Statement {
  const days = daysOf(call, view);
  const found = view.house.segments.flatMap(({ id, title }) => {
    if (days === undefined || !view.house.kinds.some(({ segment }) => segment === id)) return [];
    return [{ id, title, revenue: orFail(view.revenue(id, days)), cost: orFail(view.cost(id, days)) }];
  });
  const periods = found[0]?.revenue.map(({ period }) => period) ?? [];
  const cell = (amounts: (typeof found)[number]['revenue'], period: string): Cell => ({
    right: amounts
      .filter((one) => one.period === period)
      .map((one) => formatMinor(one.minor, one.currency))
      .join(' '),
  });
  return {
    document: {
      segments: found.map(({ id, title, revenue, cost }) => ({
        id,
        title,
        revenue: revenue.map((one) => ({ ...span(one), ...amount(one) })),
        cost: cost.map((one) => ({ ...span(one), ...amount(one) })),
      })),
    },
    print: (out) =>
      out.table([
        ['segment', 'period', { right: 'revenue' }, { right: 'cost' }],
        ...found.flatMap(({ id, revenue, cost }) =>
          periods.map((period): Cell[] => [id, period, cell(revenue, period), cell(cost, period)]),
        ),
      ]),
  };
}
