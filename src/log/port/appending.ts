/**
 * What every engine asks of the events that it is to append, before it writes any of them.
 *
 * @module
 */
import { hashHolds, type StoredEvent } from '../../kernel/state/events.ts';
import { type LogHead, LogUnreadable } from './port.ts';

/**
 * @throws RangeError unless the events are numbered on from the expected revision, each with as many accounts as amounts, and none
 * its own cause
 */
export function checkEvents(expectedRevision: number, events: readonly StoredEvent[]): void {
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < -1) {
    throw new RangeError(`not a revision to append after: ${expectedRevision}`);
  }
  let revision = expectedRevision;
  for (const event of events) {
    revision += 1;
    if (event.revision !== revision)
      throw new RangeError(`revision ${event.revision} where ${revision} has to stand`);
    const { accounts, minors, cause } = event;
    if (accounts.length !== minors.length) {
      throw new RangeError(`revision ${revision}: ${accounts.length} accounts and ${minors.length} amounts`);
    }
    if (cause === revision) throw new RangeError(`revision ${revision} is its own cause`);
  }
}

/**
 * The first event has to be chained to the log's last one, else every event from there on would fail its verification: a file
 * that was put in place of another under a running book.
 *
 * @throws LogUnreadable the log ends in another event than the one that the writer knows
 */
export function checkChained(head: Pick<LogHead, 'revision' | 'hash'>, events: readonly StoredEvent[]): void {
  const [first] = events;
  if (first !== undefined && !hashHolds(first, head.hash)) {
    throw new LogUnreadable(
      first.revision,
      `the event to append is not chained to the log's head ${head.hash}`,
    );
  }
}

/** Whether stored events are those that somebody wants to append: a resend after a lost answer. */
export const sameEvents = (stored: readonly StoredEvent[], wanted: readonly StoredEvent[]): boolean =>
  stored.length === wanted.length && stored.every((event, at) => event.hash === wanted[at]?.hash);
