/**
 * JSON Schemas (draft 2020-12) of what people write by hand: scenario files and lines of a history. Editors complete and check
 * by them; the parsers check more, and say it better.
 *
 * @module
 */
import { z } from 'zod';
import type { FactType } from '../../kernel/contract/fact.ts';
import type { Parameter } from '../../kernel/contract/parameter.ts';
import type { House } from '../../kernel/engine/house.ts';
import { filledInput, injectable } from '../editing/injection.ts';
import {
  assumptionsShape,
  commandShape,
  dayShape,
  fileShape,
  injectShape,
  whereShape,
} from '../editing/shapes.ts';
import { editableFacts } from '../editing/where.ts';
import { dateSchema, fieldSchema, inputsSchema, type Schema } from '../format/field-schema.ts';

const draft = 'https://json-schema.org/draft/2020-12/schema';

/** The schema of a scenario file, with the parameters, facts, fields and commands of a house. */
export function scenarioJsonSchema(house: House): Schema {
  const put = (schema: object, more: Schema): void => {
    Object.assign(schema, more);
  };
  const replace = (schema: object, more: Schema): void => {
    for (const key of Object.keys(schema)) if (key !== 'description') Reflect.deleteProperty(schema, key);
    put(schema, more);
  };
  const printed = z.toJSONSchema(fileShape, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodObject) put(jsonSchema, { additionalProperties: false });
      if (zodSchema === dayShape || zodSchema === dayShape.in) put(jsonSchema, dateSchema);
      else if (zodSchema === assumptionsShape) replace(jsonSchema, assumptionsSchema(house));
      else if (zodSchema === whereShape) replace(jsonSchema, whereSchema(house));
      else if (zodSchema === commandShape) replace(jsonSchema, { enum: [...injectable(house)].sort() });
      else if (zodSchema === injectShape) put(jsonSchema, injectSchema(house));
    },
  });
  return toSchema({ ...printed, $schema: draft, title: 'A scenario of formicary' });
}

/** What a library printed, as JSON alone. */
const toSchema = (printed: unknown): Schema => JSON.parse(JSON.stringify(printed));

const rangePattern = '^\\s*\\d{4}-\\d{2}-\\d{2}\\s*(\\.\\.\\s*\\d{4}-\\d{2}-\\d{2}\\s*)?$';

/** Every parameter by name; keyed ones with their keys as patterns. */
function assumptionsSchema(house: House): Schema {
  const properties: Record<string, Schema> = {};
  const patternProperties: Record<string, Schema> = {};
  for (const parameter of byName(house.parameters)) {
    const schema = parameterSchema(parameter);
    properties[parameter.name] = schema;
    if (parameter.keyed) {
      patternProperties[`^${parameter.name.replace('.', '\\.')}\\[(\\*|[A-Za-z0-9._-]{1,64})\\]$`] = schema;
    }
  }
  return { type: 'object', properties, patternProperties, additionalProperties: false };
}

function parameterSchema({ doc, type, defaults }: Parameter<unknown>): Schema {
  const values = defaults.map(({ value }) => type.format(value));
  const record = values.some((value) => typeof value === 'object');
  const value: Schema = record ? { type: 'object' } : { type: ['string', 'number', 'boolean'] };
  const timeline: Schema = {
    type: 'object',
    patternProperties: { [rangePattern]: value },
    additionalProperties: false,
    minProperties: 1,
  };
  return {
    description: `${doc} (${type.unit}; ${type.bounds})`,
    anyOf: [value, timeline],
    examples: values,
  };
}

/** A filter: the fields depend on the type. Fields named `from` and `to` stand under `with`, as these are dates. */
function whereSchema(house: House): Schema {
  const own: Record<string, Schema> = { from: dateSchema, to: dateSchema };
  const anyOf = byName(editableFacts(house)).map((type): Schema => {
    const fields = fieldsSchemas(type);
    const description = type.doc;
    const inner: Schema = { type: 'object', properties: fields, additionalProperties: false };
    const properties = { ...fields, ...own, with: inner, type: { const: type.name, description } };
    return { type: 'object', properties, required: ['type'], additionalProperties: false };
  });
  return { anyOf };
}

const fieldsSchemas = (type: FactType): Record<string, Schema> =>
  Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, fieldSchema(field)]));

/** The inputs of a command depend on it, and on whether `for` fills one in. */
function injectSchema(house: House): Schema {
  const once: Schema = {
    required: ['on'],
    not: { anyOf: ['from', 'to', 'every'].map((key) => ({ required: [key] })) },
  };
  const daily: Schema = { required: ['from', 'to', 'every'], not: { required: ['on'] } };
  const inputs = [...injectable(house)].sort().map((command): Schema => {
    const types = house.command(command) ?? [];
    const one = (optional: readonly string[]): Schema =>
      anyOf(types.map((type) => inputsSchema(type, optional)));
    return {
      if: { properties: { command: { const: command } }, required: ['command'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        if: { required: ['for'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { with: one([filledInput]) } },
        else: { properties: { with: one([]) }, ...(types.some(hasInputs) ? { required: ['with'] } : {}) },
      },
    };
  });
  return { allOf: [{ oneOf: [once, daily] }, ...inputs] };
}

const hasInputs = (type: FactType): boolean => Object.values(type.fields).some(({ optional }) => !optional);

const anyOf = (schemas: readonly Schema[]): Schema =>
  schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas };

const byName = <T extends { readonly name: string }>(named: readonly T[]): readonly T[] =>
  [...named].sort((a, b) => (a.name < b.name ? -1 : 1));

/** The schema of one line of a history file: one of the commands, with its inputs. */
export function historyJsonSchema(house: House): Schema {
  const types = [...house.commands]
    .filter(([command]) => isPublic(command))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, list]) => list);
  const oneOf = types.map((type): Schema => {
    const properties = {
      on: { ...dateSchema, description: 'effective date' },
      command: { const: type.command, description: type.doc },
      with: inputsSchema(type),
      key: { type: 'string', minLength: 1, maxLength: 200, description: 'makes the line idempotent' },
      actor: { type: 'string', description: 'who gave the command' },
    };
    return {
      type: 'object',
      title: type.name,
      properties,
      required: ['on', 'command', 'with'],
      additionalProperties: false,
    };
  });
  return { $schema: draft, title: 'A line of a history of formicary', oneOf };
}

/** Commands in brackets are the kernel's own, which nobody can give. */
const isPublic = (command: string): boolean => !command.startsWith('(');
