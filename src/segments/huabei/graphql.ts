/**
 * huabei in the graph: credit lines, beside what every line that lends has.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfRows } from '../../graphql/base/connection.ts';
import { Money } from '../../graphql/base/money.ts';
import { addFinder, NodeRef } from '../../graphql/base/node.ts';
import { HolderRef } from '../../graphql/book/holder.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { EventConnection } from '../../graphql/events/event.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { onArg, pageArgs, subjectEvents } from '../../lending/graphql/asking.ts';
import { cny, type DebtRead, DebtRef } from '../../lending/graphql/debt.ts';
import { addLine } from '../../lending/graphql/lines.ts';
import { dayFor } from '../../lending/graphql/rows.ts';
import { sumOf } from '../../lending/lender/parts.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { instalmentFee, merchantFee } from './accounts.ts';
import { brought, type LineRow, type LineWork, lines, type Plan } from './credit-line.ts';
import { limitOf } from './owing/drawing.ts';
import { creditRecovered } from './owing/losing.ts';
import { creditRepaid } from './owing/repaying.ts';
import { lender, limits } from './policy.ts';

addLine({ lender, table: lines.table, fees: [merchantFee, instalmentFee], limits });

interface LineRead extends DebtRead {
  readonly work: LineWork;
  readonly now: LineRow;
  readonly limit: bigint;
}

/** A line brought up to a day: to its end if it is closed, when statements are issued; else as a payment on it would find it. */
function readLine(point: LedgerPoint, state: State, row: LineRow, asked: Day | null | undefined): LineRead {
  const { holder } = row;
  const on = dayFor(point, asked, `the line of ${holder}`, Math.max(row.latest, row.accruedTo));
  const s = point.readOn(state, on);
  const { closedThrough } = state.marks;
  const work = brought(s, row, on, closedThrough !== undefined && on <= closedThrough);
  return {
    type: 'CreditLine',
    nodeId: lines.subject(holder),
    point,
    subject: lines.subject(holder),
    segment: lender.id,
    on,
    work,
    now: work.row(),
    limit: limitOf(s, holder),
  };
}

/** What can still be drawn on a day. */
function availableOf({ now, limit }: LineRead): bigint {
  const left = limit - sumOf(now.principal);
  return now.loss !== null || now.arrearsSince !== null || left < 0n ? 0n : left;
}

const PlanRef = builder.objectRef<Plan>('InstalmentPlan').implement({
  description: 'Principal of a statement that is billed in parts, one a statement, with a fee.',
  fields: (t) => ({
    convertedOn: t.expose('on', { type: 'Date', description: 'The day on which it was agreed: 2016-04-05.' }),
    term: t.exposeInt('term', { description: 'In how many parts: 3, 6, 9 or 12.' }),
    billed: t.exposeInt('billed', { description: 'How many of them have been billed: 1.' }),
    amount: t.field({
      type: Money,
      description: 'All its principal: 300.00.',
      resolve: ({ amount }) => cny(amount),
    }),
    fee: t.field({ type: Money, description: 'All its fee: 7.50.', resolve: ({ fee }) => cny(fee) }),
    principalLeft: t.field({
      type: Money,
      description: 'Principal that is not billed yet: 200.00.',
      resolve: ({ left }) => cny(left),
    }),
    feeLeft: t.field({
      type: Money,
      description: 'Fee that is not billed yet: 5.00. What is repaid early is not billed any more.',
      resolve: ({ feeLeft }) => cny(feeLeft),
    }),
  }),
});

const LineRef = builder.objectRef<LineRead>('CreditLine').implement({
  description:
    'A revolving line of consumer credit: merchants paid on credit, a statement a month, instalments.',
  interfaces: [DebtRef, NodeRef],
  fields: (t) => {
    const money = (of: (line: LineRead) => bigint, description: string) =>
      t.field({ type: Money, description, resolve: (line) => cny(of(line)) });
    return {
      openedOn: t.field({
        type: 'Date',
        description: 'The day on which it was opened: 2016-03-01.',
        resolve: ({ now }) => now.openedOn,
      }),
      limit: money(
        ({ limit }) => limit,
        'Most that may be owed on the day, by the tier of the holder’s score: 3000.00 from 600 on.',
      ),
      available: money(
        availableOf,
        'What can be drawn on the day: limit less principal, 2600.00; nothing while something is overdue, or once the line is written off.',
      ),
      unbilled: money(({ now }) => now.unbilled, 'Principal drawn that no statement has billed yet: 120.00.'),
      revolving: money(
        ({ now }) => now.revolving,
        'Principal of statements whose minimum was paid: it bears interest until the next statement. 180.00.',
      ),
      billed: money(
        ({ now }) => now.dues.reduce((sum, { principal }) => sum + principal, 0n),
        'Principal of dues that is unpaid: 100.00.',
      ),
      inPlans: money(
        ({ now }) => now.plans.reduce((sum, { left }) => sum + left, 0n),
        'Principal of instalment plans that is not billed yet: 200.00. With unbilled, revolving and billed it is the principal.',
      ),
      minimum: money(({ work }) => work.minimum, 'What a repayment of MINIMUM pays on the day: 43.40.'),
      statementDay: t.int({
        description: 'The day of the month of its statements: 1.',
        resolve: ({ now }) => now.statementDay,
      }),
      dueDay: t.int({
        description: 'The day of the month on which they are due: 10.',
        resolve: ({ now }) => now.dueDay,
      }),
      nextStatement: t.field({
        type: 'Date',
        description: 'The next statement day: 2016-05-01.',
        resolve: ({ now }) => now.nextStatement,
      }),
      plans: t.field({
        type: [PlanRef],
        description: 'Its instalment plans, the oldest first.',
        resolve: ({ now }) => [...now.plans],
      }),
      payments: t.field({
        type: EventConnection,
        description: 'What was paid on it, newest first: repayments and recoveries.',
        args: pageArgs,
        resolve: ({ point, subject }, args, context) =>
          subjectEvents(
            point,
            subject,
            { ...args, type: [creditRepaid.name, creditRecovered.name] },
            context,
          ),
      }),
      events: t.field({
        type: EventConnection,
        description:
          'Every event that names it, newest first. A payment on credit and its refund name the payment: Holder.events has them.',
        args: pageArgs,
        resolve: ({ point, subject }, args, context) => subjectEvents(point, subject, args, context),
      }),
    };
  },
});

const LineConnection = connectionOf('CreditLine', LineRef, 'credit lines, by holder');

/** The line of a holder at a point; null where they have none. */
const lineOf = (point: LedgerPoint, holder: string, on: Day | null | undefined, signal: AbortSignal) =>
  point.withRows(signal, (state) => {
    const row = state.row(lines.table, holder);
    return row === undefined ? null : readLine(point, state, row, on);
  });

addFinder('credit', (point, holder, signal) => lineOf(point, holder, undefined, signal));

builder.objectField(LedgerRef, 'creditLine', (t) =>
  t.field({
    type: LineRef,
    nullable: true,
    description: 'The credit line of a holder; null where they have none. (huabei)',
    args: { holder: t.arg.id({ required: true, description: 'Whose line: user-1.' }), ...onArg },
    resolve: (point, { holder, on }, { signal }) => lineOf(point, holder, on, signal),
  }),
);

builder.objectField(LedgerRef, 'creditLines', (t) =>
  t.field({
    type: LineConnection,
    description: 'Credit lines, by holder. (huabei)',
    args: { ...onArg, ...pageArgs },
    resolve: (point, { on, ...page }, { signal }) =>
      point.withRows(signal, (state) =>
        pageOfRows('creditLine', page, state.rows.entries(lines.table), (_, row) =>
          readLine(point, state, row, on),
        ),
      ),
  }),
);

builder.objectField(HolderRef, 'creditLine', (t) =>
  t.field({
    type: LineRef,
    nullable: true,
    description: 'Their credit line; null where they have none. (huabei)',
    args: onArg,
    resolve: ({ id, point }, { on }, { signal }) => lineOf(point, id, on, signal),
  }),
);
