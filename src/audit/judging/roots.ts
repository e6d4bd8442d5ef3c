/**
 * Roots: wrong bookings that later events may only have followed. Beside the recorded state stands, from the first of them on,
 * a state in which each root is booked as it should have been and all else as recorded. What differs from the record on the one
 * and agrees with it on the other follows from a root: from the first one that changed something it looks at.
 *
 * @module
 */
import { canonical } from '../../kernel/state/digest.ts';
import { policyTable, State } from '../../kernel/state/state.ts';
import { every, type Looked } from '../../kernel/state/tracking.ts';
import type { Difference } from './entries.ts';

/** What an event wrote: rows as canonical text, by table and key; undefined where it took the row away. */
export type RowsWritten = ReadonlyMap<string, { readonly table: string; readonly row: string | undefined }>;

/** The rows that a tracked evolution wrote, as they stand after it. */
export function rowsWritten(written: Looked, s: State): RowsWritten {
  return new Map(
    written.rows.map(({ table, key }) => {
      const row = s.row(table, key);
      return [
        rowName(table.name, key),
        { table: table.name, row: row === undefined ? undefined : canonical(row) },
      ];
    }),
  );
}

const rowName = (table: string, key: string): string => `${table}/${key}`;

export class Roots {
  /** The state as it would be, had every root been right; none before the first. */
  #corrected: State | undefined;
  #first: number | undefined;
  /** The first root that changed an account, an account of a kind, a row, a row of a table. */
  readonly #accounts = new Map<string, number>();
  readonly #kinds = new Map<string, number>();
  readonly #rows = new Map<string, number>();
  readonly #tables = new Map<string, number>();

  get corrected(): State | undefined {
    return this.#corrected;
  }

  /** Takes a root in. At the first one the corrected state is split off the recorded one, which must stand before the event. */
  add(
    revision: number,
    s: State,
    differences: readonly Difference[],
    rows: { readonly recorded: RowsWritten; readonly expected: RowsWritten },
  ): void {
    if (this.#first === undefined) {
      this.#first = revision;
      this.#corrected = splitOff(s);
    }
    for (const { account } of differences) {
      keepFirst(this.#accounts, account, revision);
      keepFirst(this.#kinds, account.split(':').slice(0, 4).join(':'), revision);
    }
    for (const [name, { table }] of [...rows.recorded, ...rows.expected]) {
      const both = rows.recorded.has(name) && rows.expected.has(name);
      if (both && rows.recorded.get(name)?.row === rows.expected.get(name)?.row) continue;
      keepFirst(this.#rows, name, revision);
      keepFirst(this.#tables, table, revision);
    }
  }

  /** The first root that changed something that was looked at. */
  met(looked: Looked, s: State): number | undefined {
    const found: (number | undefined)[] = [];
    for (const { kind, holder } of looked.balances) {
      found.push(
        holder === every ? this.#kinds.get(kind.path) : this.#accounts.get(accountName(s, kind.path, holder)),
      );
    }
    for (const { table, key } of looked.rows) found.push(this.#rows.get(rowName(table.name, key)));
    for (const { name } of looked.buckets) found.push(this.#tables.get(name));
    for (const { parameter, key } of looked.parameters) {
      found.push(this.#rows.get(rowName(policyTable.name, parameter.name)));
      if (key !== undefined)
        found.push(this.#rows.get(rowName(policyTable.name, `${parameter.name}[${key}]`)));
    }
    const met = found.filter((revision) => revision !== undefined);
    return met.length === 0 ? undefined : Math.min(...met);
  }

  /** The first root of all: what a follower follows when nothing that it looks at was changed by a root itself. */
  get first(): number | undefined {
    return this.#first;
  }

  /** Gives the corrected state up: it has come to where an event can't be booked. */
  giveUp(): void {
    this.#corrected = undefined;
  }
}

const accountName = (s: State, path: string, holder: string): string => {
  const kind = s.chart.kindAt(path);
  const account = kind === undefined ? undefined : s.chart.find(kind, holder, 'CNY');
  return account === undefined ? '' : s.chart.id(account);
};

function keepFirst(firsts: Map<string, number>, name: string, revision: number): void {
  if (!firsts.has(name)) firsts.set(name, revision);
}

/** A second state that stands where the first does; each goes its own way from here. What they share is frozen below both. */
function splitOff(s: State): State {
  const { rows, journal, cube, marks } = s;
  const shared = State.of(s.chart, { rows, journal, cube, marks: { ...marks } });
  shared.gross = s.gross;
  s.rows = rows.fork();
  s.journal = journal.fork();
  s.cube = cube.fork();
  return shared.fork();
}
