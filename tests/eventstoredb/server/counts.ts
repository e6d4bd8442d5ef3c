/**
 * The calls that the server tells apart; `read` and `subscribe` are one method of the protocol, as `readMetadata` and `watchMetadata`
 * are, by which a stream's metadata is read and followed.
 */
export const METHODS = [
  'append',
  'batchAppend',
  'delete',
  'read',
  'subscribe',
  'readMetadata',
  'watchMetadata',
  'features',
  'gossip',
] as const;

/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** What came and what was sent since the start. */
export interface Counts {
  /** Calls that began. All batches of a connection are one call. */
  readonly calls: Readonly<Record<Method, number>>;
  /** Calls that have not ended. */
  readonly open: Readonly<Record<Method, number>>;
  readonly connections: number;
  readonly openConnections: number;
  /** Complete appends of either form: taken, repeated, refused, or lost by a fault. */
  readonly appends: number;
  readonly appendsTaken: number;
  readonly appendsRepeated: number;
  /** By the wrong expected version, or since the stream was deleted. */
  readonly appendsRefused: number;
  /** Events in complete appends. */
  readonly eventsReceived: number;
  readonly eventsTaken: number;
  /** Events in reads and subscriptions. */
  readonly eventsSent: number;
  /** Bytes of messages, without what HTTP adds. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

type Total = Exclude<keyof Counts, 'calls' | 'open'>;

/** Counts, and lets a test wait for a count instead of for a time. */
export class Counter {
  readonly #calls = noCalls();
  readonly #open = noCalls();
  readonly #totals: Record<Total, number> = {
    connections: 0,
    openConnections: 0,
    appends: 0,
    appendsTaken: 0,
    appendsRepeated: 0,
    appendsRefused: 0,
    eventsReceived: 0,
    eventsTaken: 0,
    eventsSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
  };
  #waiting: { holds: (counts: Counts) => boolean; resolve: (counts: Counts) => void }[] = [];

  snapshot(): Counts {
    return { calls: { ...this.#calls }, open: { ...this.#open }, ...this.#totals };
  }

  add(changes: Partial<Readonly<Record<Total, number>>>): void {
    for (const total of TOTALS) this.#totals[total] += changes[total] ?? 0;
    this.#changed();
  }

  began(method: Method): void {
    this.#calls[method] += 1;
    this.#open[method] += 1;
    this.#changed();
  }

  ended(method: Method): void {
    this.#open[method] -= 1;
    this.#changed();
  }

  /** Resolves as soon as the counts are so, which may be now. */
  async until(holds: (counts: Counts) => boolean): Promise<Counts> {
    const now = this.snapshot();
    if (holds(now)) return now;
    const { promise, resolve } = Promise.withResolvers<Counts>();
    this.#waiting.push({ holds, resolve });
    return promise;
  }

  #changed(): void {
    if (this.#waiting.length === 0) return;
    const now = this.snapshot();
    const due = this.#waiting.filter(({ holds }) => holds(now));
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { resolve } of due) resolve(now);
  }
}

const TOTALS: readonly Total[] = [
  'connections',
  'openConnections',
  'appends',
  'appendsTaken',
  'appendsRepeated',
  'appendsRefused',
  'eventsReceived',
  'eventsTaken',
  'eventsSent',
  'bytesReceived',
  'bytesSent',
];

function noCalls(): Record<Method, number> {
  return {
    append: 0,
    batchAppend: 0,
    delete: 0,
    read: 0,
    subscribe: 0,
    readMetadata: 0,
    watchMetadata: 0,
    features: 0,
    gossip: 0,
  };
}
