/**
 * Recorded time and the clock. Recorded time never runs back: an event is stamped with the later of the clock and the last event. So
 * a clock that was once far ahead stamps all that follows with its mistake, until the true time has come as far.
 *
 * @module
 */

/** How far the last event's time may lie ahead of a clock before it is told, in milliseconds: servers' clocks differ by seconds. */
export const aheadMsMax = 60_000;
/** How many days may pass between two events before it is told: no book that is in use rests for a year. */
export const restDaysMax = 366;

const dayMs = 86_400_000;

/** Seconds by which a book's last event lies ahead of a clock; 0 where it doesn't. Both in milliseconds since the epoch. */
export const secondsAhead = (recordedAt: number, now: number): number =>
  Math.max(0, recordedAt - now) / 1_000;

/** What is to be told where recorded time is ahead of a clock by more than it may be. */
export function aheadWarning(book: string, recordedAt: number, now: number): string | undefined {
  if (recordedAt - now <= aheadMsMax) return undefined;
  const [last, here] = [recordedAt, now].map((ms) => new Date(ms).toISOString());
  return `book ${book}: the last event was recorded at ${last}, and this clock says ${here}: until then every event is recorded at ${last}; check the clocks of all that write to it`;
}

/** What is to be told where so much time lies between an event and the next, or the clock, that a clock may be wrong. */
export function restWarning(book: string, recordedAt: number, next: number): string | undefined {
  const days = Math.floor((next - recordedAt) / dayMs);
  if (recordedAt === 0 || days <= restDaysMax) return undefined;
  const [last, then] = [recordedAt, next].map((ms) => new Date(ms).toISOString());
  return `book ${book}: ${days} days lie between ${last}, when an event was recorded, and ${then}: if a clock is wrong, no later event can be recorded before ${then}`;
}
