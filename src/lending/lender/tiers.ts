/**
 * Tiers of score: what limits and prices go by.
 *
 * @module
 */

/** Tiers, as records name them: unscored, or from a score on. */
export const tiers = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'] as const;
export type Tier = (typeof tiers)[number];

/** The tier of a score; of a holder without one. Source of the steps: facts.md, zhima: range and tiers (C). */
export function tierOf(score: number | undefined): Tier {
  if (score === undefined || score < 350) return 'unscored';
  if (score < 550) return 'from-350';
  if (score < 600) return 'from-550';
  if (score < 650) return 'from-600';
  return score < 700 ? 'from-650' : 'from-700';
}
