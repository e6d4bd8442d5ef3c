/**
 * Debts in the graph: what a credit line and a loan have in common.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { Money } from '../../graphql/base/money.ts';
import { type NodeRead, NodeRef } from '../../graphql/base/node.ts';
import { HolderRef, holderAt } from '../../graphql/book/holder.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Money as KernelMoney } from '../../kernel/values/money.ts';
import { formatRate } from '../../kernel/values/rates.ts';
import { allOf, type Debt, type DebtWork, type Due, dueOf, type Owed, unpaidOf } from '../debt/debt.ts';
import { type Bucket, bucketOf } from '../lender/buckets.ts';
import { type Parts, sumOf } from '../lender/parts.ts';
import type { Instalment } from '../schedule/plan.ts';

/** Lines lend in one currency. */
export const cny = (minor: bigint): KernelMoney => ({ minor, currency: 'CNY' });

const bucketDocs: Readonly<Record<Bucket, string>> = {
  current: 'Nothing is overdue.',
  '1-30': '1 to 30 days past due.',
  '31-60': '31 to 60 days past due.',
  '61-90': '61 to 90 days past due.',
  'over-90': 'More than 90 days past due.',
};

const enumName = (text: string): string => {
  const name = text.toUpperCase().replaceAll('-', '_');
  return /^\d/.test(name) ? `DAYS_${name}` : name;
};

/** Values of an enum from words of the rules: `written-off` is WRITTEN_OFF, `1-30` is DAYS_1_30. */
export const enumValues = <W extends string>(docs: Readonly<Record<W, string>>) =>
  Object.fromEntries(
    Object.entries<string>(docs).map(([value, description]) => [enumName(value), { value, description }]),
  ) as Record<string, { value: W; description: string }>;

/** Buckets of arrears. */
export const BucketEnum = builder.enumType('ArrearsBucket', {
  description:
    'How long the oldest unpaid due is past its date: DAYS_1_30 from the day after the due date on.',
  values: enumValues<Bucket>(bucketDocs),
});

/** A figure by who funds it. */
export const SplitRef = builder.objectRef<Parts>('FundingSplit').implement({
  description:
    'An amount by who has it: the lending company itself, its partner banks, and the vehicle. The three sum to the total.',
  fields: (t) => ({
    own: t.field({
      type: Money,
      description: 'The lending company’s part: 20.00 of 1000.00 at an own share of 2 %.',
      resolve: ([own]) => cny(own),
    }),
    partner: t.field({
      type: Money,
      description: 'Partner banks’ part: 588.00 of 1000.00.',
      resolve: ([, partner]) => cny(partner),
    }),
    vehicle: t.field({
      type: Money,
      description: 'The securitisation vehicle’s part: 392.00 of 1000.00.',
      resolve: ([, , vehicle]) => cny(vehicle),
    }),
    total: t.field({
      type: Money,
      description: 'All of it: 1000.00.',
      resolve: (parts) => cny(sumOf(parts)),
    }),
  }),
});

const DueRef = builder.objectRef<Due>('Due').implement({
  description: 'What fell due on a day, as far as it is unpaid.',
  fields: (t) => ({
    on: t.expose('on', { type: 'Date', description: 'The due date: 2016-04-10.' }),
    principal: t.field({
      type: Money,
      description: 'Principal of it that is unpaid: 330.33.',
      resolve: ({ principal }) => cny(principal),
    }),
    interest: t.field({
      type: Money,
      description: 'Interest of it that is unpaid: 14.50.',
      resolve: ({ interest }) => cny(interest),
    }),
    fee: t.field({
      type: Money,
      description: 'Instalment fee of it that is unpaid, on a credit line: 2.08. Zero on a loan.',
      resolve: ({ fee }) => cny(fee),
    }),
    unpaid: t.field({
      type: Money,
      description: 'Principal, interest and fee together: 346.91.',
      resolve: (due) => cny(unpaidOf(due)),
    }),
    minimum: t.field({
      type: Money,
      description:
        'What of it is still to be paid by its date so that the rest may revolve, on a credit line: 47.53; of an overdue one all that is unpaid. On a loan all of it.',
      resolve: (due) => cny(stillLeast(due)),
    }),
    overdue: t.exposeBoolean('overdue', {
      description: 'Its date has passed and it was not met.',
    }),
  }),
});

/** What must still be paid of a due so that it is met; a due of a loan has no minimum of its own. */
function stillLeast(due: Due): bigint {
  const unpaid = unpaidOf(due);
  if (due.overdue || due.billed === 0n) return unpaid;
  const missing = due.minimum - (due.billed - unpaid);
  return missing > 0n ? missing : 0n;
}

/** What is owed of a debt on a day. */
interface OwedRead extends Owed {
  readonly on: Day;
}

const OwedRef = builder.objectRef<OwedRead>('Owed').implement({
  description:
    'What is owed on a day, in the order in which a payment is taken: late fee, instalment fee, interest due, principal due; then interest accrued, and principal that is not due.',
  fields: (t) => {
    const money = (of: (owed: OwedRead) => bigint, description: string) =>
      t.field({ type: Money, description, resolve: (owed) => cny(of(owed)) });
    return {
      on: t.expose('on', { type: 'Date', description: 'The day that it is worked out for.' }),
      lateFee: money(({ late }) => late, 'Late fees so far, floored: 0.33.'),
      fee: money(({ fee }) => fee, 'Instalment fees that are due, on a credit line: 2.08.'),
      interestDue: money(({ interestDue }) => interestDue, 'Interest that is due: 14.50.'),
      principalDue: money(({ due }) => due, 'Principal that is due, overdue or not: 328.83.'),
      accrued: money(({ accrued }) => accrued, 'Interest that has accrued and is not due, floored: 4.97.'),
      principal: money(({ principal }) => principal, 'All principal, due or not: 1000.00.'),
      due: money(dueOf, 'What a repayment of DUE pays: 343.66.'),
      all: money(allOf, 'What a repayment of ALL pays: 1019.80.'),
    };
  },
});

/** A due day of a plan. */
export const InstalmentRef = builder.objectRef<Instalment>('Instalment').implement({
  description: 'What a plan says of a due day.',
  fields: (t) => ({
    on: t.expose('on', { type: 'Date', description: 'The due day: 2016-04-30.' }),
    principal: t.field({
      type: Money,
      description: 'Principal that falls due: 328.83.',
      resolve: ({ principal }) => cny(principal),
    }),
    interest: t.field({
      type: Money,
      description: 'Interest that is charged, if all before it was paid on its day: 14.50.',
      resolve: ({ interest }) => cny(interest),
    }),
    payment: t.field({
      type: Money,
      description: 'Both together: 343.33.',
      resolve: ({ principal, interest }) => cny(principal + interest),
    }),
  }),
});

/** A debt that was brought up to a day. */
export interface DebtRead extends NodeRead {
  readonly type: 'CreditLine' | 'Loan';
  /** What its events are about: `credit/user-1`, `loan/jiebei/L-7`. */
  readonly subject: string;
  readonly segment: string;
  /** The day that it was brought up to. */
  readonly on: Day;
  readonly work: DebtWork;
  /** The debt on that day. */
  readonly now: Debt;
}

/** What a credit line and a loan have in common. */
export const DebtRef = builder.interfaceRef<DebtRead>('Debt').implement({
  description:
    'What somebody owes to a line that lends: a credit line or a loan. Its figures are of one day, if nothing more happens on it until then: of the end of a day that is closed; of an open one what a payment on it would find.',
  interfaces: [NodeRef],
  resolveType: ({ type }) => type,
  fields: (t) => ({
    segment: t.exposeID('segment', { description: 'The line that lends: huabei, jiebei or mybank.' }),
    holder: t.id({
      description: 'Who borrows: user-1.',
      deprecationReason: 'Ask for borrower, who can be followed: borrower { id }.',
      resolve: ({ now }) => now.holder,
    }),
    borrower: t.field({
      type: HolderRef,
      description: 'Who borrows, with all that they have.',
      resolve: ({ now, point }) => holderAt(point, now.holder),
    }),
    on: t.expose('on', {
      type: 'Date',
      description:
        'The day that its figures are worked out for: 2016-04-30. Where none is asked for, that of the ledger’s asOf; else the last day that is closed, or that of its own latest event, if that is later.',
    }),
    latest: t.field({
      type: 'Date',
      description: 'The date of its latest fact; no fact may be dated before it.',
      resolve: ({ now }) => now.latest,
    }),
    principal: t.field({
      type: Money,
      description: 'Principal outstanding, whoever funds it: 1000.00.',
      resolve: ({ now }) => cny(sumOf(now.principal)),
    }),
    split: t.field({
      type: SplitRef,
      description: 'Principal outstanding, by who funds it.',
      resolve: ({ now }) => now.principal,
    }),
    interestDue: t.field({
      type: SplitRef,
      description: 'Interest that is due and unpaid, by who gets it.',
      resolve: ({ now }) => now.interestDue,
    }),
    rate: t.string({
      description: 'Interest a day on what bears interest: 0.05%.',
      resolve: ({ now }) => formatRate(now.rate),
    }),
    owed: t.field({
      type: OwedRef,
      description: 'What is owed on the day.',
      resolve: ({ work, on }) => ({ ...work.owed, on }),
    }),
    dues: t.field({
      type: [DueRef],
      description: 'What fell due and is unpaid, the oldest first.',
      resolve: ({ now }) => [...now.dues],
    }),
    arrearsSince: t.field({
      type: 'Date',
      nullable: true,
      description: 'The date of the oldest due that is overdue: 2016-03-10; null where none is.',
      resolve: ({ now }) => now.arrearsSince,
    }),
    daysPastDue: t.int({
      description: 'Days since then: 21; 0 where nothing is overdue.',
      resolve: ({ work, on }) => work.daysPastDue(on),
    }),
    bucket: t.field({
      type: BucketEnum,
      description: 'The bucket of those days.',
      resolve: ({ work, on }) => bucketOf(work.daysPastDue(on)),
    }),
    bookedIn: t.field({
      type: BucketEnum,
      description: 'The bucket in whose accounts its principal is booked: a close moves it to the one above.',
      resolve: ({ now }) => now.stage,
    }),
    bank: t.id({
      nullable: true,
      description: 'The partner bank that funds its part: bank-1; null before a loan is paid out.',
      resolve: ({ now: { bank } }) => (bank === '' ? null : bank),
    }),
    pool: t.id({
      nullable: true,
      description: 'The pool that has the vehicle’s part: huabei-2016-03; null before a loan is paid out.',
      resolve: ({ now: { pool } }) => (pool === '' ? null : pool),
    }),
    loss: t.field({
      type: SplitRef,
      nullable: true,
      description:
        'Of one that was written off: what was lost and has not been recovered, by whose loss it is; null of any other.',
      resolve: ({ now }) => now.loss,
    }),
  }),
});
