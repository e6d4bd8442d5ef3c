/**
 * Conduct: rows and buckets are lent to rules, for the step that they are in. An engine may change a row in place, or walk a bucket
 * as it stands; so nobody keeps either past the next write. What is lent looks the same today, and tests see to it that nobody relies
 * on that.
 *
 * @module
 */
import type { Table } from '../contract/table.ts';

/** Who looks on what rules do with what is lent to them. */
export interface Conduct {
  /** The row that is lent in the place of one. */
  row<R>(state: object, of: Table<R>, key: string, held: R): R;
  /** The keys that are lent in the place of a bucket's. */
  bucket(state: object, of: Table<unknown>, keys: readonly string[]): readonly string[];
  /** The row that is kept in the place of one that is written. */
  set<R>(state: object, of: Table<R>, key: string, row: R): R;
  delete(state: object, of: Table<unknown>, key: string): void;
}

/** Nobody looks on, unless a test does. */
export const watched: { by: Conduct | undefined } = { by: undefined };
