/**
 * Events and postings as the pages write them: `ToppedUp: reserve +200.00 · wallet:user-1 -200.00`.
 *
 * Accounts of the platform go by name and holder; those of another entity have it in front (`fund/cash`). Debits are positive.
 *
 * @module
 */
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';

/** `wallet:user-1` for `platform:liability:payments:wallet:user-1:CNY`; `fund/cash` for `fund:asset:yuebao:cash:CNY`. */
export function shortName(account: string): string {
  const [entity = '', , , name = '', ...rest] = account.split(':');
  const holder = rest.length > 1 ? `:${rest[0]}` : '';
  return `${entity === 'platform' ? '' : `${entity}/`}${name}${holder}`;
}

/** `wallet:user-1 +120.00`: debits positive, credits negative. */
export const postingText = (account: string, minor: bigint): string =>
  `${shortName(account)} ${minor > 0n ? '+' : ''}${formatMinor(minor, account.split(':').at(-1) ?? 'CNY')}`;

/** The postings of an event, in the order of its entry. */
export const postingsOf = ({ accounts, minors }: StoredEvent): readonly string[] =>
  accounts.map((account, at) => postingText(account, minors[at] ?? 0n));

/** `ToppedUp: reserve +200.00 · wallet:user-1 -200.00`; an event without postings by its type alone. */
export function eventText(event: StoredEvent): string {
  const postings = postingsOf(event);
  return postings.length === 0 ? event.type : `${event.type}: ${postings.join(' · ')}`;
}
