/**
 * Commands as GraphQL takes them, and its answers.
 *
 * @module
 */
import { commandsOf } from '../../src/graphql/commands/commands.ts';
import { type CommandInput, enumName, inputsOf } from '../../src/graphql/commands/input-fields.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { parseMoney } from '../../src/kernel/values/money.ts';
import { house } from '../../src/segments/index.ts';

const inputs = new Map<string, readonly CommandInput[]>(
  commandsOf(house).map(([name, types]) => [name, inputsOf(name, types)]),
);

/** What a command was answered with. */
export type Told =
  | {
      readonly kind: 'accepted';
      /** Whether it had been carried out before. */
      readonly repeated: boolean;
      /** Of its last event. */
      readonly revision: number;
      readonly eventCount: number;
      /** Hashes of its first events, by revision. */
      readonly hashes: readonly (readonly [revision: number, hash: string])[];
    }
  | { readonly kind: 'refused'; readonly code: string };

/** A command as an operation and its variables. */
export function asked(
  { on, command, with: given, key }: Command,
  book: string,
): [query: string, variables: object] {
  const fields = inputs.get(command);
  if (fields === undefined) throw new RangeError(`no command ${command}`);
  const input: Record<string, unknown> = { book, effectiveOn: on, idempotencyKey: key };
  for (const { name, graphName, shape } of fields)
    if (given[name] !== undefined) input[graphName] = graphValue(shape.kind, given[name]);
  const type = `${command.charAt(0).toUpperCase()}${command.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { told: ${command}(input: $input) {
    __typename
    ... on CommandAccepted { revision repeated eventCount events(first: 3) { nodes { revision hash } } }
    ... on Refusal { code message }
  } }`;
  return [query, { input }];
}

function graphValue(kind: CommandInput['shape']['kind'], given: unknown): unknown {
  switch (kind) {
    case 'amount':
      return money(String(given)) ?? given;
    case 'size': {
      const amount = money(String(given));
      return amount === undefined ? { share: given } : { money: amount };
    }
    case 'repayment': {
      const amount = money(String(given));
      return amount === undefined ? { intent: enumName(String(given)) } : { money: amount };
    }
    case 'choice':
      return enumName(String(given));
    default:
      return given;
  }
}

/** `12.00 CNY` in its parts; undefined for any other text. */
function money(text: string): { amount: string; currency: string } | undefined {
  const [amount = '', currency = ''] = text.split(' ');
  return typeof parseMoney(text) === 'string' ? undefined : { amount, currency };
}

/**
 * The answer to a command; undefined where it has none of its own.
 *
 * @param data of the operation that {@link asked} makes
 */
export function toldBy(data: unknown): Told | undefined {
  const told = isRecord(data) ? data.told : undefined;
  if (!isRecord(told)) return undefined;
  if (told.__typename !== 'CommandAccepted') return { kind: 'refused', code: String(told.code) };
  const nodes: unknown = isRecord(told.events) ? told.events.nodes : undefined;
  const events = Array.isArray(nodes) ? nodes.filter(isRecord) : [];
  return {
    kind: 'accepted',
    repeated: told.repeated === true,
    revision: Number(told.revision),
    eventCount: Number(told.eventCount),
    hashes: events.map(({ revision, hash }) => [Number(revision), String(hash)] as const),
  };
}
