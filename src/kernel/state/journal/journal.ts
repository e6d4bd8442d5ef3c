/**
 * The journal: every posting of a book, in columns, each linked to the one before it on the same account. A posting carries
 * the balance after it and the latest effective date up to it, and a second, longer link back; so any balance, at any point of
 * both axes, is a logarithmic walk. Columns only grow, so a fork shares those of its base up to the length at which it was
 * made, whatever the base does afterwards.
 *
 * @module
 */
import { type Day, dayMax, dayMin } from '../../values/dates.ts';
import { fits64 } from '../../values/money.ts';
import { DayNets } from './day-nets.ts';
import { countUpTo, type Run, SortedRuns, sumUpTo } from './sorted-postings.ts';

const capacityMin = 256;
/** From this many postings on, columns grow by a quarter instead of doubling: 48 bytes a posting stay below 64 with the slack. */
const capacityDoubledMax = 1 << 20;
/** How many back-dated postings a look along an account's chain passes over before it goes to sorted runs. */
const latesWalkedMax = 2048;
/** How many accounts a layer keeps sorted runs of: some 20 bytes a posting each. */
const runsKeptMax = 8;
/** How many postings of a layer {@link Journal.available} passes over before it keeps their nets by day, and of how many accounts. */
const netsWalkedMax = 256;
const netsKeptMax = 1024;

/** Room in a restored journal for what is posted next. */
const capacityRestored = 1.125;

const none = -1;

/** What is kept of an account's last posting: its number, and then this, at these places. */
const tail = {
  latestDay: 1,
  depth: 2,
  late: 3,
  jump: 4,
  jumpDepth: 5,
  further: 6,
  furtherDepth: 7,
  size: 8,
} as const;

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
  /**
   * What the next posting of each account goes on from, side by side so that it is one look at memory: at the root alone, see
   * {@link tail}. A fork keeps only the last posting of the accounts that it posted on.
   */
  #tails: Int32Array;
  #tailBalances: BigInt64Array;
  readonly #ownHeads: Map<number, number> | undefined;
  /** Of this layer's own postings, for accounts where walks are long; made on demand, thrown away at will. */
  readonly #runs = new Map<number, SortedRuns>();
  readonly #nets = new Map<number, DayNets>();

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
    this.#tails = new Int32Array(base ? 0 : capacityMin * tail.size).fill(none);
    this.#tailBalances = new BigInt64Array(base ? 0 : capacityMin);
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
   * @throws FigureTooLarge when the amount or the balance would leave 64 bits; nothing is appended then
   */
  append(account: number, minor: bigint, day: Day, event: number): void {
    if (this.#ownHeads === undefined) this.#appendToRoot(account, minor, day, event);
    else this.#appendToFork(account, minor, day, event);
  }

  #appendToRoot(account: number, minor: bigint, day: Day, event: number): void {
    const self = this.#count;
    const t = account * tail.size;
    if (t >= this.#tails.length) this.#widenTails(account);
    const tails = this.#tails;
    const previous = tails[t] ?? none;
    const balance = (this.#tailBalances[account] ?? 0n) + minor;
    if (!fits64(minor)) throw new FigureTooLarge(`amount ${minor}`);
    if (!fits64(balance)) throw new FigureTooLarge(`balance ${balance}`);
    if (self === this.#capacity) this.#grow(self + 1);
    let latest = day;
    let late = none;
    let depth = 0;
    let jump = self;
    let jumpDepth = 0;
    let further = self;
    let furtherDepth = 0;
    if (previous !== none) {
      const before = tails[t + tail.latestDay] ?? 0;
      if (day < before) {
        latest = before;
        late = self;
      } else late = tails[t + tail.late] ?? none;
      const previousDepth = tails[t + tail.depth] ?? 0;
      depth = previousDepth + 1;
      jumpDepth = tails[t + tail.jumpDepth] ?? 0;
      if (previousDepth - jumpDepth === jumpDepth - (tails[t + tail.furtherDepth] ?? 0)) {
        jump = tails[t + tail.further] ?? 0;
        jumpDepth = tails[t + tail.furtherDepth] ?? 0;
        further = this.#jumps[jump] ?? 0;
        furtherDepth = this.#depths[further] ?? 0;
      } else {
        further = tails[t + tail.jump] ?? 0;
        furtherDepth = jumpDepth;
        jump = previous;
        jumpDepth = previousDepth;
      }
    }
    this.#amounts[self] = minor;
    this.#balances[self] = balance;
    this.#accounts[self] = account;
    this.#events[self] = event;
    this.#days[self] = day;
    this.#latestDays[self] = latest;
    this.#previous[self] = previous;
    this.#jumps[self] = jump;
    this.#depths[self] = depth;
    this.#lates[self] = late;
    this.#count = self + 1;
    tails[t] = self;
    tails[t + tail.latestDay] = latest;
    tails[t + tail.depth] = depth;
    tails[t + tail.late] = late;
    tails[t + tail.jump] = jump;
    tails[t + tail.jumpDepth] = jumpDepth;
    tails[t + tail.further] = further;
    tails[t + tail.furtherDepth] = furtherDepth;
    this.#tailBalances[account] = balance;
  }

  #appendToFork(account: number, minor: bigint, day: Day, event: number): void {
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
    if (!fits64(minor)) throw new FigureTooLarge(`amount ${minor}`);
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
      return this.#tails[account * tail.size] ?? none;
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
    if (this.#ownHeads === undefined) return this.#tailBalances[account] ?? 0n;
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
    if (this.#ownHeads === undefined && limit >= this.#count) {
      const t = account * tail.size;
      if ((this.#tails[t] ?? none) === none) return 0n;
      if ((this.#tails[t + tail.latestDay] ?? 0) <= day) return this.#tailBalances[account] ?? 0n;
    }
    const head = this.headBefore(account, limit);
    if (head === none) return 0n;
    if (this.#latestDay(head) <= day) return this.balanceAfter(head);
    return this.#sumThrough(account, head, day, dayEnd);
  }

  /** The sum of an account's postings up to and with a (day, number), among the first `limit`; debit positive. */
  balanceThrough(account: number, day: Day, posting: number, limit = this.length): bigint {
    const head = this.headBefore(account, limit);
    return head === none ? 0n : this.#sumThrough(account, head, day, posting);
  }

  #sumThrough(account: number, head: number, day: Day, posting: number): bigint {
    const last = this.#lastUpTo(head, day, posting);
    let balance = last === none ? 0n : this.balanceAfter(last);
    let walked = 0;
    for (let late = this.#late(head); late > last; late = this.#late(this.previous(late))) {
      if (++walked > latesWalkedMax) {
        let sum = 0n;
        for (const run of this.#runsUpTo(account, head)) sum += sumUpTo(run, day, posting);
        return sum;
      }
      const on = this.day(late);
      if (on < day || (on === day && late <= posting)) balance += this.amount(late);
    }
    return balance;
  }

  /**
   * The lowest balance of an account on any day from a given one on, seen from its normal side.
   *
   * @param side +1n where debits make the account larger, -1n where credits do
   */
  available(account: number, day: Day, side: 1n | -1n): bigint {
    if (this.#ownHeads === undefined) {
      const t = account * tail.size;
      if ((this.#tails[t] ?? none) === none) return 0n;
      if ((this.#tails[t + tail.latestDay] ?? 0) <= day) return side * (this.#tailBalances[account] ?? 0n);
    }
    const head = this.head(account);
    if (head === none) return 0n;
    if (this.#latestDay(head) <= day) return side * this.balanceAfter(head);
    const nets = this.#netsAfter(account, head, day);
    let running = side * this.balanceAfter(head);
    for (const net of nets.values()) running -= side * net;
    let lowest = running;
    for (const [, net] of [...nets].sort(([a], [b]) => a - b)) {
      running += side * net;
      if (running < lowest) lowest = running;
    }
    return lowest;
  }

  /** Net amounts by day after a given one; debit positive. */
  #netsAfter(account: number, head: number, day: Day): Map<Day, bigint> {
    const nets = new Map<Day, bigint>();
    let layer: Journal | undefined;
    let walked = 0;
    for (let at = head; at !== none && this.#latestDay(at) > day; ) {
      const holding = this.#holding(at);
      if (holding !== layer) {
        layer = holding;
        walked = 0;
      }
      const long = ++walked > netsWalkedMax || holding.#nets.has(account);
      const kept = long ? holding.#netsThrough(account, at) : undefined;
      if (kept !== undefined) {
        kept.addAfter(day, nets);
        at = kept.below;
        continue;
      }
      const on = this.day(at);
      if (on > day) nets.set(on, (nets.get(on) ?? 0n) + this.amount(at));
      at = this.previous(at);
    }
    return nets;
  }

  /** The nets of an account's postings in this layer up to one; undefined when more have been summed already. */
  #netsThrough(account: number, posting: number): DayNets | undefined {
    let nets = this.#nets.get(account);
    if (nets === undefined) {
      nets = keep(this.#nets, account, new DayNets(), netsKeptMax);
      nets.through = this.#offset - 1;
      nets.below = this.#base === undefined ? none : this.#base.headBefore(account, this.#offset);
    }
    if (nets.through > posting) return undefined;
    for (let at = posting; at > nets.through; at = this.previous(at)) nets.add(this.day(at), this.amount(at));
    nets.through = posting;
    return nets;
  }

  /**
   * Postings of an account with a date in a range among the first `limit`, in the order of the log, at most `most` of them
   * (`undefined` when there are more).
   */
  postings(account: number, from: Day, to: Day, limit: number, most: number): number[] | undefined {
    const found = this.page(account, { day: from, posting: none }, to, limit, most + 1);
    return found.length > most ? undefined : found.sort((a, b) => a - b);
  }

  /** The first `most` postings of an account after a (day, number) and up to a day, in order of (day, number), among the first `limit`. */
  page(account: number, after: PostingKey, to: Day, limit: number, most: number): number[] {
    const head = this.headBefore(account, limit);
    if (head === none) return [];
    const found =
      this.#pageOfChain(head, after, to, most) ?? this.#pageOfRuns(account, head, after, to, most);
    return found.sort((a, b) => this.#inOrder(a, b)).slice(0, most);
  }

  /** A page, unsorted and with some more, from the account's chain; undefined when that would be a long walk. */
  #pageOfChain(head: number, after: PostingKey, to: Day, most: number): number[] | undefined {
    const found: number[] = [];
    const last = this.#lastUpTo(head, after.day, after.posting);
    let walked = 0;
    for (let late = this.#late(head); late > last; late = this.#late(this.previous(late))) {
      if (++walked > latesWalkedMax) return undefined;
      const on = this.day(late);
      if (on <= to && (on > after.day || (on === after.day && late > after.posting))) found.push(late);
    }
    // Postings that aren't late follow each other by date: those of the page are next after the last that is passed over.
    const end = this.#lastUpTo(head, to, dayEnd);
    if (end <= last) return found;
    const endDepth = this.#depth(end);
    let timely = 0;
    walked = 0;
    for (let depth = last === none ? 0 : this.#depth(last) + 1; depth <= endDepth && timely < most; ) {
      const upTo = Math.min(depth + most - 1, endDepth);
      for (let at = this.#atDepth(end, upTo); at > last && this.#depth(at) >= depth; at = this.previous(at)) {
        if (++walked > most + latesWalkedMax) return undefined;
        if (this.#late(at) === at) continue;
        found.push(at);
        timely++;
      }
      depth = upTo + 1;
    }
    return found;
  }

  /** A page, unsorted and with some more, from sorted runs. */
  #pageOfRuns(account: number, head: number, after: PostingKey, to: Day, most: number): number[] {
    const found: number[] = [];
    let worst: number | undefined;
    for (const run of this.#runsUpTo(account, head)) {
      for (let at = countUpTo(run, after.day, after.posting); at < run.days.length; at++) {
        const posting = run.postings[at] ?? none;
        if ((run.days[at] ?? dayMax) > to) break;
        if (worst !== undefined && this.#inOrder(posting, worst) > 0) break;
        if (found.push(posting) < 2 * most) continue;
        found.sort((a, b) => this.#inOrder(a, b)).splice(most);
        worst = found.at(-1);
      }
    }
    return found;
  }

  /** Compares postings by their places in a statement. */
  #inOrder(a: number, b: number): number {
    return this.day(a) - this.day(b) || a - b;
  }

  /** All postings of an account up to one, in sorted runs, layer by layer. */
  #runsUpTo(account: number, head: number): Run[] {
    const runs: Run[] = [];
    for (let at = head; at !== none; ) {
      const layer = this.#holding(at);
      const kept = layer.#sortedThrough(account, at);
      runs.push(...kept.upTo(at, layer));
      at = kept.below;
    }
    return runs;
  }

  /** The sorted runs of an account's postings in this layer, up to one at least. */
  #sortedThrough(account: number, posting: number): SortedRuns {
    let kept = this.#runs.get(account);
    if (kept === undefined) {
      const below = this.#base === undefined ? none : this.#base.headBefore(account, this.#offset);
      kept = keep(this.#runs, account, new SortedRuns(below), runsKeptMax);
    }
    const later: number[] = [];
    const known = Math.max(kept.last, this.#offset - 1);
    for (let at = posting; at > known; at = this.previous(at)) later.push(at);
    if (later.length > 0) kept.extend(later.reverse(), this);
    return kept;
  }

  /** Whether an account has a posting dated up to a day among the first `limit`. */
  touched(account: number, day: Day, limit = this.length): boolean {
    const head = this.headBefore(account, limit);
    if (head === none) return false;
    if (this.#lastUpTo(head, day, dayEnd) !== none) return true;
    return this.page(account, { day: dayMin, posting: none }, day, limit, 1).length > 0;
  }

  /** The journal at the bottom, and how many of its postings are also this one's: those stay as they are for good. */
  get ground(): { readonly journal: Journal; readonly length: number } {
    let journal: Journal = this;
    let { length } = this;
    while (journal.#base !== undefined) {
      length = Math.min(length, journal.#offset);
      journal = journal.#base;
    }
    return { journal, length };
  }

  /** Shows the postings of a range of the log, in order; `to` is left out. */
  scan(from: number, to: number, show: (account: number, minor: bigint, day: Day) => void): void {
    if (from < this.#offset) this.#base?.scan(from, Math.min(to, this.#offset), show);
    const end = Math.min(to - this.#offset, this.#count);
    for (let at = Math.max(from - this.#offset, 0); at < end; at++) {
      show(this.#accounts[at] ?? none, this.#amounts[at] ?? 0n, this.#days[at] ?? dayMax);
    }
  }

  /**
   * The last posting at or before `head` on its account up to which no (latest day, number) comes after the given one, or -1.
   * All postings up to it come up to the given one; of those after it only late ones do.
   */
  #lastUpTo(head: number, day: Day, posting: number): number {
    const beyond = (at: number): boolean => {
      const latest = this.#latestDay(at);
      return latest > day || (latest === day && at > posting);
    };
    let at = head;
    while (at !== none && beyond(at)) {
      const holding = this.#holding(at);
      const jump = holding.#jumps[at - holding.#offset] ?? none;
      at = jump !== at && beyond(jump) ? jump : this.previous(at);
    }
    return at;
  }

  /** How many postings of its account come before a posting. */
  #depth(posting: number): number {
    const holding = this.#holding(posting);
    return holding.#depths[posting - holding.#offset] ?? 0;
  }

  /** The posting of the same account that has `depth` postings before it; at or before `posting`. */
  #atDepth(posting: number, depth: number): number {
    let at = posting;
    while (this.#depth(at) > depth) {
      const holding = this.#holding(at);
      const jump = holding.#jumps[at - holding.#offset] ?? none;
      at = this.#depth(jump) >= depth ? jump : this.previous(at);
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
    this.#loadTail(account, posting);
  }

  /** Takes what a posting of the root says into the tail of its account. */
  #loadTail(account: number, posting: number): void {
    const t = account * tail.size;
    if (t >= this.#tails.length) this.#widenTails(account);
    const jump = this.#jumps[posting] ?? 0;
    const further = this.#jumps[jump] ?? 0;
    this.#tails[t] = posting;
    this.#tails[t + tail.latestDay] = this.#latestDays[posting] ?? 0;
    this.#tails[t + tail.depth] = this.#depths[posting] ?? 0;
    this.#tails[t + tail.late] = this.#lates[posting] ?? none;
    this.#tails[t + tail.jump] = jump;
    this.#tails[t + tail.jumpDepth] = this.#depths[jump] ?? 0;
    this.#tails[t + tail.further] = further;
    this.#tails[t + tail.furtherDepth] = this.#depths[further] ?? 0;
    this.#tailBalances[account] = this.#balances[posting] ?? 0n;
  }

  #widenTails(account: number): void {
    const accounts = Math.max(account + 1, this.#tailBalances.length * 2);
    const tails = new Int32Array(accounts * tail.size).fill(none);
    tails.set(this.#tails);
    this.#tails = tails;
    this.#tailBalances = widened(this.#tailBalances, new BigInt64Array(accounts));
  }

  #grow(needed: number): void {
    const { length } = this.#amounts;
    const roomier = length < capacityDoubledMax ? length * 2 : Math.ceil(length * 1.25);
    const capacity = Math.max(needed, roomier);
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
    this.#runs.clear();
    this.#nets.clear();
  }

  /** Reads past a base that holds nothing of its own. */
  skipBase(): void {
    this.#base = this.#base === undefined ? undefined : this.#base.#base;
  }

  /** What a root journal's postings say, for a snapshot; {@link restore} takes it back. */
  columns(): JournalColumns {
    if (this.#base) throw new Error('journal: only a root has columns');
    const count = this.#count;
    return {
      amounts: this.#amounts.slice(0, count),
      accounts: this.#accounts.slice(0, count),
      days: this.#days.slice(0, count),
      events: this.#events.slice(0, count),
    };
  }

  /**
   * A root journal of what {@link columns} gave. Balances and links are worked out again: that is quicker than reading and
   * checking them would be.
   *
   * @throws RangeError when the columns can't be those of a journal
   */
  static restore({ amounts, accounts, days, events }: JournalColumns): Journal {
    const count = amounts.length;
    if (accounts.length !== count || days.length !== count || events.length !== count)
      throw new RangeError('journal: columns of different lengths');
    const journal = new Journal(undefined);
    journal.#amounts = new BigInt64Array(0);
    journal.#grow(Math.max(Math.ceil(count * capacityRestored), capacityMin));
    journal.#amounts.set(amounts);
    journal.#accounts.set(accounts);
    journal.#days.set(days);
    journal.#events.set(events);
    journal.#count = count;
    journal.#link();
    return journal;
  }

  /** Works balances and links of a root's postings out, as {@link append} does for each. */
  #link(): void {
    const accounts = this.#accounts.subarray(0, this.#count);
    const last = accounts.reduce((most, account) => Math.max(most, account), capacityMin - 1);
    const heads = new Int32Array(last + 1).fill(none);
    const [amounts, balances, days, latestDays] = [
      this.#amounts,
      this.#balances,
      this.#days,
      this.#latestDays,
    ];
    const [links, jumps, depths, lates] = [this.#previous, this.#jumps, this.#depths, this.#lates];
    for (let at = 0; at < accounts.length; at++) {
      const account = accounts[at] ?? 0;
      const previous = heads[account] ?? none;
      const day = days[at] ?? 0;
      const amount = amounts[at] ?? 0n;
      heads[account] = at;
      links[at] = previous;
      if (previous === none) {
        balances[at] = amount;
        latestDays[at] = day;
        depths[at] = 0;
        jumps[at] = at;
        lates[at] = none;
        continue;
      }
      balances[at] = BigInt.asIntN(64, (balances[previous] ?? 0n) + amount);
      const before = latestDays[previous] ?? 0;
      latestDays[at] = day < before ? before : day;
      lates[at] = day < before ? at : (lates[previous] ?? none);
      const depth = depths[previous] ?? 0;
      depths[at] = depth + 1;
      const jump = jumps[previous] ?? 0;
      const further = jumps[jump] ?? 0;
      const jumpDepth = depths[jump] ?? 0;
      jumps[at] = depth - jumpDepth === jumpDepth - (depths[further] ?? 0) ? further : previous;
    }
    for (let account = 0; account < heads.length; account++) {
      const head = heads[account] ?? none;
      if (head !== none) this.#loadTail(account, head);
    }
  }
}

/** A root journal's postings, as a snapshot keeps them: all else follows from these. */
export interface JournalColumns {
  /** Minor units, debit positive. */
  readonly amounts: BigInt64Array;
  readonly accounts: Int32Array;
  readonly days: Int32Array;
  readonly events: Int32Array;
}

/** A place among an account's postings in the order of its statement: by effective date, then by the order of the log. */
export interface PostingKey {
  readonly day: Day;
  /** A posting's number; -1 for before all of the day. */
  readonly posting: number;
}

/** After every posting of a day. */
const dayEnd = Number.POSITIVE_INFINITY;

/** Keeps a value, and lets the oldest go when there are too many. */
function keep<V>(kept: Map<number, V>, account: number, value: V, most: number): V {
  for (const oldest of kept.keys()) {
    if (kept.size < most) break;
    kept.delete(oldest);
  }
  kept.set(account, value);
  return value;
}

/** The wider of two columns, with the contents of the narrower. */
function widened<T extends { set(from: T): void }>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}
