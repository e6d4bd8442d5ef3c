/**
 * Net amounts of one account by day, over a stretch of its postings: kept where a posting of a late date makes every later
 * question about an account's lowest balance look back as far as that posting.
 *
 * @module
 */
import { type Day, dayMin } from '../../values/dates.ts';

export class DayNets {
  readonly #nets = new Map<Day, bigint>();
  #last: Day = dayMin;
  /** The last posting that is summed, or -1. */
  through = -1;
  /** The account's last posting before those that are summed, or -1. */
  below = -1;

  /** Adds a posting; debit positive. */
  add(day: Day, minor: bigint): void {
    this.#nets.set(day, (this.#nets.get(day) ?? 0n) + minor);
    if (day > this.#last) this.#last = day;
  }

  /** Adds the nets of the days after one to others. */
  addAfter(day: Day, into: Map<Day, bigint>): void {
    const take = (on: Day, net: bigint | undefined): void => {
      if (net !== undefined) into.set(on, (into.get(on) ?? 0n) + net);
    };
    if (this.#last - day < this.#nets.size) {
      for (let on = day + 1; on <= this.#last; on++) take(on, this.#nets.get(on));
    } else for (const [on, net] of this.#nets) if (on > day) take(on, net);
  }
}
