/** Rules altered: entries that pass on what is written to them, otherwise. */
import type { AccountKind } from '../../src/kernel/contract/account.ts';
import type { NewEntry } from '../../src/kernel/contract/reading.ts';

/** An entry whose every amount, debit positive, is passed on as another. */
export const altering = (
  entry: NewEntry,
  other: (kind: AccountKind, minor: bigint, at: number) => bigint,
): NewEntry => {
  let at = 0;
  const pass = (kind: AccountKind, minor: bigint, holder?: string, currency?: string): void =>
    entry.debit(kind, other(kind, minor, at++), holder, currency);
  return {
    debit: pass,
    credit: (kind, minor, holder, currency) => pass(kind, -minor, holder, currency),
  };
};

/** A minor unit more on the accounts of one name, and less on those of another. */
export const shifting = (entry: NewEntry, up: string, down: string): NewEntry =>
  altering(entry, ({ name }, minor) => minor + (name === up ? 1n : name === down ? -1n : 0n));
