/**
 * Filters of facts: a type, days, and values of its fields.
 *
 * @module
 */
import type { EventType, FactType } from '../../kernel/contract/fact.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Field } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { FieldTest, Where } from '../format/types.ts';
import { describe, type Entry, entryOf, type Mapping, type Node, plain } from '../text/document.ts';
import { cut, type Mistakes, unknownName } from '../text/mistakes.ts';
import { noteWrong, read } from '../text/reading.ts';
import { dayShape } from './shapes.ts';

/** The keys of a filter that aren't names of fields. */
export const whereKeys = ['type', 'from', 'to', 'with'];

/** Whether the kernel answers for a type: such facts are never edited or injected. */
export const isKernels = (house: House, type: EventType): boolean => house.segmentOf(type) === 'kernel';

/** The fact types that a scenario may edit. */
export const editableFacts = (house: House): readonly FactType[] =>
  house.facts.filter((type) => !isKernels(house, type));

/** The filter at a node. */
export function readWhere(node: Node, house: House, mistakes: Mistakes): Where | undefined {
  if (node.kind !== 'map') {
    noteWrong(node, 'a filter, as in { type: PaymentInitiated }', mistakes);
    return undefined;
  }
  const before = mistakes.count;
  const type = readType(node, house, mistakes);
  const from = readDay(node, 'from', type, mistakes);
  const to = readDay(node, 'to', type, mistakes);
  if (from !== undefined && to !== undefined && to < from) {
    const last = entryOf(node, 'to')?.value ?? node;
    noteWrong(last, 'a day that is not before from', mistakes);
  }
  if (type === undefined) return undefined;
  const inner = entryOf(node, 'with')?.value;
  if (inner !== undefined && inner.kind !== 'map') noteWrong(inner, 'a mapping of fields', mistakes);
  const named = [
    ...node.entries.filter(({ key }) => !whereKeys.includes(key)),
    ...(inner?.kind === 'map' ? inner.entries : []),
  ];
  const fields: FieldTest[] = [];
  for (const entry of named) {
    const test = readTest(entry, type, mistakes);
    if (test === undefined) continue;
    if (fields.some(({ name }) => name === test.name)) {
      const message = `${test.name} stands here and under with`;
      mistakes.add(entry.at, entry.value.path, { found: test.name, expected: 'each field once', message });
    } else fields.push(test);
  }
  fields.sort((a, b) => (a.name < b.name ? -1 : 1));
  return mistakes.count === before ? { type, from, to, fields } : undefined;
}

function readType(map: Mapping, house: House, mistakes: Mistakes): FactType | undefined {
  const given = entryOf(map, 'type')?.value;
  const known = editableFacts(house);
  if (given === undefined) {
    mistakes.add(map.at, map.path, {
      found: 'no type',
      expected: 'type: the name of a fact',
      message: 'missing: type, the name of a fact',
    });
    return undefined;
  }
  if (given.kind !== 'scalar' || typeof given.value !== 'string') {
    noteWrong(given, 'the name of a fact', mistakes);
    return undefined;
  }
  const name = given.value;
  const type = known.find((fact) => fact.name === name);
  if (type !== undefined) return type;
  const other = house.type(name);
  if (other === undefined)
    mistakes.add(
      given.at,
      given.path,
      unknownName(
        'fact',
        name,
        known.map((fact) => fact.name),
      ),
    );
  else {
    const message =
      other.kind === 'derived'
        ? `${name} is derived from facts, and derived anew in every run: edit the facts`
        : `${name} is the kernel's own fact, and never edited`;
    mistakes.add(given.at, given.path, { found: name, expected: 'a fact of a line of business', message });
  }
  return undefined;
}

/** `from` and `to` are dates here, even where the fact has fields of these names: those stand under `with`. */
function readDay(
  map: Mapping,
  key: 'from' | 'to',
  type: FactType | undefined,
  mistakes: Mistakes,
): Day | undefined {
  const given = entryOf(map, key)?.value;
  if (given === undefined) return undefined;
  const isDate = given.kind === 'scalar' && dayShape.safeParse(given.value).success;
  if (isDate || type === undefined || fieldOf(type, key) === undefined)
    return read(dayShape, given, mistakes);
  noteWrong(given, `a date; for the field ${key} of ${type.name} write with: { ${key}: … }`, mistakes);
  return undefined;
}

function readTest({ key, at, value }: Entry, type: FactType, mistakes: Mistakes): FieldTest | undefined {
  const field = fieldOf(type, key);
  if (field === undefined) {
    mistakes.add(at, value.path, unknownName(`field of ${type.name} named`, key, Object.keys(type.fields)));
    return undefined;
  }
  const parsed = readValue(value, field, key, mistakes);
  return parsed === undefined ? undefined : { name: key, field, ...parsed };
}

/** A field by name, never something that objects inherit. */
export const fieldOf = (type: FactType, name: string): Field<unknown> | undefined =>
  Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;

/** The value of a field, parsed and written anew. */
export function readValue(
  node: Node,
  field: Field<unknown>,
  name: string,
  mistakes: Mistakes,
): Pick<FieldTest, 'value' | 'json'> | undefined {
  const value = field.parse(plain(node), name);
  if (!(value instanceof Refusal)) return { value, json: field.encode(value) };
  const expected = value.detail === '' ? value.spec.meaning : value.detail;
  const unquoted =
    node.kind === 'scalar' && typeof node.value === 'number' ? JSON.stringify(node.source) : undefined;
  const quotes =
    unquoted !== undefined &&
    !(field.parse(node.kind === 'scalar' ? node.source : '', name) instanceof Refusal);
  mistakes.add(node.at, node.path, {
    found: describe(node),
    expected,
    didYouMean: quotes ? unquoted : undefined,
    message: `${cut(name)}: found ${describe(node)}; ${cut(expected)}`,
  });
  return undefined;
}

/** Whether a fact of a type, on a day, with typed data, is one that a filter is about. */
export function matches(
  where: Where,
  type: EventType,
  on: Day,
  data: { readonly [name: string]: unknown },
): boolean {
  if (type !== where.type) return false;
  if (where.from !== undefined && on < where.from) return false;
  if (where.to !== undefined && on > where.to) return false;
  return where.fields.every(({ name, field, value, json }) => {
    const given = data[name];
    return given === value || JSON.stringify(field.encode(given)) === JSON.stringify(json);
  });
}
