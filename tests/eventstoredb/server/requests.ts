import { decodeUuid } from './event.ts';
import type { ExpectedRevision } from './expectation.ts';
import { MalformedMessage, WireReader } from './wire.ts';

/** One message of an `Append` call: the options first, then an event each. */
export type AppendMessage =
  | { readonly kind: 'options'; readonly stream: string; readonly expected: ExpectedRevision }
  | { readonly kind: 'event'; readonly raw: Buffer };

/** What the first chunk of a batch says of all of it. */
export interface BatchOptions {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** When the client gives up; the epoch's milliseconds, or a span from now. */
  readonly deadline:
    | { readonly kind: 'at'; readonly ms: number }
    | { readonly kind: 'in'; readonly ms: number }
    | undefined;
}

/** One message of a `BatchAppend` call; chunks of several batches may alternate. */
export interface BatchChunk {
  readonly correlationId: string;
  readonly options: BatchOptions | undefined;
  readonly events: readonly Buffer[];
  readonly isFinal: boolean;
}

/** A revision to start from: `start` and `end` are their own, since a number past the end is not the end. */
export type Start = 'start' | 'end' | bigint;

/** What a `Read` call asks for. */
export interface ReadRequest {
  /** Undefined for `$all`. */
  readonly stream: string | undefined;
  readonly from: Start;
  readonly direction: 'forwards' | 'backwards';
  /** How many events, or `subscription`. */
  readonly count: bigint | 'subscription';
  readonly filtered: boolean;
  readonly uuids: 'text' | 'structured';
}

/** Decodes `AppendReq`. */
export function decodeAppendMessage(bytes: Buffer): AppendMessage {
  const reader = new WireReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) {
      const options = decodeOptions(reader.message());
      return { kind: 'options', stream: options.stream, expected: options.expected };
    }
    if (field === 2) return { kind: 'event', raw: reader.bytes() };
    reader.skip();
  }
  throw new MalformedMessage('an append message without content');
}

/** Decodes `DeleteReq` and `TombstoneReq`, whose options are those of an append. */
export function decodeDeleteRequest(bytes: Buffer): Pick<BatchOptions, 'stream' | 'expected'> {
  const reader = new WireReader(bytes);
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) return decodeOptions(reader.message());
    reader.skip();
  }
  throw new MalformedMessage('a deletion without options');
}

/** Decodes `BatchAppendReq`. */
export function decodeBatchChunk(bytes: Buffer): BatchChunk {
  const reader = new WireReader(bytes);
  let correlationId: string | undefined;
  let options: BatchOptions | undefined;
  let isFinal = false;
  const events: Buffer[] = [];
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case 1:
        correlationId = decodeUuid(reader.message());
        break;
      case 2:
        options = decodeOptions(reader.message());
        break;
      case 3:
        events.push(reader.bytes());
        break;
      case 4:
        isFinal = reader.uint() !== 0;
        break;
      default:
        reader.skip();
    }
  }
  if (correlationId === undefined) throw new MalformedMessage('a batch without a correlation id');
  return { correlationId, options, events, isFinal };
}

/**
 * The options of both forms of append, whose fields agree in number and meaning as far as the unary form has them.
 */
function decodeOptions(reader: WireReader): BatchOptions {
  let stream = '';
  let expected: ExpectedRevision | undefined;
  let deadline: BatchOptions['deadline'];
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case 1:
        stream = decodeStreamName(reader.message());
        break;
      case 2: {
        const revision = reader.uint64();
        // The real server takes the greatest number for "no stream".
        expected = revision === GREATEST ? 'no_stream' : revision;
        break;
      }
      case 3:
        reader.skip();
        expected = 'no_stream';
        break;
      case 4:
        reader.skip();
        expected = 'any';
        break;
      case 5:
        reader.skip();
        expected = 'stream_exists';
        break;
      case 6:
        deadline = { kind: 'at', ms: decodeSecondsAndNanos(reader.message()) };
        break;
      case 7:
        deadline = { kind: 'in', ms: decodeSecondsAndNanos(reader.message()) };
        break;
      default:
        reader.skip();
    }
  }
  if (expected === undefined) throw new MalformedMessage('an append without an expected revision');
  return { stream, expected, deadline };
}

/** `Timestamp` and `Duration` have the same fields; milliseconds. */
function decodeSecondsAndNanos(reader: WireReader): number {
  let ms = 0;
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) ms += Number(BigInt.asIntN(64, reader.uint64())) * 1_000;
    else if (field === 2) ms += Number(BigInt.asIntN(64, reader.uint64())) / 1_000_000;
    else reader.skip();
  }
  return ms;
}

/** Decodes `ReadReq`. */
export function decodeReadRequest(bytes: Buffer): ReadRequest {
  const outer = new WireReader(bytes);
  let options: WireReader | undefined;
  for (let field = outer.field(); field !== 0; field = outer.field()) {
    if (field === 1) options = outer.message();
    else outer.skip();
  }
  if (options === undefined) throw new MalformedMessage('a read without options');

  let stream: string | undefined;
  let from: Start = 'start';
  let direction: ReadRequest['direction'] = 'forwards';
  let count: ReadRequest['count'] = 0n;
  let filtered = false;
  let uuids: ReadRequest['uuids'] = 'structured';
  for (let field = options.field(); field !== 0; field = options.field()) {
    switch (field) {
      case 1:
        ({ stream, from } = decodeStreamOptions(options.message()));
        break;
      case 3:
        direction = options.uint() === 0 ? 'forwards' : 'backwards';
        break;
      case 5:
        count = options.uint64();
        break;
      case 6:
        options.skip();
        count = 'subscription';
        break;
      case 7:
        options.skip();
        filtered = true;
        break;
      case 9:
        uuids = options.message().field() === 2 ? 'text' : 'structured';
        break;
      default:
        options.skip();
    }
  }
  return { stream, from, direction, count, filtered, uuids };
}

function decodeStreamOptions(reader: WireReader): { stream: string; from: Start } {
  let stream = '';
  let from: Start = 'start';
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    switch (field) {
      case 1:
        stream = decodeStreamName(reader.message());
        break;
      case 2: {
        const revision = reader.uint64();
        from = revision === GREATEST ? 'end' : revision;
        break;
      }
      case 3:
        reader.skip();
        from = 'start';
        break;
      case 4:
        reader.skip();
        from = 'end';
        break;
      default:
        reader.skip();
    }
  }
  return { stream, from };
}

function decodeStreamName(reader: WireReader): string {
  let name = '';
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 3) name = reader.text();
    else reader.skip();
  }
  return name;
}

const GREATEST = 0xffff_ffff_ffff_ffffn;
