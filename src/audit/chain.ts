/**
 * The chain: every event's hash over all its fields, its link to the event before, its number, and the balance of its entry. A
 * log that keeps bytes of its own is asked for the check of these, too. What was cut off at the end shows only against an anchor.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { genesisHash, hashHolds, type StoredEvent } from '../kernel/state/events.ts';
import { fits64, formatMoney } from '../kernel/values/money.ts';
import { ChainedLog } from '../log/port/chained.ts';
import { type EventLog, emptyHead, type LogHead, LogUnreadable } from '../log/port/port.ts';

/** Most problems that are listed; beyond them they are counted. */
export const problemsMax = 1_000;
/** Events between two reports of progress, at each of which others get their turn. */
const progressEvents = 20_000;

/** What of a log is checked. */
export interface ChainRange {
  /** First revision; 0 by default. Before it only the hash of the one event before is taken, as it stands. */
  readonly from?: number | undefined;
  /** Last revision; the head by default. */
  readonly to?: number | undefined;
  /** Events that are known from elsewhere to have been in the log. */
  readonly anchors?: readonly Anchor[];
}

/** An event that is known from elsewhere to have been in a log. */
export interface Anchor {
  readonly revision: number;
  readonly hash: string;
}

/** What can't be vouched for, and why. */
export interface ChainProblem {
  readonly revision: number;
  readonly reason: string;
}

/** What a verification found. */
export interface Verification {
  /** No problem was found. Remarks don't count. */
  readonly holds: boolean;
  readonly from: number;
  /** The last revision that was checked; below `from` where there was none. */
  readonly to: number;
  /** How many events were checked. */
  readonly events: number;
  /** The last event that was checked: an anchor for the next time. */
  readonly head: { readonly revision: number; readonly hash: string };
  /** The first revision that can't be vouched for. */
  readonly firstBad: number | undefined;
  /** In order of revisions, at most {@link problemsMax}. */
  readonly problems: readonly ChainProblem[];
  readonly problemCount: number;
  /** What could not be checked, in words: `tail not anchored`. */
  readonly remarks: readonly string[];
}

/** A log that checks the bytes that it keeps: what it gives are all its events, in order, and what is wrong with their bytes. */
export interface ByteChecked {
  verifyBatches(): AsyncIterable<{
    readonly first: number;
    readonly last: number;
    /** None where they can't be decoded or are missing. */
    readonly events: readonly StoredEvent[];
    readonly problem: ChainProblem | null;
  }>;
}

const checksBytes = (log: EventLog): log is EventLog & ByteChecked =>
  'verifyBatches' in log && typeof log.verifyBatches === 'function';

/**
 * Verifies a range of a log.
 *
 * @param onProgress told how many events have been checked, and of how many
 * @throws RangeError when the log has no such range
 * @throws LogUnavailable, LogClosed as the log does
 */
export async function verifyChain(
  given: EventLog,
  { from = 0, to, anchors = [] }: ChainRange = {},
  onProgress?: (checked: number, of: number) => void,
): Promise<Verification> {
  // A log that fails at the first event that does not hold would hide those after it.
  const log = ChainedLog.rawOf(given);
  const head = await headOf(log);
  const end = to ?? head?.revision ?? Number.POSITIVE_INFINITY;
  if (from < 0 || (to !== undefined && (to < from || (head !== undefined && to > head.revision))))
    throw new RangeError(`no revisions ${from} to ${to} in a log that ends at ${head?.revision}`);
  const check = new ChainCheck(from);
  if (from > 0) check.previousHash = await hashAt(log, from - 1);
  const of = end - from + 1;
  let told = 0;
  for await (const { events, first, problem } of checksBytes(log)
    ? log.verifyBatches()
    : batches(log, from, end)) {
    if (first > end) break;
    check.batch(events, end, problem);
    if (check.events - told < progressEvents) continue;
    told = check.events;
    onProgress?.(told, of);
    await setImmediate();
  }
  onProgress?.(check.events, of);
  if (end !== Number.POSITIVE_INFINITY) check.missing(end);
  const remarks = await anchored(log, check, anchors, head);
  return check.result(remarks);
}

/** The head of a log, if its end can be read. */
async function headOf(log: EventLog): Promise<LogHead | undefined> {
  try {
    return await log.head();
  } catch (error) {
    if (error instanceof LogUnreadable) return undefined;
    throw error;
  }
}

/** The hash of one event, as it stands; undefined where it can't be read. */
async function hashAt(log: EventLog, revision: number): Promise<string | undefined> {
  try {
    const [event] = await log.readMany([revision]);
    return event?.hash;
  } catch (error) {
    if (error instanceof LogUnreadable) return undefined;
    throw error;
  }
}

/** Batches of a log that keeps no bytes of its own to check; where it can't be read on, that is the last one's problem. */
async function* batches(
  log: EventLog,
  from: number,
  to: number,
): AsyncGenerator<{ first: number; events: readonly StoredEvent[]; problem: ChainProblem | null }> {
  let first = from;
  try {
    for await (const events of log.read(from, 'forwards', to - from + 1)) {
      yield { first, events, problem: null };
      first += events.length;
    }
  } catch (error) {
    if (!(error instanceof LogUnreadable)) throw error;
    yield { first, events: [], problem: { revision: error.revision, reason: error.message } };
  }
}

/** Holds what is known against the log: a problem where they differ, a remark on what nothing vouches for. */
async function anchored(
  log: EventLog,
  check: ChainCheck,
  anchors: readonly Anchor[],
  head: LogHead | undefined,
): Promise<string[]> {
  const last = Math.max(head?.revision ?? -1, check.next - 1);
  let vouched = -1;
  for (const anchor of anchors) {
    vouched = Math.max(vouched, anchor.revision);
    if (anchor.revision > last) {
      check.note(last + 1, `the log ends at ${last}, but event ${anchor.revision} was in it`);
      continue;
    }
    const hash = anchor.revision < 0 ? genesisHash : await hashAt(log, anchor.revision);
    if (hash !== anchor.hash)
      check.note(anchor.revision, `its hash is not the ${anchor.hash} that it was known by`);
  }
  if (vouched >= last) return [];
  return [anchors.length === 0 ? 'tail not anchored' : `tail not anchored after revision ${vouched}`];
}

/** A verification under way. */
class ChainCheck {
  /** The hash that the next event must be linked to; undefined where the event before it could not be read. */
  previousHash: string | undefined = genesisHash;
  next: number;
  events = 0;
  readonly #from: number;
  readonly #problems: ChainProblem[] = [];
  #problemCount = 0;
  #firstBad: number | undefined;
  #lastHash: string = emptyHead.hash;

  constructor(from: number) {
    this.#from = from;
    this.next = from;
  }

  /** Checks the events of a batch that lie in the range. */
  batch(events: readonly StoredEvent[], to: number, problem: ChainProblem | null): void {
    if (problem !== null && problem.revision >= this.#from && problem.revision <= to)
      this.note(problem.revision, problem.reason);
    // After events that can't be read the link of the next one can't be checked; they are a problem by themselves.
    if (events.length === 0) this.previousHash = undefined;
    for (const event of events) {
      if (event.revision < this.#from) continue;
      if (event.revision > to) return;
      this.#event(event);
    }
  }

  #event(event: StoredEvent): void {
    const { revision, hash } = event;
    if (revision !== this.next && this.previousHash !== undefined)
      this.note(this.next, `event ${revision} stands where ${this.next} has to`);
    if (this.previousHash !== undefined && !hashHolds(event, this.previousHash))
      this.note(revision, 'its hash is not that of its fields and of the event before it');
    const wrong = faultOfEntry(event) ?? faultOfCause(event);
    if (wrong !== undefined) this.note(revision, wrong);
    this.previousHash = hash;
    this.#lastHash = hash;
    this.next = revision + 1;
    this.events++;
  }

  note(revision: number, reason: string): void {
    this.#problemCount++;
    if (this.#problems.length < problemsMax) this.#problems.push({ revision, reason });
    if (this.#firstBad === undefined || revision < this.#firstBad) this.#firstBad = revision;
  }

  /** Says so where the log gave fewer events than it says it has. */
  missing(to: number): void {
    if (this.next <= to && this.#problemCount === 0) this.note(this.next, 'it is missing');
  }

  result(remarks: readonly string[]): Verification {
    return {
      holds: this.#problemCount === 0,
      from: this.#from,
      to: this.next - 1,
      events: this.events,
      head: { revision: this.next - 1, hash: this.#lastHash },
      firstBad: this.#firstBad,
      problems: this.#problems.sort((a, b) => a.revision - b.revision),
      problemCount: this.#problemCount,
      remarks,
    };
  }
}

const faultOfCause = ({ revision, cause }: StoredEvent): string | undefined =>
  cause !== null && (cause < 0 || cause >= revision) ? `its cause, ${cause}, is not before it` : undefined;

/** What is wrong with an entry: it must balance per entity and currency, each amount within 64 bits. */
function faultOfEntry({ accounts, minors }: StoredEvent): string | undefined {
  if (accounts.length !== minors.length) return `${accounts.length} accounts and ${minors.length} amounts`;
  const entities: string[] = [];
  const currencies: string[] = [];
  const sums: bigint[] = [];
  for (let at = 0; at < accounts.length; at++) {
    const id = accounts[at] ?? '';
    const minor = minors[at] ?? 0n;
    if (!fits64(minor)) return `${minor} is beyond 64 bits`;
    const entity = id.slice(0, id.indexOf(':'));
    const currency = id.slice(id.lastIndexOf(':') + 1);
    let slot = 0;
    while (slot < sums.length && (entities[slot] !== entity || currencies[slot] !== currency)) slot++;
    entities[slot] = entity;
    currencies[slot] = currency;
    sums[slot] = (sums[slot] ?? 0n) + minor;
  }
  const open = sums.findIndex((sum) => sum !== 0n);
  return open < 0
    ? undefined
    : `its entry does not balance: ${entities[open]} ${formatMoney(sums[open] ?? 0n, currencies[open] ?? '')}`;
}
