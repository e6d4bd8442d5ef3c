/**
 * The EventStoreDB of a test: the test server as a process of its own, on a folder that goes with it; or a real one, where the
 * environment names it. A real one keeps its streams: every book of a test has an id that no other has.
 *
 * - `FORMICARY_TEST_ESDB=esdb://…`: a server that runs.
 * - `FORMICARY_TEST_ESDB_START=COMMAND`: how tests that kill servers start one, beside it: `COMMAND PORT FOLDER`, in the foreground,
 *   its process being the server's.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreLog } from '../../src/log/eventstoredb/eventstore-log.ts';
import { LogUnavailable } from '../../src/log/port/port.ts';
import type { Counts } from '../eventstoredb/server/counts.ts';
import { ServerProcess } from '../eventstoredb/server/index.ts';

const running = process.env.FORMICARY_TEST_ESDB;
const starting = process.env.FORMICARY_TEST_ESDB_START;

/** What the tests of this run are about, for their names. */
export const storeName = running === undefined ? 'test server' : 'real server';

/** Why servers can't be killed in this run; undefined when they can. */
export const unkillable: string | undefined =
  running === undefined || starting !== undefined
    ? undefined
    : 'FORMICARY_TEST_ESDB_START says how to start a server';

/** Whether what goes wrong can be asked for: no real server does it on demand. */
export const hasFaults = running === undefined;

/** How long a server may take until it answers, in tries of some ten seconds each. */
const readyTriesMax = 6;
/** How many ports are tried: a server may need others, which it makes from the one that it is told. */
const portsMax = 5;

/** A process that serves a folder at a port. */
interface Serving {
  readonly url: string;
  readonly test: ServerProcess | undefined;
  kill(): Promise<void>;
}

export class Store implements AsyncDisposable {
  readonly #folder: string | undefined;
  readonly #url: string;
  #serving: Serving | undefined;

  private constructor(url: string, folder: string | undefined, serving: Serving | undefined) {
    this.#url = url;
    this.#folder = folder;
    this.#serving = serving;
  }

  /** A server that answers; with `killable` one that is this test's own. */
  static async start({ killable = false }: { readonly killable?: boolean } = {}): Promise<Store> {
    if (running !== undefined && !killable) return new Store(running, undefined, undefined);
    const folder = mkdtempSync(join(tmpdir(), 'formicary-store-'));
    const serving = running === undefined ? await serve(0, folder) : await serveAnywhere(folder);
    return new Store(serving.url, folder, serving);
  }

  /** Its address, as the client takes it; the same after a restart. */
  get url(): string {
    return this.#url;
  }

  /** The test server, to be told what goes wrong; a real one can't be told. */
  get test(): ServerProcess {
    const test = this.#serving?.test;
    if (test === undefined) throw new Error('a real server does not go wrong on demand');
    return test;
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    if (this.#serving === undefined) throw new Error('the server is not this test’s own');
    await this.#serving.kill();
  }

  /** Starts it again after a kill, at the same port and on the same folder. */
  async startAgain(): Promise<void> {
    this.#serving = await serve(Number(new URL(this.#url).port), this.#folder ?? '');
  }

  /** Resolves when the counts of the test server are so. */
  async until(holds: (counts: Counts) => boolean): Promise<void> {
    // Each look is a question and an answer between two processes: no busy loop.
    while (!holds(await this.test.counts()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#serving?.kill();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** An id of a book that no other test has. */
export const newBook = (name: string): string => `${name}-${randomUUID().slice(0, 13)}`;

async function serve(port: number, folder: string): Promise<Serving> {
  if (running !== undefined) return await serveReal(port, folder);
  const test = await ServerProcess.start({ port, folder });
  return { url: test.url, test, kill: () => test.kill() };
}

/** A real server at a port that suits it. */
async function serveAnywhere(folder: string): Promise<Serving> {
  for (let tries = 1; ; tries++) {
    try {
      return await serveReal(await freePort(), folder);
    } catch (error) {
      if (tries === portsMax) throw error;
    }
  }
}

async function serveReal(port: number, folder: string): Promise<Serving> {
  if (starting === undefined) throw new Error(unkillable);
  const child = spawn(starting, [String(port), folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `esdb://127.0.0.1:${port}?tls=false`;
  const exit = once(child, 'exit').then(() =>
    Promise.reject(new Error(`${starting} ${port} ended by itself`)),
  );
  // It may end when nobody waits for it any more: then it was killed.
  exit.catch(() => undefined);
  try {
    await Promise.race([ready(url), exit]);
  } catch (error) {
    await ended(child);
    throw error;
  }
  return { url, test: undefined, kill: () => ended(child) };
}

/** Resolves when somebody answers there. */
async function ready(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      // It asks again and again for some ten seconds by itself.
      await EventStoreLog.exists(url, 'ready');
      return;
    } catch (error) {
      if (!(error instanceof LogUnavailable) || tries === readyTriesMax) throw error;
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** A port that nobody listens at: for a server that can't choose one and say which. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.close();
  await once(server, 'close');
  return port;
}
