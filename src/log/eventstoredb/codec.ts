/**
 * An event as EventStoreDB keeps it: what happened and what it did to the accounts as JSON data, who recorded it and why as JSON
 * metadata. `$correlationId` and `$causationId` are the server's own names, so that its projections by correlation work on a book.
 * Its id is made from its hash: the server tells events apart by id alone, and so equal ids must mean equal bytes.
 *
 * @module
 */
import type { JSONEventData, JSONRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import { eventId, type RunHeader, type StoredEvent } from '../../kernel/state/events.ts';
import { type Day, formatDay, parseDay } from '../../kernel/values/dates.ts';
import { isRecord, type Json } from '../../kernel/values/fields.ts';
import { LogUnreadable } from '../port/port.ts';

/** Version of this form; stands in the metadata of every event. */
const format = 1;

/** An event's data, as the server and its projections see it. */
export type EventData = {
  /** Effective date, as 2016-03-01. */
  readonly on: string;
  readonly subject: string;
  readonly refs?: readonly string[];
  readonly data: Json;
  /** Account ids and minor units, debit positive: numbers as far as these are exact, else texts. */
  readonly entry: readonly (readonly [account: string, minor: number | string])[];
};

/** An event's metadata. What is null is left out. */
export type EventMetadata = {
  readonly $correlationId?: string;
  /** Id of the event that this one follows from. */
  readonly $causationId?: string;
  readonly format: number;
  readonly schemaVersion: number;
  readonly kind: string;
  readonly segment: string;
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
  /** Revision of the fact that this event answers. */
  readonly cause?: number;
  readonly key?: string;
  readonly inputHash?: string;
  readonly header?: RunHeader;
  readonly hash: string;
};

/** An event that is to be appended. */
export type Proposed = JSONEventData<{ type: string; data: EventData; metadata: EventMetadata }>;

/** The stream of a book: the part before the dash is the category by which the server's projections find all books. */
export const streamOf = (book: string): `formicary-${string}` => `formicary-${book}`;

const exactMax = BigInt(Number.MAX_SAFE_INTEGER);
const writtenMinor = (minor: bigint): number | string =>
  minor <= exactMax && minor >= -exactMax ? Number(minor) : minor.toString();

/**
 * The form of an event.
 *
 * @param causedBy id of the event that it follows from, where there is one
 */
export function toProposed(event: StoredEvent, causedBy: string | undefined): Proposed {
  const { accounts, minors, correlation, cause, key, inputHash, header } = event;
  return {
    id: eventId(event.hash),
    contentType: 'application/json',
    type: event.type,
    data: {
      on: formatDay(event.effectiveOn),
      subject: event.subject,
      ...(event.refs.length === 0 ? {} : { refs: event.refs }),
      data: event.data,
      entry: accounts.map((account, at) => [account, writtenMinor(minors[at] ?? 0n)] as const),
    },
    metadata: {
      ...(correlation === null ? {} : { $correlationId: correlation }),
      ...(causedBy === undefined ? {} : { $causationId: causedBy }),
      format,
      schemaVersion: event.schemaVersion,
      kind: event.kind,
      segment: event.segment,
      actor: event.actor,
      recordedAt: event.recordedAt,
      ...(cause === null ? {} : { cause }),
      ...(key === null ? {} : { key }),
      ...(inputHash === null ? {} : { inputHash }),
      ...(header === null ? {} : { header: { engine: header.engine, events: header.events } }),
      hash: event.hash,
    },
  };
}

/** An event as it is sent: data and metadata as bytes of JSON. */
export interface Encoded {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export const encoded = ({ id, type, data, metadata }: Proposed): Encoded => ({
  id,
  type,
  data: Buffer.from(JSON.stringify(data)),
  metadata: Buffer.from(JSON.stringify(metadata)),
});

/** Bytes of an event's data and metadata: the server counts the data alone, so this is never too little. */
export const bytesOf = ({ data, metadata }: Encoded): number => data.byteLength + metadata.byteLength;

/**
 * The event that a recorded one is.
 *
 * @throws LogUnreadable it is not one of ours, or not what was written
 */
export function fromRecorded(recorded: RecordedEvent): StoredEvent {
  const revision = Number(recorded.revision);
  try {
    if (!recorded.isJson) throw new NotOurs('its data is not JSON');
    return read(recorded, revision);
  } catch (cause) {
    if (!(cause instanceof NotOurs)) throw cause;
    throw new LogUnreadable(revision, cause.message);
  }
}

/** A recorded event that is not as {@link toProposed} makes them. */
class NotOurs extends Error {}

function read({ type, id, data, metadata }: JSONRecordedEvent, revision: number): StoredEvent {
  const body = recordOf(data, 'its data');
  const about = recordOf(metadata, 'its metadata');
  if (about.format !== format) throw new NotOurs(`its format is ${String(about.format)}, not ${format}`);
  const hash = textOf(about.hash, 'hash');
  if (eventId(hash) !== id) throw new NotOurs('its id is not the one that its hash gives');
  const entry = listOf(body.entry, 'entry').map(postingOf);
  return {
    revision,
    type,
    schemaVersion: wholeOf(about.schemaVersion, 'schemaVersion'),
    kind: kindOf(about.kind),
    segment: textOf(about.segment, 'segment'),
    subject: textOf(body.subject, 'subject'),
    refs: body.refs === undefined ? noRefs : listOf(body.refs, 'refs').map((ref) => textOf(ref, 'refs')),
    effectiveOn: dayOf(body.on),
    recordedAt: wholeOf(about.recordedAt, 'recordedAt'),
    actor: textOf(about.actor, 'actor'),
    cause: about.cause === undefined ? null : wholeOf(about.cause, 'cause'),
    correlation: textOrNull(about.$correlationId, '$correlationId'),
    key: textOrNull(about.key, 'key'),
    inputHash: textOrNull(about.inputHash, 'inputHash'),
    header: about.header === undefined ? null : headerOf(about.header),
    data: jsonOf(body.data),
    accounts: entry.map(([account]) => account),
    minors: entry.map(([, minor]) => minor),
    hash,
  };
}

/** Shared by all events that name no further subject; frozen, since it is shared. */
const noRefs: readonly string[] = Object.freeze([]);

function recordOf(value: unknown, what: string): { readonly [name: string]: unknown } {
  if (!isRecord(value)) throw new NotOurs(`${what} is no object`);
  return value;
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new NotOurs(`${what} is no text`);
  return value;
}

const textOrNull = (value: unknown, what: string): string | null =>
  value === undefined ? null : textOf(value, what);

function wholeOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new NotOurs(`${what} is no whole number`);
  return value;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new NotOurs(`${what} is no list`);
  return value;
}

/** What came out of a JSON text is JSON; it is missing where somebody took it out. */
const isJson = (value: unknown): value is Json => value !== undefined;

function jsonOf(value: unknown): Json {
  if (!isJson(value)) throw new NotOurs('data is missing');
  return value;
}

function dayOf(value: unknown): Day {
  const day = parseDay(textOf(value, 'on'));
  if (day === undefined) throw new NotOurs(`on is no date: ${String(value)}`);
  return day;
}

function kindOf(value: unknown): StoredEvent['kind'] {
  if (value !== 'fact' && value !== 'derived') throw new NotOurs(`not a kind of event: ${String(value)}`);
  return value;
}

function headerOf(value: unknown): RunHeader {
  const header = recordOf(value, 'header');
  return { engine: textOf(header.engine, 'engine'), events: wholeOf(header.events, 'events') };
}

const digits = /^-?\d+$/;

function postingOf(value: unknown): readonly [account: string, minor: bigint] {
  const [account, minor] = listOf(value, 'a posting');
  if (typeof minor === 'number' && Number.isSafeInteger(minor))
    return [textOf(account, 'account'), BigInt(minor)];
  if (typeof minor === 'string' && digits.test(minor)) return [textOf(account, 'account'), BigInt(minor)];
  throw new NotOurs('not an amount');
}
