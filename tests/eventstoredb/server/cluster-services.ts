import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { Call } from './call.ts';
import type { Method } from './counts.ts';
import type { Node } from './node.ts';
import type { SupportedMethod } from './responses.ts';
import { encodeClusterInfo, encodeSupportedMethods } from './responses.ts';

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Answer = sendUnaryData<Buffer>;

/** `ServerFeatures.GetSupportedMethods`: by this the client decides whether it appends in batches. */
export function handleFeatures(node: Node, unary: Unary, answer: Answer): Promise<void> {
  return answerOnce(node, 'features', unary, answer, () => {
    const { batchAppend, version } = node.settings;
    return encodeSupportedMethods(version, batchAppend ? [...METHODS, BATCH_APPEND] : METHODS);
  });
}

/** `Gossip.Read`: by this the client finds the node that it prefers. */
export function handleGossip(node: Node, unary: Unary, answer: Answer): Promise<void> {
  return answerOnce(node, 'gossip', unary, answer, () =>
    encodeClusterInfo(node.settings.members(), node.nowMs()),
  );
}

async function answerOnce(
  node: Node,
  method: Method,
  unary: Unary,
  answer: Answer,
  respond: () => Buffer,
): Promise<void> {
  const call = new Call(node, method, unary, (refusal) => answer(refusal));
  await call.received(unary.request);
  if (node.faults.hangs(method)) return;
  const response = respond();
  await node.faults.waiter?.();
  if (!call.isOpen) return;
  node.counter.add({ bytesSent: response.length });
  call.close();
  answer(null, response);
}

const STREAMS = 'event_store.client.streams.streams';

/** The real server names services and methods in lower case. */
const METHODS: readonly SupportedMethod[] = [
  { service: STREAMS, method: 'read', features: ['position', 'events'] },
  { service: STREAMS, method: 'append', features: [] },
  { service: 'event_store.client.gossip.gossip', method: 'read', features: [] },
  {
    service: 'event_store.client.server_features.serverfeatures',
    method: 'getsupportedmethods',
    features: [],
  },
];

const BATCH_APPEND: SupportedMethod = {
  service: STREAMS,
  method: 'batchappend',
  features: ['deadline_duration'],
};
