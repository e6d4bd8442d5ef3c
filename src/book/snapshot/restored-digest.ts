/**
 * The digest of all that a snapshot restores: the state, and beside it what a state's digest leaves out (every posting in its
 * place, and what the register knows of every event). A forged snapshot must not be right in its balances alone.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { House } from '../../kernel/engine/house.ts';
import { digest } from '../../kernel/state/digest.ts';
import type { Restored } from '../book.ts';

const layout = 'formicary restored 1';

/** SHA-256, in hexadecimal digits, over a state, its postings in order, and its register. */
export function restoredDigest(
  house: House,
  { state, register, head }: Pick<Restored, 'state' | 'register' | 'head'>,
): string {
  const hash = createHash('sha256');
  const text = (value: string): void => void hash.update(`${value}\n`);
  const column = (name: string, { buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): void => {
    text(`${name} ${byteLength}`);
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  };
  text(layout);
  text(`${head.revision} ${head.hash} ${head.recordedAt} ${state.marks.events}`);
  text(digest(house, state));
  const { amounts, accounts, days, events } = state.journal.columns();
  const { numbers, ids } = renumbered(accounts, (account) => state.chart.id(account));
  for (const [name, of] of Object.entries({ amounts, days, events, accounts: numbers })) column(name, of);
  text(JSON.stringify(ids));
  const { typeNames, ...columns } = register.columns(register.count);
  for (const [name, of] of Object.entries(columns)) column(name, of);
  const { subjects, keys, keyed } = register.names(register.count);
  column('keyed', keyed);
  text(JSON.stringify([typeNames, subjects, keys]));
  return hash.digest('hex');
}

/** Accounts by the order in which they are first posted on: their own numbers depend on forks that were dropped. */
function renumbered(
  accounts: Int32Array,
  idOf: (account: number) => string,
): { readonly numbers: Int32Array; readonly ids: readonly string[] } {
  const known = new Map<number, number>();
  const ids: string[] = [];
  const numbers = accounts.map((account) => {
    const there = known.get(account);
    if (there !== undefined) return there;
    const number = ids.push(idOf(account)) - 1;
    known.set(account, number);
    return number;
  });
  return { numbers, ids };
}
