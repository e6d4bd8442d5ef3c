import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from './control.ts';
import type { Counts } from './counts.ts';

/** How the process starts. */
export interface ServerProcessOptions {
  readonly port?: number;
  /** Where events are kept; needed if a later process is to find them. */
  readonly folder?: string;
  readonly maxAppendSizeBytes?: number;
  readonly batchAppend?: boolean;
}

interface Reply {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: string;
}

/** The test server in a process of its own, which can be killed. It ends with the process that started it. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #replies: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    replies: AsyncIterator<string>,
    port: number,
  ) {
    this.#child = child;
    this.#replies = replies;
    this.port = port;
  }

  /** Resolves when the server takes connections. */
  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const args = [
      fileURLToPath(new URL('main.ts', import.meta.url)),
      '--until-stdin-ends',
      ...['--port', String(options.port ?? 0)],
      ...(options.folder === undefined ? [] : ['--data', options.folder]),
      ...(options.maxAppendSizeBytes === undefined
        ? []
        : ['--max-append-size', String(options.maxAppendSizeBytes)]),
      ...(options.batchAppend === false ? ['--no-batch-append'] : []),
    ];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Writing to a process that was killed is no error of the test's.
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    const port = first.done === true ? undefined : /^listening (\d+)$/.exec(first.value)?.[1];
    if (port === undefined) throw new Error(`the server did not start: ${String(first.value)}`);
    return new ServerProcess(child, lines, Number(port));
  }

  /** A connection string for the client. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** The process, for a test that measures or stops it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Tells the server something, and gives its answer. One at a time.
   *
   * @example
   * await server.tell({ do: 'next-append', fault: { kind: 'lose-answer', by: 'cut' } });
   */
  async tell(told: Command): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(told)}\n`);
    const line = await this.#replies.next();
    if (line.done === true) throw new Error('the server has ended');
    const reply: Reply = JSON.parse(line.value);
    if (!reply.ok) throw new Error(reply.error);
    return reply.value;
  }

  /** What has come and gone until now. */
  async counts(): Promise<Counts> {
    // The other side of the pipe is our own code of the same version.
    return (await this.tell({ do: 'counts' })) as Counts;
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it in order; gives its exit code. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}
