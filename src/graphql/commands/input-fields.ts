/**
 * Inputs of commands, generated from the fields of their facts: types for GraphQL, and the way from what GraphQL gives to what
 * a command takes. What a line of a history says as text is said here with types.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { type Field, type FieldShape, isRecord, type WholeShape } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { builder } from '../base/builder.ts';
import { MoneyInput, RepaymentInput, SizeInput } from '../base/money.ts';

/** One input of a command: of all fact types that it may become. */
export interface CommandInput {
  readonly name: string;
  /** Its name in the graph. */
  readonly graphName: string;
  readonly field: Field<unknown>;
  readonly shape: FieldShape;
  readonly required: boolean;
  readonly doc: string;
}

/** A word that names a thing has a code of its own for one that is not there: it stays an id, so that the answer is data. */
const namesAThing = (field: Field<unknown>): boolean => {
  const found = field.parse('\u0000', '');
  return found instanceof Refusal && found.code !== codes.invalidInput.code;
};

/** What every command takes beside its own inputs: which ledger it is for, when it counts, and its key. */
const envelopeNames: readonly string[] = ['book', 'sandbox', 'effectiveOn', 'idempotencyKey'];

/** An input that is called as one of them has another name in the graph. */
const graphNames: Readonly<Record<string, string>> = { book: 'otherBook' };

/** What the owner of a fact fills in by itself is not asked for. */
const filledIn: Readonly<Record<string, readonly string[]>> = { reverse: ['of'] };

/**
 * The inputs of a command.
 *
 * @throws Error when two fact types of it take different kinds of values under one name, or the graph has no name for one
 */
export function inputsOf(command: string, types: readonly FactType[]): CommandInput[] {
  const names = new Set(types.flatMap(({ fields }) => Object.keys(fields)));
  for (const name of filledIn[command] ?? []) names.delete(name);
  return [...names].map((name) => {
    const found = types.flatMap(({ fields }) => {
      const field = fields[name];
      return field === undefined ? [] : [field];
    });
    const [field] = found;
    if (field === undefined) throw new Error(`${command}: no ${name}`);
    const clash = found.some(({ shape }) => shape.kind !== field.shape.kind);
    if (clash) throw new Error(`${command}.${name}: its fact types take different kinds of values`);
    const told = types.some((type) => type.told?.field === name);
    const graphName = envelopeNames.includes(name) ? graphNames[name] : name;
    if (graphName === undefined || names.has(graphNames[name] ?? ''))
      throw new Error(`${command}.${name}: the graph has no name for it`);
    return {
      name,
      graphName,
      field,
      shape: told || found.some(namesAThing) ? { kind: 'id' } : joined(found),
      required: found.length === types.length && found.every(({ optional }) => !optional),
      doc: docOf(name, found, types),
    };
  });
}

/** The shape of all fields of one name: the words of each, where they are words; the widest bounds, where they have some. */
function joined(fields: readonly Field<unknown>[]): FieldShape {
  const words = new Set(fields.flatMap(({ shape }) => (shape.kind === 'choice' ? shape.of : [])));
  if (words.size > 0) return { kind: 'choice', of: [...words] };
  const [first, ...others] = fields.flatMap(({ shape }) => (shape.kind === 'whole' ? [shape] : []));
  if (first === undefined) return fields[0]?.shape ?? { kind: 'value' };
  if (others.length === 0) return first;
  const wholes = [first, ...others];
  const least = Math.min(...wholes.map((shape) => shape.least));
  const most = Math.max(...wholes.map((shape) => shape.most));
  return { kind: 'whole', least, most };
}

function docOf(name: string, fields: readonly Field<unknown>[], types: readonly FactType[]): string {
  const docs = [...new Set(fields.map(({ doc }) => doc))].join('; or ');
  const values = types.flatMap(({ told }) => (told?.field === name ? [told.value] : []));
  const text = values.length === 0 ? docs : `${docs}: ${values.join(', ')}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `deposit-1m` as the value of an enum: `DEPOSIT_1M`. */
export const enumName = (word: string): string => word.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The input type of a command's own inputs: a function of the builder's, so that commands can be listed before there are types. */
export function inputFieldsOf(command: string, inputs: readonly CommandInput[], t: InputBuilder) {
  const made: Record<string, ReturnType<typeof inputFieldOf>> = {};
  for (const input of inputs) made[input.graphName] = inputFieldOf(command, input, t);
  return made;
}

type InputBuilder = Parameters<NonNullable<Parameters<typeof builder.inputType>[1]['fields']>>[0];

function inputFieldOf(
  command: string,
  { name, shape, required, doc: description }: CommandInput,
  t: InputBuilder,
) {
  switch (shape.kind) {
    case 'id':
      return t.id({ required, description });
    case 'text':
      return t.string({ required, description });
    case 'rate':
      return t.string({ required, description: `${description} A rate as text: "2.5%", "6bp".` });
    case 'flag':
      return t.boolean({ required, description });
    case 'amount':
      return t.field({ type: MoneyInput, required, description });
    case 'size':
      return t.field({ type: SizeInput, required, description });
    case 'repayment':
      return t.field({ type: RepaymentInput, required, description });
    case 'whole':
      return t.int({ required, description: `${description} ${boundsText(shape)}` });
    case 'date':
      return t.field({ type: 'Date', required, description });
    case 'revision':
      return t.field({ type: 'Revision', required, description });
    case 'value':
      return t.field({ type: 'JSON', required, description });
    case 'choice':
      return t.field({ type: choiceEnum(command, name, shape.of, description), required, description });
    default:
      return shape satisfies never;
  }
}

/** `One of 3, 6, 9.`, `1 to 36.` */
const boundsText = ({ least, most, of }: WholeShape): string =>
  of === undefined ? `${least} to ${most}.` : `One of ${of.join(', ')}.`;

const choiceEnum = (command: string, name: string, words: readonly string[], description: string) =>
  builder.enumType(`${capital(command)}${capital(name)}`, {
    description,
    values: Object.fromEntries(
      words.map((word) => [enumName(word), { value: word, description: `${word}.` }]),
    ),
  });

/** An input as a command takes it: the same text as in a line of a history, so that its hash is the same. */
export function commandValue(shape: FieldShape, given: unknown): unknown {
  switch (shape.kind) {
    case 'amount':
      return moneyText(given);
    case 'size':
      return isRecord(given) && typeof given.share === 'string'
        ? given.share
        : moneyText(isRecord(given) ? given.money : given);
    case 'repayment':
      return isRecord(given) && typeof given.intent === 'string'
        ? given.intent
        : moneyText(isRecord(given) ? given.money : given);
    case 'date':
      return typeof given === 'number' ? formatDay(given) : given;
    case 'id':
    case 'text':
    case 'rate':
    case 'flag':
    case 'revision':
    case 'whole':
    case 'value':
    case 'choice':
      return given;
    default:
      return shape satisfies never;
  }
}

/** `80.00 CNY` */
const moneyText = (given: unknown): unknown =>
  isRecord(given) ? `${String(given.amount)} ${String(given.currency)}` : given;
