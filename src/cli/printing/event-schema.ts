/**
 * The JSON Schema of an event, as `formicary events --json` and `formicary export --format jsonl` print it.
 *
 * @module
 */
import type { House } from '../../kernel/engine/house.ts';

type Schema = { readonly [key: string]: unknown };

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });
const revision = (description: string): Schema => text(description, { pattern: '^\\d+$' });
const hash = (description: string): Schema => text(description, { pattern: '^[0-9a-f]{64}$' });

/** The schema, with the event types and lines of business of a house. */
export function eventJsonSchema(house: House): Schema {
  const properties: { readonly [name: string]: Schema } = {
    revision: revision('Its number in the log, from 0 on.'),
    id: text('Made from the hash: equal ids, equal bytes.', { format: 'uuid' }),
    type: text('What happened.', { enum: house.types.map(({ name }) => name).sort() }),
    schemaVersion: { type: 'integer', minimum: 1, description: 'Version of the form of its data.' },
    kind: text('fact: something the world or management did; derived: what the rules did in answer.', {
      enum: ['fact', 'derived'],
    }),
    segment: text('Its line of business.', { enum: house.segments.map(({ id }) => id).sort() }),
    subject: text('The thing that it is about.'),
    refs: { type: 'array', items: { type: 'string' }, description: 'Further things that it names.' },
    effectiveOn: text('The day that it counts from.', { format: 'date' }),
    recordedAt: text('When it was recorded.', { format: 'date-time' }),
    actor: text('Who sent the command.'),
    cause: orNull(revision('The revision of the fact that it answers; null for a fact.')),
    correlation: orNull(text('What it was recorded together with.')),
    key: orNull(text('The key of its command.')),
    inputHash: orNull(
      text(
        'Where it carries a key: 2: and SHA-256 of date, command and inputs as its data hold them; without the 2: as they were spelt (earlier versions).',
        { pattern: '^(2:)?[0-9a-f]{64}$' },
      ),
    ),
    header: {
      type: ['object', 'null'],
      description:
        'At the beginning of a run of events: the engine that derived it, and how many events come.',
      properties: { engine: { type: 'string' }, events: { type: 'integer' } },
      required: ['engine', 'events'],
    },
    data: { description: 'What happened, by the fields of its type.' },
    entry: {
      type: 'array',
      description: 'What it did to the accounts. Sums to zero by entity and currency.',
      items: {
        type: 'object',
        properties: {
          account: text('entity:class:segment:name[:holder]:currency'),
          amount: text('Debits are positive, credits negative.', { pattern: '^-?\\d+(\\.\\d+)?$' }),
          currency: text('Its currency.', { pattern: '^[A-Z]{3}$' }),
          minor: text('The same in minor units.', { pattern: '^-?\\d+$' }),
        },
        required: ['account', 'amount', 'currency', 'minor'],
        additionalProperties: false,
      },
    },
    hash: hash('SHA-256 over all its fields and the hash of the event before.'),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An event of formicary',
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
