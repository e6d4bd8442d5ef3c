/**
 * What books take in memory, by their numbers of events and postings.
 *
 * @module
 */

/**
 * What a book holds in memory, in bytes, with its tables, look-ups and texts: measured on histories of 80 thousand to 450 thousand
 * events, by which these figures come to between three quarters of the truth and the whole of it.
 */
const bytesOf = { posting: 60, event: 250 } as const;
/** Postings of an event, where only the number of events is known: 2.7 to 4 in the histories that we have. */
export const postingsOfEvent = 3;

/** Bytes that a book of so many events and postings takes. */
export const bytesOfBook = (events: number, postings: number): number =>
  events * bytesOf.event + postings * bytesOf.posting;
