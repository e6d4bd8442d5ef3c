import { WireReader, WireWriter } from './wire.ts';

/** The content types that the protocol knows; anything else is stored as octets. */
export const JSON_CONTENT = 'application/json';
const OCTET_CONTENT = 'application/octet-stream';

/** An event as a writer proposes it. */
export interface Proposal {
  /** Lower case, with hyphens: the one thing that idempotency compares. */
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Buffer;
  readonly metadata: Buffer;
  /** The message as it came, so that it is stored without being written anew. */
  readonly raw: Buffer;
}

/** An event as it stands in a stream. */
export interface RecordedEvent extends Proposal {
  readonly stream: string;
  readonly revision: number;
  /** Where it stands in the order of all commits: greater than that of every event before it. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** Why a proposal is refused before it comes to the store. */
export class InvalidProposal extends Error {
  override readonly name = 'InvalidProposal';
  /** The key that is missing from the event's metadata, if that is the reason. */
  readonly missing: 'type' | 'content-type' | undefined;

  constructor(message: string, missing?: 'type' | 'content-type') {
    super(message);
    this.missing = missing;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * `AppendReq.ProposedMessage` and `BatchAppendReq.ProposedMessage`, which have the same fields.
 *
 * @throws InvalidProposal
 */
export function decodeProposal(raw: Buffer): Proposal {
  const reader = new WireReader(raw);
  let id: string | undefined;
  let type: string | undefined;
  let contentType: string | undefined;
  let metadata: Buffer = EMPTY;
  let data: Buffer = EMPTY;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case 1:
        id = decodeUuid(reader.message());
        break;
      case 2: {
        const [key, value] = decodeMapEntry(reader.message());
        if (key === 'type') type = value;
        if (key === 'content-type') contentType = value;
        break;
      }
      case 3:
        metadata = reader.bytes();
        break;
      case 4:
        data = reader.bytes();
        break;
      default:
        reader.skip();
    }
  }
  if (type === undefined) throw new InvalidProposal("Required Metadata Property 'type' is missing", 'type');
  if (contentType === undefined)
    throw new InvalidProposal("Required Metadata Property 'content-type' is missing", 'content-type');
  if (id === undefined || !UUID.test(id)) throw new InvalidProposal('Unrecognized Guid format.');
  if (id === NO_ID) throw new InvalidProposal("Empty eventId provided. (Parameter 'eventId')");
  if (type === '') throw new InvalidProposal("Empty eventType provided. (Parameter 'eventType')");
  return { id, type, isJson: contentType === JSON_CONTENT, data, metadata, raw };
}

/** What another writer than the client under test proposes, made within the process. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: unknown;
}

/** A JSON event as a client would send it. */
export function propose(event: NewEvent): Proposal {
  const writer = new WireWriter()
    .message(1, new WireWriter().text(2, event.id))
    .message(2, mapEntry('type', event.type))
    .message(2, mapEntry('content-type', JSON_CONTENT))
    .text(4, JSON.stringify(event.data));
  if (event.metadata !== undefined) writer.text(3, JSON.stringify(event.metadata));
  return decodeProposal(writer.finish());
}

/** The content type under which an event is given back. */
export function contentTypeOf(event: Proposal): string {
  return event.isJson ? JSON_CONTENT : OCTET_CONTENT;
}

/** One entry of a `map<string, string>`. */
export function mapEntry(key: string, value: string): WireWriter {
  return new WireWriter().text(1, key).text(2, value);
}

/** Either form of the protocol's UUID, as text in lower case; undefined if it holds none. */
export function decodeUuid(reader: WireReader): string | undefined {
  let id: string | undefined;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case 1:
        id = decodeStructuredUuid(reader.message());
        break;
      case 2:
        id = reader.text().toLowerCase();
        break;
      default:
        reader.skip();
    }
  }
  return id;
}

function decodeStructuredUuid(reader: WireReader): string {
  let high = 0n;
  let low = 0n;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) high = reader.uint64();
    else if (field === 2) low = reader.uint64();
    else reader.skip();
  }
  const hex = high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUID in the form that the reader asked for. */
export function encodeUuid(id: string, form: 'text' | 'structured'): WireWriter {
  if (form === 'text') return new WireWriter().text(2, id);
  const hex = id.replaceAll('-', '');
  const halves = new WireWriter()
    .uint(1, BigInt(`0x${hex.slice(0, 16)}`))
    .uint(2, BigInt(`0x${hex.slice(16)}`));
  return new WireWriter().message(1, halves);
}

function decodeMapEntry(reader: WireReader): [key: string, value: string] {
  let key = '';
  let value = '';
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) key = reader.text();
    else if (field === 2) value = reader.text();
    else reader.skip();
  }
  return [key, value];
}

const EMPTY = Buffer.alloc(0);
const NO_ID = '00000000-0000-0000-0000-000000000000';
