/**
 * Tables: all mutable state of the lines that is not a balance, as rows by key. A subject is a table whose rows are things that events
 * are about, and that people ask for.
 *
 * @module
 */
import { type RowField, type RowFields, type RowOf, row } from './row.ts';

/** A table of a line. */
export interface Table<R> {
  readonly ordinal: number;
  /** `payments.payments`: line and name, as digests and snapshots write it. */
  readonly name: string;
  readonly doc: string;
  /** What its rows are. */
  readonly holds: RowField<R>;
  /** It came when there were digests without it: they name it only where it holds a row. */
  readonly later?: true;
  /** The bucket that a row is found under, or undefined for none. */
  bucketOf?(row: R): number | undefined;
}

/** What a line says of a table. */
export interface TableSpec<R> {
  readonly doc: string;
  readonly holds: RowField<R>;
  /** A secondary key by which rows are found (`bucket` of a reading); undefined keeps a row out of all buckets. */
  bucket?(row: R): number | undefined;
  /** Books had been digested without it. Where it holds no row a digest is the same with it as without. */
  readonly later?: true;
}

/** What a line says of a subject. */
export interface SubjectSpec<F extends RowFields> extends Omit<TableSpec<RowOf<F>>, 'holds'> {
  readonly fields: F;
  /** The name of its table: `payments`. */
  readonly table: string;
  /** That of its list in the graph, where it is not the table's. */
  readonly list?: string;
  /** Its type in the graph: `Payment`. */
  readonly type: string;
}

/** The things that a line's events are about. Its key is the id by which it is asked for. */
export interface Subject<F extends RowFields = RowFields> extends Table<RowOf<F>> {
  /** `payment`: what stands before the id in an event's subject, `payment/P-1042`. */
  readonly prefix: string;
  readonly type: string;
  /** `payments`: its list in the graph. */
  readonly list: string;
  readonly fields: F;
}

/** The row of a table. */
export type RowIn<T> = T extends Table<infer R> ? R : never;

let tables = 0;

/** Declares a table by its whole name. */
export const table = <R>(name: string, { doc, holds, bucket, later }: TableSpec<R>): Table<R> => ({
  ordinal: tables++,
  name,
  doc,
  holds,
  ...(later === true ? { later } : {}),
  ...(bucket === undefined ? {} : { bucketOf: bucket }),
});

/** Declares a subject of a line. */
export const subject = <F extends RowFields>(
  line: string,
  prefix: string,
  { fields, table: name, type, list = name, ...spec }: SubjectSpec<F>,
): Subject<F> => ({
  ...table(`${line}.${name}`, { ...spec, holds: row.record(fields, spec.doc) }),
  prefix,
  type,
  list,
  fields,
});
