/** Who looks on: rows and buckets that were lent are gone with the next write, and rows are what their tables say. */
import { wrongIn } from '../../src/kernel/contract/row.ts';
import type { Table } from '../../src/kernel/contract/table.ts';
import { type Conduct, watched } from '../../src/kernel/state/conduct.ts';

interface Lent {
  over: boolean;
}

/** What stands behind a row that was lent. */
const behind = new WeakMap<object, object>();

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An object that can be looked at until it is over. */
function lend<T extends object>(held: T, lent: Lent, what: string): T {
  const check = (): void => {
    if (lent.over) throw new Error(`${what} was kept past the next write`);
  };
  const guarded = new Proxy(held, {
    get: (of, name) => {
      check();
      return Reflect.get(of, name);
    },
    has: (of, name) => {
      check();
      return Reflect.has(of, name);
    },
    ownKeys: (of) => {
      check();
      return Reflect.ownKeys(of);
    },
    set: (_, name) => {
      throw new Error(`${what}: ${String(name)} was changed outside of a write`);
    },
    deleteProperty: (_, name) => {
      throw new Error(`${what}: ${String(name)} was taken away outside of a write`);
    },
  });
  behind.set(guarded, held);
  return guarded;
}

/** Says what is wrong with a row, by its table. */
function flawOf({ name, holds }: Table<unknown>, key: string, row: unknown): string | undefined {
  if (holds.is(row)) return undefined;
  const wrong =
    holds.shape.kind === 'record' && isObject(row)
      ? wrongIn(holds.shape.fields, Object.fromEntries(Object.entries(row)))
      : '';
  return `${name}/${key}: ${wrong === '' ? 'the row' : wrong} is not as declared`;
}

class Strict implements Conduct {
  readonly #rows = new WeakMap<object, Map<string, Lent>>();
  readonly #buckets = new WeakMap<object, Map<string, Lent>>();
  /** Tables of which a row was written. */
  readonly written = new Set<string>();

  row<R>(state: object, of: Table<R>, key: string, held: R): R {
    return isObject(held)
      ? lend(held, this.#lent(this.#rows, state, `${of.name}/${key}`), `the row ${key} of ${of.name}`)
      : held;
  }

  bucket(state: object, of: Table<unknown>, keys: readonly string[]): readonly string[] {
    return lend(keys, this.#lent(this.#buckets, state, of.name), `a bucket of ${of.name}`);
  }

  set<R>(state: object, of: Table<R>, key: string, row: R): R {
    this.delete(state, of, key);
    this.written.add(of.name);
    const plain = isObject(row) ? ((behind.get(row) ?? row) as R) : row;
    const flaw = flawOf(of, key, plain);
    if (flaw !== undefined) throw new Error(flaw);
    return plain;
  }

  delete(state: object, of: Table<unknown>, key: string): void {
    this.#end(this.#rows, state, `${of.name}/${key}`);
    this.#end(this.#buckets, state, of.name);
  }

  #lent(of: WeakMap<object, Map<string, Lent>>, state: object, name: string): Lent {
    const lents = of.get(state) ?? new Map<string, Lent>();
    of.set(state, lents);
    const lent = lents.get(name) ?? { over: false };
    lents.set(name, lent);
    return lent;
  }

  #end(of: WeakMap<object, Map<string, Lent>>, state: object, name: string): void {
    const lent = of.get(state)?.get(name);
    if (lent === undefined) return;
    lent.over = true;
    of.get(state)?.delete(name);
  }
}

/** Looks on while something is done; gives the tables of which a row was written. */
export function strictly(work: () => void): ReadonlySet<string> {
  const strict = new Strict();
  watched.by = strict;
  try {
    work();
  } finally {
    watched.by = undefined;
  }
  return strict.written;
}
