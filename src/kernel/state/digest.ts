/**
 * The digest of a state: a hash of everything that a fold yields, in an order that does not depend on how it came about.
 *
 * @module
 */
import { createHash, type Hash } from 'node:crypto';
import type { AccountKind } from '../contract/account.ts';
import type { Table } from '../contract/table.ts';
import { formatDay } from '../values/dates.ts';
import { isBounded } from './bounded.ts';
import { accountsById, kindsById, listControls } from './journal/listing.ts';
import type { State } from './state.ts';

/** Says what is hashed, and how: digests of other layouts are never equal. */
const layout = 'formicary digest 1';
const balanceLayout = 'formicary balances 1';

/** How much text is put together before it is hashed, in characters. */
const chunkChars = 1 << 16;

/** What is hashed of: the kinds and the tables of a house. */
interface Declared {
  readonly kinds: readonly AccountKind[];
  readonly tables: readonly Table<unknown>[];
}

/** Text on its way into a hash. */
class Sink {
  readonly #hash: Hash = createHash('sha256');
  #chunk = '';

  /** Adds a line. */
  line(text: string): void {
    this.#chunk += text;
    this.#chunk += '\n';
    if (this.#chunk.length > chunkChars) this.#flush();
  }

  end(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#chunk, 'utf8');
    this.#chunk = '';
  }
}

/**
 * SHA-256, in hexadecimal digits, over all balances that are not zero, by account id; all cells of the period cube that are not
 * zero, by control account and day; all rows of all tables, by name and key; and how far days are closed.
 *
 * @throws TypeError when a row holds what has no canonical form: a Map, a Set, a function, a figure that is not finite
 */
export function digest(house: Declared, state: State): string {
  const sink = new Sink();
  sink.line(layout);
  sink.line(canonical(daysOf(state)));
  balances(house, state, sink);
  cells(state, sink);
  for (const table of [...house.tables].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const rows = state.rows.entries(table);
    if (table.later !== true || rows.length > 0) sink.line(`table ${table.name}`);
    for (const [key, row] of rows) sink.line(`${JSON.stringify(key)} ${canonical(row)}`);
  }
  return sink.end();
}

/** What binds the dates of facts to come. Dates of facts bind nothing once a day is closed. */
function daysOf(state: State): Readonly<Record<string, number | undefined>> {
  const { closedThrough, earliest, latest, earliestEver, settling } = state.marks;
  if (closedThrough !== undefined) return { closedThrough, settling };
  return isBounded(state) ? { settling, earliest, latest } : { settling, earliest: earliestEver };
}

/** SHA-256, in hexadecimal digits, over all balances that are not zero, by account id. */
export function balanceDigest(house: Declared, state: State): string {
  const sink = new Sink();
  sink.line(balanceLayout);
  balances(house, state, sink);
  return sink.end();
}

function balances({ kinds }: Declared, { chart, journal }: State, sink: Sink): void {
  for (const kind of kindsById(kinds)) {
    for (const account of accountsById(chart, kind)) {
      const minor = journal.balance(account);
      if (minor !== 0n) sink.line(`${chart.id(account)} ${minor}`);
    }
  }
}

function cells(state: State, sink: Sink): void {
  for (const { control, kind, currency } of listControls(state.chart)) {
    const days = state.cube.days(control);
    // A control account without cells may have got its number in a fork that was dropped.
    if (days.length > 0) sink.line(`cells ${kind.path}:${currency}`);
    for (const [day, minor] of days) sink.line(`${formatDay(day)} ${minor}`);
  }
}

/**
 * JSON with sorted keys: bigint as text, what is undefined left out.
 *
 * @throws TypeError when a value has no canonical form
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `"${value}"`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`digest: ${value} has no canonical form`);
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalList(value) : canonicalRecord(value);
    default:
      throw new TypeError(`digest: a ${typeof value} has no canonical form`);
  }
}

function canonicalList(list: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < list.length; at++) {
    if (at > 0) text += ',';
    text += canonical(list[at]);
  }
  return `${text}]`;
}

function canonicalRecord(record: object): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`digest: a ${record.constructor.name} has no canonical form`);
  }
  const values: readonly unknown[] = Object.values(record);
  const { order, named } = shapeOf(Object.keys(record));
  let text = '';
  for (let at = 0; at < order.length; at++) {
    const value = values[order[at] ?? 0];
    if (value === undefined) continue;
    text += text === '' ? '{' : ',';
    text += named[at];
    text += canonical(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

/** The keys of records that look alike: where each value lies, in the order of the keys, and how its key is written. */
interface Shape {
  readonly keys: readonly string[];
  readonly order: readonly number[];
  readonly named: readonly string[];
}

/** The last few shapes seen: rows of a table look alike. */
const shapes: Shape[] = [];
const shapesMax = 8;

function shapeOf(keys: readonly string[]): Shape {
  for (const shape of shapes) if (same(shape.keys, keys)) return shape;
  const sorted = keys.map((key, at) => ({ key, at })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const shape = {
    keys,
    order: sorted.map(({ at }) => at),
    named: sorted.map(({ key }) => `${JSON.stringify(key)}:`),
  };
  if (shapes.unshift(shape) > shapesMax) shapes.pop();
  return shape;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
