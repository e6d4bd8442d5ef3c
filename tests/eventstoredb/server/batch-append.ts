import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Call, messagesOf, Sender } from './call.ts';
import type { Proposal } from './event.ts';
import { decodeProposal } from './event.ts';
import type { ExpectedRevision } from './expectation.ts';
import { isRevision } from './expectation.ts';
import type { Node } from './node.ts';
import { handlerThrew, unimplemented } from './refusals.ts';
import type { BatchChunk, BatchOptions } from './requests.ts';
import { decodeBatchChunk } from './requests.ts';
import type { BatchError } from './responses.ts';
import { encodeBatchError, encodeBatchSuccess } from './responses.ts';
import type { Answer } from './writes.ts';
import { carryOut } from './writes.ts';

/** A batch of which the last chunk has not come. */
interface Batch {
  readonly options: BatchOptions;
  readonly events: Proposal[];
  dataBytes: number;
  /** Ends the wait for the last chunk. */
  readonly timer: NodeJS.Timeout;
}

/** `Streams.BatchAppend`: chunks of many batches come in, an answer a batch goes out, both as long as the client stays. */
export async function handleBatchAppend(
  node: Node,
  stream: ServerDuplexStream<Buffer, Buffer>,
): Promise<void> {
  const call = new Call(node, 'batchAppend', stream, (refusal) => stream.emit('error', refusal));
  if (!node.settings.batchAppend) {
    call.fail(unimplemented('Service is unimplemented.'));
    return;
  }
  const batches = new Batches(node, call, new Sender(node, call, stream));
  try {
    for await (const bytes of messagesOf(stream)) {
      await call.received(bytes);
      batches.take(decodeBatchChunk(bytes));
    }
    await batches.finish();
  } catch {
    call.fail(handlerThrew());
  } finally {
    batches.drop();
  }
}

/** The batches of one call. */
class Batches {
  readonly #node: Node;
  readonly #call: Call;
  readonly #sender: Sender;
  readonly #incomplete = new Map<string, Batch>();
  readonly #unanswered = new Set<Promise<void>>();

  constructor(node: Node, call: Call, sender: Sender) {
    this.#node = node;
    this.#call = call;
    this.#sender = sender;
  }

  take(chunk: BatchChunk): void {
    const { correlationId, options } = chunk;
    if (options !== undefined && !this.#incomplete.has(correlationId) && !this.#begin(correlationId, options))
      return;
    const batch = this.#incomplete.get(correlationId);
    // A chunk of a batch that was refused already.
    if (batch === undefined) return;

    try {
      for (const raw of chunk.events) {
        const event = decodeProposal(raw);
        batch.events.push(event);
        batch.dataBytes += event.data.length;
      }
    } catch (error) {
      // Its answer would name the stream, which only the first chunk does: the real server fails over that.
      if (options === undefined) throw error;
      // Like the real server, which answers and yet keeps the batch: a later chunk may complete it without the event that
      // was wrong, or else a second answer, of a timeout, follows.
      this.#answerError(correlationId, batch.options.stream, {
        kind: 'bad-request',
        message: messageOf(error),
      });
      return;
    }
    const bytesMax = this.#node.settings.maxAppendSizeBytes;
    if (batch.dataBytes > bytesMax) {
      this.#refuse(correlationId, batch.options.stream, { kind: 'too-large', bytesMax });
      return;
    }
    if (!chunk.isFinal) return;
    this.#forget(correlationId);
    if (this.#node.faults.hangs('batchAppend')) return;
    const answered = this.#append(correlationId, batch).finally(() => this.#unanswered.delete(answered));
    this.#unanswered.add(answered);
  }

  /** The client sends no more: the call ends when the last batch is answered. */
  async finish(): Promise<void> {
    while (this.#unanswered.size > 0) await Promise.all(this.#unanswered);
    this.#sender.end();
  }

  /** Forgets what was not complete. */
  drop(): void {
    for (const correlationId of [...this.#incomplete.keys()]) this.#forget(correlationId);
  }

  #begin(correlationId: string, options: BatchOptions): boolean {
    if (options.stream === '') {
      this.#refuse(correlationId, '', {
        kind: 'bad-request',
        message: 'Required field StreamIdentifier not set.',
      });
      return false;
    }
    if (!isRevision(options.expected)) {
      this.#refuse(correlationId, options.stream, {
        kind: 'bad-request',
        message: "Specified argument was out of the range of valid values. (Parameter 'value')",
      });
      return false;
    }
    const leftMs = this.#leftMs(options.deadline);
    if (leftMs <= 0) {
      this.#refuse(correlationId, options.stream, { kind: 'timeout' });
      return false;
    }
    const timer = setTimeout(
      () => this.#giveUp(correlationId, options.stream),
      Math.min(leftMs, this.#node.settings.writeTimeoutMs),
    );
    this.#incomplete.set(correlationId, { options, events: [], dataBytes: 0, timer });
    return true;
  }

  #leftMs(deadline: BatchOptions['deadline']): number {
    if (deadline === undefined) return Number.POSITIVE_INFINITY;
    return deadline.kind === 'in' ? deadline.ms : deadline.ms - this.#node.nowMs();
  }

  async #append(correlationId: string, { options, events }: Batch): Promise<void> {
    const { stream, expected } = options;
    const refusal = this.#call.leaderRefusal();
    if (refusal !== undefined) {
      this.#call.fail(refusal);
      return;
    }
    try {
      const answer = await carryOut(this.#node, this.#call, { stream, expected, events });
      if (answer === undefined) return;
      const response =
        answer.kind === 'done'
          ? encodeBatchSuccess(correlationId, stream, answer)
          : encodeBatchError(correlationId, stream, errorOf(answer, expected));
      await this.#sender.send(response);
    } catch (error) {
      this.#answerError(correlationId, stream, { kind: 'internal', message: messageOf(error) });
    }
  }

  #giveUp(correlationId: string, stream: string): void {
    this.#forget(correlationId);
    void this.#sender.send(encodeBatchError(correlationId, stream, { kind: 'timeout' }, 'structured'));
  }

  #refuse(correlationId: string, stream: string, error: BatchError): void {
    this.#forget(correlationId);
    this.#answerError(correlationId, stream, error);
  }

  #answerError(correlationId: string, stream: string, error: BatchError): void {
    void this.#sender.send(encodeBatchError(correlationId, stream, error));
  }

  #forget(correlationId: string): void {
    clearTimeout(this.#incomplete.get(correlationId)?.timer);
    this.#incomplete.delete(correlationId);
  }
}

function errorOf(answer: Exclude<Answer, { kind: 'done' }>, expected: ExpectedRevision): BatchError {
  switch (answer.kind) {
    case 'wrong-expected-version':
      return { kind: 'wrong-expected-version', expected, current: answer.current };
    case 'deleted':
      return { kind: 'deleted' };
    case 'timed-out':
      return { kind: 'timeout' };
    case 'not-ready':
      return { kind: 'not-ready' };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
