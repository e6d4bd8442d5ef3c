/**
 * What the thread of a run does: reads what the run starts from by itself, evaluates it, holds what it came to, and answers questions about
 * it. One run a thread: ending the thread frees all of it.
 *
 * @module
 */
import { deserialize, getHeapStatistics, serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { FieldAnswer } from '../../graphql/base/elsewhere.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { openLog } from '../../log/open.ts';
import { ChainedLog } from '../../log/port/chained.ts';
import type { Compared } from '../../scenario/comparing/compare.ts';
import { meaningOf } from '../../scenario/file/file.ts';
import { runTooLarge } from '../../scenario/format/codes.ts';
import { scenarioOf } from '../../scenario/holding/asked.ts';
import { HeldRun } from '../../scenario/holding/held-run.ts';
import { readPinned } from '../../scenario/running/bases.ts';
import { runScenario } from '../../scenario/running/run.ts';
import { house } from '../../segments/index.ts';
import { Histories } from './histories.ts';
import type {
  FieldAsked,
  FiguresAsked,
  Outline,
  RunGiven,
  RunOutline,
  ServerAsked,
  ThreadAsked,
  ThreadSetup,
} from './protocol.ts';
import { type Packet, Wire } from './wire.ts';

/** How often the server is told how far a run is, in milliseconds. */
const toldMs = 50;

if (parentPort === null) throw new Error('this module is the thread of a run');
const port = parentPort;
const { engine, scenarios, bounds, trust }: ThreadSetup = workerData;
const never = new AbortController().signal;
const histories = new Histories(scenarios);
let held: HeldRun | undefined;

/** What this thread takes of memory now, in bytes, what could be thrown away among it. */
const bytesNow = (): number => getHeapStatistics().used_heap_size + process.memoryUsage().arrayBuffers;

/** Throws away what nobody needs any more. The flag makes the function known to new contexts of this thread. */
setFlagsFromString('--expose-gc');
const throwAway: () => void = runInNewContext('gc');
/** How much more there must be before it is thrown away again: doing so takes its time. */
const thrownAwayShare = 8;
let lookAt = bounds.memoryBytesMax;

/** @throws RefusedError when the run takes more memory than it may */
function watchMemory(): void {
  if (bytesNow() <= lookAt) return;
  throwAway();
  const bytes = bytesNow();
  if (bytes > bounds.memoryBytesMax)
    throw new RefusedError(
      new Refusal(runTooLarge, `memory: ${bytes} bytes`, `at most ${bounds.memoryBytesMax}`),
    );
  lookAt = bytes + bounds.memoryBytesMax / thrownAwayShare;
}

/** @throws RefusedError when there are more facts than a run may have, or they take more memory */
function watchFacts(facts: number): void {
  if (facts > bounds.factsMax)
    throw new RefusedError(new Refusal(runTooLarge, `facts: ${facts}`, `at most ${bounds.factsMax}`));
  watchMemory();
}

const wire = new Wire<ServerAsked, ThreadAsked>(port, {
  outline: (asked, signal) => outline(asked, signal),
  run: (given) => evaluate(given),
  events: (events) => {
    arrived.put(events);
    return undefined;
  },
  field: (asked, signal) => field(asked, signal),
  figures: (asked, signal) => figures(asked, signal),
});

async function outline(
  asked: ThreadAsked['outline']['given'],
  signal: AbortSignal,
): Promise<Outline | Refusal> {
  const scenario = scenarioOf(asked, house, bounds);
  if (scenario instanceof Refusal) return scenario;
  const { base } = scenario;
  const found = base.kind === 'book' ? base : await histories.pinned(scenario, signal, watchFacts);
  return found instanceof Refusal ? found : { meaning: meaningOf(scenario), base: found };
}

async function evaluate({ asked, base: pinned, store }: RunGiven): Promise<RunOutline | Refusal> {
  const scenario = scenarioOf(asked, house, bounds);
  if (scenario instanceof Refusal) return scenario;
  const sources = {
    house,
    engine,
    history: async () => (pinned.kind === 'history' ? histories.open(pinned.file) : []),
    events: () => eventsOf(store, pinned),
    lookUp: watchFacts,
    closesMax: bounds.daysMax,
  };
  const base = await readPinned(sources, scenario, pinned, never);
  if (base instanceof Refusal) return base;
  watchFacts(base.facts.length);
  let toldAt = Number.NEGATIVE_INFINITY;
  const run = await runScenario({
    house,
    scenario,
    base,
    engine,
    onProgress: (progress) => {
      watchMemory();
      if (performance.now() - toldAt < toldMs) return;
      toldAt = performance.now();
      void wire.call('progress', progress);
    },
  });
  held = new HeldRun(run, base);
  throwAway();
  // Who asks for a run asks about it next.
  void answering();
  const { id, seed, digest } = run;
  return {
    id,
    base: run.base,
    seed,
    digest,
    horizon: held.horizon,
    variants: held.variants,
    bytes: bytesNow(),
  };
}

/** Events that come by message: what a book in memory holds. */
class Arrived {
  readonly #batches: (readonly StoredEvent[])[] = [];
  #wake: () => void = () => undefined;

  put(events: readonly StoredEvent[]): void {
    this.#batches.push(events);
    this.#wake();
  }

  /** Each batch as it comes, up to one without events. */
  async *all(): AsyncGenerator<readonly StoredEvent[]> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (batch.length === 0) return;
      else yield batch;
    }
  }
}
const arrived = new Arrived();

/** The events of the pinned book: read from its store by this thread itself, or sent by the server. */
async function* eventsOf(
  store: RunGiven['store'],
  pinned: RunGiven['base'],
): AsyncGenerator<readonly StoredEvent[]> {
  if (pinned.kind !== 'book') return;
  if (store === 'messages') {
    yield* arrived.all();
    return;
  }
  const log = await openLog(store, pinned.book);
  try {
    yield* (trust ? log : new ChainedLog(log)).read(0, 'forwards', pinned.revision + 1);
  } finally {
    await log.close();
  }
}

/** The graph is a large part of the program: it is loaded when there is something to ask about. */
const answering = () => import('./answering.ts');

const heldRun = (): HeldRun => {
  if (held === undefined) throw new Error('this thread holds no run');
  return held;
};

async function field({ question, now, others }: FieldAsked, signal: AbortSignal): Promise<FieldAnswer> {
  const { answerOf } = await answering();
  return await answerOf(question, { held: heldRun(), others: others.map(elsewhere), now, signal });
}

async function figures(asked: FiguresAsked, signal: AbortSignal): Promise<Uint8Array> {
  const run = heldRun();
  if (asked.kind === 'flows') return packed(await run.flows(asked.variant, asked.spans));
  if (asked.kind === 'balances') return packed(await run.balances(asked.variant));
  return packed(await run.meanings(asked.variant, asked.from, asked.count, signal));
}

/** As bytes of their own, that can change hands. */
const packed = (value: unknown): Uint8Array => Uint8Array.from(serialize(value));

/** A run that another thread holds. */
function elsewhere({ id, horizon, variants }: RunOutline): Compared {
  const ask = async (asked: FiguresAsked, signal?: AbortSignal): Promise<Uint8Array> => {
    const bytes = await wire.call('figures', { run: id, asked }, signal);
    if (bytes instanceof Refusal) throw new RefusedError(bytes);
    return bytes;
  };
  return {
    id,
    house,
    horizon,
    variants,
    flows: async (variant, spans) => deserialize(await ask({ kind: 'flows', variant, spans })),
    balances: async (variant) => deserialize(await ask({ kind: 'balances', variant })),
    meanings: async (variant, from, count, signal) =>
      deserialize(await ask({ kind: 'meanings', variant, from, count }, signal)),
  };
}

port.on('message', (packet: Packet) => wire.take(packet));
