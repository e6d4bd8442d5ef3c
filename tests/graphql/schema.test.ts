import { readFileSync } from 'node:fs';
import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../src/graphql/commands/commands.ts';
import { house } from '../../src/segments/index.ts';
import { printedSchema, schema } from '../../src/server/http/schema.ts';

const own = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

describe('the schema', () => {
  it('is the one that is checked in (npm run schema prints it anew)', () => {
    expect(printedSchema()).toBe(readFileSync('schema/schema.graphql', 'utf8'));
  });

  it('describes every type, field, argument and value', () => {
    const bare: string[] = [];
    const ask = (
      name: string,
      { description }: { readonly description?: string | null | undefined },
    ): void => {
      if (description === undefined || description === null || description.trim() === '') bare.push(name);
    };
    for (const type of own) {
      ask(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) ask(`${type.name}.${value.name}`, value);
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        ask(`${type.name}.${field.name}`, field);
        if ('args' in field)
          for (const arg of field.args) ask(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
    expect(bare).toEqual([]);
  });

  it('has a mutation for every command, with what every command takes', () => {
    const mutations = schema.getMutationType()?.getFields() ?? {};
    for (const [name] of commandsOf(house)) {
      const arg = mutations[name]?.args.find((each) => each.name === 'input');
      expect(arg, name).toBeDefined();
      const input = getNamedType(arg?.type as GraphQLInputType);
      expect(isInputObjectType(input) && Object.keys(input.getFields())).toEqual(
        expect.arrayContaining(['book', 'sandbox', 'effectiveOn', 'idempotencyKey']),
      );
    }
    expect(mutations['(open)']).toBeUndefined();
  });

  it('keeps the names that were promised', () => {
    const promised: Readonly<Record<string, readonly string[]>> = {
      Query: ['ledger', 'event', 'events', 'segments', 'parameters', 'sandboxes'],
      Mutation: [
        'topUp',
        'initiatePayment',
        'confirmReceipt',
        'subscribeFund',
        'closeDay',
        'changePolicy',
        'reverse',
        'openSandbox',
        'discardSandbox',
      ],
      Subscription: ['events'],
      Ledger: [
        'book',
        'revision',
        'asOf',
        'settling',
        'openFrom',
        'segments',
        'segment',
        'account',
        'accounts',
        'balance',
        'trialBalance',
        'incomeStatement',
        'balanceSheet',
        'holder',
        'digest',
        'balanceDigest',
      ],
      SegmentLedger: ['id', 'title', 'revenue', 'cost', 'balances', 'metrics'],
      PeriodAmount: ['period', 'from', 'to', 'amount'],
      Account: ['id', 'entity', 'class', 'segment', 'name', 'holder', 'balance', 'statement'],
      Event: [
        'revision',
        'id',
        'type',
        'schemaVersion',
        'kind',
        'subject',
        'segment',
        'effectiveOn',
        'recordedAt',
        'actor',
        'data',
        'entry',
        'cause',
        'consequences',
        'hash',
      ],
      CommandAccepted: ['events', 'revision', 'repeated'],
      Rejected: ['code', 'message', 'hint'],
      Money: ['amount', 'currency'],
    };
    for (const [name, fields] of Object.entries(promised)) {
      const type = schema.getType(name);
      expect(isObjectType(type) && Object.keys(type.getFields()), name).toEqual(
        expect.arrayContaining([...fields]),
      );
    }
    expect(own.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Decimal',
        'Date',
        'DateTime',
        'Revision',
        'JSON',
        'CommandResult',
        'EventFilter',
      ]),
    );
  });

  it('knows no float', () => {
    expect(printedSchema()).not.toMatch(/\bFloat\b/);
  });
});
