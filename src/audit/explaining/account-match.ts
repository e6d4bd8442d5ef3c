/**
 * Which accounts a text means: one by its id, all below the head of one, or all whose ids begin with what stands before a `*`.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import type { Chart } from '../../kernel/state/journal/chart.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { accountUnknown } from '../../reading/view.ts';

/** The accounts that a text means. */
export interface Meant {
  /** -1 where all of them are larger by credits, else +1: the sign under which debits are shown. */
  readonly side: 1n | -1n;
  has(id: string): boolean;
  /** The same of an account by its number, which is looked up once. */
  hasAccount(chart: Chart, account: number): boolean;
}

/** The accounts that a text means, or a refusal when no account of the house can be meant. */
export function meant(house: House, text: string): Meant | Refusal {
  const open = text.endsWith('*');
  const begins = open ? text.slice(0, -1) : text;
  const kinds = house.kinds.filter(({ path }) => {
    const head = `${path}:`;
    return head.startsWith(open ? begins : `${begins}:`) || begins.startsWith(head);
  });
  if (kinds.length === 0) return new Refusal(accountUnknown, text);
  const has = (id: string): boolean =>
    open ? id.startsWith(begins) : id === begins || id.startsWith(`${begins}:`);
  const known: (boolean | undefined)[] = [];
  return {
    side: kinds.every(({ side }) => side === -1n) ? -1n : 1n,
    has,
    hasAccount: (chart, account) => {
      let found = known[account];
      if (found === undefined) {
        found = has(chart.id(account));
        known[account] = found;
      }
      return found;
    },
  };
}
