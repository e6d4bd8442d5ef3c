/**
 * Runs: the postings of one account cut into stretches of the log, each sorted by effective date, with running sums. They are
 * made when so many postings are back-dated that a walk along the account's chain would be long; then any balance is a binary
 * search a run.
 *
 * @module
 */
import type { Day } from '../../values/dates.ts';

/** What runs are made of: a journal's postings by number. */
export interface Postings {
  day(posting: number): Day;
  amount(posting: number): bigint;
}

/** Postings in order of (day, number), and the sum up to and with each; debit positive. */
export interface Run {
  readonly days: Int32Array;
  readonly postings: Int32Array;
  /** Plain bigints where a sum in the order of days leaves 64 bits. */
  readonly sums: BigInt64Array | readonly bigint[];
}

/** Length of a run: 3 M postings are some 1,500 runs, and a rest of one run sorts in a fraction of a millisecond. */
const runPostings = 2048;

/** The postings of an account in one layer of a journal. */
export class SortedRuns {
  /** The account's last posting below the layer, or -1. */
  readonly below: number;
  /** In the order of the log. */
  #postings = new Int32Array(runPostings);
  #count = 0;
  readonly #runs: Run[] = [];

  constructor(below: number) {
    this.below = below;
  }

  /** The last posting that has been taken in, or -1. */
  get last(): number {
    return this.#count === 0 ? -1 : (this.#postings[this.#count - 1] ?? -1);
  }

  /** Takes in later postings, in the order of the log. */
  extend(later: readonly number[], of: Postings): void {
    if (this.#count + later.length > this.#postings.length) {
      const wider = new Int32Array(Math.max(this.#count + later.length, this.#postings.length * 2));
      wider.set(this.#postings);
      this.#postings = wider;
    }
    this.#postings.set(later, this.#count);
    this.#count += later.length;
    for (let end = (this.#runs.length + 1) * runPostings; end <= this.#count; end += runPostings) {
      this.#runs.push(runOf(this.#postings.subarray(end - runPostings, end), of));
    }
  }

  /** Runs of exactly the postings up to and with one. */
  upTo(posting: number, of: Postings): readonly Run[] {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#postings[middle] ?? 0) <= posting) low = middle + 1;
      else high = middle;
    }
    const whole = Math.floor(low / runPostings);
    const runs = this.#runs.slice(0, whole);
    if (whole * runPostings < low) runs.push(runOf(this.#postings.subarray(whole * runPostings, low), of));
    return runs;
  }
}

function runOf(postings: Int32Array, of: Postings): Run {
  const count = postings.length;
  // One figure a posting sorts natively: the day, then the place in the log. Both are far from 53 bits together.
  const keys = new Float64Array(count);
  for (let at = 0; at < count; at++) keys[at] = of.day(postings[at] ?? 0) * runPostings + at;
  keys.sort();
  const days = new Int32Array(count);
  const sorted = new Int32Array(count);
  const sums = new BigInt64Array(count);
  let wide: bigint[] | undefined;
  let sum = 0n;
  for (let at = 0; at < count; at++) {
    const key = keys[at] ?? 0;
    const day = Math.floor(key / runPostings);
    const posting = postings[key - day * runPostings] ?? 0;
    days[at] = day;
    sorted[at] = posting;
    sum += of.amount(posting);
    sums[at] = sum;
    if (sums[at] !== sum) wide ??= [...sums.subarray(0, at)];
    wide?.push(sum);
  }
  return { days, postings: sorted, sums: wide ?? sums };
}

/** How many postings of a run come up to and with a (day, number). */
export function countUpTo({ days, postings }: Run, day: Day, posting: number): number {
  let low = 0;
  let high = days.length;
  if (high > 0 && (days[high - 1] ?? 0) < day) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const on = days[middle] ?? 0;
    if (on < day || (on === day && (postings[middle] ?? 0) <= posting)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sum of a run's postings up to and with a (day, number). */
export function sumUpTo(run: Run, day: Day, posting: number): bigint {
  const count = countUpTo(run, day, posting);
  return count === 0 ? 0n : (run.sums[count - 1] ?? 0n);
}
