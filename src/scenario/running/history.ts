/**
 * Reading a history: commands a line, in JSON Lines or CSV, out of chunks of bytes, in bounded memory.
 *
 * @module
 */

import type { Command } from '../../kernel/deciding/commands.ts';
import type { House } from '../../kernel/engine/house.ts';
import { type Field, isRecord } from '../../kernel/values/fields.ts';
import { type Cell, cellsOf, type RawRecord, recordsOf } from '../text/csv.ts';
import { keyOffsets, parseJsonLine } from '../text/json-line.ts';
import { type Chunks, lineBytesMax, linesOf } from '../text/lines.ts';
import { cut, type Mistake, mistake, unknownName, type Wrong } from '../text/mistakes.ts';

export { type Chunks, lineBytesMax } from '../text/lines.ts';

/** A line of a history: a command, or what is wrong with it. */
export type HistoryItem =
  | { readonly kind: 'command'; readonly line: number; readonly text: string; readonly command: Command }
  /** The text is empty where the line was too long or no UTF-8. */
  | { readonly kind: 'mistake'; readonly line: number; readonly text: string; readonly mistake: Mistake };

export type HistoryFormat = 'jsonl' | 'csv';

export interface HistoryOptions {
  /** Named in mistakes. */
  readonly file: string;
  readonly format: HistoryFormat;
  /** What CSV is typed by: columns are inputs of its commands. */
  readonly house: House;
}

/**
 * The commands of a history, in order. Blank lines are passed over; a line that can't be read is a mistake, and the next is
 * read. Whether a command is known and its inputs are right is for a ledger to say. A CSV whose header is wrong ends there.
 */
export const readHistory = (chunks: Chunks, options: HistoryOptions): AsyncGenerator<HistoryItem> =>
  options.format === 'csv' ? readCsv(chunks, options) : readJsonLines(chunks, options);

/** The format of a file by its name: CSV where it ends so. */
export const historyFormatOf = (path: string): HistoryFormat => (/\.csv$/i.test(path) ? 'csv' : 'jsonl');

/** Reads a history file, which the caller knows how to open: `(path) => createReadStream(path)`. */
export const readHistoryFile = (
  path: string,
  open: (path: string) => Chunks,
  house: House,
): AsyncGenerator<HistoryItem> =>
  readHistory(open(path), { file: path, format: historyFormatOf(path), house });

const keys = ['on', 'command', 'with', 'key', 'actor'];

async function* readJsonLines(chunks: Chunks, { file }: HistoryOptions): AsyncGenerator<HistoryItem> {
  for await (const line of linesOf(chunks)) {
    if ('wrong' in line) yield unreadable(file, line.number, line.wrong);
    else if (line.text.trim() !== '') yield readJsonLine(line.text, line.number, file);
  }
}

function unreadable(file: string, line: number, wrong: 'too long' | 'not UTF-8'): HistoryItem {
  const expected = wrong === 'too long' ? `at most ${lineBytesMax} bytes a line` : 'text in UTF-8';
  const message = wrong === 'too long' ? `longer than ${lineBytesMax} bytes` : wrong;
  return {
    kind: 'mistake',
    line,
    text: '',
    mistake: mistake(file, { line, column: 1 }, '', { found: wrong, expected, message }),
  };
}

/** The command of one line of JSON Lines. */
export function readJsonLine(text: string, line: number, file: string): HistoryItem {
  const wrong = (offset: number, path: string, what: Wrong): HistoryItem => ({
    kind: 'mistake',
    line,
    text,
    mistake: mistake(file, { line, column: offset + 1 }, path, what),
  });
  const parsed = parseJsonLine(text);
  if ('expected' in parsed) return wrong(parsed.offset, '', parsed);
  const { value } = parsed;
  if (!isRecord(value))
    return wrong(0, '', { found: named(value), expected: 'an object with on, command and with' });
  const command = commandOf(value);
  if (command !== undefined) return { kind: 'command', line, text, command };
  const [key, what] = shapeWrong(value);
  return wrong(keyOffsets(text).get(key) ?? 0, what.message?.startsWith('missing') ? '' : key, what);
}

/** The command of an object that has the shape of one. */
function commandOf(value: Readonly<Record<string, unknown>>): Command | undefined {
  const { on, command, with: inputs, key, actor } = value;
  if (typeof on !== 'string' || typeof command !== 'string' || !isRecord(inputs)) return undefined;
  for (const name in value) if (!keys.includes(name)) return undefined;
  const given: Command = { on, command, with: inputs };
  if (key === undefined && actor === undefined) return given;
  if ((key !== undefined && typeof key !== 'string') || (actor !== undefined && typeof actor !== 'string'))
    return undefined;
  return { ...given, ...(key === undefined ? {} : { key }), ...(actor === undefined ? {} : { actor }) };
}

/** The first thing that keeps an object from being a command, and its key. */
function shapeWrong(value: Readonly<Record<string, unknown>>): readonly [string, Wrong] {
  const stray = Object.keys(value).find((name) => !keys.includes(name));
  if (stray !== undefined) return [stray, unknownName('key', stray, keys)];
  for (const key of keys) {
    const given = value[key];
    if (given === undefined && key !== 'key' && key !== 'actor') {
      return [key, { found: `no ${key}`, expected: key, message: `missing: ${key}` }];
    }
    const expected = key === 'with' ? 'an object of inputs' : 'text';
    const fits = given === undefined || (key === 'with' ? isRecord(given) : typeof given === 'string');
    if (!fits) return [key, { found: named(given), expected }];
  }
  return ['', { found: 'something else', expected: 'a command' }];
}

function named(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number'
    ? `the number ${value}`
    : typeof value === 'string'
      ? 'text'
      : String(value);
}

const ownColumns = ['on', 'command', 'key', 'actor'];

async function* readCsv(chunks: Chunks, { file, house }: HistoryOptions): AsyncGenerator<HistoryItem> {
  let header: readonly Cell[] | undefined;
  for await (const record of recordsOf(linesOf(chunks))) {
    if ('text' in record && record.text.trim() === '') continue;
    const row = readRecord(record, file);
    if ('kind' in row) {
      yield row;
      if (header === undefined) return;
    } else if (header === undefined) {
      const wrong = headerWrong(row.cells, house);
      if (wrong !== undefined) {
        yield {
          kind: 'mistake',
          line: row.line,
          text: row.text,
          mistake: mistake(file, { line: row.line, column: wrong.offset + 1 }, '', wrong),
        };
        return;
      }
      header = row.cells;
    } else
      yield readRow(
        row,
        header.map(({ text }) => text),
        house,
        file,
      );
  }
}

interface Row {
  readonly line: number;
  readonly text: string;
  readonly cells: readonly Cell[];
}

function readRecord(record: RawRecord, file: string): Row | HistoryItem {
  const { number: line } = record;
  if ('wrong' in record) return unreadable(file, line, record.wrong);
  const { text } = record;
  const cells = cellsOf(text);
  if (!('expected' in cells)) return { line, text, cells };
  const found = text.slice(cells.offset, cells.offset + 20);
  return {
    kind: 'mistake',
    line,
    text,
    mistake: csvMistake(file, line, text, cells.offset, '', { found: cut(found), expected: cells.expected }),
  };
}

/** A record may run over lines: the place of a character in it. */
function csvMistake(
  file: string,
  line: number,
  text: string,
  offset: number,
  path: string,
  wrong: Wrong,
): Mistake {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return mistake(file, { line: line + before.length - 1, column }, path, wrong);
}

function headerWrong(
  cells: readonly Cell[],
  house: House,
): (Wrong & { readonly offset: number }) | undefined {
  const names = cells.map(({ text }) => text);
  const inputs = [...house.commands.values()].flatMap((types) =>
    types.flatMap(({ fields }) => Object.keys(fields)),
  );
  const known = [...new Set([...ownColumns, ...inputs])];
  for (const { text, offset } of cells) {
    if (!known.includes(text)) return { offset, ...unknownName('column', text, known) };
    if (names.indexOf(text) !== names.lastIndexOf(text))
      return { offset, found: `${text} twice`, expected: 'each column once' };
  }
  const missing = ['on', 'command'].find((name) => !names.includes(name));
  return missing === undefined
    ? undefined
    : { offset: 0, found: `no ${missing}`, expected: missing, message: `missing: the column ${missing}` };
}

function readRow(
  { line, text, cells }: Row,
  header: readonly string[],
  house: House,
  file: string,
): HistoryItem {
  const wrong = (offset: number, path: string, what: Wrong): HistoryItem => ({
    kind: 'mistake',
    line,
    text,
    mistake: csvMistake(file, line, text, offset, path, what),
  });
  if (cells.length !== header.length) {
    return wrong(cells[header.length]?.offset ?? text.length, '', {
      found: `${cells.length} cells`,
      expected: `${header.length} cells, as in the header`,
    });
  }
  const given = new Map(
    header
      .map((name, at) => [name, cells[at]?.text ?? ''])
      .flatMap(([name = '', cell = '']) => (cell === '' ? [] : [[name, cell]])),
  );
  const on = given.get('on');
  const command = given.get('command');
  if (on === undefined || command === undefined) {
    const missing = on === undefined ? 'on' : 'command';
    return wrong(cells[header.indexOf(missing)]?.offset ?? 0, '', {
      found: `no ${missing}`,
      expected: missing,
      message: `missing: ${missing}`,
    });
  }
  const fields = fieldsOf(command, house);
  const inputs: [string, unknown][] = [];
  for (const [name, cell] of given) {
    if (ownColumns.includes(name)) continue;
    const typed = typedCell(cell, fields.get(name));
    if (typed === undefined)
      return wrong(cells[header.indexOf(name)]?.offset ?? 0, name, { found: cut(cell), expected: 'JSON' });
    inputs.push([name, typed.value]);
  }
  const key = given.get('key');
  const actor = given.get('actor');
  const told = { on, command, with: Object.fromEntries(inputs) };
  return {
    kind: 'command',
    line,
    text,
    command: { ...told, ...(key === undefined ? {} : { key }), ...(actor === undefined ? {} : { actor }) },
  };
}

function fieldsOf(command: string, house: House): ReadonlyMap<string, Field<unknown>> {
  return new Map((house.command(command) ?? []).flatMap(({ fields }) => Object.entries(fields)));
}

/** A cell is text, but for yes and no, and for values that are JSON objects; undefined where such a one is malformed. */
function typedCell(cell: string, field: Field<unknown> | undefined): { readonly value: unknown } | undefined {
  if (field?.shape.kind === 'flag' && /^(true|false)$/i.test(cell)) return { value: /^t/i.test(cell) };
  if (field?.shape.kind !== 'value' || !/^\s*[[{]/.test(cell)) return { value: cell };
  const parsed = parseJsonLine(cell);
  return 'expected' in parsed ? undefined : parsed;
}
