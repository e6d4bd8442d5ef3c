/**
 * Calls between two threads: each side asks and answers, by name. A call can be given up; when the other side is gone, every call
 * that waits for it fails.
 *
 * @module
 */
import type { Transferable } from 'node:worker_threads';
import { codes, declaredCodes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';

/** What one side can be asked: a name, what it is given and what it gives. Both are plain data, or a {@link Refusal} that is given. */
export type Protocol = { readonly [name: string]: { readonly given: unknown; readonly gives: unknown } };

/** How one side answers. */
export type Handlers<P> = {
  readonly [N in keyof P]: P[N] extends { readonly given: infer G; readonly gives: infer R }
    ? (given: G, signal: AbortSignal) => R | Refusal | Promise<R | Refusal>
    : never;
};

/** The end of a channel: a worker, or what a worker has of its parent. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
}

/** A refusal as plain data. */
interface RefusalSaid {
  readonly code: string;
  readonly value: string;
  readonly detail: string;
  readonly hint: string;
}

/** A message of a channel. What is given and given back is typed by the protocol of whoever is asked. */
export type Packet =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly given: never }
  | { readonly kind: 'stop'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly value: never }
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: RefusalSaid; readonly thrown: boolean }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly stack: string };

/** The other side has failed. */
export class OtherSideFailed extends Error {
  constructor(message: string, stack: string) {
    super(message);
    this.name = 'OtherSideFailed';
    this.stack = stack;
  }
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly refused: (refusal: Refusal) => void;
}

/** One side of a channel. `Theirs` is what the other side can be asked. */
export class Wire<Theirs extends Protocol, Ours extends Protocol> {
  readonly #port: Port;
  readonly #handlers: Handlers<Ours>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #working = new Map<number, AbortController>();
  #next = 0;
  #gone: Error | undefined;

  constructor(port: Port, handlers: Handlers<Ours>) {
    this.#port = port;
    this.#handlers = handlers;
  }

  /** Calls that wait for an answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Asks the other side.
   *
   * @throws what it throws; the signal's reason when it is given up; what {@link fail} was told when the other side is gone
   */
  call<N extends keyof Theirs & string>(
    name: N,
    given: Theirs[N]['given'],
    signal?: AbortSignal,
  ): Promise<Theirs[N]['gives'] | Refusal> {
    return new Promise<Theirs[N]['gives'] | Refusal>((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(this.#gone);
        return;
      }
      signal?.throwIfAborted();
      const id = this.#next++;
      const stop = (): void => {
        this.#waiting.delete(id);
        this.#port.postMessage({ kind: 'stop', id });
        reject(signal?.reason);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          signal?.removeEventListener('abort', stop);
          settle(value);
        };
      this.#waiting.set(id, {
        resolve: settled<Theirs[N]['gives']>(resolve),
        reject: settled(reject),
        refused: settled<Refusal>(resolve),
      });
      signal?.addEventListener('abort', stop, { once: true });
      this.#port.postMessage({ kind: 'call', id, name, given }, transferred(given));
    });
  }

  /** Takes a message of the other side. */
  take(packet: Packet): void {
    if (packet.kind === 'call') void this.#answer(packet);
    else if (packet.kind === 'stop') this.#working.get(packet.id)?.abort();
    else this.#settle(packet);
  }

  /** Says that the other side is gone: what waits fails, and what is asked from now on. */
  fail(error: Error): void {
    this.#gone ??= error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
    for (const working of this.#working.values()) working.abort();
  }

  #settle(packet: Exclude<Packet, { kind: 'call' | 'stop' }>): void {
    const waiting = this.#waiting.get(packet.id);
    this.#waiting.delete(packet.id);
    if (waiting === undefined) return;
    if (packet.kind === 'done') waiting.resolve(packet.value);
    else if (packet.kind === 'failed') waiting.reject(new OtherSideFailed(packet.message, packet.stack));
    else if (packet.thrown) waiting.reject(new RefusedError(refusalOf(packet.refusal)));
    else waiting.refused(refusalOf(packet.refusal));
  }

  async #answer({ id, name, given }: Extract<Packet, { kind: 'call' }>): Promise<void> {
    const working = new AbortController();
    this.#working.set(id, working);
    try {
      const handler = this.#handlers[name];
      if (handler === undefined) throw new Error(`nobody here answers ${name}`);
      const value: unknown = await handler(given, working.signal);
      if (value instanceof Refusal)
        this.#port.postMessage({ kind: 'refused', id, refusal: saidOf(value), thrown: false });
      else this.#port.postMessage({ kind: 'done', id, value }, transferred(value));
    } catch (error) {
      if (error instanceof RefusedError)
        this.#port.postMessage({ kind: 'refused', id, refusal: saidOf(error.refusal), thrown: true });
      else {
        const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
        this.#port.postMessage({ kind: 'failed', id, message, stack });
      }
    } finally {
      this.#working.delete(id);
    }
  }
}

/** Bytes change hands instead of being copied. */
const transferred = (value: unknown): readonly ArrayBuffer[] =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];

const saidOf = ({ code, value, detail, hint }: Refusal): RefusalSaid => ({ code, value, detail, hint });

const refusalOf = ({ code, value, detail, hint }: RefusalSaid): Refusal =>
  new Refusal(declaredCodes().find((spec) => spec.code === code) ?? codes.unavailable, value, detail, hint);
