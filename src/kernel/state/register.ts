/**
 * The register: what is kept in memory of each event of a log, in columns, and the look-ups by key and by what events name.
 *
 * @module
 */
import type { Day } from '../values/dates.ts';
import { inputDigits, type StoredEvent } from './events.ts';

const none = -1;
const capacityMin = 1024;

/** The first 64 bits of an input's hash: enough to tell whether a repeated key came with the same input. */
export const inputHead = (hash: string): bigint =>
  BigInt.asIntN(64, BigInt(`0x${inputDigits(hash).slice(0, 16)}`));

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
  /** The subjects that events name besides their own. */
  readonly #refs = new Links();
  readonly #keys = new Map<string, number>();
  /** Names of subjects and keys that a snapshot holds, until they are first asked for. */
  #packed: (() => RegisterNames) | undefined;

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
    if (event.inputHash !== null) this.#inputs[at] = inputHead(event.inputHash);
    const subject = this.#subjectNumber(event.subject);
    this.#subjects[at] = subject;
    this.#earlier[at] = this.#lastOfSubject[subject] ?? none;
    this.#lastOfSubject[subject] = at;
    for (const ref of event.refs) this.#refs.add(this.#subjectNumber(ref), at);
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
    this.#unpack();
    return this.#keys.get(key);
  }

  /** Every key and the revision that carries it, in the order of the events. */
  keys(): IterableIterator<[key: string, revision: number]> {
    this.#unpack();
    return this.#keys.entries();
  }

  /** The head of the hash of an event's input, where it carries a key. */
  input(revision: number): bigint {
    return this.#inputs[revision] ?? 0n;
  }

  /** Whether the event with a key came from the same input. */
  sameInput(revision: number, inputHash: string): boolean {
    return this.#inputs[revision] === inputHead(inputHash);
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

  /** The events that name a subject, as their own or besides; newest first, at or below a revision. */
  *ofSubject(subject: string, from: number): Generator<number, void, void> {
    this.#unpack();
    const number = this.#subjectNumbers.get(subject);
    if (number === undefined) return;
    let own = this.#lastOfSubject[number] ?? none;
    let link = this.#refs.last(number);
    while (own !== none || link !== none) {
      const besides = this.#refs.revision(link);
      const at = Math.max(own, besides);
      if (at === own) own = this.#earlier[own] ?? none;
      if (at === besides) link = this.#refs.earlier(link);
      if (at <= from) yield at;
    }
  }

  /** The first `count` events, for a snapshot; {@link restore} takes them back. */
  columns(count: number): RegisterColumns {
    const cut = <T extends { slice(from: number, to: number): T }>(column: T): T => column.slice(0, count);
    return {
      days: cut(this.#days),
      types: cut(this.#types),
      causes: cut(this.#causes),
      times: cut(this.#times),
      inputs: cut(this.#inputs),
      subjects: cut(this.#subjects),
      ends: cut(this.#ends),
      ...this.#refs.columns(count),
      typeNames: [...this.#typeNames],
    };
  }

  /** The names that go with {@link columns} of as many events. */
  names(count: number): RegisterNames {
    this.#unpack();
    let subjects = 0;
    for (let at = 0; at < count; at++) subjects = Math.max(subjects, (this.#subjects[at] ?? 0) + 1);
    for (const subject of this.#refs.columns(count).refSubjects) subjects = Math.max(subjects, subject + 1);
    const keys: string[] = [];
    const keyed: number[] = [];
    for (const [key, at] of this.#keys) {
      if (at >= count) continue;
      keys.push(key);
      keyed.push(at);
    }
    return {
      subjects: [...this.#subjectNumbers.keys()].slice(0, subjects),
      keys,
      keyed: Int32Array.from(keyed),
    };
  }

  /** A register of what {@link columns} gave; the names are asked for when the first is looked up. */
  static restore(columns: RegisterColumns, names: () => RegisterNames): Register {
    const register = new Register();
    const count = columns.days.length;
    while (register.#days.length < count) register.#grow();
    register.#days.set(columns.days);
    register.#types.set(columns.types);
    register.#causes.set(columns.causes);
    register.#times.set(columns.times);
    register.#inputs.set(columns.inputs);
    register.#subjects.set(columns.subjects);
    register.#ends.set(columns.ends);
    for (const name of columns.typeNames) register.#typeNumber(name);
    const last = register.#lastOfSubject;
    for (let at = 0; at < count; at++) {
      const subject = register.#subjects[at] ?? 0;
      while (last.length <= subject) last.push(none);
      register.#earlier[at] = last[subject] ?? none;
      last[subject] = at;
    }
    columns.refSubjects.forEach((subject, at) => {
      while (last.length <= subject) last.push(none);
      register.#refs.add(subject, columns.refEvents[at] ?? none);
    });
    register.#count = count;
    register.#packed = names;
    return register;
  }

  #unpack(): void {
    if (this.#packed === undefined) return;
    const { subjects, keys, keyed } = this.#packed();
    this.#packed = undefined;
    subjects.forEach((subject, number) => {
      this.#subjectNumbers.set(subject, number);
    });
    keys.forEach((key, at) => {
      this.#keys.set(key, keyed[at] ?? none);
    });
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
    this.#unpack();
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

/** A register's columns, as a snapshot keeps them, by revision. */
export interface RegisterColumns {
  readonly days: Int32Array;
  readonly types: Uint16Array;
  readonly causes: Int32Array;
  readonly times: Float64Array;
  readonly inputs: BigInt64Array;
  readonly subjects: Int32Array;
  readonly ends: Uint32Array;
  /** Subjects that events name besides their own, and the revisions of these events, in order. */
  readonly refSubjects: Int32Array;
  readonly refEvents: Int32Array;
  readonly typeNames: readonly string[];
}

/** Names of subjects in the order of their numbers; keys, and the revisions that carry them. */
export interface RegisterNames {
  readonly subjects: readonly string[];
  readonly keys: readonly string[];
  readonly keyed: Int32Array;
}

/** For each subject the revisions that name it besides their own, as links from the last to the first. */
class Links {
  #count = 0;
  #subjects = new Int32Array(capacityMin);
  #revisions = new Int32Array(capacityMin);
  #earlier = new Int32Array(capacityMin);
  readonly #last: (number | undefined)[] = [];

  add(subject: number, revision: number): void {
    const at = this.#count;
    if (at === this.#subjects.length) {
      this.#subjects = wider(this.#subjects, new Int32Array(at * 2));
      this.#revisions = wider(this.#revisions, new Int32Array(at * 2));
      this.#earlier = wider(this.#earlier, new Int32Array(at * 2));
    }
    this.#subjects[at] = subject;
    this.#revisions[at] = revision;
    this.#earlier[at] = this.last(subject);
    this.#last[subject] = at;
    this.#count = at + 1;
  }

  /** The last link of a subject, or -1. */
  last(subject: number): number {
    return this.#last[subject] ?? none;
  }

  /** The link before one, or -1. */
  earlier(link: number): number {
    return link === none ? none : (this.#earlier[link] ?? none);
  }

  /** The revision of a link; -1 for none. */
  revision(link: number): number {
    return link === none ? none : (this.#revisions[link] ?? none);
  }

  /** The links of events below a revision. */
  columns(revision: number): { readonly refSubjects: Int32Array; readonly refEvents: Int32Array } {
    let count = this.#count;
    while (count > 0 && (this.#revisions[count - 1] ?? none) >= revision) count--;
    return { refSubjects: this.#subjects.slice(0, count), refEvents: this.#revisions.slice(0, count) };
  }
}

function wider<T extends { set(from: T): void }>(narrow: T, wide: T): T {
  wide.set(narrow);
  return wide;
}
