/**
 * Runs of a server: asked for, waiting, under way, done. The same question has the same id, and is evaluated once. Who evaluates
 * them, and where, is not said here.
 *
 * @module
 */
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { runCancelled } from '../format/codes.ts';
import type { PinnedBase } from '../running/bases.ts';
import type { RunProgress } from '../running/run.ts';
import type { Asked } from './asked.ts';
import type { RunRead } from './held-run.ts';

/** Most runs that are kept, and most that wait. */
export const runLimits = { keptMax: 16, queuedMax: 8 } as const;

/** Where a run stands. */
export type RunStatus = 'queued' | 'running' | 'done' | 'failed';

/** How a job stands at a moment. */
export interface JobProgress extends RunProgress {
  readonly status: RunStatus;
  /** How many come before it. */
  readonly place: number;
  readonly factsPerSecond: number;
  /** Undefined while nothing is known. */
  readonly secondsLeft: number | undefined;
}

/** What is known of a run before it is evaluated. */
export interface RunNamed {
  /** Made from what the scenario means, what it starts from, and the engine. */
  readonly id: string;
  readonly base: PinnedBase;
}

/** Who evaluates runs. */
export interface RunEngine {
  /** How many are evaluated at the same time. */
  readonly atOnce: number;
  /** Names a run, and pins what it starts from. */
  named(asked: Asked, signal: AbortSignal): Promise<RunNamed | Refusal>;
  /** Evaluates a run; when the job's signal aborts, it ends at once. What it came to is held until it is let go. */
  evaluate(job: RunJob): Promise<RunRead | Refusal>;
  /** Lets go of what is held of a run. */
  letGo(id: string): void;
  /** Bytes that runs which are done hold together, and the most that they may. */
  readonly held: { readonly bytes: number; readonly bytesMax: number };
}

/** What runs are made with. */
export interface RunsSettings {
  readonly engine: RunEngine;
  /** Milliseconds on a clock that only goes forwards. */
  readonly clock: () => number;
}

/** A run that was asked for. */
export class RunJob {
  readonly id: string;
  readonly asked: Asked;
  readonly base: PinnedBase;
  readonly stop = new AbortController();
  readonly #clock: () => number;
  readonly #listeners = new Set<() => void>();
  #status: RunStatus = 'queued';
  #at: RunProgress = { phase: 'waiting', done: 0, total: 0 };
  #began: number | undefined;
  #outcome: RunRead | Refusal | undefined;
  place = 0;

  constructor({ id, base }: RunNamed, asked: Asked, clock: () => number) {
    this.id = id;
    this.asked = asked;
    this.base = base;
    this.#clock = clock;
  }

  /** What it came to; undefined while it goes on. */
  get outcome(): RunRead | Refusal | undefined {
    return this.#outcome;
  }

  get progress(): JobProgress {
    const { done, total } = this.#at;
    const seconds = this.#began === undefined ? 0 : (this.#clock() - this.#began) / 1000;
    const factsPerSecond = seconds > 0 ? Math.round(done / seconds) : 0;
    return {
      ...this.#at,
      status: this.#status,
      place: this.place,
      factsPerSecond,
      secondsLeft: factsPerSecond > 0 ? Math.ceil((total - done) / factsPerSecond) : undefined,
    };
  }

  /** Calls back whenever it has got on; gives back how to stop that. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when it is over, or the signal aborts. */
  over(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const ask = (): void => {
        if (this.#outcome === undefined && !signal.aborted) return;
        stop();
        resolve();
      };
      const stop = this.onProgress(ask);
      signal.addEventListener('abort', ask, { once: true });
      ask();
    });
  }

  /** Resolves when it has got on, or the signal aborts. */
  news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const tell = (): void => {
        stop();
        resolve();
      };
      const stop = this.onProgress(tell);
      signal.addEventListener('abort', tell, { once: true });
    });
  }

  advance(at: RunProgress): void {
    if (this.#outcome !== undefined) return;
    this.#status = 'running';
    this.#began ??= this.#clock();
    this.#at = at;
    this.#tell();
  }

  end(outcome: RunRead | Refusal): void {
    this.#outcome = outcome;
    this.#status = outcome instanceof Refusal ? 'failed' : 'done';
    this.#at = { ...this.#at, phase: this.#status };
    this.#tell();
  }

  /** Says that others before it have gone. */
  moveUp(place: number): void {
    this.place = place;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export class Runs {
  readonly #settings: RunsSettings;
  readonly #jobs = new Map<string, RunJob>();
  readonly #running = new Set<RunJob>();
  #queue: RunJob[] = [];
  /** Places that are taken by what has no id yet. */
  #unnamed = 0;

  constructor(settings: RunsSettings) {
    this.#settings = settings;
  }

  /** Every job, the newest last. */
  get all(): readonly RunJob[] {
    return [...this.#jobs.values()];
  }

  get(id: string): RunJob | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Asks for a run; one that was asked for before is the same. A place in the queue is taken before anything is read: a crowd that
   * finds none is told so at once.
   *
   * @param read gives what is asked, once there is a place
   */
  async start(read: () => Promise<Asked | Refusal>, signal: AbortSignal): Promise<RunJob | Refusal> {
    const waiting = this.#queue.length + this.#unnamed;
    if (waiting >= runLimits.queuedMax)
      return new Refusal(codes.tooMany, `${waiting} runs are waiting`, `at most ${runLimits.queuedMax}`);
    this.#unnamed++;
    try {
      const asked = await read();
      if (asked instanceof Refusal) return asked;
      const named = await this.#settings.engine.named(asked, signal);
      return named instanceof Refusal ? named : this.#take(named, asked);
    } finally {
      this.#unnamed--;
    }
  }

  /** Stops a run and frees what it held; undefined when there is none. */
  cancel(id: string): RunJob | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined) return undefined;
    this.#jobs.delete(id);
    job.stop.abort();
    this.#settings.engine.letGo(id);
    if (this.#queue.includes(job)) {
      this.#queue = this.#queue.filter((other) => other !== job);
      job.end(new Refusal(runCancelled, id));
      this.#tellPlaces();
    }
    return job;
  }

  /** Forgets a run whose holder has gone. */
  lost(id: string): void {
    const job = this.#jobs.get(id);
    if (job?.outcome !== undefined) this.#jobs.delete(id);
  }

  /** Stops all runs. */
  close(): void {
    for (const { id } of this.all) this.cancel(id);
  }

  #take(named: RunNamed, asked: Asked): RunJob {
    const known = this.#jobs.get(named.id);
    if (known !== undefined && !(known.outcome instanceof Refusal)) return known;
    const job = new RunJob(named, asked, this.#settings.clock);
    // A failed one of the same id makes way, and the new one is the newest.
    this.#jobs.delete(job.id);
    this.#jobs.set(job.id, job);
    this.#queue.push(job);
    this.#next();
    return job;
  }

  #next(): void {
    while (this.#running.size < this.#settings.engine.atOnce) {
      const job = this.#queue.shift();
      if (job === undefined) break;
      this.#running.add(job);
      void this.#evaluate(job);
    }
    this.#tellPlaces();
  }

  #tellPlaces(): void {
    this.#queue.forEach((waiting, at) => {
      const place = at + this.#running.size;
      if (waiting.place !== place) waiting.moveUp(place);
    });
  }

  async #evaluate(job: RunJob): Promise<void> {
    const outcome = await this.#settings.engine.evaluate(job);
    job.end(job.stop.signal.aborted ? new Refusal(runCancelled, job.id) : outcome);
    this.#running.delete(job);
    this.#forget();
    this.#next();
  }

  /** The oldest make room. */
  #forget(): void {
    const { engine } = this.#settings;
    const over = this.all.filter(({ outcome }) => outcome !== undefined);
    // The newest stays, however large it is.
    for (const { id } of over.slice(0, -1)) {
      const kept = this.all.filter(({ outcome }) => outcome !== undefined).length;
      if (kept <= runLimits.keptMax && engine.held.bytes <= engine.held.bytesMax) return;
      this.#jobs.delete(id);
      engine.letGo(id);
    }
  }
}
