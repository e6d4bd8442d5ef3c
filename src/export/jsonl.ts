/**
 * JSON Lines: an event a line with all its fields, so that its hash can be worked out anew elsewhere. Revisions and amounts are
 * text: no reader takes them for floats.
 *
 * @module
 */

import { eventId, type StoredEvent } from '../kernel/state/events.ts';
import { formatDay } from '../kernel/values/dates.ts';
import { formatMinor } from '../kernel/values/money.ts';

/** The line of an event. */
export function jsonLine(event: StoredEvent): string {
  const { accounts, minors, hash, ...rest } = event;
  const entry = accounts.map((account, at) => {
    const currency = account.slice(account.lastIndexOf(':') + 1);
    const minor = minors[at] ?? 0n;
    return { account, amount: formatMinor(minor, currency), currency, minor: minor.toString() };
  });
  const line = {
    ...rest,
    revision: String(rest.revision),
    id: eventId(hash),
    effectiveOn: formatDay(rest.effectiveOn),
    recordedAt: new Date(rest.recordedAt).toISOString(),
    cause: rest.cause === null ? null : String(rest.cause),
    entry,
    hash,
  };
  return `${JSON.stringify(line)}\n`;
}
