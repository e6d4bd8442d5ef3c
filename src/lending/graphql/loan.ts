/**
 * Loans in the graph: of every line that lends them.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfRows } from '../../graphql/base/connection.ts';
import { fault } from '../../graphql/base/faults.ts';
import { Money } from '../../graphql/base/money.ts';
import { addFinder, NodeRef } from '../../graphql/base/node.ts';
import { HolderRef } from '../../graphql/book/holder.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { EventConnection } from '../../graphql/events/event.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import type { Debts } from '../debt/debts.ts';
import { unknownProduct } from '../lender/codes.ts';
import {
  type Advance,
  broughtLoan,
  type DeclineReason,
  type LoanRow,
  type LoanStatus,
  type LoanWork,
} from '../loans/loan.ts';
import { plannedNow, scheduleAtPayment } from '../reading/loans.ts';
import type { RepaymentMethod } from '../schedule/plan.ts';
import { onArg, pageArgs, subjectEvents } from './asking.ts';
import { cny, type DebtRead, DebtRef, enumValues, InstalmentRef } from './debt.ts';
import { dayFor } from './rows.ts';

/** Loans of a line, as the graph knows them. */
interface LoanLine {
  readonly debts: Debts<LoanRow>;
  /** Types of events by which something is paid on a loan. */
  readonly payments: readonly string[];
}

const lines = new Map<string, LoanLine>();

/**
 * Adds the loans of a line to the graph.
 *
 * @param others types of events, beyond repayments and recoveries, by which something is paid on a loan
 */
export function addLoans(debts: Debts<LoanRow>, others: readonly string[] = []): void {
  const { id, prefix } = debts.lender;
  lines.set(id, { debts, payments: [`${prefix}LoanRepaid`, `${prefix}LoanRecovered`, ...others] });
}

/** The lines that lend a product, or all products, by id. */
function linesOf(product: string | null | undefined): readonly LoanLine[] {
  const all = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  if (product === null || product === undefined) return all.map(([, line]) => line);
  const found = lines.get(product);
  if (found === undefined) throw fault(new Refusal(unknownProduct, product));
  return [found];
}

interface LoanRead extends DebtRead {
  readonly id: string;
  readonly line: LoanLine;
  readonly work: LoanWork;
  readonly now: LoanRow;
}

/** A loan brought up to a day. */
function readLoan(
  point: LedgerPoint,
  state: State,
  line: LoanLine,
  id: string,
  row: LoanRow,
  asked: Day | null | undefined,
): LoanRead {
  const { debts } = line;
  const on = dayFor(point, asked, `loan ${id}`, Math.max(row.latest, row.accruedTo));
  const work = broughtLoan(debts.lender, point.readOn(state, on), row, on);
  return {
    type: 'Loan',
    nodeId: debts.subject(id),
    point,
    subject: debts.subject(id),
    segment: debts.lender.id,
    on,
    id,
    line,
    work,
    now: work.row(),
  };
}

const StatusEnum = builder.enumType('LoanStatus', {
  description: 'How far a loan has come.',
  values: enumValues<LoanStatus>({
    declined: 'Its application was declined: nothing more happens on it.',
    approved: 'Approved, and not paid out yet.',
    open: 'Paid out, and not paid back yet.',
    closed: 'Paid back.',
    'written-off': 'Written off: only recoveries are taken on it.',
  }),
});

const ReasonEnum = builder.enumType('DeclineReason', {
  description: 'Why an application was declined.',
  values: enumValues<DeclineReason>({
    score: 'The tier of the holder’s score has no limit.',
    limit: 'It would be above the limit of the holder’s tier.',
    value: 'It would be more than is advanced on the value.',
    core: 'It would be above the limit of the core enterprise.',
  }),
});

/** How a loan is repaid. */
export const MethodEnum = builder.enumType('LoanMethod', {
  description: 'How a loan is repaid.',
  values: enumValues<RepaymentMethod>({
    bullet: 'All at the end.',
    'equal-principal': 'Equal parts of principal, and interest beside them.',
    annuity: 'Level payments of principal and interest together.',
    'interest-only': 'Interest on each due day, principal at the end.',
  }),
});

const KindEnum = builder.enumType('AdvancedOn', {
  description: 'What an advance is made on.',
  values: enumValues<Advance['kind']>({
    receivable: 'An invoice that the core enterprise owes.',
    order: 'An order of the core enterprise.',
    inventory: 'Goods that are pledged.',
  }),
});

const AdvanceRef = builder.objectRef<Advance>('Advance').implement({
  description: 'What a loan in a supply chain is made on.',
  fields: (t) => ({
    kind: t.field({
      type: KindEnum,
      description: 'RECEIVABLE, ORDER, INVENTORY.',
      resolve: ({ kind }) => kind,
    }),
    core: t.exposeID('core', { description: 'The core enterprise, which buys: maker-1.' }),
    value: t.field({
      type: Money,
      description: 'The face value, or what is pledged as last valued: 50000.00.',
      resolve: ({ value }) => cny(value),
    }),
    calledOn: t.expose('calledOn', {
      type: 'Date',
      nullable: true,
      description: 'Since when the pledge is called for being worth too little; null where it is not.',
    }),
    sold: t.exposeBoolean('sold', { description: 'Whether the pledge was sold.' }),
  }),
});

const LoanRef = builder.objectRef<LoanRead>('Loan').implement({
  description: 'A loan, from its application on.',
  interfaces: [DebtRef, NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The caller’s id of it: L-7.' }),
    product: t.exposeID('segment', { description: 'The line that lends it: jiebei or mybank.' }),
    status: t.field({
      type: StatusEnum,
      description: 'How far it has come.',
      resolve: ({ now }) => now.status,
    }),
    declined: t.field({
      type: ReasonEnum,
      nullable: true,
      description: 'Why it was declined; null where it was not.',
      resolve: ({ now }) => now.declined,
    }),
    asked: t.field({
      type: Money,
      description: 'What was applied for: 1000.00.',
      resolve: ({ now }) => cny(now.asked),
    }),
    term: t.int({
      nullable: true,
      description: 'For how many months: 12; null of an advance, which has one due day.',
      resolve: ({ now }) => (now.dueOn === null ? now.term : null),
    }),
    method: t.field({
      type: MethodEnum,
      description: 'How it was to be repaid when it was applied for.',
      resolve: ({ now }) => now.method,
    }),
    appliedOn: t.field({
      type: 'Date',
      description: 'The day of its application: 2016-03-01.',
      resolve: ({ now }) => now.appliedOn,
    }),
    paidOutOn: t.field({
      type: 'Date',
      nullable: true,
      description: 'The day on which it was paid out; null before that.',
      resolve: ({ now }) => now.paidOutOn,
    }),
    dueOn: t.field({
      type: 'Date',
      nullable: true,
      description: 'The one due day of an advance; null of any other loan.',
      resolve: ({ now }) => now.dueOn,
    }),
    schedule: t.field({
      type: [InstalmentRef],
      description:
        'The plan as it was when it was paid out, due day by due day; empty before that. What is paid early or planned anew later does not change it.',
      resolve: ({ now }) => [...scheduleAtPayment(now)],
    }),
    planned: t.field({
      type: [InstalmentRef],
      description:
        'What is planned now: the due days ahead, with the interest that each will charge if all that is due is paid in time.',
      resolve: ({ work }) => [...plannedNow(work)],
    }),
    advance: t.field({
      type: AdvanceRef,
      nullable: true,
      description: 'What it is made on, in a supply chain; null of any other loan.',
      resolve: ({ now }) => now.advance,
    }),
    payments: t.field({
      type: EventConnection,
      description:
        'What was paid on it, newest first: repayments, recoveries, a buyer’s payment, the sale of a pledge.',
      args: pageArgs,
      resolve: ({ point, subject, line }, args, context) =>
        subjectEvents(point, subject, { ...args, type: line.payments }, context),
    }),
    events: t.field({
      type: EventConnection,
      description: 'Every event that names it, newest first.',
      args: pageArgs,
      resolve: ({ point, subject }, args, context) => subjectEvents(point, subject, args, context),
    }),
  }),
});

const LoanConnection = connectionOf('Loan', LoanRef, 'loans, by product and id');

const productArg = builder.args((t) => ({
  product: t.id({ description: 'Those of one line: jiebei, mybank; all when left out.' }),
}));
const statusArg = builder.args((t) => ({
  status: t.field({
    type: [StatusEnum],
    description: 'Those that have come as far: [OPEN]; all when left out.',
  }),
}));
/** A loan of a product at a point; null where there is none. */
function loanOf(
  point: LedgerPoint,
  product: string,
  id: string,
  on: Day | null | undefined,
  signal: AbortSignal,
) {
  const [line] = linesOf(product);
  return point.withRows(signal, (state) => {
    const row = line === undefined ? undefined : state.row(line.debts.table, id);
    return line === undefined || row === undefined ? null : readLoan(point, state, line, id, row, on);
  });
}

addFinder('loan', (point, id, signal) => {
  const [product = '', loan = ''] = id.split('/');
  return lines.has(product) ? loanOf(point, product, loan, undefined, signal) : null;
});

interface LoansAsked {
  readonly product?: string | null | undefined;
  readonly holder?: string | null | undefined;
  readonly status?: readonly LoanStatus[] | null | undefined;
  readonly on?: Day | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

function loanPage(point: LedgerPoint, asked: LoansAsked, signal: AbortSignal) {
  const { product, holder, status, on, first, after } = asked;
  const wanted = linesOf(product);
  return point.withRows(signal, (state) => {
    const found = wanted.flatMap((line) =>
      state.rows.entries(line.debts.table).flatMap(([id, row]) => {
        if (typeof holder === 'string' && row.holder !== holder) return [];
        if (Array.isArray(status) && !status.includes(row.status)) return [];
        return [[`${line.debts.lender.id}/${id}`, { line, id, row }] as const];
      }),
    );
    return pageOfRows('loan', { first, after }, found, (_, { line, id, row }) =>
      readLoan(point, state, line, id, row, on),
    );
  });
}

builder.objectField(LedgerRef, 'loan', (t) =>
  t.field({
    type: LoanRef,
    nullable: true,
    description: 'A loan; null where the line has none of that id. (jiebei, mybank)',
    args: {
      id: t.arg.id({ required: true, description: 'The caller’s id of it: L-7.' }),
      product: t.arg.id({ required: true, description: 'The line that lends it: jiebei or mybank.' }),
      ...onArg,
    },
    resolve: (point, { id, product, on }, { signal }) => loanOf(point, product, id, on, signal),
  }),
);

builder.objectField(LedgerRef, 'loans', (t) =>
  t.field({
    type: LoanConnection,
    description:
      'Loans, those of applications that were declined among them, by product and id. (jiebei, mybank)',
    args: {
      ...productArg,
      holder: t.arg.id({ description: 'Those of one borrower: user-1.' }),
      ...statusArg,
      ...onArg,
      ...pageArgs,
    },
    resolve: (point, asked, { signal }) => loanPage(point, asked, signal),
  }),
);

builder.objectField(HolderRef, 'loans', (t) =>
  t.field({
    type: LoanConnection,
    description: 'Their loans, by product and id. (jiebei, mybank)',
    args: { ...productArg, ...statusArg, ...onArg, ...pageArgs },
    resolve: ({ id, point }, asked, { signal }) => loanPage(point, { ...asked, holder: id }, signal),
  }),
);
