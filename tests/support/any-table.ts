/** Tables of toys: of rows whose fields nobody asks for. */
import { row } from '../../src/kernel/contract/row.ts';
import { type Table, table } from '../../src/kernel/contract/table.ts';

/** Declares a table by its whole name. */
export const anyTable = <R>(name: string, doc: string, bucket?: (held: R) => number | undefined): Table<R> =>
  table(name, { doc, holds: row.json<R>(doc), ...(bucket === undefined ? {} : { bucket }) });
