/**
 * What followed from a fact, by the register: the events of its command, and its reversal.
 *
 * @module
 */
import type { House } from '../kernel/engine/house.ts';
import type { Register } from '../kernel/state/register.ts';

/** The events of the command that made a fact: what opened the book before it, and what the rules derived after it. */
export function eventsAround(
  house: House,
  register: Register,
  revision: number,
  head: number,
): { readonly first: number; readonly last: number } {
  const { opened, extended } = house.own;
  const before = revision > 0 ? register.type(revision - 1) : '';
  let last = revision;
  while (last < head && register.cause(last + 1) === revision) last++;
  return { first: before === opened.name || before === extended.name ? revision - 1 : revision, last };
}

/** The revision at which an event was reversed, if it was. */
export function reversalOf(register: Register, revision: number): number | undefined {
  for (const by of register.ofSubject(`event/${revision}`, register.count)) return by;
  return undefined;
}
