/**
 * One thread of a server that names, evaluates and holds runs, as the server sees it.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { ServerAsked, ThreadAsked, ThreadSetup } from './protocol.ts';
import { type Handlers, type Packet, Wire } from './wire.ts';

const mebibyte = 1024 ** 2;
/** Memory of a thread for what is young, in MiB: enough that a slice of facts doesn't move what it needs for no longer. */
const youngMiB = 64;
/**
 * What the heap may take beyond the bound of a run. The run looks at its bound between slices, so that it ends with a code; a heap
 * at its own limit can end the whole process, and must not be reached before that.
 */
const heapShare = 2;
/** The least that a heap gets, in MiB: the program itself, and room for what a small run throws away. */
const heapMiBMin = 512;

/** A thread. It ends when it is told to, or when it fails: then whoever waits is told. */
export class RunThread {
  readonly wire: Wire<ThreadAsked, ServerAsked>;
  readonly #worker: Worker;
  #ended = false;

  /** @param gone told when the thread has ended by itself */
  constructor(
    setup: ThreadSetup,
    handlers: Handlers<ServerAsked>,
    gone: (why: Error) => void,
    script = new URL('./worker.ts', import.meta.url),
  ) {
    this.#worker = new Worker(script, {
      workerData: setup,
      execArgv: [],
      name: 'formicary run',
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(
          heapMiBMin,
          Math.ceil((setup.bounds.memoryBytesMax * heapShare) / mebibyte),
        ),
        maxYoungGenerationSizeMb: youngMiB,
      },
    });
    this.wire = new Wire(this.#worker, handlers);
    this.#worker.on('message', (packet: Packet) => this.wire.take(packet));
    const failed = (why: Error): void => {
      if (this.#ended) return;
      this.#ended = true;
      this.wire.fail(why);
      gone(why);
    };
    this.#worker.on('error', (error: unknown) =>
      failed(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('messageerror', failed);
    this.#worker.on('exit', (code) => failed(new Error(`the thread has ended with code ${code}`)));
  }

  /** Ends it, whatever it is doing. Who waits for it is told so. */
  async end(why = new Error('the thread was ended')): Promise<void> {
    this.#ended = true;
    this.wire.fail(why);
    await this.#worker.terminate();
  }
}
