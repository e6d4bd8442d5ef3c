/**
 * The way out: text and tables for people, JSON for programs, progress on stderr, colours where they are wanted.
 *
 * @module
 */
import { styleText } from 'node:util';
import type { Failure } from './failures.ts';
import { blocksOf, type Cell, widthOf } from './fitting.ts';
import { Progress } from './progress.ts';

export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

/** Where the program writes. */
export interface Streams {
  /** A terminal knows its columns. */
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number };
  readonly stderr: NodeJS.WriteStream;
}

/** Amounts leave a program as text; bigint has no other form in JSON. */
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

export class Output {
  readonly #streams: Streams;
  /** Whether --json was given. */
  readonly json: boolean;

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.json = json;
  }

  /** How wide stdout is, in characters. */
  get width(): number {
    return widthOf(this.#streams.stdout, process.env);
  }

  /** A line on stdout. */
  line(text = ''): void {
    this.#streams.stdout.write(`${text}\n`);
  }

  /** Text on stdout as it is. */
  write(text: string): void {
    this.#streams.stdout.write(text);
  }

  /** Text on stdout; resolves when there is room for more, so that a slow reader doesn't fill the memory. */
  async stream(text: string): Promise<void> {
    const { stdout } = this.#streams;
    if (stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      stdout.once('drain', resolve);
    });
  }

  /** One JSON document on stdout, for people who read it, too. */
  document(value: unknown): void {
    this.line(JSON.stringify(value, plain, 2));
  }

  /** One JSON document on one line. */
  jsonLine(value: unknown): string {
    return `${JSON.stringify(value, plain)}\n`;
  }

  /** A line on stderr. */
  note(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** A sentence on stderr; a program that keeps a log adds what it is about, by name, and its level. */
  log(text: string, _about: object = {}, _level: 'info' | 'error' = 'info'): void {
    this.note(text);
  }

  /** A text in a colour, where stdout shows colours and NO_COLOR is not set. */
  paint(colour: Colour, text: string): string {
    return styleText(colour, text, { stream: this.#streams.stdout });
  }

  /** A table on stdout; the first row is the head. */
  table(rows: readonly (readonly Cell[])[]): void {
    for (const [at, line] of tableLines(rows).entries())
      this.line(at === 0 ? this.paint('bold', line) : line);
  }

  /** A table on stdout as wide as that is: in blocks where it must be, each behind the same leading columns. */
  blocks(rows: readonly (readonly Cell[])[], keys: number, together = 1): void {
    for (const [at, block] of blocksOf(rows, this.width, keys, together).entries()) {
      if (at > 0) this.line();
      this.table(block);
    }
  }

  /** A failure: an object with --json, else code, value and hint on stderr. */
  failure({ refusal, where }: Failure): void {
    const { code, message, value, hint } = refusal;
    if (this.json) {
      this.document({ error: { code, message, value, hint, ...where } });
      return;
    }
    const { stderr } = this.#streams;
    const place = typeof where.line === 'number' ? `line ${where.line}: ` : '';
    this.note(`${styleText('red', code, { stream: stderr })} ${place}${message}`);
    if (hint !== '') this.note(styleText('dim', hint, { stream: stderr }));
  }

  /** Progress of something that may take a while. */
  progress(what: string, total: number | undefined, unit: string): Progress {
    return new Progress(this.#streams.stderr, { what, total, unit });
  }
}

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.right);

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows as comma-separated values (RFC 4180, with line feeds). */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  rows.map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');

/** The lines of a table, columns two blanks apart. */
export function tableLines(rows: readonly (readonly Cell[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, textOf(cell).length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return typeof cell === 'string' ? cell.padEnd(width) : cell.right.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
