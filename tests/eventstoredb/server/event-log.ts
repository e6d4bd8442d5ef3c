import type { Proposal, RecordedEvent } from './event.ts';
import { decodeProposal } from './event.ts';
import type { ExpectedRevision, StreamState } from './expectation.ts';
import { decide } from './expectation.ts';
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
  /** A repetition of what is not on disk yet: the real server drops it, and says after a while that it took too long. */
  | { readonly kind: 'in-flight' };

/** Where the log is kept, and what comes from outside. */
export interface EventLogOptions {
  /** Without one, everything is lost with the object. */
  readonly folder?: string | undefined;
  readonly nowMs: () => number;
  /** How what was written comes to disk; a test may delay it or let it fail. */
  readonly sync?: Sync;
}

/**
 * The bytes that the real server spends on remembering recent ids for `any` and `stream_exists`
 * (`ESConsts.CommitedEventsMemCacheLimit`), and what it reckons for one beside the stream's name.
 */
const RECENT_IDS_BYTES_MAX = 8 * 1024 * 1024;
const RECENT_ID_BYTES = 16 + 4 + 8;

/** The streams, in memory whole, and on disk if there is a folder. */
export class EventLog {
  readonly #streams = new Map<string, Stream>();
  readonly #recent = new RecentIds();
  readonly #nowMs: () => number;
  #journal: Journal | undefined;
  #position = 0;
  readonly #listeners = new Set<(events: readonly RecordedEvent[]) => void>();

  private constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @throws DamagedJournal */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const log = new EventLog(options.nowMs);
    if (options.folder !== undefined)
      log.#journal = await Journal.open(options.folder, (record) => log.#replay(record), options.sync);
    log.#recent.forget();
    return log;
  }

  /**
   * Decides at once, in the order of the calls; resolves when what was decided is on disk and can be read. A refusal is
   * told at once, as the real server does: what it speaks of may not be readable for another moment.
   */
  async append({ stream: name, expected, events }: Append): Promise<Outcome> {
    const known = this.#streams.get(name);
    const stream = known ?? new Stream(name);
    const decision = decide(
      expected,
      events.map(({ id }) => id),
      new KnownStream(stream, this.#recent),
    );
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
    const recorded = this.#take(stream, events, createdMs);
    if (this.#journal !== undefined) await this.#journal.write(encodeRecord(name, createdMs, events));
    this.#publish(stream, recorded);
    const last = recorded.at(-1);
    return {
      kind: 'done',
      revision: last?.revision ?? -1,
      position: last?.position ?? 0,
      added: events.length,
    };
  }

  /** How many events of a stream can be read; undefined if there is no such stream. */
  lengthOf(stream: string): number | undefined {
    const readable = this.#streams.get(stream)?.readable;
    return readable === 0 ? undefined : readable;
  }

  /** Events of one stream in its order, from a revision on, at most so many. */
  read(stream: string, from: number, count: number): readonly RecordedEvent[] {
    const found = this.#streams.get(stream);
    return found === undefined ? [] : found.taken.slice(from, Math.min(from + count, found.readable));
  }

  /** Calls back when events can be read, one append at a time, in the order of commits; returns how to stop it. */
  onCommit(listener: (events: readonly RecordedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#journal?.close();
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
    for (const listener of this.#listeners) listener(events);
  }

  #replay(record: Buffer): void {
    const { name, createdMs, events } = decodeRecord(record);
    const stream = this.#streams.get(name) ?? new Stream(name);
    this.#streams.set(name, stream);
    stream.readable += this.#take(stream, events, createdMs).length;
  }
}

class Stream {
  readonly name: string;
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

  constructor(stream: Stream, recent: RecentIds) {
    this.#stream = stream;
    this.#recent = recent;
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

function encodeRecord(stream: string, createdMs: number, events: readonly Proposal[]): Buffer {
  const head = new WireWriter().text(1, stream).uint(2, createdMs);
  const size = events.reduce((sum, { raw }) => sum + fieldSize(raw.length), head.length);
  const record = Buffer.allocUnsafe(size);
  let at = head.copyTo(record, 0);
  for (const { raw } of events) at = putBytes(record, at, 3, raw);
  return record;
}

function decodeRecord(record: Buffer): { name: string; createdMs: number; events: Proposal[] } {
  const reader = new WireReader(record);
  let name = '';
  let createdMs = 0;
  const events: Proposal[] = [];
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) name = reader.text();
    else if (field === 2) createdMs = Number(reader.uint64());
    else if (field === 3) events.push(decodeProposal(reader.bytes()));
    else reader.skip();
  }
  return { name, createdMs, events };
}
