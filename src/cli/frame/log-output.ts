/**
 * The way out of a program that keeps a log: what people would read as sentences is a line of the log, a JSON object like the server's
 * own.
 *
 * @module
 */
import { hostname } from 'node:os';
import type { Failure } from './failures.ts';
import { Output, type Streams } from './output.ts';
import { Progress } from './progress.ts';

/** Levels as the server's log numbers them. */
const levels = { info: 30, error: 50 } as const;

export class LogOutput extends Output {
  readonly #stderr: Streams['stderr'];

  constructor(streams: Streams, json: boolean) {
    super(streams, json);
    this.#stderr = streams.stderr;
  }

  override note(text: string): void {
    this.log(text);
  }

  override log(msg: string, about: object = {}, level: keyof typeof levels = 'info'): void {
    const head = { level: levels[level], time: Date.now(), pid: process.pid, hostname: hostname() };
    this.#stderr.write(this.jsonLine({ ...head, ...about, msg }));
  }

  override failure({ refusal, where }: Failure): void {
    const { code, message, value, hint } = refusal;
    this.log(message, { code, value, hint, ...where }, 'error');
  }

  override progress(what: string, total: number | undefined, unit: string): Progress {
    const write = (text: string): void => this.log(text.trimEnd());
    return new Progress({ isTTY: false, write }, { what, total, unit });
  }
}
