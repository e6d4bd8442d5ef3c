/**
 * Entries side by side: what was recorded and what the rules say, account by account.
 *
 * @module
 */
import type { Chart } from '../../kernel/state/journal/chart.ts';
import type { NumberedEntry } from '../../kernel/state/state.ts';

/** An account on which two entries differ: minor units, debit positive. */
export interface Difference {
  readonly account: string;
  readonly recorded: bigint;
  readonly expected: bigint;
}

/** An amount on an account: minor units, debit positive. */
export interface Line {
  readonly account: string;
  readonly minor: bigint;
}

/** Whether two entries say the same of every account, in whatever order. */
export function sameEntry(a: NumberedEntry, b: NumberedEntry): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.accounts.length; at++) {
    if (a.accounts[at] !== b.accounts[at] || a.minors[at] !== b.minors[at]) return sumsOff(a, b).size === 0;
  }
  return true;
}

/** The accounts on which two entries differ, in the order of the recorded one; nothing counts as zero. */
export function differencesOf(
  chart: Chart,
  recorded: NumberedEntry | undefined,
  expected: NumberedEntry | undefined,
): readonly Difference[] {
  const sums = new Map<number, { recorded: bigint; expected: bigint }>();
  const add = (entry: NumberedEntry | undefined, side: 'recorded' | 'expected'): void => {
    entry?.accounts.forEach((account, at) => {
      const sum = sums.get(account) ?? { recorded: 0n, expected: 0n };
      sum[side] += entry.minors[at] ?? 0n;
      sums.set(account, sum);
    });
  };
  add(recorded, 'recorded');
  add(expected, 'expected');
  return [...sums]
    .filter(([, sum]) => sum.recorded !== sum.expected)
    .map(([account, sum]) => ({ account: chart.id(account), ...sum }));
}

/** An entry as lines of account and amount. */
export const linesOf = (chart: Chart, entry: NumberedEntry): readonly Line[] =>
  entry.accounts.map((account, at) => ({ account: chart.id(account), minor: entry.minors[at] ?? 0n }));

/** What one entry has on each account beyond the other. */
function sumsOff(a: NumberedEntry, b: NumberedEntry): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  const add = ({ accounts, minors }: NumberedEntry, sign: bigint): void => {
    accounts.forEach((account, at) => {
      const sum = (sums.get(account) ?? 0n) + sign * (minors[at] ?? 0n);
      if (sum === 0n) sums.delete(account);
      else sums.set(account, sum);
    });
  };
  add(a, 1n);
  add(b, -1n);
  return sums;
}
