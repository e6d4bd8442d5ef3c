/**
 * Kinds and accounts in the order of their ids.
 *
 * @module
 */
import type { AccountKind } from '../../contract/account.ts';

import type { Chart } from './chart.ts';

const sortedKinds = new WeakMap<readonly AccountKind[], readonly AccountKind[]>();

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Kinds in the order in which the ids of their accounts sort. */
export function kindsById(kinds: readonly AccountKind[]): readonly AccountKind[] {
  let sorted = sortedKinds.get(kinds);
  if (sorted === undefined) {
    sorted = [...kinds].sort((a, b) => (`${a.path}:` < `${b.path}:` ? -1 : 1));
    sortedKinds.set(kinds, sorted);
  }
  return sorted;
}

/** The accounts of each kind that have a number, by id, as they were when they were last asked for. */
const sortedAccounts = new WeakMap<Chart, Map<string, number[]>>();

function sortedOf(chart: Chart, kind: AccountKind): readonly number[] {
  let byKind = sortedAccounts.get(chart);
  if (byKind === undefined) {
    byKind = new Map();
    sortedAccounts.set(chart, byKind);
  }
  const numbered = chart.ofKind(kind);
  let sorted = byKind.get(kind.path);
  if (sorted?.length !== numbered.length) {
    sorted = [...numbered].sort((a, b) => (chart.id(a) < chart.id(b) ? -1 : 1));
    byKind.set(kind.path, sorted);
  }
  return sorted;
}

/** The accounts of a kind whose id begins with a prefix and comes after an id, by id. */
export function* accountsById(
  chart: Chart,
  kind: AccountKind,
  prefix = '',
  after = '',
): Generator<number, void, void> {
  const sorted = sortedOf(chart, kind);
  const passes = (at: number): boolean => {
    const id = chart.id(sorted[at] ?? 0);
    return id >= prefix && (after === '' || id > after);
  };
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  for (let at = low; at < sorted.length; at++) {
    const account = sorted[at] ?? 0;
    if (!chart.id(account).startsWith(prefix)) return;
    yield account;
  }
}

/** A control account, its number, and its place in reports: by the id `path:currency`. */
interface Listed {
  readonly control: number;
  readonly kind: AccountKind;
  readonly currency: string;
}

/** The control accounts that have a number, of an entity (of all when undefined), in the order of their ids. */
export function listControls(chart: Chart, entity?: string): Listed[] {
  return chart.controls
    .map(({ kind, currency }, control) => ({ control, kind, currency }))
    .filter(({ kind }) => entity === undefined || kind.entity === entity)
    .sort((a, b) => order(`${a.kind.path}:`, `${b.kind.path}:`) || order(a.currency, b.currency));
}
