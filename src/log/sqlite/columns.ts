/**
 * Lists of JSON values as columns: what is equal in all is written once, texts that repeat are numbered, and records of one shape
 * become a column a key. A list of some hundred records is a third of its JSON text, and is read in half the time.
 *
 * The form of a column follows from its values alone, and JSON texts of what {@link decodeColumn} gives are those of what
 * {@link encodeColumn} was given, keys in the same order.
 *
 * @module
 */
import type { Json } from '../../kernel/values/fields.ts';

/** A text that is no batch of events; the log says where it stands. */
export class BodyUnreadable extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'BodyUnreadable';
  }
}

/** A column is one value for all (a text, a number, a flag or null), or a list whose first element says how to read the rest. */
const form = {
  /** A value each. */
  plain: 1,
  /** Texts in the order of their first use, and the number of each, or {@link numberOfNull}. */
  numbered: 2,
  /** Shapes, each its keys and a column a key; and the shape of each value, unless there is but one. */
  records: 3,
} as const;

const numberOfNull = -1;

/** Values that repeat each at least so many times on average are numbered. */
const repeatsMin = 2;

type JsonRecord = { readonly [key: string]: Json };

/**
 * The column of a list of values.
 *
 * @throws RangeError one of them is no JSON value
 */
export function encodeColumn(values: readonly Json[]): Json {
  const [first] = values;
  if (first === undefined) return null;
  const kinds = kindsOf(values, first);
  if (kinds.constant && !isComposite(first)) return first;
  if (kinds.texts) return numbered(values) ?? [form.plain, values];
  return (kinds.records && records(values)) || [form.plain, values];
}

/** What can be said of all values of a list. */
function kindsOf(
  values: readonly Json[],
  first: Json,
): { constant: boolean; texts: boolean; records: boolean } {
  let constant = true;
  let texts = true;
  let composite = true;
  for (const value of values) {
    if (value === undefined || Number.isNaN(value) || value === Infinity || value === -Infinity) {
      throw new RangeError(`${value} is no JSON value`);
    }
    if (value !== first) constant = false;
    if (typeof value !== 'string' && value !== null) texts = false;
    if (!isComposite(value)) composite = false;
  }
  return { constant, texts, records: composite };
}

const isComposite = (value: Json): boolean => typeof value === 'object' && value !== null;

/** Texts by their numbers, or undefined where too few repeat. */
function numbered(values: readonly Json[]): Json | undefined {
  const textsMax = values.length / repeatsMin;
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  const each: number[] = [];
  for (const value of values) {
    if (typeof value !== 'string') {
      each.push(numberOfNull);
      continue;
    }
    let number = numbers.get(value);
    if (number === undefined) {
      number = texts.length;
      if (number >= textsMax) return undefined;
      numbers.set(value, number);
      texts.push(value);
    }
    each.push(number);
  }
  return [form.numbered, texts, each];
}

interface Shape {
  readonly keys: readonly string[];
  readonly columns: readonly Json[][];
}

/** Records by their shapes, or undefined where one of them is none that a key can be set on. */
function records(values: readonly Json[]): Json | undefined {
  const shapes: Shape[] = [];
  const each: number[] = [];
  let at = 0;
  for (const value of values) {
    if (!isPlainRecord(value)) return undefined;
    const keys = Object.keys(value);
    if (!sameKeys(shapes[at], keys)) at = shapes.findIndex((shape) => sameKeys(shape, keys));
    if (at === -1) {
      // Setting this key would set the prototype instead.
      if (keys.includes('__proto__')) return undefined;
      at = shapes.push({ keys, columns: keys.map(() => []) }) - 1;
    }
    const columns = shapes[at]?.columns ?? [];
    for (let key = 0; key < keys.length; key++) {
      const part = value[keys[key] ?? ''];
      if (part === undefined) throw new RangeError(`undefined is no JSON value: ${keys[key]}`);
      columns[key]?.push(part);
    }
    each.push(at);
  }
  const written = shapes.map(({ keys, columns }) => [keys, ...columns.map(encodeColumn)]);
  return written.length === 1 ? [form.records, written] : [form.records, written, each];
}

/** Whether a value is a record. What is neither that nor a list would come back as something else than it was. */
function isPlainRecord(value: Json): value is JsonRecord {
  if (!isComposite(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new RangeError('an object of a class is no JSON value');
  return true;
}

function sameKeys(shape: Shape | undefined, keys: readonly string[]): boolean {
  if (shape === undefined || shape.keys.length !== keys.length) return false;
  for (let at = 0; at < keys.length; at++) if (shape.keys[at] !== keys[at]) return false;
  return true;
}

/**
 * The values of a column.
 *
 * @throws BodyUnreadable it is no column of so many values
 */
export function decodeColumn(column: unknown, count: number): readonly Json[] {
  if (isConstant(column)) return count === 1 ? [column] : new Array<Json>(count).fill(column);
  if (!isJsons(column)) throw new BodyUnreadable('not a column');
  switch (column[0]) {
    case form.plain:
      return listOf(column[1], count);
    case form.numbered:
      return numberedTexts(column[1], listOf(column[2], count));
    case form.records:
      return decodeRecords(column[1], column[2], count);
    default:
      throw new BodyUnreadable('a column of no known form');
  }
}

const isConstant = (column: unknown): column is string | number | boolean | null =>
  column === null || (column !== undefined && typeof column !== 'object');

/** What came out of a JSON text is JSON. */
const isJsons = (list: unknown): list is readonly Json[] => Array.isArray(list);

function listOf(list: unknown, count: number): readonly Json[] {
  if (!isJsons(list) || list.length !== count) throw new BodyUnreadable(`not a list of ${count}`);
  return list;
}

function numberedTexts(texts: Json | undefined, each: readonly Json[]): readonly Json[] {
  if (!isJsons(texts)) throw new BodyUnreadable('numbers without texts');
  const values: Json[] = [];
  for (const number of each) {
    const text = typeof number === 'number' ? texts[number] : undefined;
    if (text !== undefined) values.push(text);
    else if (number === numberOfNull) values.push(null);
    else throw new BodyUnreadable(`a text that is not there: ${number}`);
  }
  return values;
}

function decodeRecords(written: unknown, each: unknown, count: number): readonly Json[] {
  if (!isJsons(written)) throw new BodyUnreadable('records without shapes');
  if (written.length === 1) return recordsOf(written[0], count);
  const shapes = listOf(each, count);
  const counts = new Array<number>(written.length).fill(0);
  for (const at of shapes) {
    if (typeof at !== 'number' || written[at] === undefined)
      throw new BodyUnreadable(`a shape that is not there: ${at}`);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const groups = written.map((shape, at) => recordsOf(shape, counts[at] ?? 0));
  const taken = new Array<number>(written.length).fill(0);
  const values: Json[] = [];
  for (const shape of shapes) {
    const at = Number(shape);
    const next = taken[at] ?? 0;
    taken[at] = next + 1;
    values.push(groups[at]?.[next] ?? null);
  }
  return values;
}

/** The records of one shape. */
function recordsOf(shape: Json | undefined, count: number): readonly JsonRecord[] {
  if (!isJsons(shape) || !isJsons(shape[0]) || shape.length !== shape[0].length + 1)
    throw new BodyUnreadable('not a shape');
  const template: Record<string, Json> = {};
  const varying: [key: string, column: Json][] = [];
  shape[0].forEach((key, at) => {
    if (typeof key !== 'string' || key === '__proto__') throw new BodyUnreadable(`not a key: ${key}`);
    const column = shape[at + 1];
    const constant = isConstant(column);
    template[key] = constant ? column : null;
    if (!constant) varying.push([key, column ?? null]);
  });
  const found: Record<string, Json>[] = [];
  for (let at = 0; at < count; at++) found.push({ ...template });
  // A key at a time: the store stays of one kind in its loop, which is several times as fast as a record at a time.
  for (const [key, column] of varying) {
    const values = decodeColumn(column, count);
    for (let at = 0; at < count; at++) {
      const record = found[at];
      if (record !== undefined) record[key] = values[at] ?? null;
    }
  }
  return found;
}
