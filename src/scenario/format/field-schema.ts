/**
 * The JSON Schema of fields: inputs of commands, values of filters.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import { type Field, type Json, textLengthMax, type WholeShape } from '../../kernel/values/fields.ts';

/** A JSON Schema, or a part of one. */
export type Schema = { readonly [keyword: string]: Json };

const amountPattern = '\\d{1,40}(\\.\\d+)? [A-Z]{3}';
const ratePattern = '\\d{1,12}(\\.\\d{1,18})? *(%|bp)? *(/ *(year|day))?';

/** A date. */
export const dateSchema: Schema = { type: 'string', format: 'date', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };

/** An id of a holder or of a thing. */
export const idSchema: Schema = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' };

/** A number, or its digits as text. */
function wholeSchema({ least, most, of }: WholeShape): Schema {
  if (of !== undefined) return { enum: [...of, ...of.map(String)] };
  return {
    anyOf: [
      { type: 'integer', minimum: least, maximum: most },
      { type: 'string', pattern: '^-?\\d{1,15}$' },
    ],
  };
}

function shapeSchema({ shape }: Field<unknown>): Schema {
  switch (shape.kind) {
    case 'id':
      return idSchema;
    case 'text':
      return { type: 'string', minLength: 1, maxLength: textLengthMax };
    case 'amount':
      return { type: 'string', pattern: `^${amountPattern}$`, examples: ['12.34 CNY'] };
    case 'size':
      return {
        type: 'string',
        pattern: `^(all|${amountPattern}|${ratePattern})$`,
        examples: ['12.34 CNY', 'all', '10%'],
      };
    case 'repayment':
      return {
        type: 'string',
        pattern: `^(${shape.words.join('|')}|${amountPattern})$`,
        examples: ['12.34 CNY', ...shape.words],
      };
    case 'whole':
      return wholeSchema(shape);
    case 'rate':
      return { type: 'string', pattern: `^${ratePattern}$`, examples: ['2.5%'] };
    case 'date':
      return dateSchema;
    case 'flag':
      return { type: 'boolean' };
    case 'revision':
      return {
        anyOf: [
          { type: 'integer', minimum: 0 },
          { type: 'string', pattern: '^\\d{1,15}$' },
        ],
      };
    case 'value':
      return {};
    case 'choice':
      return { enum: shape.of };
  }
}

/** The schema of a field's value; null is a value left out. */
export function fieldSchema(field: Field<unknown>): Schema {
  const shape = shapeSchema(field);
  return { ...(field.optional ? { anyOf: [shape, { type: 'null' }] } : shape), description: field.doc };
}

/** The schema of a command's inputs. Where a word tells the fact from others of the same command, it is that word alone. */
export function inputsSchema(type: FactType, optional: readonly string[] = []): Schema {
  const fields: readonly (readonly [string, Field<unknown>])[] = Object.entries(type.fields);
  const properties = Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      type.told?.field === name ? { const: type.told.value, description: field.doc } : fieldSchema(field),
    ]),
  );
  const required = fields
    .filter(([name, field]) => !field.optional && !optional.includes(name))
    .map(([name]) => name);
  return { type: 'object', properties, required, additionalProperties: false };
}
