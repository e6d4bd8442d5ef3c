/**
 * Events: the immutable records of a log, and the chain of hashes over every field of them.
 *
 * @module
 */
import { hash as digestOf } from 'node:crypto';
import type { Day } from '../values/dates.ts';
import { formatDay } from '../values/dates.ts';
import type { Json } from '../values/fields.ts';

export type EventKind = 'fact' | 'derived';

/** What a run of appends says of itself at its beginning: ignored by what-ifs and conformance. */
export interface RunHeader {
  /** The engine that derived the run. */
  readonly engine: string;
  /** How many events come after this one. */
  readonly events: number;
}

/** A log's event. Revisions count from 0; times are milliseconds since the epoch; amounts are minor units, debit positive. */
export interface StoredEvent {
  readonly revision: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly kind: EventKind;
  readonly segment: string;
  readonly subject: string;
  readonly refs: readonly string[];
  readonly effectiveOn: Day;
  readonly recordedAt: number;
  readonly actor: string;
  /** The revision of the fact that this event answers; null for facts. */
  readonly cause: number | null;
  readonly correlation: string | null;
  readonly key: string | null;
  /** Hash of date, command and inputs, on events that carry a key. */
  readonly inputHash: string | null;
  readonly header: RunHeader | null;
  readonly data: Json;
  /** Account ids and minor units, in step. */
  readonly accounts: readonly string[];
  readonly minors: readonly bigint[];
  readonly hash: string;
}

/** The hash before a log's first event. */
export const genesisHash = '0'.repeat(64);

/** SHA-256 of a text, in hex. The text is taken as Latin-1 where it is ASCII, else as UTF-8: the same bytes for ASCII. */
export const sha256 = (text: string): string => digestOf('sha256', text, 'hex');

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const beyondAscii = /[^\x00-\x7f]/g;

/** JSON text in ASCII: what is beyond is written as \u escapes, so that lengths in characters are lengths in bytes. */
export function asciiJson(json: unknown): string {
  const text = JSON.stringify(json) ?? 'null';
  return text.replace(beyondAscii, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const escaped = /[\\]|[^\x00-\x7f]/g;

/** Text in ASCII, from which it can be told: the backslash is escaped, too, so that `é` is not the six characters of its escape. */
const ascii = (text: string): string =>
  text.replace(escaped, (char) =>
    char === '\\' ? '\\\\' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const asIs = (text: string): string => text;

/** One field, with its length before it, so that no two lists of fields give the same text. */
const field = (text: string): string => `${text.length}:${text},`;

/**
 * The bytes that an event's hash is taken over: every field, each with its length before it, the revision and the hash of the
 * event before included.
 */
export function canonicalText(event: Omit<StoredEvent, 'hash'>, previousHash: string): string {
  // Nearly all events are ASCII without a backslash as they are: one look at the whole is cheaper than one at every field.
  const text = fieldsOf(event, previousHash, asIs);
  const plain = Buffer.byteLength(text) === text.length && !text.includes('\\');
  return plain ? text : fieldsOf(event, previousHash, ascii);
}

/** Every field in its place, with what may be beyond ASCII written in a given way. */
function fieldsOf(
  event: Omit<StoredEvent, 'hash'>,
  previousHash: string,
  written: (text: string) => string,
): string {
  const free = (text: string): string => field(written(text));
  const optional = (text: string | null): string => (text === null ? '-,' : free(text));
  let entry = '';
  for (let at = 0; at < event.accounts.length; at++) {
    entry += field(event.accounts[at] ?? '') + field((event.minors[at] ?? 0n).toString());
  }
  let refs = '';
  for (const ref of event.refs) refs += free(ref);
  return (
    field(previousHash) +
    field(String(event.revision)) +
    field(event.type) +
    field(String(event.schemaVersion)) +
    field(event.kind) +
    field(event.segment) +
    free(event.subject) +
    field(refs) +
    field(formatDay(event.effectiveOn)) +
    field(String(event.recordedAt)) +
    free(event.actor) +
    optional(event.cause === null ? null : String(event.cause)) +
    optional(event.correlation) +
    optional(event.key) +
    optional(event.inputHash) +
    optional(event.header === null ? null : (JSON.stringify(event.header) ?? 'null')) +
    free(JSON.stringify(event.data) ?? 'null') +
    field(entry)
  );
}

/** The event with its place in the chain. */
export function sealed(event: Omit<StoredEvent, 'hash'>, previousHash: string): StoredEvent {
  return { ...event, hash: sha256(canonicalText(event, previousHash)) };
}

/** Whether an event's hash is the one that its fields and the event before it give. */
export const hashHolds = (event: StoredEvent, previousHash: string): boolean =>
  sha256(canonicalText(event, previousHash)) === event.hash;

/** An event's id: a UUID (version 8) made from its hash, so that equal ids mean equal bytes. */
export function eventId(hash: string): string {
  const variant = (8 + (Number.parseInt(hash.charAt(16), 16) % 4)).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Before the hash of an input as it was understood; what earlier versions recorded is of the command's words, and has no mark. */
export const meantMark = '2:';

/** The digits of an input's hash, with or without its mark. */
export const inputDigits = (hash: string): string =>
  hash.startsWith(meantMark) ? hash.slice(meantMark.length) : hash;

/** The hash of a command's input: date, command and inputs, their keys in alphabetical order. */
export const hashInput = (on: string, command: string, inputs: unknown): string =>
  sha256(asciiJson([on, command, sorted(inputs)]));

/** A value with the keys of its objects in alphabetical order. */
export function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value);
  if (!areSorted(parts)) parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const made: Record<string, unknown> = {};
  for (const [key, part] of parts) {
    if (part === undefined) continue;
    const value = typeof part === 'string' ? part : sorted(part);
    // Setting a key of this name would set something else.
    if (key === '__proto__') Object.defineProperty(made, key, { value, enumerable: true });
    else made[key] = value;
  }
  return made;
}

function areSorted(parts: readonly (readonly [string, unknown])[]): boolean {
  for (let at = 1; at < parts.length; at++)
    if ((parts[at - 1]?.[0] ?? '') > (parts[at]?.[0] ?? '')) return false;
  return true;
}
