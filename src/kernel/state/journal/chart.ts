/**
 * The chart of accounts: kind × holder × currency, numbered as they are first used.
 *
 * @module
 */
import { type AccountKind, accountId } from '../../contract/account.ts';

/**
 * The accounts of one family of journals (a book, its forks and sandboxes), numbered as they are first used. It only grows;
 * an account whose fork was dropped stays without postings.
 */
export class Chart {
  /** The last account asked for, by kind (in CNY): a rule that looks at an account most often posts on it next. */
  readonly #lastHolders: string[] = [];
  readonly #lastAccounts: number[] = [];
  readonly #kinds: readonly AccountKind[];
  readonly #byPath = new Map<string, AccountKind>();
  /** Accounts by kind; inside, by holder for CNY and by holder and currency for the rest. */
  readonly #byKind: Map<string, number>[] = [];
  readonly #byId = new Map<string, number>();
  readonly #sorted: { count: number; accounts: number[] }[] = [];
  readonly kindOf: AccountKind[] = [];
  readonly holderOf: string[] = [];
  readonly currencyOf: string[] = [];
  readonly #ids: string[] = [];
  /** Control accounts (a kind in a currency), numbered; an account's control. */
  readonly controlOf: number[] = [];
  readonly controls: { readonly kind: AccountKind; readonly currency: string }[] = [];
  readonly #controls = new Map<string, number>();
  /** Those in CNY by kind, which is nearly all that are asked for. */
  readonly #homeControls: (number | undefined)[] = [];

  constructor(kindsOfHouse: readonly AccountKind[]) {
    this.#kinds = kindsOfHouse;
    for (const kind of kindsOfHouse) this.#byPath.set(kind.path, kind);
  }

  get kinds(): readonly AccountKind[] {
    return this.#kinds;
  }

  /** How many accounts have been numbered. */
  get size(): number {
    return this.kindOf.length;
  }

  kindAt(path: string): AccountKind | undefined {
    return this.#byPath.get(path);
  }

  /** The number of an account, which it gets on first use. */
  index(kind: AccountKind, holder: string, currency: string): number {
    if (currency !== 'CNY') return this.#index(kind, holder, currency);
    const { ordinal } = kind;
    if (this.#lastHolders[ordinal] === holder) return this.#lastAccounts[ordinal] ?? 0;
    const account = this.#index(kind, holder, currency);
    this.#lastHolders[ordinal] = holder;
    this.#lastAccounts[ordinal] = account;
    return account;
  }

  #index(kind: AccountKind, holder: string, currency: string): number {
    let byHolder = this.#byKind[kind.ordinal];
    if (byHolder === undefined) {
      byHolder = new Map();
      this.#byKind[kind.ordinal] = byHolder;
    }
    const key = currency === 'CNY' ? holder : `${holder}:${currency}`;
    return byHolder.get(key) ?? this.#add(kind, holder, currency, byHolder, key);
  }

  /** The number of an account if it has one. */
  find(kind: AccountKind, holder: string, currency: string): number | undefined {
    const { ordinal } = kind;
    if (currency === 'CNY' && this.#lastHolders[ordinal] === holder) return this.#lastAccounts[ordinal];
    if (currency !== 'CNY') return this.#byKind[ordinal]?.get(`${holder}:${currency}`);
    const account = this.#byKind[ordinal]?.get(holder);
    if (account !== undefined) {
      this.#lastHolders[ordinal] = holder;
      this.#lastAccounts[ordinal] = account;
    }
    return account;
  }

  /** The number of the account with an id, which it gets on first use; undefined when the id is not one of this house. */
  indexOfId(id: string): number | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const parts = id.split(':');
    const kind = this.#byPath.get(parts.slice(0, 4).join(':'));
    const currency = parts.at(-1);
    if (!kind || currency === undefined || parts.length !== (kind.perHolder ? 6 : 5)) return undefined;
    const account = this.index(kind, kind.perHolder ? (parts[4] ?? '') : '', currency);
    this.#byId.set(id, account);
    return account;
  }

  /** The id of an account. */
  id(account: number): string {
    let found = this.#ids[account];
    if (found === undefined) {
      const kind = this.kindOf[account];
      if (!kind) throw new RangeError(`no account ${account}`);
      found = accountId(kind, this.holderOf[account] ?? '', this.currencyOf[account] ?? '');
      this.#ids[account] = found;
    }
    return found;
  }

  /** The accounts of a kind that have a number, by holder. */
  ofKind(kind: AccountKind): readonly number[] {
    const byHolder = this.#byKind[kind.ordinal];
    if (!byHolder) return [];
    let sorted = this.#sorted[kind.ordinal];
    if (sorted?.count !== byHolder.size) {
      const accounts = [...byHolder.values()];
      accounts.sort((a, b) => {
        const left = this.holderOf[a] ?? '';
        const right = this.holderOf[b] ?? '';
        return left < right ? -1 : left > right ? 1 : 0;
      });
      sorted = { count: byHolder.size, accounts };
      this.#sorted[kind.ordinal] = sorted;
    }
    return sorted.accounts;
  }

  /** The number of a control account, which it gets on first use. */
  control(kind: AccountKind, currency: string): number {
    if (currency !== 'CNY') return this.#control(kind, currency);
    const known = this.#homeControls[kind.ordinal];
    if (known !== undefined) return known;
    const found = this.#control(kind, currency);
    this.#homeControls[kind.ordinal] = found;
    return found;
  }

  #control(kind: AccountKind, currency: string): number {
    const key = `${kind.path}:${currency}`;
    let found = this.#controls.get(key);
    if (found === undefined) {
      found = this.controls.length;
      this.controls.push({ kind, currency });
      this.#controls.set(key, found);
    }
    return found;
  }

  /** The numbered accounts and control accounts, for a snapshot; {@link restore} takes them back. */
  columns(): ChartColumns {
    return {
      paths: this.kindOf.map(({ path }) => path),
      holders: [...this.holderOf],
      currencies: [...this.currencyOf],
      controls: this.controls.map(({ kind, currency }) => [kind.path, currency]),
    };
  }

  /**
   * A chart in which accounts have the numbers that {@link columns} gave.
   *
   * @throws RangeError when it names a kind that is not one of the house
   */
  static restore(kindsOfHouse: readonly AccountKind[], columns: ChartColumns): Chart {
    const chart = new Chart(kindsOfHouse);
    const kindAt = (path: string): AccountKind => {
      const kind = chart.kindAt(path);
      if (kind === undefined) throw new RangeError(`no account kind ${path}`);
      return kind;
    };
    for (const [path, currency] of columns.controls) chart.control(kindAt(path), currency);
    columns.paths.forEach((path, at) => {
      const number = chart.index(kindAt(path), columns.holders[at] ?? '', columns.currencies[at] ?? '');
      if (number !== at) throw new RangeError(`account ${at} stands twice`);
    });
    return chart;
  }

  #add(
    used: AccountKind,
    holder: string,
    currency: string,
    byHolder: Map<string, number>,
    key: string,
  ): number {
    const kind = this.#byPath.get(used.path);
    if (!kind) throw new RangeError(`no account kind ${used.path}`);
    const account = this.kindOf.length;
    byHolder.set(key, account);
    this.kindOf.push(kind);
    this.holderOf.push(holder);
    this.currencyOf.push(currency);
    this.controlOf.push(this.control(kind, currency));
    return account;
  }
}

/** A chart, as a snapshot keeps it: accounts in the order of their numbers, and control accounts in that of theirs. */
export interface ChartColumns {
  readonly paths: readonly string[];
  readonly holders: readonly string[];
  readonly currencies: readonly string[];
  readonly controls: readonly (readonly [path: string, currency: string])[];
}
