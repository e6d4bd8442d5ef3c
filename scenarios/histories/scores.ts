/**
 * What the generator knows of scores: the least that each holder can have, counted as zhima counts, so that no credit is asked
 * for that could be declined. Wallets count with what is surely in them.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';

interface Known {
  since: Day;
  payments: number;
  readonly paid: Set<string>;
  kept: number;
  missed: number;
  /** As of the last score day. */
  least: number | undefined;
}

/** zhima's points at most (600 × its weights), and the figures that earn them. */
const points = { payments: 180, repayment: 210, tenure: 90, assets: 60, relations: 60 };
const full = { payments: 60, tenureDays: 1095, assetsFen: 5_000_000, relations: 20, missedWeight: 4 };
const scoreMin = 350;
/** Scores are computed at the end of this date of a month. */
export const scoreDate = 6;

/** Tiers of limits: scores from which they are reached. */
const tiers = [700, 650, 600, 550, 350] as const;
export type Tier = (typeof tiers)[number];

export class Scores {
  readonly #known = new Map<string, Known>();

  #of(holder: string, day: Day): Known {
    const found = this.#known.get(holder);
    if (found !== undefined) return found;
    const fresh: Known = { since: day, payments: 0, paid: new Set(), kept: 0, missed: 0, least: undefined };
    this.#known.set(holder, fresh);
    return fresh;
  }

  toppedUp(holder: string, day: Day): void {
    this.#of(holder, day);
  }

  paid(holder: string, payee: string, day: Day): void {
    const known = this.#of(holder, day);
    known.payments++;
    known.paid.add(payee);
  }

  /** A debt was paid on while nothing of it was overdue. */
  kept(holder: string, day: Day): void {
    this.#of(holder, day).kept++;
  }

  /** A debt fell into arrears, or a deposit was claimed. */
  missed(holder: string, day: Day): void {
    this.#of(holder, day).missed++;
  }

  /** The least score of a holder as of the last score day; undefined where there may be none. */
  least(holder: string): number | undefined {
    return this.#known.get(holder)?.least;
  }

  /** The tier that a holder surely reaches. */
  tier(holder: string): Tier {
    const least = this.least(holder) ?? scoreMin;
    return tiers.find((from) => from <= least) ?? scoreMin;
  }

  /** At the end of a score day. */
  compute(day: Day, wallet: (holder: string) => number): void {
    for (const [holder, known] of this.#known) {
      const { since, payments, paid, kept, missed } = known;
      const repayment =
        kept + missed === 0
          ? points.repayment / 2
          : (points.repayment * (kept + 1)) / (kept + 1 + full.missedWeight * missed);
      known.least =
        scoreMin +
        Math.floor(points.payments * Math.min(1, payments / full.payments)) +
        Math.floor(repayment) +
        Math.floor((points.tenure * Math.min(full.tenureDays, day - since)) / full.tenureDays) +
        Math.floor((points.assets * Math.min(full.assetsFen, wallet(holder))) / full.assetsFen) +
        Math.floor((points.relations * Math.min(full.relations, paid.size)) / full.relations);
    }
  }
}
