/**
 * What rows hold: typed fields with docs, of the same kinds as those of facts. From one declaration come the type of a row, what the
 * graph shows of it, and the check that a row is what it is said to be.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';
import type { Fraction } from '../values/rates.ts';

/** How a value of a row is shown. */
export type RowShape =
  | { readonly kind: 'id' | 'holder' | 'text' | 'amount' | 'date' | 'flag' | 'count' | 'fraction' | 'json' }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'parts'; readonly of: readonly string[] }
  | { readonly kind: 'record'; readonly fields: RowFields }
  | { readonly kind: 'list'; readonly of: RowField<unknown> };

/** One value of a row. */
export interface RowField<T> {
  readonly doc: string;
  readonly shape: RowShape;
  /** Whether it may be null: there is none. */
  readonly nullable: boolean;
  /** Under which name people see it, where that is not its own; false: they don't. */
  readonly shown?: string | false;
  /** Whether a value is one of it. */
  is(value: unknown): value is T;
}

export type RowFields = { readonly [name: string]: RowField<unknown> };

/** The row of a set of fields. */
export type RowOf<F extends RowFields> = {
  readonly [K in keyof F]: F[K] extends RowField<infer T> ? T : never;
};

/** What a field holds. */
export type ValueOf<F> = F extends RowField<infer T> ? T : never;

const plain = <T>(doc: string, shape: RowShape, is: (value: unknown) => value is T): RowField<T> => ({
  doc,
  shape,
  nullable: false,
  is,
});

const isText = (value: unknown): value is string => typeof value === 'string';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isRow = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The id of a thing. */
const id = (doc: string): RowField<string> => plain(doc, { kind: 'id' }, isText);

/** The id of a holder, whom the graph follows to all that he has. */
const holder = (doc: string): RowField<string> => plain(doc, { kind: 'holder' }, isText);

const text = (doc: string): RowField<string> => plain(doc, { kind: 'text' }, isText);

/** Minor units of CNY. */
const amount = (doc: string): RowField<bigint> =>
  plain(doc, { kind: 'amount' }, (value): value is bigint => typeof value === 'bigint');

const date = (doc: string): RowField<Day> => plain(doc, { kind: 'date' }, isWhole);

const flag = (doc: string): RowField<boolean> =>
  plain(doc, { kind: 'flag' }, (value): value is boolean => typeof value === 'boolean');

/** A whole number. */
const count = (doc: string): RowField<number> => plain(doc, { kind: 'count' }, isWhole);

/** An exact fraction: a rate, or a part of a minor unit. */
const fraction = (doc: string): RowField<Fraction> =>
  plain(
    doc,
    { kind: 'fraction' },
    (value): value is Fraction =>
      isRow(value) && typeof value.num === 'bigint' && typeof value.den === 'bigint' && value.den > 0n,
  );

const choice = <const W extends string>(doc: string, of: readonly W[]): RowField<W> =>
  plain(doc, { kind: 'choice', of }, (value): value is W => of.some((word) => word === value));

/**
 * Minor units, one figure a name, in a list.
 *
 * @param of the names, in the order of the figures
 */
const parts = <T extends readonly bigint[]>(doc: string, of: readonly string[]): RowField<T> =>
  plain(
    doc,
    { kind: 'parts', of },
    (value): value is T =>
      Array.isArray(value) && value.length === of.length && value.every((each) => typeof each === 'bigint'),
  );

/** JSON of a shape that is told elsewhere. */
const json = <T>(doc: string): RowField<T> =>
  plain(doc, { kind: 'json' }, (value): value is T => value !== undefined);

/** Fields together. A row has each of them, and no other. */
const record = <F extends RowFields>(fields: F, doc = ''): RowField<RowOf<F>> =>
  plain(
    doc,
    { kind: 'record', fields },
    (value): value is RowOf<F> => isRow(value) && wrongIn(fields, value) === undefined,
  );

const list = <T>(doc: string, of: RowField<T>): RowField<readonly T[]> =>
  plain(
    doc,
    { kind: 'list', of },
    (value): value is readonly T[] => Array.isArray(value) && value.every((each) => of.is(each)),
  );

/** A value that may not be there: null. */
const maybe = <T>({ is, ...field }: RowField<T>): RowField<T | null> => ({
  ...field,
  nullable: true,
  is: (value): value is T | null => value === null || is(value),
});

/** Under which name people see a field. */
const shownAs = <T>(name: string, field: RowField<T>): RowField<T> => ({ ...field, shown: name });

/** What only rules look at. */
const hidden = <T>(field: RowField<T>): RowField<T> => ({ ...field, shown: false });

/** What rows hold. */
export const row = {
  id,
  holder,
  text,
  amount,
  date,
  flag,
  count,
  fraction,
  choice,
  parts,
  json,
  record,
  list,
  maybe,
  shownAs,
  hidden,
} as const;

/** The name of a field that a record lacks, that is not as declared, or that it has too many; undefined where all is right. */
export function wrongIn(fields: RowFields, value: Readonly<Record<string, unknown>>): string | undefined {
  const wrong = Object.entries(fields).find(([name, field]) => !field.is(value[name]));
  return wrong?.[0] ?? Object.keys(value).find((name) => fields[name] === undefined);
}
