import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { Call, messagesOf } from './call.ts';
import type { Proposal } from './event.ts';
import { decodeProposal, InvalidProposal } from './event.ts';
import { isRevision } from './expectation.ts';
import type { Node } from './node.ts';
import type { Refusal } from './refusals.ts';
import {
  appendTooLarge,
  commitTimedOut,
  handlerThrew,
  internalError,
  metadataMissing,
  notReady,
  streamDeleted,
} from './refusals.ts';
import type { AppendMessage } from './requests.ts';
import { decodeAppendMessage } from './requests.ts';
import { encodeAppendResponse } from './responses.ts';
import { MalformedMessage } from './wire.ts';
import { carryOut } from './writes.ts';

/** `Streams.Append`: the options, the events one by one, and one answer. */
export async function handleAppend(
  node: Node,
  stream: ServerReadableStream<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): Promise<void> {
  const call = new Call(node, 'append', stream, (refusal) => answer(refusal));
  try {
    if (node.faults.hangs('append')) return;
    const received = await receive(node, call, stream);
    if (received === undefined) return;
    const refusal = call.leaderRefusal();
    if (refusal !== undefined) {
      call.fail(refusal);
      return;
    }
    const { options, events } = received;
    const outcome = await carryOut(node, call, { ...options, events });
    if (outcome === undefined) return;
    if (outcome.kind === 'timed-out' || outcome.kind === 'not-ready') {
      call.fail(outcome.kind === 'timed-out' ? commitTimedOut() : notReady());
      return;
    }
    if (outcome.kind === 'deleted') {
      call.fail(streamDeleted(options.stream));
      return;
    }
    const response = encodeAppendResponse(options.expected, outcome);
    await node.faults.waiter?.();
    if (!call.isOpen) return;
    node.counter.add({ bytesSent: response.length });
    call.close();
    answer(null, response);
  } catch (error) {
    call.fail(refusalOf(error));
  }
}

type Options = Extract<AppendMessage, { kind: 'options' }>;

/** All that the client sends; undefined if the call ended before it was complete. */
async function receive(
  node: Node,
  call: Call,
  stream: ServerReadableStream<Buffer, Buffer>,
): Promise<{ options: Options; events: readonly Proposal[] } | undefined> {
  let options: Options | undefined;
  const events: Proposal[] = [];
  let dataBytes = 0;
  for await (const bytes of messagesOf(stream)) {
    await call.received(bytes);
    const message = decodeAppendMessage(bytes);
    if (message.kind === 'options') {
      options = message;
      continue;
    }
    const event = decodeProposal(message.raw);
    dataBytes += event.data.length;
    if (dataBytes > node.settings.maxAppendSizeBytes) {
      call.fail(appendTooLarge(node.settings.maxAppendSizeBytes));
      return undefined;
    }
    events.push(event);
  }
  if (!call.isOpen) return undefined;
  if (options === undefined || options.stream === '') throw new MalformedMessage('no stream is named');
  if (!isRevision(options.expected)) throw new MalformedMessage(`${options.expected} is no revision`);
  return { options, events };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof InvalidProposal && error.missing !== undefined) return metadataMissing(error.message);
  if (error instanceof InvalidProposal || error instanceof MalformedMessage) return handlerThrew();
  return internalError(error);
}
