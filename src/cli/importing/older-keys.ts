/**
 * The keys that earlier versions gave to lines which bring none: a line's number, and a hash over the words of all lines up to it. A
 * file that such a version imported is known by them, and its lines count as imported.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';
import { hashInput, sha256 } from '../../kernel/state/events.ts';
import type { Register } from '../../kernel/state/register.ts';
import type { HistoryItem } from '../../scenario/running/history.ts';

/** A line of a file that brings no key. */
export interface Line {
  /** Number among all the file's lines, from 1. */
  readonly number: number;
  /** Number among the file's lines that are not blank, from 1. */
  readonly ordinal: number;
  readonly command: Command;
}

const pattern = /^import\/([1-9]\d*)\/([0-9a-f]{40})$/;
const digits = 40;

/** Whether a key was made by an earlier version. */
export const isOlderKey = (key: string): boolean => pattern.test(key);

const numberIn = (key: string): number => Number(pattern.exec(key)?.[1]);
const hashIn = (key: string): string => key.slice(-digits);
const wordsHash = ({ on, command, with: inputs }: Command): string => hashInput(on, command, inputs);
const chained = (before: string, text: string): string => sha256(`${before}\n${text}`);

export class OlderKeys {
  readonly #register: Register;
  /** In the order of their events: an import's stand one after the other. */
  readonly #keys: readonly string[];
  /** The hash over all lines so far, as those versions took it. */
  #chain = '';
  /** The place of the key that the next line should have; -1 while the file is not known. */
  #next = -1;
  /** The number of the line before, as its key has it; 0 before the first. */
  #last = 0;
  /** What blank lines have moved: a line's number in its key, less its number now. */
  #moved = 0;
  #places: ReadonlyMap<string, number> | undefined;

  constructor(register: Register, keys: readonly string[]) {
    this.#register = register;
    this.#keys = keys;
  }

  /** Looks for a file by its first lines: the first that was imported, where the file doesn't begin as it did then. */
  known(
    items: readonly HistoryItem[],
    lines: readonly Line[],
  ): { readonly line: Line; readonly revision: number } | undefined {
    let chain = '';
    for (const { text, line } of items) {
      chain = chained(chain, text);
      const hash = chain.slice(0, digits);
      const place = this.#keys.findIndex((key) => hashIn(key) === hash);
      if (place < 0) continue;
      this.#next = place;
      this.#moved = numberIn(this.#keys[place] ?? '') - line;
      return undefined;
    }
    for (const line of lines) {
      const words = wordsHash(line.command);
      const key = this.#keys.find((each) => this.#isSame(each, words));
      if (key !== undefined) return { line, revision: this.#revision(key) };
    }
    return undefined;
  }

  /** Every line of the file, in order, before it is looked for. */
  pass(text: string): void {
    this.#chain = chained(this.#chain, text);
  }

  /** The key under which a line was imported; the revision of what was, where it has changed since; undefined for a new line. */
  find(line: Line): string | number | undefined {
    const exact = this.#exact(line);
    if (exact !== undefined) return this.#found(exact, line);
    if (this.#next < 0) return undefined;
    const number = line.number + this.#moved;
    let key = this.#keys[this.#next];
    // Lines that are gone are passed over. Where numbers fall again, another import begins.
    while (key !== undefined && numberIn(key) > this.#last && numberIn(key) < number) {
      this.#last = numberIn(key);
      key = this.#keys[++this.#next];
    }
    if (key === undefined || numberIn(key) !== number || number <= this.#last) return undefined;
    return this.#isSame(key, wordsHash(line.command)) ? this.#found(this.#next, line) : this.#revision(key);
  }

  /** The place of the key that a line has where nothing before it has changed. */
  #exact(line: Line): number | undefined {
    const hash = this.#chain.slice(0, digits);
    const next = this.#keys[this.#next];
    if (next !== undefined && hashIn(next) === hash) return this.#next;
    const key = `import/${line.number}/${hash}`;
    if (this.#register.withKey(key) === undefined) return undefined;
    this.#places ??= new Map(this.#keys.map((each, place) => [each, place]));
    return this.#places.get(key);
  }

  #found(place: number, line: Line): string | undefined {
    const key = this.#keys[place];
    this.#next = place + 1;
    this.#last = key === undefined ? this.#last : numberIn(key);
    this.#moved = this.#last - line.number;
    return key;
  }

  #isSame(key: string, words: string): boolean {
    return this.#register.sameInput(this.#revision(key), words);
  }

  #revision(key: string): number {
    return this.#register.withKey(key) ?? -1;
  }
}
