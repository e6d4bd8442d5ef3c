/**
 * A journal for hledger (and ledger): a transaction for each event with postings, dated by its effective date, with its revision
 * as code, in the order of dates and then of revisions.
 *
 * @module
 */

import type { House } from '../kernel/engine/house.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import { type Day, formatDay } from '../kernel/values/dates.ts';
import { exponentOf, formatMinor, formatMoney } from '../kernel/values/money.ts';
import type { EventLog } from '../log/port/port.ts';

/** What counts of a log. */
export interface ExportPoint {
  readonly revision: number;
  readonly asOf: Day;
}

/** Events that are read together once their order is known. */
const pageEvents = 1_024;

/** hledger's letters for kinds of accounts; ledger takes them for a comment. */
const letters = { asset: 'A', liability: 'L', equity: 'E', income: 'R', expense: 'X' } as const;

/** The journal of a book up to a point, in chunks. */
export async function* hledgerJournal(
  house: House,
  log: EventLog,
  point: ExportPoint,
  assertions: boolean,
): AsyncGenerator<string, void, void> {
  const { order, accounts, last } = await surveyed(log, point);
  yield* heading(house, accounts);
  const balances = new Map<string, bigint>();
  for (let at = 0; at < order.length; at += pageEvents) {
    let text = '';
    for (const event of await log.readMany([...order.subarray(at, at + pageEvents)])) {
      text += transaction(event);
      if (assertions) addTo(balances, event);
    }
    yield text;
  }
  if (assertions && last !== undefined) yield assertion(balances, last);
}

/** The revisions of events with postings in the order of a journal, and the accounts that they use. */
async function surveyed(
  log: EventLog,
  { revision, asOf }: ExportPoint,
): Promise<{
  readonly order: Float64Array;
  readonly accounts: readonly string[];
  readonly last: Day | undefined;
}> {
  let days = new Int32Array(pageEvents);
  let revisions = new Float64Array(pageEvents);
  const used = new Set<string>();
  let count = 0;
  let sorted = true;
  for await (const events of log.read(0, 'forwards', revision + 1)) {
    for (const { accounts, effectiveOn, revision: own } of events) {
      if (accounts.length === 0 || effectiveOn > asOf) continue;
      if (count === days.length) {
        days = grown(days, new Int32Array(count * 2));
        revisions = grown(revisions, new Float64Array(count * 2));
      }
      if (count > 0 && effectiveOn < (days[count - 1] ?? 0)) sorted = false;
      days[count] = effectiveOn;
      revisions[count] = own;
      count++;
      for (const account of accounts) used.add(account);
    }
  }
  let order = revisions.subarray(0, count);
  if (!sorted) {
    const places = Uint32Array.from({ length: count }, (_, at) => at);
    places.sort((a, b) => (days[a] ?? 0) - (days[b] ?? 0) || a - b);
    order = Float64Array.from(places, (at) => revisions[at] ?? 0);
  }
  let last: Day | undefined;
  for (let at = 0; at < count; at++) last = Math.max(last ?? 0, days[at] ?? 0);
  return { order, accounts: [...used].sort(), last };
}

function grown<T extends { set(from: T): void }>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}

/** Accounts that are declared in one chunk. */
const chunkAccounts = 4_096;

/**
 * What each currency looks like, what kinds of accounts there are, and every account: strict modes take no other. Amounts are written
 * in full, with a point.
 */
function* heading(house: House, accounts: readonly string[]): Generator<string, void, void> {
  let text = '; exported by formicary: amounts are debit positive, codes are revisions\n\n';
  for (const currency of [...new Set(accounts.map(currencyOf))].sort()) {
    const digits = exponentOf(currency) ?? 0;
    text += `commodity ${currency}\n  format 1000.${'0'.repeat(digits)} ${currency}\n\n`;
  }
  const heads = new Map(
    house.kinds.map(({ entity, class: kind }) => [`${entity}:${kind}`, letters[kind]] as const),
  );
  for (const [head, letter] of [...heads].sort()) text += `account ${head}\n  ; type:${letter}\n\n`;
  for (let at = 0; at < accounts.length; at += chunkAccounts) {
    for (const account of accounts.slice(at, at + chunkAccounts)) text += `account ${account}\n`;
    yield text;
    text = '';
  }
  yield `${text}\n`;
}

function transaction({ revision, effectiveOn, type, subject, accounts, minors }: StoredEvent): string {
  let text = `${formatDay(effectiveOn)} * (${revision}) ${plain(`${type} ${subject}`)}\n`;
  accounts.forEach((account, at) => {
    text += `    ${account}  ${formatMoney(minors[at] ?? 0n, currencyOf(account))}\n`;
  });
  return `${text}\n`;
}

/** A transaction of zeros whose assertions say what every account has at the end. */
function assertion(balances: ReadonlyMap<string, bigint>, on: Day): string {
  let text = `${formatDay(on)} * balances at the end\n`;
  for (const [account, minor] of [...balances].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const currency = currencyOf(account);
    text += `    ${account}  ${formatMinor(0n, currency)} ${currency} = ${formatMoney(minor, currency)}\n`;
  }
  return `${text}\n`;
}

function addTo(balances: Map<string, bigint>, { accounts, minors }: StoredEvent): void {
  accounts.forEach((account, at) => {
    balances.set(account, (balances.get(account) ?? 0n) + (minors[at] ?? 0n));
  });
}

const currencyOf = (account: string): string => account.slice(account.lastIndexOf(':') + 1);

/** A description on one line, without what begins a comment or a note. */
const plain = (text: string): string => text.replace(/[;|\r\n]/g, ' ');
