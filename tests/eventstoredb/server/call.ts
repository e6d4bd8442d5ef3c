import type { Metadata } from '@grpc/grpc-js';
import type { Method } from './counts.ts';
import type { Node } from './node.ts';
import type { Refusal } from './refusals.ts';
import { notLeader } from './refusals.ts';

/** The part of a call's object that all four kinds of the library share. */
interface Surface {
  readonly metadata: Metadata;
  getPeer(): string;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** The part of a call's object by which messages are sent. */
interface Sending extends Surface {
  write(message: Buffer, sent?: () => void): boolean;
  end(): void;
  on(event: 'cancelled' | 'drain', listener: () => void): unknown;
}

/**
 * One call from its start to its end: counted while it is open, refused where only a leader may answer, and within reach
 * of the faults.
 */
export class Call {
  readonly method: Method;
  /** Address and port of the client, which are the same for all calls of a connection. */
  readonly peer: string;
  readonly #node: Node;
  readonly #surface: Surface;
  readonly #refuse: (refusal: Refusal) => void;
  #isOpen = true;
  readonly #closed = Promise.withResolvers<void>();

  constructor(node: Node, method: Method, surface: Surface, refuse: (refusal: Refusal) => void) {
    this.#node = node;
    this.method = method;
    this.peer = surface.getPeer();
    this.#surface = surface;
    this.#refuse = refuse;
    node.counter.began(method);
    node.openCalls.add(this);
    surface.on('cancelled', () => this.close());
  }

  /** Whether anybody listens to what is sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when the call has ended, however it did. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Takes note that the call has ended. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#node.openCalls.delete(this);
    this.#node.counter.ended(this.method);
    this.#closed.resolve();
  }

  fail(refusal: Refusal): void {
    if (!this.#isOpen) return;
    this.close();
    this.#refuse(refusal);
  }

  /** Breaks the connection that the call came by, and with it all its other calls. */
  cut(): void {
    this.#node.cutConnection(this.peer);
  }

  /** The refusal that is due if the caller asked for a leader and this node is none. */
  leaderRefusal(): Refusal | undefined {
    const { role, leader } = this.#node.settings;
    const asked = this.#surface.metadata.get('requires-leader').at(0)?.toString().toLowerCase() === 'true';
    return asked && role !== 'leader' && leader !== undefined ? notLeader(leader) : undefined;
  }

  /** Counts a message that came, and waits as long as the link takes. */
  async received(message: Buffer): Promise<void> {
    this.#node.counter.add({ bytesReceived: message.length });
    await this.#node.faults.waiter?.();
  }
}

/** Sends messages one after the other, no faster than the client takes them. */
export class Sender {
  readonly #node: Node;
  readonly #call: Call;
  readonly #stream: Sending;
  #drained = Promise.withResolvers<void>();

  constructor(node: Node, call: Call, stream: Sending) {
    this.#node = node;
    this.#call = call;
    this.#stream = stream;
    const goOn = () => this.#drained.resolve();
    stream.on('drain', goOn);
    call.closed.then(goOn);
  }

  /** Resolves when the next message may be sent, or when the call has ended. */
  async send(message: Buffer): Promise<void> {
    await this.#node.faults.waiter?.();
    if (!this.#call.isOpen) return;
    this.#node.counter.add({ bytesSent: message.length });
    if (this.#stream.write(message)) return;
    this.#drained = Promise.withResolvers();
    // A call that ended in the meantime drains no more.
    if (this.#call.isOpen) await this.#drained.promise;
  }

  /** Resolves when all that was sent has gone to the connection, or when the call has ended. */
  async flush(message: Buffer): Promise<void> {
    if (!this.#call.isOpen) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#node.counter.add({ bytesSent: message.length });
    this.#stream.write(message, () => resolve());
    await Promise.race([promise, this.#call.closed]);
  }

  end(): void {
    if (!this.#call.isOpen) return;
    this.#call.close();
    this.#stream.end();
  }
}

/** Ends early, and without an error, when the client goes away. */
export async function* messagesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw error;
  }
}
