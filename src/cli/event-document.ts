/**
 * An event as programs read it, and the JSON Schema of that.
 *
 * @module
 */
import { formatDay } from '../kernel/dates.ts';
import { eventId, type StoredEvent } from '../kernel/events.ts';
import type { House } from '../kernel/house.ts';
import { formatMinor } from '../kernel/money.ts';

/** A posting: an account and a signed amount, debit positive. */
const posting = (account: string, minor: bigint) => {
  const currency = account.slice(account.lastIndexOf(':') + 1);
  return { account, amount: formatMinor(minor, currency), currency };
};

/** The JSON of an event. Amounts are text; postings are debit positive. */
export const eventDocument = (event: StoredEvent) => ({
  revision: event.revision,
  id: eventId(event.hash),
  type: event.type,
  schemaVersion: event.schemaVersion,
  kind: event.kind,
  segment: event.segment,
  subject: event.subject,
  refs: event.refs,
  effectiveOn: formatDay(event.effectiveOn),
  recordedAt: new Date(event.recordedAt).toISOString(),
  actor: event.actor,
  cause: event.cause,
  correlation: event.correlation,
  key: event.key,
  header: event.header,
  data: event.data,
  entry: event.accounts.map((account, at) => posting(account, event.minors[at] ?? 0n)),
  hash: event.hash,
});

type Schema = { readonly [key: string]: unknown };

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const count = (description: string, more: Schema = {}): Schema => ({ type: 'integer', minimum: 0, description, ...more });
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });
const hexPattern = '^[0-9a-f]{64}$';

/** The JSON Schema of what {@link eventDocument} gives, with the event types of a house. */
export function eventJsonSchema(house: House): Schema {
  const types = house.types.map(({ name }) => name).sort();
  const properties: { [name in keyof ReturnType<typeof eventDocument>]: Schema } = {
    revision: count('Its number in the log, from 0 on.'),
    id: text('Made from the hash: equal ids, equal bytes.', { format: 'uuid' }),
    type: text('What happened.', { enum: types }),
    schemaVersion: count('Version of the form of its data.', { minimum: 1 }),
    kind: text('fact: something the world or management did; derived: what the rules did in answer.', {
      enum: ['fact', 'derived'],
    }),
    segment: text('Its line of business.', { enum: house.segments.map(({ id }) => id).sort() }),
    subject: text('The thing that it is about.'),
    refs: { type: 'array', items: { type: 'string' }, description: 'Further things that it names.' },
    effectiveOn: text('The day that it counts from.', { format: 'date' }),
    recordedAt: text('When it was recorded.', { format: 'date-time' }),
    actor: text('Who sent the command.'),
    cause: orNull(count('The revision of the fact that it answers; null for a fact.')),
    correlation: orNull(text('What it was recorded together with.')),
    key: orNull(text('The key of its command.')),
    header: {
      type: ['object', 'null'],
      description: 'At the beginning of a run of events: the engine that derived it, and how many events come.',
      properties: { engine: { type: 'string' }, events: { type: 'integer' } },
    },
    data: { description: 'What happened, by the type’s fields.' },
    entry: {
      type: 'array',
      description: 'What it did to the accounts. Sums to zero by entity and currency.',
      items: {
        type: 'object',
        properties: {
          account: text('entity:class:segment:name[:holder]:currency'),
          amount: text('Debits are positive, credits negative.', { pattern: '^-?\\d+(\\.\\d+)?$' }),
          currency: text('Its currency.', { pattern: '^[A-Z]{3}$' }),
        },
        required: ['account', 'amount', 'currency'],
        additionalProperties: false,
      },
    },
    hash: text('SHA-256 over all its fields and the hash of the event before.', { pattern: hexPattern }),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An event of formicary, as `formicary events --json` prints it',
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
