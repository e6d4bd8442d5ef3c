/**
 * The threads of a server's runs: one that names runs, and one for each run that is evaluated or held. A run that is cancelled,
 * takes too long or is forgotten is ended with its thread, whatever it is doing.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { addressOf } from '../../log/port/address.ts';
import { runCancelled, runDied, runTooLarge, runUnknown } from '../../scenario/format/codes.ts';
import type { Asked, RunBounds } from '../../scenario/holding/asked.ts';
import type { RunEngine, RunJob, RunNamed } from '../../scenario/holding/runs.ts';
import type { PinnedBase } from '../../scenario/running/bases.ts';
import { runIdOf } from '../../scenario/running/run.ts';
import { type Books, endOf, type Lease } from '../books/books.ts';
import type { BookNamed, FieldAsked, FiguresAsked, ThreadSetup } from './protocol.ts';
import { RemoteRun } from './remote.ts';
import { RunThread } from './thread.ts';

/** Most questions on one run that wait for their answers. */
const questionsMax = 100;

/** With what the threads are started. */
export interface RunThreadsSettings {
  readonly engine: string;
  /** The folder of scenarios. */
  readonly scenarios: string;
  readonly store: string;
  readonly books: Books;
  readonly bounds: RunBounds;
  /** Whether the hashes of what is read are taken as they stand. */
  readonly trust: boolean;
  /** How many runs are evaluated at the same time. */
  readonly atOnce: number;
  /** Most memory that runs which are done may hold together, in bytes. */
  readonly heldBytesMax: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of a thread that ended by itself. */
  readonly note: (text: string, about: object) => void;
  /** Told when a run that was done is lost with its thread. */
  readonly lost: (id: string) => void;
}

/** A run's thread, from when its evaluation begins. */
interface Held {
  readonly thread: RunThread;
  /** Bytes that it holds, once it is done. */
  bytes: number;
}

export class RunThreads implements RunEngine {
  readonly #settings: RunThreadsSettings;
  readonly #held = new Map<string, Held>();
  /** The job of each thread that has one. */
  readonly #jobs = new WeakMap<RunThread, RunJob>();
  /** Names runs; started when the first is named. */
  #clerk: RunThread | undefined;
  /** A thread that has loaded what a run needs and has none yet. */
  #spare: RunThread | undefined;
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(settings: RunThreadsSettings) {
    this.#settings = settings;
  }

  get atOnce(): number {
    return this.#settings.atOnce;
  }

  get held(): RunEngine['held'] {
    let bytes = 0;
    for (const each of this.#held.values()) bytes += each.bytes;
    return { bytes, bytesMax: this.#settings.heldBytesMax };
  }

  async named(asked: Asked, signal: AbortSignal): Promise<RunNamed | Refusal> {
    this.#clerk ??= this.#start('naming', () => {
      this.#clerk = undefined;
    });
    this.#prepare();
    const { msMax } = this.#settings.bounds;
    const outline = await this.#clerk.wire
      .call('outline', asked, AbortSignal.any([signal, AbortSignal.timeout(msMax)]))
      .catch((error: unknown) => diedOf('naming the run', error));
    if (outline instanceof Refusal) return outline;
    const { base, meaning } = outline;
    const pinned = 'hash' in base ? base : await this.#pinned(base);
    if (pinned instanceof Refusal) return pinned;
    return { id: runIdOf(meaning, pinned.hash, this.#settings.engine), base: pinned };
  }

  async evaluate(job: RunJob): Promise<RemoteRun | Refusal> {
    const { id, stop } = job;
    if (this.#closed || stop.signal.aborted) return new Refusal(runCancelled, id);
    job.advance({ phase: 'reading the base', done: 0, total: 0 });
    const { msMax } = this.#settings.bounds;
    const thread = this.#take(job);
    const held: Held = { thread, bytes: 0 };
    this.#held.set(id, held);
    const cancel = (): void => this.#end(thread, new RefusedError(new Refusal(runCancelled, id)));
    stop.signal.addEventListener('abort', cancel, { once: true });
    const late = setTimeout(() => {
      const refusal = new Refusal(runTooLarge, `time: ${msMax} ms`, 'it was not done by then');
      this.#end(thread, new RefusedError(refusal));
    }, msMax);
    const outline = await this.#run(job, thread).catch((error: unknown) => diedOf(`run ${id}`, error));
    clearTimeout(late);
    stop.signal.removeEventListener('abort', cancel);
    if (outline instanceof Refusal) {
      this.letGo(id);
      return outline;
    }
    held.bytes = outline.bytes;
    this.#prepare();
    return new RemoteRun(outline, this.#settings.engine, (asked, signal) => this.#ask(id, asked, signal));
  }

  letGo(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    if (held !== undefined) this.#end(held.thread, new RefusedError(new Refusal(runUnknown, id)));
  }

  /** Ends every thread. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#held.keys()]) this.letGo(id);
    for (const thread of [this.#clerk, this.#spare]) if (thread !== undefined) this.#end(thread);
    await Promise.all(this.#ending);
  }

  #pinned(base: BookNamed): Promise<PinnedBase | Refusal> {
    return this.#settings.books.use(base.book, (lease) => pinnedBook(lease, base));
  }

  async #run(job: RunJob, { wire }: RunThread) {
    const { asked, base } = job;
    const { store, books } = this.#settings;
    if (base.kind !== 'book' || addressOf(store).kind !== 'memory')
      return await wire.call('run', { asked, base, store });
    const outline = wire.call('run', { asked, base, store: 'messages' });
    // It fails with the run where that fails.
    outline.catch(() => undefined);
    const sent = await books.use(base.book, async ({ book }) => {
      for await (const events of book.log.read(0, 'forwards', base.revision + 1)) {
        await wire.call('events', events);
        await setImmediate();
      }
      return undefined;
    });
    if (sent instanceof Refusal) return sent;
    await wire.call('events', []);
    return await outline;
  }

  async #ask(id: string, asked: Omit<FieldAsked, 'now'>, signal: AbortSignal | undefined) {
    const held = this.#heldNow(id);
    if (held.thread.wire.waiting >= questionsMax)
      throw new RefusedError(
        new Refusal(codes.tooMany, `${questionsMax} questions on run ${id}`, `at most ${questionsMax}`),
      );
    return await held.thread.wire.call('field', { ...asked, now: this.#settings.now() }, signal);
  }

  async #figures(run: string, asked: FiguresAsked, signal: AbortSignal): Promise<Uint8Array | Refusal> {
    return await this.#heldNow(run).thread.wire.call('figures', asked, signal);
  }

  #heldNow(id: string): Held {
    const held = this.#held.get(id);
    if (held === undefined) throw new RefusedError(new Refusal(runUnknown, id));
    return held;
  }

  /** A thread for a job. */
  #take(job: RunJob): RunThread {
    const spare = this.#spare;
    this.#spare = undefined;
    const thread = spare ?? this.#start('run', () => undefined);
    this.#jobs.set(thread, job);
    return thread;
  }

  #prepare(): void {
    if (this.#closed) return;
    this.#spare ??= this.#start('spare', () => {
      this.#spare = undefined;
    });
  }

  #start(what: string, gone: () => void): RunThread {
    const { engine, scenarios, bounds, trust, note, lost } = this.#settings;
    const setup: ThreadSetup = { engine, scenarios, bounds, trust };
    const thread: RunThread = new RunThread(
      setup,
      {
        progress: (progress) => {
          this.#jobs.get(thread)?.advance(progress);
          return undefined;
        },
        figures: ({ run, asked }, signal) => this.#figures(run, asked, signal),
      },
      (why) => {
        const job = this.#jobs.get(thread);
        note('the thread of a run ended', { of: job?.id ?? what, why: why.message });
        if (this.#spare === thread || this.#clerk === thread) gone();
        if (job === undefined) return;
        this.#held.delete(job.id);
        lost(job.id);
      },
    );
    return thread;
  }

  #end(thread: RunThread, why?: Error): void {
    const ending = thread.end(why).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

/** What an error of a thread comes to for who asked for the run. */
function diedOf(what: string, error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && 'code' in error ? String(error.code) : name;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new Refusal(runTooLarge, 'memory', 'its thread has used up what it may take');
  if (name === 'TimeoutError') return new Refusal(runTooLarge, 'time', message);
  return new Refusal(runDied, what, message);
}

/** A book's event at a revision: the head where none is named. */
async function pinnedBook(lease: Lease, { book, at }: BookNamed): Promise<PinnedBase | Refusal> {
  const { id, log, head } = lease.book;
  const end = endOf(lease.book);
  if (at === undefined && end instanceof Refusal) return end;
  const revision = at ?? head.revision;
  if (revision > head.revision)
    return new Refusal(codes.eventUnknown, `at: ${revision}`, `book ${id} ends at ${head.revision}`);
  if (revision === head.revision) return { kind: 'book', book, revision, hash: head.hash };
  const [event] = revision < 0 ? [] : await log.readMany([revision]);
  if (event === undefined) return new Refusal(codes.eventUnknown, `at: ${revision}`);
  return { kind: 'book', book, revision, hash: event.hash };
}
