/**
 * The register: what is kept in memory of each event of a log, in columns, and the look-ups by key and by subject.
 *
 * @module
 */
import type { Day } from './dates.ts';
import type { StoredEvent } from './events.ts';

const none = -1;
const capacityMin = 1024;

/** The first 64 bits of an input's hash: enough to tell whether a repeated key came with the same input. */
const hashHead = (hash: string): bigint => BigInt.asIntN(64, BigInt(`0x${hash.slice(0, 16)}`));

export class Register {
  #count = 0;
  #days = new Int32Array(capacityMin);
  #types = new Uint16Array(capacityMin);
  #causes = new Int32Array(capacityMin);
  #times = new Float64Array(capacityMin);
  #inputs = new BigInt64Array(capacityMin);
  #subjects = new Int32Array(capacityMin);
  /** The event before this one on the same subject. */
  #earlier = new Int32Array(capacityMin);
  /** Number of the journal's postings after this event. */
  #ends = new Uint32Array(capacityMin);
  readonly #typeNumbers = new Map<string, number>();
  readonly #typeNames: string[] = [];
  readonly #subjectNumbers = new Map<string, number>();
  readonly #lastOfSubject: number[] = [];
  readonly #keys = new Map<string, number>();

  /** Number of events. */
  get count(): number {
    return this.#count;
  }

  /** Adds the next event of the log. */
  add(event: StoredEvent, postings: number): void {
    const at = this.#count;
    if (at === this.#days.length) this.#grow();
    this.#days[at] = event.effectiveOn;
    this.#types[at] = this.#typeNumber(event.type);
    this.#causes[at] = event.cause ?? none;
    this.#times[at] = event.recordedAt;
    this.#ends[at] = postings;
    if (event.inputHash !== null) this.#inputs[at] = hashHead(event.inputHash);
    const subject = this.#subjectNumber(event.subject);
    this.#subjects[at] = subject;
    this.#earlier[at] = this.#lastOfSubject[subject] ?? none;
    this.#lastOfSubject[subject] = at;
    if (event.key !== null) this.#keys.set(event.key, at);
    this.#count = at + 1;
  }

  day(revision: number): Day {
    return this.#days[revision] ?? 0;
  }

  type(revision: number): string {
    return this.#typeNames[this.#types[revision] ?? 0] ?? '';
  }

  /** Revision of the fact that an event answers, or undefined for a fact. */
  cause(revision: number): number | undefined {
    const cause = this.#causes[revision] ?? none;
    return cause === none ? undefined : cause;
  }

  recordedAt(revision: number): number {
    return this.#times[revision] ?? 0;
  }

  /** Number of the journal's postings up to and including an event. */
  postingsAfter(revision: number): number {
    return revision < 0 ? 0 : (this.#ends[revision] ?? 0);
  }

  /** The revision of the event that carries a key. */
  withKey(key: string): number | undefined {
    return this.#keys.get(key);
  }

  /** Whether the event with a key came from the same input. */
  sameInput(revision: number, inputHash: string): boolean {
    return this.#inputs[revision] === hashHead(inputHash);
  }

  /** The last revision recorded at or before a time, or -1. */
  knownAt(ms: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The events of a subject, newest first, at or below a revision. */
  *ofSubject(subject: string, from: number): Generator<number, void, void> {
    const number = this.#subjectNumbers.get(subject);
    let at = number === undefined ? none : (this.#lastOfSubject[number] ?? none);
    for (; at !== none; at = this.#earlier[at] ?? none) if (at <= from) yield at;
  }

  #typeNumber(name: string): number {
    let number = this.#typeNumbers.get(name);
    if (number === undefined) {
      number = this.#typeNames.push(name) - 1;
      this.#typeNumbers.set(name, number);
    }
    return number;
  }

  #subjectNumber(subject: string): number {
    let number = this.#subjectNumbers.get(subject);
    if (number === undefined) {
      number = this.#lastOfSubject.push(none) - 1;
      this.#subjectNumbers.set(subject, number);
    }
    return number;
  }

  #grow(): void {
    const capacity = this.#days.length * 2;
    this.#days = wider(this.#days, new Int32Array(capacity));
    this.#types = wider(this.#types, new Uint16Array(capacity));
    this.#causes = wider(this.#causes, new Int32Array(capacity));
    this.#times = wider(this.#times, new Float64Array(capacity));
    this.#inputs = wider(this.#inputs, new BigInt64Array(capacity));
    this.#subjects = wider(this.#subjects, new Int32Array(capacity));
    this.#earlier = wider(this.#earlier, new Int32Array(capacity));
    this.#ends = wider(this.#ends, new Uint32Array(capacity));
  }
}

function wider<T extends { set(from: T): void }>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}
