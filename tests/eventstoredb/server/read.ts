import type { ServerWritableStream } from '@grpc/grpc-js';
import { Call, Sender } from './call.ts';
import type { StreamRead } from './delivery.ts';
import { Delivery, PAGE_EVENTS } from './delivery.ts';
import type { RecordedEvent } from './event.ts';
import { GREATEST_REVISION } from './expectation.ts';
import type { Cuttable } from './faults.ts';
import type { Node } from './node.ts';
import type { Refusal } from './refusals.ts';
import {
  handlerThrew,
  invalidArgument,
  notReady,
  readFailed,
  streamDeleted,
  unimplemented,
} from './refusals.ts';
import type { ReadRequest } from './requests.ts';
import { decodeReadRequest } from './requests.ts';
import { encodeStreamNotFound } from './responses.ts';
import { subscribe } from './subscribe.ts';
import { MalformedMessage } from './wire.ts';

/** `Streams.Read`: reads of a stream in either direction, and subscriptions to one. */
export async function handleRead(node: Node, stream: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  const request = tryDecode(stream.request);
  const method = methodOf(request);
  const call = new Call(node, method, stream, (refusal) => stream.emit('error', refusal));
  await call.received(stream.request);
  if (node.faults.hangs(method)) return;
  if (request === undefined) {
    call.fail(handlerThrew());
    return;
  }
  if (!node.settings.ready) {
    call.fail(notReady());
    return;
  }
  const { stream: name } = request;
  if (name === undefined) {
    call.fail(unimplemented('This server has no $all.'));
    return;
  }
  const refusal =
    call.leaderRefusal() ??
    refusalOf(request) ??
    (node.log.hasTombstone(name) ? streamDeleted(name) : undefined);
  if (refusal !== undefined) {
    call.fail(refusal);
    return;
  }
  const delivery = new Delivery(
    node,
    call,
    new Sender(node, call, stream),
    request,
    node.faults.takeCut(method),
  );
  if (request.count === 'subscription') await subscribe(node, call, delivery, { ...request, stream: name });
  else await readStream(node, call, delivery, { ...request, stream: name });
}

function methodOf(request: ReadRequest | undefined): Cuttable {
  const isSubscription = request?.count === 'subscription';
  if (request?.stream?.startsWith('$$') === true) return isSubscription ? 'watchMetadata' : 'readMetadata';
  return isSubscription ? 'subscribe' : 'read';
}

function tryDecode(bytes: Buffer): ReadRequest | undefined {
  try {
    return decodeReadRequest(bytes);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

function refusalOf({ stream, from, direction, count, filtered }: ReadRequest): Refusal | undefined {
  if (stream === '' || (typeof from === 'bigint' && from > GREATEST_REVISION)) return handlerThrew();
  if (filtered) return invalidArgument('The combination of Stream and Filter is invalid.');
  if (count === 'subscription')
    return direction === 'backwards'
      ? invalidArgument('The combination of Subscription and Backwards is invalid.')
      : undefined;
  return count === 0n || (direction === 'forwards' && from === 'end') ? readFailed() : undefined;
}

async function readStream(node: Node, call: Call, delivery: Delivery, request: StreamRead): Promise<void> {
  const { log } = node;
  if (delivery.cutAtOnce()) return;
  if (log.lengthOf(request.stream) === undefined) {
    await delivery.sender.send(encodeStreamNotFound(request.stream));
    delivery.sender.end();
    return;
  }
  let left = request.count === 'subscription' ? 0 : Number(request.count);
  let next = startOf(request, log.lengthOf(request.stream) ?? 0);
  while (left > 0 && call.isOpen) {
    const page =
      request.direction === 'forwards'
        ? log.read(request.stream, next, Math.min(left, PAGE_EVENTS))
        : backwards(node, request.stream, next, Math.min(left, PAGE_EVENTS));
    const last = page.at(-1);
    if (last === undefined) break;
    for (const event of page) await delivery.deliver(event, false);
    left -= page.length;
    next = last.revision + (request.direction === 'forwards' ? 1 : -1);
  }
  delivery.sender.end();
}

/** So many events from a revision down, as far as they can be read. */
function backwards({ log }: Node, stream: string, from: number, count: number): readonly RecordedEvent[] {
  const to = Math.max(from - count + 1, log.firstOf(stream));
  return to > from ? [] : log.read(stream, to, from - to + 1).toReversed();
}

function startOf({ from, direction }: StreamRead, length: number): number {
  // The real server reckons the end of its first page past the greatest number there is, and begins anew.
  if (from === 'start' || (direction === 'forwards' && from === GREATEST_REVISION)) return 0;
  if (direction === 'forwards') return from === 'end' ? length : Number(from);
  return from === 'end' ? length - 1 : Math.min(Number(from), length - 1);
}
