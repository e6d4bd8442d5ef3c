/** Figures of runs and records, and the tables of docs/how-to/scenarios.md that state them. */
import { readFileSync } from 'node:fs';
import type { AccountKind } from '../../src/kernel/contract/account.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { LedgerView } from '../../src/reading/view.ts';
import type { Run, VariantRun } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';

/** An account kind by its path. */
export function kindOf(path: string): AccountKind {
  const kind = house.kinds.find((other) => other.path === path);
  if (kind === undefined) throw new RangeError(`no account kind ${path}`);
  return kind;
}

/** All that a state came to. */
export function viewOf(state: State): LedgerView {
  return new LedgerView(house, state, {
    revision: state.marks.events - 1,
    postings: state.journal.length,
    asOf: undefined,
  });
}

/** What a variant's segment earned for the platform, or cost it, over the horizon; minor units. */
function flow(
  { scenario }: Run,
  { view }: VariantRun,
  accountClass: 'income' | 'expense',
  segment: string,
): bigint {
  const { from, to } = scenario.horizon;
  return house.kinds
    .filter((kind) => kind.entity === 'platform' && kind.class === accountClass && kind.segment === segment)
    .reduce((sum, kind) => sum + view.change(kind, from, to), 0n);
}

/** The cells that the docs state of a variant: levels of the baseline, differences of the others. */
export function cellsOf(run: Run, variant: VariantRun): readonly string[] {
  const [baseline] = run.variants;
  const figure = (of: (one: VariantRun) => bigint): string => {
    const level = of(variant);
    if (baseline === undefined || variant === baseline) return formatMinor(level, 'CNY');
    const difference = level - of(baseline);
    return `${difference > 0n ? '+' : ''}${formatMinor(difference, 'CNY')}`;
  };
  return [
    variant.name,
    figure((one) => flow(run, one, 'income', 'payments')),
    figure((one) => flow(run, one, 'income', 'yuebao')),
    figure((one) => flow(run, one, 'expense', 'payments')),
    String(variant.divergences.length),
    String(variant.moot),
  ];
}

const columns = ['variant', 'payments', 'yuebao', 'cost', 'divergences', 'moot'];

/** A table of the docs: what stands over its columns, and its rows. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables that a page of the docs has under a heading. */
export function tablesOf(page: string, heading: string): readonly Table[] {
  const text = readFileSync(new URL(`../../docs/how-to/${page}`, import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) => {
    const [head = [], , ...rows] = table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
    return { head, rows };
  });
}

/** The rows of the table that the docs have under the heading of a scenario. */
export const statedOf = (id: string): readonly (readonly string[])[] =>
  tablesOf('scenarios.md', id).find(({ head }) => head.join() === columns.join())?.rows ?? [];
