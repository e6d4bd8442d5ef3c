/**
 * The program, as tests run it: a process of its own, in a folder of its own.
 *
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { bookExists, openLog } from '../../src/log/open.ts';
import { emptyHead, type LogHead } from '../../src/log/port/port.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const node = join(root, 'node_modules/.bin/node');
const program = join(root, 'bin/formicary.js');

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a store in it, gone when the test is done. */
export class Place {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'formicary-cli-'));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes folders. */
  folders(...names: readonly string[]): void {
    for (const name of names) mkdirSync(this.path(name));
  }

  /** Writes a file. */
  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return name;
  }

  /** Writes a history. */
  history(name: string, lines: readonly (Command | string)[]): string {
    return this.write(
      name,
      lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    );
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Starts the program in this folder. The store is `sqlite:store`. */
  start(
    args: readonly string[],
    environment: { readonly [name: string]: string } = {},
  ): ChildProcessWithoutNullStreams {
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      NO_COLOR: '1',
      FORMICARY_STORE: 'sqlite:store',
      ...environment,
    };
    return spawn(node, [program, ...args], { cwd: this.folder, env });
  }

  /** Runs a line of shell in this folder, in which `formicary` is the program. */
  async shell(line: string): Promise<Ended> {
    const env = { PATH: process.env.PATH, HOME: this.folder, NO_COLOR: '1', FORMICARY_STORE: 'sqlite:store' };
    const script = `formicary() { '${node}' '${program}' "$@"; }\n${line}`;
    return await ended(spawn('bash', ['-c', script], { cwd: this.folder, env }));
  }

  /** Runs the program on a terminal of its own, until it has said something; then it is told to stop. */
  async onTerminal(args: readonly string[], until: string): Promise<Ended> {
    const command = [node, program, ...args].map((word) => `'${word}'`).join(' ');
    const env = { PATH: process.env.PATH, HOME: this.folder, NO_COLOR: '1', FORMICARY_STORE: 'sqlite:store' };
    const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { cwd: this.folder, env });
    // Ctrl-C, as a person would.
    child.stdout.on('data', (text: string) => {
      if (text.includes(until)) child.stdin.write('\u0003');
    });
    const end = await ended(child);
    return { ...end, stdout: end.stdout.replaceAll('\r', '') };
  }

  /** Runs the program to its end. */
  async run(...args: readonly string[]): Promise<Ended> {
    return await ended(this.start(args));
  }

  /** Runs it with --json: its exit code, and the document that it prints. */
  async json(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: Said }> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (stdout === '') throw new Error(`nothing was printed: ${stderr}`);
    return { code, said: parsed(stdout) };
  }

  /** The head of the book's log; of none, that of an empty one. */
  async head(book = 'main'): Promise<LogHead> {
    const store = `sqlite:${this.path('store')}`;
    if (!(await bookExists(store, book))) return emptyHead;
    const log = await openLog(store, book);
    try {
      return await log.head();
    } finally {
      await log.close();
    }
  }
}

/** What a program prints with --json. */
export type Said = Readonly<Record<string, unknown>>;

/** A part of what was printed: `part(said, 'refusals', 0, 'value')`. */
export function part(said: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = said;
  for (const step of path) {
    found =
      typeof found === 'object' && found !== null
        ? new Map<string, unknown>(Object.entries(found)).get(String(step))
        : undefined;
  }
  return found;
}

/** The JSON of a line or a document. */
export function parsed(text: string): Said {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${text}`);
  return Object.fromEntries(Object.entries(value));
}

/** Waits for a process. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
