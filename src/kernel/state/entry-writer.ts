/**
 * An entry while it is written: by numbers of accounts, one posting an account.
 *
 * @module
 */
import type { AccountKind } from '../contract/account.ts';
import type { NewEntry } from '../contract/reading.ts';
import type { Chart } from './journal/chart.ts';
import { NumberedEntry } from './state.ts';

/** With so many postings a map finds an account sooner than a look at all of them. */
const manyPostings = 16;

/** Kinds that a line may post on, by their ordinals; undefined: any. */
export type Postable = readonly (true | undefined)[] | undefined;

export class EntryWriter implements NewEntry {
  readonly #chart: Chart;
  #accounts: number[] | undefined = [];
  #minors: bigint[] = [];
  #places: Map<number, number> | undefined;
  #hasZeros = false;
  #writer = '';
  #postable: Postable;

  constructor(chart: Chart) {
    this.#chart = chart;
  }

  /** Says who writes from now on, and on which kinds it may post. */
  handTo(writer: string, postable: Postable): void {
    this.#writer = writer;
    this.#postable = postable;
  }

  debit(kind: AccountKind, minor: bigint, holder = '', currency = 'CNY'): void {
    this.#post(kind, minor, holder, currency);
  }

  credit(kind: AccountKind, minor: bigint, holder = '', currency = 'CNY'): void {
    this.#post(kind, -minor, holder, currency);
  }

  #post(kind: AccountKind, minor: bigint, holder: string, currency: string): void {
    const accounts = this.#accounts;
    if (accounts === undefined) throw new Error('an entry is written within its step: nobody keeps it');
    if (minor === 0n) return;
    if (this.#postable !== undefined && this.#postable[kind.ordinal] === undefined)
      throw new Error(`${this.#writer} posts on ${kind.path}, which it neither declares nor uses`);
    const account = this.#chart.index(kind, holder, currency);
    const at = this.#places === undefined ? accounts.indexOf(account) : (this.#places.get(account) ?? -1);
    if (at >= 0) {
      const sum = (this.#minors[at] ?? 0n) + minor;
      if (sum === 0n) this.#hasZeros = true;
      this.#minors[at] = sum;
      return;
    }
    this.#places?.set(account, accounts.length);
    accounts.push(account);
    this.#minors.push(minor);
    if (accounts.length === manyPostings)
      this.#places = new Map(accounts.map((each, place) => [each, place]));
  }

  /** Ends the writing: what was written, without what came to nothing. */
  take(): NumberedEntry {
    const accounts = this.#accounts ?? [];
    const minors = this.#minors;
    this.#accounts = undefined;
    if (!this.#hasZeros) return new NumberedEntry(this.#chart, accounts, minors);
    return new NumberedEntry(
      this.#chart,
      accounts.filter((_, at) => minors[at] !== 0n),
      minors.filter((minor) => minor !== 0n),
    );
  }
}
