/**
 * Runs of a server: asked for, waiting, under way, done. The same question has the same id, and is evaluated once.
 *
 * @module
 */
import type { House } from '../kernel/house.ts';
import { codes, Refusal, RefusedError } from '../kernel/refusals.ts';
import type { BaseRecord } from './base.ts';
import { runCancelled } from './codes.ts';
import type { Scenario } from './file.ts';
import { type Run, type RunProgress, runId, runScenario } from './run.ts';

/** Most runs that are kept, and most that wait. Each that is kept holds its variants' books in memory. */
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

/** What runs are made with. */
export interface RunsSettings {
  readonly house: House;
  readonly engine: string;
  /** Milliseconds on a clock that only goes forwards. */
  readonly clock: () => number;
  readonly readBase: (scenario: Scenario, signal: AbortSignal) => Promise<BaseRecord | Refusal>;
}

/** A run that was asked for. */
export class RunJob {
  readonly id: string;
  readonly scenario: Scenario;
  readonly base: BaseRecord;
  readonly stop = new AbortController();
  readonly #clock: () => number;
  readonly #listeners = new Set<() => void>();
  #status: RunStatus = 'queued';
  #at: RunProgress = { phase: 'waiting', done: 0, total: 0 };
  #began: number | undefined;
  #outcome: Run | Refusal | undefined;
  place = 0;

  constructor(id: string, scenario: Scenario, base: BaseRecord, clock: () => number) {
    this.id = id;
    this.scenario = scenario;
    this.base = base;
    this.#clock = clock;
  }

  /** What it came to; undefined while it goes on. */
  get outcome(): Run | Refusal | undefined {
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
    this.#status = 'running';
    this.#began ??= this.#clock();
    this.#at = at;
    this.#tell();
  }

  end(outcome: Run | Refusal): void {
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
  #queue: RunJob[] = [];
  #running: RunJob | undefined;

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

  /** Asks for a run; one that was asked for before is the same. */
  async start(scenario: Scenario, signal: AbortSignal): Promise<RunJob | Refusal> {
    const { engine, readBase, clock } = this.#settings;
    const base = await readBase(scenario, signal);
    if (base instanceof Refusal) return base;
    const id = runId(scenario, base.hash, engine);
    const known = this.#jobs.get(id);
    if (known !== undefined && !(known.outcome instanceof Refusal)) return known;
    if (this.#queue.length >= runLimits.queuedMax)
      return new Refusal(
        codes.tooMany,
        `${this.#queue.length} runs are waiting`,
        `at most ${runLimits.queuedMax}`,
      );
    const job = new RunJob(id, scenario, base, clock);
    this.#jobs.delete(id);
    this.#jobs.set(id, job);
    this.#queue.push(job);
    job.place = this.#queue.length - 1 + (this.#running === undefined ? 0 : 1);
    this.#next();
    return job;
  }

  /** Stops a run and frees what it held; undefined when there is none. */
  cancel(id: string): RunJob | undefined {
    const job = this.#jobs.get(id);
    if (job === undefined) return undefined;
    this.#jobs.delete(id);
    job.stop.abort();
    if (this.#queue.includes(job)) {
      this.#queue = this.#queue.filter((other) => other !== job);
      job.end(new Refusal(runCancelled, id));
    }
    return job;
  }

  /** Stops all runs. */
  close(): void {
    for (const { id } of this.all) this.cancel(id);
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    this.#running = job;
    this.#queue.forEach((waiting, at) => {
      waiting.moveUp(at + 1);
    });
    void this.#evaluate(job).then((outcome) => {
      job.end(outcome);
      this.#running = undefined;
      this.#forget();
      this.#next();
    });
  }

  async #evaluate(job: RunJob): Promise<Run | Refusal> {
    const { house, engine } = this.#settings;
    const { scenario, base, stop } = job;
    try {
      const onProgress = (progress: RunProgress): void => job.advance(progress);
      return await runScenario({ house, scenario, base, engine, signal: stop.signal, onProgress });
    } catch (error) {
      if (stop.signal.aborted) return new Refusal(runCancelled, job.id);
      if (error instanceof RefusedError) return error.refusal;
      return new Refusal(
        codes.unavailable,
        `run ${job.id}`,
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  /** The oldest make room. */
  #forget(): void {
    const over = this.all.filter(({ outcome }) => outcome !== undefined);
    for (const { id } of over.slice(0, Math.max(0, over.length - runLimits.keptMax))) this.#jobs.delete(id);
  }
}
