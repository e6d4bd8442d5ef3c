import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rows } from '../../src/kernel/state/rows.ts';
import { anyTable } from '../support/any-table.ts';
import { type Handling, steps, walk } from './layers.ts';

interface Row {
  readonly due: number | undefined;
  readonly text: string;
}

const plain = anyTable<string>('tests.plain', 'rows in no bucket');
const due = anyTable<Row>('tests.due', 'rows by the day on which they are due', (row) => row.due);

interface Model {
  readonly plain: ReadonlyMap<string, string>;
  readonly due: ReadonlyMap<string, Row>;
}

/** A model that can be written to. */
interface Written {
  plain: Map<string, string>;
  due: Map<string, Row>;
}

const keys = ['a', 'b', 'B', 'c-1', 'c-10', 'ü', ''];
const bucketCount = 4;

const handling: Handling<Rows, Written> = {
  root: () => ({ real: new Rows(), model: { plain: new Map(), due: new Map() } }),
  fork: (real) => real.fork(),
  copy: (model) => ({ plain: new Map(model.plain), due: new Map(model.due) }),
  write: (rows, model, [a = 0, b = 0, c = 0, d = 0]) => {
    const key = keys[a % keys.length] ?? '';
    if (b % 3 === 0) {
      rows.delete(plain, key);
      rows.delete(due, key);
      model.plain.delete(key);
      model.due.delete(key);
      return;
    }
    rows.set(plain, key, `${d}`);
    model.plain.set(key, `${d}`);
    const row = { due: c % 5 === 0 ? undefined : c % bucketCount, text: `${d}` };
    rows.set(due, key, row);
    model.due.set(key, row);
  },
};

function expectLike(rows: Rows, model: Model): void {
  const order = <R>(of: ReadonlyMap<string, R>): [string, R][] =>
    [...of].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const key of keys) {
    expect(rows.get(plain, key)).toBe(model.plain.get(key));
    expect(rows.get(due, key)).toBe(model.due.get(key));
  }
  expect(rows.entries(plain)).toEqual(order(model.plain));
  expect(rows.entries(due)).toEqual(order(model.due));
  const filled = new Set<number>();
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const held = order(model.due).flatMap(([key, row]) => (row.due === bucket ? [key] : []));
    expect(rows.bucket(due, bucket)).toEqual(held);
    if (held.length > 0) filled.add(bucket);
  }
  const named = rows.buckets(due);
  expect(named).toEqual(named.toSorted((a, b) => a - b));
  for (const bucket of filled) expect(named).toContain(bucket);
}

describe('rows of tables', () => {
  it('are those of a plain map, in every layer, through publishing and deleting', () => {
    fc.assert(
      fc.property(steps(60), (taken) => {
        for (const { real, model } of walk(handling, taken)) expectLike(real, model);
      }),
      { numRuns: 300 },
    );
  });

  it('leave nothing of a deleted row at the root', () => {
    const root = new Rows();
    root.set(due, 'a', { due: 1, text: '' });
    const fork = root.fork();
    fork.delete(due, 'a');
    expect(root.bucket(due, 1)).toEqual(['a']);
    fork.publish();
    expect(root.buckets(due)).toEqual([]);
    expect(root.entries(due)).toEqual([]);
  });
});
