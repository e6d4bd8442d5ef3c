/**
 * Mistakes: what is wrong with a file, where, and what was expected there.
 *
 * @module
 */
import { closest } from '../../kernel/values/nearest.ts';

/** A place in a text, both counted from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a file. */
export interface Mistake extends Spot {
  readonly file: string;
  /** The place in the document: `variants[0].assumptions`. Empty for the document as a whole. */
  readonly path: string;
  /** What stands there, cut to a length that a message can carry. */
  readonly found: string;
  readonly expected: string;
  /** The nearest known name. */
  readonly didYouMean?: string;
  /** A sentence for people, without place and without the nearest name. */
  readonly message: string;
}

/** What a mistake says, without its place. */
export interface Wrong {
  readonly found: string;
  readonly expected: string;
  readonly didYouMean?: string | undefined;
  /** Without it: `found …, expected …`. */
  readonly message?: string;
}

/** How many mistakes of one file are kept; a file with more is wrong from its first line on. */
export const mistakesMax = 200;

/** Collects the mistakes of one file. */
export class Mistakes {
  readonly file: string;
  readonly #found: Mistake[] = [];

  constructor(file: string) {
    this.file = file;
  }

  get count(): number {
    return this.#found.length;
  }

  /** Whether no more are kept, so that none need be looked for. */
  get full(): boolean {
    return this.#found.length >= mistakesMax;
  }

  /** Notes a mistake; beyond {@link mistakesMax} they are dropped. */
  add(at: Spot, path: string, wrong: Wrong): void {
    if (!this.full) this.#found.push(mistake(this.file, at, path, wrong));
  }

  /** All of them, in the order of the file. */
  sorted(): Mistake[] {
    return [...this.#found].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

/** A mistake put together. */
export function mistake(file: string, { line, column }: Spot, path: string, wrong: Wrong): Mistake {
  const { found, expected, didYouMean, message = `found ${found}, expected ${expected}` } = wrong;
  const plain = { file, line, column, path, found, expected, message };
  return didYouMean === undefined ? plain : { ...plain, didYouMean };
}

/** A name that nobody knows, with the nearest that somebody does; where none is near, all there are. */
export function unknownName(what: string, found: string, known: readonly string[]): Wrong {
  const didYouMean = closest(found, known);
  const expected = known.length === 0 ? 'nothing' : cutList(known);
  const message = `there is no ${what} ${cut(found)}`;
  return {
    found: cut(found),
    expected,
    didYouMean,
    message: didYouMean === undefined ? `${message}; expected ${expected}` : message,
  };
}

/** `file:line:column path: message (did you mean …?)`. */
export function formatMistake({ file, line, column, path, message, didYouMean }: Mistake): string {
  const place = `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}`;
  return `${place}: ${message}${didYouMean === undefined ? '' : ` (did you mean ${didYouMean}?)`}`;
}

/** Mistakes for people, a line each. */
export const formatMistakes = (mistakes: readonly Mistake[]): string =>
  mistakes.map(formatMistake).join('\n');

const textShownMax = 100;
const namesShownMax = 12;

/** A text cut to a length that a message can carry, on one line. */
export function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > textShownMax ? `${line.slice(0, textShownMax)}…` : line;
}

/** The first names of a list. */
export const cutList = (names: readonly string[]): string =>
  names.length > namesShownMax
    ? `one of ${names.slice(0, namesShownMax).join(', ')} … (${names.length} in all)`
    : names.length === 1
      ? (names[0] ?? '')
      : `one of ${names.join(', ')}`;
