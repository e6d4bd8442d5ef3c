/**
 * Comma-separated values: a posting a line (RFC 4180, with line feeds), amounts debit positive.
 *
 * @module
 */

import type { StoredEvent } from '../kernel/state/events.ts';
import { formatDay } from '../kernel/values/dates.ts';
import { formatMinor } from '../kernel/values/money.ts';

const columns = [
  'revision',
  'date',
  'type',
  'subject',
  'segment',
  'kind',
  'cause',
  'actor',
  'account',
  'amount',
  'currency',
];

/** The heading, and the lines of an event: none for one without postings. */
export const csvLines = {
  head: `${columns.join(',')}\n`,
  of({ accounts, minors, ...event }: StoredEvent): string {
    if (accounts.length === 0) return '';
    const { revision, effectiveOn, type, subject, segment, kind, cause, actor } = event;
    const shared = [revision, formatDay(effectiveOn), type, subject, segment, kind, cause ?? '', actor]
      .map((value) => quoted(String(value)))
      .join(',');
    let text = '';
    accounts.forEach((account, at) => {
      const currency = account.slice(account.lastIndexOf(':') + 1);
      text += `${shared},${quoted(account)},${formatMinor(minors[at] ?? 0n, currency)},${currency}\n`;
    });
    return text;
  },
};

/**
 * A value in quotation marks where it needs them. A text that a spreadsheet would take for a formula is led by an apostrophe:
 * actors come from outside.
 */
function quoted(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
