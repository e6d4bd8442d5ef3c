/**
 * Dice that fall the same way everywhere: whole-number arithmetic, a seed, no clock.
 *
 * @module
 */

export interface Dice {
  /** From 0 up to, and without, 1. */
  real(): number;
  /** A whole number, both ends included. */
  whole(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** One of some, each as likely as its weight says. */
  weighted<T>(from: readonly (readonly [T, number])[]): T;
}

/** Mulberry32: a state of 32 bits is enough for some ten thousand throws. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const real = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[Math.floor(real() * from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  };
  return {
    real,
    whole: (low, high) => low + Math.floor(real() * (high - low + 1)),
    chance: (probability) => real() < probability,
    pick,
    weighted: (from) => {
      let left = real() * from.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [one, weight] of from) {
        left -= weight;
        if (left < 0) return one;
      }
      return pick(from)[0];
    },
  };
}
