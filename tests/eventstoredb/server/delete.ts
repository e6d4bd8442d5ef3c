import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { Call } from './call.ts';
import type { ExpectedRevision } from './expectation.ts';
import type { Node } from './node.ts';
import { handlerThrew, notReady, streamDeleted, wrongExpectedVersion } from './refusals.ts';
import { decodeDeleteRequest } from './requests.ts';
import { encodeDeleted } from './responses.ts';

/** `Streams.Delete`, which hides a stream, and `Streams.Tombstone`, which ends it for good. */
export async function handleDelete(
  node: Node,
  how: 'delete' | 'tombstone',
  request: ServerUnaryCall<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): Promise<void> {
  const call = new Call(node, 'delete', request, (refusal) => answer(refusal));
  await call.received(request.request);
  if (node.faults.hangs('delete')) return;
  if (!node.settings.ready) {
    call.fail(notReady());
    return;
  }
  try {
    const { stream, expected } = decodeDeleteRequest(request.request);
    const outcome = await node.log[how](stream, expected);
    if (outcome.kind === 'done') {
      call.close();
      answer(null, encodeDeleted(outcome));
    } else if (outcome.kind === 'deleted') call.fail(streamDeleted(stream));
    else call.fail(wrongExpectedVersion(stream, numberOf(expected), node.log.lastOf(stream)));
  } catch {
    call.fail(handlerThrew());
  }
}

/** How the protocol's errors name what was expected. */
function numberOf(expected: ExpectedRevision): string {
  if (typeof expected === 'bigint') return expected.toString();
  return { any: '-2', no_stream: '-1', stream_exists: '-4' }[expected];
}
