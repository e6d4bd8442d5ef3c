/**
 * The catalogue: what this server knows how to do, from the declarations of its segments.
 *
 * @module
 */
import type { AccountKind } from '../kernel/contract/account.ts';
import type { EventType } from '../kernel/contract/fact.ts';
import type { MetricSpec } from '../kernel/contract/metric.ts';
import type { Parameter } from '../kernel/contract/parameter.ts';
import type { CloseRule } from '../kernel/contract/rule.ts';
import type { Segment } from '../kernel/contract/segment.ts';
import type { House } from '../kernel/engine/house.ts';
import type { Field } from '../kernel/values/fields.ts';
import { builder } from './base/builder.ts';
import { AccountClassEnum, EventKindEnum } from './base/enums.ts';

const FieldRef = builder
  .objectRef<{ readonly name: string; readonly field: Field<unknown> }>('FieldType')
  .implement({
    description: 'One value in an event’s data.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its key.' }),
      doc: t.string({ description: 'What it says.', resolve: ({ field }) => field.doc }),
      shape: t.string({
        description:
          'id, text, amount (12.34 CNY), size (an amount, all, or 10%), repayment (an amount, due, minimum, or all), rate, date, flag, revision, whole (a whole number within bounds), choice, value.',
        resolve: ({ field }) => field.shape.kind,
      }),
      choices: t.stringList({
        description: 'The words that it may be, where it is one of a few.',
        resolve: ({ field }) => (field.shape.kind === 'choice' ? [...field.shape.of] : []),
      }),
      optional: t.boolean({
        description: 'Whether it may be left out.',
        resolve: ({ field }) => field.optional,
      }),
    }),
  });

const EventTypeRef = builder.objectRef<EventType>('EventType').implement({
  description: 'A type of event.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'ToppedUp, InterestAccrued …' }),
    kind: t.expose('kind', { type: EventKindEnum, description: 'Whether it happens, or the rules make it.' }),
    doc: t.exposeString('doc', { description: 'What it means.' }),
    schemaVersion: t.int({ description: 'The version of its data.', resolve: ({ version }) => version }),
    command: t.string({
      nullable: true,
      description: 'The command that asks for it: the name of its mutation. Null where no user can.',
      resolve: (type) => (type.kind === 'fact' && !type.command.startsWith('(') ? type.command : null),
    }),
    fields: t.field({
      type: [FieldRef],
      description: 'Its data.',
      resolve: ({ fields }) => Object.entries(fields).map(([name, field]) => ({ name, field })),
    }),
  }),
});

const AccountKindRef = builder.objectRef<AccountKind>('AccountKind').implement({
  description: 'A kind of account.',
  fields: (t) => ({
    id: t.id({ description: 'The head of its accounts’ ids.', resolve: ({ path }) => path }),
    entity: t.exposeID('entity', { description: 'Whose books.' }),
    class: t.expose('class', { type: AccountClassEnum, description: 'Of the five classes.' }),
    name: t.exposeString('name', { description: 'wallet, escrow …' }),
    doc: t.exposeString('doc', { description: 'What it holds.' }),
    perHolder: t.boolean({
      description: 'Each holder has one.',
      resolve: ({ perHolder }) => perHolder === true,
    }),
  }),
});

const ParameterTypeRef = builder.objectRef<Parameter<unknown>>('ParameterType').implement({
  description: 'A parameter, as its segment declares it. Query.parameters tells its values in a book.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'payments.merchantFeeRate' }),
    doc: t.exposeString('doc', { description: 'What it says.' }),
    unit: t.string({ description: 'share, rate a year, CNY …', resolve: ({ type }) => type.unit }),
    bounds: t.string({ description: 'What values it takes.', resolve: ({ type }) => type.bounds }),
    keyed: t.exposeBoolean('keyed', { description: 'Whether keys may have values of their own.' }),
  }),
});

const MetricTypeRef = builder.objectRef<MetricSpec>('MetricType').implement({
  description: 'A figure that a line of business is judged by.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'takeRate, assets …' }),
    doc: t.exposeString('doc', { description: 'What it says.' }),
    unit: t.exposeString('unit', { description: 'share, CNY …' }),
  }),
});

const CloseRuleRef = builder.objectRef<CloseRule>('CloseRule').implement({
  description: 'One small rule of a day’s close.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    doc: t.exposeString('doc', { description: 'What it does.' }),
    phase: t.exposeString('phase', {
      description: 'timeouts, accruals, settlements or sweeps: they run in this order.',
    }),
  }),
});

const commandNames = ({ facts }: Segment): string[] => [
  ...new Set(facts.map(({ command }) => command).filter((name) => !name.startsWith('('))),
];

const SegmentType = builder.objectRef<Segment>('SegmentType').implement({
  description: 'A line of business: what it knows how to do.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'payments, yuebao …' }),
    title: t.exposeString('title', { description: 'For people.' }),
    doc: t.exposeString('doc', { description: 'What it is about.' }),
    commands: t.stringList({
      description: 'What it can be told: the names of mutations.',
      resolve: commandNames,
    }),
    facts: t.field({
      type: [EventTypeRef],
      description: 'What can happen in it.',
      resolve: ({ facts }) => [...facts],
    }),
    derived: t.field({
      type: [EventTypeRef],
      description: 'What its rules make of it.',
      resolve: ({ derived }) => [...derived],
    }),
    accounts: t.field({
      type: [AccountKindRef],
      description: 'Its kinds of accounts.',
      resolve: ({ accounts }) => [...accounts],
    }),
    borrows: t.idList({
      description: 'Kinds of accounts of other segments that it posts on or reads.',
      resolve: ({ borrows }) => [...borrows],
    }),
    parameters: t.field({
      type: [ParameterTypeRef],
      description: 'What its rules go by.',
      resolve: ({ parameters }) => [...parameters],
    }),
    close: t.field({
      type: [CloseRuleRef],
      description: 'What it does at a day’s close.',
      resolve: ({ close }) => [...close],
    }),
    metrics: t.field({
      type: [MetricTypeRef],
      description: 'The figures that it is judged by.',
      resolve: ({ metrics }) => [...metrics],
    }),
  }),
});

/** The segments of a house, the kernel’s own facts among them. */
const segmentsOf = ({ segments }: House): Segment[] => [...segments];

builder.queryField('segments', (t) =>
  t.field({
    type: [SegmentType],
    description:
      'What this server knows how to do: lines of business, their facts, commands, accounts and parameters.',
    resolve: (_root, _args, { library }) => segmentsOf(library.house),
  }),
);
