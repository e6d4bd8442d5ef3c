/**
 * What the graph shows of a row: a field a field, by what it holds.
 *
 * @module
 */
import type { EnumRef, ObjectRef } from '@pothos/core';
import type { RowField, RowFields, RowShape } from '../../kernel/contract/row.ts';
import type { Money as KernelMoney } from '../../kernel/values/money.ts';
import { type Fraction, fractionText } from '../../kernel/values/rates.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { builder } from '../base/builder.ts';
import { Money } from '../base/money.ts';
import { HolderRef, holderAt } from '../book/holder.ts';

type Types = typeof builder.$inferSchemaTypes;

/** A record of a row, and the point that it was read at. */
export interface RecordRead {
  readonly point: LedgerPoint;
  readonly row: Readonly<Record<string, unknown>>;
}

/** A field of a row under the name that people see. */
export interface Shown {
  /** In the row. */
  readonly name: string;
  /** In the graph. */
  readonly as: string;
  readonly field: RowField<unknown>;
}

/** The fields that people see. */
export const shownOf = (fields: RowFields): readonly Shown[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    field.shown === false ? [] : [{ name, as: field.shown ?? name, field }],
  );

/** `IN_ESCROW` of `in-escrow`. */
export const enumName = (word: string): string => word.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');

/** `PaymentMethod`: a type's name and that of a field of it. */
export const nameOf = (type: string, as: string): string =>
  `${type}${as.charAt(0).toUpperCase()}${as.slice(1)}`;

const enums = new Map<string, EnumRef<Types, string>>();

/** The enum of a choice; one for its place in the graph. */
export function enumOf(name: string, doc: string, words: readonly string[]): EnumRef<Types, string> {
  let found = enums.get(name);
  if (found === undefined) {
    found = builder.enumType(name, {
      description: doc,
      values: Object.fromEntries(words.map((word) => [enumName(word), { value: word, description: word }])),
    });
    enums.set(name, found);
  }
  return found;
}

const cny = (minor: unknown): KernelMoney => ({ minor: BigInt(String(minor)), currency: 'CNY' });
const textOf = (value: unknown): string => fractionText(value as Fraction);
const recordOf = (point: LedgerPoint, value: unknown): RecordRead => ({
  point,
  row: value as Readonly<Record<string, unknown>>,
});

type FieldsOf = PothosSchemaTypes.ObjectFieldBuilder<Types, RecordRead>;

/**
 * The graph's fields for those of a record.
 *
 * @param type the name of the record's type, from which those of its parts are made
 */
export function graphFields(t: FieldsOf, type: string, fields: RowFields) {
  return Object.fromEntries(
    shownOf(fields).map((shown) => [shown.as, graphField(t, nameOf(type, shown.as), shown)]),
  );
}

function graphField(t: FieldsOf, type: string, { name, field }: Shown) {
  const { doc: description, nullable, shape } = field;
  /** A field whose value is worked out where it is there. */
  const of = <R>(show: (value: unknown, point: LedgerPoint) => R) => ({
    nullable,
    description,
    resolve: ({ row, point }: RecordRead): R => (row[name] === null ? null : show(row[name], point)) as R,
  });
  switch (shape.kind) {
    case 'id':
      return t.id(of(String));
    case 'holder':
      return t.field({ type: HolderRef, ...of((value, point) => holderAt(point, String(value))) });
    case 'text':
    case 'json':
      return t.string(of(String));
    case 'amount':
      return t.field({ type: Money, ...of(cny) });
    case 'date':
      return t.field({ type: 'Date', ...of(Number) });
    case 'flag':
      return t.boolean(of((value) => value === true));
    case 'count':
      return t.int(of(Number));
    case 'fraction':
      return t.string(of(textOf));
    case 'choice':
      return t.field({ type: enumOf(type, description, shape.of), ...of(String) });
    case 'parts':
      return t.field({
        type: [Money],
        nullable,
        description: `${description} In the order ${shape.of.join(', ')}.`,
        resolve: ({ row }: RecordRead) => (row[name] === null ? [] : (row[name] as bigint[]).map(cny)),
      });
    case 'record':
      return t.field({
        type: partOf(type, description, shape.fields),
        ...of((value, point) => recordOf(point, value)),
      });
    case 'list':
      return listField(t, type, name, description, shape.of);
  }
}

/** Most items of a list inside a row that are shown when nothing is said. */
const itemsDefault = 20;

function listField(t: FieldsOf, type: string, name: string, description: string, of: RowField<unknown>) {
  const singular = type.replace(/s$/, '');
  return t.field({
    type: [partOf(singular, `${description} One of them.`, fieldsIn(of.shape))],
    description,
    args: {
      first: t.arg.int({ defaultValue: itemsDefault, required: true, description: 'How many at most.' }),
    },
    resolve: ({ row, point }: RecordRead, { first }) =>
      (row[name] as readonly unknown[]).slice(0, Math.max(0, first)).map((value) => recordOf(point, value)),
  });
}

function fieldsIn(shape: RowShape): RowFields {
  if (shape.kind !== 'record') throw new Error('a list that people see is one of records');
  return shape.fields;
}

const partRefs = new Map<string, ObjectRef<Types, RecordRead>>();

/** The type of a record inside a row. */
function partOf(type: string, description: string, fields: RowFields): ObjectRef<Types, RecordRead> {
  const known = partRefs.get(type);
  if (known !== undefined) return known;
  const made = builder.objectRef<RecordRead>(type);
  partRefs.set(type, made);
  made.implement({ description, fields: (t) => graphFields(t, type, fields) });
  return made;
}
