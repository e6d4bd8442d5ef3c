import { randomUUID } from 'node:crypto';
import type { Proposal, RecordedEvent } from './event.ts';
import { decodeProposal, propose } from './event.ts';
import type { ExpectedRevision, StreamState } from './expectation.ts';
import { decide, GREATEST_REVISION } from './expectation.ts';
import type { Sync } from './journal.ts';
import { Journal } from './journal.ts';
import { fieldSize, putBytes, WireReader, WireWriter } from './wire.ts';

/** One append, whichever call it came by. */
export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly Proposal[];
}

/** What a writer is told. Revisions are -1 where there is no event. */
export type Outcome =
  | {
      readonly kind: 'done';
      /** Of the append's last event; of the stream's, if the append had none. */
      readonly revision: number;
      readonly position: number;
      /** How many events were added: none if it is a repetition. */
      readonly added: number;
    }
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  /** The stream has a tombstone, or was deleted and is expected to exist. */
  | { readonly kind: 'deleted' }
  /** A repetition of what is not on disk yet: the real server drops it, and says after a while that it took too long. */
  | { readonly kind: 'in-flight' };

/** Where the log is kept, and what comes from outside. */
export interface EventLogOptions {
  /** Without one, everything is lost with the object. */
  readonly folder?: string | undefined;
  readonly nowMs: () => number;
  /** Ids of events that the server writes by itself. Default: random ones. */
  readonly newId?: () => string;
  /** How what was written comes to disk; a test may delay it or let it fail. */
  readonly sync?: Sync;
}

/**
 * The bytes that the real server spends on remembering recent ids for `any` and `stream_exists`
 * (`ESConsts.CommitedEventsMemCacheLimit`), and what it reckons for one beside the stream's name.
 */
const RECENT_IDS_BYTES_MAX = 8 * 1024 * 1024;
const RECENT_ID_BYTES = 16 + 4 + 8;

/** A state of the log that it can be put back to. */
export type Backup = ReadonlyMap<string, { readonly length: number; readonly hasTombstone: boolean }>;

/** The streams, in memory whole, and on disk if there is a folder. */
export class EventLog {
  readonly #streams = new Map<string, Stream>();
  readonly #recent = new RecentIds();
  readonly #nowMs: () => number;
  readonly #newId: () => string;
  #journal: Journal | undefined;
  #position = 0;
  readonly #listeners = new Set<(stream: string) => void>();

  private constructor({ nowMs, newId = randomUUID }: EventLogOptions) {
    this.#nowMs = nowMs;
    this.#newId = newId;
  }

  /** @throws DamagedJournal */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const log = new EventLog(options);
    if (options.folder !== undefined)
      log.#journal = await Journal.open(options.folder, (record) => log.#replay(record), options.sync);
    log.#recent.forget();
    return log;
  }

  /**
   * Decides at once, in the order of the calls; resolves when what was decided is on disk and can be read. A refusal is
   * told at once, as the real server does: what it speaks of may not be readable for another moment.
   */
  async append(append: Append): Promise<Outcome> {
    const original = originalOf(append.stream);
    const revives = original !== append.stream && this.#limitsOf(original).isDeleted;
    const outcome = await this.#append(append);
    // The real server takes any metadata of a deleted stream for its being begun anew, behind what was there.
    if (revives && outcome.kind === 'done' && outcome.added > 0)
      await this.#beginAnew(original, this.#streams.get(original)?.taken.length ?? 0);
    return outcome;
  }

  async #append({ stream: name, expected, events }: Append): Promise<Outcome> {
    const known = this.#streams.get(name);
    const stream = known ?? new Stream(name);
    const wasDeleted = this.#limitsOf(name).isDeleted;
    if (stream.hasTombstone) return { kind: 'deleted' };
    const decision = decide(
      expected,
      events.map(({ id }) => id),
      new KnownStream(stream, this.#recent, wasDeleted),
    );
    if (decision.kind === 'deleted') return decision;
    if (decision.kind === 'refuse')
      return { kind: 'wrong-expected-version', current: stream.taken.length - 1 };
    if (decision.kind === 'repeat') {
      if (decision.last >= stream.readable) return { kind: 'in-flight' };
      const position = stream.taken[decision.last]?.position ?? this.#position;
      return { kind: 'done', revision: decision.last, position, added: 0 };
    }
    if (events.length === 0)
      return { kind: 'done', revision: stream.taken.length - 1, position: this.#position, added: 0 };

    this.#streams.set(name, stream);
    const createdMs = this.#nowMs();
    const before = stream.taken.length;
    const recorded = this.#take(stream, events, createdMs);
    await this.#journal?.write(encodeRecord({ name, createdMs, events, isTombstone: false }));
    // What is written to a stream that was deleted makes it visible again, from there on.
    if (wasDeleted) await this.#beginAnew(name, before);
    this.#publish(stream, recorded);
    const last = recorded.at(-1);
    return {
      kind: 'done',
      revision: last?.revision ?? -1,
      position: last?.position ?? 0,
      added: events.length,
    };
  }

  /** Hides a stream, by its metadata: what is written to it later can be read again, what is there now can't. */
  async delete(stream: string, expected: ExpectedRevision): Promise<Outcome> {
    const refusal = this.#refusalToDelete(stream, expected);
    if (refusal !== undefined) return refusal;
    return await this.#setMetadata(stream, { $tb: DELETED });
  }

  /** Ends a stream for good. */
  async tombstone(name: string, expected: ExpectedRevision): Promise<Outcome> {
    const refusal = this.#refusalToDelete(name, expected);
    if (refusal !== undefined) return refusal;
    const stream = this.#streams.get(name) ?? new Stream(name);
    this.#streams.set(name, stream);
    stream.hasTombstone = true;
    await this.#journal?.write(
      encodeRecord({ name, createdMs: this.#nowMs(), events: [], isTombstone: true }),
    );
    for (const listener of this.#listeners) listener(name);
    return { kind: 'done', revision: stream.taken.length - 1, position: this.#position, added: 0 };
  }

  /** Whether a stream has a tombstone; that of its metadata has it with it. */
  hasTombstone(stream: string): boolean {
    return this.#streams.get(originalOf(stream))?.hasTombstone ?? false;
  }

  /** How many events of a stream there are, hidden ones included; undefined if there is no such stream, or it was deleted. */
  lengthOf(stream: string): number | undefined {
    const readable = this.#streams.get(stream)?.readable;
    return readable === 0 || this.#limitsOf(stream).isDeleted ? undefined : readable;
  }

  /** The last revision that was taken, hidden or not; -1 if there is none. */
  lastOf(stream: string): number {
    return (this.#streams.get(stream)?.taken.length ?? 0) - 1;
  }

  /** The first revision that can be read: those before it are hidden by the stream's metadata, or scavenged. */
  firstOf(stream: string): number {
    const found = this.#streams.get(stream);
    if (found === undefined) return 0;
    const { maxCount, maxAgeMs, before } = this.#limitsOf(stream);
    const oldestMs = this.#nowMs() - maxAgeMs;
    let first = Math.max(found.scavenged, before, found.readable - maxCount);
    while (first < found.readable && (found.taken[first]?.createdMs ?? oldestMs) < oldestMs) first++;
    return first;
  }

  /** Events of one stream in its order, from a revision on, at most so many; from the first one that can be read, if that is later. */
  read(stream: string, from: number, count: number): readonly RecordedEvent[] {
    const found = this.#streams.get(stream);
    if (found === undefined || this.lengthOf(stream) === undefined) return [];
    const first = Math.max(from, this.firstOf(stream));
    return found.taken.slice(first, Math.min(first + count, found.readable));
  }

  /** Deletes what metadata hides: taking the metadata away brings none of it back. A deleted stream keeps its last event. */
  scavenge(): void {
    for (const stream of this.#streams.values())
      stream.scavenged = Math.max(stream.scavenged, Math.min(this.firstOf(stream.name), stream.readable - 1));
  }

  /** The log as it is now, to be put back later. */
  backup(): Backup {
    return new Map(
      [...this.#streams].map(([name, { readable, hasTombstone }]) => [
        name,
        { length: readable, hasTombstone },
      ]),
    );
  }

  /**
   * Puts back an older state, as somebody does who starts the server on a backup: all that came later is gone.
   *
   * @throws Error the log lies in a folder: stop the server, and put back a copy of that
   */
  restore(backup: Backup): void {
    if (this.#journal !== undefined) throw new Error('a folder is put back while the server is down');
    for (const [name, stream] of this.#streams) {
      const { length, hasTombstone } = backup.get(name) ?? { length: 0, hasTombstone: false };
      stream.taken.length = length;
      stream.readable = length;
      stream.hasTombstone = hasTombstone;
    }
    this.#recent.forget();
  }

  /** Calls back when events of a stream can be read, or it has ended, in the order of commits; returns how to stop it. */
  onCommit(listener: (stream: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  #refusalToDelete(name: string, expected: ExpectedRevision): Outcome | undefined {
    const stream = this.#streams.get(name) ?? new Stream(name);
    if (stream.hasTombstone) return { kind: 'deleted' };
    const state = new KnownStream(stream, this.#recent, this.#limitsOf(name).isDeleted);
    const decision = decide(expected, [this.#newId()], state);
    if (decision.kind === 'deleted') return decision;
    const isThere = stream.taken.length > 0 || this.#streams.has(metadataOf(name));
    return decision.kind === 'take' && isThere
      ? undefined
      : { kind: 'wrong-expected-version', current: state.last };
  }

  #setMetadata(stream: string, metadata: object): Promise<Outcome> {
    const event = propose({ id: this.#newId(), type: '$metadata', data: metadata });
    return this.#append({ stream: metadataOf(stream), expected: 'any', events: [event] });
  }

  #beginAnew(stream: string, from: number): Promise<Outcome> {
    return this.#setMetadata(stream, { ...this.#metadataOf(stream), $tb: from });
  }

  /** A stream's metadata as it stands: the last event of the stream beside it. */
  #metadataOf(stream: string): object {
    const last = this.#streams.get(metadataOf(stream))?.taken.at(-1);
    const data: unknown = last?.isJson === true ? JSON.parse(last.data.toString()) : undefined;
    return typeof data === 'object' && data !== null ? data : {};
  }

  /** What a stream's metadata takes away from it. */
  #limitsOf(stream: string): Limits {
    const named = new Map<string, unknown>(Object.entries(this.#metadataOf(stream)));
    const numberOf = (name: string): number => Number(named.get(name) ?? 0);
    const before = numberOf('$tb');
    return {
      maxCount: numberOf('$maxCount') > 0 ? numberOf('$maxCount') : Number.POSITIVE_INFINITY,
      maxAgeMs: numberOf('$maxAge') > 0 ? numberOf('$maxAge') * 1_000 : Number.POSITIVE_INFINITY,
      before,
      isDeleted: before >= Number(DELETED),
    };
  }

  #take(stream: Stream, events: readonly Proposal[], createdMs: number): RecordedEvent[] {
    return events.map((event) => {
      this.#position += fieldSize(event.raw.length);
      const revision = stream.taken.length;
      const recorded: RecordedEvent = {
        id: event.id,
        type: event.type,
        isJson: event.isJson,
        data: event.data,
        metadata: event.metadata,
        raw: event.raw,
        stream: stream.name,
        revision,
        position: this.#position,
        createdMs,
      };
      stream.taken.push(recorded);
      this.#recent.remember(event.id, stream.name, revision);
      return recorded;
    });
  }

  #publish(stream: Stream, events: readonly RecordedEvent[]): void {
    stream.readable += events.length;
    for (const listener of this.#listeners) listener(stream.name);
  }

  #replay(record: Buffer): void {
    const { name, createdMs, events, isTombstone } = decodeRecord(record);
    const stream = this.#streams.get(name) ?? new Stream(name);
    this.#streams.set(name, stream);
    stream.hasTombstone ||= isTombstone;
    stream.readable += this.#take(stream, events, createdMs).length;
  }
}

/** See the protocol's stream metadata: `$maxCount`, `$maxAge`, `$tb`. */
interface Limits {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly before: number;
  readonly isDeleted: boolean;
}

/** The `$tb` of a stream that was deleted: 2⁶³ − 1, which a number of JavaScript's is close enough to. */
const DELETED = Number(GREATEST_REVISION);

/** The stream that holds a stream's metadata. */
const metadataOf = (stream: string): string => `$$${stream}`;
const originalOf = (stream: string): string => (stream.startsWith('$$') ? stream.slice(2) : stream);

class Stream {
  readonly name: string;
  /** It was ended for good. */
  hasTombstone = false;
  /** What comes before this revision was deleted. */
  scavenged = 0;
  /** All events that were taken, of which the last ones may not be on disk yet. */
  readonly taken: RecordedEvent[] = [];
  readable = 0;

  constructor(name: string) {
    this.name = name;
  }
}

class KnownStream implements StreamState {
  readonly #stream: Stream;
  readonly #recent: RecentIds;
  readonly isDeleted: boolean;

  constructor(stream: Stream, recent: RecentIds, isDeleted: boolean) {
    this.#stream = stream;
    this.#recent = recent;
    this.isDeleted = isDeleted;
  }

  get last(): number {
    return this.#stream.taken.length - 1;
  }

  idAt(revision: number): string | undefined {
    return this.#stream.taken[revision]?.id;
  }

  revisionOf(id: string): number | undefined {
    return this.#recent.find(id, this.#stream.name);
  }
}

/** The latest ids with the place where each was last taken. */
class RecentIds {
  #places = new Map<string, Place>();
  /** In the order in which they were taken; those before `#oldest` are dropped already. */
  #order: { id: string; place: Place }[] = [];
  #oldest = 0;
  #bytes = 0;

  remember(id: string, stream: string, revision: number): void {
    const place = { stream, revision };
    this.#places.set(id, place);
    this.#order.push({ id, place });
    this.#bytes += recentIdBytes(place);
    while (this.#bytes > RECENT_IDS_BYTES_MAX) this.#dropOldest();
  }

  find(id: string, stream: string): number | undefined {
    const place = this.#places.get(id);
    return place?.stream === stream ? place.revision : undefined;
  }

  /** After a replay: what was taken before the start is not remembered. */
  forget(): void {
    this.#places = new Map();
    this.#order = [];
    this.#oldest = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const dropped = this.#order[this.#oldest];
    if (dropped === undefined) return;
    this.#oldest += 1;
    this.#bytes -= recentIdBytes(dropped.place);
    // The same id may have been taken again, and then its later place is the one that counts.
    if (this.#places.get(dropped.id) === dropped.place) this.#places.delete(dropped.id);
    if (this.#oldest * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}

interface Place {
  readonly stream: string;
  readonly revision: number;
}

function recentIdBytes({ stream }: Place): number {
  return RECENT_ID_BYTES + 2 * stream.length;
}

/** What the journal holds of one append, or of a tombstone. */
interface Entry {
  readonly name: string;
  readonly createdMs: number;
  readonly events: readonly Proposal[];
  readonly isTombstone: boolean;
}

function encodeRecord({ name, createdMs, events, isTombstone }: Entry): Buffer {
  const head = new WireWriter().text(1, name).uint(2, createdMs);
  if (isTombstone) head.uint(4, 1);
  const size = events.reduce((sum, { raw }) => sum + fieldSize(raw.length), head.length);
  const record = Buffer.allocUnsafe(size);
  let at = head.copyTo(record, 0);
  for (const { raw } of events) at = putBytes(record, at, 3, raw);
  return record;
}

function decodeRecord(record: Buffer): Entry {
  const reader = new WireReader(record);
  let name = '';
  let createdMs = 0;
  let isTombstone = false;
  const events: Proposal[] = [];
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) name = reader.text();
    else if (field === 2) createdMs = Number(reader.uint64());
    else if (field === 3) events.push(decodeProposal(reader.bytes()));
    else if (field === 4) isTombstone = reader.uint() !== 0;
    else reader.skip();
  }
  return { name, createdMs, events, isTombstone };
}
