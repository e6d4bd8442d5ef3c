/**
 * The reference of sample: written from page.md alone, slow and plain. What it says of wallets is held against the line on random
 * histories, to the last minor unit.
 *
 * @module
 */

/** What somebody wishes: day numbers count from 0; amounts are minor units. */
export interface Wish {
  readonly day: number;
  readonly sample: string;
  readonly holder: string;
  readonly minor: bigint;
}

/** Wallets, once every day up to the last is closed. */
export function walletsAfter(
  wishes: readonly Wish[],
  filled: ReadonlyMap<string, bigint>,
  last: number,
  backAfterDays: number,
): ReadonlyMap<string, bigint> {
  const wallets = new Map(filled);
  const held = new Map<string, Wish>();
  const used = new Set<string>();
  const add = (holder: string, minor: bigint): void => {
    wallets.set(holder, (wallets.get(holder) ?? 0n) + minor);
  };
  for (let day = 0; day <= last; day++) {
    for (const wish of wishes) {
      if (wish.day !== day || used.has(wish.sample)) continue;
      if ((wallets.get(wish.holder) ?? 0n) < wish.minor) continue;
      used.add(wish.sample);
      held.set(wish.sample, wish);
      add(wish.holder, -wish.minor);
    }
    for (const [sample, wish] of [...held]) {
      if (day - wish.day < backAfterDays) continue;
      held.delete(sample);
      add(wish.holder, wish.minor);
    }
  }
  return wallets;
}
