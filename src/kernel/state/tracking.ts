/**
 * Tracking: a reading of a state that notes everything it is asked for, and every row that is written.
 * Audits show by it what a figure was made of.
 *
 * @module
 */
import type { AccountKind } from '../contract/account.ts';
import type { Parameter } from '../contract/parameter.ts';
import type { Holding, Writing } from '../contract/reading.ts';
import type { Table } from '../contract/table.ts';
import type { Day } from '../values/dates.ts';
import type { Refusal } from '../values/refusals.ts';
import type { State } from './state.ts';

/** Stands for every holder of a kind, every row of a table, every key of a parameter. */
export const every = '*';

/** A parameter that was looked at, and for which of its keys. */
export interface ParameterLooked {
  readonly parameter: Parameter<unknown>;
  readonly key: string | undefined;
}

/** A row that was looked at or written. */
export interface RowLooked {
  readonly table: Table<unknown>;
  readonly key: string;
}

/** An account that was looked at; {@link every} stands for all holders of a kind that has some. */
export interface BalanceLooked {
  readonly kind: AccountKind;
  readonly holder: string;
}

/** Everything that was looked at, each once, in the order of the first look. */
export class Looked {
  readonly #parameters = new Map<string, ParameterLooked>();
  readonly #rows = new Map<string, RowLooked>();
  readonly #buckets = new Map<string, Table<unknown>>();
  readonly #balances = new Map<string, BalanceLooked>();

  get parameters(): readonly ParameterLooked[] {
    return [...this.#parameters.values()];
  }

  get rows(): readonly RowLooked[] {
    return [...this.#rows.values()];
  }

  /** Tables of which buckets were looked at. */
  get buckets(): readonly Table<unknown>[] {
    return [...this.#buckets.values()];
  }

  get balances(): readonly BalanceLooked[] {
    return [...this.#balances.values()];
  }

  noteParameter(parameter: Parameter<unknown>, key: string | undefined): void {
    this.#parameters.set(key === undefined ? parameter.name : `${parameter.name}[${key}]`, {
      parameter,
      key,
    });
  }

  noteRow(table: Table<unknown>, key: string): void {
    this.#rows.set(`${table.name}/${key}`, { table, key });
  }

  noteBuckets(table: Table<unknown>): void {
    this.#buckets.set(table.name, table);
  }

  noteBalance(kind: AccountKind, holder: string): void {
    this.#balances.set(`${kind.path}:${holder}`, { kind, holder });
  }
}

/** A state as rules see it, which notes every look at it in {@link looked} and every row written in {@link written}. */
export class TrackedReading implements Writing {
  readonly #state: State;
  readonly looked = new Looked();
  readonly written = new Looked();

  /** Looks and writes go through to the state: give it a fork where rows must not be written. */
  constructor(state: State) {
    this.#state = state;
  }

  get day(): Day {
    return this.#state.day;
  }

  row<R>(of: Table<R>, key: string): R | undefined {
    this.looked.noteRow(of, key);
    return this.#state.row(of, key);
  }

  bucket<R>(of: Table<R>, bucket: number): readonly string[] {
    this.looked.noteBuckets(of);
    return this.#state.bucket(of, bucket);
  }

  buckets<R>(of: Table<R>): readonly number[] {
    this.looked.noteBuckets(of);
    return this.#state.buckets(of);
  }

  policy<T>(of: Parameter<T>, key?: string): T {
    this.looked.noteParameter(of, key);
    return this.#state.policy(of, key);
  }

  balanceOn(kind: AccountKind, day: Day, holder?: string): bigint {
    this.#noteHolder(kind, holder);
    return this.#state.balanceOn(kind, day, holder);
  }

  available(kind: AccountKind, holder?: string): bigint {
    this.#noteHolder(kind, holder);
    return this.#state.available(kind, holder);
  }

  shortage(kind: AccountKind, minor: bigint, holder?: string): Refusal | undefined {
    this.#noteHolder(kind, holder);
    return this.#state.shortage(kind, minor, holder);
  }

  highest(kind: AccountKind, holder?: string): bigint {
    this.#noteHolder(kind, holder);
    return this.#state.highest(kind, holder);
  }

  lowestNet(plus: readonly AccountKind[], minus: readonly AccountKind[]): bigint {
    for (const kind of [...plus, ...minus]) this.#noteHolder(kind, every);
    return this.#state.lowestNet(plus, minus);
  }

  totalOn(kind: AccountKind, day: Day): bigint {
    this.#noteHolder(kind, every);
    return this.#state.totalOn(kind, day);
  }

  balancesOn(kind: AccountKind, day: Day): readonly Holding[] {
    this.#noteHolder(kind, every);
    return this.#state.balancesOn(kind, day);
  }

  set<R>(of: Table<R>, key: string, row: R): void {
    this.written.noteRow(of, key);
    this.#state.set(of, key, row);
  }

  delete<R>(of: Table<R>, key: string): void {
    this.written.noteRow(of, key);
    this.#state.delete(of, key);
  }

  /** A kind without holders is one account, whether it is looked at as that or as the total of the kind. */
  #noteHolder(kind: AccountKind, holder = ''): void {
    const hasHolders = this.#state.chart.kindAt(kind.path)?.perHolder === true;
    this.looked.noteBalance(kind, hasHolders ? holder : '');
  }
}
