import type { RecordedEvent } from './event.ts';
import { contentTypeOf, encodeUuid, mapEntry } from './event.ts';
import type { Outcome } from './event-log.ts';
import type { ExpectedRevision } from './expectation.ts';
import { NOT_READY } from './refusals.ts';
import { fieldSize, putBytes, putPrefix, WireWriter } from './wire.ts';
import type { Answer } from './writes.ts';

/** Decimal fractions of a second that `created` counts: 100 ns. */
const TICKS_PER_MS = 10_000n;

/** What the protocol has in place of a position that is not known. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

const NOTHING = new WireWriter();

/** Codes of `google.rpc.Code` that stand in an answer to a batch. */
const RPC_CODE = {
  none: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  internal: 13,
} as const;

/** Why a batch is refused, where the answer carries a message of its own for it. */
export type BatchError =
  | { readonly kind: 'wrong-expected-version'; readonly expected: ExpectedRevision; readonly current: number }
  | { readonly kind: 'too-large'; readonly bytesMax: number }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'bad-request'; readonly message: string }
  | { readonly kind: 'internal'; readonly message: string };

/** The answer to `Append`. */
export function encodeAppendResponse(
  expected: ExpectedRevision,
  outcome: Extract<Answer, { kind: 'done' | 'wrong-expected-version' }>,
): Buffer {
  if (outcome.kind === 'done') {
    const position = new WireWriter().uint(1, outcome.position).uint(2, outcome.position);
    return new WireWriter().message(1, encodeSuccess(outcome.revision, position)).finish();
  }
  const wrong = new WireWriter();
  // The first five fields say the same for clients of 20.6.
  if (outcome.current < 0) wrong.message(2, NOTHING);
  else wrong.uint(1, outcome.current);
  switch (expected) {
    case 'any':
      wrong.message(4, NOTHING);
      break;
    case 'stream_exists':
      wrong.message(5, NOTHING);
      break;
    case 'no_stream':
      wrong.uint(3, NO_POSITION);
      break;
    default:
      wrong.uint(3, expected);
  }
  if (outcome.current < 0) wrong.message(7, NOTHING);
  else wrong.uint(6, outcome.current);
  switch (expected) {
    case 'any':
      wrong.message(9, NOTHING);
      break;
    case 'stream_exists':
      wrong.message(10, NOTHING);
      break;
    case 'no_stream':
      wrong.message(11, NOTHING);
      break;
    default:
      wrong.uint(8, expected);
  }
  return new WireWriter().message(2, wrong).finish();
}

/** The answer to `Delete` and `Tombstone`. */
export function encodeDeleted({ position }: Extract<Outcome, { kind: 'done' }>): Buffer {
  return new WireWriter().message(1, new WireWriter().uint(1, position).uint(2, position)).finish();
}

/** The answer to one batch of `BatchAppend` that was taken. */
export function encodeBatchSuccess(
  correlationId: string,
  stream: string,
  done: Extract<Outcome, { kind: 'done' }>,
): Buffer {
  const position = new WireWriter().uint(1, done.position).uint(2, done.position);
  return new WireWriter()
    .message(1, encodeUuid(correlationId, 'text'))
    .message(3, encodeSuccess(done.revision, position))
    .message(4, streamIdentifier(stream))
    .finish();
}

/**
 * The answer to one batch of `BatchAppend` that was not taken. The correlation id comes back as the client wrote it, save
 * where the server speaks by itself.
 */
export function encodeBatchError(
  correlationId: string,
  stream: string,
  error: BatchError,
  uuids: EventForm['uuids'] = 'text',
): Buffer {
  const { code, message, type, details } = describe(error, stream);
  const any = new WireWriter().text(1, `type.googleapis.com/${type}`).message(2, details);
  const status = new WireWriter().uint(1, code).text(2, message).message(3, any);
  return new WireWriter()
    .message(1, encodeUuid(correlationId, uuids))
    .message(2, status)
    .message(4, streamIdentifier(stream))
    .finish();
}

function describe(
  error: BatchError,
  stream: string,
): { code: number; message: string; type: string; details: WireWriter } {
  switch (error.kind) {
    case 'wrong-expected-version':
      return {
        code: RPC_CODE.alreadyExists,
        message: 'WrongExpectedVersion',
        type: 'event_store.client.WrongExpectedVersion',
        details: wrongExpectedVersion(error.expected, error.current),
      };
    case 'too-large':
      return {
        code: RPC_CODE.invalidArgument,
        message: 'MaximumAppendSizeExceeded',
        type: 'event_store.client.MaximumAppendSizeExceeded',
        details: new WireWriter().uint(1, error.bytesMax),
      };
    case 'deleted':
      return {
        code: RPC_CODE.notFound,
        message: 'StreamDeleted',
        type: 'event_store.client.StreamDeleted',
        details: new WireWriter().message(1, streamIdentifier(stream)),
      };
    case 'timeout':
      return {
        code: RPC_CODE.deadlineExceeded,
        message: 'Timeout',
        type: 'event_store.client.Timeout',
        details: NOTHING,
      };
    case 'not-ready':
      return { code: RPC_CODE.none, message: NOT_READY, type: 'google.protobuf.Empty', details: NOTHING };
    case 'bad-request':
      return {
        code: RPC_CODE.invalidArgument,
        message: 'BadRequest',
        type: 'event_store.client.BadRequest',
        details: new WireWriter().text(1, error.message),
      };
    case 'internal':
      return {
        code: RPC_CODE.internal,
        message: error.message,
        type: 'google.protobuf.Empty',
        details: NOTHING,
      };
  }
}

function wrongExpectedVersion(expected: ExpectedRevision, current: number): WireWriter {
  const writer = new WireWriter();
  if (current < 0) writer.message(2, NOTHING);
  else writer.uint(1, current);
  switch (expected) {
    case 'any':
      return writer.message(4, NOTHING);
    case 'stream_exists':
      return writer.message(5, NOTHING);
    case 'no_stream':
      return writer.message(6, NOTHING);
    default:
      return writer.uint(3, expected);
  }
}

function encodeSuccess(revision: number, position: WireWriter): WireWriter {
  const success = new WireWriter();
  if (revision < 0) success.message(2, NOTHING);
  else success.uint(1, revision);
  return success.message(3, position);
}

/** How an event is shown to one reader. */
export interface EventForm {
  readonly uuids: 'text' | 'structured';
  /** The real server knows the position only of events that it sends as they are committed. */
  readonly withPosition: boolean;
}

/** An event in the answer to `Read`. */
export function encodeEvent(event: RecordedEvent, form: EventForm): Buffer {
  const position = form.withPosition ? event.position : NO_POSITION;
  const head = new WireWriter()
    .message(1, encodeUuid(event.id, form.uuids))
    .message(2, streamIdentifier(event.stream))
    .uint(3, event.revision)
    .uint(4, position)
    .uint(5, position)
    .message(6, mapEntry('type', event.type))
    .message(6, mapEntry('created', (BigInt(Math.trunc(event.createdMs)) * TICKS_PER_MS).toString()))
    .message(6, mapEntry('content-type', contentTypeOf(event)));
  const recordedBytes = head.length + fieldSize(event.metadata.length) + fieldSize(event.data.length);
  const tail = form.withPosition ? new WireWriter().uint(3, position) : new WireWriter().message(4, NOTHING);
  const readEventBytes = fieldSize(recordedBytes) + tail.length;

  const bytes = Buffer.allocUnsafe(fieldSize(readEventBytes));
  let at = putPrefix(bytes, putPrefix(bytes, 0, 1, readEventBytes), 1, recordedBytes);
  at = head.copyTo(bytes, at);
  at = putBytes(bytes, at, 7, event.metadata);
  at = putBytes(bytes, at, 8, event.data);
  tail.copyTo(bytes, at);
  return bytes;
}

/** The first answer to a subscription. */
export function encodeConfirmation(subscriptionId: string): Buffer {
  return new WireWriter().message(2, new WireWriter().text(1, subscriptionId)).finish();
}

/** The only answer to a read of a stream that does not exist. */
export function encodeStreamNotFound(stream: string): Buffer {
  return new WireWriter().message(4, new WireWriter().message(1, streamIdentifier(stream))).finish();
}

function streamIdentifier(stream: string): WireWriter {
  return new WireWriter().text(3, stream);
}

/** A method that the server tells a client of. */
export interface SupportedMethod {
  readonly service: string;
  readonly method: string;
  readonly features: readonly string[];
}

/** The answer to `ServerFeatures.GetSupportedMethods`. */
export function encodeSupportedMethods(version: string, methods: readonly SupportedMethod[]): Buffer {
  const writer = new WireWriter();
  for (const { service, method, features } of methods) {
    const supported = new WireWriter().text(1, method).text(2, service);
    for (const feature of features) supported.text(3, feature);
    writer.message(1, supported);
  }
  return writer.text(2, version).finish();
}

/** A node as gossip shows it. */
export interface Member {
  readonly host: string;
  readonly port: number;
  readonly role: Role;
  readonly alive: boolean;
  readonly instanceId: string;
}

/** What a node can be, of the sixteen states of the protocol. */
export type Role = 'leader' | 'follower' | 'read-only-replica' | 'catching-up';

const STATE: Readonly<Record<Role, number>> = {
  'catching-up': 4,
  follower: 6,
  leader: 8,
  'read-only-replica': 14,
};

/** The answer to `Gossip.Read`. */
export function encodeClusterInfo(members: readonly Member[], nowMs: number): Buffer {
  const writer = new WireWriter();
  for (const { host, port, role, alive, instanceId } of members) {
    writer.message(
      1,
      new WireWriter()
        .message(1, encodeUuid(instanceId, 'structured'))
        .uint(2, BigInt(Math.trunc(nowMs)) * TICKS_PER_MS)
        .uint(3, STATE[role])
        .uint(4, alive ? 1 : 0)
        .message(5, new WireWriter().text(1, host).uint(2, port)),
    );
  }
  return writer.finish();
}
