/**
 * The journal: every posting of a book, in columns, each linked to the one before it on the same account. A posting carries
 * the balance after it and the latest effective date up to it, and a second, longer link back; so any balance, at any point of
 * both axes, is a logarithmic walk. Columns only grow, so a fork shares those of its base up to the length at which it was
 * made, whatever the base does afterwards.
 *
 * @module
 */
import { type Day, dayMax } from './dates.ts';
import { fits64 } from './money.ts';

const capacityMin = 256;

const none = -1;

/** A balance or an amount would leave the range of 64 bits. */
export class FigureTooLarge extends RangeError {}

export class Journal {
  #base: Journal | undefined;
  /** Length of the base when this fork was made: postings below it are the base's. */
  #offset: number;
  #count = 0;
  #capacity: number;
  #amounts: BigInt64Array;
  #balances: BigInt64Array;
  #accounts: Int32Array;
  #events: Int32Array;
  #days: Int32Array;
  #latestDays: Int32Array;
  #previous: Int32Array;
  #jumps: Int32Array;
  #depths: Int32Array;
  #lates: Int32Array;
  /** The last posting of each account: dense at the root, and in a fork only of the accounts that it posted on. */
  #heads: Int32Array;
  readonly #ownHeads: Map<number, number> | undefined;

  private constructor(base: Journal | undefined) {
    this.#base = base;
    this.#offset = base?.length ?? 0;
    this.#capacity = base ? 16 : capacityMin;
    this.#amounts = new BigInt64Array(this.#capacity);
    this.#balances = new BigInt64Array(this.#capacity);
    this.#accounts = new Int32Array(this.#capacity);
    this.#events = new Int32Array(this.#capacity);
    this.#days = new Int32Array(this.#capacity);
    this.#latestDays = new Int32Array(this.#capacity);
    this.#previous = new Int32Array(this.#capacity);
    this.#jumps = new Int32Array(this.#capacity);
    this.#depths = new Int32Array(this.#capacity);
    this.#lates = new Int32Array(this.#capacity);
    this.#heads = base ? new Int32Array(0) : new Int32Array(capacityMin).fill(none);
    this.#ownHeads = base ? new Map() : undefined;
  }

  static empty(): Journal {
    return new Journal(undefined);
  }

  /** A journal on top of this one as it is now. */
  fork(): Journal {
    return new Journal(this);
  }

  /** Number of postings, those of the base included. */
  get length(): number {
    return this.#offset + this.#count;
  }

  /**
   * Appends a posting.
   *
   * @throws FigureTooLarge when the balance would leave 64 bits; nothing is appended then
   */
  append(account: number, minor: bigint, day: Day, event: number): void {
    const at = this.#count;
    const self = this.#offset + at;
    const previous = this.head(account);
    let balance = minor;
    let latest = day;
    let depth = 0;
    let jump = self;
    let late = none;
    if (previous !== none) {
      const p = this.#holding(previous);
      const i = previous - p.#offset;
      balance += p.#balances[i] ?? 0n;
      const before = p.#latestDays[i] ?? 0;
      if (day < before) {
        latest = before;
        late = self;
      } else late = p.#lates[i] ?? none;
      const previousDepth = p.#depths[i] ?? 0;
      depth = previousDepth + 1;
      const j = p.#jumps[i] ?? 0;
      const q = this.#holding(j);
      const jumpDepth = q.#depths[j - q.#offset] ?? 0;
      const k = q.#jumps[j - q.#offset] ?? 0;
      const r = this.#holding(k);
      jump = previousDepth - jumpDepth === jumpDepth - (r.#depths[k - r.#offset] ?? 0) ? k : previous;
    }
    if (!fits64(balance)) throw new FigureTooLarge(`balance ${balance}`);
    if (at === this.#capacity) this.#grow(at + 1);
    this.#amounts[at] = minor;
    this.#balances[at] = balance;
    this.#accounts[at] = account;
    this.#events[at] = event;
    this.#days[at] = day;
    this.#latestDays[at] = latest;
    this.#previous[at] = previous;
    this.#jumps[at] = jump;
    this.#depths[at] = depth;
    this.#lates[at] = late;
    this.#count = at + 1;
    this.#setHead(account, self);
  }

  /** The last posting of an account, or -1. */
  head(account: number): number {
    if (this.#ownHeads === undefined || this.#base === undefined) {
      return account < this.#heads.length ? (this.#heads[account] ?? none) : none;
    }
    const own = this.#ownHeads.get(account);
    return own ?? this.#base.headBefore(account, this.#offset);
  }

  /** The last posting of an account among the first `limit`, or -1. */
  headBefore(account: number, limit: number): number {
    let at = this.head(account);
    while (at >= limit) {
      const holding = this.#holding(at);
      const i = at - holding.#offset;
      const jump = holding.#jumps[i] ?? none;
      if (jump >= limit) {
        if (jump === at) return none;
        at = jump;
      } else at = holding.#previous[i] ?? none;
    }
    return at;
  }

  /** The balance of an account as it stands, debit positive. */
  balance(account: number): bigint {
    const head = this.head(account);
    if (head === none) return 0n;
    const holding = this.#holding(head);
    return holding.#balances[head - holding.#offset] ?? 0n;
  }

  /** The latest effective date on an account, or undefined when nothing was posted on it. */
  latestDay(account: number): Day | undefined {
    const head = this.head(account);
    return head === none ? undefined : this.#latestDay(head);
  }

  /** The balance of an account as of a day, by what the first `limit` postings say; debit positive. */
  balanceAt(account: number, day: Day, limit = this.length): bigint {
    const head = this.headBefore(account, limit);
    if (head === none) return 0n;
    if (this.#latestDay(head) <= day) return this.balanceAfter(head);
    const last = this.#lastUpTo(head, day);
    let balance = last === none ? 0n : this.balanceAfter(last);
    for (let late = this.#late(head); late > last; late = this.#late(this.previous(late))) {
      if (this.day(late) <= day) balance += this.amount(late);
    }
    return balance;
  }

  /**
   * The lowest balance of an account on any day from a given one on, seen from its normal side.
   *
   * @param side +1n where debits make the account larger, -1n where credits do
   */
  available(account: number, day: Day, side: 1n | -1n): bigint {
    const head = this.head(account);
    if (head === none) return 0n;
    if (this.#latestDay(head) <= day) return side * this.balanceAfter(head);
    let lowest = side * this.balanceAt(account, day);
    let running = lowest;
    for (const [, net] of this.#netsAfter(head, day)) {
      running += side * net;
      if (running < lowest) lowest = running;
    }
    return lowest;
  }

  /** Net amounts by day after a given one, in the order of the days; debit positive. */
  #netsAfter(head: number, day: Day): [Day, bigint][] {
    const nets = new Map<Day, bigint>();
    for (let at = head; at !== none && this.#latestDay(at) > day; at = this.previous(at)) {
      const on = this.day(at);
      if (on > day) nets.set(on, (nets.get(on) ?? 0n) + this.amount(at));
    }
    return [...nets].sort(([a], [b]) => a - b);
  }

  /**
   * Postings of an account with a date in a range among the first `limit`, in the order of the log, at most `most` of them
   * (`undefined` when there are more).
   */
  postings(account: number, from: Day, to: Day, limit: number, most: number): number[] | undefined {
    const found: number[] = [];
    let head = this.headBefore(account, limit);
    if (head === none) return found;
    if (this.#latestDay(head) > to) {
      const last = this.#lastUpTo(head, to);
      for (let late = this.#late(head); late > last; late = this.#late(this.previous(late))) {
        const on = this.day(late);
        if (on >= from && on <= to) found.push(late);
      }
      head = last;
    }
    for (let at = head; at !== none && this.#latestDay(at) >= from; at = this.previous(at)) {
      const on = this.day(at);
      if (on < from || on > to) continue;
      found.push(at);
      if (found.length > most) return undefined;
    }
    return found.reverse();
  }

  /** Shows the postings of a range of the log, in order; `to` is left out. */
  scan(from: number, to: number, show: (account: number, minor: bigint, day: Day) => void): void {
    if (from < this.#offset) this.#base?.scan(from, Math.min(to, this.#offset), show);
    const end = Math.min(to - this.#offset, this.#count);
    for (let at = Math.max(from - this.#offset, 0); at < end; at++) {
      show(this.#accounts[at] ?? none, this.#amounts[at] ?? 0n, this.#days[at] ?? dayMax);
    }
  }

  /** The last posting at or before `head` on its account up to which no date is later than a day, or -1. */
  #lastUpTo(head: number, day: Day): number {
    let at = head;
    while (at !== none && this.#latestDay(at) > day) {
      const holding = this.#holding(at);
      const jump = holding.#jumps[at - holding.#offset] ?? none;
      at = jump !== at && this.#latestDay(jump) > day ? jump : this.previous(at);
    }
    return at;
  }

  amount(posting: number): bigint {
    const holding = this.#holding(posting);
    return holding.#amounts[posting - holding.#offset] ?? 0n;
  }

  /** The balance of a posting's account after it, in the order of the log; debit positive. */
  balanceAfter(posting: number): bigint {
    const holding = this.#holding(posting);
    return holding.#balances[posting - holding.#offset] ?? 0n;
  }

  account(posting: number): number {
    const holding = this.#holding(posting);
    return holding.#accounts[posting - holding.#offset] ?? none;
  }

  event(posting: number): number {
    const holding = this.#holding(posting);
    return holding.#events[posting - holding.#offset] ?? none;
  }

  day(posting: number): Day {
    const holding = this.#holding(posting);
    return holding.#days[posting - holding.#offset] ?? dayMax;
  }

  /** The posting before this one on its account, or -1. */
  previous(posting: number): number {
    if (posting === none) return none;
    const holding = this.#holding(posting);
    return holding.#previous[posting - holding.#offset] ?? none;
  }

  #latestDay(posting: number): Day {
    const holding = this.#holding(posting);
    return holding.#latestDays[posting - holding.#offset] ?? dayMax;
  }

  #late(posting: number): number {
    if (posting === none) return none;
    const holding = this.#holding(posting);
    return holding.#lates[posting - holding.#offset] ?? none;
  }

  #holding(posting: number): Journal {
    let journal: Journal = this;
    while (posting < journal.#offset && journal.#base !== undefined) journal = journal.#base;
    return journal;
  }

  #setHead(account: number, posting: number): void {
    if (this.#ownHeads !== undefined) {
      this.#ownHeads.set(account, posting);
      return;
    }
    if (account >= this.#heads.length) {
      const wider = new Int32Array(Math.max(account + 1, this.#heads.length * 2)).fill(none);
      wider.set(this.#heads);
      this.#heads = wider;
    }
    this.#heads[account] = posting;
  }

  #grow(needed: number): void {
    let capacity = this.#capacity;
    while (capacity < needed) capacity *= 2;
    this.#capacity = capacity;
    this.#amounts = widened(this.#amounts, new BigInt64Array(capacity));
    this.#balances = widened(this.#balances, new BigInt64Array(capacity));
    this.#accounts = widened(this.#accounts, new Int32Array(capacity));
    this.#events = widened(this.#events, new Int32Array(capacity));
    this.#days = widened(this.#days, new Int32Array(capacity));
    this.#latestDays = widened(this.#latestDays, new Int32Array(capacity));
    this.#previous = widened(this.#previous, new Int32Array(capacity));
    this.#jumps = widened(this.#jumps, new Int32Array(capacity));
    this.#depths = widened(this.#depths, new Int32Array(capacity));
    this.#lates = widened(this.#lates, new Int32Array(capacity));
  }

  /** Moves this fork's postings into its base, which must not have grown since the fork was made. */
  publish(): void {
    const base = this.#base;
    if (base === undefined || base.length !== this.#offset) throw new Error('journal: the base has moved on');
    const start = base.#count;
    const count = this.#count;
    if (start + count > base.#capacity) base.#grow(start + count);
    base.#amounts.set(this.#amounts.subarray(0, count), start);
    base.#balances.set(this.#balances.subarray(0, count), start);
    base.#accounts.set(this.#accounts.subarray(0, count), start);
    base.#events.set(this.#events.subarray(0, count), start);
    base.#days.set(this.#days.subarray(0, count), start);
    base.#latestDays.set(this.#latestDays.subarray(0, count), start);
    base.#previous.set(this.#previous.subarray(0, count), start);
    base.#jumps.set(this.#jumps.subarray(0, count), start);
    base.#depths.set(this.#depths.subarray(0, count), start);
    base.#lates.set(this.#lates.subarray(0, count), start);
    base.#count = start + count;
    for (const [account, head] of this.#ownHeads ?? []) base.#setHead(account, head);
    this.#offset = base.length;
    this.#count = 0;
    this.#ownHeads?.clear();
  }

  /** Reads past a base that holds nothing of its own. */
  skipBase(): void {
    this.#base = this.#base === undefined ? undefined : this.#base.#base;
  }

  /** The columns of a root journal, for a snapshot; `restore` takes them back. */
  columns(): JournalColumns {
    if (this.#base) throw new Error('journal: only a root has columns');
    const count = this.#count;
    return {
      amounts: this.#amounts.slice(0, count),
      balances: this.#balances.slice(0, count),
      accounts: this.#accounts.slice(0, count),
      events: this.#events.slice(0, count),
      days: this.#days.slice(0, count),
      latestDays: this.#latestDays.slice(0, count),
      previous: this.#previous.slice(0, count),
      jumps: this.#jumps.slice(0, count),
      depths: this.#depths.slice(0, count),
      lates: this.#lates.slice(0, count),
      heads: this.#heads.slice(),
    };
  }

  /** A root journal of columns that {@link columns} gave. */
  static restore(columns: JournalColumns): Journal {
    const journal = new Journal(undefined);
    const count = columns.amounts.length;
    journal.#capacity = count;
    journal.#count = count;
    journal.#amounts = columns.amounts;
    journal.#balances = columns.balances;
    journal.#accounts = columns.accounts;
    journal.#events = columns.events;
    journal.#days = columns.days;
    journal.#latestDays = columns.latestDays;
    journal.#previous = columns.previous;
    journal.#jumps = columns.jumps;
    journal.#depths = columns.depths;
    journal.#lates = columns.lates;
    journal.#heads = columns.heads;
    journal.#grow(Math.max(count, capacityMin));
    return journal;
  }
}

/** A root journal's columns, as a snapshot keeps them. */
export interface JournalColumns {
  readonly amounts: BigInt64Array<ArrayBuffer>;
  readonly balances: BigInt64Array<ArrayBuffer>;
  readonly accounts: Int32Array<ArrayBuffer>;
  readonly events: Int32Array<ArrayBuffer>;
  readonly days: Int32Array<ArrayBuffer>;
  readonly latestDays: Int32Array<ArrayBuffer>;
  readonly previous: Int32Array<ArrayBuffer>;
  readonly jumps: Int32Array<ArrayBuffer>;
  readonly depths: Int32Array<ArrayBuffer>;
  readonly lates: Int32Array<ArrayBuffer>;
  readonly heads: Int32Array<ArrayBuffer>;
}

/** The wider of two columns, with the contents of the narrower. */
function widened<T extends { set(from: T): void }>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}
