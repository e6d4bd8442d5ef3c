/**
 * Commands: a typed mutation for each, generated from what the segments and the kernel declare. Adding a fact to a segment adds
 * its mutation.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import type { House } from '../../kernel/engine/house.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { builder, type Context } from '../base/builder.ts';
import { defaultBook, deskOf } from '../base/point.ts';
import { type Accepted, CommandResult } from './accepted.ts';
import { type CommandInput, commandValue, inputFieldsOf, inputsOf } from './input-fields.ts';

/** The commands that users can give, by name: those of the kernel's own making have names in brackets. */
export const commandsOf = (house: House): (readonly [string, readonly FactType[]])[] =>
  [...house.commands].filter(([name]) => !name.startsWith('(')).sort(([a], [b]) => (a < b ? -1 : 1));

/** Adds a mutation for each command of a house. */
export function addCommands(house: House): void {
  for (const [name, types] of commandsOf(house)) addCommand(house, name, types);
}

function addCommand(house: House, name: string, types: readonly FactType[]): void {
  const inputs = inputsOf(name, types);
  const segments = [...new Set(types.map((type) => house.segmentOf(type)))].join(', ');
  const Input = builder.inputType(`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`, {
    description: `What ${name} takes.`,
    fields: (t) => ({
      ...inputFieldsOf(name, inputs, t),
      book: t.id({ defaultValue: defaultBook, description: 'The book.' }),
      sandbox: t.id({ description: 'A sandbox instead of a book.' }),
      effectiveOn: t.field({
        type: 'Date',
        required: true,
        description:
          name === house.own.closing.command
            ? 'The day to close.'
            : 'The day on which it counts: one that is open.',
      }),
      idempotencyKey: t.string({
        description:
          'Makes a retry safe: the same key with the same input is carried out once, and answered with what it came to; with another input it is a Conflict. 1 to 200 characters; keys never expire.',
      }),
    }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: CommandResult,
      description: `${types.map(({ doc }) => doc).join(' ')} (${segments})`,
      args: { input: t.arg({ type: Input, required: true, description: 'What it takes.' }) },
      complexity: 10,
      resolve: (_root, { input }, context) => send(house, name, inputs, input, context),
    }),
  );
}

/** What every command's input carries beside its own fields. */
interface Envelope {
  readonly book?: string | null | undefined;
  readonly sandbox?: string | null | undefined;
  readonly effectiveOn: number;
  readonly idempotencyKey?: string | null | undefined;
}

async function send(
  house: House,
  name: string,
  inputs: readonly CommandInput[],
  input: Envelope & Readonly<Record<string, unknown>>,
  context: Context,
): Promise<Accepted | Refusal> {
  const desk = await deskOf(input, context);
  if (desk instanceof Refusal) return desk;
  const given: Record<string, unknown> = {};
  for (const { name: field, graphName, shape } of inputs) {
    const value = input[graphName];
    if (value !== undefined && value !== null) given[field] = commandValue(shape, value);
  }
  const { effectiveOn, idempotencyKey } = input;
  const key = idempotencyKey ?? undefined;
  const answer = await desk.execute(
    { on: formatDay(effectiveOn), command: name, with: given, ...(key === undefined ? {} : { key }) },
    context.sender,
  );
  if (answer.kind === 'refused') return answer.refusal;
  const closedDay = name === house.own.closing.command ? effectiveOn : undefined;
  return { source: desk, answer, closedDay };
}
