/**
 * Enums of the kernel's words.
 *
 * @module
 */
import { type AccountClass, accountClasses } from '../../kernel/contract/account.ts';
import type { EventKind as KernelEventKind } from '../../kernel/state/events.ts';
import { type Period as KernelPeriod, periods } from '../../kernel/values/dates.ts';
import { builder } from './builder.ts';

const classDocs: Readonly<Record<AccountClass, string>> = {
  asset: 'What the entity has.',
  liability: 'What the entity owes: a customer’s wallet is one.',
  equity: 'What its owners paid in.',
  income: 'What it earned.',
  expense: 'What it spent.',
};

/** asset, liability, equity, income, expense. */
export const AccountClassEnum = builder.enumType('AccountClass', {
  description: 'The five classes of accounts.',
  values: Object.fromEntries(
    accountClasses.map((name) => [name.toUpperCase(), { value: name, description: classDocs[name] }]),
  ) as Record<string, { value: AccountClass; description: string }>,
});

const periodDocs: Readonly<Record<KernelPeriod, string>> = {
  DAY: 'A line a day: 2016-03-01.',
  MONTH: 'A line a month: 2016-03.',
  QUARTER: 'A line a quarter: 2016-Q1.',
  YEAR: 'A line a year: 2016.',
};

/** Lengths of time that reports are cut into. */
export const PeriodEnum = builder.enumType('Period', {
  description: 'The length of time that a report is cut into.',
  values: Object.fromEntries(
    periods.map((name) => [name, { value: name, description: periodDocs[name] }]),
  ) as Record<KernelPeriod, { value: KernelPeriod; description: string }>,
});

/** fact or derived. */
export const EventKindEnum = builder.enumType('EventKind', {
  description: 'What an event is: something that happened, or what the rules made of it.',
  values: {
    FACT: { value: 'fact', description: 'The world or management did it; a what-if keeps it.' },
    DERIVED: {
      value: 'derived',
      description: 'The rules did it in answer to a fact; a what-if derives it again.',
    },
  } satisfies Record<string, { value: KernelEventKind; description: string }>,
});
