/** The JSON Schemas: they know what the house knows, and refuse what the parser refuses as unknown. */
import { describe, expect, test } from 'vitest';
import { isRecord, type Json } from '../../src/kernel/values/fields.ts';
import { historyJsonSchema, scenarioJsonSchema } from '../../src/scenario/file/schema.ts';
import { house } from '../../src/segments/index.ts';

/** The part of a schema at a path, references followed. */
function at(schema: unknown, ...path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  return at(
    isRecord(schema) ? schema[key] : Array.isArray(schema) ? schema[Number(key)] : undefined,
    ...rest,
  );
}

const record = (part: unknown): Readonly<Record<string, unknown>> => {
  if (!isRecord(part)) throw new Error('no mapping');
  return part;
};

const list = (part: unknown): readonly unknown[] => {
  if (!Array.isArray(part)) throw new Error('no list');
  return part;
};

/** Every object of a schema. */
function* objects(part: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(part)) for (const item of part) yield* objects(item);
  else if (isRecord(part)) {
    yield part;
    for (const value of Object.values(part)) yield* objects(value);
  }
}

const schemas: readonly (readonly [string, Readonly<Record<string, Json>>])[] = [
  ['scenario', scenarioJsonSchema(house)],
  ['history', historyJsonSchema(house)],
];

describe.each(schemas)('the schema of a %s', (_, schema) => {
  test('is draft 2020-12, plain JSON, the same each time', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  test('has only patterns that compile, only references that lead somewhere, and no open objects', () => {
    for (const part of objects(schema)) {
      if (typeof part.pattern === 'string') new RegExp(part.pattern, 'u');
      if (isRecord(part.patternProperties))
        for (const pattern of Object.keys(part.patternProperties)) new RegExp(pattern, 'u');
      if (typeof part.$ref === 'string') expect(at(schema, ...part.$ref.slice(2).split('/'))).toBeDefined();
      if (part.type === 'object' && part.properties !== undefined)
        expect(part.additionalProperties).toBe(false);
    }
  });
});

describe('a scenario', () => {
  const schema = scenarioJsonSchema(house);
  const assumptions = record(at(schema, '$defs', 'Assumptions'));

  test('has the sections of the format, and only what this version runs', () => {
    expect(Object.keys(record(schema.properties))).toEqual([
      '$schema',
      'scenario',
      'title',
      'description',
      'source',
      'base',
      'horizon',
      'seed',
      'scale',
      'assumptions',
      'facts',
      'variants',
      'report',
      'expect',
    ]);
    expect(schema.required).toEqual(['scenario', 'base', 'horizon']);
  });

  test('knows every parameter, and keys of keyed ones', () => {
    expect(Object.keys(record(assumptions.properties))).toEqual(
      house.parameters.map(({ name }) => name).sort(),
    );
    const patterns = Object.keys(record(assumptions.patternProperties)).map(
      (pattern) => new RegExp(pattern, 'u'),
    );
    const known = (name: string) => patterns.some((pattern) => pattern.test(name));
    expect(['payments.merchantFeeRate[merchant-7]', 'payments.merchantFeeRate[*]'].map(known)).toEqual([
      true,
      true,
    ]);
    expect(
      ['payments.floatRate[x]', 'payments.merchantFeeRate[a b]', 'paymentsxmerchantFeeRate[x]'].map(known),
    ).toEqual([false, false, false]);
  });

  test('dates and ranges are the keys of a timeline', () => {
    const [pattern = ''] = Object.keys(
      record(at(assumptions, 'properties', 'payments.floatRate', 'anyOf', '1', 'patternProperties')),
    );
    const fits = (key: string) => new RegExp(pattern, 'u').test(key);
    expect(
      ['2016-01-01', '2016-01-01..2016-02-01', '2016-01-01 .. 2016-02-01', '2016-1-1', 'from'].map(fits),
    ).toEqual([true, true, true, false, false]);
  });

  test("a filter is of one fact, never the kernel's own, with its fields", () => {
    const filters = list(at(schema, '$defs', 'Where', 'anyOf'));
    const types = filters.map((filter) => at(filter, 'properties', 'type', 'const'));
    expect(types).toEqual(
      house.facts
        .filter((type) => house.segmentOf(type) !== 'kernel')
        .map(({ name }) => name)
        .sort(),
    );
    const transferred = filters[types.indexOf('Transferred')];
    expect(Object.keys(record(at(transferred, 'properties', 'with', 'properties')))).toEqual([
      'from',
      'to',
      'amount',
    ]);
    // Beside `type` these are dates.
    expect(at(transferred, 'properties', 'from', 'format')).toBe('date');
  });

  test('an injection has the inputs of its command; for fills in the holder', () => {
    const edit = list(at(schema, '$defs', 'Edit', 'anyOf')).find(
      (one) => at(one, 'properties', 'inject') !== undefined,
    );
    const inject = at(edit, 'properties', 'inject');
    const commands = list(at(inject, 'properties', 'command', 'enum'));
    expect(commands).toContain('topUp');
    for (const own of ['closeDay', 'changePolicy', 'reverse']) expect(commands).not.toContain(own);
    const rule = list(at(inject, 'allOf')).find(
      (one) => at(one, 'if', 'properties', 'command', 'const') === 'topUp',
    );
    expect(at(rule, 'then', 'else', 'properties', 'with', 'required')).toEqual(['holder', 'amount']);
    expect(at(rule, 'then', 'then', 'properties', 'with', 'required')).toEqual(['amount']);
  });
});

test('a line of a history is one of the commands, with its inputs', () => {
  const lines = list(historyJsonSchema(house).oneOf);
  const commands = lines.map((line) => at(line, 'properties', 'command', 'const'));
  const types = [...house.commands]
    .filter(([name]) => !name.startsWith('('))
    .flatMap(([name, facts]) => facts.map(() => name));
  expect(commands).toEqual(types.sort());
  const subscribe = lines[commands.indexOf('subscribeFund')];
  expect(at(subscribe, 'properties', 'with', 'properties', 'fund', 'const')).toBe('yuebao');
  expect(at(subscribe, 'required')).toEqual(['on', 'command', 'with']);
  expect(at(subscribe, 'properties', 'with', 'required')).toEqual(['fund', 'holder', 'amount']);
});
