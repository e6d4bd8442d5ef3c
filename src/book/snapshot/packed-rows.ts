/**
 * Rows of a table as columns: rows that look alike are written and read several times as fast as as many objects.
 *
 * @module
 */

/** One field of many rows. */
type Column =
  | { readonly kind: 'bigints'; readonly values: BigInt64Array }
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  /** Few words, said often. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly values: Int32Array }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

/** Keys and rows of a table. */
export interface PackedRows {
  readonly keys: readonly string[];
  /** The names of the rows' fields, where all have the same in the same order; else the only column holds the rows. */
  readonly fields: readonly string[] | null;
  readonly columns: readonly Column[];
}

/** Packs keys and rows. */
export function packRows(entries: readonly (readonly [string, unknown])[]): PackedRows {
  const keys = entries.map(([key]) => key);
  const rows = entries.map(([, row]) => row);
  const fields = fieldsOf(rows);
  if (fields === null) return { keys, fields, columns: [packColumn(rows)] };
  const values = rows.map((row) => Object.values(Object(row)));
  return { keys, fields, columns: fields.map((_, at) => packColumn(values.map((row) => row[at]))) };
}

/** The keys and rows that {@link packRows} packed. */
export function* unpackRows({ keys, fields, columns }: PackedRows): Generator<readonly [string, unknown]> {
  const read = columns.map(readColumn);
  const [only] = read;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? '';
    if (fields === null) yield [key, only?.(at)];
    else {
      const row: Record<string, unknown> = {};
      for (let field = 0; field < fields.length; field++) row[fields[field] ?? ''] = read[field]?.(at);
      yield [key, row];
    }
  }
}

/** The fields of plain records that all look alike; null for anything else. */
function fieldsOf(rows: readonly unknown[]): readonly string[] | null {
  let fields: readonly string[] | undefined;
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
    const own = Object.keys(row);
    fields ??= own;
    if (own.length !== fields.length || own.some((name, at) => name !== fields?.[at])) return null;
  }
  return fields ?? null;
}

const fits64 = (value: unknown): value is bigint =>
  typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Object.is(value, -0);
const isText = (value: unknown): value is string => typeof value === 'string';

function packColumn(values: readonly unknown[]): Column {
  if (values.length === 0) return { kind: 'values', values };
  if (values.every(fits64)) return { kind: 'bigints', values: BigInt64Array.from(values) };
  if (values.every(isNumber)) return { kind: 'numbers', values: Float64Array.from(values) };
  return (values.every(isText) ? packWords(values) : undefined) ?? { kind: 'values', values };
}

/** Words by number; undefined where most are said once. */
function packWords(texts: readonly string[]): Column | undefined {
  const numbers = new Map<string, number>();
  const values = new Int32Array(texts.length);
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? '';
    let number = numbers.get(text);
    if (number === undefined) {
      number = numbers.size;
      if (number > texts.length / 2) return undefined;
      numbers.set(text, number);
    }
    values[at] = number;
  }
  return { kind: 'words', words: [...numbers.keys()], values };
}

function readColumn(column: Column): (at: number) => unknown {
  if (column.kind !== 'words') return (at) => column.values[at];
  const { words, values } = column;
  return (at) => words[values[at] ?? 0];
}
