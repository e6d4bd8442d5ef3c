/**
 * `formicary report credit` and `formicary report arrears`: what lines that lend have outstanding, earn and lose.
 *
 * @module
 */

import { formatDay } from '../../kernel/values/dates.ts';
import { formatMinor } from '../../kernel/values/money.ts';
import { formatRate } from '../../kernel/values/rates.ts';
import { ratio } from '../../reading/metrics.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import type { arrearsAt, creditIncomeOf, IncomeReading, lendingLines } from '../../segments/graphql.ts';
import { pointOf, readFromBook } from '../books/books.ts';
import { badUsage, type Exit, exits, orFail } from '../frame/failures.ts';
import type { Cell } from '../frame/fitting.ts';
import { dayOption, periodOption } from '../frame/given.ts';
import { csvText } from '../frame/output.ts';
import type { Call } from '../frame/spec.ts';

/** A statement of credit: for programs, and as rows under heads, those of amounts at the right. */
interface Statement {
  readonly document: { readonly [name: string]: unknown };
  readonly texts: readonly string[];
  readonly amounts: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cny = (minor: bigint): string => formatMinor(minor, 'CNY');

/** Prints a report of credit: a table, CSV or JSON. */
export async function reportCredit(call: Call, kind: 'credit' | 'arrears'): Promise<Exit> {
  if (call.flag('csv') && call.out.json) throw badUsage('--json, --csv', 'one of them');
  return await readFromBook(call, async (book) => {
    const { out } = call;
    const point = await pointOf(call, book);
    const statement =
      kind === 'credit'
        ? await creditOf(call, point)
        : arrearsOf(await (await credit()).arrearsAt(point, null));
    const { document, texts, amounts, rows } = statement;
    const asOf = point.asOf === undefined ? null : formatDay(point.asOf);
    if (out.json)
      out.document({ report: kind, revision: point.revision, asOf, currency: 'CNY', ...document });
    else if (call.flag('csv')) out.write(csvText([[...texts, ...amounts], ...rows]));
    else {
      const day = asOf === null ? '' : `, as of ${asOf}`;
      out.line(out.paint('dim', `${call.settings.book} at revision ${point.revision}${day}`));
      out.table([
        [...texts, ...amounts.map((right): Cell => ({ right }))],
        ...rows.map((cells) => cells.map((cell, at): Cell => (at < texts.length ? cell : { right: cell }))),
      ]);
    }
    return exits.done;
  });
}

/** The graph of segments is loaded for these reports alone: other commands start without it. */
const credit = async (): Promise<{
  readonly arrearsAt: typeof arrearsAt;
  readonly creditIncomeOf: typeof creditIncomeOf;
  readonly lendingLines: typeof lendingLines;
}> => await import('../../segments/graphql.ts');

async function creditOf(call: Call, { view }: LedgerPoint): Promise<Statement> {
  const { creditIncomeOf: incomeOf, lendingLines: lines } = await credit();
  const span = {
    from: dayOption(call, 'from'),
    to: dayOption(call, 'to'),
    by: periodOption(call, 'by') ?? 'MONTH',
  };
  const found = lines().map((line) => ({
    line: line.lender.id,
    periods: orFail(incomeOf(line, view, span)),
  }));
  return {
    document: { lines: found.map(({ line, periods }) => ({ line, periods: periods.map(incomeDocument) })) },
    texts: ['line', 'period'],
    amounts: [
      'outstanding',
      'own',
      'partner',
      'vehicle',
      'interest',
      'funding cost',
      'net interest',
      'fees',
      'retained notes',
      'credit cost',
      'result',
    ],
    rows: found.flatMap(({ line, periods }) =>
      periods.map((income) => [line, income.period, ...figuresOf(income).map(cny)]),
    ),
  };
}

/** The amounts of a period, in the order of the columns. */
function figuresOf(income: IncomeReading): bigint[] {
  const { principal, interest, fundingCost, feeTotal, retainedIncome, result } = income;
  const [own, partner, vehicle] = principal;
  return [
    own + partner + vehicle,
    ...[own, partner, vehicle],
    interest,
    fundingCost,
    interest - fundingCost,
    feeTotal,
    retainedIncome,
    costOf(income),
    result,
  ];
}

const costOf = ({ provisions, retainedLoss }: IncomeReading): bigint => provisions + retainedLoss;

const principalDocument = ([own, partner, vehicle]: IncomeReading['principal']) => ({
  own: cny(own),
  partner: cny(partner),
  vehicle: cny(vehicle),
  total: cny(own + partner + vehicle),
});

const incomeDocument = (income: IncomeReading) => ({
  period: income.period,
  from: formatDay(income.from),
  to: formatDay(income.to),
  principal: principalDocument(income.principal),
  interest: cny(income.interest),
  fundingCost: cny(income.fundingCost),
  netInterestIncome: cny(income.interest - income.fundingCost),
  fees: Object.fromEntries(income.fees.map(({ name, minor }) => [name, cny(minor)])),
  feeIncome: cny(income.feeTotal),
  retainedIncome: cny(income.retainedIncome),
  provisions: cny(income.provisions),
  notesWrittenDown: cny(income.retainedLoss),
  creditCost: cny(costOf(income)),
  result: cny(income.result),
});

type Arrears = Awaited<ReturnType<typeof arrearsAt>>;

function arrearsOf(found: Arrears): Statement {
  const lines = found.map(({ lender, on, principal, overdue, needed, allowance, buckets }) => {
    const [own, partner, vehicle] = principal;
    const total = own + partner + vehicle;
    return {
      line: lender.id,
      on: on === undefined ? null : formatDay(on),
      principal: principalDocument(principal),
      overdue: cny(overdue),
      overdueShare: ratio(overdue, total) ?? null,
      provision: cny(needed),
      allowance: cny(allowance),
      buckets: buckets.map(({ bucket, principal: parts, provisionRate, provision }) => ({
        bucket,
        principal: principalDocument(parts),
        share: ratio(parts[0] + parts[1] + parts[2], total) ?? null,
        provisionRate: formatRate(provisionRate),
        provision: cny(provision),
      })),
    };
  });
  return {
    document: { lines },
    texts: ['line', 'bucket'],
    amounts: ['principal', 'own', 'partner', 'vehicle', 'share', 'provision rate', 'provision'],
    rows: lines.flatMap(({ line, buckets }) =>
      buckets.map(({ bucket, principal, share, provisionRate, provision }) => [
        line,
        bucket,
        ...[principal.total, principal.own, principal.partner, principal.vehicle],
        share ?? '',
        provisionRate,
        provision,
      ]),
    ),
  };
}
