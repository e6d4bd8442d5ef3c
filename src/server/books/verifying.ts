/**
 * Verifying logs beside the server: one at a time, each in a thread of its own with a bound on its memory.
 *
 * @module
 */
import { Worker } from 'node:worker_threads';
import { bytesOfBook } from './book-sizes.ts';
import type { VerifyAnswer, VerifyJob } from './verify-job.ts';

/** Most memory of the thread that verifies a log, heap and array buffers together: some 2.4 million events with their entries. */
export const verifyBytesMax = 2 * 1024 ** 3;

/** The thread's own heap, in bytes: the program that it runs, and pages of events whose hashes it works out. */
const threadBytesMin = 256 * 1024 ** 2;

/** Folding a log takes as much as its book does, and the snapshot that it is compared with is there for a while, too. */
const timesBook = 2;

/** How many events and postings a log has, from which the memory is estimated that folding it takes. */
export interface LogSize {
  readonly events: number;
  readonly postings: number;
}

const moduleUrl = new URL('./verify-worker.ts', import.meta.url);

export class Verifying {
  readonly #bytesMax: number;
  #line: Promise<unknown> = Promise.resolve();

  constructor(bytesMax = verifyBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Verifies a log when those that were asked for before are done. Where folding it would take too much memory, its hashes alone are
   * worked out.
   *
   * @param signal gives it up
   */
  verify(job: Omit<VerifyJob, 'bytesMax'>, size: LogSize, signal: AbortSignal): Promise<VerifyAnswer> {
    const done = this.#line.then(() => this.#verify(job, size, signal));
    this.#line = done.catch(() => undefined);
    // Whoever gives up does not wait for those before it.
    return Promise.race([done, aborted(signal)]);
  }

  async #verify(
    { snapshot, ...job }: Omit<VerifyJob, 'bytesMax'>,
    { events, postings }: LogSize,
    signal: AbortSignal,
  ): Promise<VerifyAnswer> {
    const bytesMax = this.#bytesMax;
    const fits = timesBook * bytesOfBook(events, postings) <= bytesMax;
    const answer = await inThread({ ...job, bytesMax, snapshot: fits ? snapshot : undefined }, signal);
    return answer.kind === 'beyond' ? await inThread({ ...job, bytesMax }, signal) : answer;
  }
}

const aborted = (signal: AbortSignal): Promise<VerifyAnswer> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(givenUp);
    signal.addEventListener('abort', () => resolve(givenUp), { once: true });
  });

/** Runs a job in a thread of its own, which may die of it. */
function inThread(job: VerifyJob, signal: AbortSignal): Promise<VerifyAnswer> {
  if (signal.aborted) return Promise.resolve(givenUp);
  return new Promise((resolve) => {
    const worker = new Worker(moduleUrl, {
      workerData: job,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: Math.max(job.bytesMax, threadBytesMin) / 1024 ** 2 },
    });
    const abort = (): void => void worker.terminate();
    const answered = (answer: VerifyAnswer): void => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    signal.addEventListener('abort', abort, { once: true });
    worker.once('message', answered);
    worker.once('error', (error: Error & { readonly code?: unknown }) =>
      answered(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { kind: 'beyond' }
          : { kind: 'failed', why: String(error) },
      ),
    );
    worker.once('exit', () => answered(givenUp));
    worker.unref();
  });
}

const givenUp: VerifyAnswer = { kind: 'failed', why: 'it was given up' };
