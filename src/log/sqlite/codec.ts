/**
 * A batch of events as one JSON text: a column a field (see columns.ts). One text of some hundred events is parsed several times
 * as fast as as many objects, and its bytes follow from the events alone: {@link encodeBody} of what {@link decodeBody} gives is
 * the same text, to the byte.
 *
 * Not in the text: the revisions, which are numbered on from that of the row.
 *
 * @module
 */
import type { RunHeader, StoredEvent } from '../../kernel/state/events.ts';
import { isJsonRecord, type Json } from '../../kernel/values/fields.ts';
import { BodyUnreadable, decodeColumn, encodeColumn } from './columns.ts';

/** Version of the text's form, kept in the file's header. */
export const bodyVersion = 1;

/** How many columns a text has: those that {@link encodeBody} writes. */
const columnCount = 21;

/**
 * The text of a batch of events. Amounts are numbers as far as these are exact, else texts; recorded times are counted from the
 * first one, causes backwards from the event's revision (0: none).
 */
export function encodeBody(events: readonly StoredEvent[]): string {
  const recordedFrom = events[0]?.recordedAt ?? 0;
  const minors: Json[] = [];
  for (const event of events) for (const minor of event.minors) minors.push(encodeMinor(minor));
  const of = (field: (event: StoredEvent) => Json): Json => encodeColumn(events.map(field));
  return JSON.stringify([
    recordedFrom,
    of((event) => event.type),
    of((event) => event.schemaVersion),
    of((event) => event.kind),
    of((event) => event.segment),
    of((event) => event.actor),
    of((event) => event.subject),
    of((event) => event.refs.length),
    encodeColumn(events.flatMap((event) => event.refs)),
    of((event) => event.effectiveOn),
    of((event) => event.recordedAt - recordedFrom),
    of((event) => (event.cause === null ? 0 : event.revision - event.cause)),
    of((event) => event.correlation),
    of((event) => event.key),
    of((event) => event.inputHash),
    of((event) => encodeHeader(event.header)),
    of((event) => event.data),
    of((event) => event.accounts.length),
    encodeColumn(events.flatMap((event) => event.accounts)),
    encodeColumn(minors),
    of((event) => event.hash),
  ]);
}

const exactMax = BigInt(Number.MAX_SAFE_INTEGER);
const encodeMinor = (minor: bigint): Json =>
  minor <= exactMax && minor >= -exactMax ? Number(minor) : minor.toString();

const encodeHeader = (header: RunHeader | null): Json =>
  header === null ? null : { engine: header.engine, events: header.events };

/**
 * The events of a text.
 *
 * @param first the first event's revision
 * @param count how many events there must be
 * @throws BodyUnreadable the text is no batch of so many events
 */
export function decodeBody(body: string, first: number, count: number): readonly StoredEvent[] {
  const columns = parse(body);
  const recordedFrom = whole(columns[0]);
  const type = texts(columns[1], count);
  const schemaVersion = wholes(columns[2], count);
  const kind = texts(columns[3], count);
  const segment = texts(columns[4], count);
  const actor = texts(columns[5], count);
  const subject = texts(columns[6], count);
  const refCounts = wholes(columns[7], count);
  const refs = texts(columns[8], sum(refCounts));
  const effectiveOn = wholes(columns[9], count);
  const recordedAfter = wholes(columns[10], count);
  const causeBehind = wholes(columns[11], count);
  const correlation = textsOrNull(columns[12], count);
  const key = textsOrNull(columns[13], count);
  const inputHash = textsOrNull(columns[14], count);
  const header = decodeColumn(columns[15], count);
  const data = decodeColumn(columns[16], count);
  const postingCounts = wholes(columns[17], count);
  const accounts = texts(columns[18], sum(postingCounts));
  const minors = minorsOf(columns[19], accounts.length);
  const hash = texts(columns[20], count);

  const events: StoredEvent[] = [];
  let ref = 0;
  let posting = 0;
  for (let at = 0; at < count; at++) {
    const revision = first + at;
    const refsEnd = ref + (refCounts[at] ?? 0);
    const postingsEnd = posting + (postingCounts[at] ?? 0);
    const behind = causeBehind[at] ?? 0;
    events.push({
      revision,
      type: type[at] ?? '',
      schemaVersion: schemaVersion[at] ?? 0,
      kind: kindOf(kind[at]),
      segment: segment[at] ?? '',
      subject: subject[at] ?? '',
      refs: ref === refsEnd ? noRefs : refs.slice(ref, refsEnd),
      effectiveOn: effectiveOn[at] ?? 0,
      recordedAt: recordedFrom + (recordedAfter[at] ?? 0),
      actor: actor[at] ?? '',
      cause: behind === 0 ? null : revision - behind,
      correlation: correlation[at] ?? null,
      key: key[at] ?? null,
      inputHash: inputHash[at] ?? null,
      header: decodeHeader(header[at] ?? null),
      data: data[at] ?? null,
      accounts: accounts.slice(posting, postingsEnd),
      minors: minors.slice(posting, postingsEnd),
      hash: hash[at] ?? '',
    });
    ref = refsEnd;
    posting = postingsEnd;
  }
  return events;
}

/** Shared by all events that name no further subject; frozen, since it is shared. */
const noRefs: readonly string[] = Object.freeze([]);

function parse(body: string): readonly unknown[] {
  let columns: unknown;
  try {
    columns = JSON.parse(body);
  } catch (cause) {
    throw new BodyUnreadable('not JSON', cause);
  }
  if (!Array.isArray(columns) || columns.length !== columnCount)
    throw new BodyUnreadable('not the columns of a batch');
  return columns;
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new BodyUnreadable('not a whole number');
  return value;
}

const sum = (counts: readonly number[]): number => {
  let total = 0;
  for (const count of counts) {
    if (count < 0) throw new BodyUnreadable('a count below zero');
    total += count;
  }
  return total;
};

function texts(column: unknown, count: number): readonly string[] {
  const values = decodeColumn(column, count);
  if (!areTexts(values)) throw new BodyUnreadable('not texts');
  return values;
}

function textsOrNull(column: unknown, count: number): readonly (string | null)[] {
  const values = decodeColumn(column, count);
  if (!areTextsOrNull(values)) throw new BodyUnreadable('neither texts nor null');
  return values;
}

function wholes(column: unknown, count: number): readonly number[] {
  const values = decodeColumn(column, count);
  if (!areWholes(values)) throw new BodyUnreadable('not whole numbers');
  return values;
}

function areTexts(values: readonly Json[]): values is readonly string[] {
  for (const value of values) if (typeof value !== 'string') return false;
  return true;
}

function areTextsOrNull(values: readonly Json[]): values is readonly (string | null)[] {
  for (const value of values) if (typeof value !== 'string' && value !== null) return false;
  return true;
}

function areWholes(values: readonly Json[]): values is readonly number[] {
  for (const value of values) if (!Number.isSafeInteger(value)) return false;
  return true;
}

function kindOf(kind: string | undefined): 'fact' | 'derived' {
  if (kind !== 'fact' && kind !== 'derived') throw new BodyUnreadable(`not a kind of event: ${kind}`);
  return kind;
}

function decodeHeader(header: Json): RunHeader | null {
  if (header === null) return null;
  if (!isJsonRecord(header) || typeof header.engine !== 'string')
    throw new BodyUnreadable('not a run header');
  return { engine: header.engine, events: whole(header.events) };
}

function minorsOf(column: unknown, count: number): readonly bigint[] {
  const minors: bigint[] = [];
  for (const minor of decodeColumn(column, count)) minors.push(decodeMinor(minor));
  return minors;
}

const digits = /^-?\d+$/;

function decodeMinor(minor: Json): bigint {
  if (typeof minor === 'number' && Number.isSafeInteger(minor)) return BigInt(minor);
  if (typeof minor === 'string' && digits.test(minor)) return BigInt(minor);
  throw new BodyUnreadable('not an amount');
}
