/**
 * `formicary serve` as a process: one of several servers on one store, asked over HTTP, killed and started again.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRecord } from '../../src/kernel/values/fields.ts';

const node = join(import.meta.dirname, '../../node_modules/.bin/node');
const program = join(import.meta.dirname, '../../bin/formicary.js');

/** Log lines of this level and above say that something went wrong which nobody had thought of. */
const unexpectedLevel = 50;
/** A request that is not answered after so long counts as unanswered: longer than a log goes on trying by itself. */
const answerMsMax = 45_000;

/** How often a book that is still being opened is asked for. */
const openingTriesMax = 4;

/** No answer came: the server was killed, or its connection was cut. A command may have been carried out or not. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** What a server answers: data, or errors by their codes. */
export interface Answered {
  readonly data: unknown;
  readonly errors: readonly string[];
}

export class Formicary implements AsyncDisposable {
  /** Its number: commands that it is sent are recorded with it as their actor. */
  readonly number: number;
  readonly #store: string;
  /** Its own, as on a machine of its own. */
  readonly #snapshots = mkdtempSync(join(tmpdir(), 'formicary-serve-'));
  #child: ChildProcessWithoutNullStreams | undefined;
  #url = '';
  /** What it logged that nobody had thought of. */
  readonly unexpected: string[] = [];

  private constructor(number: number, store: string) {
    this.number = number;
    this.#store = store;
  }

  /** Resolves when it takes requests. */
  static async start(number: number, store: string): Promise<Formicary> {
    const server = new Formicary(number, store);
    await server.startAgain();
    return server;
  }

  /** How it is named as an actor. */
  get actor(): string {
    return `server-${this.number}`;
  }

  /** Starts it, at another port. Resolves when it takes requests. */
  async startAgain(): Promise<void> {
    const args = ['serve', '--store', this.#store, '--snapshots', this.#snapshots];
    const child = spawn(node, [program, ...args, '--port', '0', '--no-demo', '--json'], {
      cwd: this.#snapshots,
      env: { PATH: process.env.PATH, HOME: this.#snapshots, NO_COLOR: '1' },
    });
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (isUnexpected(line)) this.unexpected.push(line);
    });
    const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    child.on('exit', (code, signal) => {
      if (this.#child === child)
        this.unexpected.push(`${this.actor} ended: ${code ?? signal}: ${said.at(-1)}`);
    });
    const told: unknown = first.done === true ? undefined : JSON.parse(first.value);
    if (!isRecord(told) || typeof told.url !== 'string') throw new Error(`no server: ${said.join('\n')}`);
    child.stdout.resume();
    this.#url = told.url;
    this.#child = child;
  }

  /** Ends it without a chance to finish anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#snapshots, { recursive: true, force: true });
  }

  /**
   * Asks it something.
   *
   * @throws Unanswered
   */
  async ask(query: string, variables: object = {}): Promise<Answered> {
    let body: unknown;
    try {
      const response = await fetch(`${this.#url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-formicary-actor': this.actor },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(answerMsMax),
      });
      body = await response.json();
    } catch (cause) {
      throw new Unanswered(`${this.actor} did not answer`, { cause });
    }
    if (!isRecord(body)) throw new Error(`not an answer: ${JSON.stringify(body)}`);
    const errors: readonly unknown[] = Array.isArray(body.errors) ? body.errors : [];
    return { data: body.data, errors: errors.map(codeOf) };
  }

  /** The head of a book, as it knows it. */
  async headOf(book: string): Promise<number> {
    return Number((await this.#ledger(book, 'revision')).revision);
  }

  /** The digest of a book, as soon as it has come so far. */
  async digestAt(book: string, revision: number): Promise<{ revision: number; digest: string }> {
    const found = await this.#ledger(book, 'revision digest', revision);
    return { revision: Number(found.revision), digest: String(found.digest) };
  }

  /** How often others were faster with an append, since it was started. */
  async conflicts(): Promise<number> {
    const response = await fetch(`${this.#url}/metrics`);
    const text = await response.text();
    return Number(/^formicary_append_conflicts_total (\d+)$/m.exec(text)?.[1]);
  }

  async #ledger(book: string, fields: string, atLeast?: number): Promise<Record<string, unknown>> {
    const query = `query ($book: ID!, $atLeast: Revision) { ledger(book: $book, atLeast: $atLeast) { ${fields} } }`;
    const variables = { book, ...(atLeast === undefined ? {} : { atLeast: String(atLeast) }) };
    let answer = await this.ask(query, variables);
    // A large book takes longer to open than one query may take; it goes on being opened meanwhile.
    for (let tries = 1; tries < openingTriesMax && answer.errors.includes('TIMEOUT'); tries++)
      answer = await this.ask(query, variables);
    const { data, errors } = answer;
    const ledger = isRecord(data) ? data.ledger : undefined;
    if (errors.includes('UNAVAILABLE')) throw new Unanswered(`${this.actor} can't open ${book}`);
    if (!isRecord(ledger)) throw new Error(`${this.actor}: ${errors.join(', ')}`);
    return ledger;
  }
}

function isUnexpected(line: string): boolean {
  try {
    const said: unknown = JSON.parse(line);
    return isRecord(said) && Number(said.level) >= unexpectedLevel;
  } catch {
    // A note for people.
    return false;
  }
}

/** The code of an error, or what it says where it has none. */
function codeOf(error: unknown): string {
  if (!isRecord(error)) return JSON.stringify(error);
  const { extensions, message } = error;
  return isRecord(extensions) && typeof extensions.code === 'string' ? extensions.code : String(message);
}
