/**
 * Subjects in print: the page of what books keep by id, and the JSON Schema of it as the graph gives it.
 *
 * @module
 */

import { enumName, shownOf } from '../../graphql/subjects/shown.ts';
import type { RowField, RowFields, RowShape } from '../../kernel/contract/row.ts';
import type { Subject } from '../../kernel/contract/table.ts';
import type { House } from '../../kernel/engine/house.ts';
import { page, table } from './reference.ts';

type Schema = { readonly [key: string]: unknown };

/** The subjects of a house, with their lines, by line and name. */
export const subjectsOf = (house: House): readonly { readonly line: string; readonly subject: Subject }[] =>
  house.segments.flatMap(({ id, subjects = [] }) =>
    [...subjects].sort((a, b) => (a.prefix < b.prefix ? -1 : 1)).map((subject) => ({ line: id, subject })),
  );

const plainWords: Readonly<Record<string, string>> = {
  id: 'id',
  holder: 'holder',
  text: 'text',
  json: 'text',
  amount: 'amount (CNY)',
  date: 'date',
  flag: 'yes or no',
  count: 'whole number',
  fraction: 'exact fraction',
};

function wordsOf(shape: RowShape): string {
  switch (shape.kind) {
    case 'choice':
      return shape.of.map((word) => `\`${enumName(word)}\``).join(', ');
    case 'parts':
      return `amounts: ${shape.of.join(', ')}`;
    case 'record':
      return shownOf(shape.fields)
        .map(({ as, field }) => `\`${as}\` (${wordsOf(field.shape)})`)
        .join(', ');
    case 'list':
      return `list of ${wordsOf(shape.of.shape)}`;
    default:
      return plainWords[shape.kind] ?? shape.kind;
  }
}

/** docs/subjects.md: what is kept by id, with its fields. */
export const subjectsPage = (house: House): string =>
  page(
    'Subjects',
    'What events are about, and what is asked for by id: in the graph by `ledger { payment(id:) }`, in a list with `filter`, `orderBy`, page and `totalCount`, and as `node(id: "payment/P-1042")`, each at any point of both axes. Made of the fields that lines of business declare. Credit lines, loans, scores and transfers have types of their own beside these: see the schema.',
    ...subjectsOf(house).map(({ line, subject }) =>
      [
        `## ${subject.type}`,
        `${subject.doc} Of \`${line}\`; its ids begin with \`${subject.prefix}/\`, its list is \`${subject.list}\`.`,
        table(
          ['field', 'is', 'may be null', 'what it says'],
          shownOf(subject.fields).map(({ as, field }) => [
            `\`${as}\``,
            wordsOf(field.shape),
            field.nullable ? 'yes' : 'no',
            field.doc,
          ]),
        ),
      ].join('\n\n'),
    ),
  );

const object = (properties: { readonly [name: string]: Schema }): Schema => ({
  type: 'object',
  properties,
  additionalProperties: false,
});

const plainSchemas: Readonly<Record<string, Schema>> = {
  id: { type: 'string' },
  holder: object({ id: { type: 'string' } }),
  text: { type: 'string' },
  json: { type: 'string' },
  amount: object({
    amount: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  }),
  date: { type: 'string', format: 'date' },
  flag: { type: 'boolean' },
  count: { type: 'integer' },
  fraction: { type: 'string', pattern: '^-?\\d+(/\\d+)?$' },
};

function schemaOf({ doc, shape, nullable }: RowField<unknown>): Schema {
  const schema = bareSchemaOf(shape);
  const described = doc === '' ? schema : { description: doc, ...schema };
  return nullable ? { anyOf: [described, { type: 'null' }] } : described;
}

function bareSchemaOf(shape: RowShape): Schema {
  switch (shape.kind) {
    case 'choice':
      return { type: 'string', enum: shape.of.map(enumName) };
    case 'parts':
      return { type: 'array', items: plainSchemas.amount ?? {} };
    case 'record':
      return fieldsSchema(shape.fields);
    case 'list':
      return { type: 'array', items: schemaOf(shape.of) };
    default:
      return plainSchemas[shape.kind] ?? {};
  }
}

const fieldsSchema = (fields: RowFields): Schema =>
  object(Object.fromEntries(shownOf(fields).map(({ as, field }) => [as, schemaOf(field)])));

/** The JSON Schema of subjects as the graph gives them, whichever fields of them were asked for. */
export const subjectsJsonSchema = (house: House): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Subjects of formicary, as the graph gives them',
  $defs: Object.fromEntries(
    subjectsOf(house).map(({ subject }) => [
      subject.type,
      { description: subject.doc, ...fieldsSchema(subject.fields) },
    ]),
  ),
});
