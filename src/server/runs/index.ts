/**
 * What-ifs of a server: its scenarios, and runs of them in threads of their own.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { fault } from '../../graphql/base/faults.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { runUnknown, scenarioMistaken } from '../../scenario/format/codes.ts';
import type { RunOrder, WhatIfs } from '../../scenario/graphql/index.ts';
import type { Asked, RunBounds } from '../../scenario/holding/asked.ts';
import { type RunJob, Runs } from '../../scenario/holding/runs.ts';
import type { Books } from '../books/books.ts';
import { RemoteComparison, RemoteRun } from './remote.ts';
import type { ScenarioFiles } from './scenario-files.ts';
import { RunThreads } from './threads.ts';

/** Bounds of runs, and of all that are held. */
export interface WhatIfBounds extends RunBounds {
  /** How many are evaluated at the same time. */
  readonly atOnce: number;
  /** Most memory that runs which are done may hold together, in bytes. */
  readonly heldBytesMax: number;
}

/** The bounds of a server that is told of no others. One core is left for what it is asked beside runs. */
export const whatIfBounds: WhatIfBounds = {
  // Thirty years: the longest loan.
  daysMax: 10_958,
  factsMax: 5_000_000,
  memoryBytesMax: 2 * 1024 ** 3,
  msMax: 10 * 60_000,
  atOnce: Math.max(1, availableParallelism() - 1),
  heldBytesMax: 4 * 1024 ** 3,
};

/** Longest scenario that is given as text, in characters. */
const textLengthMax = 100_000;

/** What what-ifs need of a server. */
export interface ServerWhatIfsSettings {
  readonly engine: string;
  readonly store: string;
  readonly books: Books;
  readonly files: ScenarioFiles;
  readonly bounds: Partial<WhatIfBounds>;
  /** Whether the hashes of what is read are taken as they stand. */
  readonly trust: boolean;
  readonly now: () => number;
  readonly note: (text: string, about: object) => void;
}

export class ServerWhatIfs implements WhatIfs {
  readonly jobs: Runs;
  readonly #threads: RunThreads;
  readonly #files: ScenarioFiles;

  constructor({ engine, store, books, files, bounds, trust, now, note }: ServerWhatIfsSettings) {
    const { atOnce, heldBytesMax, ...each } = { ...whatIfBounds, ...bounds };
    this.#files = files;
    this.#threads = new RunThreads({
      engine,
      store,
      books,
      scenarios: files.folder,
      bounds: each,
      trust,
      atOnce,
      heldBytesMax,
      now,
      note,
      lost: (id) => this.jobs.lost(id),
    });
    this.jobs = new Runs({ engine: this.#threads, clock: () => performance.now() });
  }

  /** Bytes that runs which are done hold together. */
  get heldBytes(): number {
    return this.#threads.held.bytes;
  }

  get runs(): readonly RemoteRun[] {
    return this.jobs.all
      .toReversed()
      .flatMap(({ outcome }) => (outcome instanceof RemoteRun ? [outcome] : []));
  }

  run(id: string): RemoteRun | undefined {
    const outcome = this.jobs.get(id)?.outcome;
    return outcome instanceof RemoteRun ? outcome : undefined;
  }

  progress(id: string): RunJob | undefined {
    return this.jobs.get(id);
  }

  cancel(id: string): RunJob | undefined {
    return this.jobs.cancel(id);
  }

  start(order: RunOrder, signal: AbortSignal): Promise<RunJob | Refusal> {
    return this.jobs.start(() => this.#read(order), signal);
  }

  scenarios(): ReturnType<ScenarioFiles['list']> {
    return this.#files.list();
  }

  compare(ids: readonly string[]): RemoteComparison {
    return new RemoteComparison(
      ids.map((id) => {
        const run = this.run(id);
        if (run === undefined) throw fault(new Refusal(runUnknown, id, 'or it is not done yet'));
        return run;
      }),
    );
  }

  /** Ends all that runs, and lets go of what is held. */
  async close(): Promise<void> {
    this.jobs.close();
    await this.#threads.close();
  }

  async #read({ scenario, text, overrides }: RunOrder): Promise<Asked | Refusal> {
    if ((scenario === undefined) === (text === undefined))
      return new Refusal(scenarioMistaken, 'scenario and text', 'one of the two');
    if (text === undefined) {
      const found = await this.#files.text(scenario ?? '');
      return found instanceof Refusal ? found : { ...found, overrides };
    }
    return text.length > textLengthMax
      ? new Refusal(scenarioMistaken, `${text.length} characters`, `at most ${textLengthMax}`)
      : { text, file: 'text', overrides };
  }
}
