/** One command, two lines of business: an input tells whose fact it becomes, wherever the command can be given. */

import { getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { builder } from '../../src/graphql/base/builder.ts';
import { commandValue, inputFieldsOf, inputsOf } from '../../src/graphql/commands/input-fields.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import '../../src/graphql/base/scalars.ts';
import { fact } from '../../src/kernel/contract/fact.ts';
import { commandType } from '../../src/kernel/deciding/commands.ts';
import { House } from '../../src/kernel/engine/house.ts';
import {
  amount,
  choice,
  optional,
  parseData,
  repayment,
  whole,
  wholeOf,
} from '../../src/kernel/values/fields.ts';
import { codes } from '../../src/kernel/values/refusals.ts';
import { isMistaken, parseScenario } from '../../src/scenario/file/file.ts';
import { historyJsonSchema } from '../../src/scenario/file/schema.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { bare } from '../support/toy-house.ts';

const common = { subject: () => 'entity', reads: () => ({}), fits: () => undefined, react: () => [] };

const lent = fact('Lent', {
  ...common,
  command: 'lend',
  told: { field: 'entity', value: 'bank', unknown: codes.unknownEntity },
  doc: 'A bank lends.',
  fields: {
    entity: choice('who lends', ['bank'], codes.unknownEntity),
    amount: amount('how much'),
    months: wholeOf('for how long', [3, 6, 12]),
    method: choice('how it is paid back', ['level', 'bullet']),
    repay: repayment('what is repaid of another', ['due', 'all']),
  },
});

const lentOut = fact('LentOut', {
  ...common,
  command: 'lend',
  told: { field: 'entity', value: 'shop', unknown: codes.unknownEntity },
  doc: 'A shop lends.',
  fields: {
    entity: choice('who lends', ['shop'], codes.unknownEntity),
    amount: amount('how much'),
    months: whole('for how long', 1, 24),
    method: choice('how it is paid back', ['bullet', 'never']),
    repay: repayment('what is repaid of another', ['due', 'minimum']),
    pledge: optional(amount('what is pledged')),
  },
});

const house = new House([bare('bank', { facts: [lent] }), bare('shop', { facts: [lentOut] })]);

describe('a command of two segments', () => {
  const types = house.command('lend') ?? [];
  const asked = (inputs: { readonly [name: string]: unknown }) =>
    commandType(house, { on: '2016-03-01', command: 'lend', with: inputs });

  it('becomes the fact that its input names; another is refused with the code for it', () => {
    expect(asked({ entity: 'bank' })).toBe(lent);
    expect(asked({ entity: 'shop' })).toBe(lentOut);
    expect(asked({ entity: 'moon' })).toMatchObject({
      code: 'UNKNOWN_ENTITY',
      detail: 'one of bank, shop',
    });
    for (const inputs of [{}, { entity: 7 }]) expect(asked(inputs)).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is refused by a house where two facts answer to the same value, or to none', () => {
    const untold = fact('Untold', { ...common, command: 'lend', doc: '', fields: lent.fields });
    const same = fact('Same', { ...lent, command: 'lend', doc: '' });
    const clash = /two facts answer the command lend/;
    for (const other of [untold, same])
      expect(() => new House([bare('bank', { facts: [lent] }), bare('x', { facts: [other] })])).toThrow(
        clash,
      );
  });

  it('has one input type in the graph: all words, the widest bounds, only what all need required', () => {
    const inputs = inputsOf('lend', types);
    builder.queryField('nothing', (t) => t.boolean({ resolve: () => true }));
    builder.mutationField('nothing', (t) => t.boolean({ resolve: () => true }));
    builder.subscriptionField('nothing', (t) =>
      t.boolean({ subscribe: () => (async function* () {})(), resolve: () => true }),
    );
    builder.inputType('LendInput', { fields: (t) => inputFieldsOf('lend', inputs, t) });
    const made = builder.toSchema().getType('LendInput');
    if (!isInputObjectType(made)) throw new Error('no input type');
    const fields = made.getFields();
    const printed = Object.fromEntries(
      Object.entries(fields).map(([name, { type }]) => [name, String(type)]),
    );
    expect(printed).toEqual({
      entity: 'ID!',
      amount: 'MoneyInput!',
      months: 'Int!',
      method: 'LendMethod!',
      repay: 'RepaymentInput!',
      pledge: 'MoneyInput',
    });
    expect(fields.entity?.description).toBe('Who lends: bank, shop.');
    expect(fields.months?.description).toBe('For how long. 1 to 24.');
    const method = fields.method && getNamedType(fields.method.type);
    expect(isEnumType(method) && method.getValues().map(({ value }) => value)).toEqual([
      'bullet',
      'level',
      'never',
    ]);
  });

  it('takes from the graph what a line of a history says as text', () => {
    const money = { amount: '80.00', currency: 'CNY' };
    const given = {
      entity: 'shop',
      amount: commandValue({ kind: 'amount' }, money),
      months: commandValue({ kind: 'whole', least: 1, most: 24 }, 4),
      method: commandValue({ kind: 'choice', of: ['never'] }, 'never'),
      repay: commandValue({ kind: 'repayment', words: ['due', 'all'] }, { money }),
    };
    const line = { entity: 'shop', amount: '80.00 CNY', months: 4, method: 'never', repay: '80.00 CNY' };
    expect(given).toEqual(line);
    expect(commandValue({ kind: 'repayment', words: ['due', 'all'] }, { intent: 'due' })).toBe('due');
    expect(parseData(lentOut.fields, given)).toMatchObject({ months: 4, repay: 8_000n });
  });

  it('has a schema for each in a history, told apart by the value', () => {
    const oneOf = historyJsonSchema(house).oneOf as unknown as readonly { title: string; properties: Line }[];
    const of = (title: string) => oneOf.find((each) => each.title === title)?.properties.with.properties;
    expect(of('Lent')?.entity).toMatchObject({ const: 'bank' });
    expect(of('LentOut')?.entity).toMatchObject({ const: 'shop' });
    expect(of('Lent')?.months).toMatchObject({ enum: [3, 6, 12, '3', '6', '12'] });
    expect(of('LentOut')?.months).toMatchObject({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 24 }, { type: 'string' }],
    });
    const pattern = new RegExp(String(of('Lent')?.repay?.pattern), 'u');
    for (const text of ['due', 'all', '12.34 CNY']) expect(text).toMatch(pattern);
    for (const text of ['minimum', '10%', 'DUE', 'most']) expect(text).not.toMatch(pattern);
    expect('minimum').toMatch(new RegExp(String(of('LentOut')?.repay?.pattern), 'u'));
  });
});

describe('a repayment in a what-if', () => {
  /** What a scenario's edit makes of a repayment. */
  const edited = (edit: string, repay: bigint | 'due' | 'all'): unknown => {
    const text = `scenario: s
base: { history: h.jsonl }
horizon: { from: 2016-01-01, to: 2016-12-31 }
facts: [${edit}]
`;
    const scenario = parseScenario(text, { file: 's.yaml', house });
    if (isMistaken(scenario)) return scenario.map(({ message }) => message).join();
    const data = { entity: 'bank', amount: 1n, months: 3, method: 'level', repay } as const;
    const [record] = [{ revision: 0, type: lent, data, on: scenario.horizon.from, subject: '', key: null }];
    const base = { facts: [{ ...record, line: undefined }], revision: 0, hash: '', title: '', events: [] };
    const state = emptyState(house);
    return planOf({ ...base, state }, scenario.horizon, scenario.edits, []).facts[0]?.data.repay;
  };

  it('is scaled as an amount; a fact that can’t size an intent keeps it', () => {
    const scale = '{ scale: { where: { type: Lent }, field: repay, by: 1.5 } }';
    expect(edited(scale, 101n)).toBe(152n);
    for (const word of ['due', 'all'] as const) expect(edited(scale, word)).toBe(word);
  });

  it('is set to an amount or an intent, and found by it', () => {
    expect(edited('{ set: { where: { type: Lent }, field: repay, to: due } }', 5n)).toBe('due');
    expect(edited('{ set: { where: { type: Lent, repay: all }, field: repay, to: 2 CNY } }', 'all')).toBe(
      200n,
    );
    expect(edited('{ set: { where: { type: Lent, repay: all }, field: repay, to: 2 CNY } }', 'due')).toBe(
      'due',
    );
    expect(edited('{ set: { where: { type: Lent }, field: repay, to: 10% } }', 5n)).toMatch(/or due, or all/);
    expect(edited('{ set: { where: { type: Lent }, field: repay, to: minimum } }', 5n)).toMatch(
      /or due, or all/,
    );
    expect(edited('{ set: { where: { type: Lent }, field: months, to: 4 } }', 5n)).toMatch(/one of 3, 6, 12/);
    expect(edited('{ scale: { where: { type: Lent }, field: months, by: 2 } }', 5n)).toMatch(
      /can't be scaled/,
    );
  });

  it('a fact is set to no other than it is told by', () => {
    expect(edited('{ set: { where: { type: Lent }, field: entity, to: shop } }', 5n)).toMatch(/one of bank/);
  });
});

interface Line {
  readonly with: {
    readonly properties: { readonly [name: string]: { readonly [keyword: string]: unknown } };
  };
}
