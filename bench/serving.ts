/**
 * A server as a process of its own, as an operator starts it, for benchmarks that are its clients.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRecord } from '../src/kernel/values/fields.ts';

const program = join(import.meta.dirname, '../bin/formicary.js');

/** Options of Node that write a profile of the main thread to a folder when the process ends. */
export const profiled = (folder: string): readonly string[] => [
  '--cpu-prof',
  `--cpu-prof-dir=${folder}`,
  '--cpu-prof-interval=500',
];

/** A server and so many connections to it that stay. */
export class Serving implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #agent: Agent;

  private constructor(child: ChildProcess, url: string, connections: number) {
    this.#child = child;
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /**
   * Resolves when it takes requests. What it logs is dropped.
   *
   * @param folder its own
   */
  static async start(
    store: string,
    folder: string,
    connections: number,
    node: readonly string[] = [],
  ): Promise<Serving> {
    const args = ['serve', '--store', store, '--snapshots', folder, '--port', '0', '--no-demo', '--json'];
    const child = spawn(process.execPath, [...node, program, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const told: unknown = first.done === true ? undefined : JSON.parse(first.value);
    if (!isRecord(told) || typeof told.url !== 'string') throw new Error(`no server on ${store}`);
    child.stdout.resume();
    return new Serving(child, told.url, connections);
  }

  /** Asks it something; gives the answer's text. */
  ask(query: string, variables: object): Promise<string> {
    return this.#request('/graphql', JSON.stringify({ query, variables }));
  }

  /** A counter of its metrics. */
  async counter(name: string): Promise<number> {
    const text = await this.#request('/metrics', undefined);
    const found = text.split('\n').find((line) => line.startsWith(`${name} `));
    return Number(found?.slice(name.length + 1));
  }

  #request(path: string, body: string | undefined): Promise<string> {
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const method = body === undefined ? 'GET' : 'POST';
    return new Promise((resolve, reject) => {
      const asked = request(this.#url + path, { method, agent: this.#agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** Ends it in order, so that it writes what it has to write. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
  }
}
