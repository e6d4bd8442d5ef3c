/**
 * Conformance in the graph.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { pageLimits } from '../../graphql/base/limits.ts';
import { Money } from '../../graphql/base/money.ts';
import { sizeDoc, sizeOf } from '../../graphql/base/sizes.ts';
import type { Money as KernelMoney } from '../../kernel/values/money.ts';
import type { Conformance } from '../conformance.ts';
import type { Difference, Line } from '../judging/entries.ts';
import type { Account, Finding, FindingKind } from '../judging/findings.ts';

const FindingKindEnum = builder.enumType('FindingKind', {
  description: 'How the record and the rules differ.',
  values: {
    MISFIT: { value: 'misfit', description: 'A fact was booked that does not fit.' },
    DIFFERS: { value: 'differs', description: 'The rules give another entry, or other data.' },
    NOT_DERIVED: { value: 'not derived', description: 'The rules derive nothing of the kind.' },
    MISSING: { value: 'missing', description: 'The rules derive what is not recorded.' },
  } satisfies Record<string, { value: FindingKind; description: string }>,
});

const EntryLineRef = builder.objectRef<Line>('EntryLine').implement({
  description: 'An amount on an account.',
  fields: (t) => ({
    account: t.exposeID('account', { description: 'Which account.' }),
    amount: t.field({
      type: Money,
      description: 'Debit positive.',
      resolve: ({ account, minor }) => amountOn(account, minor),
    }),
  }),
});

const StandsRef = builder.objectRef<Account>('EventContent').implement({
  description: 'What an event is, by the record or by the rules.',
  fields: (t) => ({
    data: t.field({ type: 'JSON', description: 'Its data.', resolve: ({ data }) => data }),
    entry: t.field({ type: [EntryLineRef], description: 'Its entry.', resolve: ({ entry }) => [...entry] }),
  }),
});

const DifferenceRef = builder.objectRef<Difference>('EntryDifference').implement({
  description: 'An account on which the record and the rules differ. Amounts are debit positive.',
  fields: (t) => ({
    account: t.exposeID('account', { description: 'Which account.' }),
    recorded: t.field({
      type: Money,
      description: 'What is recorded.',
      resolve: ({ account, recorded }) => amountOn(account, recorded),
    }),
    expected: t.field({
      type: Money,
      description: 'What the rules give.',
      resolve: ({ account, expected }) => amountOn(account, expected),
    }),
  }),
});

const amountOn = (account: string, minor: bigint): KernelMoney => ({
  minor,
  currency: account.slice(account.lastIndexOf(':') + 1),
});

const FindingRef = builder.objectRef<Finding>('Finding').implement({
  description: 'An event that is not what the rules say.',
  fields: (t) => ({
    revision: t.expose('revision', {
      type: 'Revision',
      description: 'Of the event; where it is missing, of the one that stands in its place.',
    }),
    kind: t.expose('kind', { type: FindingKindEnum, description: 'How they differ.' }),
    type: t.exposeString('type', { description: 'The type of the event.' }),
    subject: t.exposeID('subject', { description: 'What it is about.' }),
    segment: t.exposeID('segment', { description: 'The line of business.' }),
    on: t.expose('on', { type: 'Date', description: 'The day on which it counts.' }),
    rule: t.exposeString('rule', {
      description: 'The fact type, or the rule of the close, that says otherwise.',
    }),
    detail: t.exposeString('detail', { description: 'What differs, in words.' }),
    recorded: t.field({
      type: StandsRef,
      nullable: true,
      description: 'The record; null where it is missing.',
      resolve: ({ recorded }) => recorded,
    }),
    expected: t.field({
      type: StandsRef,
      nullable: true,
      description: 'What the rules give; null where they give nothing.',
      resolve: ({ expected }) => expected,
    }),
    differences: t.field({
      type: [DifferenceRef],
      description: 'Account by account.',
      resolve: ({ differences }) => [...differences],
    }),
    followsFrom: t.field({
      type: 'Revision',
      nullable: true,
      description:
        'The revision of the finding that it only follows from: had that been right, this would be.',
      resolve: ({ followsFrom }) => followsFrom,
    }),
  }),
});

/** Recorded against recomputed. */
export const ConformanceRef = builder.objectRef<Conformance>('Conformance').implement({
  description:
    'Recorded against recomputed: each rule once more, on the state and under the policy that it saw.',
  fields: (t) => ({
    clean: t.exposeBoolean('clean', { description: 'No finding at all.' }),
    checked: t.exposeInt('checked', { description: 'How many events were judged.' }),
    facts: t.exposeInt('facts', { description: 'Facts among them.' }),
    derived: t.exposeInt('derived', { description: 'Derived events among them.' }),
    findings: t.field({
      type: [FindingRef],
      description: 'What differs, in the order of the log: the first of them.',
      args: {
        first: t.arg.int({
          defaultValue: pageLimits.defaultSize,
          required: true,
          description: sizeDoc,
        }),
      },
      resolve: ({ findings }, { first }) => findings.slice(0, sizeOf(first)),
    }),
    findingCount: t.exposeInt('findingCount', { description: 'How many there are.' }),
    rootCount: t.exposeInt('rootCount', { description: 'How many of them follow from no other.' }),
  }),
});
