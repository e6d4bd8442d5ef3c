/**
 * Rows: what the tables of a state hold, immutable rows by key. They fork in layers: a layer holds what was written since, and reads
 * through to the ones below.
 *
 * @module
 */
import type { Table } from '../contract/table.ts';

/** Says in a layer that a row of a layer below is gone. */
const gone = Symbol('gone');

/** A row, or {@link gone}. */
type Held = unknown;

/** The rows of all tables in one layer, above those of the layers below. */
export class Rows {
  #base: Rows | undefined;
  readonly #held: (Map<string, Held> | undefined)[] = [];
  /** At the root: keys by bucket. In a fork: keys that joined (true) or left (false) a bucket since. */
  readonly #buckets: (Map<number, Map<string, boolean>> | undefined)[] = [];

  /** Tables that a snapshot holds, until they are first looked at. */
  #packed: Map<number, () => void> | undefined;

  constructor(base?: Rows) {
    this.#base = base;
  }

  /** A root's rows, each table fetched when it is first looked at. */
  static restore(
    tables: readonly Table<unknown>[],
    fetch: (of: Table<unknown>) => Iterable<readonly [string, unknown]>,
  ): Rows {
    const rows = new Rows();
    const unpack = (of: Table<unknown>): void => {
      const held = new Map<string, Held>();
      rows.#held[of.ordinal] = held;
      for (const [key, row] of fetch(of)) {
        held.set(key, row);
        const bucket = of.bucketOf?.(row);
        if (bucket !== undefined) rows.#mark(of.ordinal, bucket, key, true);
      }
    };
    rows.#packed = new Map(tables.map((of) => [of.ordinal, () => unpack(of)]));
    return rows;
  }

  #unpack(ordinal: number): void {
    const unpack = this.#packed?.get(ordinal);
    if (unpack === undefined) return;
    this.#packed?.delete(ordinal);
    unpack();
    if (this.#packed?.size === 0) this.#packed = undefined;
  }

  /** Rows on top of these, which must not change while the fork is read. */
  fork(): Rows {
    return new Rows(this);
  }

  get<R>(of: Table<R>, key: string): R | undefined {
    let layer: Rows | undefined = this;
    while (layer !== undefined) {
      if (layer.#packed !== undefined) layer.#unpack(of.ordinal);
      const held = layer.#held[of.ordinal]?.get(key);
      if (held !== undefined) return held === gone ? undefined : readRow<R>(held);
      layer = layer.#base;
    }
    return undefined;
  }

  set<R>(of: Table<R>, key: string, row: R): void {
    if (of.bucketOf) this.#move(of, key, this.get(of, key), row);
    this.#map(of.ordinal).set(key, row);
  }

  delete<R>(of: Table<R>, key: string): void {
    const before = this.get(of, key);
    if (before === undefined) return;
    if (of.bucketOf) this.#move(of, key, before, undefined);
    if (this.#base === undefined) this.#map(of.ordinal).delete(key);
    else this.#map(of.ordinal).set(key, gone);
  }

  /** The buckets of a table that may hold a key, in order. */
  buckets<R>(of: Table<R>): number[] {
    const found = new Set<number>();
    for (let layer: Rows | undefined = this; layer !== undefined; layer = layer.#base) {
      layer.#unpack(of.ordinal);
      for (const bucket of layer.#buckets[of.ordinal]?.keys() ?? []) found.add(bucket);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The keys in a bucket, in alphabetical order. */
  bucket<R>(of: Table<R>, bucket: number): string[] {
    const keys = new Map<string, boolean>();
    this.#collectBucket(of.ordinal, bucket, keys);
    return [...keys].flatMap(([key, present]) => (present ? [key] : [])).sort();
  }

  #collectBucket(ordinal: number, bucket: number, into: Map<string, boolean>): void {
    if (this.#base) this.#base.#collectBucket(ordinal, bucket, into);
    this.#unpack(ordinal);
    for (const [key, present] of this.#buckets[ordinal]?.get(bucket) ?? []) into.set(key, present);
  }

  /** Every key and row of a table, in alphabetical order of the keys. */
  entries<R>(of: Table<R>): [string, R][] {
    this.#unpack(of.ordinal);
    let rows: ReadonlyMap<string, Held> | undefined = this.#held[of.ordinal];
    if (this.#base !== undefined) {
      const collected = new Map<string, Held>();
      this.#collect(of.ordinal, collected);
      rows = collected;
    }
    const found: [string, R][] = [];
    // Keys by themselves sort several times as fast as pairs under a comparison.
    for (const key of [...(rows?.keys() ?? [])].sort()) {
      const held = rows?.get(key);
      if (held !== gone) found.push([key, readRow<R>(held)]);
    }
    return found;
  }

  #collect(ordinal: number, into: Map<string, Held>): void {
    if (this.#base) this.#base.#collect(ordinal, into);
    this.#unpack(ordinal);
    for (const [key, held] of this.#held[ordinal] ?? []) into.set(key, held);
  }

  /** Reads past a base that holds nothing. */
  skipBase(): void {
    this.#base = this.#base === undefined ? undefined : this.#base.#base;
  }

  /** Moves what this layer holds into the layer below it, and reads through from then on. */
  publish(): void {
    const base = this.#base;
    if (base === undefined) throw new Error('rows: a root has nothing to publish into');
    this.#held.forEach((held, ordinal) => {
      if (held === undefined) return;
      const below = base.#map(ordinal);
      for (const [key, row] of held) {
        if (row === gone && base.#base === undefined) below.delete(key);
        else below.set(key, row);
      }
      held.clear();
    });
    this.#buckets.forEach((buckets, ordinal) => {
      if (buckets === undefined) return;
      for (const [bucket, keys] of buckets) {
        for (const [key, present] of keys) base.#mark(ordinal, bucket, key, present);
      }
      buckets.clear();
    });
  }

  #map(ordinal: number): Map<string, Held> {
    this.#unpack(ordinal);
    let held = this.#held[ordinal];
    if (held === undefined) {
      held = new Map();
      this.#held[ordinal] = held;
    }
    return held;
  }

  #move<R>(of: Table<R>, key: string, before: R | undefined, after: R | undefined): void {
    const from = before === undefined ? undefined : of.bucketOf?.(before);
    const to = after === undefined ? undefined : of.bucketOf?.(after);
    if (from === to) return;
    if (from !== undefined) this.#mark(of.ordinal, from, key, false);
    if (to !== undefined) this.#mark(of.ordinal, to, key, true);
  }

  #mark(ordinal: number, bucket: number, key: string, present: boolean): void {
    this.#unpack(ordinal);
    let buckets = this.#buckets[ordinal];
    if (buckets === undefined) {
      buckets = new Map();
      this.#buckets[ordinal] = buckets;
    }
    let keys = buckets.get(bucket);
    if (keys === undefined) {
      keys = new Map();
      buckets.set(bucket, keys);
    }
    if (present || this.#base !== undefined) keys.set(key, present);
    else {
      keys.delete(key);
      if (keys.size === 0) buckets.delete(bucket);
    }
  }
}

/** The row of what a layer holds: a key is only ever set with the row type of its table. */
function readRow<R>(held: Held): R {
  return held as R;
}
